"""Fetches the pages of an audience concurrently and yields them in order, without losing contacts between two pages.

Contacts are sorted by their last change: one that changes moves to the end, and all after it move up by one. So pages
overlap. If a page shares no contact with the one before, more have moved than that, and it is fetched again from an
earlier offset.

Nothing that Mailchimp answers makes this endless. An empty page ends the listing although the total counts more
contacts, and pages that never overlap are an error.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from bot.mailchimp.mirror import members
from bot.mailchimp.mirror.members import ContactPage
from storage.contacts.values import Row, Status
from storage.mailchimp.api.client import MAX_PAGE_SIZE
from storage.mailchimp.api.errors import BadAnswer

OVERLAP = 25  # contacts that a page shares with the one before
MAX_CALLS = 10  # Mailchimp's own limit
# Contacts stored in one step, well under a second. Each step rewrites most of an index, however few contacts it has.
MIN_STORED, MAX_STORED = 4 * MAX_PAGE_SIZE, 16 * MAX_PAGE_SIZE
HEARTBEAT_SECONDS = 10.0  # a lease lasts thirty
_PREFETCHED = MAX_CALLS + 8  # pages: some that have arrived are still being decoded
_STEP = MAX_PAGE_SIZE - OVERLAP
# Steps back in a row that lead no further than before:
_BEFORE_AN_EMPTY_PAGE_ENDS = 2
_MOST_STEPS_BACK = 20

Answer = TypeVar("Answer")
FetchPage = Callable[[int], ContactPage]


@dataclass(frozen=True, slots=True)
class FetchedPages:
    """Consecutive pages merged into one, without the contacts that the page before had.

    `next_offset` and `tail` (Mailchimp's ids of the last contacts) are where to continue. `overstated`, of the last ones:
    how many contacts more Mailchimp's total counted than it listed; the page's total is without them.
    """

    page: ContactPage
    next_offset: int
    tail: Sequence[int]
    is_last: bool
    overstated: int = 0


def pages(fetch: FetchPage, offset: int, tail: Sequence[int] = ()) -> Iterator[FetchedPages | None]:
    """Yields all pages from `offset`; `tail` as in the `FetchedPages` before, 0 and empty to begin.

    Yields None every HEARTBEAT_SECONDS while a page is awaited. Raises what `fetch` raises, and BadAnswer for pages
    that never overlap.
    """
    gathered = _Gathered()
    step_back = steps_back = overstated = 0
    end = offset  # as far as contacts were listed
    furthest = -1  # offset of a page that was taken
    with ThreadPoolExecutor(_PREFETCHED, thread_name_prefix="mailchimp") as pool:
        prefetch = _Prefetch(pool, fetch, offset)
        try:
            while True:
                yield from heartbeats([prefetch.next])
                start, page = prefetch.take()
                is_beyond_end = not page.ids and start < page.total
                if is_beyond_end and (not tail or steps_back >= _BEFORE_AN_EMPTY_PAGE_ENDS):
                    overstated = page.total - end
                    prefetch.clear()
                elif tail and start and not _continues(page, tail):
                    if steps_back >= _MOST_STEPS_BACK:
                        raise BadAnswer(reason="pages without an order")
                    step_back, steps_back = 2 * step_back or MAX_PAGE_SIZE, steps_back + 1
                    prefetch.restart(max(0, start - step_back))
                    continue
                else:
                    step_back, end = 0, start + len(page.ids)
                if start > furthest and page.ids:
                    furthest, steps_back = start, 0
                gathered.add(page, tail)
                # The ids include contacts that are not in rows, which may fill a whole page.
                tail = page.ids[-OVERLAP:] or tail
                if not prefetch.is_empty and len(gathered.rows) < (
                    MAX_STORED if prefetch.next.done() else MIN_STORED
                ):
                    continue
                merged = replace(gathered.take(page), total=page.total - overstated)
                yield FetchedPages(merged, start + _STEP, tail, prefetch.is_empty, overstated)
                if prefetch.is_empty:
                    return
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


@contextmanager
def call_pool() -> Iterator[ThreadPoolExecutor]:
    """Threads for calls to Mailchimp. Calls not yet started are cancelled at the end."""
    with ThreadPoolExecutor(MAX_CALLS, thread_name_prefix="mailchimp") as pool:
        try:
            yield pool
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def heartbeats(futures: Sequence[Future[Any]]) -> Iterator[None]:
    """Yields every HEARTBEAT_SECONDS until all futures are done, for the caller to renew its lease."""
    while wait(futures, HEARTBEAT_SECONDS).not_done:
        yield None


def call(ask: Callable[[], Answer]) -> Iterator[Answer | None]:
    """Yields the answer of a call to Mailchimp; before it None every HEARTBEAT_SECONDS, as `heartbeats`."""
    with call_pool() as pool:
        future = pool.submit(ask)
        yield from heartbeats([future])
        yield future.result()


class _Gathered:
    """What was read since the last step, without the contacts that a page before had: pages overlap."""

    def __init__(self) -> None:
        self._last_rows: Mapping[str, Row] = {}  # of the last two pages, since one may be read again
        self._page_rows: Mapping[str, Row] = {}
        self._counted_ids: set[int] = set()  # of contacts that are not in rows: a page may be read again
        self._clear()

    def _clear(self) -> None:
        self.rows: list[Row] = []
        self._truncated_tags: dict[str, str] = {}
        self._without_address: dict[int, Status] = {}
        self._unreadable = 0

    def add(self, page: ContactPage, tail: Sequence[int]) -> None:
        """Adds a page; `tail` is that of the page before."""
        self.rows += [row for row in page.rows if self._last_rows.get(members.key(row)) != row]
        self._truncated_tags |= page.truncated_tags
        if page.unreadable or page.without_address:
            readable = (members.remote_id(row) or 0 for row in page.rows)
            new = set(page.ids).difference(tail, readable, self._counted_ids)
            self._counted_ids |= new
            self._without_address |= {
                id_: page.without_address[id_] for id_ in new & page.without_address.keys()
            }
            self._unreadable += len(new - page.without_address.keys())
        before, self._page_rows = self._page_rows, {members.key(row): row for row in page.rows}
        self._last_rows = {**before, **self._page_rows}

    def take(self, last: ContactPage) -> ContactPage:
        """Returns all as one page, which is otherwise as the last one, and begins anew."""
        merged = replace(
            last,
            rows=self.rows,
            unreadable=self._unreadable,
            truncated_tags=self._truncated_tags,
            without_address=self._without_address,
        )
        self._clear()
        return merged


class _Prefetch:
    """Fetches the next page and those after it, up to the total of the last page taken."""

    def __init__(self, pool: ThreadPoolExecutor, fetch: FetchPage, offset: int) -> None:
        self._pool, self._fetch = pool, fetch
        self._pending: deque[tuple[int, Future[ContactPage]]] = deque()
        self.restart(offset)

    @property
    def next(self) -> Future[ContactPage]:
        return self._pending[0][1]

    @property
    def is_empty(self) -> bool:
        return not self._pending

    def clear(self) -> None:
        """Fetches no further pages."""
        for _, future in self._pending:
            future.cancel()
        self._pending.clear()

    def restart(self, offset: int) -> None:
        self.clear()
        self._next_offset = offset
        self._submit()

    def take(self) -> tuple[int, ContactPage]:
        """Waits for the next page; returns its offset and it."""
        offset, future = self._pending.popleft()
        page = future.result()
        while self._next_offset < page.total and len(self._pending) < _PREFETCHED:
            self._submit()
        if not self._pending and len(page.ids) >= MAX_PAGE_SIZE:  # the total may be too low as well
            self._submit()
        return offset, page

    def _submit(self) -> None:
        self._pending.append((self._next_offset, self._pool.submit(self._fetch, self._next_offset)))
        self._next_offset += _STEP


def _continues(page: ContactPage, tail: Sequence[int]) -> bool:
    return not set(tail).isdisjoint(page.ids)
