"""The weekly digest: its settings, when it is due, and who posts it.

The table is the schedule's truth. Whoever looks (`claim_due`) finds a run that is due and makes its row:
that is the claim, and one insert wins. A process that dies between posting and `posted` leaves a claim that looks
abandoned; the one that takes it over is told where the message may stand already (`may_stand_in`), to look first.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from bot.core.errors import CleanedError
from storage.core import journal
from storage.core.database import Database
from storage.digests import digests
from storage.digests.tables import Digest, DigestRun

WEEK = timedelta(days=7)
LATE = timedelta(days=1)  # a run that was missed is sent if it is less late than that
ABANDONED = timedelta(minutes=2)  # a claim that old whose run wasn't posted: its process died
MOST_ATTEMPTS = 5  # processes that died with it: then it is what kills them


class NotInChannel(CleanedError):
    """The bot isn't in the channel that was chosen, or can't see it."""

    key = "error-digest-not-in-channel"


class ArchivedChannel(CleanedError):
    """The channel that was chosen is archived."""

    key = "error-digest-archived-channel"


class UnknownZone(CleanedError):
    """There is no such time zone. Values: zone."""

    key = "error-digest-unknown-zone"


class NotSet(CleanedError):
    """No digest was set up yet."""

    key = "error-digest-not-set"


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestSettings:
    """Where and when. `weekday` 0 is Monday; no `audience_ids`: all audiences."""

    channel: str
    weekday: int
    at: time  # in `timezone`
    timezone: str  # IANA
    language: str
    audience_ids: tuple[int, ...] = ()
    paused: bool = False
    set_by: str
    set_at: datetime  # since when this schedule stands: nothing due before is sent


@dataclass(frozen=True, slots=True)
class Claim:
    """One digest that the owner has to post: what is new from `since` to `until`.

    `may_stand_in`: the channel where an earlier owner may have posted it; it is to be looked for there.
    """

    settings: DigestSettings
    due_at: datetime
    since: datetime
    owner: str
    may_stand_in: str | None = None

    @property
    def until(self) -> datetime:
        """The next digest starts where this one ends, however late it was posted."""
        return self.due_at


def current(database: Database) -> DigestSettings | None:
    """The settings; None before they were first saved."""
    with database.reading() as session:
        return _settings(digests.get(session))


def check(settings: DigestSettings) -> None:
    """Raises UnknownZone."""
    if settings.timezone not in zones():
        raise UnknownZone(zone=settings.timezone)


def save(database: Database, wanted: DigestSettings, now: datetime) -> DigestSettings:
    """Stores the settings and writes the journal. Raises UnknownZone.

    A change that leaves the schedule as it was does not skip a run that is just due.
    """
    check(wanted)
    with database.transaction() as session:
        old = _settings(digests.get(session))
        same = old is not None and _schedule(old) == _schedule(wanted)
        kept = replace(wanted, set_at=old.set_at if old and same else now)
        digests.put(session, _row(kept))
        journal.write(session, who=kept.set_by, what="digest", at=now, n=1, settings=_detail(kept))
    return kept


def pause(database: Database, paused: bool, by: str, now: datetime) -> DigestSettings:
    """Stops the digest or sets it going again. Raises NotSet."""
    settings = current(database)
    if settings is None:
        raise NotSet
    return save(database, replace(settings, paused=paused, set_by=by), now)


def next_due(settings: DigestSettings, after: datetime) -> datetime:
    """The first due moment later than `after`, in UTC.

    A local time that summer time skips: the first moment after it. One that occurs twice: the first.
    """
    zone = ZoneInfo(settings.timezone)
    local = after.astimezone(zone).date()
    day = local + timedelta(days=(settings.weekday - local.weekday()) % 7) - WEEK
    while (due := _moment(day, settings.at, zone)) <= after:
        day += WEEK
    return due


def latest_due(settings: DigestSettings, now: datetime) -> datetime:
    """The last due moment that is not later than `now`."""
    due = next_due(settings, now - 2 * WEEK)
    while (later := next_due(settings, due)) <= now:
        due = later
    return due


def claim_due(database: Database, now: datetime, owner: str) -> Claim | None:
    """A digest that the owner has to post now; None when there is none, or another has it.

    Due less than a day ago and not before the schedule was set. One that was given back or left by a
    process that died comes again.
    """
    with database.reading() as session:
        settings = _settings(digests.get(session))
        if settings is None:
            return None
        # A pause is a change of the schedule too: what was due before it is not sent; "Send now" after it is.
        earliest = max(now - LATE, settings.set_at - timedelta(microseconds=1))
        left = [run for run in digests.unfinished(session, earliest) if _is_left(run, now)]
        due = latest_due(settings, now)
        is_new = not settings.paused and due > earliest and not digests.exists(session, due)
    if left:
        return _take_over(database, settings, left[0], owner, now)
    return _claim(database, settings, due, owner, now) if is_new else None


def claim_now(database: Database, asked_at: datetime, now: datetime, owner: str) -> Claim | None:
    """The digest that a person asks for, paused or not; None when it was asked for already. Raises NotSet.

    `asked_at` is the moment their button was shown: a second click carries the same.
    """
    settings = current(database)
    if settings is None:
        raise NotSet
    return _claim(database, settings, asked_at, owner, now)


def begin(database: Database, claim: Claim, now: datetime) -> bool:
    """To be called just before it is posted: notes where. False when it is another's by now, who posts it.

    The caller says how it ended before it looks ABANDONED.
    """
    return _settle(database, claim, claimed_at=now, channel=claim.settings.channel)


def posted(database: Database, claim: Claim, channel: str, ts: str, now: datetime) -> None:
    """The digest stands in that channel."""
    _settle(database, claim, posted_at=now, channel=channel, ts=ts)


def failed(database: Database, claim: Claim, why: str) -> None:
    """It can't be posted until a person mends something: this run is not tried again."""
    _settle(database, claim, failed=why)


