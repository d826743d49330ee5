"""Archive and Undo: what they take and leave, once, whole, whenever the process dies."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import select

from bot.archives import archives, restores
from bot.archives.jobs import ARCHIVE, RESTORE, ArchiveJob, ArchiveResult, RestoreJob, RestoreResult
from bot.bounces import intake
from bot.bounces.events import EventKind, MailEvent
from bot.core.errors import AlreadyDone, NothingThere, PlanGone, WrongWord
from bot.jobs import jobs
from storage.archives import archives as archive_rows
from storage.archives.tables import Archive
from storage.audiences import journal
from storage.contacts.contacts import Segment
from storage.contacts.tables import Contact
from storage.core.database import Database
from storage.jobs.jobs import LeaseLost
from tests.conftest import NOW
from tests.support.audiences import Times, claim, cleaned, import_csv, run, statuses, step
from tests.support.figures import assert_exact
from tests.support.older_archives import make_older

LATER = NOW + jobs.LEASE + timedelta(seconds=20)


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch):
    monkeypatch.setattr(jobs, "STEP", timedelta(hours=1))  # the tests' clocks run quickly
    monkeypatch.setattr(archives, "CONTACTS_PER_CHUNK", 4)
    monkeypatch.setattr(restores, "CONTACTS_PER_CHUNK", 4)


def plan(database: Database, segment: Segment, by: str = "U1") -> archives.ArchivePlan:
    return archives.plan(database, segment, by=by, word="ARCHIVE", now=NOW)


def confirmed(database: Database, segment: Segment) -> ArchiveJob:
    return archives.confirm(database, plan(database, segment).id, "ARCHIVE", by="U1", now=NOW)


def archive(database: Database, segment: Segment) -> ArchiveJob:
    confirmed(database, segment)
    return run(database, ARCHIVE, archives.work)


def ask_undo(database: Database, done: ArchiveJob, **how) -> RestoreJob:
    return restores.undo(database, done.audience_id, done.id, by="U2", now=NOW, **how)


def undo(database: Database, done: ArchiveJob, **how) -> RestoreJob:
    ask_undo(database, done, **how)
    return run(database, RESTORE, restores.work)


def count(database: Database, audience: int) -> dict[str, int]:
    found = list(statuses(database, audience).values())
    return {status: found.count(status) for status in set(found)}


def test_what_became_worth_a_look_after_the_preview_is_left_alone(database: Database):
    import_csv(database, "Email\nann@example.com\nben@example.com", name="subscribed_x_export.csv")

    def told(address: str, kind: EventKind) -> MailEvent:
        return MailEvent(address=address, kind=kind, at=NOW, source="test", uid=f"{address} {kind}")

    hard = [told(each, EventKind.HARD) for each in ("ann@example.com", "ben@example.com")]
    intake.take_in(database, [*hard, told("ann@example.com", EventKind.ACTIVE)], NOW)
    shown = archives.plan(database, Segment(audience_id=1, worth_a_look=True), by="U1", word="X", now=NOW)
    assert shown.n == 1
    intake.take_in(database, [told("ben@example.com", EventKind.ACTIVE)], NOW)
    archives.confirm(database, shown.id, "X", by="U1", now=NOW)
    run(database, ARCHIVE, archives.work)
    assert statuses(database, 1) == {"ann@example.com": "archived", "ben@example.com": "cleaned"}


def told_of(database: Database, address: str, *kinds: EventKind) -> None:
    events = [
        MailEvent(address=address, kind=kind, at=NOW, source="test", uid=f"{address} {kind}")
        for kind in kinds
    ]
    intake.take_in(database, events, NOW)


@pytest.fixture
def doubtful(database: Database) -> int:
    """ann: gone; ben: worth a look; eve@gmial.com: a likely typo; zoe@gmial.com: both. Returns the audience's id."""
    people = [f"u{n}@gmail.com" for n in range(60)]
    people += ["ann@example.com", "ben@example.com", "eve@gmial.com", "zoe@gmial.com"]
    import_csv(database, "\n".join(["Email", *people]), name="subscribed_x_export.csv")
    for address in ("ann@example.com", "eve@gmial.com"):
        told_of(database, address, EventKind.HARD)
    for address in ("ben@example.com", "zoe@gmial.com"):
        told_of(database, address, EventKind.HARD, EventKind.ACTIVE)
    return 1


