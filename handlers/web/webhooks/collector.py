"""Writes the payloads of many requests in one transaction: those that arrive during a write go into the next one."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bot.bounces.intake import IntakeCounts
from bot.bounces.webhooks import WebhookPayload
from handlers.web.webhooks.requests import TemporarilyUnavailable
from storage.core.db_errors import transient_fault

EVENTS_AT_ONCE = 200  # unless a single request has more
MOST_WAITING = 10_000  # events
MOST_WAITING_OF_ONE = 5_000  # provider
MOST_FAILED_ALONE = 2  # of the requests of a failed batch: then the fault is none of theirs

Store = Callable[[Sequence[WebhookPayload]], Sequence[IntakeCounts | None]]


@dataclass(frozen=True, slots=True)
class _PendingRequest:
    provider: str
    payload: WebhookPayload
    result: "asyncio.Future[IntakeCounts | None]"


class Collector:
    """Calls `store` in a thread of its own, never twice at once. All methods are called from one event loop."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pending: deque[_PendingRequest] = deque()
        self._n_events: Counter[str] = Counter()  # of the pending requests, by provider
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="webhooks-store")
        self._task: asyncio.Task[None] | None = None

    async def put(self, payload: WebhookPayload, provider: str) -> IntakeCounts | None:
        """Returns what `store` returned, once it is committed. Raises TemporarilyUnavailable, and what `store` raises."""
        more, of_provider = len(payload.events), self._n_events[provider]
        if (of_provider and of_provider + more > MOST_WAITING_OF_ONE) or (
            self._pending and self._n_events.total() + more > MOST_WAITING
        ):
            raise TemporarilyUnavailable(
                "More comes in than can be stored at the moment. Send this again in a few seconds."
            )
        pending = _PendingRequest(provider, payload, asyncio.get_running_loop().create_future())
        self._pending.append(pending)
        self._n_events[provider] += more
        if self._task is None:
            self._task = asyncio.create_task(self._store_pending())
        return await pending.result

    async def close(self) -> None:
        """Waits until everything pending is stored."""
        if self._task:
            await self._task
        self._thread.shutdown()

    async def _store_pending(self) -> None:
        while batch := self._next_batch():
            await self._store_batch(batch)
        self._task = None

    def _next_batch(self) -> list[_PendingRequest]:
        batch: list[_PendingRequest] = []
        n_events = 0
        while self._pending:
            more = len(self._pending[0].payload.events)
            if batch and n_events + more > EVENTS_AT_ONCE:
                break
            n_events += more
            pending = self._pending.popleft()
            self._n_events[pending.provider] -= more
            batch.append(pending)
        return batch

    async def _store_batch(self, batch: Sequence[_PendingRequest]) -> None:
        error = await self._try_to_store(batch)
        if error is None:
            return
        if len(batch) == 1 or transient_fault(error) is not None:
            _fail(batch, error)
            return
        # Something in one of them can't be stored: the others are not to fail with it. Where several fail, it's not they.
        n_failed = 0
        for n, pending in enumerate(batch):
            if error := await self._try_to_store([pending]):
                _fail([pending], error)
                n_failed += 1
                if n_failed == MOST_FAILED_ALONE:
                    _fail(batch[n + 1 :], error)
                    return

    async def _try_to_store(self, batch: Sequence[_PendingRequest]) -> Exception | None:
        """Stores and answers the requests; returns the error if they can't be stored."""
        payloads = [pending.payload for pending in batch]
        try:
            results = await asyncio.get_running_loop().run_in_executor(self._thread, self._store, payloads)
        except Exception as error:  # noqa: BLE001  the requests are answered with it
            return error
        for pending, result in zip(batch, results, strict=True):
            if not pending.result.done():  # the client may have disconnected
                pending.result.set_result(result)
        return None


def _fail(batch: Sequence[_PendingRequest], error: Exception) -> None:
    for pending in batch:
        if not pending.result.done():
            pending.result.set_exception(error)
