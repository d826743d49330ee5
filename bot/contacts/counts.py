"""The figures of `/cleaned`, read from stored counts at the same cost for any size of audience."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from bot.audiences.audiences import Audience
from bot.bounces.verdicts import incidents
from bot.contacts import weeks
from bot.contacts.weeks import Week
from storage.contacts import contacts
from storage.contacts import figures as stored_figures
from storage.contacts.contacts import Segment
from storage.contacts.values import CleanReason, Status
from storage.core.database import Database, Session
from storage.core.db_errors import TransientFault, transient_fault

# Mailchimp counts these toward the contact limit, and not cleaned and archived contacts.
COUNTED = (Status.SUBSCRIBED, Status.UNSUBSCRIBED, Status.NONSUBSCRIBED, Status.PENDING)


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of an audience's contacts. `bot.contacts.weeks` says what a week is."""

    audience: Audience
    by_status: Mapping[str, int]
    by_reason: Mapping[str, int]
    """Cleaned contacts only."""
    week: Week
    this_week: int
    """Cleaned in `week`, as the next two numbers whether they are archived since or not."""
    week_before: int
    today: int = 0
    """Cleaned since `week` ended."""
    date_unknown: int = 0
    """Cleaned contacts of which nobody knows when they were cleaned. They are in no week."""
    worth_a_look: int = 0
    """Cleaned contacts whose verdict is weak."""
    refused_since: datetime | None = None
    """When the incident began that is not over: many servers refuse mail for a fault of the sender."""

    @property
    def cleaned(self) -> int:
        return self.by_status[Status.CLEANED]

    @property
    def archived(self) -> int:
        return self.by_status[Status.ARCHIVED]

    @property
    def counted(self) -> int:
        """Number of contacts that count toward the contact limit."""
        return sum(self.by_status[status] for status in COUNTED)

    @property
    def free(self) -> int:
        """Number of contacts that don't."""
        return self.cleaned + self.archived

    def to_json(self) -> dict[str, Any]:
        data = asdict(self)
        data["audience"] = self.audience.name
        data["refused_since"] = self.refused_since.isoformat() if self.refused_since else None
        data["week"] = {
            "first": self.week.first.isoformat(),
            "last": self.week.last.isoformat(),
            "timezone": self.week.zone,
        }
        data["source"] = self.audience.source
        if self.audience.is_mirror:
            data["mirrored_until"] = until.isoformat() if (until := self.audience.mirrored_until) else None
        return data | {"cleaned": self.cleaned, "counted": self.counted, "not_counted": self.free}


def figures(database: Database, audience: Audience, now: datetime, zone: str) -> Figures:
    """Returns the audience's figures, read in one transaction. Days are those of the time zone (IANA)."""
    return figures_of(database, [audience], now, zone)[0]


def figures_of(database: Database, audiences: Sequence[Audience], now: datetime, zone: str) -> list[Figures]:
    """As `figures`, of each of the audiences; the number of queries does not grow with them."""
    week = weeks.week_at(now, zone)
    end_of_today = Week(week.last + weeks.DAY, zone).until
    bounds = [*weeks.bounds([week.before, week]), end_of_today]
    ids = [audience.id for audience in audiences]
    with database.reading() as session:
        counts = stored_figures.by_status_and_reason_in(session, ids)
        cleaned = stored_figures.cleaned_between_in(session, ids, bounds)
        date_unknown = stored_figures.date_unknown_in(session, ids)
        worth_a_look = stored_figures.worth_a_look_in(session, ids)
        refused_since = incidents.running_since(session, ids, now)
    made = []
    for audience in audiences:
        week_before, this_week, today = (by_reason.total() for by_reason in cleaned[audience.id])
        by_status, by_reason = _totals(counts[audience.id])
        made.append(
            Figures(
                audience=audience,
                by_status=by_status,
                by_reason=by_reason,
                week=week,
                this_week=this_week,
                week_before=week_before,
                today=today,
                date_unknown=date_unknown.get(audience.id, 0),
                worth_a_look=worth_a_look.get(audience.id, 0),
                refused_since=refused_since.get(audience.id),
            )
        )
    return made


def _totals(counts: Mapping[tuple[str, str], int]) -> tuple[dict[str, int], dict[str, int]]:
    """The contacts by status, and the cleaned ones by reason, with those that are 0."""
    by_status = Counter({str(status): 0 for status in Status})
    by_reason = Counter({str(reason): 0 for reason in CleanReason})
    for (status, reason), n in counts.items():
        by_status[status] += n
        if status == Status.CLEANED:
            by_reason[reason] += n
    return dict(by_status), dict(by_reason)


def figures_of_each(
    database: Database, audiences: Sequence[Audience], now: datetime, zone: str
) -> Sequence[Figures]:
    """Returns the figures of each audience; without those whose server is gone, unless all are."""
    try:
        return figures_of(database, audiences, now, zone)
    except Exception as error:
        if transient_fault(error) != TransientFault.GONE:
            raise
    found, gone = [], None
    for audience in audiences:
        try:
            found.append(figures(database, audience, now, zone))
        except Exception as error:
            if transient_fault(error) != TransientFault.GONE:
                raise
            gone = error
    if gone and not found:
        raise gone
    return found


def segment_size(session: Session, segment: Segment) -> int:
    """Returns the number of contacts in the segment, from a stored figure where there is one."""
    n = stored_figures.stored_count(session, segment)
    return contacts.count(session, segment) if n is None else n