def test_those_worth_a_look_and_likely_typos_are_counted_and_left_out_on_demand(
    database: Database, doubtful: int
):
    shown = plan(database, Segment(audience_id=doubtful))
    assert (shown.n, shown.worth_a_look, shown.typos, shown.n_without) == (4, 2, 2, 1)
    job = archives.confirm(database, shown.id, "ARCHIVE", by="U1", now=NOW, leave_out=True)
    assert job.total == 1
    told_of(database, "u1@gmail.com", EventKind.HARD)  # cleaned after the preview
    done = run(database, ARCHIVE, archives.work)
    assert (done.outcome.n, done.outcome.left_alone, done.outcome.newer) == (1, 0, 1)
    archived = [address for address, status in statuses(database, doubtful).items() if status == "archived"]
    assert archived == ["ann@example.com"]
    assert_exact(database)
    undo(database, done)
    assert plan(database, Segment(audience_id=doubtful)).n == 5


def test_what_is_filtered_by_is_not_left_out(database: Database, doubtful: int):
    weak = plan(database, Segment(audience_id=doubtful, worth_a_look=True))
    assert (weak.n, weak.worth_a_look, weak.typos, weak.n_without) == (2, 0, 1, 1)
    typos = plan(database, Segment(audience_id=doubtful, likely_typos=True, ids=(63, 64)))
    assert (typos.n, typos.worth_a_look, typos.typos, typos.n_without) == (2, 1, 0, 1)
    ticked = plan(database, Segment(audience_id=doubtful, ids=(62, 63)))
    assert (ticked.n, ticked.worth_a_look, ticked.typos, ticked.n_without) == (2, 1, 1, 0), "nothing else"
    job = archives.confirm(database, ticked.id, "ARCHIVE", by="U1", now=NOW, leave_out=True)
    assert job.total == 2


def test_the_whole_segment_is_archived_and_the_facts_of_its_cleaning_stay(database: Database):
    audience = cleaned(database, 10)
    assert plan(database, Segment(audience_id=audience)).n == 10
    job = archive(database, Segment(audience_id=audience))
    assert job.state == "done"
    assert job.result == ArchiveResult(n=10, left_alone=0, newer=0)
    with database.reading() as session:
        contacts = session.exec(select(Contact)).all()
        made = session.exec(select(Archive)).one()
        line = journal.read(session, audience)[0]
    assert {(c.status, c.status_before) for c in contacts} == {("archived", "cleaned")}
    assert all(c.cleaned_at and c.clean_reason for c in contacts)
    assert (made.id, made.n, made.restored, made.left_alone) == (job.id, 10, 0, 0)
    assert (line.who, line.what, line.n) == ("U1", "archive", 10)
    assert_exact(database)


def test_only_the_filtered_or_ticked_contacts_are_archived(database: Database):
    audience = cleaned(database, 6)
    cleaned(database, 5, domain="other.example")
    assert archive(database, Segment(audience_id=audience, domain="other.example")).outcome.n == 5
    assert archive(database, Segment(audience_id=audience, ids=(1, 3))).outcome.n == 2
    assert count(database, audience) == {"cleaned": 4, "archived": 7}
    assert_exact(database)


def test_another_audience_is_not_touched(database: Database):
    audience, other = cleaned(database, 3), cleaned(database, 3, audience="Other")
    archive(database, Segment(audience_id=audience))
    assert count(database, other) == {"cleaned": 3}


