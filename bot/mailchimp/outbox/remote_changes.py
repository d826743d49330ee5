"""What the outbox asks Mailchimp to do to contacts: archive them, or give them back the status they had."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from storage.archives import archives
from storage.contacts.contacts import Segment
from storage.contacts.values import Status
from storage.core import audiences
from storage.core.database import Session
from storage.core.tables import AudienceSource, JobRow
from storage.mailchimp import batches, outgoing
from storage.mailchimp.batches import Operation
from storage.mailchimp.client import Client
from storage.mailchimp.outgoing import Target
from storage.mailchimp.values import member_hash


class RemoteChange(Protocol):
    """One change that is asked for many contacts of a mirrored audience."""

    def all(self, session: Session, after: int) -> Sequence[int]:
        """The contacts that it is about, behind that id, by id."""

    def still(self, session: Session, ids: Sequence[int]) -> Collection[int]:
        """Those that may be changed: they are as the person saw them."""

    def have_it(self, session: Session, ids: Sequence[int]) -> Collection[int]:
        """Those that are changed already, as the mirror knows."""

    def call(self, client: Client, target: Target) -> None:
        """Asks Mailchimp for one. Raises MailchimpError."""

    def operation(self, id_: str, target: Target) -> Operation:
        """The same within a batch."""

    def note(self, session: Session, ids: Sequence[int], revision: int, now: datetime) -> None:
        """Mailchimp has done it: the mirror has it too, figures included. The audience is locked."""


@dataclass(frozen=True)
class Archiving:
    """Contacts of the segment are archived. The archive bears the job's id."""

    remote_id: str
    segment: Segment
    archive_id: str

    def all(self, session: Session, after: int) -> Sequence[int]:
        return archives.ids(session, self.segment, after)

    def still(self, session: Session, ids: Sequence[int]) -> Collection[int]:
        return outgoing.in_segment(session, self.segment, ids)

    def have_it(self, session: Session, ids: Sequence[int]) -> Collection[int]:
        return outgoing.archived(session, self.segment.audience_id, ids)

    def call(self, client: Client, target: Target) -> None:
        client.archive(self.remote_id, member_hash(target.address_key))

    def operation(self, id_: str, target: Target) -> Operation:
        return batches.archive_operation(id_, self.remote_id, member_hash(target.address_key))

    def note(self, session: Session, ids: Sequence[int], revision: int, now: datetime) -> None:  # noqa: ARG002  an Errand
        archives.take_done(session, self.segment.audience_id, self.archive_id, ids, revision)


@dataclass(frozen=True)
class Restoring:
    """Members of an archive, all or these, get back the status they had: never another one."""

    remote_id: str
    audience_id: int
    archive_id: str
    ids: Sequence[int] | None

    def all(self, session: Session, after: int) -> Sequence[int]:
        return archives.waiting_ids(session, self.audience_id, self.archive_id, after, self.ids)

    def still(self, session: Session, ids: Sequence[int]) -> Collection[int]:
        return archives.are_held(session, self.audience_id, self.archive_id, ids)

    def have_it(self, session: Session, ids: Sequence[int]) -> Collection[int]:
        return archives.are_back(session, self.audience_id, self.archive_id, ids)

    def call(self, client: Client, target: Target) -> None:
        client.set_status(self.remote_id, target.address, _before(target))

    def operation(self, id_: str, target: Target) -> Operation:
        return batches.status_operation(id_, self.remote_id, target.address, _before(target))

    def note(self, session: Session, ids: Sequence[int], revision: int, now: datetime) -> None:
        archives.bring_back_done(session, self.audience_id, self.archive_id, ids, revision, now)


def archiving(session: Session, job: JobRow) -> Archiving | None:
    """What an archive's job asks of Mailchimp; None where the audience is none of Mailchimp's."""
    remote_id = _remote_id(session, job)
    return Archiving(remote_id, Segment.from_json(job.data["segment"]), job.id) if remote_id else None


def restoring(session: Session, job: JobRow) -> Restoring | None:
    """The same for an Undo's job."""
    remote_id = _remote_id(session, job)
    if not remote_id:
        return None
    return Restoring(remote_id, job.audience_id or 0, job.data["archive"], job.data["ids"])


def _remote_id(session: Session, job: JobRow) -> str | None:
    audience = audiences.get(session, job.audience_id or 0)
    return audience.remote_id if audience and audience.source == AudienceSource.MAILCHIMP else None


def _before(target: Target) -> Status:
    assert target.status_before  # it is archived: the table's rule
    return Status(target.status_before)
