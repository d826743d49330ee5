"""Converts Mailchimp's members to contact rows, and merges them with existing ones. Pure rules.

Mailchimp's values win, even invalid ones that an import would refuse. Kept are those that only the mirror has: why and
when a contact was cleaned, and its status before it was archived.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from json.encoder import encode_basestring as _quoted  # the implementation in C
from operator import itemgetter

import msgspec

from storage.contacts.values import COLUMNS, UNKNOWN_TIME, CleanReason, Row, Status
from storage.mailchimp.api import documents, members
from storage.mailchimp.api.members import Location, Member
from storage.mailchimp.api.values import MergeValue

_AT = {name: i for i, name in enumerate(COLUMNS)}
_ID, _STATUS, _STATUS_BEFORE, _REVISION = (
    _AT[name] for name in ("id", "status", "status_before", "revision")
)
_TAGS = _AT["tags"]
_KEPT = ("cleaned_at", "clean_reason", "clean_campaign_title", "clean_campaign_id", "clean_diagnostic")
_NOWHERE: Sequence[str | None] = (None,) * 7
_STATUS_NAMES = frozenset(map(str, Status))
_UNKNOWN = CleanReason.UNKNOWN.value
_kept = itemgetter(*(_AT[name] for name in _KEPT))

contact_id: Callable[[Row], int] = itemgetter(_ID)
key: Callable[[Row], str] = itemgetter(_AT["address_key"])
status: Callable[[Row], str] = itemgetter(_STATUS)
remote_id: Callable[[Row], int | None] = itemgetter(_AT["remote_id"])


@dataclass(frozen=True, slots=True)
class ContactPage:
    """A page of contacts as rows. Other fields as of `MemberPage`.

    `truncated_tags`: contacts with more tags than the page holds, address key → hash.
    """

    rows: Sequence[Row]
    total: int
    unreadable: int
    ids: Sequence[int]
    truncated_tags: Mapping[str, str] = field(default_factory=dict)
    without_address: Mapping[int, Status] = field(default_factory=dict)


def page(body: bytes, audience_id: int, labels: Mapping[str, str]) -> ContactPage:
    """Decodes a page. `labels` as of `row`. Raises ValueError."""
    decoded = members.page(body)
    rows = [row(member, audience_id, labels) for member in decoded.members]
    truncated_tags = {
        member.address.lower(): member.hash
        for member in decoded.members
        if member.tag_count > len(member.tag_objects)
    }
    return ContactPage(
        rows, decoded.total, decoded.unreadable, decoded.ids, truncated_tags, decoded.without_address
    )


def row(member: Member, audience_id: int, labels: Mapping[str, str]) -> Row:
    """A contact without id and revision. `labels`: merge tag → the field's name."""
    address_key = member.address.lower()
    status, rating, leid = member.status_name, member.rating, member.leid
    is_cleaned = status == "cleaned"
    # In the order of COLUMNS. Called for each contact: a mapping by name would take twice as long.
    return (
        audience_id,
        0,
        member.address,
        address_key,
        address_key.rpartition("@")[2],
        status if status in _STATUS_NAMES else "nonsubscribed",  # transactional, and what is unknown here
        # Mailchimp does not tell the status before an archive. Never `subscribed`, so that no Undo subscribes anybody.
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
        _moment(member.changed_at or UNKNOWN_TIME) if is_cleaned else None,
        _UNKNOWN if is_cleaned else None,
        None,  # campaign and diagnostic: a member has none
        None,
        None,
        leid or None,
        member.listed_hash,
    )


def with_tags(row: Row, tags: Sequence[str]) -> Row:
    return (*row[:_TAGS], _tags(tags), *row[_TAGS + 1 :])


def with_tags_of(row: Row, old: Row) -> Row:
    """The row with its own tags, followed by those that only the old row has."""
    tags, old_tags = (json.loads(f"[{contact[_TAGS] or ''}]") for contact in (row, old))
    return with_tags(row, [*tags, *(tag for tag in old_tags if tag not in tags)])


def added(new: Row, contact_id: int, revision: int) -> Row:
    """A new contact."""
    values = list(new)
    values[_ID], values[_REVISION] = contact_id, revision
    return tuple(values)


def merged(old: Row, new: Row, revision: int) -> Row:
    """The contact with Mailchimp's values; `old` itself if nothing changed."""
    values = list(added(new, old[_ID], old[_REVISION]))
    status_before = old[_STATUS_BEFORE] if old[_STATUS] == Status.ARCHIVED else old[_STATUS]
    if new[_STATUS] == Status.ARCHIVED:
        values[_STATUS_BEFORE] = status_before
    if status_before == Status.CLEANED and new[_STATUS] in (Status.CLEANED, Status.ARCHIVED):
        for name, value in zip(_KEPT, _kept(old), strict=True):
            values[_AT[name]] = value
    if _comparable(values) == _comparable(old):
        return old
    values[_REVISION] = revision
    return tuple(values)


def _comparable(row: Row | list[object]) -> list[object]:
    """With merge fields decoded, since PostgreSQL returns their JSON with other spaces."""
    fields = _AT["merge_fields"]
    return [*row[:fields], json.loads(str(row[fields])), *row[fields + 1 :]]


def _tags(names: Sequence[str]) -> str | None:
    return ",".join([_quoted(name) for name in names]) or None


def _fields(merge_fields: Mapping[str, MergeValue | None], labels: Mapping[str, str]) -> str:
    """JSON of the values by label, without empty ones. Of two with the same label, the last wins."""
    values = {
        labels.get(tag, tag): value if isinstance(value, str) else _text(value)
        for tag, value in merge_fields.items()
    }
    if "" in values.values():
        values = {label: value for label, value in values.items() if value}
    return _encode(values).decode()


def _text(value: MergeValue | None) -> str:
    """The text of a value, empty for null; parts of an address on one line, as in Mailchimp's export files."""
    if isinstance(value, Mapping):
        return "  ".join(str(part) for part in value.values() if part)
    return "" if value is None else str(value)


def _moment(at: datetime) -> str:
    """A time in UTC, in the format of `storage.contacts.bulk`."""
    return at.isoformat(" ", "microseconds")[:26]


def _time(text: str) -> str | None:
    """A time in UTC, in the format of Mailchimp's export files."""
    at = documents.parse_time(text)
    if at is None:
        return None
    if text[7:8] == "-" and text[13:14] == ":" and text[19:] == "+00:00":
        return f"{text[:10]} {text[11:19]}"  # Mailchimp's usual format: `str` takes three times as long
    return str(at)[:19]


def _place(location: Location) -> Sequence[str | None]:
    """The columns from latitude to region."""
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
