"""The values of archives and Undos as jobs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.core.files import NOTHING_SENT, HandOver
from bot.core.jobs import Failure, Job, JobType
from storage.contacts.contacts import Segment
from storage.core.tables import JobKind


@dataclass(frozen=True, slots=True)
class ArchiveTask:
    """The contacts to archive. `can_stop`: whether an Undo may end it before it is done."""

    segment: Segment
    can_stop: bool = False


@dataclass(frozen=True, slots=True)
class RestoreTask:
    """The archive to undo, or these contacts of it."""

    archive: str
    ids: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class RemoteProgress:
    """How far changes at Mailchimp are, of an archive or an Undo.

    `after` is the last contact that has a row in the outbox (of a local audience: that was changed); once all have
    one, `filled`. `starting` is the time before a batch was started whose id is not known yet. `stopped_by` is why
    nothing more is sent.
    """

    after: int = 0
    filled: bool = False
    starting: datetime | None = None
    stopped_by: Failure | None = None
    hand_over: HandOver = NOTHING_SENT
    """Of the file of outcomes."""

    @classmethod
    def upgrade(cls, json: Mapping[str, Any]) -> Mapping[str, Any]:
        """Reads version 0.1: `stopped` was an error or True, the file's ids stood apart."""
        json = dict(json)
        stopped = json.pop("stopped", None)
        if isinstance(stopped, dict):
            json["stopped_by"] = {"key": stopped["error"], "values": stopped["values"]}
        elif stopped:
            json["undo_requested"] = True
        has_ended = "outcome_file" in json
        shared, sent = json.pop("outcome_file", None), json.pop("upload", None)
        if has_ended or sent:
            json["hand_over"] = {
                "file_id": shared or sent,
                "is_shared": shared is not None,
                "has_ended": has_ended,
            }
        return json


@dataclass(frozen=True, slots=True)
class ArchiveProgress(RemoteProgress):
    """How far an archive is. `undo_requested`: a person asked for an Undo before it was done."""

    undo_requested: bool = False


@dataclass(frozen=True, slots=True)
class RestoreProgress(RemoteProgress):
    """How far an Undo is. `changed`: contacts so far that were left as they are, because they had changed."""

    changed: int = 0


@dataclass(frozen=True, slots=True)
class ArchiveResult:
    """How many contacts were archived, and how many were not, by reason.

    `left_alone` changed after the preview; `newer` were cleaned after it; `stopped` were left because an Undo was
    asked for. At Mailchimp: `refusals` by the refusal's key, `waiting` for an answer, `link` to the contacts there.
    """

    n: int
    left_alone: int
    newer: int
    stopped: int = 0
    refusals: Mapping[str, int] = field(default_factory=dict)
    waiting: int = 0
    link: str | None = None


@dataclass(frozen=True, slots=True)
class RestoreResult:
    """How many contacts were brought back; `changed` were left as they are. At Mailchimp as in `ArchiveResult`."""

    n: int
    changed: int
    refusals: Mapping[str, int] = field(default_factory=dict)
    waiting: int = 0


ARCHIVE = JobType(JobKind.ARCHIVE, ArchiveTask, ArchiveProgress, ArchiveResult)
RESTORE = JobType(JobKind.RESTORE, RestoreTask, RestoreProgress, RestoreResult)

ArchiveJob = Job[ArchiveTask, ArchiveProgress, ArchiveResult]
RestoreJob = Job[RestoreTask, RestoreProgress, RestoreResult]
RemoteJob = Job[Any, RemoteProgress, Any]
"""Either of them, as far as changes at Mailchimp are concerned."""
