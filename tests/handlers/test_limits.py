"""A limit allows so many at once and so many a second, each key by itself, in any order of events."""

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import limits
from handlers.limits import RateLimit


@given(
    a_second=st.sampled_from([0.2, 1.0, 3.0, 20.0]),
    at_once=st.integers(1, 5),
    events=st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 40)), max_size=80),
)
def test_it_allows_what_a_bucket_allows(a_second: float, at_once: int, events: list[tuple[str, int]]):
    """A bucket of tokens, which is filled by and by: twentieths of a second pass between two events."""
    now = 0.0
    limit = RateLimit(a_second, at_once, lambda: now)
    tokens: dict[str, float] = defaultdict(lambda: float(at_once))
    for key, twentieths in events:
        now += twentieths / 20
        for each in "ab":
            tokens[each] = min(at_once, tokens[each] + a_second * twentieths / 20)
        has_one = tokens[key] > 1 - 1e-4
        assert limit.wait(key) == pytest.approx(0 if has_one else (1 - tokens[key]) / a_second, abs=1e-3)
        assert limit.take(key) == has_one
        tokens[key] -= has_one


def test_however_many_keys_there_are_few_are_remembered_and_those_that_go_on_stay_limited(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(limits, "MOST_KEYS", 10)
    limit = RateLimit(1, 2, lambda: 0.0)
    assert [limit.take("busy") for _ in range(3)] == [True, True, False]
    for n in range(1_000):
        assert limit.take(f"stranger {n}")
        assert not limit.take("busy")
    assert len(limit._empty_again) == 10
