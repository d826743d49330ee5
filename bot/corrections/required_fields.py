"""What Mailchimp requires of a new contact: merge fields, marketing permissions, double opt-in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from bot.contacts.names import name_labels
from bot.core.errors import CleanedError
from storage.contacts.tables import Contact
from storage.core.tables import AudienceRow, AudienceSource
from storage.mailchimp.api.client import Client
from storage.mailchimp.api.errors import MailchimpError, NotFound
from storage.mailchimp.api.members import Member
from storage.mailchimp.api.values import MergeField, MergeValue, member_hash
from storage.mailchimp.remote_state import RemoteState

ADDRESS_PARTS = {"addr1": True, "addr2": False, "city": True, "state": True, "zip": True, "country": False}
MOST_FIELDS = 60  # a modal has at most 100 blocks, and the form has others
MOST_CHOICES = 300  # of all fields: a modal has at most 250,000 bytes
CHOICES_A_MENU = 100  # Slack's limit
MOST_PERMISSIONS = 40
_SOME = 25  # contacts

Problems = Sequence[tuple[str, str]]  # a merge field's tag, and Mailchimp's message about it


class NoMailchimp(CleanedError):
    """The audience is mirrored, and the bot has no API key for Mailchimp. Values: audience."""

    key = "error-corrections-no-key"


class TooManyFields(CleanedError):
    """The audience requires more fields than a modal has room for. Values: audience, n."""

    key = "error-corrections-too-many"


class RequirementsUnknown(CleanedError):
    """Mailchimp does not answer what it requires. Values: audience."""

    key = "error-corrections-silent"


@dataclass(frozen=True, slots=True)
class Field:
    """An input of the form, for a merge field or for a `part` of an address.

    `kind` is Mailchimp's type. `value` is the cleaned contact's. `problem` is Mailchimp's message about an earlier try.
    """

    tag: str
    name: str
    kind: str
    required: bool
    choices: tuple[str, ...] = ()
    value: str = ""
    part: str = ""
    problem: str = ""

    @property
    def key(self) -> str:
        return f"{self.tag}.{self.part}" if self.part else self.tag


class Permission(NamedTuple):
    """A marketing permission, in the audience's own words."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Requirements:
    """What the form has to ask for. The names have inputs of their own, `first_name` and
    `last_name` say whether they are required.
    """

    fields: tuple[Field, ...] = ()
    permissions: tuple[Permission, ...] = ()
    double_optin: bool = False
    first_name: bool = False
    last_name: bool = False


def find_requirements(
    client: Client | None, audience: AudienceRow, contact: Contact, problems: Problems = ()
) -> Requirements | None:
    """Returns what a mirrored audience requires of a new contact; None for a local audience. May ask Mailchimp.

    Fields with `problems` are asked for even if they are optional. Raises NoMailchimp, TooManyFields,
    RequirementsUnknown.
    """
    if audience.source != AudienceSource.MAILCHIMP:
        return None
    if client is None or audience.remote_id is None:
        raise NoMailchimp(audience=audience.name)
    messages = dict(problems)
    first, last = name_labels(audience.merge_labels)
    state = RemoteState.from_json(audience.remote)
    asked = [field for field in state.merge_fields if field.required or field.tag in messages]
    others = [field for field in asked if field.name not in (first, last)]
    has_address = any(field.type == "address" for field in others)
    member = None
    if has_address or state.asks_permissions:
        member = _fetch_member(client.without_retries(), audience, contact)  # a person waits for the modal
    fields: list[Field] = []
    for field in others:
        fields += _fields_of(field, contact, member, messages.get(field.tag, ""))
    if len(fields) > MOST_FIELDS:
        raise TooManyFields(audience=audience.name, n=len(fields))
    required = {field.name for field in asked if field.required}
    return Requirements(
        fields=tuple(_limit_choices(fields)),
        permissions=_permissions(member) if state.asks_permissions else (),
        double_optin=state.double_optin,
        first_name=first in required,
        last_name=last in required,
    )


