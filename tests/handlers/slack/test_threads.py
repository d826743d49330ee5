"""One person takes a few of the slow threads at most; their calls begin in order, and each is made once."""

from collections.abc import Iterator
from concurrent.futures import wait
from functools import partial
from threading import Event, Lock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.slack import threads
from handlers.slack.threads import SLOW_OF_ONE_PERSON, Threads


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

    calls = [running.submit_slow("U1", partial(slow, n)) for n in range(len(begun))]
    assert all(each.wait(20) for each in begun[:SLOW_OF_ONE_PERSON])
    assert running.submit_slow("U2", lambda: "free").result(20) == "free"
    assert running.submit(lambda: "answered").result(20) == "answered"
    assert not any(each.is_set() for each in begun[SLOW_OF_ONE_PERSON:])
    may_end.set()
    assert not wait(calls, 20).not_done
    assert all(each.is_set() for each in begun)


@given(callers=st.lists(st.sampled_from("abc"), max_size=60), each=st.integers(1, 3))
def test_each_call_is_made_once_and_those_of_one_person_in_order(callers: list[str], each: int):
    began: dict[str, list[int]] = {caller: [] for caller in callers}
    at_once: dict[str, int] = dict.fromkeys(callers, 0)
    lock, most = Lock(), dict.fromkeys(callers, 0)

    def call(caller: str, n: int) -> int:
        with lock:
            began[caller].append(n)
            at_once[caller] += 1
            most[caller] = max(most[caller], at_once[caller])
        with lock:
            at_once[caller] -= 1
        if n % 3 == 0:
            raise ValueError(n)
        return n

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threads, "SLOW_OF_ONE_PERSON", each)
        made = Threads()
        calls = [(n, made.submit_slow(caller, partial(call, caller, n))) for n, caller in enumerate(callers)]
        made.shutdown()
    for n, future in calls:
        if n % 3 == 0:
            assert isinstance(future.exception(0), ValueError)
        else:
            assert future.result(0) == n
    for caller, order in began.items():
        assert sorted(order) == [n for n, each_ in enumerate(callers) if each_ == caller]
        assert each > 1 or order == sorted(order)
        assert most[caller] <= each
    assert not made._running
    assert not made._waiting
