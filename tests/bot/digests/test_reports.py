"""The digest's figures are those of a recount."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.contacts.weeks import Week, week_at
from bot.digests import reports
from bot.digests.reports import Change, Count, DigestTypo
from bot.jobs import jobs
from storage.archives.tables import Archive, ArchiveMember
from storage.contacts import figures
from storage.contacts.figures import FigureKey
from storage.contacts.tables import Contact
from storage.contacts.values import CleanReason
from storage.core.database import Database
from storage.core.tables import AudienceRow
from storage.digests.digests import _newly
from tests.conftest import NOW
from tests.support.bot.digests import SETTINGS
from tests.support.databases import copied

WEEK = week_at(NOW, "UTC")


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

    def report(self, *audience_ids: int, week: Week = WEEK) -> reports.Report:
        return reports.report(self.database, replace(SETTINGS, audience_ids=audience_ids), week)


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
        store.add(audience, WEEK.until - timedelta(days=days), reason=reason)
    store.add(audience, WEEK.until)  # is the next digest's
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
    store.add(audience, NOW - timedelta(days=10), archived=WEEK.since, campaign="Soldes")
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
            when = WEEK.until - timedelta(hours=n + 1)
            store.add(audience, when, campaign=f"Campaign {n}", domain=f"d{n}.example")
    store.add(audience, NOW - timedelta(days=8), campaign="Old", domain="old.example")
    for domain, reason, n in (("gmial.com", "hard", 2), ("orange.ft", "soft", 3), ("orange.ft", "abuse", 1)):
        for _ in range(n):
            store.add(audience, WEEK.since, domain=domain, reason=reason)
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
        when = WEEK.until - timedelta(days=days, hours=1)
        store.add(audience, when, archived=NOW if days == 83 else None)
    bars = store.report().bars
    assert [bar.n for bar in bars] == [1, *[0] * 9, 1, 2]
    assert [bar.week.last for bar in bars] == [
        WEEK.last - timedelta(weeks=n) for n in reversed(range(reports.WEEKS))
    ]


@pytest.fixture
def sqlite(sqlite_template: str, tmp_path: Path) -> Iterator[Database]:
    with copied(sqlite_template, tmp_path) as url:
        database = Database(url)
        yield database
        database.close()


def test_the_time_is_read_by_its_index(sqlite: Database):
    """A week of a million cleaned contacts is read, not the million."""
    with sqlite.reading() as session:
        query = _newly(1, WEEK.since, WEEK.until).element.compile(
            sqlite.engine, compile_kwargs={"literal_binds": True}
        )
        plans = [row[3] for row in session.connection().execute(text(f"EXPLAIN QUERY PLAN {query}"))]
    assert any(
        "ix_contact_cleaned_text (audience_id=? AND cleaned_at>? AND cleaned_at<?)" in plan for plan in plans
    )
    assert not any(plan.startswith("SCAN") for plan in plans)
