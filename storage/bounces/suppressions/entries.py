"""Entries of suppression lists, read from JSON that is not trusted."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from storage.bounces.suppressions.errors import InvalidAnswer
from storage.core.text import storable

LONGEST_TEXT = 2_000  # characters
MOST_STEPS_BACK = 20  # in one list, after entries were removed from it while it was read

_MILLISECONDS = 100_000_000_000  # from here on a number is in milliseconds


@dataclass(frozen=True, slots=True)
class Suppression:
    """An address that a provider no longer mails."""

    address: str = field(repr=False)
    """"" if the entry has none."""
    reason: str
    """The provider's own name for why: the name of its list, or a field of the entry."""
    at: datetime | None
    """When it was put there; None if the entry does not say."""
    diagnostic: str = field(default="", repr=False)
    """The mail server's own words, where the provider keeps them."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries, and how many all lists of the provider have, where it says so."""

    entries: Sequence[Suppression]
    total: int | None = None


def suppression(
    entry: object, *, address: str, reason: str, at: str, diagnostic: Sequence[str] = ()
) -> Suppression:
    """Reads an entry; the arguments are the names of its fields, `reason` is the reason itself."""
    values = entry if isinstance(entry, Mapping) else {}
    words = [text(values.get(name)) for name in diagnostic]
    return Suppression(
        text(values.get(address)), reason, parsed_time(values.get(at)), " ".join(filter(None, words))
    )


def objects(value: object, name: str, provider: str) -> Sequence[object]:
    """Returns the list in that field, or the value itself if `name` is "". Raises InvalidAnswer."""
    found = value.get(name) if name and isinstance(value, Mapping) else None if name else value
    if not isinstance(found, list):
        raise InvalidAnswer(provider=provider)
    return found


def text(value: object) -> str:
    """Returns a text or number as one line of text without what no database stores; "" for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return storable(str(value)[:LONGEST_TEXT]).strip()


def parsed_time(value: object) -> datetime | None:
    """Parses seconds or milliseconds since 1970, ISO 8601 or RFC 5322 (UTC without a zone); None if it is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        return _parsed(value).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def offset_pages(
    fetch: Callable[[int], Sequence[Suppression]], size: int, provider: str
) -> Iterator[Sequence[Suppression]]:
    """Yields the new entries of each page of a list that is read by offset, until a page is not full.

    An entry that is removed meanwhile moves all that follow, so that one would be skipped. Therefore each page begins
    with the last entry of the one before; if it does not, reading goes back by a page. Raises InvalidAnswer if the same
    entries come again and again.
    """
    offset = steps_back = repetitions = 0
    seen: set[int] = set()
    while True:
        page = fetch(offset)
        has_moved = offset > 0 and (not page or _identity(page[0]) not in seen)
        if has_moved and steps_back < MOST_STEPS_BACK:
            steps_back += 1
            offset = max(0, offset - size)
            continue
        new = {_identity(entry): entry for entry in page if _identity(entry) not in seen}
        seen |= new.keys()
        yield list(new.values())
        if len(page) < size:
            return
        repetitions += not new
        if repetitions > steps_back:
            raise InvalidAnswer(provider=provider)
        offset += size - 1


def _identity(entry: Suppression) -> int:
    return hash((entry.address.lower(), entry.reason, entry.at))  # a number: there may be a million


def _parsed(value: str | float) -> datetime:
    if isinstance(value, str) and not value.strip().isdecimal():
        try:
            at = datetime.fromisoformat(value.strip())
        except ValueError:
            at = parsedate_to_datetime(value)
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    seconds = float(value)
    return datetime.fromtimestamp(seconds / 1000 if seconds >= _MILLISECONDS else seconds, UTC)
