"""Slack's Web API is slow, or says that there were too many calls: every form is answered at once all the same.

"Slow" is longer than any answer may take: the methods answer once the test has seen the bot's own answer.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlmodel import select

from handlers.slack import manifest
from handlers.slack.views import imports
from handlers.slack.views.archives import archives
from handlers.standins.slack.server import Workspace
from handlers.standins.slack.state import BOT_USER, Channel, WorkspacePerson
from handlers.standins.slack.web_api import methods
from storage.archives.tables import Archive
from storage.corrections.tables import Consent
from storage.jobs.tables import JobRow
from tests.flows.conftest import AUDIENCE, CLEANED, Flow, Someone, wait_until, write_sample
from tests.support.figures import assert_exact
from tests.support.slack import NEWS, Json, Person, says

METHODS = list(methods.METHODS)
NEVER = 25.0  # seconds: an answer that waits for Slack fails then, and a busy machine takes far less
CALLERS = 30

Trouble = Callable[[Flow], AbstractContextManager[None]]


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    """One that waits longer than Slack does, so that no test depends on how busy the machine is."""
    with Workspace(manifest.path(), ack_seconds=NEVER) as running:
        yield running


@contextmanager
def slow(flow: Flow) -> Iterator[None]:
    """No method answers before the end of the block."""
    flow.workspace.faults.hold(METHODS)
    yield
    flow.workspace.faults.release()


@contextmanager
def refusing(flow: Flow) -> Iterator[None]:
    """The next call of every method is answered 429, to come again in a second."""
    for method in METHODS:
        flow.workspace.faults.rate_limit(method)
    yield
    flow.workspace.faults.rate_limits.clear()


TROUBLES = pytest.mark.parametrize("trouble", [slow, refusing])


def submit(someone: Someone, **inputs: object) -> None:
    """Submits the open modal; its answer comes without Slack's."""
    someone.person.fill(**inputs)
    assert someone.person.submit() == {}


def jobs_of(flow: Flow) -> list[JobRow]:
    with flow.database.reading() as session:
        return list(session.exec(select(JobRow).where(JobRow.made_by != "terminal")).all())


@TROUBLES
def test_an_archive_and_its_undo(filled: Flow, trouble: Trouble) -> None:
    olivia = filled.olivia
    olivia.person.command("/cleaned-archive")
    olivia.person.wait_modal(olivia.says("archives-type", word="ARCHIVE"))
    with trouble(filled):
        submit(olivia, **{archives.WORD: "ARCHIVE"})
    receipt = olivia.waits_direct("archives-done", n=CLEANED, audience=AUDIENCE)
    with trouble(filled):
        assert olivia.person.click(archives.UNDO, in_=receipt)["ok"]
    olivia.waits_direct("restores-done", n=CLEANED, audience=AUDIENCE)
    with filled.database.reading() as session:
        [archive] = session.exec(select(Archive)).all()
    assert (archive.n, archive.restored) == (CLEANED, CLEANED)
    assert_exact(filled.database)


@TROUBLES
def test_an_export_to_oneself(filled: Flow, trouble: Trouble) -> None:
    olivia = filled.olivia
    olivia.person.command("/cleaned-export")
    olivia.person.wait_modal(olivia.says("exports-headline", n=CLEANED, audience=AUDIENCE))
    with trouble(filled):
        submit(olivia)
    olivia.waits_direct("exports-done", n=CLEANED, audience=AUDIENCE)
    assert len(olivia.files()) == 1


@TROUBLES
def test_an_import(flow: Flow, tmp_path: Path, trouble: Trouble) -> None:
    olivia = flow.olivia
    olivia.person.command(f"/cleaned-import {AUDIENCE}")
    olivia.person.wait_modal(olivia.says("import-what"))
    file = olivia.person.upload(write_sample(tmp_path / "a.zip", 500, ()))
    with trouble(flow):
        submit(olivia, **{imports.FILE: [file]})
    olivia.waits_direct("import-done", n=500, audience=AUDIENCE)
    assert [job.kind for job in jobs_of(flow)] == ["import"]
    assert_exact(flow.database)


@TROUBLES
def test_a_correction(filled: Flow, trouble: Trouble) -> None:
    olivia = filled.olivia
    olivia.person.command("/cleaned-fix")
    olivia.person.wait_modal(lambda view: view.get("callback_id") == "typos-submit")
    olivia.person.click("typos-walk")
    form = olivia.person.wait_modal(lambda view: view.get("callback_id") == "corrections-submit")
    ids = {block["block_id"].partition("-")[0]: block["block_id"] for block in form["blocks"]}
    with trouble(filled):
        submit(olivia, **{ids["address"]: "ada.lovelace@example.org", ids["consent"]: ["permission"]})
    olivia.waits_direct("corrections-no-extra")
    with filled.database.reading() as session:
        assert len(session.exec(select(Consent)).all()) == 1
    assert_exact(filled.database)


