"""The model of `tests.tools.chaos`: it is content with what was told, and finds whatever else there is."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select, update

from bot.archives import archives, restores
from bot.archives.jobs import ARCHIVE, RESTORE
from handlers.standins.slack.state import File, WorkspaceState
from handlers.words import words
from storage.audiences import journal
from storage.contacts.contacts import Segment
from storage.contacts.tables import Contact
from storage.core.database import Database, Session
from storage.exports.tables import Export
from tests.conftest import NOW
from tests.support.audiences import import_csv, run
from tests.support.slack import OLIVIA, Json
from tests.tools.chaos import found, model, people
from tests.tools.chaos.model import AudienceModel, Digests, FoundJob, Work, World
from tests.tools.chaos.people import Answer, Sent, Someone, Tally, Told

ADDRESSES = [f"person{n}@example.com" for n in range(6)]


@pytest.fixture
def state(tmp_path: Path) -> WorkspaceState:
    return WorkspaceState(clock=time.time, folder=tmp_path)


@pytest.fixture
def told(database: Database, state: WorkspaceState) -> AudienceModel:
    """An audience that was imported, archived, restored in part and exported, as its person was told."""
    rows = "\n".join(f"{address},2026-11-20 10:00:00" for address in ADDRESSES)
    audience_id = import_csv(database, f"Email Address,CLEAN_TIME\n{rows}")
    audience = AudienceModel("News")
    audience.add("", _done(model.import_("U1", ADDRESSES)))
    plan = archives.plan(database, Segment(audience_id=audience_id), by=OLIVIA, word="ARCHIVE", now=NOW)
    archives.confirm(database, plan.id, "ARCHIVE", by=OLIVIA, now=NOW)
    key = run(database, ARCHIVE, archives.work).id
    audience.add("", _done(model.archive(OLIVIA, ADDRESSES, key, told=6)))
    restores.undo(database, audience_id, key, by=OLIVIA, now=NOW, ids=[1, 2])
    run(database, RESTORE, restores.work)
    audience.add("", _done(model.restore(OLIVIA, key, ADDRESSES[:2], told=2)))
    _exported(database, state, audience_id, ADDRESSES[:2])
    audience.add("", _done(model.export(OLIVIA, ADDRESSES[:2], told=2)))
    return audience


PLANTED: dict[str, Callable[[Session], Any]] = {
    "a contact that changed": lambda session: session.execute(
        update(Contact).where(col(Contact.id) == 1).values(status="subscribed")
    ),
    "a line of the journal that is there twice": lambda session: journal.write(
        session, who=OLIVIA, what="archive", at=NOW, n=6, audience_id=1
    ),
    "a contact that its archive has lost": lambda session: session.execute(
        update(Contact).where(col(Contact.id) == 6).values(archive_number=None)
    ),
    "another status to come back to": lambda session: session.execute(
        update(Contact).where(col(Contact.id) == 6).values(status_before="subscribed")
    ),
    "an export that is there twice": lambda session: session.add(
        Export(audience_id=1, id="other", made_by=OLIVIA, made_at=NOW, segment={}, n=2, file_id="F1")
    ),
    "an export whose file is lost": lambda session: session.execute(update(Export).values(file_id="F2")),
}


def test_what_was_told_is_what_is_there(
    told: AudienceModel, database: Database, state: WorkspaceState
) -> None:
    assert told.compare(found.worlds(database, state)["News"]) == []


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize("planted", PLANTED)
def test_what_happens_behind_its_back_is_a_difference(
    planted: str, told: AudienceModel, database: Database, state: WorkspaceState
) -> None:
    with database.transaction() as session:
        PLANTED[planted](session)
    assert told.compare(found.worlds(database, state)["News"]) != []


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_file_with_other_rows_is_a_difference(
    told: AudienceModel, database: Database, state: WorkspaceState
) -> None:
    path = state.files["F1"].path
    assert path
    path.write_text(f"Email Address\n{ADDRESSES[0]}\n{ADDRESSES[5]}\n")
    assert told.compare(found.worlds(database, state)["News"]) != []


Step = tuple[int, bool, bool]


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.booleans()), max_size=6), st.booleans())
def test_a_work_without_an_answer_may_have_happened_but_whole(steps: list[Step], is_changed: bool) -> None:
    """Each step is a work, whether it was answered, and whether it happened if it was not."""
    audience, real = AudienceModel("News"), World()
    for n, (kind, is_certain, happened) in enumerate(steps):
        works = (
            model.import_("U1", [f"new{n}-{i}@example.com" for i in range(3)]),
            model.archive("U1", sorted(real.cleaned())[:2], f"archive {n}"),
            model.restore("U1", next(iter(real.archives), ""), None),
            model.fix("U1", f"right{n}@example.com"),
        )
        audience.add("", Work(works[kind], certain=is_certain))
        if is_certain or happened:
            real = works[kind](real) or real
    if is_changed and real.statuses:
        first = min(real.statuses)
        half = replace(real, statuses={**real.statuses, first: "pending"})
        assert audience.compare(half) != []
    else:
        assert audience.compare(real) == []
        assert audience.worlds == [real]


def test_two_works_at_once_happen_in_either_order() -> None:
    for first, second in ((6, 0), (0, 6)):
        audience = AudienceModel("News")
        audience.add("", _done(model.import_("U1", ADDRESSES)))
        works = [_done(model.archive(who, ADDRESSES, who, n)) for who, n in (("U1", first), ("U2", second))]
        audience.add("", *works)
        assert audience.differences == []
        assert audience.world.journal["U1", "archive", first] == 1
    audience.add("", _done(model.archive("U1", ADDRESSES, "again", told=3)))
    assert audience.differences, "three were told, and none was left"


def test_a_receipt_that_is_missing_or_there_twice_is_a_difference() -> None:
    job = FoundJob("1", "archive", "done", is_told=True, messages=["6 contacts archived"])
    assert model.compare_jobs([job, replace(job, kind="import", refused=2, refused_files=1)]) == []
    for wrong in (
        replace(job, messages=[]),
        replace(job, messages=["6 contacts archived"] * 2),
        replace(job, state="failed"),
        replace(job, is_told=False, state="running"),
        replace(job, refused=2, refused_files=2),
        replace(job, refused_files=1),
    ):
        assert len(model.compare_jobs([wrong])) == 1, wrong


def test_a_digest_comes_once_and_only_when_it_is_due() -> None:
    digests = Digests({"1": True, "2": False, "9": True})
    assert digests.compare({"1": True}, {"1": 1}, until="5") == []
    assert digests.compare({"1": True, "2": True}, {"1": 1, "2": 1}, until="5") == []
    for runs, messages in (
        ({}, {}),
        ({"1": True}, {"1": 2}),
        ({"1": True, "3": True}, {"1": 1, "3": 1}),
        ({"1": False}, {"1": 1}),
        ({"1": True, "2": True}, {"1": 1}),
    ):
        assert len(digests.compare(runs, Counter(messages), until="5")) == 1, (runs, messages)


class _Screen:
    """What a person sees."""

    user = OLIVIA

    def __init__(self, modal: str, *messages: str) -> None:
        self._modal: Json = {"blocks": [{"text": {"text": modal}}]}
        self._messages = [{"ts": str(n), "text": text, "blocks": []} for n, text in enumerate(messages)]

    def modal(self) -> Json:
        return self._modal

    def messages(self) -> list[Json]:
        return self._messages


SAID = words("en")


@pytest.mark.parametrize(
    ("sent", "modal", "message", "told"),
    [
        (Sent(set(), 1), "", "12 contacts archived in News", Told.DONE),
        (Sent(set(), 1), SAID("trouble-busy"), "", Told.REFUSED),
        (Sent(set(), 2), SAID("trouble-busy"), "", Told.NOTHING),
        (Sent(set(), 1), SAID("error-already-done"), "", Told.ACCEPTED),
        (Sent(set(), 1, errors=SAID("error-already-done")), "", "", Told.ACCEPTED),
        (Sent(set(), 1, errors=SAID("error-wrong-word", word="ARCHIVE")), "", "", Told.REFUSED),
        (Sent(set(), 1), SAID("archives-waiting", n=12, audience="News"), "", Told.ACCEPTED),
        (Sent({"0"}, 1), "", "12 contacts archived in News", Told.NOTHING),
    ],
)
def test_an_answer_is_read_as_what_it_says(
    sent: Sent, modal: str, message: str, told: Told, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(people, "ANSWER_SECONDS", 0.05)
    monkeypatch.setattr(people, "LOOK_SECONDS", 0.01)
    tally = Tally(Counter(), Counter(), print)
    someone = Someone(_Screen(modal, message), SAID, tally, Random(1), tmp_path)  # type: ignore[arg-type]
    answer: Answer = someone._read(sent, "archives", AudienceModel("News"))
    assert (answer.told, answer.n) == (told, 12 if told is Told.DONE else None)


def _done(effect: model.Effect) -> Work:
    return Work(effect, certain=True)


def _exported(database: Database, state: WorkspaceState, audience_id: int, addresses: list[str]) -> None:
    path = state.folder / "cleaned_news.csv"
    path.write_text("\n".join(["Email Address", *addresses]))
    state.files["F1"] = File("F1", path.name, 1, "text/csv", OLIVIA, 1, path=path, shared=[("D1", "1")])
    with database.transaction() as session:
        session.add(
            Export(
                audience_id=audience_id, id="1", made_by=OLIVIA, made_at=NOW, segment={}, n=2, file_id="F1"
            )
        )
        journal.write(session, who=OLIVIA, what="export", at=NOW, n=2, audience_id=audience_id)
        assert session.exec(select(Export)).all()
