"""The figures of a digest, read from stored figures and indexes. It names domains, never an address."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.contacts.weeks import WEEK, Week, bounds
from bot.corrections import likely_typos
from bot.digests.digests import DigestSettings
from storage.audiences import audiences
from storage.bounces.verdicts import verdicts
from storage.contacts import figures
from storage.contacts.values import CleanReason, Status
from storage.core.database import Database, Session
from storage.core.tables import AudienceRow
from storage.digests import digests

WEEKS = 12
TOP = 5


@dataclass(frozen=True, slots=True)
class Change:
    """A number of the week, and of the week before it."""

    n: int
    before: int

    @property
    def difference(self) -> int:
        return self.n - self.before


@dataclass(frozen=True, slots=True)
class Count:
    """A campaign or a domain, and its number of newly cleaned contacts."""

    name: str
    n: int


@dataclass(frozen=True, slots=True)
class DigestTypo:
    """A mistyped domain, the domain it was likely meant to be, and how many contacts can be corrected so."""

    domain: str
    meant: str
    n: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A week of the chart, and how many contacts were cleaned in it."""

    week: Week
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One audience's part of the report: what was cleaned in the week.

    `typos` holds all that the walk through the week's likely typos shows, the most frequent domain first.
    """

    audience_id: int
    name: str
    reasons: Mapping[CleanReason, Change]
    campaigns: tuple[Count, ...]
    domains: tuple[Count, ...]
    typos: tuple[DigestTypo, ...]
    cleaned: int  # all cleaned contacts of the audience
    archived: int = 0  # of the newly cleaned, by now
    worth_a_look: int = 0  # of the newly cleaned, as the next one without those archived

    @property
    def total(self) -> Change:
        return _sum(self.reasons.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The figures of a digest. The part of the audience with the most newly cleaned contacts comes first."""

    week: Week
    parts: tuple[Part, ...]
    bars: tuple[Bar, ...]
    """The last WEEKS weeks; the last one is `week`."""

    @property
    def total(self) -> Change:
        return _sum(part.total for part in self.parts)

    @property
    def cleaned(self) -> int:
        return sum(part.cleaned for part in self.parts)


def report(database: Database, settings: DigestSettings, week: Week) -> Report:
    """Returns what was cleaned in the week, compared with the week before.

    All figures are read in one transaction. An audience of the settings that no longer exists is left out.
    """
    weeks = [Week(week.last - n * WEEK, week.zone) for n in reversed(range(WEEKS))]
    bars: Counter[Week] = Counter()
    parts = []
    with database.reading() as session:
        for audience in _covered(audiences.list_all(session), settings.audience_ids):
            cleaned = figures.cleaned_between(session, audience.id, bounds(weeks))
            bars.update({each: n.total() for each, n in zip(weeks, cleaned, strict=True)})
            parts.append(_part(session, audience, week, now=cleaned[-1], before=cleaned[-2]))
    parts.sort(key=lambda part: (-part.total.n, -part.cleaned, part.name.casefold()))
    return Report(week=week, parts=tuple(parts), bars=tuple(Bar(each, bars[each]) for each in weeks))


def _covered(all_audiences: Sequence[AudienceRow], ids: Sequence[int]) -> list[AudienceRow]:
    return [audience for audience in all_audiences if not ids or audience.id in ids]


def _part(
    session: Session, audience: AudienceRow, week: Week, *, now: Counter[str], before: Counter[str]
) -> Part:
    in_week = (session, audience.id, week.since, week.until)
    counts = figures.by_status_and_reason(session, audience.id)
    return Part(
        audience_id=audience.id,
        name=audience.name,
        reasons={reason: Change(now[reason], before[reason]) for reason in CleanReason},
        campaigns=_counts(digests.newly_by_campaign(*in_week, TOP)),
        domains=_counts(digests.newly_by_domain(*in_week, TOP)),
        typos=_typos(session, audience.id, week),
        cleaned=sum(n for (status, _reason), n in counts.items() if status == Status.CLEANED),
        archived=digests.archived_since(*in_week),
        worth_a_look=verdicts.count_worth_a_look(*in_week),
    )


def _typos(session: Session, audience_id: int, week: Week) -> tuple[DigestTypo, ...]:
    counts = Counter(likely_typos.domains(session, audience_id, week))
    pairs = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(DigestTypo(domain, meant, n) for (domain, meant), n in pairs)


def _counts(by_name: Mapping[str, int]) -> tuple[Count, ...]:
    return tuple(Count(name, n) for name, n in by_name.items())


def _sum(changes: Iterable[Change]) -> Change:
    changes = list(changes)
    return Change(sum(c.n for c in changes), sum(c.before for c in changes))
