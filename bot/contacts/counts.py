"""The figures of `/cleaned`: kept with each write, read by key, the same cost at any size."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.core.audiences import Audience
from storage.contacts import contacts
from storage.contacts import figures as kept_figures
from storage.contacts.contacts import Segment
from storage.contacts.values import CleanReason, Status
from storage.core.database import Database, Session

# Mailchimp counts these toward the contact limit; cleaned and archived contacts are free.
COUNTED = (Status.SUBSCRIBED, Status.UNSUBSCRIBED, Status.NONSUBSCRIBED, Status.PENDING)
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Figures:
    """An audience in numbers. A week is 7 days of UTC, today included."""

    audience: Audience
    by_status: Mapping[str, int]
    by_reason: Mapping[str, int]
    """The cleaned contacts, by reason."""
    this_week: int
    week_before: int
    worth_a_look: int = 0
    """The cleaned contacts whose verdict is weak."""

    @property
    def cleaned(self) -> int:
        return self.by_status[Status.CLEANED]

    @property
    def archived(self) -> int:
        return self.by_status[Status.ARCHIVED]

    @property
    def counted(self) -> int:
        """How many count toward the contact limit."""
        return sum(self.by_status[status] for status in COUNTED)

    @property
    def free(self) -> int:
        """How many don't."""
        return self.cleaned + self.archived

    def to_json(self) -> dict[str, Any]:
        kept = asdict(self)
        kept["audience"] = self.audience.name
        kept["source"] = self.audience.source
        if self.audience.is_mirror:
            kept["mirrored_until"] = until.isoformat() if (until := self.audience.mirrored_until) else None
        return kept | {"cleaned": self.cleaned, "counted": self.counted, "not_counted": self.free}


def figures(database: Database, audience: Audience, now: datetime) -> Figures:
    """The audience's figures at this moment, all of one moment."""
    today = now.date()
    with database.reading() as session:
        counts = kept_figures.by_status_and_reason(session, audience.id)
        days = kept_figures.cleaned_between(session, audience.id, today - 2 * WEEK + timedelta(days=1), today)
        worth_a_look = kept_figures.worth_a_look(session, audience.id)
    by_status = Counter({str(status): 0 for status in Status})
    by_reason = Counter({str(reason): 0 for reason in CleanReason})
    for (status, reason), n in counts.items():
        by_status[status] += n
        if status == Status.CLEANED:
            by_reason[reason] += n
    newest = sum(n for (day, _), n in days.items() if day > today - WEEK)
    return Figures(
        audience=audience,
        by_status=dict(by_status),
        by_reason=dict(by_reason),
        this_week=newest,
        week_before=sum(days.values()) - newest,
        worth_a_look=worth_a_look,
    )


def segment_size(session: Session, segment: Segment) -> int:
    """Number of contacts in the segment, from a stored figure where there is one."""
    kept = kept_figures.cleaned_in(session, segment)
    return contacts.count(session, segment) if kept is None else kept
