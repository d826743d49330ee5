"""A Mailchimp member becomes a contact of the mirror, or changes one: the pure rules.

Mailchimp's word holds, also where an import would not believe it; what only this side knows stays: why and when a
contact was cleaned, and the status it had before it was archived.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from json.encoder import encode_basestring as _quoted  # the quick one, in C
from operator import itemgetter

import msgspec

from storage.contacts.values import COLUMNS, CleanReason, Row, Status
from storage.mailchimp import documents, members
from storage.mailchimp.members import Location, Member
from storage.mailchimp.values import MergeValue

_AT = {name: i for i, name in enumerate(COLUMNS)}
_ID, _STATUS, _BEFORE, _REVISION = (_AT[name] for name in ("id", "status", "status_before", "revision"))
_TAGS = _AT["tags"]
_OURS = ("cleaned_at", "clean_reason", "clean_campaign_title", "clean_campaign_id", "clean_diagnostic")
_NOWHERE: Sequence[str | None] = (None,) * 7
_UNKNOWN = CleanReason.UNKNOWN.value
_ours = itemgetter(*(_AT[name] for name in _OURS))

contact_id: Callable[[Row], int] = itemgetter(_ID)
key: Callable[[Row], str] = itemgetter(_AT["address_key"])
remote_id: Callable[[Row], int | None] = itemgetter(_AT["remote_id"])


@dataclass(frozen=True, slots=True)
class MemberPage:
    """The contacts of a page, as rows; the rest as of a `MemberPage`."""

    rows: Sequence[Row]
    total: int
    unreadable: int
    ids: Sequence[int]
    short: Mapping[str, str] = field(default_factory=dict)  # whose tags are not all told: address key → hash


def page(body: bytes, audience_id: int, labels: Mapping[str, str]) -> MemberPage:
    """Of what Mailchimp wrote. Raises ValueError."""
    read = members.page(body)
    rows = [row(member, audience_id, labels) for member in read.members]
    short = {
        key(of): member.hash
        for of, member in zip(rows, read.members, strict=True)
        if member.tag_count > len(member.tag_objects)
    }
    return MemberPage(rows, read.total, read.unreadable, read.ids, short)


def row(member: Member, audience_id: int, labels: Mapping[str, str]) -> Row:
    """The member as Mailchimp has it; no id, no revision yet. `labels`: merge tag → the column's name."""
    address_key = (
        member.address.lower()
    )  # Mailchimp took the address as it is: the mirror tells what is there
    status, rating, leid = member.status_name, member.rating, member.leid
    is_cleaned = status == "cleaned"
    # In the order of COLUMNS. Hundreds of thousands pass here: a mapping by name takes twice as long.
    return (
        audience_id,
        0,
        member.address,
        address_key,
        address_key.rpartition("@")[2],
        "nonsubscribed" if status == "transactional" else status,
        # Mailchimp forgets what an archived contact was. Undo is for our own archives; none ends subscribed by this.
        "unsubscribed" if status == "archived" else None,
        0,  # revision
        _fields(member.merge_fields, labels),
        _tags([tag.name for tag in member.tag_objects]) if member.tag_objects else None,
        member.note or None,
        str(rating) if rating else None,
        _time(member.signup_time),
        member.signup_ip or None,
        _time(member.confirm_time),
        member.confirm_ip or None,
        *_place(member.location),
        str(leid) if leid else None,
        member.euid or None,
        _moment(member.changed_at) if is_cleaned else None,
        _UNKNOWN if is_cleaned else None,
        None,  # campaign and diagnostic: not said here
        None,
        None,
        leid or None,
    )


def with_tags(of: Row, tags: Sequence[str]) -> Row:
    return (*of[:_TAGS], _tags(tags), *of[_TAGS + 1 :])


def with_tags_of(of: Row, old: Row) -> Row:
    """Its own tags, and behind them those that the contact had before."""
    own, before = (json.loads(f"[{each[_TAGS] or ''}]") for each in (of, old))
    return with_tags(of, [*own, *(tag for tag in before if tag not in own)])


def added(new: Row, contact_id: int, revision: int, now: str) -> Row:
    """A contact that wasn't here. One that is cleaned, Mailchimp doesn't say when, is so since `now`."""
    values = list(new)
    values[_ID], values[_REVISION] = contact_id, revision
    if new[_STATUS] == Status.CLEANED and not new[_AT["cleaned_at"]]:
        values[_AT["cleaned_at"]] = now
    return tuple(values)


def merged(old: Row, new: Row, revision: int, now: str) -> Row:
    """The contact as Mailchimp has it now; the same row if nothing changed."""
    values = list(added(new, old[_ID], old[_REVISION], now))
    before = old[_BEFORE] if old[_STATUS] == Status.ARCHIVED else old[_STATUS]
    if new[_STATUS] == Status.ARCHIVED:
        values[_BEFORE] = before
    if before == Status.CLEANED and new[_STATUS] in (Status.CLEANED, Status.ARCHIVED):
        for name, value in zip(_OURS, _ours(old), strict=True):
            values[_AT[name]] = value
    if _known(values) == _known(old):
        return old
    values[_REVISION] = revision
    return tuple(values)


def _known(of: Row | list[object]) -> list[object]:
    """Merge fields as what they say: one database gives their text back with other spaces."""
    fields = _AT["merge_fields"]
    return [*of[:fields], json.loads(str(of[fields])), *of[fields + 1 :]]


def _tags(names: Sequence[str]) -> str | None:
    return ",".join([_quoted(name) for name in names]) or None


def _fields(merge_fields: Mapping[str, MergeValue], labels: Mapping[str, str]) -> str:
    """As JSON text, without empty ones; of two with one label the last."""
    values = {
        labels.get(tag, tag): value if isinstance(value, str) else _text(value)
        for tag, value in merge_fields.items()
    }
    if "" in values.values():
        values = {label: value for label, value in values.items() if value}
    return _encode(values).decode()


def _text(value: MergeValue) -> str:
    """An address field's parts on one line, as in Mailchimp's files."""
    if isinstance(value, Mapping):
        return "  ".join(str(part) for part in value.values() if part)
    return str(value)


def _moment(at: datetime | None) -> str | None:
    """As `storage.contacts.bulk` has times; Mailchimp's are in UTC here."""
    return at.isoformat(" ", "microseconds")[:26] if at else None


def _time(text: str) -> str | None:
    """In UTC, to the second."""
    at = documents.parse_time(text)
    if at is None:
        return None
    if text[7:8] == "-" and text[13:14] == ":" and text[19:] == "+00:00":
        return f"{text[:10]} {text[11:19]}"  # as Mailchimp writes it; `str` takes three times as long
    return str(at)[:19]


def _place(location: Location) -> Sequence[str | None]:
    """Latitude to region."""
    if not location.time_zone and not location.country:
        return _NOWHERE
    return (
        str(location.latitude),
        str(location.longitude),
        str(location.gmt_offset),
        str(location.dst_offset),
        location.time_zone or None,
        location.country or None,
        location.region or None,
    )


_encode = msgspec.json.Encoder().encode
