"""The values of erasing a person as a job."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.jobs.jobs import Job, JobType
from storage.jobs.tables import JobKind


@dataclass(frozen=True, slots=True, repr=False)  # it holds an address
class ForgetTask:
    """The address to erase, as it was typed; "" once it is erased."""

    address: str


@dataclass(frozen=True, slots=True)
class ForgetProgress:
    """How many rows of each table were erased so far; the mirrors that had the person; names of stopped imports.

    `is_marked`: whether the hash and the journal's line are written. `is_overwriting`: whether the database's file was
    begun to be written anew.
    """

    rows: Mapping[str, int] = field(default_factory=dict)
    mirrors: tuple[int, ...] = ()
    stopped: tuple[str, ...] = ()
    is_marked: bool = False
    is_overwriting: bool = False


@dataclass(frozen=True, slots=True)
class ForgetResult:
    """What was erased, as in the progress. `is_overwritten`: whether the database's file holds nothing of it any more."""

    rows: Mapping[str, int]
    mirrors: tuple[int, ...]
    stopped: tuple[str, ...]
    is_overwritten: bool


FORGET = JobType(JobKind.FORGET, ForgetTask, ForgetProgress, ForgetResult)

ForgetJob = Job[ForgetTask, ForgetProgress, ForgetResult]
