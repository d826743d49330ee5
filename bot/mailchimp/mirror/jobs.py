"""The values of a sync as a job."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.contacts.upsert import UpsertCounts
from bot.jobs.jobs import Job, JobType
from storage.jobs.tables import JobKind


@dataclass(frozen=True, slots=True)
class SyncTask:
    """What to fetch: contacts changed since that time, or all of them (None).

    `look_for_gone`: whether contacts that Mailchimp has deleted for good are looked for, which needs all of them.
    `revision`: of the audience, up to which Mailchimp was asked why contacts were cleaned.
    """

    since: datetime | None
    look_for_gone: bool
    revision: int


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """How far a sync is.

    `stage` is an index of `sync.STAGES`, `offset` and `tail` say where its next page begins and which contacts the
    last one ended with. `gone` contacts were deleted, `outcome` counts the others. Calls so far: `asked` for reasons,
    of which `unknown` had no answer, and `tags_asked` for tags; `explained` once the reasons have been asked for.
    `overstated` contacts are in Mailchimp's totals, and on no page. `without_address`: contacts met that have none, by
    status; `forgotten`: people met who were erased here, by status.
    """

    started: datetime | None
    stage: int
    offset: int
    tail: tuple[int, ...]
    gone: int
    outcome: UpsertCounts
    asked: int = 0
    unknown: int = 0
    explained: bool = False
    tags_asked: int = 0
    overstated: int = 0
    without_address: Mapping[str, int] = field(default_factory=dict)
    forgotten: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def upgrade(cls, json: Mapping[str, Any]) -> Mapping[str, Any]:
        """Reads a job that has not begun. Version 0.1 needs all values of one that has."""
        none = dict.fromkeys(("added", "changed", "unchanged", "refused"), 0)
        return {"started": None, "stage": 0, "offset": 0, "tail": [], "gone": 0, "outcome": none, **json}


@dataclass(frozen=True, slots=True)
class SyncResult:
    """How many contacts were added, changed, left as they were or could not be read, and how many are gone.

    `difference`: how many more contacts Mailchimp counts than the mirror has, by status, if it is not for those that
    have no address, of which it has `without_address`. `overstated`: how many more its listings counted than they had.
    `forgotten` people were erased here, and are still at Mailchimp.
    """

    added: int
    changed: int
    unchanged: int
    refused: int
    gone: int
    difference: Mapping[str, int]
    overstated: int = 0
    without_address: int = 0
    forgotten: int = 0


SYNC = JobType(JobKind.SYNC, SyncTask, SyncProgress, SyncResult)

SyncJob = Job[SyncTask, SyncProgress, SyncResult]
