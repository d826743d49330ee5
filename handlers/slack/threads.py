"""Threads for requests: those that answer Slack never wait for it, and both kinds are shared out among people."""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeVar

ANSWERING = 96
"""Threads that answer requests. Each waits for a quarter of a second at most, if a form needs to know something."""
ANSWERING_OF_ONE_WORKSPACE = 64
ANSWERING_OF_ONE_PERSON = 8
SLOW = 192
SLOW_OF_ONE_WORKSPACE = 128
SLOW_OF_ONE_PERSON = 4
MOST_WAITING_OF_ONE_PERSON = 100

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a request: the ids of the person and of the workspace, each "" if Slack names none."""

    user_id: str
    team_id: str = ""


@dataclass(frozen=True, slots=True)
class _Call:
    caller: Caller
    run: Callable[[], None]


class _Shares:
    """How many threads each person and each workspace has."""

    def __init__(self, of_one_person: int, of_one_workspace: int) -> None:
        self._of_one_person, self._of_one_workspace = of_one_person, of_one_workspace
        self._n: Counter[Caller | str] = Counter()  # by person, and by workspace's id; none has 0

    def take(self, caller: Caller) -> bool:
        """Takes one more, unless the person or the workspace has all that they may have."""
        if self._n[caller] >= self._of_one_person or self._n[caller.team_id] >= self._of_one_workspace:
            return False
        self._n.update((caller, caller.team_id))
        return True

    def give_back(self, caller: Caller) -> None:
        for key in (caller, caller.team_id):
            self._n[key] -= 1
            if not self._n[key]:
                del self._n[key]

    def __len__(self) -> int:
        return len(self._n)


class Threads(Executor):
    """`submit` is for what answers Slack, `submit_slow` for what may wait for it.

    Of the slow threads a person has SLOW_OF_ONE_PERSON at most and a workspace SLOW_OF_ONE_WORKSPACE; further calls wait.
    Each call runs in the context of its caller: the reference of the request (`handlers.logs`) goes with it.
    """

    def __init__(self) -> None:
        self._answering = ThreadPoolExecutor(ANSWERING, thread_name_prefix="listener")
        self._slow = ThreadPoolExecutor(SLOW, thread_name_prefix="listener-slow")
        self._lock = Lock()
        self._answers = _Shares(ANSWERING_OF_ONE_PERSON, ANSWERING_OF_ONE_WORKSPACE)
        self._running = _Shares(SLOW_OF_ONE_PERSON, SLOW_OF_ONE_WORKSPACE)
        self._waiting: dict[str, deque[_Call]] = {}  # by workspace
        self._n_waiting: Counter[Caller] = Counter()  # none has 0

    def submit(self, fn: Callable[..., Value], /, *args: Any, **kwargs: Any) -> Future[Value]:
        return self._answering.submit(copy_context().run, fn, *args, **kwargs)

    @contextmanager
    def answering(self, caller: Caller) -> Iterator[bool]:
        """Counts a request that is being answered. Yields False if its person or workspace has too many of them."""
        with self._lock:
            has_room = self._answers.take(caller)
        try:
            yield has_room
        finally:
            if has_room:
                with self._lock:
                    self._answers.give_back(caller)

    def submit_slow(self, caller: Caller, call: Callable[[], Value]) -> Future[Value]:
        """Calls of the same person begin in the order in which they were submitted."""
        future: Future[Value] = Future()
        context = copy_context()

        def run() -> None:
            try:
                future.set_result(context.run(call))
            except Exception as error:  # noqa: BLE001  raised by `future.result`
                future.set_exception(error)

        submitted = _Call(caller, run)
        with self._lock:
            if self._n_waiting[caller] or not self._running.take(caller):
                self._waiting.setdefault(caller.team_id, deque()).append(submitted)
                self._n_waiting[caller] += 1
                return future
        self._slow.submit(self._run, submitted)
        return future

    def has_many_waiting(self, caller: Caller) -> bool:
        """Whether so many slow calls of the person wait that no further request should be taken."""
        return self._n_waiting[caller] >= MOST_WAITING_OF_ONE_PERSON

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Waits until all has run, what the answering threads still submit too."""
        self._answering.shutdown(wait, cancel_futures=cancel_futures)
        self._slow.shutdown(wait, cancel_futures=cancel_futures)

    def _run(self, call: _Call | None) -> None:
        """Runs the call, and then those of the same workspace that have waited for a thread."""
        while call:
            call.run()
            call = self._next(call)

    def _next(self, ended: _Call) -> _Call | None:
        team_id = ended.caller.team_id
        with self._lock:
            self._running.give_back(ended.caller)
            waiting = self._waiting.get(team_id, deque())
            for n, call in enumerate(waiting):
                if self._running.take(call.caller):
                    del waiting[n]
                    self._n_waiting[call.caller] -= 1
                    if not self._n_waiting[call.caller]:
                        del self._n_waiting[call.caller]
                    if not waiting:
                        del self._waiting[team_id]
                    return call
        return None
