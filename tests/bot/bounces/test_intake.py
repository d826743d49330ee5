"""Events taken in: kept once, judged, cleaned; and nothing leads back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.event import listen
from sqlmodel import select

from bot.bounces import evidence, intake, quarantine
from bot.bounces.events import LONGEST_DIAGNOSTIC, Cause, EventKind, MailEvent
from bot.bounces.intake import IntakeCounts
from bot.bounces.quarantine import QuarantineItem
from bot.bounces.verdicts import saved_policies
from bot.bounces.verdicts.policy import Policy, Weakness
from bot.core.errors import PlanGone
from storage.bounces import evidence as evidence_rows
from storage.bounces.tables import Quarantined
from storage.bounces.verdicts import bursts as burst_rows
from storage.bounces.verdicts import verdicts as verdict_rows
from storage.contacts.contacts import TABLE
from storage.contacts.tables import Contact
from storage.core.database import Database
from storage.core.tables import AudienceRow, AudienceSource
from tests.conftest import NOW
from tests.support.audiences import cleaned as add_cleaned
from tests.support.audiences import import_csv, statuses
from tests.support.bot.intake import audience, contact, event, soft, take, weakness
from tests.support.figures import assert_exact, contacts, emptied

DAYS = 40


def contact_of(database: Database, audience_id: int, address: str) -> int:
    with database.reading() as session:
        query = select(Contact.id).where(Contact.audience_id == audience_id, Contact.address_key == address)
        return session.exec(query).one()


def quarantined(database: Database) -> Sequence[Quarantined]:
    with database.reading() as session:
        return session.exec(select(Quarantined)).all()


def test_mirrored_audiences_are_left_to_mailchimp(database: Database):
    """The same address elsewhere is cleaned; where only a mirror has it, nobody does."""
    audience(database, "both@example.com", "here@example.com")
    mirrored = audience(database, "both@example.com", "there@example.com", name="Mirror")
    with database.transaction() as session:
        row = session.get(AudienceRow, mirrored)
        assert row
        row.source = AudienceSource.MAILCHIMP
    told = take(database, *(event(f"{name}@example.com") for name in ("both", "here", "there")))
    assert (told.cleaned, told.unknown) == (2, 1)
    assert set(statuses(database, mirrored).values()) == {"subscribed"}
    named = event("both@example.com", audience="Mirror", uid="named")
    assert take(database, named) == IntakeCounts(unknown=1)
    assert set(statuses(database, mirrored).values()) == {"subscribed"}
    reasons = {
        each.address: each.reason for each in quarantined(database) if each.reason != "unknown-audience"
    }
    assert reasons == dict.fromkeys(["there@example.com", "both@example.com"], "mirrored-address")
    assert_exact(database)


def test_a_hard_bounce_cleans_at_once(database: Database):
    audience(database, "Ann@example.com", "ben@example.com")
    told = event("ANN@example.com", diagnostic="550 5.1.1\nno such  user", campaign="July")
    assert take(database, told) == IntakeCounts(cleaned=1)
    ann = contact(database, "ann@example.com")
    assert (ann.status, ann.clean_reason, ann.cleaned_at) == ("cleaned", "hard", NOW)
    assert (ann.clean_diagnostic, ann.clean_campaign_title) == ("550 5.1.1 no such user", "July")
    assert contact(database, "ben@example.com").status == "subscribed"
    assert_exact(database)


def test_the_seventh_soft_bounce_cleans_whichever_way_they_come(database: Database):
    audience(database, "ann@example.com", "ben@example.com")
    for ago in (3, 1, 6, 2, 5, 4):
        assert take(database, soft("ann@example.com", ago)) == IntakeCounts(counted=1)
    assert take(database, soft("ann@example.com", 0)) == IntakeCounts(cleaned=1)
    assert take(database, *(soft("ben@example.com", ago) for ago in range(7))) == IntakeCounts(
        cleaned=1, counted=6
    )
    assert contact(database, "ann@example.com").clean_reason == "soft"
    assert_exact(database)


def test_a_delivery_or_an_open_begins_the_count_anew(database: Database):
    audience(database, "ann@example.com", "ben@example.com")
    for ago in (9, 8, 7, 6, 5, 4):
        take(database, soft("ann@example.com", ago), soft("ben@example.com", ago))
    signs = [
        event("ann@example.com", EventKind.DELIVERED, ago=3.5),
        event("ben@example.com", EventKind.ACTIVE, ago=3.5),
    ]
    assert take(database, *signs) == IntakeCounts(activity=2)
    for ago in (3, 2, 1):
        assert take(database, soft("ann@example.com", ago), soft("ben@example.com", ago)).cleaned == 0


def test_the_same_event_is_counted_once(database: Database):
    audience(database, "ann@example.com", "ben@example.com")
    told = event("ann@example.com")
    assert take(database, told, told) == IntakeCounts(cleaned=1, repeated=1)
    assert take(database, told) == IntakeCounts(repeated=1)
    assert take(database, replace(told, source="another way")) == IntakeCounts(counted=1)
    assert_exact(database)


def test_a_complaint_is_abuse_even_after_a_bounce(database: Database):
    audience(database, "ann@example.com", "ben@example.com")
    take(database, event("ann@example.com"), event("ben@example.com", EventKind.COMPLAINT))
    take(database, event("ann@example.com", EventKind.COMPLAINT), event("ben@example.com"))
    assert contact(database, "ann@example.com").clean_reason == "abuse"
    assert contact(database, "ben@example.com").clean_reason == "abuse"
    assert_exact(database)


def test_an_imported_reason_gives_way_to_a_weightier_one(database: Database):
    import_csv(database, "Email Address,CLEAN_TIME\nann@example.com,2026-11-01 10:00:00")
    assert contact(database, "ann@example.com").clean_reason in (None, "unknown")
    assert take(database, event("ann@example.com", EventKind.COMPLAINT)) == IntakeCounts(counted=1)
    assert contact(database, "ann@example.com").clean_reason == "abuse"
    assert_exact(database)


def test_who_is_not_mailed_is_not_cleaned(database: Database):
    audience(database, "ann@example.com", status="unsubscribed")
    assert take(database, event("ann@example.com")) == IntakeCounts(counted=1)
    assert contact(database, "ann@example.com").status == "unsubscribed"


def test_an_event_goes_to_every_audience_or_to_the_one_it_names(database: Database):
    audience(database, "ann@example.com", "ben@example.com", name="News")
    audience(database, "ann@example.com", "ben@example.com", name="Offers")
    assert take(database, event("ann@example.com")) == IntakeCounts(cleaned=1)
    assert take(database, event("ben@example.com", audience="offers")) == IntakeCounts(cleaned=1)
    found = {(c["audience_id"], c["address"]): c["status"] for c in contacts(database)}
    assert list(found.values()) == ["cleaned", "subscribed", "cleaned", "cleaned"]
    assert take(database, event("ben@example.com", audience="Nobody's")) == IntakeCounts(unknown=1)
    assert [each.reason for each in quarantined(database)] == ["unknown-audience"]


def test_an_unknown_address_is_set_aside_with_the_reason_once(database: Database):
    audience(database, "ann@example.com")
    told = event("eve@example.com", diagnostic="no\0 such user")
    assert take(database, told, event("eve@example.com", EventKind.DELIVERED)) == IntakeCounts(unknown=2)
    take(database, told)
    kept = quarantined(database)
    assert [(each.reason, each.address, each.source) for each in kept] == [
        ("unknown-address", "eve@example.com", "test")
    ]
    assert kept[0].detail == "hard 5.1.1 no such user"


def test_what_cannot_be_read_is_set_aside_once_and_cut(database: Database):
    item = QuarantineItem(
        uid="1", source="message", reason="unreadable", detail="x\0" * 5000, content=b"y" * 100_000
    )
    assert quarantine.add(database, [item, item], NOW) == 1
    assert quarantine.add(database, [item], NOW) == 0
    (kept,) = quarantined(database)
    assert len(kept.detail) == LONGEST_DIAGNOSTIC
    assert kept.content == b"y" * quarantine.LARGEST_CONTENT


def test_addresses_and_texts_that_no_database_takes_do_no_harm(database: Database):
    audience(database, "ann@example.com")
    odd = [
        event("\ud800@example.com", uid="1"),
        event("a\0nn@example.com", diagnostic="\ud800\0", uid="2", campaign="\0"),
        event("x" * 5000, uid="3"),
        event("", uid="4"),
    ]
    assert take(database, *odd) == IntakeCounts(cleaned=1, unknown=3)


@pytest.mark.parametrize(
    ("known", "told"),
    [
        ("ann@caf\u00e9.example.com", "Ann@xn--caf-dma.example.com"),
        ("andr\u00e9@example.com", "andre\u0301@EXAMPLE.com"),
    ],
)
def test_an_address_is_known_in_each_of_its_writings(database: Database, known: str, told: str):
    audience(database, known)
    assert take(database, event(told)) == IntakeCounts(cleaned=1)


def test_a_time_to_come_is_not_believed(database: Database):
    audience(database, "ann@example.com")
    take(database, soft("ann@example.com", -400))
    found = contact(database, "ann@example.com")
    with database.reading() as session:
        told = evidence_rows.of_contacts(session, found.audience_id, [found.id])
    assert [each.at for each in told] == [NOW]


def test_an_outage_is_not_counted(database: Database):
    people = [f"p{i}@slow.example" for i in range(30)]
    audience(database, *people)
    told = [event(each, ago=i / 1000, cause=Cause.SERVER, code="5.4.1") for i, each in enumerate(people)]
    assert take(database, *told[:9]).cleaned == 9
    assert take(database, *told[9:]) == IntakeCounts(counted=21)
    assert weakness(database, "p0@slow.example") == Weakness.OUTAGE, "cleaned before it was known"
    assert contact(database, "p20@slow.example").status == "subscribed"
    later = event("p20@slow.example", cause=Cause.SERVER, ago=-0.001)
    assert intake.take_in(database, [later], NOW + timedelta(days=1)).cleaned == 0, "within the hour still"


def test_an_outage_that_goes_on_is_the_same_told_at_once_or_bit_by_bit(database: Database):
    people = [f"p{i}@slow.example" for i in range(40)]
    told = [
        event(each, ago=(40 - i) / 900, cause=Cause.SERVER, code="5.4.1") for i, each in enumerate(people)
    ]
    found = []
    for name, size in (("At once", 40), ("Bit by bit", 3)):
        news = audience(database, *people, name=name)
        named = [replace(each, audience=name) for each in told]
        take(database, *named[:9])
        for start in range(9, 40, size):
            take(database, *named[start : start + size])
        with database.reading() as session:
            [row] = burst_rows.of_domains(session, news, ["slow.example"])
            marks = verdict_rows.of_contacts(session, news, range(10_000))
        assert (row.since, row.until) == (told[0].at, told[-1].at)
        found.append((statuses(database, news), sorted(each.weakness for each in marks.values())))
        person = contact_of(database, news, people[0])
        burst = evidence.explain(database, news, person).burst
        assert burst
        assert burst.addresses == len(people)
    assert found[0] == found[1]
    assert_exact(database)


def test_a_bounce_that_is_told_late_does_not_have_the_outage_read_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    people = [f"p{i}@slow.example" for i in range(40)]
    news = audience(database, *people)
    told = [
        event(each, ago=(40 - i) / 900, cause=Cause.SERVER, code="5.4.1") for i, each in enumerate(people)
    ]
    take(database, *told[:20])
    read = list[int]()
    bounces = burst_rows.bounces

    def count(*which: Any) -> Any:
        found = bounces(*which)
        read.append(len(found))
        return found

    monkeypatch.setattr(burst_rows, "bounces", count)
    for n, some in enumerate((told[20:30], told[30:])):
        take(database, *some, soft(people[n], ago=3 + n, cause=Cause.SERVER))
    assert sum(read) <= 2, "those around the late ones, not the hour"
    with database.reading() as session:
        [row] = burst_rows.of_domains(session, news, ["slow.example"])
    assert (row.since, row.until) == (told[0].at, told[-1].at)
    assert_exact(database)


def test_a_lone_bounce_takes_few_statements(database: Database):
    audience(database, "ann@example.com", "bob@example.com")
    take(database, event("ann@example.com"))
    sent: list[str] = []
    listen(database.engine, "before_cursor_execute", lambda *call: sent.append(call[2]))
    assert take(database, event("bob@example.com")).cleaned == 1
    assert len(sent) <= 26


def test_an_outage_that_an_earlier_one_belies_counts_whenever_that_is_told(database: Database):
    people = [f"p{i}@dead.example" for i in range(30)]
    gone: dict[str, Any] = {"cause": Cause.NO_DOMAIN, "code": "5.1.2"}
    first = [event(each, ago=20 + i / 1000, **gone) for i, each in enumerate(people[:15])]
    second = [event(each, ago=10 + i / 1000, **gone) for i, each in enumerate(people[15:])]
    found = []
    for name, told in (("In order", (first, second)), ("Late", (second, first))):
        audience_id = audience(database, *people, name=name)
        for some in told:
            take(database, *(replace(each, audience=name) for each in some))
        found.append(statuses(database, audience_id))
    assert [found[1][each] for each in people[15:]] == [found[0][each] for each in people[15:]]
    assert {found[0][each] for each in people[15:]} == {"cleaned"}
    assert_exact(database)


def test_a_new_outage_leaves_the_figure_of_an_older_one(database: Database):
    people = [f"p{i}@slow.example" for i in range(30)]
    news = audience(database, *people)
    for days in (20, 1):
        take(database, *(soft(each, days + i / 1000) for i, each in enumerate(people)))
    with database.reading() as session:
        assert [each.addresses for each in burst_rows.of_domains(session, news, ["slow.example"])] == [
            30,
            30,
        ]


def test_complaints_make_no_outage(database: Database):
    people = [f"p{i}@slow.example" for i in range(12)]
    audience(database, *people)
    take(database, *(event(each, EventKind.COMPLAINT, cause=Cause.UNKNOWN) for each in people[:11]))
    assert take(database, event(people[11], cause=Cause.UNKNOWN)).cleaned == 1
    assert weakness(database, people[11]) is None


def test_no_such_mailbox_is_believed_in_an_outage_and_marked(database: Database):
    people = [f"p{i}@slow.example" for i in range(30)]
    audience(database, *people)
    assert take(database, *(event(each) for each in people)).cleaned == 30
    assert {weakness(database, each) for each in people} == {Weakness.OUTAGE}


def test_what_speaks_for_a_cleaned_contact_marks_it_only(database: Database):
    audience(database, "ann@example.com", "ben@example.com")
    take(database, event("ann@example.com", ago=2))
    take(database, *(soft("ben@example.com", ago) for ago in range(1, 8)))
    assert weakness(database, "ann@example.com") is None
    take(
        database,
        event("ann@example.com", EventKind.DELIVERED, ago=1),
        event("ben@example.com", EventKind.ACTIVE),
    )
    assert weakness(database, "ann@example.com") == Weakness.DELIVERED
    assert weakness(database, "ben@example.com") == Weakness.ACTIVE
    assert contact(database, "ann@example.com").status == "cleaned"
    assert contact(database, "ben@example.com").status == "cleaned"


def test_worth_a_look_goes_by_the_time_that_an_import_brought(database: Database):
    news = audience(database, "ann@example.com")
    take(database, event("ann@example.com"), event("ann@example.com", EventKind.ACTIVE))
    import_csv(database, "Email,CLEAN_TIME\nann@example.com,2026-01-02")
    day = timedelta(days=1)
    with database.reading() as session:
        assert verdict_rows.count_worth_a_look(session, news, NOW - day, NOW + day) == 0
        assert verdict_rows.count_worth_a_look(session, news, NOW - 365 * day, NOW - day) == 1


def test_an_older_sign_of_life_takes_nothing_from_a_newer_one(database: Database):
    audience(database, "ann@example.com")
    take(database, event("ann@example.com", EventKind.DELIVERED, ago=1))
    take(
        database,
        event("ann@example.com", EventKind.DELIVERED, ago=5),
        event("ann@example.com", EventKind.ACTIVE, ago=3),
    )
    found = contact(database, "ann@example.com")
    with database.reading() as session:
        signs = evidence_rows.activity_of(session, found.audience_id, [found.id])[found.id]
    assert signs.delivered_at == NOW - timedelta(days=1)
    assert signs.active_at == NOW - timedelta(days=3)


def test_an_audience_has_thresholds_of_its_own(database: Database):
    strict = audience(database, "ann@example.com", name="Strict")
    audience(database, "ann@example.com", name="Patient")
    saved_policies.save(database, strict, Policy(2, 3, 10), by="U1", now=NOW)
    assert saved_policies.get(database, strict) == Policy(2, 3, 10)
    take(database, soft("ann@example.com", 0), soft("ann@example.com", 1))
    found = {c["audience_id"]: c["status"] for c in contacts(database)}
    assert found.pop(strict) == "cleaned"
    assert list(found.values()) == ["subscribed"]


@pytest.mark.parametrize(
    "policy", [Policy(0, 1, 10), Policy(7, 6, 10), Policy(7, 15, 1), Policy(10**9, 10**9, 10)]
)
def test_a_threshold_out_of_range_is_refused(database: Database, policy):
    news = audience(database, "ann@example.com")
    with pytest.raises(saved_policies.BadThreshold):
        saved_policies.save(database, news, policy, by="U1", now=NOW)
    assert saved_policies.get(database, news) == Policy()


def test_why_tells_the_evidence(database: Database):
    news = audience(database, "ann@example.com")
    take(
        database,
        soft("ann@example.com", 2, campaign="May"),
        event("ann@example.com", EventKind.ACTIVE, ago=1),
    )
    take(database, event("ann@example.com", diagnostic="550 no", campaign="July"))
    told = evidence.explain(database, news, contact(database, "ann@example.com").id)
    assert (told.address, told.reason, told.campaign, told.diagnostic) == (
        "ann@example.com",
        "hard",
        "July",
        "550 no",
    )
    assert [(each.kind, each.code, each.campaign) for each in told.items] == [
        ("hard", "5.1.1", "July"),
        ("soft", "4.4.1", "May"),
    ]
    assert told.n_items == 2
    assert told.active_at == NOW - timedelta(days=1)
    assert told.verdict
    assert (told.verdict.reason, told.verdict.cause, told.verdict.code) == ("hard", "no-mailbox", "5.1.1")
    assert told.verdict.weakness == Weakness.ACTIVE


def test_an_imported_contact_has_no_evidence_and_says_so(database: Database):
    news = add_cleaned(database, 1)
    told = evidence.explain(database, news, contact(database, "person0@example.com").id)
    assert (told.verdict, told.items, told.n_items) == (None, [], 0)
    subscribed = audience(database, "ann@example.com")
    with pytest.raises(PlanGone):
        evidence.explain(database, subscribed, contact(database, "ann@example.com").id)


NOTICES = st.lists(
    st.builds(
        event,
        st.sampled_from([f"p{i}@example.com" for i in range(4)]),
        st.sampled_from(
            [
                EventKind.HARD,
                EventKind.COMPLAINT,
                *[EventKind.SOFT] * 8,
                EventKind.DELIVERED,
                EventKind.ACTIVE,
            ]
        ),
        ago=st.integers(0, DAYS),
    ),
    max_size=40,
)


@settings(max_examples=25)
@given(NOTICES, st.integers(1, 10))
def test_however_events_come_figures_are_exact_and_nothing_leaves_cleaned(
    database: Database, events: list[MailEvent], size: int
):
    emptied(database)
    mine = audience(database, *(f"p{i}@example.com" for i in range(4)))
    was_cleaned: set[tuple[int, int]] = set()
    for start in range(0, len(events), size):
        some = events[start : start + size]
        taken = take(database, *some)
        assert sum(getattr(taken, f) for f in ("cleaned", "counted", "activity", "repeated")) == len(some)
        now_cleaned = _cleaned(database)
        assert was_cleaned <= now_cleaned
        was_cleaned = now_cleaned
        assert take(database, *some).cleaned == 0, "twice is once"
    assert_exact(database)
    assert "archived" not in statuses(database, mine).values()


def _cleaned(database: Database) -> set[tuple[int, int]]:
    with database.reading() as session:
        query = select(TABLE.c.audience_id, TABLE.c.id).where(TABLE.c.status == "cleaned")
        return {(audience_id, id_) for audience_id, id_ in session.connection().execute(query)}