def needs_form(audience: AudienceRow, contact: Contact) -> bool:
    """Whether a person has to fill in more than the address: fields that the cleaned contact lacks, or permissions.

    Asks nothing of Mailchimp. The parts of an address are not stored here, so a required one needs the form.
    """
    if audience.source != AudienceSource.MAILCHIMP:
        return False
    state = RemoteState.from_json(audience.remote)
    return state.asks_permissions or any(
        field.type == "address" or not contact.merge_fields.get(field.name, "").strip()
        for field in state.merge_fields
        if field.required
    )


def resolve_choices(fields: Sequence[Field], typed: Mapping[str, str]) -> dict[str, str]:
    """Returns the texts by `Field.key`. Of a field with choices, `typed` has the choice's number."""
    values = {}
    for field in fields:
        text = typed.get(field.key, "").strip()
        number = int(text) if field.choices and text.isdecimal() else None
        is_choice = number is not None and number < len(field.choices)
        values[field.key] = field.choices[number] if number is not None and is_choice else text
    return values


def merge_values(fields: Sequence[Field], typed: Mapping[str, str]) -> dict[str, MergeValue]:
    """Returns the values for Mailchimp, by merge tag, of texts by `Field.key`. An empty text clears the field."""
    values: dict[str, MergeValue] = {}
    addresses: dict[str, dict[str, str]] = {}
    for field in fields:
        text = typed.get(field.key, "").strip()
        if field.part:
            if text:
                addresses.setdefault(field.tag, {})[field.part] = text
        else:
            values[field.tag] = _number(text) if field.kind == "number" else text
    return values | addresses


def is_incomplete_address(value: MergeValue) -> bool:
    """Whether it is an address that Mailchimp would refuse although it has it: often it has the country alone."""
    return isinstance(value, Mapping) and not all(
        value.get(part) for part, is_needed in ADDRESS_PARTS.items() if is_needed
    )


def _fetch_member(client: Client, audience: AudienceRow, contact: Contact) -> Member | None:
    """Returns the contact as Mailchimp has it, or any other if it was deleted: permissions have the same texts."""
    remote_id = audience.remote_id or ""
    try:
        try:
            return client.member(remote_id, member_hash(contact.address, contact.remote_hash))
        except NotFound:
            members = client.members(remote_id, count=_SOME).members  # some may have no address
            return members[0].without_merge_fields() if members else None
    except MailchimpError:
        raise RequirementsUnknown(audience=audience.name) from None


def _fields_of(
    merge_field: MergeField, contact: Contact, member: Member | None, problem: str
) -> Sequence[Field]:
    """Returns the inputs for a merge field: one, or for an address one per part."""
    field = Field(
        tag=merge_field.tag,
        name=merge_field.name,
        kind=merge_field.type,
        required=merge_field.required,
        choices=merge_field.choices,
        value=contact.merge_fields.get(merge_field.name, ""),
        problem=problem,
    )
    if field.kind != "address":
        return [field]
    value = member.merge_fields.get(field.tag) if member else None
    parts = value if isinstance(value, Mapping) else {}
    return [
        replace(field, part=part, required=field.required and is_needed, value=str(parts.get(part) or ""))
        for part, is_needed in ADDRESS_PARTS.items()
    ]


def _limit_choices(fields: Sequence[Field]) -> list[Field]:
    """Returns the fields with as many choices as a modal has room for: of the rest, the value is typed."""
    room, limited = MOST_CHOICES, []
    for field in fields:
        fits = len(field.choices) <= min(room, CHOICES_A_MENU)
        room -= len(field.choices) if fits else 0
        limited.append(field if fits else replace(field, choices=()))
    return limited


def _permissions(member: Member | None) -> tuple[Permission, ...]:
    permissions = member.permissions if member else ()
    return tuple(Permission(permission.id, permission.text) for permission in permissions[:MOST_PERMISSIONS])


def _number(text: str) -> MergeValue:
    try:
        return int(text) if text.lstrip("-").isdecimal() else float(text)
    except ValueError:
        return text
