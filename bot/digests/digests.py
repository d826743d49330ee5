"""The weekly digest: its settings, when it is due, and which process posts it.

A run is a row per due time. A process claims a run by inserting its row, which only one process can. A process that
dies after posting and before `mark_posted` leaves an abandoned run; the claim of the process that takes it over names
the channel where the message may already be (`may_be_posted_in`), so that it is looked up first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import cache
from zoneinfo import available_timezones

from bot.contacts import weeks
from bot.contacts.weeks import WEEK, Week
from bot.core.errors import CleanedError
from storage.audiences import journal
from storage.contacts import days
from storage.core.database import Database, Session
from storage.digests import digests
from storage.digests.tables import Digest, DigestRun

MAX_DELAY = timedelta(days=1)  # a run that is later than this is not posted
ABANDONED_AFTER = timedelta(minutes=2)  # since the claim; a run not posted by then belongs to a dead process
MAX_ATTEMPTS = 5  # processes that died with a run; it is then assumed to be what kills them


class NotInDigestChannel(CleanedError):
    """The bot is not in the chosen channel, or can't see it."""

    key = "error-digest-not-in-channel"


class ArchivedChannel(CleanedError):
    """The chosen channel is archived."""

    key = "error-digest-archived-channel"


class UnknownZone(CleanedError):
    """There is no such time zone. Values: zone."""

    key = "error-digest-unknown-zone"


class NotSet(CleanedError):
    """No digest has been set up."""

    key = "error-digest-not-set"


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestSettings:
    """Where and when the digest is posted. `weekday` 0 is Monday; without `audience_ids` it covers all audiences."""

    channel: str
    weekday: int
    at: time  # in `timezone`
    timezone: str  # IANA
    language: str
    audience_ids: tuple[int, ...] = ()
    paused: bool = False
    set_by: str
    set_at: datetime  # when this schedule was set; runs due earlier are not posted


@dataclass(frozen=True, slots=True)
class LastRun:
    """What became of the run that was due last. `refusal`: the service's code, if it refused to post it in `channel`."""

    due_at: datetime
    posted_at: datetime | None
    refusal: str | None
    channel: str | None


@dataclass(frozen=True, slots=True)
class Claim:
    """A run that its owner has to post.

    `may_be_posted_in`: the channel where an earlier owner may have posted it; it has to be looked up there first.
    """

    settings: DigestSettings
    due_at: datetime
    owner: str
    may_be_posted_in: str | None = None

    @property
    def week(self) -> Week:
        """What the digest is about: the week before the day it is due, whenever and by whom it is posted."""
        return weeks.week_at(self.due_at, self.settings.timezone)


def current(database: Database) -> DigestSettings | None:
    """Returns the settings; None if they were never saved."""
    with database.reading() as session:
        return _settings(digests.get(session))


def last_run(database: Database) -> LastRun | None:
    """Returns the run that was due last, asked for or by the schedule; None if there was none yet."""
    with database.reading() as session:
        run = digests.newest_run(session)
        return LastRun(run.due_at, run.posted_at, run.failed, run.channel) if run else None


def zone(database: Database, default: str) -> str:
    """Returns the time zone whose days the weeks of all figures are made of: the digest's, if one is set up.

    A workspace has one digest, so its time zone holds for the audiences that it leaves out too.
    """
    settings = current(database)
    return settings.timezone if settings else default


def validate(settings: DigestSettings) -> None:
    """Raises UnknownZone."""
    if settings.timezone not in zones():
        raise UnknownZone(zone=settings.timezone)


def save(database: Database, settings: DigestSettings, now: datetime) -> DigestSettings:
    """Stores the settings with a journal entry, and returns them as stored. Raises UnknownZone.

    `set_at` changes only with the schedule, so that another change does not skip a run that has just become due.
    """
    validate(settings)
    with database.transaction() as session:
        old = _settings(digests.get(session))
        is_same_schedule = old is not None and _schedule(old) == _schedule(settings)
        saved = replace(settings, set_at=old.set_at if old and is_same_schedule else now)
        digests.put(session, _row(saved))
        details = _journal_details(saved)
        journal.write(session, who=saved.set_by, what="digest", at=now, n=1, settings=details)
    return saved


def pause(database: Database, paused: bool, by: str, now: datetime) -> DigestSettings:
    """Pauses or resumes the digest. Raises NotSet."""
    settings = current(database)
    if settings is None:
        raise NotSet
    return save(database, replace(settings, paused=paused, set_by=by), now)


def next_due(settings: DigestSettings, after: datetime) -> datetime:
    """Returns the first due time later than `after`, in UTC.

    For a local time that a clock change skips it is the first moment after the gap; for one that occurs twice, the
    first occurrence.
    """
    local = days.day_of(after, settings.timezone)
    day = local + timedelta(days=(settings.weekday - local.weekday()) % 7) - WEEK
    while (due := days.moment(day, settings.at, settings.timezone)) <= after:
        day += WEEK
    return due


def latest_due(settings: DigestSettings, now: datetime) -> datetime:
    """Returns the last due time that is not later than `now`."""
    due = next_due(settings, now - 2 * WEEK)
    while (later := next_due(settings, due)) <= now:
        due = later
    return due


def claim_due(database: Database, now: datetime, owner: str) -> Claim | None:
    """Claims a run that is due; None if there is none or another owner has it.

    A run is due for less than MAX_DELAY, and never if its time was before the schedule was set. Runs that were given
    back or abandoned come first.
    """
    with database.reading() as session:
        settings = _settings(digests.get(session))
        if settings is None:
            return None
        unfinished, due = _due_runs(session, settings, now)
    if free_runs := [run for run in unfinished if _is_free(run, now)]:
        return _take_over(database, settings, free_runs[0], owner, now)
    return _claim(database, settings, due, owner, now) if due else None


