"""The job type of imports, with its values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.contacts.upsert import NO_ROWS, UpsertCounts
from bot.jobs.files import NOTHING_SENT, HandOver
from bot.jobs.jobs import Job, JobType
from storage.files.sheet_texts import SheetText
from storage.jobs.tables import JobKind


@dataclass(frozen=True, slots=True)
class ImportTask:
    """The name of the file to import, and of the audience. `status` is for new contacts whose row has none.

    `slack_file` is the id of a file that has to be fetched from Slack; `sha256` is the hash of a file from the terminal;
    `size` is in bytes, and None until the file is stored. `texts` are those of its sheets, as far as they are known.
    """

    name: str
    audience: str
    status: str
    slack_file: str | None = None
    sha256: str | None = None
    size: int | None = None
    texts: tuple[SheetText, ...] = ()

    @property
    def is_stored(self) -> bool:
        return self.size is not None


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """Progress of an import: the sheet and row to carry on from, and what was imported so far."""

    sheet: int = 0
    row: int = 0
    outcome: UpsertCounts = NO_ROWS
    hand_over: HandOver = NOTHING_SENT
    """Of the file that lists the refused rows."""

    @classmethod
    def upgrade(cls, json: Mapping[str, Any]) -> Mapping[str, Any]:
        """Converts rows of version 0.1, with the file's ids as separate keys."""
        return HandOver.upgrade(json, "refused_file")


IMPORT = JobType(JobKind.IMPORT, ImportTask, ImportProgress, UpsertCounts)

ImportJob = Job[ImportTask, ImportProgress, UpsertCounts]
