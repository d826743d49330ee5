"""How many requests a person and a workspace may make, and the answer to those that are too many.

Such a request is answered within its acknowledgement, and nothing is done for it.
"""

from collections.abc import Callable
from time import monotonic
from typing import Any

from prometheus_client import Counter

from bot.core.errors import CleanedError
from handlers.limits import RateLimit
from handlers.slack import errors
from handlers.slack.request import Request
from handlers.words import Words

# Requests a second on average, and at once: nobody clicks or types as fast, and nobody sends as many in vain.
OF_ONE_PERSON = 20, 100
OF_ONE_WORKSPACE = 60, 600
TELL_EVERY_SECONDS = 5  # a person whose clicks are too many
REFUSED = Counter(
    "cleaned_requests_refused",
    "Requests that were not handled because there were too many of one person or workspace.",
    ["limit"],
)
PERSON, WORKSPACE, WAITING, ANSWERING = "person", "workspace", "waiting", "answering"
# Requests whose acknowledgement shows nothing, and whose person waits for something to happen.
_TOLD = frozenset({"block_actions", "message_action"})
_TOLD_EVENTS = frozenset({"message", "app_mention"})


class TooManyRequests(CleanedError):
    """The person or the workspace has made too many requests within a short time."""

    key = "error-too-many-requests"


class Limits:
    """The limits of one process."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._of_person = RateLimit(*OF_ONE_PERSON, clock)
        self._of_workspace = RateLimit(*OF_ONE_WORKSPACE, clock)
        self._telling = RateLimit(1 / TELL_EVERY_SECONDS, 1, clock)
        for limit in (PERSON, WORKSPACE, WAITING, ANSWERING):
            REFUSED.labels(limit)  # 0 from the start, so that the first one is an increase

    def refusal(self, request: Request) -> dict[str, Any] | None:
        """The answer to Slack if the request is too much, else None. What no person asks for is never too much."""
        if not request.user_id:
            return None
        if limit := self._exceeded(request):
            REFUSED.labels(limit).inc()
            if _is_told(request.body) and self._telling.take(request.caller):
                request.threads.submit_slow(request.caller, lambda: errors.tell(TooManyRequests(), request))
            return answer(request)
        return None

    def _exceeded(self, request: Request) -> str | None:
        if request.threads.has_many_waiting(request.caller):
            return WAITING
        if not self._of_person.take(request.caller):
            return PERSON
        return None if self._of_workspace.take(request.team_id) else WORKSPACE


def answer(request: Request) -> dict[str, Any]:
    """What answers Slack: the sentence, or no options where a menu has no place for one. Asks nothing of Slack."""
    words = request.context.people.known_words(request.user_id)
    if request.is_submission:
        return errors.answer(TooManyRequests(), words)
    if request.body.get("type") == "block_suggestion":
        return {"options": []}
    return _message(words) if "command" in request.body else {}


def _message(words: Words) -> dict[str, Any]:
    return {"response_type": "ephemeral", "text": str(errors.sentence(words, TooManyRequests()))}


def _is_told(body: dict[str, Any]) -> bool:
    return body.get("type") in _TOLD or body.get("event", {}).get("type") in _TOLD_EVENTS