def lateness(database: Database, now: datetime) -> timedelta:
    """Returns how late the oldest digest is that is due and not posted; zero if there is none, or it was given up."""
    with database.reading() as session:
        settings = _settings(digests.get(session))
        if settings is None:
            return timedelta(0)
        unfinished, due = _due_runs(session, settings, now)
    times = [run.due_at for run in unfinished] + ([due] if due else [])
    return max((now - due_at for due_at in times), default=timedelta(0))


def claim_now(database: Database, asked_at: datetime, now: datetime, owner: str) -> Claim | None:
    """Claims the run that a person asks for, paused or not; None if it was claimed already. Raises NotSet.

    `asked_at` is when their button was shown, which is the same for a second click.
    """
    settings = current(database)
    if settings is None:
        raise NotSet
    return _claim(database, settings, asked_at, owner, now)


def mark_posting(database: Database, claim: Claim, now: datetime) -> bool:
    """Records the channel, just before the message is posted. Returns False if another owner has taken the run over.

    The caller has ABANDONED_AFTER from now on to record how it ended.
    """
    return _update(database, claim, claimed_at=now, channel=claim.settings.channel)


def mark_posted(database: Database, claim: Claim, channel: str, ts: str, now: datetime) -> None:
    """Records the message of the digest, unless another owner has taken the run over."""
    _update(database, claim, posted_at=now, channel=channel, ts=ts)


def mark_failed(database: Database, claim: Claim, reason: str) -> None:
    """Records that the digest can't be posted until a person corrects something; the run is not tried again."""
    _update(database, claim, failed=reason)


def give_back(database: Database, claim: Claim) -> None:
    """Lets any process try the run again, until it is MAX_DELAY late."""
    _update(database, claim, owner="")


@cache
def zones() -> frozenset[str]:
    """Returns the names of all time zones."""
    return frozenset(available_timezones())


def find_zones(text: str) -> list[str]:
    """Returns at most 100 time zones whose name contains the text, those whose city starts with it first."""
    pattern = text.strip().casefold().replace(" ", "_")
    matches = [zone for zone in zones() if pattern in zone.casefold()]
    return sorted(matches, key=lambda zone: (not _city(zone).startswith(pattern), zone))[:100]


def _city(zone: str) -> str:
    return zone.casefold().rpartition("/")[2]


def _due_runs(
    session: Session, settings: DigestSettings, now: datetime
) -> tuple[Sequence[DigestRun], datetime | None]:
    """The runs that may be posted and are not, the oldest first; the due time of one that nobody has claimed."""
    # A pause changes the schedule too: runs due before it are not posted, those asked for during it are.
    earliest = max(now - MAX_DELAY, settings.set_at - timedelta(microseconds=1))
    due = latest_due(settings, now)
    is_new = not settings.paused and due > earliest and not digests.exists(session, due)
    return digests.unfinished(session, earliest), due if is_new else None


def _is_free(run: DigestRun, now: datetime) -> bool:
    """Whether an unfinished run was given back, or abandoned but not too often."""
    is_abandoned = run.claimed_at < now - ABANDONED_AFTER
    return run.is_given_back or (is_abandoned and run.attempts < MAX_ATTEMPTS)


def _take_over(
    database: Database, settings: DigestSettings, run: DigestRun, owner: str, now: datetime
) -> Claim | None:
    attempts = run.attempts if run.is_given_back else run.attempts + 1
    with database.transaction() as session:
        is_claimed = digests.take_over(session, run, owner, now, attempts)
    return Claim(settings, run.due_at, owner, run.channel) if is_claimed else None


def _claim(
    database: Database, settings: DigestSettings, due: datetime, owner: str, now: datetime
) -> Claim | None:
    new_claim = Claim(settings, due, owner)
    run = DigestRun(digest_id=1, due_at=due, claimed_at=now, owner=owner, since=new_claim.week.since)
    with database.transaction() as session:
        return new_claim if digests.claim(session, run) else None


def _update(database: Database, claim: Claim, **columns: object) -> bool:
    with database.transaction() as session:
        return digests.update_run(session, claim.due_at, claim.owner, **columns)


def _schedule(settings: DigestSettings) -> tuple[object, ...]:
    return settings.weekday, settings.at, settings.timezone, settings.paused


def _journal_details(settings: DigestSettings) -> dict[str, object]:
    return {
        "channel": settings.channel,
        "when": f"{settings.weekday} {settings.at:%H:%M} {settings.timezone}",
        "audience_ids": list(settings.audience_ids),
        "language": settings.language,
        "paused": settings.paused,
    }


def _row(settings: DigestSettings) -> Digest:
    return Digest(
        id=1,
        channel=settings.channel,
        weekday=settings.weekday,
        at=f"{settings.at:%H:%M}",
        timezone=settings.timezone,
        audience_ids=list(settings.audience_ids),
        language=settings.language,
        paused=settings.paused,
        set_by=settings.set_by,
        set_at=settings.set_at,
    )


def _settings(row: Digest | None) -> DigestSettings | None:
    if row is None:
        return None
    return DigestSettings(
        channel=row.channel,
        weekday=row.weekday,
        at=time.fromisoformat(row.at),
        timezone=row.timezone,
        language=row.language,
        audience_ids=tuple(row.audience_ids),
        paused=row.paused,
        set_by=row.set_by,
        set_at=row.set_at,
    )
