"""One person and one workspace take a part of the threads at most; calls begin in order, and each is made once."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import wait
from functools import partial
from threading import Event, Lock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.slack import threads
from handlers.slack.threads import SLOW_OF_ONE_PERSON, Caller, Threads

# Two of one workspace, one of another, and a person who is in both.
CALLERS = (Caller("U1", "T1"), Caller("U2", "T1"), Caller("U3", "T2"), Caller("U1", "T2"), Caller("", "T1"))


@pytest.fixture
def running() -> Iterator[Threads]:
    made = Threads()
    yield made
    made.shutdown()


def test_a_person_with_many_slow_calls_takes_few_threads_and_another_one_is_free(running: Threads):
    begun, may_end = [Event() for _ in range(SLOW_OF_ONE_PERSON + 5)], Event()

    def slow(n: int) -> None:
        begun[n].set()
        assert may_end.wait(20)

    calls = [running.submit_slow(Caller("U1"), partial(slow, n)) for n in range(len(begun))]
    assert all(each.wait(20) for each in begun[:SLOW_OF_ONE_PERSON])
    assert running.submit_slow(Caller("U2"), lambda: "free").result(20) == "free"
    assert running.submit(lambda: "answered").result(20) == "answered"
    assert not any(each.is_set() for each in begun[SLOW_OF_ONE_PERSON:])
    may_end.set()
    assert not wait(calls, 20).not_done
    assert all(each.is_set() for each in begun)


def test_a_workspace_whose_people_all_wait_leaves_threads_for_another_one(
    running: Threads, monkeypatch: pytest.MonkeyPatch
):
    may_end = Event()
    people = [Caller(f"U{n}", "T1") for n in range(threads.SLOW_OF_ONE_WORKSPACE + 20)]
    calls = [running.submit_slow(each, lambda: may_end.wait(20)) for each in people]
    assert running.submit_slow(Caller("U0", "T2"), lambda: "free").result(20) == "free"
    assert sum(each.running() for each in calls) == 0  # ours are not the pool's futures
    assert len(running._slow._threads) <= threads.SLOW_OF_ONE_WORKSPACE + 1
    may_end.set()
    assert not wait(calls, 20).not_done


def test_a_person_with_too_many_waiting_calls_is_seen(running: Threads, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(threads, "MOST_WAITING_OF_ONE_PERSON", 3)
    may_end, caller = Event(), CALLERS[0]
    for n in range(SLOW_OF_ONE_PERSON + 3):
        assert not running.has_many_waiting(caller), n
        running.submit_slow(caller, lambda: may_end.wait(20))
    assert [running.has_many_waiting(each) for each in CALLERS] == [True, False, False, False, False]
    may_end.set()


@given(
    asked=st.lists(st.sampled_from(CALLERS), max_size=60),
    of_a_person=st.integers(1, 3),
    of_a_workspace=st.integers(1, 4),
)
def test_each_call_is_made_once_and_those_of_one_person_in_order(
    asked: list[Caller], of_a_person: int, of_a_workspace: int
):
    began: dict[Caller, list[int]] = {caller: [] for caller in asked}
    at_once: Counter[Caller | str] = Counter()
    lock, most = Lock(), Counter[Caller | str]()

    def call(caller: Caller, n: int) -> int:
        with lock:
            began[caller].append(n)
            at_once.update((caller, caller.team_id))
            most.update({key: max(0, at_once[key] - most[key]) for key in (caller, caller.team_id)})
        with lock:
            at_once.subtract((caller, caller.team_id))
        if n % 3 == 0:
            raise ValueError(n)
        return n

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threads, "SLOW_OF_ONE_PERSON", of_a_person)
        patch.setattr(threads, "SLOW_OF_ONE_WORKSPACE", of_a_workspace)
        made = Threads()
        calls = [(n, made.submit_slow(caller, partial(call, caller, n))) for n, caller in enumerate(asked)]
        made.shutdown()
    for n, future in calls:
        if n % 3 == 0:
            assert isinstance(future.exception(0), ValueError)
        else:
            assert future.result(0) == n
    for caller, order in began.items():
        assert sorted(order) == [n for n, each in enumerate(asked) if each == caller]
        assert of_a_person > 1 or order == sorted(order)
        assert most[caller] <= of_a_person
        assert most[caller.team_id] <= of_a_workspace
    assert not len(made._running)
    assert not made._waiting
    assert not made._n_waiting
