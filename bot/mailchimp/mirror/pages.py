"""Pages of a Mailchimp audience, fetched side by side and given in their order, so that nobody between two is lost.

Contacts come in the order of their last change, so one that changes goes to the end and all after it move up by one.
Pages overlap for that. A page that shares nobody with the one before shows that more have moved than that: then it is
fetched again from further up.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from bot.mailchimp.mirror import members
from bot.mailchimp.mirror.members import MemberPage
from storage.contacts.values import Row
from storage.mailchimp.client import MAX_PAGE_SIZE

ROWS_OVERLAP = 25  # of a page and the one before
SIDE_BY_SIDE = 10  # calls: Mailchimp's own limit
# Contacts stored in one step, well under a second. Each step writes most of an index anew, however few it has.
LEAST_GATHERED, MOST_GATHERED = 4 * MAX_PAGE_SIZE, 8 * MAX_PAGE_SIZE
_UNDER_WAY = SIDE_BY_SIDE + 4  # pages: some that have come are still being read
BEAT_SECONDS = 10.0  # the longest wait without a sign of life: a lease is thirty
_STEP = MAX_PAGE_SIZE - ROWS_OVERLAP

FetchPage = Callable[[int], MemberPage]


@dataclass(frozen=True, slots=True)
class FetchedPages:
    """Pages that had come, as one, without whom the page before had; where the next begins, and whom it shares with them."""

    page: MemberPage
    following: int
    tail: Sequence[int]
    is_last: bool


def pages(fetch: FetchPage, offset: int, tail: Sequence[int] = ()) -> Iterator[FetchedPages | None]:
    """Every page from there on; `offset` and `tail` as the last turn told them, 0 and nothing to begin.

    None is given now and then while a page is waited for. Raises what `fetch` raises.
    """
    known: Mapping[str, Row] = {}
    gathered: list[Row] = []
    short: dict[str, str] = {}
    back = unreadable = 0
    with ThreadPoolExecutor(_UNDER_WAY, thread_name_prefix="mailchimp") as pool:
        ahead = _Ahead(pool, fetch, offset)
        try:
            while True:
                yield from beats([ahead.next])
                start, page = ahead.take()
                if tail and start and not _continues(page, tail):
                    back = 2 * back or MAX_PAGE_SIZE
                    ahead.restart(max(0, start - back))
                    continue
                back = 0
                gathered += [row for row in page.rows if known.get(members.key(row)) != row]
                short |= page.short
                if page.unreadable:
                    readable = (members.remote_id(row) or 0 for row in page.rows)
                    unreadable += len(set(page.ids).difference(tail, readable))
                # Those left out count too: there may be a whole page of them.
                tail = page.ids[-ROWS_OVERLAP:] or tail
                known = {members.key(row): row for row in page.rows[-ROWS_OVERLAP:]}
                if not ahead.is_empty and len(gathered) < (
                    MOST_GATHERED if ahead.next.done() else LEAST_GATHERED
                ):
                    continue
                whole = replace(page, rows=gathered, unreadable=unreadable, short=short)
                gathered, unreadable, short = [], 0, {}
                yield FetchedPages(whole, start + _STEP, tail, ahead.is_empty)
                if ahead.is_empty:
                    return
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


@contextmanager
def side_by_side() -> Iterator[ThreadPoolExecutor]:
    """Threads for calls; when the work ends early, what was not begun is left out."""
    with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="mailchimp") as pool:
        try:
            yield pool
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def beats(futures: Sequence[Future[Any]]) -> Iterator[None]:
    """A sign of life every BEAT_SECONDS until all are done."""
    while wait(futures, BEAT_SECONDS).not_done:
        yield None


class _Ahead:
    """The pages under way: the next one, and those after it as far as the last total says that there are some."""

    def __init__(self, pool: ThreadPoolExecutor, fetch: FetchPage, offset: int) -> None:
        self._pool, self._fetch = pool, fetch
        self._under_way: deque[tuple[int, Future[MemberPage]]] = deque()
        self.restart(offset)

    @property
    def next(self) -> Future[MemberPage]:
        return self._under_way[0][1]

    @property
    def is_empty(self) -> bool:
        return not self._under_way

    def restart(self, offset: int) -> None:
        for _, future in self._under_way:
            future.cancel()
        self._under_way.clear()
        self._following = offset
        self._ask()

    def take(self) -> tuple[int, MemberPage]:
        start, future = self._under_way.popleft()
        page = future.result()
        while self._following < page.total and len(self._under_way) < _UNDER_WAY:
            self._ask()
        return start, page

    def _ask(self) -> None:
        self._under_way.append((self._following, self._pool.submit(self._fetch, self._following)))
        self._following += _STEP


def _continues(page: MemberPage, tail: Sequence[int]) -> bool:
    return not set(tail).isdisjoint(page.ids)
