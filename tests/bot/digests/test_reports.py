"""The digest's figures are those of a recount."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from bot.core import jobs
from bot.digests import reports
from bot.digests.reports import Change, Count, DigestTypo
from storage.archives.tables import Archive, ArchiveMember
from storage.contacts import figures
from storage.contacts.figures import FigureKey
from storage.contacts.tables import Contact
from storage.contacts.values import CleanReason
from storage.core.database import Database
from storage.core.tables import AudienceRow
from storage.digests.digests import _newly
from tests.bot.digests.test_digests import SETTINGS
from tests.conftest import NOW
from tests.support.databases import copied

SINCE = NOW - timedelta(days=7)
TYPOS = {"gmial.com": "gmail.com", "orange.ft": "orange.fr"}


@dataclass(frozen=True)
class Meant:
    address: str


class ByTable:
    """Suggests what stands in TYPOS."""

    def __init__(self, healthy: Mapping[str, int]) -> None:
        self.healthy = healthy

    def suggest(self, address: str) -> Meant | None:
        domain = address.partition("@")[2]
        return Meant(f"someone@{TYPOS[domain]}") if domain in TYPOS else None


class Store:
    """Puts contacts and their figures into the database, and remembers them for the recount."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.contacts: list[Contact] = []

    def audience(self, name: str) -> int:
        with self.database.transaction() as session:
            audience = AudienceRow(name=name, created_at=NOW)
            session.add(audience)
            session.flush()
            return audience.id or 0

    def add(
        self,
        audience_id: int,
        when: datetime | None,
        *,
        reason: str = "hard",
        domain: str = "example.fr",
        campaign: str | None = None,
        archived: datetime | None = None,
        restored: bool = False,
    ) -> None:
        n = len(self.contacts) + 1
        cleaned = "archived" if archived and not restored else "cleaned"
        contact = Contact(
            audience_id=audience_id,
            id=n,
            address=f"a{n}@{domain}",
            address_key=f"a{n}@{domain}",
            domain=domain,
            status=cleaned if when else "subscribed",
            status_before="cleaned" if cleaned == "archived" else None,
            revision=1,
            merge_fields={},
            cleaned_at=when,
            clean_reason=reason if when else None,
            clean_campaign_title=campaign,
        )
        self.contacts.append(contact)
        cell = FigureKey(contact.status, reason if when else "", when.date() if when else None, domain)
        with self.database.transaction() as session:
            session.add(contact)
            if archived:
                archive = Archive(audience_id=audience_id, id=jobs.new_id(), made_by="U", made_at=archived)
                session.add(archive)
                session.add(
                    ArchiveMember(
                        audience_id=audience_id,
                        archive_id=archive.id,
                        contact_id=n,
                        status_before="cleaned",
                        restored_at=NOW if restored else None,
                    )
                )
            session.flush()
            figures.apply_changes(session, audience_id, Counter({cell: 1}))

    def report(self, *audience_ids: int, since: datetime = SINCE, until: datetime = NOW) -> reports.Report:
        chosen = replace(SETTINGS, audience_ids=audience_ids)
        return reports.report(self.database, chosen, since, until, ByTable)


@pytest.fixture
def store(database: Database) -> Store:
    return Store(database)


def test_new_ones_by_reason_against_the_same_time_before(store: Store):
    audience = store.audience("Newsletter")
    for days, reason in (
        (0.1, "hard"),
        (6.9, "soft"),
        (7, "soft"),
        (7.1, "soft"),
        (13.9, "abuse"),
        (14.1, "hard"),
    ):
        store.add(audience, NOW - timedelta(days=days), reason=reason)
    store.add(audience, NOW)  # is the next digest's
    store.add(audience, None)
    found = store.report()
    assert found.parts[0].reasons == {
        CleanReason.HARD: Change(1, 0),
        CleanReason.SOFT: Change(2, 1),
        CleanReason.ABUSE: Change(0, 1),
        CleanReason.UNKNOWN: Change(0, 0),
    }
    assert (found.total, found.total.difference) == (Change(3, 2), 1)
    assert found.cleaned == 7


