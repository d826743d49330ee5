"""When Slack or the network fails, the work is done all the same, or the person is told what to do."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from bot.jobs import jobs
from bot.jobs.files import GIVE_UP_AFTER
from handlers.slack.jobs import long_work
from handlers.standins.slack import state
from storage.jobs.tables import JobRow
from tests.flows.conftest import AUDIENCE, CLEANED, CONTACTS, REFUSED, Flow, wait_until, write_sample
from tests.support.figures import assert_exact, contacts
from tests.support.slack import RANDOM, says, titled

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


def test_too_many_requests_are_waited_for(filled: Flow) -> None:
    olivia = filled.olivia
    filled.workspace.faults.rate_limit("views.update")
    filled.workspace.faults.rate_limit("chat.postMessage")
    olivia.person.command("/cleaned-archive")
    olivia.person.wait_modal(olivia.says("archives-headline", n=CLEANED, audience=AUDIENCE))
    olivia.person.submit(**{"archives-word": "archive"})
    olivia.waits_direct("archives-done", n=CLEANED, audience=AUDIENCE)


def test_a_socket_that_was_cut_comes_back_and_answers(filled: Flow) -> None:
    olivia = filled.olivia
    filled.workspace.drop_socket()
    olivia.person.wait_bot(connected=False)
    olivia.person.wait_bot(seconds=30)
    assert olivia.person.command("/cleaned")["ok"]
    olivia.person.wait_message(olivia.says("counts-headline", n=CLEANED, audience=AUDIENCE))


def test_a_socket_that_hears_nothing_any_more_is_replaced(filled: Flow) -> None:
    olivia = filled.olivia
    filled.workspace.drop_socket(silent=True)
    olivia.person.wait_bot(connected=False)
    # With its pings a second apart; by itself the client leaves ten seconds between two.
    olivia.person.wait_bot(seconds=30)
    assert olivia.person.command("/cleaned")["ok"]
    olivia.person.wait_message(olivia.says("counts-headline", n=CLEANED, audience=AUDIENCE))


def test_a_socket_asked_to_come_anew_does(filled: Flow) -> None:
    olivia = filled.olivia
    filled.workspace.refresh_sockets()
    olivia.person.wait_bot(seconds=30)
    assert olivia.person.command("/cleaned")["ok"]
    olivia.person.wait_message(olivia.says("counts-headline", n=CLEANED, audience=AUDIENCE))


def test_no_file_goes_where_the_bot_is_not(filled: Flow) -> None:
    olivia = filled.olivia
    olivia.person.command("/cleaned-export")
    olivia.person.wait_modal(olivia.says("exports-headline", n=CLEANED, audience=AUDIENCE))
    olivia.person.select("exports-where", RANDOM)
    olivia.person.wait_modal(olivia.says("exports-seen-by", n=3, channel="x").partition("x")[0])
    told = olivia.says("error-export-not-in-channel", channel=RANDOM)
    [(block_id, error)] = olivia.person.submit().items()
    assert (block_id[:13], error) == ("exports-where", told)
    assert olivia.files() == []
    olivia.person.click("exports-to-me")
    olivia.person.wait_modal(olivia.says("exports-to-you"))
    assert olivia.person.submit() == {}
    olivia.waits_direct("exports-done", n=CLEANED, audience=AUDIENCE)


def test_a_window_that_comes_too_late_is_told_in_a_message(
    filled: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "TRIGGER_SECONDS", 0.0)
    olivia = filled.olivia
    olivia.person.command("/cleaned-archive")
    olivia.person.wait_message(olivia.says("trouble-too-late"))
    assert olivia.person.modal() is None


def test_someone_slack_says_nothing_about_is_answered_in_english(filled: Flow) -> None:
    camille, english = filled.camille, filled.olivia
    filled.workspace.faults.server_error("users.info")
    camille.person.command("/cleaned help")
    camille.person.wait_message(english.says("help-more"))
    camille.person.command("/cleaned help")
    camille.person.wait_message(camille.says("help-more"))


def test_a_receipt_that_slack_failed_to_take_is_told_again(
    flow: Flow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_work, "FIRST_MESSAGE_SECONDS", 0.0)
    monkeypatch.setattr(long_work, "TELL_SECONDS", 0.0)
    monkeypatch.setattr(jobs, "RETRY", timedelta(seconds=0.2))
    olivia = flow.olivia
    flow.workspace.faults.server_error("chat.update", times=8)  # the progress, and the receipt at first
    _import(flow, tmp_path)
    olivia.waits_direct("import-done", n=CONTACTS, audience=AUDIENCE)
    done = olivia.says("import-done", n=CONTACTS, audience=AUDIENCE)
    assert len([m for m in olivia.direct_messages() if says(done)(m)]) == 1
    assert len(contacts(flow.database)) == CONTACTS
    assert_exact(flow.database)


def test_a_receipt_waits_until_slack_takes_the_token_again(
    filled: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_work, "FIRST_MESSAGE_SECONDS", 0.5)
    monkeypatch.setattr(jobs, "RETRY", timedelta(seconds=0.02))
    olivia = filled.olivia
    olivia.person.command("/cleaned-archive")
    olivia.person.wait_modal(olivia.says("archives-headline", n=CLEANED, audience=AUDIENCE))
    assert olivia.person.submit(**{"archives-word": "archive"}) == {}
    filled.workspace.faults.revoked = True
    wait_until(lambda: _attempts(filled) > GIVE_UP_AFTER + 1)
    filled.workspace.faults.revoked = False
    olivia.waits_direct("archives-done", n=CLEANED, audience=AUDIENCE)
    assert len(olivia.direct_messages()) == 1
    assert_exact(filled.database)


def test_a_file_that_was_not_taken_at_first_is_sent_again(
    flow: Flow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "RETRY", timedelta(seconds=0.2))
    flow.workspace.faults.server_error("files.info")
    flow.workspace.faults.rate_limit("files.getUploadURLExternal")
    _import(flow, tmp_path)
    flow.olivia.waits_direct("import-done", n=CONTACTS, audience=AUDIENCE)
    assert len(flow.olivia.files()) == 1
    assert_exact(flow.database)


def _attempts(flow: Flow) -> int:
    with flow.database.reading() as session:
        return max(session.exec(select(JobRow.attempts)))


def _import(flow: Flow, folder: Path) -> None:
    olivia = flow.olivia
    olivia.person.command(f"/cleaned-import {AUDIENCE}")
    olivia.person.wait_modal(titled(olivia.said("import-title")))
    olivia.person.wait_modal(olivia.says("import-what"))
    file = olivia.person.upload(write_sample(folder / "audience.zip", refused=REFUSED[:1]))
    assert olivia.person.submit(**{"import-file": [file]}) == {}


def test_a_nul_that_was_typed_breaks_nothing(filled: Flow) -> None:
    filled.olivia.person.command("/cleaned-fix nobody\0@example.com")
    filled.olivia.person.wait_modal("nobody@example.com")


def test_a_correction_whose_receipt_slack_refuses_is_done_and_nothing_else_is_said(
    filled: Flow, caplog: pytest.LogCaptureFixture
) -> None:
    olivia = filled.olivia
    before = len(olivia.direct_messages())
    olivia.person.command("/cleaned-fix")
    olivia.person.wait_modal(lambda view: view.get("callback_id") == "typos-submit")
    olivia.person.click("typos-walk")
    form = olivia.person.wait_modal(lambda view: view.get("callback_id") == "corrections-submit")
    ids = {block["block_id"].partition("-")[0]: block["block_id"] for block in form["blocks"]}
    filled.workspace.faults.server_error("chat.postMessage")
    olivia.person.fill(**{ids["address"]: "ada.lovelace@example.org", ids["consent"]: ["permission"]})
    assert olivia.person.submit() == {}
    olivia.person.wait_modal(olivia.says("corrections-no-extra"))
    wait_until(lambda: "a receipt was not posted" in caplog.text)
    assert len(olivia.direct_messages()) == before
    olivia.person.wait_modal(olivia.says("corrections-no-extra"), seconds=0.5)  # and no apology instead