def give_back(database: Database, claim: Claim) -> None:
    """It was not posted this time: whoever looks next may try, until it is a day late."""
    _settle(database, claim, owner="")


@cache
def zones() -> frozenset[str]:
    """The names of the time zones there are."""
    return frozenset(available_timezones())


def find_zones(text: str, most: int = 100) -> list[str]:
    """The time zones that the text could mean, those first whose city begins with it."""
    wanted = text.strip().casefold().replace(" ", "_")
    found = [zone for zone in zones() if wanted in zone.casefold()]
    return sorted(found, key=lambda zone: (not _city(zone).startswith(wanted), zone))[:most]


def _city(zone: str) -> str:
    return zone.casefold().rpartition("/")[2]


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    local = datetime.combine(day, at)
    due = local.replace(tzinfo=zone).astimezone(UTC)
    if due.astimezone(zone).replace(tzinfo=None) == local:
        return due
    # The clock skips this time: the first second at which it shows a later one.
    before = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while due - before > timedelta(seconds=1):
        middle = (before + (due - before) / 2).replace(microsecond=0)
        if middle.astimezone(zone).replace(tzinfo=None) < local:
            before = middle
        else:
            due = middle
    return due


def _is_left(run: DigestRun, now: datetime) -> bool:
    return not run.owner or (run.claimed_at < now - ABANDONED and run.attempts < MOST_ATTEMPTS)


def _take_over(
    database: Database, settings: DigestSettings, run: DigestRun, owner: str, now: datetime
) -> Claim | None:
    attempts = run.attempts + 1 if run.owner else run.attempts
    with database.transaction() as session:
        mine = digests.take_over(session, run, owner, now, attempts)
    return Claim(settings, run.due_at, run.since, owner, run.channel) if mine else None


def _claim(
    database: Database, settings: DigestSettings, due: datetime, owner: str, now: datetime
) -> Claim | None:
    with database.transaction() as session:
        last = digests.last_posted(session, due)
        since = last.due_at if last else due - WEEK
        run = DigestRun(digest_id=1, due_at=due, claimed_at=now, owner=owner, since=since)
        mine = digests.claim(session, run)
    return Claim(settings, due, since, owner) if mine else None


def _settle(database: Database, claim: Claim, **how: object) -> bool:
    with database.transaction() as session:
        return digests.settle(session, claim.due_at, claim.owner, **how)


def _schedule(settings: DigestSettings) -> tuple[object, ...]:
    return settings.weekday, settings.at, settings.timezone, settings.paused


def _detail(settings: DigestSettings) -> dict[str, object]:
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
