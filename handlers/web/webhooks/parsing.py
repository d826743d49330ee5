"""Parses untrusted JSON into events: every error names the path of the field, and never repeats its value."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Any, NoReturn

from bot.bounces.diagnosis import diagnose, find_code, first_specific
from bot.bounces.events import (
    EARLIEST,
    LONGEST_ADDRESS,
    LONGEST_CAMPAIGN,
    Cause,
    EventKind,
    MailEvent,
)
from bot.bounces.webhooks import WebhookPayload
from handlers.web.webhooks.requests import CLOCK_SKEW, InvalidBody
from storage.core.text import storable

LONGEST_TEXT = 2_000  # characters
MILLISECONDS = (
    100_000_000_000  # from here on a number is in milliseconds: in seconds, it would be the year 5138
)

# Soft, even if the provider calls the failure permanent: the address is not at fault.
SOFT_CAUSES = frozenset({Cause.FULL, Cause.POLICY, Cause.CONTENT, Cause.SIZE, Cause.SERVER})


def parse_json(body: bytes | str) -> object:
    """Returns the JSON value. Raises InvalidBody."""
    try:
        return json.loads(body, parse_constant=_reject_constant)
    except (ValueError, RecursionError):
        raise InvalidBody("The body is not JSON. Choose JSON as the format of this webhook.") from None


def as_object(value: object, path: str = "") -> "JsonObject":
    """Returns the value as an object. Raises InvalidBody."""
    if not isinstance(value, dict):
        raise InvalidBody(f"{path or 'The body'}: a JSON object is expected here.")
    return JsonObject(value, path)


def as_objects(value: object, most: int, path: str = "") -> list["JsonObject"]:
    """Returns the objects of a list, or a single object as a list. Raises InvalidBody."""
    if not isinstance(value, list):
        return [as_object(value, path)]
    if len(value) > most:
        raise InvalidBody(f"At most {most:,} events a request: send them in several.")
    return [as_object(item, f"{path}[{n}]") for n, item in enumerate(value)]


def parse_batch(body: bytes, most: int, parse: "Callable[[JsonObject], MailEvent | None]") -> WebhookPayload:
    """Parses a provider's batch of events, as `parse_events` does. Raises InvalidBody."""
    return parse_events(as_objects(parse_json(body), most), parse)


def parse_events(
    objects: "Sequence[JsonObject]", parse: "Callable[[JsonObject], MailEvent | None]"
) -> WebhookPayload:
    """Parses the events of a batch.

    Events that can't be parsed are ignored, because the provider would send the whole batch again, for ever. Raises
    InvalidBody if none can be parsed.
    """
    events: list[MailEvent] = []
    faults: list[InvalidBody] = []
    for json_object in objects:
        try:
            event = parse(json_object)
        except InvalidBody as fault:
            faults.append(fault)
            continue
        if event:
            events.append(event)
    if faults and len(faults) == len(objects):
        raise faults[0]
    return WebhookPayload(tuple(events), ignored=len(objects) - len(events))


@dataclass(frozen=True, slots=True)
class JsonObject:
    """A JSON object and its path in the body. Several names for a field mean: the first that is present."""

    values: Mapping[str, Any]
    path: str = ""

    def text(self, *names: str, longest: int = LONGEST_TEXT) -> str:
        """Returns the text of a field without what no database accepts; "" if it is empty or missing. Raises InvalidBody."""
        for name in names:
            value = self.values.get(name)
            if isinstance(value, int | float) and not isinstance(value, bool):
                return str(value)
            if value is not None and not isinstance(value, str):
                raise InvalidBody(f"{self.path_of(name)}: a text is expected here.")
            if value and (text := storable(value).strip()):
                return text[:longest]
        return ""

    def exact(self, name: str) -> str:
        """Returns the text of a field unchanged, as what proves the sender needs it; "" if missing. Raises InvalidBody."""
        value = self.values.get(name)
        if value is not None and not isinstance(value, str):
            raise InvalidBody(f"{self.path_of(name)}: a text is expected here.")
        return value or ""

    def address(self, *names: str) -> str:
        """Returns an address; of `Name <address>` the address. Raises InvalidBody if it is missing."""
        text = self.text(*names)
        if "<" in text:
            text = parseaddr(text)[1]
        if not text:
            raise InvalidBody(f"{self.path_of(names[0])}: an e-mail address is expected here.")
        return text[:LONGEST_ADDRESS]

    def time(self, *names: str, now: datetime) -> datetime:
        """Returns a time, never later than `now`; `now` if it is missing. Raises InvalidBody."""
        for name in names:
            if value := self.values.get(name):
                try:
                    return min(parse_time(value, now), now)
                except ValueError:
                    raise InvalidBody(f"{self.path_of(name)}: a time is expected here.") from None
        return now

    def inner(self, name: str) -> "JsonObject":
        """Returns the object in that field, an empty one if it is missing. Raises InvalidBody."""
        value = self.values.get(name)
        return as_object({} if value is None else value, self.path_of(name))

    def list(self, name: str, most: int = 1_000) -> list["JsonObject"]:
        """Returns the objects in that field, none if it is missing. Raises InvalidBody."""
        value = self.values.get(name)
        return [] if value is None else as_objects(value, most, self.path_of(name))

    def label(self, *names: str) -> str:
        """Returns a text, or the first of a list of texts; "" if it is missing."""
        for name in names:
            value = self.values.get(name)
            first = value[0] if isinstance(value, list) and value else value
            if isinstance(first, str) and (text := storable(first).strip()):
                return text[:LONGEST_CAMPAIGN]
        return ""

    def path_of(self, name: str) -> str:
        """Returns the path of a field of this object."""
        return f"{self.path}.{name}" if self.path else name


def parse_time(value: object, now: datetime) -> datetime:
    """Parses seconds or milliseconds since 1970, or ISO 8601 (UTC if it names no zone), to UTC. Raises ValueError."""
    if isinstance(value, str) and not value.strip().isdecimal():
        at = datetime.fromisoformat(value.strip())
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
    elif isinstance(value, int | float | str) and not isinstance(value, bool):
        at = _from_timestamp(value)
    else:
        raise ValueError
    if at < EARLIEST or at - now > CLOCK_SKEW:
        raise ValueError
    return at.astimezone(UTC)


def event_uid(parts: Iterable[object]) -> str:
    """Returns a hash of the parts, which identifies an event. Stored: a change would store events twice."""
    return hashlib.sha256("\0".join(map(str, parts)).encode("utf-8", "replace")).hexdigest()[:40]


def first_code(*texts: str) -> str:
    """Returns the first specific status code (RFC 3463) in the texts, else the first one, else ""."""
    return first_specific([code for text in texts if (code := find_code(text))])


def diagnose_cause(code: str, diagnostic: str) -> Cause:
    """Returns the cause alone."""
    return diagnose(code, diagnostic)[1]


def diagnose_permanent(code: str, diagnostic: str) -> tuple[EventKind, Cause]:
    """Diagnoses what a provider calls permanent: hard, unless the server named a cause that is not the address."""
    cause = diagnose_cause(code, diagnostic)
    return (EventKind.SOFT if cause in SOFT_CAUSES else EventKind.HARD), cause


def _from_timestamp(number: float | str) -> datetime:
    try:
        seconds = float(number)
        if seconds >= MILLISECONDS:
            seconds /= 1000
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError from error


def _reject_constant(_constant: str) -> NoReturn:
    """NaN and Infinity are not JSON."""
    raise ValueError
