"""The changes that the outbox asks Mailchimp for: archiving contacts, or restoring the status they had before."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol

from bot.archives.jobs import ArchiveJob, RestoreJob
from storage.archives import archives
from storage.audiences import audiences
from storage.contacts.contacts import Segment
from storage.contacts.values import Status
from storage.core.database import Session
from storage.core.tables import AudienceSource
from storage.mailchimp import outgoing
from storage.mailchimp.api import batches
from storage.mailchimp.api.batches import Operation
from storage.mailchimp.api.client import Client
from storage.mailchimp.outgoing import Target


class RemoteChange(Protocol):
    """A change of many contacts of a mirrored audience."""

    has_other_call: ClassVar[bool]

    @property
    def remote_id(self) -> str:
        """The audience's id at Mailchimp."""

    def contacts(self, session: Session, after: int) -> Sequence[int]:
        """Returns the ids of the contacts to change, in order, after that id."""

    def still_as_seen(self, session: Session, contact_ids: Sequence[int]) -> Collection[int]:
        """Returns those of the contacts that are as the person saw them: only they may be changed."""

    def already_changed(self, session: Session, contact_ids: Sequence[int]) -> Collection[int]:
        """Returns those of the contacts that the mirror shows as changed."""

    def call(self, client: Client, target: Target) -> None:
        """Asks Mailchimp for the change of one contact. Raises MailchimpError."""

    def call_otherwise(self, client: Client, target: Target) -> None:
        """Asks for the change by another call, if `has_other_call`. Raises MailchimpError."""

    def operation(self, operation_id: str, target: Target) -> Operation:
        """Returns the same change as an operation of a batch."""

    def apply(self, session: Session, contact_ids: Sequence[int], revision: int, now: datetime) -> None:
        """Changes the mirror, figures included, once Mailchimp has made the change. The audience is locked."""


@dataclass(frozen=True)
class Archiving:
    """Archives the contacts of a segment. `archive_id` is the job's id."""

    remote_id: str
    segment: Segment
    archive_id: str
    has_other_call: ClassVar[bool] = True

    def contacts(self, session: Session, after: int) -> Sequence[int]:
        return archives.segment_ids(session, self.segment, after)

    def still_as_seen(self, session: Session, contact_ids: Sequence[int]) -> Collection[int]:
        return outgoing.in_segment(session, self.segment, contact_ids)

    def already_changed(self, session: Session, contact_ids: Sequence[int]) -> Collection[int]:
        return outgoing.archived(session, self.segment.audience_id, contact_ids)

    def call(self, client: Client, target: Target) -> None:
        client.archive(self.remote_id, target.hash)

    def call_otherwise(self, client: Client, target: Target) -> None:
        client.archive_by_contact(self.remote_id, target.hash)

    def operation(self, operation_id: str, target: Target) -> Operation:
        return batches.archive_operation(operation_id, self.remote_id, target.hash)

    def apply(self, session: Session, contact_ids: Sequence[int], revision: int, now: datetime) -> None:  # noqa: ARG002  a RemoteChange
        archives.note_archived(session, self.segment.audience_id, self.archive_id, contact_ids, revision)


@dataclass(frozen=True)
class Restoring:
    """Restores the status that contacts of an archive had before: all of them, or `contact_ids`."""

    remote_id: str
    audience_id: int
    archive_id: str
    contact_ids: Sequence[int] | None
    has_other_call: ClassVar[bool] = False

    def contacts(self, session: Session, after: int) -> Sequence[int]:
        return archives.unrestored_ids(session, self.audience_id, self.archive_id, after, self.contact_ids)

    def still_as_seen(self, session: Session, contact_ids: Sequence[int]) -> Collection[int]:
        return archives.still_archived(session, self.audience_id, self.archive_id, contact_ids)

    def already_changed(self, session: Session, contact_ids: Sequence[int]) -> Collection[int]:
        return archives.already_restored(session, self.audience_id, self.archive_id, contact_ids)

    def call(self, client: Client, target: Target) -> None:
        client.set_status(self.remote_id, target.hash, target.address, _status_before(target))

    def call_otherwise(self, client: Client, target: Target) -> None:
        raise NotImplementedError

    def operation(self, operation_id: str, target: Target) -> Operation:
        status = _status_before(target)
        return batches.status_operation(operation_id, self.remote_id, target.hash, target.address, status)

    def apply(self, session: Session, contact_ids: Sequence[int], revision: int, now: datetime) -> None:
        archives.note_restored(session, self.audience_id, self.archive_id, contact_ids, revision, now)


def archiving(session: Session, job: ArchiveJob) -> Archiving | None:
    """Returns the change that an archive asks Mailchimp for; None for a local audience."""
    remote_id = _remote_id(session, job.audience_id)
    return Archiving(remote_id, job.task.segment, job.id) if remote_id else None


def restoring(session: Session, job: RestoreJob) -> Restoring | None:
    """Returns the change that an Undo asks Mailchimp for; None for a local audience."""
    remote_id = _remote_id(session, job.audience_id)
    return Restoring(remote_id, job.audience_id, job.task.archive, job.task.ids) if remote_id else None


def _remote_id(session: Session, audience_id: int) -> str | None:
    audience = audiences.get(session, audience_id)
    return audience.remote_id if audience and audience.source == AudienceSource.MAILCHIMP else None


def _status_before(target: Target) -> Status:
    if not target.status_before:
        raise ValueError("An archived contact has a status_before: a constraint of the table.")
    return Status(target.status_before)
