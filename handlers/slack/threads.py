"""Threads for requests: those that answer Slack never wait for it, and those that wait are shared out among people."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextvars import copy_context
from threading import Lock
from typing import Any, TypeVar

ANSWERING = 64
"""Threads that answer requests. Each waits for a quarter of a second at most, if a form needs to know something."""
SLOW = 128
SLOW_OF_ONE_PERSON = 4

Value = TypeVar("Value")


class Threads(Executor):
    """`submit` is for what answers Slack; `submit_slow` for what may wait for it, `SLOW_OF_ONE_PERSON` calls at a time.

    Each call runs in the context of its caller: the reference of the request (`handlers.logs`) goes with it.
    """

    def __init__(self) -> None:
        self._answering = ThreadPoolExecutor(ANSWERING, thread_name_prefix="listener")
        self._slow = ThreadPoolExecutor(SLOW, thread_name_prefix="listener-slow")
        self._lock = Lock()
        self._running: Counter[str] = Counter()  # by person; none has 0
        self._waiting: defaultdict[str, deque[Callable[[], None]]] = defaultdict(deque)

    def submit(self, fn: Callable[..., Value], /, *args: Any, **kwargs: Any) -> Future[Value]:
        return self._answering.submit(copy_context().run, fn, *args, **kwargs)

    def submit_slow(self, user_id: str, call: Callable[[], Value]) -> Future[Value]:
        """Calls of the same person begin in the order in which they were submitted."""
        future: Future[Value] = Future()
        context = copy_context()

        def run() -> None:
            try:
                future.set_result(context.run(call))
            except Exception as error:  # noqa: BLE001  raised by `future.result`
                future.set_exception(error)

        with self._lock:
            if self._running[user_id] == SLOW_OF_ONE_PERSON:
                self._waiting[user_id].append(run)
                return future
            self._running[user_id] += 1
        self._slow.submit(self._run, user_id, run)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Waits until all has run, what the answering threads still submit too."""
        self._answering.shutdown(wait, cancel_futures=cancel_futures)
        self._slow.shutdown(wait, cancel_futures=cancel_futures)

    def _run(self, user_id: str, call: Callable[[], None] | None) -> None:
        """Runs the call, and then those of the same person that have waited for it."""
        while call:
            call()
            call = self._next(user_id)

    def _next(self, user_id: str) -> Callable[[], None] | None:
        with self._lock:
            if self._waiting[user_id]:
                return self._waiting[user_id].popleft()
            del self._waiting[user_id]
            self._running[user_id] -= 1
            if not self._running[user_id]:
                del self._running[user_id]
            return None
