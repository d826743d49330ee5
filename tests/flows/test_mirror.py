"""Mailchimp's audiences in the running bot: the clock brings them in silence, a person is told; the source is named."""

import json
import logging
from collections.abc import Iterator

import pytest

from bot.audiences import audiences
from bot.contacts import counts
from handlers.clock import utc_now
from handlers.slack.features.mailchimp import mirror
from handlers.standins.mailchimp.faults import FaultKind
from handlers.standins.mailchimp.standin import Standin
from handlers.standins.slack.server import Workspace
from storage.mailchimp.api import transport
from tests.flows.conftest import Flow, Someone, running, wait_until
from tests.support.figures import assert_exact
from tests.support.mirrors import watched
from tests.support.slack import refusals, titled

NAME = "Trail news"


class Account:
    """The account, with one audience of 60 contacts and one cleaned contact."""

    def __init__(self, standin: Standin) -> None:
        self.standin = standin
        self.id = standin.add_list(NAME)
        for n in range(60):
            standin.put(self.id, f"person{n}@example.com")
        standin.clean(self.id, "person0@example.com")


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    monkeypatch.setattr(transport, "FIRST_PAUSE_SECONDS", 0.001)
    with watched() as standin:
        monkeypatch.setenv("MAILCHIMP_API_KEY", standin.key)
        monkeypatch.setenv("MAILCHIMP_API_URL", standin.url)
        yield Account(standin)


@pytest.fixture
def mirrored(
    account: Account,
    workspace: Workspace,
    people: tuple[Someone, Someone, Someone],
    database_url: str,
    _quick: None,
) -> Iterator[Flow]:
    """The bot has brought the account's audience in."""
    with running(workspace, people, database_url) as flow:
        wait_until(lambda: any(each.mirrored_until for each in audiences.list_all(flow.database)), 20)
        yield flow


def cleaned(flow: Flow) -> int:
    [audience] = audiences.list_all(flow.database)
    return counts.figures(flow.database, audience, utc_now(), "UTC").cleaned


def test_the_clock_brings_an_audience_and_tells_nobody(mirrored: Flow, someone: Someone) -> None:
    someone.person.command(f"/cleaned {NAME}")
    told = someone.person.wait_message(someone.says("counts-headline", n=1, audience=NAME))
    said = json.dumps(told, ensure_ascii=False)
    assert someone.says("mirror-as-of", at="")[:20] in said
    assert "open-rules" not in said
    assert someone.direct_messages() == []
    assert_exact(mirrored.database)
    assert refusals(mirrored.workspace) == []


def test_sync_now_shows_its_end_in_the_modal_and_leaves_a_receipt(
    mirrored: Flow, account: Account, someone: Someone
) -> None:
    someone.person.command("/cleaned")
    someone.person.wait_message(someone.says("counts-headline", n=1, audience=NAME))
    account.standin.clean(account.id, "person1@example.com", "abuse")
    someone.person.press_in_menu("open-sync")
    someone.person.wait_modal(titled(someone.said("mirror-title")))
    someone.waits_direct("mirror-done", n=1, audience=NAME)
    someone.person.wait_modal(someone.says("mirror-done", n=1, audience=NAME))
    assert cleaned(mirrored) == 2
    [audience] = audiences.list_all(mirrored.database)
    assert counts.figures(mirrored.database, audience, utc_now(), "UTC").by_reason["abuse"] == 1
    assert_exact(mirrored.database)
    assert refusals(mirrored.workspace) == []


def test_mailchimp_s_trouble_is_the_receipt_and_the_button_tries_again(
    mirrored: Flow, account: Account, someone: Someone
) -> None:
    account.standin.faults.add(FaultKind.SERVER_ERROR, times=None)
    someone.person.command("/cleaned")
    someone.person.wait_message(someone.says("counts-headline", n=1, audience=NAME))
    someone.person.press_in_menu("open-sync")
    failed = someone.waits_direct("mirror-failed", audience=NAME)
    assert someone.says("mailchimp-unavailable", reason="500") in json.dumps(failed, ensure_ascii=False)
    account.standin.faults.clear()
    someone.person.wait_modal(someone.says("mirror-failed", audience=NAME))  # it follows the message
    someone.person.dismiss(everything=True)
    someone.person.click("open-sync", in_=failed)
    someone.waits_direct("mirror-done", n=0, audience=NAME)
    assert refusals(mirrored.workspace) == []


def test_who_may_see_figures_only_can_not_sync(mirrored: Flow) -> None:
    sam = mirrored.sam.person
    sam.command("/cleaned")
    told = sam.wait_message(mirrored.sam.says("counts-headline", n=1, audience=NAME))
    assert "open-sync" not in json.dumps(told)
    assert "open-digest" in json.dumps(told)


def test_mailchimp_s_audiences_take_no_imports(mirrored: Flow, someone: Someone) -> None:
    someone.person.command(f"/cleaned-import {NAME}")
    someone.person.wait_modal(someone.says("error-is-mirrored", name=NAME))
    someone.person.dismiss(everything=True)
    someone.person.command("/cleaned-import")
    form = someone.person.wait_modal(someone.says("import-what"))
    assert NAME not in json.dumps(form)
    assert refusals(mirrored.workspace) == []


def test_an_account_in_trouble_is_one_line_of_the_log_without_the_key(
    mirrored: Flow, account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    client = mirrored.parts.mailchimp
    assert client
    account.standin.faults.add(FaultKind.SERVER_ERROR, times=None)
    with caplog.at_level(logging.WARNING):
        mirror.sync_all(mirrored.parts, client)
    assert [record.getMessage() for record in caplog.records] == [
        "the mirror: Mailchimp is unreachable or failing (500)."
    ]
    assert account.standin.key not in caplog.text
    assert mirrored.olivia.direct_messages() == []