@pytest.mark.parametrize("typed", ["", "ARCHIVER", "ARCHIV", "yes"])
def test_a_wrong_word_changes_nothing_and_can_be_mended(database: Database, typed: str):
    audience = cleaned(database, 3)
    made = plan(database, Segment(audience_id=audience))
    with pytest.raises(WrongWord) as error:
        archives.confirm(database, made.id, typed, by="U1", now=NOW)
    assert error.value.values == {"word": "ARCHIVE"}
    assert jobs.claim(database, [ARCHIVE], "o", NOW) is None
    assert archives.confirm(database, made.id, " archive ", by="U1", now=NOW).total == 3


def test_a_plan_is_confirmed_once_and_by_its_person(database: Database):
    made = plan(database, Segment(audience_id=cleaned(database, 3)))
    with pytest.raises(PlanGone):
        archives.confirm(database, made.id, "ARCHIVE", by="U2", now=NOW)
    archives.confirm(database, made.id, "ARCHIVE", by="U1", now=NOW)
    with pytest.raises(AlreadyDone):
        archives.confirm(database, made.id, "ARCHIVE", by="U1", now=NOW)


def test_an_empty_segment_makes_no_plan(database: Database):
    audience = cleaned(database, 1)
    with pytest.raises(NothingThere):
        plan(database, Segment(audience_id=audience, domain="nowhere.example"))


def test_contacts_cleaned_after_the_preview_are_left_alone(database: Database):
    audience = cleaned(database, 6)
    made = plan(database, Segment(audience_id=audience))
    cleaned(database, 2, first=100)
    archives.confirm(database, made.id, "ARCHIVE", by="U1", now=NOW)
    job = run(database, ARCHIVE, archives.work)
    assert job.result == ArchiveResult(n=6, left_alone=0, newer=2)
    assert count(database, audience) == {"cleaned": 2, "archived": 6}


def test_of_two_archives_of_one_audience_the_second_leaves_alone_what_the_first_took(database: Database):
    audience = cleaned(database, 6)
    both = [plan(database, Segment(audience_id=audience)) for _ in range(2)]
    for each in both:
        archives.confirm(database, each.id, "ARCHIVE", by="U1", now=NOW)
    first = claim(database, ARCHIVE)
    assert jobs.claim(database, [ARCHIVE], "other", NOW) is None
    steps = archives.work(database, first, lambda: NOW)
    jobs.mark_told(database, list(steps)[-1], NOW)
    second = run(database, ARCHIVE, archives.work)
    assert second.result == ArchiveResult(n=0, left_alone=6, newer=0)
    with database.reading() as session:
        assert sorted((a.n, a.left_alone) for a in session.exec(select(Archive))) == [(0, 6), (6, 0)]
    assert_exact(database)


@pytest.mark.parametrize("steps_before", [0, 1, 2, 3])
def test_an_archive_whose_process_died_is_carried_on_and_whole(database: Database, steps_before: int):
    audience = cleaned(database, 11)
    confirmed(database, Segment(audience_id=audience))
    steps = archives.work(database, claim(database, ARCHIVE), Times())
    step(steps, steps_before) if steps_before else None
    assert_exact(database)
    job = run(database, ARCHIVE, archives.work, LATER)
    assert job.result == ArchiveResult(n=11, left_alone=0, newer=0)
    assert count(database, audience) == {"archived": 11}
    with database.reading() as session:
        assert session.exec(select(Archive)).one().n == 11
        assert [line.n for line in journal.read(session) if line.what == "archive"] == [11]
    assert_exact(database)
    # Whoever held it before wakes up: nothing of its next step remains.
    with pytest.raises(LeaseLost):
        list(steps)
    assert_exact(database)


