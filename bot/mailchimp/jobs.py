"""The values of contacts added at Mailchimp as jobs."""

from typing import Any

from bot.core.jobs import Job, JobType
from storage.core.tables import JobKind

ADD: JobType[dict[str, Any], dict[str, Any], dict[str, Any]] = JobType(JobKind.ADD, dict, dict, dict)

AddJob = Job[dict[str, Any], dict[str, Any], dict[str, Any]]
