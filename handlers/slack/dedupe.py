"""Detects requests that Slack sends again: at once, after one and after five minutes (in Socket Mode too)."""

import json
import logging
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock
from time import monotonic, sleep
from typing import Any

from bot.jobs import dedupe
from bot.jobs.jobs import Clock
from handlers.slack import errors
from handlers.slack.errors import Answer
from storage.core.database import Database

KEPT_SECONDS = dedupe.REQUESTS_KEPT.total_seconds()
MOST_ANSWERS = 1_000  # kept in memory
WAIT_SECONDS = 2.5  # for the answer to the first delivery; Slack waits three for that to the second
LOOK_EVERY_SECONDS = 0.05  # at another process's answer

log = logging.getLogger(__name__)


class AnswerUnknown(Exception):
    """The first delivery of a submission has no answer yet, or the process that received it has died."""


class SeenRequests:
    """The requests received before: by this process, in memory, and by any process, in the database.

    Effects happen once because of the database's own rows anyway; this avoids a second answer to the person, and gives
    a submission that comes again the answer that the first had.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._seen: OrderedDict[str, float] = OrderedDict()
        self._answers: OrderedDict[str, Future[Answer]] = OrderedDict()
        self._lock = Lock()

    def is_repeated(self, body: dict[str, Any]) -> bool:
        """Whether this process has received the request before. One without an id is new, and so is a submission."""
        key = _key(body)
        return bool(key) and not _is_submission(body) and self._is_in_memory(key)

    def is_first(self, body: dict[str, Any]) -> bool:
        """Whether no process has handled the request. To be called once it is acknowledged, before it takes effect."""
        key = _key(body)
        return not key or dedupe.is_first(self._database, key, self._clock())

    def answer(
        self, body: dict[str, Any], make: Callable[[], Answer], fail: Callable[[Exception], Answer]
    ) -> Answer:
        """The answer to a submission: `make`'s the first time, and after that the very same. Raises AnswerUnknown.

        `fail` makes the answer to what `make` raises.
        """
        key = _key(body)
        if not key:
            return _answer(make, fail)
        with self._lock:
            first = self._answers.get(key)
            if first is None:
                mine = self._answers[key] = Future()
                if len(self._answers) > MOST_ANSWERS:
                    self._answers.popitem(last=False)
        if first is not None:
            return _result(first)
        try:
            mine.set_result(_answer(lambda: self._of_any_process(key, make, fail), fail))
        except Exception as error:  # noqa: BLE001  raised by the next line, and for those who wait
            mine.set_exception(error)
        return mine.result()

    def _of_any_process(
        self, key: str, make: Callable[[], Answer], fail: Callable[[Exception], Answer]
    ) -> Answer:
        if not dedupe.is_first(self._database, key, self._clock()):
            return self._of_another_process(key)
        answer = _answer(make, fail)
        try:
            dedupe.keep_answer(self._database, key, json.dumps(answer))
        except Exception as error:  # noqa: BLE001  the work is done, and this process knows the answer
            log.warning("the answer to a form is not kept: %s", errors.name(error))
        return answer

    def _of_another_process(self, key: str) -> Answer:
        until = monotonic() + WAIT_SECONDS
        while monotonic() < until:
            if kept := dedupe.kept_answer(self._database, key):
                answer: Answer = json.loads(kept)
                return answer
            sleep(LOOK_EVERY_SECONDS)
        raise AnswerUnknown

    def _is_in_memory(self, key: str) -> bool:
        """Whether the key was there before; adds it if not."""
        now = monotonic()
        with self._lock:
            while self._seen and next(iter(self._seen.values())) < now - KEPT_SECONDS:
                self._seen.popitem(last=False)
            if key in self._seen:
                return True
            self._seen[key] = now
            return False


def _answer(make: Callable[[], Answer], fail: Callable[[Exception], Answer]) -> Answer:
    try:
        return make()
    except AnswerUnknown:
        raise
    except Exception as error:  # noqa: BLE001  told to the person
        return fail(error)


def _result(first: Future[Answer]) -> Answer:
    try:
        return first.result(WAIT_SECONDS)
    except TimeoutError:
        raise AnswerUnknown from None


def _is_submission(body: dict[str, Any]) -> bool:
    return body.get("type") == "view_submission"


def _key(body: dict[str, Any]) -> str:
    """Slack's id of the request, which is the same when it is sent again; "" if it has none."""
    if body.get("type") == "block_suggestion":
        return ""
    return str(body.get("event_id") or body.get("trigger_id") or "")
