"""The figures of a digest, read from stored figures and indexes. It names domains, never an address."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from bot.digests.digests import DigestSettings
from storage.bounces import verdicts
from storage.contacts import figures
from storage.contacts.values import CleanReason, Status
from storage.core import audiences
from storage.core.database import Database, Session
from storage.core.tables import AudienceRow
from storage.digests import digests

WEEKS = 12
TOP = 5
MAX_DOMAINS_CHECKED = 2_000  # for typos, the most frequent first


class DigestSuggestion(Protocol):
    """A likely correction of an address."""

    @property
    def address(self) -> str: ...


class DigestSuggester(Protocol):
    """Suggests corrections; made from the domains of an audience's subscribed contacts, with their counts."""

    def suggest(self, address: str, /) -> DigestSuggestion | None: ...


MakeSuggester = Callable[[Mapping[str, int]], DigestSuggester]


@dataclass(frozen=True, slots=True)
class Change:
    """A number of this period, and of the period of the same length before it."""

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
    """A mistyped domain, the domain it was likely meant to be, and how many contacts have it."""

    domain: str
    meant: str
    n: int


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days (UTC) that end with `last`, and how many contacts were cleaned in them."""

    last: date
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One audience's part of the report. `typos` holds all of them, the most frequent first."""

    audience_id: int
    name: str
    reasons: Mapping[CleanReason, Change]
    campaigns: tuple[Count, ...]
    domains: tuple[Count, ...]
    typos: tuple[DigestTypo, ...]
    cleaned: int  # all cleaned contacts of the audience
    worth_a_look: int = 0  # of the newly cleaned

    @property
    def total(self) -> Change:
        return _sum(self.reasons.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The figures of a digest. The part of the audience with the most newly cleaned contacts comes first."""

    since: datetime
    until: datetime
    parts: tuple[Part, ...]
    weeks: tuple[Week, ...]

    @property
    def total(self) -> Change:
        return _sum(part.total for part in self.parts)

    @property
    def cleaned(self) -> int:
        return sum(part.cleaned for part in self.parts)


def report(
    database: Database,
    settings: DigestSettings,
    since: datetime,
    until: datetime,
    make_suggester: MakeSuggester,
) -> Report:
    """Returns what was cleaned from `since` on and before `until`, compared with the period of the same length before.

    All figures are read in one transaction. An audience of the settings that no longer exists is left out.
    """
    weeks: Counter[date] = Counter()
    with database.reading() as session:
        parts = []
        for audience in _covered(audiences.list_all(session), settings.audience_ids):
            parts.append(_part(session, audience, since, until, make_suggester))
            weeks.update(_weeks(session, audience.id, until.date()))
    parts.sort(key=lambda part: (-part.total.n, -part.cleaned, part.name.casefold()))
    return Report(
        since=since,
        until=until,
        parts=tuple(parts),
        weeks=tuple(Week(last, weeks[last]) for last in _last_days(until.date())),
    )


def _covered(all_audiences: Sequence[AudienceRow], ids: Sequence[int]) -> list[AudienceRow]:
    return [audience for audience in all_audiences if not ids or audience.id in ids]


def _part(
    session: Session, audience: AudienceRow, since: datetime, until: datetime, make_suggester: MakeSuggester
) -> Part:
    audience_id = audience.id
    now = digests.newly_by_reason(session, audience_id, since, until)
    before = digests.newly_by_reason(session, audience_id, since - (until - since), since)
    counts = figures.by_status_and_reason(session, audience_id)
    return Part(
        audience_id=audience_id,
        name=audience.name,
        reasons={reason: Change(now.get(reason, 0), before.get(reason, 0)) for reason in CleanReason},
        campaigns=_counts(digests.newly_by_campaign(session, audience_id, since, until, TOP)),
        domains=_counts(digests.newly_by_domain(session, audience_id, since, until, TOP)),
        typos=_typos(session, audience_id, since, until, make_suggester),
        cleaned=sum(n for (status, _reason), n in counts.items() if status == Status.CLEANED),
        worth_a_look=verdicts.count_worth_a_look(session, audience_id, since, until),
    )


def _typos(
    session: Session, audience_id: int, since: datetime, until: datetime, make_suggester: MakeSuggester
) -> tuple[DigestTypo, ...]:
    """Typos of contacts that can be corrected: still cleaned, and no complaint."""
    domains = digests.fixable_by_domain(session, audience_id, since, until, MAX_DOMAINS_CHECKED)
    if not domains:
        return ()
    suggester = make_suggester(figures.subscribed_domains(session, audience_id))
    typos = []
    for domain, n in domains.items():
        # A domain's typo does not depend on the local part: any will do.
        suggestion = suggester.suggest(f"someone@{domain}")
        meant = suggestion.address.rpartition("@")[2] if suggestion else domain
        if meant != domain:
            typos.append(DigestTypo(domain, meant, n))
    return tuple(typos)


def _weeks(session: Session, audience_id: int, last: date) -> Counter[date]:
    """Counts the contacts cleaned in each of the last WEEKS weeks, by the last day of the week."""
    first = last - timedelta(days=7 * WEEKS - 1)
    weeks: Counter[date] = Counter()
    for (day, _reason), n in figures.cleaned_between(session, audience_id, first, last).items():
        weeks[last - timedelta(days=(last - day).days // 7 * 7)] += n
    return weeks


def _last_days(last: date) -> list[date]:
    return [last - timedelta(days=7 * n) for n in reversed(range(WEEKS))]


def _counts(by_name: Mapping[str, int]) -> tuple[Count, ...]:
    return tuple(Count(name, n) for name, n in by_name.items())


def _sum(changes: Iterable[Change]) -> Change:
    changes = list(changes)
    return Change(sum(c.n for c in changes), sum(c.before for c in changes))
