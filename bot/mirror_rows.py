"""A Mailchimp member becomes a contact of the mirror, or changes one: the pure rules.

Mailchimp's word holds, also where an import would not believe it; what only this side knows stays: why and when a
contact was cleaned, and the status it had before it was archived.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from operator import itemgetter

from storage.loading import COLUMNS, Row, moment
from storage.mailchimp_values import Location, Member, MergeValue
from storage.tables import Reason, Status

_AT = {name: i for i, name in enumerate(COLUMNS)}
_ID, _STATUS, _BEFORE, _REVISION = (_AT[name] for name in ("id", "status", "status_before", "revision"))
_OURS = ("cleaned_at", "clean_reason", "clean_campaign_title", "clean_campaign_id", "clean_diagnostic")
_in_order: Callable[[Mapping[str, object]], Row] = itemgetter(*COLUMNS)
_NOTHING: Mapping[str, object] = dict.fromkeys(COLUMNS)
_NOWHERE: Mapping[str, object] = {}
_ours = itemgetter(*(_AT[name] for name in _OURS))

contact_id: Callable[[Row], int] = itemgetter(_ID)
key: Callable[[Row], str] = itemgetter(_AT["address_key"])
remote_id: Callable[[Row], int | None] = itemgetter(_AT["remote_id"])


def row(member: Member, audience_id: int, labels: Mapping[str, str]) -> Row:
    """The member as Mailchimp has it; no id, no revision yet. `labels`: merge tag → the column's name."""
    address = _storable(member.address)  # Mailchimp took it as it is: the mirror tells what is there
    address_key = address.lower()
    fields = {labels.get(tag, tag): _text(value) for tag, value in member.merge_fields.items()}
    is_cleaned = member.status == Status.CLEANED
    values: dict[str, object] = {
        **_NOTHING,
        "audience_id": audience_id,
        "id": 0,
        "address": address,
        "address_key": address_key,
        "domain": address_key.rpartition("@")[2],
        "status": str(member.status),
        # Mailchimp forgets what an archived contact was. Undo is for our own archives; none ends subscribed by this.
        "status_before": str(Status.UNSUBSCRIBED) if member.status == Status.ARCHIVED else None,
        "revision": 0,
        "merge_fields": _json({label: value for label, value in fields.items() if value}),
        "tags": ",".join(_json(_storable(tag)) for tag in member.tags) or None,
        "notes": _storable(member.note) or None,
        "member_rating": str(member.rating) if member.rating else None,
        "optin_time": _time(member.signup_at),
        "optin_ip": member.signup_ip or None,
        "confirm_time": _time(member.confirm_at),
        "confirm_ip": member.confirm_ip or None,
        "leid": str(member.leid) if member.leid else None,
        "euid": member.euid or None,
        "remote_id": member.leid or None,
        "cleaned_at": moment(member.changed_at) if is_cleaned and member.changed_at else None,
        "clean_reason": str(Reason.UNKNOWN) if is_cleaned else None,
        **_place(member.location),
    }
    return _in_order(values)


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


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _text(value: MergeValue) -> str:
    """An address field's parts on one line, as in Mailchimp's files."""
    if isinstance(value, str):
        return _storable(value)
    if isinstance(value, Mapping):
        return _storable("  ".join(str(part) for part in value.values() if part))
    return str(value)


def _storable(text: str) -> str:
    """Without half characters, which are no UTF-8, and NUL, which PostgreSQL's text can't hold."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode(errors="replace").decode().replace("\0", "\ufffd")


def _time(at: datetime | None) -> str | None:
    return at.isoformat(" ", "seconds")[:19] if at else None


def _place(location: Location) -> Mapping[str, object]:
    if not location.time_zone and not location.country:
        return _NOWHERE
    return {
        "latitude": str(location.latitude),
        "longitude": str(location.longitude),
        "gmtoff": str(location.gmt_offset),
        "dstoff": str(location.dst_offset),
        "timezone": location.time_zone or None,
        "cc": location.country or None,
        "region": location.region or None,
    }
