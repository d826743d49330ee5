"""Reading JSON that anyone may have made: every fault is named by its place, and no value is repeated in it."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Any, NoReturn

from bot.bounces.diagnosis import diagnose, find_code
from bot.bounces.events import Cause, EventKind, Notice
from handlers.web.webhooks.calls import CLOCKS_DIFFER, Received, Unreadable
from storage.core.text import storable

LONGEST_ADDRESS = 320
LONGEST_TEXT = 2_000
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
MILLISECONDS = 100_000_000_000  # as seconds, the year 5138

# What passes, whatever the provider calls it: the address is not at fault.
PASSING = frozenset({Cause.FULL, Cause.POLICY, Cause.CONTENT, Cause.SIZE, Cause.SERVER})


def parsed(body: bytes | str) -> object:
    """The JSON value. Raises Unreadable."""
    try:
        return json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise Unreadable("The body is no JSON. Choose JSON as the format of this webhook.") from None


def an_object(value: object, place: str = "") -> "JsonFields":
    """Raises Unreadable."""
    if not isinstance(value, dict):
        raise Unreadable(f"{place or 'The body'}: a JSON object is expected here.")
    return JsonFields(value, place)


def objects(value: object, most: int, place: str = "") -> list["JsonFields"]:
    """The objects of a list, or the only one. Raises Unreadable."""
    if not isinstance(value, list):
        return [an_object(value, place)]
    if len(value) > most:
        raise Unreadable(f"At most {most:,} events a request: send them in several.")
    return [an_object(each, f"{place}[{n}]") for n, each in enumerate(value)]


def batch(body: bytes, most: int, read: "Callable[[JsonFields], Notice | None]") -> Received:
    """What the events of a provider's batch say.

    One that can't be read is ignored, since the provider would send it again with all the others, for ever. Raises
    Unreadable where none can.
    """
    events = objects(parsed(body), most)
    notices: list[Notice] = []
    faults: list[Unreadable] = []
    for event in events:
        try:
            notice = read(event)
        except Unreadable as fault:
            faults.append(fault)
            continue
        if notice:
            notices.append(notice)
    if faults and len(faults) == len(events):
        raise faults[0]
    return Received(tuple(notices), ignored=len(events) - len(notices))


@dataclass(frozen=True, slots=True)
class JsonFields:
    """A JSON object and where it stands."""

    values: Mapping[str, Any]
    place: str = ""

    def text(self, *names: str, longest: int = LONGEST_TEXT) -> str:
        """The first of these that says something, as text that a database takes; "" if none does."""
        for name in names:
            value = self.values.get(name)
            if isinstance(value, int | float) and not isinstance(value, bool):
                return str(value)
            if value is not None and not isinstance(value, str):
                raise Unreadable(f"{self.at(name)}: a text is expected here.")
            if value and (sound := storable(value).strip()):
                return sound[:longest]
        return ""

    def address(self, *names: str) -> str:
        """Raises Unreadable where there is none. `Name <address>` is understood."""
        text = self.text(*names)
        if "<" in text:
            text = parseaddr(text)[1]
        if not text:
            raise Unreadable(f"{self.at(names[0])}: an e-mail address is expected here.")
        return text[:LONGEST_ADDRESS]

    def moment(self, *names: str, now: datetime) -> datetime:
        """The time in the first of these; `now` if there is none, and never after it. Raises Unreadable."""
        for name in names:
            if value := self.values.get(name):
                try:
                    return min(moment(value, now), now)
                except ValueError:
                    raise Unreadable(f"{self.at(name)}: a time is expected here.") from None
        return now

    def inner(self, name: str) -> "JsonFields":
        """The object there; an empty one if there is none. Raises Unreadable."""
        value = self.values.get(name)
        return an_object({} if value is None else value, self.at(name))

    def list(self, name: str, most: int = 1_000) -> list["JsonFields"]:
        """The objects there. Raises Unreadable."""
        value = self.values.get(name)
        return [] if value is None else objects(value, most, self.at(name))

    def label(self, *names: str) -> str:
        """The first text there, which may stand in a list."""
        for name in names:
            value = self.values.get(name)
            first = value[0] if isinstance(value, list) and value else value
            if isinstance(first, str) and (sound := storable(first).strip()):
                return sound[:200]
        return ""

    def at(self, name: str) -> str:
        """Where a field of this object stands."""
        return f"{self.place}.{name}" if self.place else name


def moment(value: object, now: datetime) -> datetime:
    """From seconds or milliseconds since 1970, or ISO 8601 (UTC where it names no zone); in UTC. Raises ValueError."""
    if isinstance(value, str) and not value.strip().isdecimal():
        at = datetime.fromisoformat(value.strip())
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
    elif isinstance(value, int | float | str) and not isinstance(value, bool):
        at = _since_1970(value)
    else:
        raise ValueError
    if at < EARLIEST or at - now > CLOCKS_DIFFER:
        raise ValueError
    return at.astimezone(UTC)


def uid_of(parts: Iterable[object]) -> str:
    """The same parts give the same text; what they are can't be read from it."""
    return hashlib.sha256("\0".join(map(str, parts)).encode("utf-8", "replace")).hexdigest()[:40]


def code_in(*texts: str) -> str:
    """The first enhanced status code (RFC 3463) that says something, else the first, else ""."""
    found = [code for text in texts if (code := find_code(text))]
    return next((code for code in found if not code.endswith(".0.0")), found[0] if found else "")


def cause_of(code: str, diagnostic: str) -> Cause:
    return diagnose(code, diagnostic)[1]


def weighed(code: str, diagnostic: str) -> tuple[EventKind, Cause]:
    """For what a provider calls permanent: hard, unless the server named something that passes."""
    cause = cause_of(code, diagnostic)
    return (EventKind.SOFT if cause in PASSING else EventKind.HARD), cause


def _since_1970(number: float | str) -> datetime:
    try:
        seconds = float(number)
        if seconds >= MILLISECONDS:
            seconds /= 1000
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError from error


def _refuse(_constant: str) -> NoReturn:
    raise ValueError
