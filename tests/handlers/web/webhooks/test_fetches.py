"""What is fetched because a message names it: once, seldom, and failures are remembered."""

from concurrent.futures import wait
from datetime import timedelta

import pytest

from handlers.web.webhooks.fetches import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    MOST_KEPT,
    PER_HOUR,
    Fetches,
    Waiting,
)
from handlers.web.webhooks.requests import TemporarilyUnavailable, Unauthenticated, WebhookError
from tests.conftest import NOW

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


class Fetching:
    """A host that has even numbers at its URLs, and how often it was asked."""

    def __init__(self) -> None:
        self.fetched: list[str] = []
        self.is_there = True
        self.fetches = Fetches(self._fetch, _even, "The number")

    def _fetch(self, url: str) -> bytes:
        self.fetched.append(url)
        if not self.is_there:
            raise OSError
        return url.rpartition("/")[2].encode()

    def get(self, url: str, after: timedelta = timedelta()) -> int | type[WebhookError]:
        """What is there in the end, or how it is refused."""
        while True:
            try:
                return self.fetches.get(url, NOW + after)
            except Waiting as waiting:
                wait([waiting.fetched])
            except WebhookError as error:
                return type(error)


def _even(body: bytes) -> int:
    number = int(body)
    if number % 2:
        raise ValueError
    return number


@pytest.fixture
def fetching() -> Fetching:
    return Fetching()


def url(n: int, host: str = "a") -> str:
    return f"https://{host}/{n}"


def test_each_url_is_fetched_once(fetching: Fetching):
    assert [fetching.get(url(2)) for _ in range(5)] == [2] * 5
    assert fetching.get(url(2), 1_000 * HOUR) == 2
    assert fetching.fetched == [url(2)]


def test_a_failure_is_remembered_for_a_while_that_doubles(fetching: Fetching):
    fetching.is_there = False
    asked = [
        minute
        for minute in range(60)
        if (len(fetching.fetched), fetching.get(url(2), minute * MINUTE))[0] < len(fetching.fetched)
    ]
    assert asked == [0, 1, 3, 7, 15, 23, 31, 39, 47, 55]
    assert FIRST_PAUSE <= LONGEST_PAUSE
    fetching.is_there = True
    assert fetching.get(url(2), 62 * MINUTE) == TemporarilyUnavailable
    assert fetching.get(url(2), 63 * MINUTE) == 2


def test_an_hour_without_the_host_leaves_enough_of_the_hour_s_fetches(fetching: Fetching):
    fetching.is_there = False
    for minute in range(200):
        fetching.get(url(2), minute * MINUTE)
    fetching.is_there = True
    assert fetching.get(url(2), 200 * MINUTE + LONGEST_PAUSE) == 2


def test_what_can_not_be_used_is_remembered_too(fetching: Fetching):
    assert [fetching.get(url(3)) for _ in range(40)] == [Unauthenticated] * 40
    assert fetching.fetched == [url(3)]


def test_a_host_is_asked_only_so_often_within_an_hour_and_others_still_are(fetching: Fetching):
    answers = [fetching.get(url(2 * n), n * MINUTE) for n in range(40)]
    assert answers == [2 * n for n in range(PER_HOUR)] + [TemporarilyUnavailable] * (40 - PER_HOUR)
    assert fetching.get(url(2, "b"), 40 * MINUTE) == 2
    assert fetching.get(url(80), HOUR - MINUTE) == TemporarilyUnavailable
    assert fetching.get(url(80), HOUR) == 80


def test_only_so_many_are_kept_and_what_proved_useful_longest(fetching: Fetching):
    assert fetching.get(url(2)) == 2
    fetching.fetches.keep(url(2))
    for n in range(2, 4 * MOST_KEPT):
        fetching.get(url(2 * n), n * HOUR)
    fetching.fetched.clear()
    for n in range(1, 4 * MOST_KEPT):
        fetching.get(url(2 * n), (1_000 + n) * HOUR)
    assert url(2) not in fetching.fetched
    assert len(fetching.fetched) >= 3 * MOST_KEPT - 1


def test_a_fault_of_ours_is_not_taken_for_an_answer_and_does_not_block_the_url(fetching: Fetching):
    def fail(_: str) -> bytes:
        raise RuntimeError

    fetching.fetches._fetch = fail
    with pytest.raises(Waiting) as waiting:
        fetching.fetches.get(url(2), NOW)
    assert isinstance(waiting.value.fetched.exception(20), RuntimeError)
    fetching.fetches._fetch = fetching._fetch
    assert fetching.get(url(2)) == 2
