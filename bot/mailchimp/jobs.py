"""The values of contacts added at Mailchimp as jobs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.contacts.weeks import Week
from bot.corrections.required_fields import Field, Permission
from bot.jobs.jobs import Failure, Job, JobType
from storage.contacts.values import Status
from storage.jobs.tables import JobKind


@dataclass(frozen=True, slots=True, repr=False)  # it holds addresses
class AddTask:
    """The address to add instead of a cleaned `contact`'s, and what the person saw, typed and ticked in the form.

    `key` is the address in lower case. `values` are the texts by the inputs' keys (`Field.key`), `ticked` the ids of
    permissions. `wording` is the consent: the permission as the person saw it, then Mailchimp's, each with its tick.
    A name is None if the form has no input for it. `number`, `of` and `week` are the form's step in a walk through the
    typos, `walk` the id of the walk (see `bot.corrections.walks`).
    """

    contact: int
    address: str
    key: str
    first_name: str | None
    last_name: str | None
    fields: tuple[Field, ...]
    values: Mapping[str, str]
    permissions: tuple[Permission, ...]
    ticked: tuple[str, ...]
    wording: str
    language: str
    number: int | None = None
    of: int | None = None
    week: Week | None = None
    walk: str = ""


@dataclass(frozen=True, slots=True)
class AddProgress:
    """How far an addition is. `absent`: the task's key, once Mailchimp has answered that it has no such contact.

    `trying`: whether a call failed and is made again.
    """

    absent: str | None = field(default=None, repr=False)  # an address
    trying: bool = False


@dataclass(frozen=True, slots=True)
class AddResult:
    """The status that Mailchimp gave the contact, and the old contact's tags that it did not take.

    `is_profile_lost`: as of `additions.AdditionReceipt`.
    """

    status: Status
    tags_lost: tuple[str, ...]
    is_profile_lost: bool = False


@dataclass(frozen=True, slots=True, repr=False)  # it holds addresses
class FixTask:
    """The addresses to add together, each with the consent that names how many they are.

    `week`: that of the tick list that they were ticked in, if it was of one.
    """

    items: tuple[AddTask, ...]
    week: Week | None = None


@dataclass(frozen=True, slots=True, repr=False)  # it holds addresses
class FixOutcome:
    """What came of one of them: the new contact's status, or why it was not added. The rest is as in AddResult."""

    contact: int
    status: Status | None = None
    failure: Failure | None = None
    tags_lost: tuple[str, ...] = ()
    is_profile_lost: bool = False


@dataclass(frozen=True, slots=True, repr=False)  # it holds addresses
class FixProgress:
    """The outcomes so far, in the order of the task. `absent` and `trying`, of the next one, are as in AddProgress."""

    outcomes: tuple[FixOutcome, ...] = ()
    absent: str | None = None
    trying: bool = False


@dataclass(frozen=True, slots=True, repr=False)  # it holds addresses
class FixResult:
    """The outcome of each, in the order of the task."""

    outcomes: tuple[FixOutcome, ...]


ADD = JobType(JobKind.ADD, AddTask, AddProgress, AddResult)

AddJob = Job[AddTask, AddProgress, AddResult]

FIX = JobType(JobKind.FIX, FixTask, FixProgress, FixResult)

FixJob = Job[FixTask, FixProgress, FixResult]
