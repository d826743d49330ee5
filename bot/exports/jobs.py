"""The job type of exports, with its values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.jobs.jobs import Job, JobType
from storage.contacts.contacts import PageKey, Segment
from storage.files.csv_files import CsvFormat
from storage.jobs.tables import JobKind


@dataclass(frozen=True, slots=True)
class ExportTask:
    """The contacts to export, and the channel to share the files in; None for the person's direct messages.

    `step` is the execution of a workflow's step that ends with the export.
    """

    segment: Segment
    channel: str | None
    form: CsvFormat = CsvFormat.PLAIN
    step: str = ""


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file whose bytes have been sent; it isn't shared yet."""

    file_id: str
    name: str
    rows: int


@dataclass(frozen=True, slots=True)
class ExportProgress:
    """Progress of an export: the sent files (`parts`) of so many (`of`), and the last contact in them (`after`).

    `file_id`, `name` (of the first file) and `rows` (of all files) are set once all files have been sent.
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
        """Converts the oldest rows, which have a single file and no `parts`."""
        if "file_id" in json and "parts" not in json:
            part = {key: json[key] for key in ("file_id", "name", "rows")}
            return {**json, "parts": [part]}
        return json


@dataclass(frozen=True, slots=True)
class ExportResult:
    """How many rows were exported (`n`); `left_alone` contacts changed after the preview, `newer` were cleaned after it.

    `files` are the links of the files, None for a file without one; `file_id` and `permalink` are the first file's.
    """

    n: int
    left_alone: int
    newer: int
    file_id: str | None = None
    permalink: str | None = None
    files: tuple[str | None, ...] = ()


EXPORT = JobType(JobKind.EXPORT, ExportTask, ExportProgress, ExportResult)

ExportJob = Job[ExportTask, ExportProgress, ExportResult]
