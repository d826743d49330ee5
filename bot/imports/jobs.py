"""The values of an import as a job."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.contacts.upsert import NO_ROWS, UpsertCounts
from bot.core.files import NOTHING_SENT, HandOver
from bot.core.jobs import Job, JobType
from storage.core.tables import JobKind


@dataclass(frozen=True, slots=True)
class ImportTask:
    """The file to import, and the name of the audience. `status`: of new contacts that the file gives none.

    `slack_file` is the id of a file that has to be fetched from Slack; `sha256` is the hash of one from the terminal;
    `size` is in bytes, once the file is stored.
    """

    name: str
    audience: str
    status: str
    slack_file: str | None = None
    sha256: str | None = None
    size: int | None = None

    @property
    def is_stored(self) -> bool:
        return self.size is not None


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """The sheet and row to carry on from, and what was imported so far."""

    sheet: int = 0
    row: int = 0
    outcome: UpsertCounts = NO_ROWS
    hand_over: HandOver = NOTHING_SENT
    """Of the file of refused rows."""

    @classmethod
    def upgrade(cls, json: Mapping[str, Any]) -> Mapping[str, Any]:
        """Reads version 0.1, in which the file's ids stood apart."""
        json = dict(json)
        has_ended = "refused_file" in json
        shared, sent = json.pop("refused_file", None), json.pop("upload", None)
        if has_ended or sent:
            json["hand_over"] = {
                "file_id": shared or sent,
                "is_shared": shared is not None,
                "has_ended": has_ended,
            }
        return json


IMPORT = JobType(JobKind.IMPORT, ImportTask, ImportProgress, UpsertCounts)

ImportJob = Job[ImportTask, ImportProgress, UpsertCounts]