def test_undo_brings_each_contact_back_to_the_status_it_had(database: Database):
    audience = cleaned(database, 10)
    before = statuses(database, audience)
    done = archive(database, Segment(audience_id=audience))
    job = undo(database, done)
    assert job.result == RestoreResult(n=10, changed=0)
    assert statuses(database, audience) == before
    with database.reading() as session:
        assert {c.status_before for c in session.exec(select(Contact))} == {None}
        line = journal.read(session)[0]
    assert (line.who, line.what, line.n, line.detail["archive"]) == ("U2", "restore", 10, done.id)
    assert_exact(database)


@pytest.mark.parametrize("steps_before", [1, 2])
def test_an_undo_asked_for_half_way_stops_the_archive_and_brings_back_what_it_took(
    database: Database, steps_before: int
):
    audience = cleaned(database, 10)
    before = statuses(database, audience)
    asked = confirmed(database, Segment(audience_id=audience))
    steps = archives.work(database, claim(database, ARCHIVE), Times())
    step(steps, steps_before)
    ask_undo(database, asked)
    *_, job = steps
    n = 4 * steps_before
    assert job.result == ArchiveResult(n=n, left_alone=0, newer=0, stopped=10 - n)
    assert run(database, RESTORE, restores.work, LATER).result == RestoreResult(n=n, changed=0)
    assert statuses(database, audience) == before
    assert_exact(database)


@pytest.mark.parametrize("steps_before", [1, 2, 3])
def test_an_archive_that_version_0_2_has_begun_is_carried_on_and_undone_in_part_and_whole(
    database: Database, steps_before: int
):
    audience = cleaned(database, 11)
    before = statuses(database, audience)
    confirmed(database, Segment(audience_id=audience))
    step(archives.work(database, claim(database, ARCHIVE), Times()), steps_before)
    make_older(database)
    done = run(database, ARCHIVE, archives.work, LATER)
    assert done.outcome.n == 11
    assert undo(database, done, ids=[2, 6, 11]).result == RestoreResult(n=3, changed=0)
    assert_exact(database)
    assert undo(database, done).result == RestoreResult(n=8, changed=0)
    assert statuses(database, audience) == before
    assert restores.earlier_archives(database).archives[0].is_restored
    assert_exact(database)


def test_an_undo_leaves_what_another_archive_has_taken_since(database: Database):
    audience = cleaned(database, 6)
    first = archive(database, Segment(audience_id=audience))
    undo(database, first, ids=[1, 2])
    second = archive(database, Segment(audience_id=audience))
    assert undo(database, first).result == RestoreResult(n=4, changed=0)
    assert count(database, audience) == {"cleaned": 4, "archived": 2}
    with database.reading() as session:
        held = [archive_rows.holding(session, audience, contact) for contact in range(1, 7)]
    assert held == [second.id, second.id, None, None, None, None]
    assert undo(database, second).outcome.n == 2
    assert_exact(database)


def test_undo_pressed_twice_says_so(database: Database):
    done = archive(database, Segment(audience_id=cleaned(database, 5)))
    ask_undo(database, done)
    with pytest.raises(restores.RestoreUnderWay):
        ask_undo(database, done)
    run(database, RESTORE, restores.work)
    with pytest.raises(restores.AlreadyRestored):
        ask_undo(database, done)


def test_undo_in_part_leaves_the_others_archived(database: Database):
    audience = cleaned(database, 9)
    done = archive(database, Segment(audience_id=audience))
    assert undo(database, done, ids=[2, 5, 9]).result == RestoreResult(n=3, changed=0)
    assert count(database, audience) == {"cleaned": 3, "archived": 6}
    assert_exact(database)
    assert undo(database, done).result == RestoreResult(n=6, changed=0)
    assert restores.earlier_archives(database).archives[0].is_restored
    with pytest.raises(restores.NoContactTicked):
        ask_undo(database, done, ids=[])


def test_a_contact_that_another_way_took_out_of_the_archive_is_left_as_it_is(database: Database):
    audience = cleaned(database, 5)
    done = archive(database, Segment(audience_id=audience))
    with database.transaction() as session:
        contact = session.get(Contact, (audience, 2))
        assert contact
        contact.status, contact.status_before = "unsubscribed", None
        session.add(contact)
    assert undo(database, done).result == RestoreResult(n=4, changed=1)
    assert statuses(database, audience)["person1@example.com"] == "unsubscribed"