@TROUBLES
def test_the_digest_s_settings(filled: Flow, trouble: Trouble) -> None:
    olivia = filled.olivia
    olivia.person.command("/cleaned-digest")
    olivia.person.wait_modal(olivia.says("digest-none"))
    with trouble(filled):
        submit(olivia, **{"digest-channel": NEWS})
    olivia.person.wait_modal(olivia.says("digest-saved"))


@TROUBLES
def test_sharing_a_receipt(filled: Flow, trouble: Trouble) -> None:
    olivia = filled.olivia
    olivia.person.command("/cleaned-archive")
    olivia.person.wait_modal(olivia.says("archives-type", word="ARCHIVE"))
    submit(olivia, **{archives.WORD: "ARCHIVE"})
    receipt = olivia.waits_direct("archives-done", n=CLEANED, audience=AUDIENCE)
    olivia.person.dismiss(everything=True)
    olivia.person.click(archives.SHARE, in_=receipt)
    olivia.person.wait_modal(olivia.says("archives-share-what"))
    with trouble(filled):
        submit(olivia, **{archives.WHERE: NEWS})
    shared = says("cleaned contacts")
    wait_until(lambda: any(shared(message) for message in olivia.person.messages(NEWS)))
    assert sum(map(shared, olivia.person.messages(NEWS))) == 1


def test_a_channel_that_takes_no_digest_is_told_in_the_form_as_it_was_filled_in(filled: Flow) -> None:
    """Slack answers too late for an error under the field."""
    olivia = filled.olivia
    olivia.person.command("/cleaned-digest")
    olivia.person.wait_modal(olivia.says("digest-none"))
    with slow(filled):
        submit(olivia, **{"digest-channel": "C0RANDOM", "digest-weekday": "4"})
    form: Json = olivia.person.wait_modal(olivia.says("error-digest-not-in-channel"))
    inputs = {block["block_id"]: block["element"] for block in form["blocks"] if block["type"] == "input"}
    assert inputs["digest-channel"]["initial_conversation"] == "C0RANDOM"
    assert inputs["digest-weekday"]["initial_option"]["value"] == "4"


@pytest.mark.parametrize(("word", "error"), [("ARCHVE", "error-wrong-word"), (" ", "error-wrong-word")])
def test_a_wrong_word_of_somebody_who_is_not_known_yet_is_told_in_the_form_as_it_was_filled_in(
    filled: Flow, word: str, error: str
) -> None:
    olivia = filled.olivia
    olivia.person.command("/cleaned-archive")
    olivia.person.wait_modal(olivia.says("archives-type", word="ARCHIVE"))
    filled.parts.people._cache.clear()  # as after a start of the bot
    with slow(filled):
        submit(olivia, **{archives.WORD: word})
    form: Json = olivia.person.wait_modal(olivia.says(error, word="ARCHIVE"))
    [field] = [
        block["element"] for block in form["blocks"] if block.get("block_id", "").startswith(archives.WORD)
    ]
    assert field.get("initial_value", "").strip() == word.strip()
    submit(olivia, **{archives.WORD: "ARCHIVE"})
    olivia.waits_direct("archives-done", n=CLEANED, audience=AUDIENCE)


def test_thirty_callers_who_wait_for_slack_hold_up_nobody_else(filled: Flow) -> None:
    camille, state = filled.camille, filled.workspace.state
    camille.person.command("/cleaned help")  # the bot knows her from now on
    camille.person.wait_message(camille.says("help-more"))
    with ExitStack() as leaving:
        leaving.enter_context(slow(filled))
        for n in range(CALLERS):
            user, direct = f"U0SLOW{n}", f"D0SLOW{n}"
            state.people[user] = WorkspacePerson(user, user, user, "en-US", "Etc/UTC", "")
            state.channels[direct] = Channel(direct, "", "im", {user, BOT_USER})
            state.channels[NEWS].members.add(user)
            caller = leaving.enter_context(Person(filled.workspace, user))
            assert caller.command("/cleaned")["ok"]
        before = len(camille.person.messages())
        assert camille.person.command("/cleaned help")["ok"]
        wait_until(lambda: len(camille.person.messages()) > before, NEVER)


def test_a_menu_that_slack_holds_up_is_empty_and_the_next_letter_works(filled: Flow) -> None:
    olivia = filled.olivia
    olivia.person.command("/cleaned-digest")
    olivia.person.wait_modal(olivia.says("digest-none"))
    filled.parts.people._cache.clear()  # as after a start of the bot
    with slow(filled):
        assert olivia.person.options("digest-audiences", "News")["options"] == []
    wait_until(lambda: bool(olivia.person.options("digest-audiences", "News")["options"]), NEVER)
