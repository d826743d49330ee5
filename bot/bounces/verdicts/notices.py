"""Operators are told of an incident once, and once that it is over.

Incidents of several audiences at the same time have one notice, because the fault is in what they share: who sends.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.bounces.events import Fault
from bot.bounces.faults import lists_named
from bot.bounces.verdicts.policy import BURST_WINDOW, INCIDENT_QUIET, Weakness
from bot.core.errors import PlanGone
from bot.jobs import jobs
from bot.jobs.jobs import Clock, Job, JobType, Recipient, new_id
from storage.bounces.tables import IncidentRow
from storage.bounces.verdicts import incidents as incident_rows
from storage.contacts.reachable import reachable
from storage.core.database import Database, Session
from storage.jobs.tables import ENDED, JobKind

TOLD_WITHIN = timedelta(days=3)  # of its last refusal: nobody has to act on what an old file of bounces tells
MOST_SAID = 100  # replies of servers that are looked through for names of block lists
BY = "bot"


@dataclass(frozen=True, slots=True)
class NoticeTask:
    """The notice that is told, as begun or as over."""

    notice: str
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class NoProgress:
    """A notice is told in one step."""


@dataclass(frozen=True, slots=True)
class NoticeResult:
    """Whether it was told."""

    told: bool = True


NOTICE = JobType(JobKind.NOTICE, NoticeTask, NoProgress, NoticeResult)
NoticeJob = Job[NoticeTask, NoProgress, NoticeResult]


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident as it is told. Its numbers are those of all its audiences."""

    audiences: Sequence[tuple[int, str]]
    """Ids and names."""
    since: datetime
    until: datetime
    """The last time when as many were refused."""
    faults: Sequence[Fault]
    """What most servers blame, and what at least half as many do, the most frequent first."""
    domains: Sequence[tuple[str, int]]
    """Each with its number of addresses, the most first."""
    addresses: int
    lists: Sequence[str]
    """Block lists that servers name."""
    said: tuple[str, str] | None
    """A domain and what its server said."""
    cleaned: int
    """Contacts that were cleaned for it before it was plain."""
    is_over: bool


def are_due(database: Database, now: datetime) -> bool:
    """Whether an incident, or its end, is to be told."""
    audience_ids = _reachable(database)
    with database.reading() as session:
        return bool(incident_rows.untold(session, audience_ids)) or bool(_over(session, audience_ids, now))


def tell(database: Database, recipients: Sequence[Recipient], now: datetime) -> int:
    """Creates the messages to each of the recipients, about what is new and about what is over; returns how many."""
    if not recipients:
        return 0
    audience_ids = _reachable(database)
    with database.transaction() as session:
        tasks = [NoticeTask(notice) for notice in _begin(session, audience_ids, now)]
        over = [
            notice
            for notice in _over(session, audience_ids, now)
            if incident_rows.end(session, audience_ids, notice, now)
        ]
        # One that was over when it came to light is told of once, as a whole.
        begun = {task.notice for task in tasks}
        tasks += [NoticeTask(notice, is_over=True) for notice in over if notice not in begun]
        for task in tasks:
            for recipient in recipients:
                jobs.create(session, NOTICE, task, by=BY, now=now, recipient=recipient)
        return len(tasks) * len(recipients)


def work(database: Database, job: NoticeJob, clock: Clock) -> Iterator[NoticeJob]:
    """Ends the job: its message is the notice."""
    with database.transaction() as session:
        job = jobs.finish(session, job, clock(), NoticeResult())
    yield job


def incident(database: Database, notice: str) -> Incident:
    """The incident that the notice tells of, as it is known now. Raises PlanGone."""
    names = {audience.id: audience.name for audience in reachable(database)}
    with database.reading() as session:
        found = incident_rows.with_notice(session, names, notice)
        if not found:
            raise PlanGone
        rows = sorted(found, key=lambda row: (row.since, names[row.audience_id]))
        refusals = [each for row in rows for each in _refusals(session, row)]
        faults = _summed((each.fault, each.contacts) for each in refusals)
        domains = _summed((each.domain, each.contacts) for each in refusals)
        said = [each for row in rows for each in _said(session, row, faults[0][0])] if faults else []
        return Incident(
            audiences=[(row.audience_id, names[row.audience_id]) for row in rows],
            since=min(row.since for row in rows),
            until=max(row.until for row in rows),
            faults=[Fault(fault) for fault, n in faults if 2 * n >= faults[0][1]],
            domains=domains,
            addresses=sum(_addresses(session, row) for row in rows),
            lists=lists_named(text for _, text in said),
            said=said[0] if said else None,
            cleaned=sum(len(_cleaned(session, row)) for row in rows),
            is_over=all(row.ended_at for row in rows),
        )


