"""What `/metrics` tells of the database, and that it names nobody."""

import re
from datetime import time, timedelta
from typing import Any

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.registry import Collector

from bot.bounces import intake
from bot.bounces.events import EventKind, MailEvent
from bot.digests import digests
from bot.digests.digests import DigestSettings
from handlers.web.metrics import DatabaseFigures
from storage.core.database import Database
from storage.core.tables import AudienceRow
from storage.jobs.tables import JobKind, JobRow, JobState
from storage.mailchimp.remote_state import RemoteState, Trouble
from storage.mailchimp.tables import Outgoing, OutgoingState
from tests.conftest import NOW
from tests.support.audiences import import_csv

NAMES = "Secret Newsletter", "gone", "new"


def test_it_tells_what_stands_in_the_database(database: Database):
    with database.transaction() as session:
        mirrors = [
            AudienceRow(name=name, source="mailchimp", remote_id=name, created_at=NOW, merge_labels=[])
            for name in NAMES
        ]
        mirrors[0].mirrored_until = NOW - timedelta(minutes=7)
        mirrors[1].mirrored_until = NOW - timedelta(days=9)
        mirrors[1].remote = RemoteState(trouble=Trouble.GONE).to_json()
        session.add_all(mirrors)
        session.flush()
        fresh = mirrors[0].id
        for n, (kind, state) in enumerate(
            [
                (JobKind.ARCHIVE, JobState.RUNNING),
                (JobKind.EXPORT, JobState.WAITING),
                (JobKind.EXPORT, JobState.WAITING),
                (JobKind.ARCHIVE, JobState.DONE),
            ]
        ):
            values: dict[str, Any] = {"data": {}, "cursor": {}, "notify": {}, "result": {}, "made_by": "U1"}
            made_at = NOW - timedelta(minutes=n + 1)
            session.add(
                JobRow(id=f"j{n}", kind=kind, state=state, audience_id=fresh, made_at=made_at, **values)
            )
        session.flush()
        for n in range(5):
            outgoing = OutgoingState.SENT if n else OutgoingState.WAITING
            session.add(
                Outgoing(audience_id=fresh, job_id="j0" if n < 4 else "j3", contact_id=n, state=outgoing)
            )
    wanted = DigestSettings(
        channel="C1",
        weekday=(NOW - timedelta(hours=2)).weekday(),
        at=time((NOW - timedelta(hours=2)).hour),
        timezone="UTC",
        language="en",
        set_by="U1",
        set_at=NOW - timedelta(days=30),
    )
    told = registry_of(database)
    assert told.get_sample_value("cleaned_digest_late_seconds") == 0
    digests.save(database, wanted, NOW - timedelta(days=30))
    late = digests.lateness(database, NOW)
    assert timedelta(hours=2) <= late < timedelta(hours=3)
    expected = {
        ("cleaned_jobs", "kind=archive state=running"): 1,
        ("cleaned_jobs", "kind=export state=waiting"): 2,
        ("cleaned_jobs", "kind=archive state=done"): None,
        ("cleaned_job_age_seconds", "kind=export state=waiting"): 180,
        ("cleaned_outbox", "state=waiting"): 1,
        ("cleaned_outbox", "state=sent"): 3,
        ("cleaned_outbox", "state=done"): 0,
        ("cleaned_sync_age_seconds", f"workspace=T1 audience={fresh}"): 420,
        ("cleaned_sync_age_seconds", f"workspace=T1 audience={mirrors[1].id}"): None,
        ("cleaned_sync_age_seconds", f"workspace=T1 audience={mirrors[2].id}"): None,
        ("cleaned_digest_late_seconds", ""): late.total_seconds(),
    }
    found = {
        (name, labels): told.get_sample_value(name, dict(each.split("=") for each in labels.split()))
        for name, labels in expected
    }
    assert found == expected
    claim = digests.claim_due(database, NOW, "me")
    assert claim
    assert digests.lateness(database, NOW) == late, "until it is posted"
    digests.mark_posted(database, claim, "C1", "1.1", NOW)
    assert digests.lateness(database, NOW) == timedelta(0)


def test_it_names_no_audience_and_no_address(database: Database):
    import_csv(
        database, "Email\nann@example.com\nbob@example.com\n", name="subscribed_x.csv", audience=NAMES[0]
    )
    event = MailEvent(
        address="ann@example.com", kind=EventKind.HARD, at=NOW, source="ses", uid="1", campaign="Spring"
    )

    def counted() -> float:
        labels = {"way": "ses", "outcome": "cleaned"}
        return REGISTRY.get_sample_value("cleaned_mail_events_total", labels) or 0.0

    before = counted()
    intake.take_in(database, [event], NOW)
    assert counted() == before + 1
    text = (generate_latest(REGISTRY) + generate_latest(registry_of(database))).decode()
    ours = [line for line in text.splitlines() if line.startswith("cleaned_")]
    assert ours
    assert not [line for line in ours if re.search(r"@|\bann\b|\bbob\b|example|Secret|Spring", line)]


def test_a_database_that_is_gone_hides_no_figure_of_another_workspace(database: Database):
    import_csv(database, "Email\na@example.com\n")
    nowhere = Database("postgresql://user:pass@127.0.0.1:1/none")

    def read(databases: dict[str, Database]) -> list[tuple[str, int]]:
        found = DatabaseFigures(lambda: databases, lambda: NOW).collect()
        return [(each.name, len(each.samples)) for each in found]

    assert not any(n for _, n in read({"T1": nowhere}))
    assert read({"T1": nowhere, "T2": database}) == read({"T2": database})
    nowhere.close()


def registry_of(database: Database) -> CollectorRegistry:
    registry = CollectorRegistry()
    collector: Collector = DatabaseFigures(lambda: {"T1": database}, lambda: NOW)
    registry.register(collector)
    return registry
