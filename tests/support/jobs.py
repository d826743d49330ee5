"""Jobs as values, without a database."""

from typing import Any

from bot.jobs import jobs
from bot.jobs.jobs import Job, JobType, ProgressT, ResultT, TaskT
from storage.jobs.tables import JobRow
from tests.conftest import NOW


def job_value(
    type_: JobType[TaskT, ProgressT, ResultT], task: dict[str, Any], **columns: Any
) -> Job[TaskT, ProgressT, ResultT]:
    """The job of a row with these columns."""
    given = {
        "id": "0123456789abcdef",
        "audience_id": 1,
        "cursor": {},
        "notify": {},
        "result": {},
        "made_by": "U1",
        "made_at": NOW,
        **columns,
    }
    return jobs.read(type_, JobRow(kind=type_.kind.value, data=task, **given))
