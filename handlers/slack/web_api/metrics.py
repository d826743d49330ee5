"""What is counted of Slack: its requests, how soon they are acknowledged, and the calls of its Web API."""

from collections.abc import Callable
from typing import Any

from prometheus_client import Counter, Histogram
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from slack_sdk.web import SlackResponse

from handlers import tracing
from handlers.slack.web_api.sdk_workarounds import error_code

REQUESTS = Counter(
    "cleaned_requests",
    "Requests of people, by kind and the name of the command, button or form.",
    ["kind", "name"],
)
ACKNOWLEDGEMENT = Histogram(
    "cleaned_acknowledgement_seconds",
    "Time from the arrival of a request of Slack's to its answer; Slack waits for 3 s.",
    ["way"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5),
)
CALLS = Counter(
    "cleaned_slack_calls",
    "Calls of Slack's Web API, by outcome: ok, Slack's error code, or no_answer.",
    ["method", "outcome"],
)
RATE_LIMITED = Counter("cleaned_slack_rate_limited", "Calls that Slack asked to repeat later.")

OK, NO_ANSWER = "ok", "no_answer"


class CountedClient(WebClient):
    """A client that counts its calls, each once however often it was tried. `on_error` is told Slack's error codes."""

    on_error: Callable[[str], object] = staticmethod(lambda _: None)

    def api_call(self, api_method: str, **given: Any) -> SlackResponse:
        outcome = NO_ANSWER
        with tracing.span(f"Slack {api_method}", method=api_method):
            try:
                response = super().api_call(api_method, **given)
                outcome = OK
            except SlackApiError as error:
                outcome = error_code(error) or NO_ANSWER
                self.on_error(outcome)
                raise
            finally:
                CALLS.labels(api_method, outcome).inc()
                tracing.note(outcome=outcome)
        return response


class CountedRateLimits(RateLimitErrorRetryHandler):
    """Counts how often Slack asks to wait."""

    def prepare_for_next_attempt(self, **given: Any) -> None:
        RATE_LIMITED.inc()
        super().prepare_for_next_attempt(**given)
