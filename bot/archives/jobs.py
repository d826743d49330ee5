"""Job types of archives and Undos, with their values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.jobs.files import NOTHING_SENT, HandOver
from bot.jobs.jobs import Failure, Job, JobType
from storage.contacts.contacts import Segment
from storage.jobs.tables import JobKind


@dataclass(frozen=True, slots=True)
class ArchiveTask:
    """The contacts to archive. `can_stop`: whether an Undo may stop it before it is done."""

    segment: Segment
    can_stop: bool = False


@dataclass(frozen=True, slots=True)
class RestoreTask:
    """The id of the archive to undo; `ids`: only these contacts of it."""

    archive: str
    ids: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class RemoteProgress:
    """Progress of an archive or an Undo.

    `after` is the id of the last contact that was handled; in a mirrored audience, the last that was added to the
    outbox, and `filled` is set once all were. `starting` is a time just before a batch was started at Mailchimp whose id
    is not known yet. `stopped_by` is the failure after which nothing more is sent.
    """

    after: int = 0
    filled: bool = False
    starting: datetime | None = None
    stopped_by: Failure | None = None
    by_contact: int = 0  # contacts that only the contact's own call archived: `bot.mailchimp.outbox.roads`
    hand_over: HandOver = NOTHING_SENT
    """Of the file that lists each contact's outcome."""

    @classmethod
    def upgrade(cls, json: Mapping[str, Any]) -> Mapping[str, Any]:
        """Converts rows of version 0.1, with `stopped` (an error or True) and the file's ids as separate keys."""
        upgraded = HandOver.upgrade(json, "outcome_file")
        stopped = upgraded.pop("stopped", None)
        if isinstance(stopped, dict):
            upgraded["stopped_by"] = {"key": stopped["error"], "values": stopped["values"]}
        elif stopped:
            upgraded["undo_requested"] = True
        return upgraded


@dataclass(frozen=True, slots=True)
class ArchiveProgress(RemoteProgress):
    """Progress of an archive. `undo_requested`: an Undo was requested before it was done."""

    undo_requested: bool = False


@dataclass(frozen=True, slots=True)
class RestoreProgress(RemoteProgress):
    """Progress of an Undo. `changed`: number of contacts left as they are so far, because they had changed."""

    changed: int = 0


@dataclass(frozen=True, slots=True)
class ArchiveResult:
    """How many contacts were archived (`n`), and how many were not, by reason.

    `left_alone` changed after the preview; `newer` were cleaned after it; `stopped` were not reached before the Undo.
    At Mailchimp: `refusals` counts refusals by the key of their reason, `waiting` those without an answer; `link` leads
    to the contacts there; `by_contact` of `n` were archived by the contact's own call, after the list's was refused.
    """

    n: int
    left_alone: int
    newer: int
    stopped: int = 0
    refusals: Mapping[str, int] = field(default_factory=dict)
    waiting: int = 0
    link: str | None = None
    by_contact: int = 0


@dataclass(frozen=True, slots=True)
class RestoreResult:
    """How many contacts were restored (`n`), and left as they are (`changed`); the rest as in `ArchiveResult`."""

    n: int
    changed: int
    refusals: Mapping[str, int] = field(default_factory=dict)
    waiting: int = 0


ARCHIVE = JobType(JobKind.ARCHIVE, ArchiveTask, ArchiveProgress, ArchiveResult)
RESTORE = JobType(JobKind.RESTORE, RestoreTask, RestoreProgress, RestoreResult)

ArchiveJob = Job[ArchiveTask, ArchiveProgress, ArchiveResult]
RestoreJob = Job[RestoreTask, RestoreProgress, RestoreResult]
RemoteJob = Job[Any, RemoteProgress, Any]
"""An archive or an Undo of a mirrored audience."""
