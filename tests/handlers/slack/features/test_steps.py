"""Steps of Workflow Builder, and messages, in a whole workspace: what a workflow gets, and whom it asks."""

from collections.abc import Iterator

import pytest

from handlers.standins.slack.server import Workspace
from storage.core.database import Database
from tests.support.audiences import cleaned
from tests.support.bots import bot
from tests.support.slack import CAMILLE, NEWS, OLIVIA, RANDOM, SAM, Person, refusals

on_sqlite = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
pytestmark = on_sqlite


@pytest.fixture
def workspace(database: Database, database_url: str) -> Iterator[Workspace]:
    """A workspace with the bot in it, and one audience of 3 cleaned contacts."""
    cleaned(database, 3)
    with bot(database_url) as (running, _):
        yield running


@pytest.fixture
def olivia(workspace: Workspace) -> Iterator[Person]:
    with Person(workspace, OLIVIA) as person:
        person.wait_bot()
        yield person


def test_the_figures_are_numbers_and_a_wrong_name_fails_the_step(olivia: Person):
    done = olivia.wait_step(olivia.run_step("cleaned_counts", audience="news"))
    assert done["outputs"] == {
        "cleaned": 3, "new_this_week": 0, "worth_a_look": 0, "archived": 0, "counted": 0,
    }  # fmt: skip
    failed = olivia.wait_step(olivia.run_step("cleaned_counts", audience="nowhere"))
    assert "There is no audience named “nowhere”" in failed["error"]


def test_an_export_is_made_once_its_operator_says_so(workspace: Workspace, olivia: Person):
    direct = olivia.direct_messages()
    step = olivia.run_step("cleaned_export", audience="News", channel=NEWS, operator=OLIVIA)
    asked = olivia.wait_message("asks to export *3 cleaned contacts* from News", channel=direct)
    assert olivia.state()["executions"][step]["state"] == "running"
    olivia.click("steps-export", in_=asked)
    assert olivia.wait_step(step)["outputs"] == {"contacts": 3}
    assert any(message.get("files") for message in olivia.messages(NEWS))
    olivia.wait_message("The workflow’s export has started", channel=direct)
    assert refusals(workspace) == []


def test_an_export_fails_where_it_may_not_be_made(workspace: Workspace, olivia: Person):
    direct = olivia.direct_messages()
    by_sam = olivia.run_step("cleaned_export", audience="News", channel=NEWS, operator=SAM)
    assert "Only operators can do that" in olivia.wait_step(by_sam)["error"]
    elsewhere = olivia.run_step("cleaned_export", audience="News", channel=RANDOM, operator=OLIVIA)
    assert "not in" in olivia.wait_step(elsewhere)["error"]
    declined = olivia.run_step("cleaned_export", audience="News", channel=NEWS, operator=OLIVIA)
    asked = olivia.wait_message("asks to export", channel=direct)
    olivia.click("steps-decline", in_=asked)
    assert "declined" in olivia.wait_step(declined)["error"]
    olivia.wait_message("Nothing was exported", channel=direct)
    assert not any(message.get("files") for message in olivia.messages(NEWS))
    assert refusals(workspace) == []


def test_people_write_to_the_bot_and_are_answered_where_they_are(workspace: Workspace, olivia: Person):
    direct = olivia.direct_messages()
    olivia.open_home("messages")
    olivia.wait_message("Ask me about your cleaned contacts", channel=direct)
    olivia.say("why person1@example.com?", channel=direct)
    answer = olivia.wait_message("in News", channel=direct)
    olivia.click("open-why", in_=answer)
    olivia.wait_modal("person1@example.com")
    with Person(workspace, CAMILLE) as camille:
        camille.say("@cleaned chiffres")
        told = camille.wait_message("3 contacts nettoyés dans «\u00a0News\u00a0»")
        assert told["ephemeral"]
    olivia.say("no word for anybody")
    assert not any(message.get("ephemeral") for message in olivia.messages())
    assert refusals(workspace) == []
