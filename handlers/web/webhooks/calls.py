"""A call as it came in, what it brought, and why it was refused. Sentences here are read in a provider's console."""

import base64
import binascii
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.bounces.events import Notice
from bot.bounces.webhooks import Token

CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Call:
    """The raw body, the headers (names in lower case) and the moment it came."""

    body: bytes
    headers: Mapping[str, str]
    now: datetime


@dataclass(frozen=True, slots=True)
class Received:
    """The notices of a call, and how many of its events say nothing about an address.

    `token` is there where the signature leaves the body out: whoever holds it may speak once.
    """

    notices: tuple[Notice, ...] = ()
    ignored: int = 0
    token: Token | None = None


Receive = Callable[[Call], Received]


class Refused(Exception):
    """The call is not taken. `said` tells what is wrong and what to do, and holds nothing that came with it."""

    status = 400

    def __init__(self, said: str, faults: Sequence[str] = ()) -> None:
        super().__init__(said)
        self.said = said
        self.faults = tuple(faults)


class Unreadable(Refused):
    """The body has another form than the provider's."""


class Forged(Refused):
    """Nothing proves that the provider sent this, or the proof is out of date."""

    status = 401


class TooLarge(Refused):
    """The body is over the limit."""

    status = 413


class TooSlow(Refused):
    """The body did not come in time."""

    status = 408


class NotNow(Refused):
    """It may work later: the provider is to send it again."""

    status = 503


def is_same(given: str, expected: str) -> bool:
    """Takes the same time wherever the two differ."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode("utf-8", "replace"))


def check_age(at: datetime, now: datetime, most: timedelta) -> None:
    """Raises Forged for a call that was signed too long ago, or in the future."""
    if now - at > most:
        minutes = most // timedelta(minutes=1)
        raise Forged(f"This request was signed more than {minutes} minutes ago. Send it again, newly signed.")
    if at - now > CLOCKS_DIFFER:
        raise Forged("This request was signed in the future. Compare the clocks of the two computers.")


def basic_credentials(header: str) -> str:
    """`user:password` of an Authorization header; "" where there is none."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
