"""The end of what the outbox did: the figures of its receipt, the journal, and each address with its outcome."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.archives import archives, restores
from bot.contacts.counts import segment_size
from bot.core import jobs
from bot.mailchimp.outbox import outbox
from bot.mailchimp.outbox.refusals import GONE, NOT_FOUND
from storage.archives import archives as archive_rows
from storage.contacts import contacts
from storage.contacts.contacts import Segment
from storage.core import audiences, journal
from storage.core.database import Database, Session
from storage.core.tables import JobRow
from storage.mailchimp import outgoing
from storage.mailchimp.outgoing import AddressOutcome, OutboxKey
from storage.mailchimp.remote_state import RemoteState

_AT_ONCE = 5_000


def finish_archive(database: Database, job: JobRow, now: datetime) -> JobRow:
    """The archive's end, good or bad. Its result:

    `n` archived, `refusals` (why → how many), `waiting` for an answer, `left_alone`, `newer`, `link` to the contacts
    at Mailchimp or None; where the work stopped, its `error` and `values`.
    """
    segment = Segment.from_json(job.data["segment"])
    with database.reading() as session:
        result = _figures(session, job)
        # What is still as it was seen was refused or waits: what else matches was cleaned or changed later.
        seen = contacts.count(session, segment)
        newer = segment_size(session, replace(segment, up_to=None)) - seen
        audience = audiences.get(session, segment.audience_id)
    link = RemoteState.from_json(audience.remote).link if audience else None
    with database.transaction() as session:
        archive_rows.leave_alone(session, segment.audience_id, job.id, result["left_alone"])
        _write(session, job, now, archives.KIND, archive=job.id, result=result)
        return _end(session, job, now, {**result, "newer": newer, "link": link})


def finish_restore(database: Database, job: JobRow, now: datetime) -> JobRow:
    """The Undo's end: `n` restored, `refusals`, `waiting`, `changed`; where it stopped, `error` and `values`.

    Who is deleted for good at Mailchimp is refused, and in the archive no more: no further Undo is offered for them.
    """
    with database.reading() as session:
        result = _figures(session, job)
    result["changed"] = result.pop("left_alone")
    with database.transaction() as session:
        _forget_gone(session, job, result)
        _write(session, job, now, "restore", archive=job.data["archive"], result=result)
        restores.mark_undone(session, job)
        return _end(session, job, now, result)


def is_worth_a_file(database: Database, job: JobRow) -> bool:
    """Whether an address was refused or has no answer, and the person has no file of the outcomes yet."""
    with database.reading() as session:
        states = outgoing.states(session, _box(job))
    return "outcome_file" not in job.cursor and bool(states.keys() - {"done"})


def lines(database: Database, job: JobRow) -> Iterator[AddressOutcome]:
    """What became of each address, by contact."""
    with database.reading() as session:
        yield from outgoing.lines(session, _box(job))


def _box(job: JobRow) -> OutboxKey:
    return OutboxKey(job.audience_id or 0, job.id)


def _figures(session: Session, job: JobRow) -> dict[str, Any]:
    states, refusals = outgoing.states(session, _box(job)), outgoing.refusals(session, _box(job))
    n, waiting = states.get("done", 0), states.get("waiting", 0) + states.get("sent", 0)
    rest = max(job.total - n - sum(refusals.values()) - waiting, 0)
    is_filled = bool(job.cursor.get("filled"))  # if not, the rest was never looked at
    return {
        "n": n,
        "refusals": refusals,
        "waiting": waiting if is_filled else waiting + rest,
        "left_alone": rest if is_filled else 0,
    }


def _forget_gone(session: Session, job: JobRow, result: dict[str, Any]) -> None:
    """Takes out of the archive who can't come back. Whom the mirror has lost already was never asked for."""
    this, refusals = (job.audience_id or 0, job.data["archive"]), result["refusals"]
    refused = [each for why in GONE for each in outgoing.refused(session, _box(job), why)]
    lost: Sequence[int] = []
    if job.cursor.get("filled"):  # if not, who changed was not looked at either
        lost = [
            each for each in archive_rows.gone(session, *this, job.data["ids"]) if each not in set(refused)
        ]
    if lost:
        refusals[NOT_FOUND] = refusals.get(NOT_FOUND, 0) + len(lost)
        result["changed"] -= len(lost)
    for start in range(0, len(refused) + len(lost), _AT_ONCE):
        archive_rows.forget(session, *this, [*refused, *lost][start : start + _AT_ONCE])


def _write(
    session: Session, job: JobRow, now: datetime, what: str, *, archive: str, result: dict[str, Any]
) -> None:
    journal.write(
        session,
        who=job.made_by,
        what=what,
        at=now,
        n=result["n"],
        audience_id=job.audience_id,
        archive=archive,
        refused=sum(result["refusals"].values()),
        **{name: result[name] for name in ("waiting", "left_alone", "changed") if name in result},
    )


def _end(session: Session, job: JobRow, now: datetime, result: dict[str, Any]) -> JobRow:
    why = outbox.stopped(job)
    state = "failed" if why else "done"
    return jobs.step(session, job, now, state=state, finished_at=now, result={**result, **(why or {})})
