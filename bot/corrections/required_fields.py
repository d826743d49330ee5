"""What Mailchimp asks of a new contact in a mirrored audience: required fields, marketing permissions, double opt-in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from bot.contacts.names import name_labels
from bot.core.errors import CleanedError
from storage.contacts.tables import Contact
from storage.core.tables import AudienceRow, AudienceSource
from storage.mailchimp.client import Client
from storage.mailchimp.errors import MailchimpError, NotFound
from storage.mailchimp.members import Member
from storage.mailchimp.remote_state import RemoteState
from storage.mailchimp.values import MergeField, MergeValue, member_hash

ADDRESS_PARTS = {"addr1": True, "addr2": False, "city": True, "state": True, "zip": True, "country": False}
MOST_FIELDS = 60  # a modal has 100 blocks, and some are ours
MOST_CHOICES = 300  # of all fields: a modal has 250,000 bytes. The rest is typed
MOST_PERMISSIONS = 40

Problems = Sequence[tuple[str, str]]  # a field's tag, what Mailchimp said of it


class NoMailchimp(CleanedError):
    """The audience is Mailchimp's, and this bot has no key for it. Values: audience."""

    key = "error-corrections-no-key"


class TooManyFields(CleanedError):
    """The audience requires more than a modal can ask for. Values: audience, n."""

    key = "error-corrections-too-many"


class MailchimpSilent(CleanedError):
    """Mailchimp does not say what it requires. Values: audience."""

    key = "error-corrections-silent"


@dataclass(frozen=True, slots=True)
class Field:
    """An input for a merge field, or for one part of an address (`part`).

    `kind`: Mailchimp's type. `value`: what the cleaned contact has there. `problem`: what Mailchimp said of the last try.
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
class Wanted:
    """`first_name`, `last_name`: whether they are required too; they have inputs of their own."""

    fields: tuple[Field, ...] = ()
    permissions: tuple[Permission, ...] = ()
    double_optin: bool = False
    first_name: bool = False
    last_name: bool = False


def wanted(
    client: Client | None, audience: AudienceRow, contact: Contact, problems: Problems = ()
) -> Wanted | None:
    """None where the audience is local. May ask Mailchimp. `problems`: those fields are asked for too.

    Raises NoMailchimp, TooManyFields, MailchimpSilent.
    """
    if audience.source != AudienceSource.MAILCHIMP:
        return None
    if client is None or audience.remote_id is None:
        raise NoMailchimp(audience=audience.name)
    said = dict(problems)
    first, last = name_labels(audience.merge_labels)
    state = RemoteState.from_json(audience.remote)
    chosen = [field for field in state.merge_fields if field.required or field.tag in said]
    others = [field for field in chosen if field.name not in (first, last)]
    has_address = any(field.type == "address" for field in others)
    member = None
    if has_address or state.asks_permissions:
        member = _asked(client.without_retries(), audience, contact)  # somebody looks at a modal that loads
    fields = [each for field in others for each in _inputs(field, contact, member, said.get(field.tag, ""))]
    if len(fields) > MOST_FIELDS:
        raise TooManyFields(audience=audience.name, n=len(fields))
    required = {field.name for field in chosen if field.required}
    return Wanted(
        fields=tuple(_offered(fields)),
        permissions=_permissions(member) if state.asks_permissions else (),
        double_optin=state.double_optin,
        first_name=first in required,
        last_name=last in required,
    )


def chosen(wanted_fields: Sequence[Field], typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed, by the inputs' keys; of a field with choices the choice, whose number came in."""
    values = {}
    for field in wanted_fields:
        text = typed.get(field.key, "").strip()
        number = int(text) if field.choices and text.isdecimal() else None
        in_reach = number is not None and number < len(field.choices)
        values[field.key] = field.choices[number] if number is not None and in_reach else text
    return values


def merge_values(wanted_fields: Sequence[Field], typed: Mapping[str, str]) -> dict[str, MergeValue]:
    """What was typed, by the inputs' keys, as Mailchimp takes it, by tag. An empty text empties the field."""
    values: dict[str, MergeValue] = {}
    addresses: dict[str, dict[str, str]] = {}
    for field in wanted_fields:
        text = typed.get(field.key, "").strip()
        if field.part:
            if text:
                addresses.setdefault(field.tag, {})[field.part] = text
        else:
            values[field.tag] = _number(text) if field.kind == "number" else text
    return values | addresses


def is_incomplete(value: MergeValue) -> bool:
    """An address that Mailchimp has and would not take: often the country alone is known."""
    return isinstance(value, Mapping) and not all(
        value.get(part) for part, is_needed in ADDRESS_PARTS.items() if is_needed
    )


def _asked(client: Client, audience: AudienceRow, contact: Contact) -> Member | None:
    """The cleaned contact as Mailchimp has it; any other, where it has it no more: permissions have the same texts."""
    remote_id = audience.remote_id or ""
    try:
        try:
            return client.member(remote_id, member_hash(contact.address))
        except NotFound:
            some = client.members(remote_id, count=1).members
            return some[0].without_merge_fields() if some else None
    except MailchimpError:
        raise MailchimpSilent(audience=audience.name) from None


def _inputs(field: MergeField, contact: Contact, member: Member | None, problem: str) -> list[Field]:
    one = Field(
        tag=field.tag,
        name=field.name,
        kind=field.type,
        required=field.required,
        choices=field.choices,
        value=contact.merge_fields.get(field.name, ""),
        problem=problem,
    )
    if one.kind != "address":
        return [one]
    has = member.merge_fields.get(one.tag) if member else None
    parts = has if isinstance(has, Mapping) else {}
    return [
        replace(one, part=part, required=one.required and needed, value=str(parts.get(part) or ""))
        for part, needed in ADDRESS_PARTS.items()
    ]


def _offered(fields: Sequence[Field]) -> list[Field]:
    """The choices that a modal has room for: a field with more is typed."""
    room, fitting = MOST_CHOICES, []
    for field in fields:
        fits = len(field.choices) <= min(room, 100)
        room -= len(field.choices) if fits else 0
        fitting.append(field if fits else replace(field, choices=()))
    return fitting


def _permissions(member: Member | None) -> tuple[Permission, ...]:
    found = member.permissions if member else ()
    return tuple(Permission(each.id, each.text) for each in found[:MOST_PERMISSIONS])


def _number(text: str) -> MergeValue:
    try:
        return int(text) if text.lstrip("-").isdecimal() else float(text)
    except ValueError:
        return text
