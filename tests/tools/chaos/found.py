"""What is there, in the database and in Slack, as values of the model."""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from functools import cache
from pathlib import Path

from sqlmodel import col, or_, select

from handlers.slack.features import digests
from handlers.slack.jobs.long_work import EVENT
from handlers.standins.slack.state import StoredMessage, WorkspaceState
from storage.archives.tables import Archive, ArchiveMember
from storage.audiences.tables import JournalRow
from storage.contacts.tables import Contact
from storage.core.database import Database, Session
from storage.core.tables import AudienceRow
from storage.digests.tables import Digest, DigestRun
from storage.exports.tables import Export
from storage.jobs.tables import JobRow, JobState
from tests.support.slack import words as words_of
from tests.tools.chaos.model import FoundJob, World

KEPT_MESSAGES = 40  # of each channel, to be looked at and clicked in


def is_quiet(database: Database) -> bool:
    """Whether nothing is under way. What a terminal was storing when it was killed stays so for a day."""
    with database.reading() as session:
        under_way = col(JobRow.told_at).is_(None), col(JobRow.state) != JobState.RECEIVING.value
        job = session.exec(select(JobRow.id).where(*under_way)).first()
        # A change of the schedule calls off the runs before it.
        unfinished = col(DigestRun.posted_at).is_(None), col(DigestRun.failed).is_(None)
        called_off = DigestRun.due_at < select(Digest.set_at).scalar_subquery()
        run = session.exec(select(DigestRun.due_at).where(*unfinished, ~called_off)).first()
        return job is None and run is None


def busy_processes(database: Database) -> list[int]:
    """The process ids of those who run jobs."""
    with database.reading() as session:
        held = col(JobRow.lease_until).is_not(None)
        owners = session.exec(select(JobRow.owner).where(held).distinct()).all()
    return [int(owner.split(":")[1]) for owner in owners if owner]


def worlds(database: Database, state: WorkspaceState) -> dict[str, World]:
    """Each audience by its name."""
    with database.reading() as session:
        audiences = session.exec(select(AudienceRow)).all()
        return {audience.name: _world(session, audience.id, state) for audience in audiences}


def _world(session: Session, audience_id: int, state: WorkspaceState) -> World:
    contacts = session.exec(
        select(Contact.id, Contact.address, Contact.status).where(Contact.audience_id == audience_id)
    ).all()
    addresses = {id_: address for id_, address, _ in contacts}
    archives: dict[str, dict[str, str]] = defaultdict(dict)
    members = ArchiveMember.audience_id == audience_id, col(ArchiveMember.restored_at).is_(None)
    for member in session.exec(select(ArchiveMember).where(*members)):
        archives[member.archive_id][addresses[member.contact_id]] = member.status_before
    numbers = session.exec(select(Archive.number, Archive.id).where(Archive.audience_id == audience_id))
    archive_ids = dict(numbers.all())
    held = Contact.audience_id == audience_id, col(Contact.archive_number).is_not(None)
    for contact in session.exec(select(Contact).where(*held)):
        archives[archive_ids[contact.archive_number]][contact.address] = str(contact.status_before)
    lines = session.exec(
        select(JournalRow.who, JournalRow.what, JournalRow.n).where(JournalRow.audience_id == audience_id)
    ).all()
    files = session.exec(
        select(Export.made_by, Export.file_id).where(Export.audience_id == audience_id)
    ).all()
    return World(
        {address: status for _, address, status in contacts},
        archives,
        Counter((who, what, n) for who, what, n in lines),
        Counter((who, _addresses(state, file_id)) for who, file_id in files),
    )


def _addresses(state: WorkspaceState, file_id: str | None) -> frozenset[str]:
    """In a file that people can see; none in one that was lost, and one that no file has if it is there twice."""
    file = state.files.get(file_id or "")
    if file is None or file.path is None:
        return frozenset({"no such file"})
    if len(file.shared) != 1:
        return frozenset({f"a file that was shared {len(file.shared)} times"})
    return _first_cells(file.path)


@cache
def _first_cells(path: Path) -> frozenset[str]:
    text = path.read_text("utf-8-sig")
    rows = csv.reader(io.StringIO(text), delimiter=";" if ";" in text.partition("\n")[0] else ",")
    return frozenset(row[0] for row in list(rows)[1:])


@dataclass
class Messages:
    """All messages that were ever there, by what they are about."""

    jobs: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    """Job → time stamp → text."""
    digests: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Due time → time stamps."""
    files: dict[str, str] = field(default_factory=dict)
    """Id of each file that was shared → name."""

    def n_digests(self) -> dict[str, int]:
        return {due: len(stamps) for due, stamps in self.digests.items()}

    def read(self, state: WorkspaceState) -> None:
        """Takes in what is new or changed, and has Slack forget all but the last messages: people read them all."""
        for channel in state.channels.values():
            for message in channel.messages:
                self._take(message)
            if channel.kind == "im":
                del channel.messages[:-KEPT_MESSAGES]
        state.refused.clear()
        state.notices.clear()
        self.files |= {file.id: file.name for file in state.files.values() if file.shared}

    def _take(self, message: StoredMessage) -> None:
        about = message.metadata or {}
        payload = about.get("event_payload", {})
        if about.get("event_type") == EVENT:
            self.jobs[payload["job"]][message.ts] = words_of({"text": message.text, "blocks": message.blocks})
        elif about.get("event_type") == digests.EVENT:
            self.digests[payload["due_at"]].add(message.ts)


def jobs(database: Database, messages: Messages) -> Sequence[FoundJob]:
    """Those that tell somebody. What is exported to the person alone is told by the message with the file."""
    names = Counter(messages.files.values())
    with database.reading() as session:
        rows = session.exec(select(JobRow).where(JobRow.state != JobState.RECEIVING.value)).all()
        # Direct messages have a channel as soon as a message about the job was there.
        is_direct = or_(col(Export.channel).is_(None), col(Export.channel).startswith("D"))
        exported = dict(session.exec(select(Export.id, Export.file_id).where(is_direct)).all())
    return [
        FoundJob(
            row.id,
            row.kind,
            row.state,
            row.told_at is not None,
            [
                *messages.jobs[row.id].values(),
                *(name for id_, name in messages.files.items() if id_ == exported.get(row.id)),
            ],
            row.result.get("refused", 0) if row.kind == "import" else 0,
            names[f"{row.data.get('name')}.refused.csv"] if row.kind == "import" else 0,
        )
        for row in rows
        if row.notify
    ]


def surplus_exports(database: Database, messages: Messages) -> list[str]:
    """Files of exports that no export names."""
    with database.reading() as session:
        named = set(session.exec(select(Export.file_id)).all())
    surplus = [
        name for id_, name in messages.files.items() if name.startswith("cleaned_") and id_ not in named
    ]
    return [f"the file {name} was shared, and no export names it" for name in surplus]


def digest_runs(database: Database) -> Mapping[str, bool]:
    with database.reading() as session:
        runs = session.exec(select(DigestRun)).all()
    return {run.due_at.astimezone(UTC).isoformat(): run.posted_at is not None for run in runs}
