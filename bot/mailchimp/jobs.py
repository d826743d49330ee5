"""The values of syncs and of contacts added at Mailchimp as jobs."""

from typing import Any

from bot.core.jobs import Job, JobType
from storage.core.tables import JobKind

SYNC: JobType[dict[str, Any], dict[str, Any], dict[str, Any]] = JobType(JobKind.SYNC, dict, dict, dict)
ADD: JobType[dict[str, Any], dict[str, Any], dict[str, Any]] = JobType(JobKind.ADD, dict, dict, dict)

SyncJob = Job[dict[str, Any], dict[str, Any], dict[str, Any]]
AddJob = Job[dict[str, Any], dict[str, Any], dict[str, Any]]
