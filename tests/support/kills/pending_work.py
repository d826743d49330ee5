"""One piece of work of each kind, asked for by a person and not begun yet."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bot.archives import archives, restores
from bot.archives.jobs import ARCHIVE
from bot.bounces import intake
from bot.bounces.events import Cause, EventKind, MailEvent
from bot.bounces.verdicts import held, reversals
from bot.bounces.verdicts.held import CLEANING, QUESTION
from bot.bounces.verdicts.reversals import CleanedBatch
from bot.digests import digests
from bot.digests.digests import DigestSettings
from bot.exports import exports
from bot.imports import imports
from bot.jobs.jobs import AnyJob, Recipient
from bot.mailchimp.mirror import sync
from handlers.clock import utc_now
from handlers.standins.mailchimp.standin import Standin
from storage.contacts.contacts import Segment
from storage.core.database import Database
from storage.jobs.tables import JobRow
from storage.mailchimp.api.client import Client
from tests.support.audiences import cleaned, import_csv, run
from tests.support.slack import NEWS, Person

NOT_CONTACTS = "nobody-at-example.com\r\ntwo words@example.com\r\n"


@dataclass(frozen=True)
class Wanted:
    """Who asks, for how many contacts; `mailchimp` has them where an audience is mirrored."""

    person: Person
    contacts: int
    folder: Path
    mailchimp: Standin

    @property
    def recipient(self) -> Recipient:
        return Recipient(self.person.user, "en", channel=self.person.direct_messages())


def leave(kind: str, wanted: Wanted, database: Database) -> None:
    """Leaves that work in the database, an empty one of this program's version."""
    WORKS[kind](wanted, database)


def _import(wanted: Wanted, database: Database) -> None:
    path = wanted.folder / "cleaned_x_export.csv"
    rows = ["Email Address,First Name,CLEAN_TIME"]
    rows += [f"person{n}@example.com,Ann,2026-11-01 09:30:00" for n in range(wanted.contacts)]
    path.write_text("\r\n".join(rows) + "\r\n" + NOT_CONTACTS, encoding="utf-8")
    file = wanted.person.upload(path)
    imports.request(
        database,
        slack_file=file["id"],
        name=path.name,
        audience="News",
        by=wanted.person.user,
        now=utc_now(),
        status="cleaned",
        recipient=wanted.recipient,
        once="one",
    )


def _export(wanted: Wanted, database: Database) -> None:
    segment = Segment(audience_id=cleaned(database, wanted.contacts))
    shown = exports.plan(database, segment, by=wanted.person.user, now=utc_now())
    exports.confirm(
        database,
        shown.id,
        by=wanted.person.user,
        now=utc_now(),
        channel=wanted.recipient.channel,
        recipient=wanted.recipient,
    )


def _archive(wanted: Wanted, database: Database) -> None:
    segment = Segment(audience_id=cleaned(database, wanted.contacts))
    plan = archives.plan(database, segment, by=wanted.person.user, word="ARCHIVE", now=utc_now())
    archives.confirm(
        database, plan.id, "ARCHIVE", by=wanted.person.user, now=utc_now(), recipient=wanted.recipient
    )


def _restore(wanted: Wanted, database: Database) -> None:
    _archive(wanted, database)
    archived = run(database, ARCHIVE, archives.work, utc_now())
    _forget(database, archived)
    restores.undo(
        database,
        archived.audience_id,
        archived.id,
        by=wanted.person.user,
        now=utc_now(),
        recipient=wanted.recipient,
    )


def _sync(wanted: Wanted, database: Database) -> None:
    with Client(wanted.mailchimp.key, wanted.mailchimp.url) as client:
        [audience_id] = sync.discover(database, client, utc_now())
    sync.request(database, audience_id, by=wanted.person.user, now=utc_now(), recipient=wanted.recipient)


def _digest(wanted: Wanted, database: Database) -> None:
    now = utc_now()
    cleaned(database, wanted.contacts)
    due = now - timedelta(minutes=10)
    settings = DigestSettings(
        channel=NEWS,
        weekday=due.weekday(),
        at=due.time().replace(second=0, microsecond=0),
        timezone="UTC",
        language="en",
        set_by=wanted.person.user,
        set_at=now,
    )
    digests.save(database, settings, now - timedelta(days=2))


def _reversal(wanted: Wanted, database: Database) -> None:
    batch = _bounced(wanted, database)
    held.clean(database, batch.audience_id, batch.id, by=wanted.person.user, now=utc_now())
    _forget(database, run(database, CLEANING, held.work, utc_now()))
    by, word = wanted.person.user, "MISTAKE"
    plan = reversals.plan_batch(database, batch.audience_id, batch.id, by=by, word=word, now=utc_now())
    reversals.confirm(database, plan.id, word, by=by, now=utc_now(), recipient=wanted.recipient)


def _bounced(wanted: Wanted, database: Database) -> CleanedBatch:
    """All contacts bounced at once, so that the verdicts on them are held and an operator was asked."""
    people = [f"person{n}@example.com" for n in range(wanted.contacts)]
    import_csv(database, "\n".join(["Email Address", *people]), name="subscribed_x_export.csv")
    now = utc_now()
    events = [
        MailEvent(
            address=each, kind=EventKind.HARD, at=now, source="message", uid=each, cause=Cause.NO_MAILBOX
        )
        for each in people
    ]
    intake.take_in(database, events, now)
    [batch] = reversals.recent_batches(database).batches
    held.ask(database, [Recipient(wanted.person.user)], now)
    _forget(database, run(database, QUESTION, held.work_question, now))
    return batch


def _forget(database: Database, job: AnyJob) -> None:
    """Deletes the job: only what waits has someone to be told."""
    with database.transaction() as session:
        session.delete(session.get_one(JobRow, job.id))


WORKS: Mapping[str, Callable[[Wanted, Database], None]] = {
    "import": _import,
    "export": _export,
    "archive": _archive,
    "restore": _restore,
    "sync": _sync,
    "digest": _digest,
    "reversal": _reversal,
}


def account(contacts: int) -> Standin:
    """A Mailchimp account with one audience; not started yet."""
    mailchimp = Standin()
    mailchimp.fill(mailchimp.add_list("News"), contacts, seed=1)
    return mailchimp
