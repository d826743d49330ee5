"""Many calls, one transaction: what comes while the database writes is written together, then all are answered."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bot.bounces.webhooks import BatchResult, Parcel
from handlers.web.webhooks.calls import NotNow

MOST_TOGETHER = 200  # notices in one go, unless one call alone brings more
MOST_WAITING = 5_000  # notices

Store = Callable[[Sequence[Parcel]], Sequence[BatchResult]]


@dataclass(frozen=True, slots=True)
class _Waiting:
    parcel: Parcel
    outcome: "asyncio.Future[BatchResult]"


class Collector:
    """`store` runs in a thread of its own, once at a time. All of this is used from one event loop."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: deque[_Waiting] = deque()
        self._notices = 0  # that wait
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="webhooks-store")
        self._work: asyncio.Task[None] | None = None

    async def put(self, parcel: Parcel) -> BatchResult:
        """What became of the parcel, after it was committed. Raises NotNow, and what `store` raises."""
        if self._waiting and self._notices + len(parcel.notices) > MOST_WAITING:
            raise NotNow("More comes in than can be stored at the moment. Send this again in a few seconds.")
        waiting = _Waiting(parcel, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._notices += len(parcel.notices)
        if self._work is None:
            self._work = asyncio.create_task(self._drain())
        return await waiting.outcome

    async def close(self) -> None:
        """Waits for what is being stored."""
        if self._work:
            await self._work
        self._thread.shutdown()

    async def _drain(self) -> None:
        while batch := self._next():
            await self._finish(batch)
        self._work = None

    def _next(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        together = 0
        while self._waiting:
            more = len(self._waiting[0].parcel.notices)
            if batch and together + more > MOST_TOGETHER:
                break
            together += more
            batch.append(self._waiting.popleft())
        self._notices -= together
        return batch

    async def _finish(self, batch: Sequence[_Waiting]) -> None:
        parcels = [each.parcel for each in batch]
        try:
            outcomes = await asyncio.get_running_loop().run_in_executor(self._thread, self._store, parcels)
        except Exception as error:  # noqa: BLE001  each of the calls answers with it
            for each in batch:
                if not each.outcome.done():  # whoever called may be gone
                    each.outcome.set_exception(error)
            return
        for each, outcome in zip(batch, outcomes, strict=True):
            if not each.outcome.done():
                each.outcome.set_result(outcome)