def test_an_archive_does_not_make_the_week_before_look_better(store: Store):
    audience = store.audience("Newsletter")
    store.add(audience, NOW - timedelta(days=10), archived=SINCE, campaign="Soldes")
    store.add(audience, NOW - timedelta(days=3), archived=NOW - timedelta(days=2), domain="gmial.com")
    store.add(audience, NOW - timedelta(days=3), archived=NOW - timedelta(days=2), restored=True)
    found = store.report()
    assert found.total == Change(2, 1)
    assert found.parts[0].domains == (Count("example.fr", 1), Count("gmial.com", 1))
    assert found.parts[0].typos == ()  # it is archived: there is nothing to fix
    assert found.cleaned == 1


def test_campaigns_domains_and_typos_of_the_new_ones_the_most_frequent_first(store: Store):
    audience = store.audience("Newsletter")
    for n in range(7):
        for _ in range(n + 1):
            when = NOW - timedelta(hours=n + 1)
            store.add(audience, when, campaign=f"Campaign {n}", domain=f"d{n}.example")
    store.add(audience, NOW - timedelta(days=8), campaign="Old", domain="old.example")
    for domain, reason, n in (("gmial.com", "hard", 2), ("orange.ft", "soft", 3), ("orange.ft", "abuse", 1)):
        for _ in range(n):
            store.add(audience, SINCE, domain=domain, reason=reason)
    part = store.report().parts[0]
    assert part.campaigns == tuple(Count(f"Campaign {n}", n + 1) for n in (6, 5, 4, 3, 2))
    assert part.domains[:3] == (Count("d6.example", 7), Count("d5.example", 6), Count("d4.example", 5))
    assert part.typos == (DigestTypo("orange.ft", "orange.fr", 3), DigestTypo("gmial.com", "gmail.com", 2))


def test_the_audiences_asked_for_the_fullest_first(store: Store):
    empty, full, other = store.audience("A"), store.audience("Z"), store.audience("M")
    store.add(full, NOW - timedelta(days=1))
    store.add(other, NOW - timedelta(days=1))
    store.add(other, NOW - timedelta(days=1))
    assert [part.name for part in store.report().parts] == ["M", "Z", "A"]
    assert [part.name for part in store.report(empty, full, 99).parts] == ["Z", "A"]
    assert store.report(99).parts == ()
    assert store.report(99).total == Change(0, 0)


def test_twelve_weeks_up_to_the_day_of_the_digest(store: Store):
    first, second = store.audience("A"), store.audience("B")
    for audience, days in ((first, 0), (second, 6), (first, 7), (first, 83), (first, 84)):
        store.add(audience, NOW - timedelta(days=days), archived=NOW if days == 83 else None)
    weeks = store.report().weeks
    assert [week.n for week in weeks] == [1, *[0] * 9, 1, 2]
    assert [week.last for week in weeks] == [
        NOW.date() - timedelta(weeks=n) for n in reversed(range(reports.WEEKS))
    ]


@pytest.fixture
def sqlite(sqlite_template: str, tmp_path: Path) -> Iterator[Database]:
    with copied(sqlite_template, tmp_path) as url:
        database = Database(url)
        yield database
        database.close()


@settings(max_examples=25)
@given(
    ages=st.lists(
        st.tuples(st.integers(0, 30 * 24), st.sampled_from(list(CleanReason)), st.booleans()), max_size=40
    ),
    hours=st.integers(1, 15 * 24),
)
def test_figures_equal_a_recount(sqlite, ages, hours):
    store = Store(sqlite)
    audience = store.audience(jobs.new_id())
    for age, reason, archived in ages:
        when = NOW - timedelta(hours=age)
        store.add(audience, when, reason=reason, archived=when if archived else None)
    length = timedelta(hours=hours)
    part = store.report(audience, since=NOW - length).parts[0]

    def recount(reason: CleanReason, until: datetime) -> int:
        cleaned = [c.cleaned_at for c in store.contacts if c.clean_reason == reason]
        return sum(1 for when in cleaned if when and until - length <= when < until)

    for reason in CleanReason:
        assert part.reasons[reason] == Change(recount(reason, NOW), recount(reason, NOW - length))


def test_the_time_is_read_by_its_index(sqlite: Database):
    """A week of a million cleaned contacts is read, not the million."""
    with sqlite.reading() as session:
        query = _newly(1, SINCE, NOW).element.compile(sqlite.engine, compile_kwargs={"literal_binds": True})
        plans = [row[3] for row in session.connection().execute(text(f"EXPLAIN QUERY PLAN {query}"))]
    assert any(
        "ix_contact_cleaned (audience_id=? AND cleaned_at>? AND cleaned_at<?)" in plan for plan in plans
    )
    assert not any(plan.startswith("SCAN") for plan in plans)