def test_an_archive_after_an_undo_belongs_to_the_later_archive_alone(database: Database):
    audience = cleaned(database, 5)
    first = archive(database, Segment(audience_id=audience))
    undo(database, first)
    second = archive(database, Segment(audience_id=audience))
    with pytest.raises(restores.AlreadyRestored):
        restores.undo(database, audience, first.id, by="U1", now=NOW)
    assert undo(database, second).outcome.n == 5


@pytest.mark.parametrize("steps_before", [0, 1, 2, 3])
def test_an_undo_whose_process_died_is_carried_on_and_whole(database: Database, steps_before: int):
    audience = cleaned(database, 11)
    done = archive(database, Segment(audience_id=audience))
    restores.undo(database, audience, done.id, by="U1", now=NOW)
    steps = restores.work(database, claim(database, RESTORE), Times())
    step(steps, steps_before) if steps_before else None
    assert_exact(database)
    job = run(database, RESTORE, restores.work, LATER)
    assert job.result == RestoreResult(n=11, changed=0)
    assert count(database, audience) == {"cleaned": 11}
    assert restores.earlier_archives(database).archives[0].restored == 11
    assert_exact(database)


def test_an_import_of_archived_contacts_keeps_them_archived_and_undo_still_works(database: Database):
    audience = cleaned(database, 5)
    done = archive(database, Segment(audience_id=audience))
    import_csv(
        database, "Email Address\nperson1@example.com\nnew@example.com", name="subscribed_x_export.csv"
    )
    assert count(database, audience) == {"archived": 5, "subscribed": 1}
    undo(database, done)
    assert count(database, audience) == {"cleaned": 5, "subscribed": 1}
    assert_exact(database)


def test_earlier_archives_are_listed_newest_first_by_pages(database: Database):
    audience = cleaned(database, 12)
    for n in range(12):
        made = archives.plan(
            database, Segment(audience_id=audience, ids=(n + 1,)), by="U1", word="x", now=NOW
        )
        archives.confirm(database, made.id, "X", by="U1", now=NOW + timedelta(minutes=n))
        run(database, ARCHIVE, archives.work)
    first, second = restores.earlier_archives(database), restores.earlier_archives(database, 1)
    assert (len(first.archives), first.has_more) == (10, True)
    assert (len(second.archives), second.has_more) == (2, False)
    times = [each.made_at for each in [*first.archives, *second.archives]]
    assert times == sorted(times, reverse=True)
    assert {each.audience for each in first.archives} == {"News"}


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_a_chunk_reads_nothing_that_others_have_left(database: Database, monkeypatch: pytest.MonkeyPatch):
    """An archive looks its contacts up by the table's key, an Undo reads a range of the index by number."""
    monkeypatch.setattr(archives, "CONTACTS_PER_CHUNK", 100)
    monkeypatch.setattr(restores, "CONTACTS_PER_CHUNK", 100)
    audience = cleaned(database, 5_000)
    database.analyze("contact")  # as an import of so many does
    sent: list[tuple[str, Any]] = []
    event.listen(database.engine, "before_cursor_execute", lambda *told: sent.append((told[2], told[3])))
    undo(database, archive(database, Segment(audience_id=audience)))
    updates = [each for each in sent if each[0].startswith("UPDATE contact SET")]
    assert len(updates) == 101  # the last range of the Undo is empty
    with database.reading() as session:
        plans = [
            "\n".join(session.connection().exec_driver_sql(f"EXPLAIN {statement}", values).scalars())
            for statement, values in updates
        ]
    assert all("pk_contact" in plan for plan in plans[:50])
    assert all("ix_contact_archive_number" in plan and "ROW(cleaned_at" in plan for plan in plans[50:])
