"""The values of an export as a job."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.core.jobs import Job, JobType
from storage.contacts.contacts import PageKey, Segment
from storage.core.tables import JobKind


@dataclass(frozen=True, slots=True)
class ExportTask:
    """The contacts to export. `channel`: where the file goes; None for the person's direct messages."""

    segment: Segment
    channel: str | None


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file whose bytes have been sent; nobody sees it yet."""

    file_id: str
    name: str
    rows: int


@dataclass(frozen=True, slots=True)
class ExportProgress:
    """Files that have been sent (`parts`) out of how many (`of`), and the last contact in them (`after`).

    All of them have been sent once `file_id` is set, with `name` and `rows`: the first file's, and all rows.
    """

    parts: tuple[SentFile, ...] = ()
    of: int | None = None
    after: PageKey | None = None
    file_id: str | None = None
    name: str | None = None
    rows: int = 0

    @property
    def are_sent(self) -> bool:
        return self.file_id is not None

    @classmethod
    def upgrade(cls, json: Mapping[str, Any]) -> Mapping[str, Any]:
        """Reads the oldest rows, which have a single file and no `parts`."""
        if "file_id" in json and "parts" not in json:
            part = {key: json[key] for key in ("file_id", "name", "rows")}
            return {**json, "parts": [part]}
        return json


@dataclass(frozen=True, slots=True)
class ExportResult:
    """How many rows were exported; `left_alone` changed after the preview, `newer` were cleaned after it.

    `files` are the files' links, None for one without; `file_id` and `permalink` are the first one's.
    """

    n: int
    left_alone: int
    newer: int
    file_id: str | None = None
    permalink: str | None = None
    files: tuple[str | None, ...] = ()


EXPORT = JobType(JobKind.EXPORT, ExportTask, ExportProgress, ExportResult)

ExportJob = Job[ExportTask, ExportProgress, ExportResult]