def told(database: Database, notice: str) -> Sequence[NoticeJob]:
    """The messages that told of the incident when it had begun."""
    with database.reading() as session:
        posted = jobs.unfinished(session, NOTICE, states=ENDED)
        return [job for job in posted if job.task == NoticeTask(notice)]


def grown(database: Database) -> Sequence[str]:
    """Returns the notices whose incidents have twice the addresses since their messages were last written; once each."""
    audience_ids = _reachable(database)
    with database.reading() as session:
        rows = incident_rows.running(session, audience_ids)
        sizes = {row.id: _addresses(session, row) for row in rows}
    larger = [row for row in rows if sizes[row.id] >= 2 * row.n_shown]
    if not larger:
        return []
    with database.transaction() as session:
        return sorted(
            {
                row.notice or ""
                for row in larger
                if incident_rows.set_shown(
                    session, row.audience_id, row.id, sizes[row.id], before=row.n_shown
                )
            }
        )


def _reachable(database: Database) -> Sequence[int]:
    return [audience.id for audience in reachable(database)]


def _begin(session: Session, audience_ids: Collection[int], now: datetime) -> list[str]:
    """Gives each new incident a notice, that of another at the same time if there is one; returns the new notices."""
    running = list(incident_rows.running(session, audience_ids))
    begun: list[str] = []
    for row in incident_rows.untold(session, audience_ids):
        if row.until < now - TOLD_WITHIN:
            incident_rows.give_notice(session, row.audience_id, row.id, "")
            continue
        same = (other.notice for other in running if row.since <= other.until + BURST_WINDOW)
        joined = next(same, None)
        notice = joined or new_id()
        if not incident_rows.give_notice(session, row.audience_id, row.id, notice):
            continue
        if not joined:
            begun.append(notice)
            n = _addresses(session, row)
            incident_rows.set_shown(session, row.audience_id, row.id, n, before=row.n_shown)
        running = list(incident_rows.running(session, audience_ids))
    return begun


def _over(session: Session, audience_ids: Collection[int], now: datetime) -> list[str]:
    """The running notices without refusals for INCIDENT_QUIET."""
    last: dict[str, datetime] = {}
    for row in incident_rows.running(session, audience_ids):
        notice = row.notice or ""
        last[notice] = max(row.until, last.get(notice, row.until))
    return [notice for notice, until in last.items() if until + INCIDENT_QUIET < now]


def _refusals(session: Session, row: IncidentRow) -> Sequence[incident_rows.Refusals]:
    return incident_rows.by_domain_and_fault(session, row.audience_id, row.since, row.until + INCIDENT_QUIET)


def _said(session: Session, row: IncidentRow, fault: str) -> Sequence[tuple[str, str]]:
    until = row.until + INCIDENT_QUIET
    return incident_rows.words_of_servers(session, row.audience_id, fault, row.since, until, MOST_SAID)


def _addresses(session: Session, row: IncidentRow) -> int:
    return incident_rows.count_contacts(session, row.audience_id, row.since, row.until + INCIDENT_QUIET)


def _cleaned(session: Session, row: IncidentRow) -> set[int]:
    until = row.until + INCIDENT_QUIET
    return incident_rows.contacts_with_verdict(session, row.audience_id, row.since, until, Weakness.INCIDENT)


def _summed(numbers: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """The names, each with the sum of its numbers, the largest first."""
    sums: Counter[str] = Counter()
    for name, n in numbers:
        sums[name] += n
    return sorted(sums.items(), key=lambda item: (-item[1], item[0]))
