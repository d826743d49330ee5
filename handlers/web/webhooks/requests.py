"""A webhook request, and the errors that reject it. The sentences here are read in a provider's console."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.bounces.webhooks import WebhookPayload

CLOCK_SKEW = timedelta(minutes=5)
LATEST_TIMESTAMP = 4_102_444_800  # seconds since 1970: the year 2100


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """The raw body, the headers (names in lower case) and the time of arrival."""

    body: bytes
    headers: Mapping[str, str]
    now: datetime


Receiver = Callable[[WebhookRequest], WebhookPayload]
"""Authenticates and parses a request. Raises WebhookError."""


class WebhookError(Exception):
    """The request is rejected. `message` says what is wrong and what to do, and contains nothing from the request.

    `faults` lists the invalid fields. `retry_after`: in how many seconds it may be sent again; 0 if that is of no use.
    """

    status = 400
    retry_after = 0

    def __init__(self, message: str, faults: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.faults = tuple(faults)


class InvalidBody(WebhookError):
    """The body does not have the provider's form."""


class Unauthenticated(WebhookError):
    """Nothing proves that the provider sent the request, or the proof has expired."""

    status = 401


class BodyTooLarge(WebhookError):
    """The body exceeds the limit."""

    status = 413


class BodyTimeout(WebhookError):
    """The body did not arrive in time."""

    status = 408


class TemporarilyUnavailable(WebhookError):
    """It may work later: the provider is expected to send the request again."""

    status = 503
    retry_after = 5


class TooManyRequests(WebhookError):
    """The source has sent too many requests, or too many that were rejected."""

    status = 429

    def __init__(self, retry_after: int) -> None:
        super().__init__("Too many requests came from this address. Send this again later.")
        self.retry_after = retry_after


def parse_timestamp(text: str) -> datetime | None:
    """Parses the time of a signature, in seconds since 1970; None if it is missing or out of range."""
    if not (text.isascii() and text.isdecimal() and int(text[:12]) < LATEST_TIMESTAMP):
        return None
    return datetime.fromtimestamp(int(text[:12]), UTC)


def check_age(signed_at: datetime, now: datetime, max_age: timedelta) -> None:
    """Raises Unauthenticated for a request signed longer ago than `max_age`, or in the future."""
    if now - signed_at > max_age:
        minutes = max_age // timedelta(minutes=1)
        raise Unauthenticated(
            f"This request was signed more than {minutes} minutes ago. Send it again with a new signature."
        )
    if signed_at - now > CLOCK_SKEW:
        raise Unauthenticated(
            "This request was signed in the future. Compare the clocks of the two computers."
        )
