"""Contacts of an audience, decoded from Mailchimp's JSON. Their repr shows no address.

A page is decoded in C, straight into typed values. Where that fails, its contacts are decoded one by one and field by
field: a value of another type than documented counts as absent, so that it does not stop a sync.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

import msgspec
from msgspec import Struct, field
from msgspec.structs import fields, replace

from storage.contacts.values import Status
from storage.mailchimp.api import documents
from storage.mailchimp.api.values import STATUSES, Document, member_hash


class Location(Struct, frozen=True, gc=False):
    """Where Mailchimp locates a contact. Offsets are in hours from GMT."""

    latitude: float = 0.0
    longitude: float = 0.0
    gmt_offset: int = field(default=0, name="gmtoff")
    dst_offset: int = field(default=0, name="dstoff")
    country: str = field(default="", name="country_code")
    time_zone: str = field(default="", name="timezone")
    region: str = ""


class MarketingPermission(Struct, frozen=True, gc=False):
    """A marketing permission. Its id differs per audience."""

    id: str = field(default="", name="marketing_permission_id")
    text: str = ""
    enabled: bool = False


class Tag(Struct, frozen=True, gc=False):
    """A tag by its name."""

    name: str = ""


class Note(Struct, frozen=True, gc=False):
    """The latest note about a contact."""

    note: str = ""


class Member(Struct, frozen=True, gc=False):
    """A contact. `leid` and `euid` are named as in Mailchimp's export files; times are Mailchimp's text, or empty.

    `tag_objects` holds at most 50 of `tag_count`. `interests` (ids of groups, and whether the contact is in them),
    `language` and `vip` are in no page.
    """

    address: str = field(default="", name="email_address")
    status_name: str = field(default="", name="status")
    id: str = ""
    leid: int = field(default=0, name="web_id")
    euid: str = field(default="", name="unique_email_id")
    merge_fields: dict[str, Any] = field(default_factory=dict)  # MergeValue, or null
    tag_objects: tuple[Tag, ...] = field(default=(), name="tags")
    tag_count: int = field(default=0, name="tags_count")
    rating: int = field(default=0, name="member_rating")
    signup_ip: str = field(default="", name="ip_signup")
    signup_time: str = field(default="", name="timestamp_signup")
    confirm_ip: str = field(default="", name="ip_opt")
    confirm_time: str = field(default="", name="timestamp_opt")
    change_time: str = field(default="", name="last_changed")
    location: Location = Location()
    last_note: Note = Note()
    permissions: tuple[MarketingPermission, ...] = field(default=(), name="marketing_permissions")
    interests: dict[str, bool] = field(default_factory=dict)
    language: str = ""
    vip: bool = False

    def __repr__(self) -> str:
        return f"Member(status={self.status_name!r}, leid={self.leid!r})"

    @property
    def is_readable(self) -> bool:
        """Whether it has an address (contacts with a phone number alone have none) and a status."""
        return bool(self.address and self.status_name)

    @property
    def status(self) -> Status:
        """A status that is unknown here counts as NONSUBSCRIBED: nobody mails or archives it, and no Undo makes it more."""
        return STATUSES.get(self.status_name, Status.NONSUBSCRIBED)

    @property
    def hash(self) -> str:
        """Its id in the paths of the API."""
        return self.listed_hash or member_hash(self.address)

    @property
    def listed_hash(self) -> str | None:
        """Its id as Mailchimp gives it; None if there is none, or if it is computed from the address as well."""
        return self.id if self.id != member_hash(self.address) and self.id.isalnum() else None

    @property
    def tags(self) -> tuple[str, ...]:
        return tuple([tag.name for tag in self.tag_objects])

    @property
    def note(self) -> str:
        return self.last_note.note

    @property
    def changed_at(self) -> datetime | None:
        return documents.parse_time(self.change_time)

    def with_tags(self, names: Iterable[str]) -> Self:
        return replace(self, tag_objects=tuple([Tag(name) for name in names]))

    def without_merge_fields(self) -> Self:
        return replace(self, merge_fields={})


@dataclass(frozen=True)
class MemberPage:
    """Contacts, and how many there are on all pages.

    Left out are `unreadable` contacts (see `Member.is_readable`), and those without an address, such as those with a
    telephone number alone: `without_address` has their status by id. `ids` are those of all, in order.
    """

    members: Sequence[Member]
    total: int
    unreadable: int
    ids: Sequence[int]
    without_address: Mapping[int, Status]


class _Page(Struct):
    members: list[Member] = field(default_factory=list)
    total_items: int = 0


def member(document: Document) -> Member:
    """Raises ValueError where there is no address or status."""
    value = _converted(document)
    if not value.is_readable:
        raise ValueError
    return value


def page(body: bytes) -> MemberPage:
    """Raises ValueError."""
    try:
        decoded = documents.decode(body, _PAGE_DECODER)
        members, total = decoded.members, decoded.total_items
    except msgspec.ValidationError:
        document = documents.parse(body)
        members = [_converted(row) for row in documents.get_objects(document, "members")]
        total = documents.get_number(document, "total_items")
    readable = [member for member in members if member.is_readable]
    without_address = {member.leid: member.status for member in members if member.leid and not member.address}
    unreadable = len(members) - len(readable) - len(without_address)
    return MemberPage(readable, total, unreadable, [member.leid for member in members], without_address)


def _converted(document: Document) -> Member:
    try:
        return msgspec.convert(document, Member)
    except msgspec.ValidationError:
        pass
    values = {}
    for info in fields(Member):
        with suppress(KeyError, msgspec.ValidationError):
            values[info.name] = msgspec.convert(document[info.encode_name], info.type, strict=False)
    return Member(**values)


_PAGE_DECODER = msgspec.json.Decoder(_Page)
