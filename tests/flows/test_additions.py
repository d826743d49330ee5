"""A correction in a Mailchimp audience, by the whole bot in a local workspace, in both languages."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from handlers import serve
from handlers.standins.mailchimp.account import merge_values
from handlers.standins.mailchimp.faults import FaultKind
from handlers.standins.mailchimp.standin import Standin
from handlers.standins.slack.server import Workspace
from storage.core.database import Database
from tests.conftest import NOW
from tests.flows.conftest import Someone
from tests.support.bots import settings_of
from tests.support.features.additions import ALL, MERGE
from tests.support.mirrors import MEMBER_PATH, NEW, OLD, TEXTS, audience_of, client_of, sync, watched
from tests.support.slack import OLIVIA


@pytest.fixture
def mailchimp(database_url: str) -> Iterator[Standin]:
    """With one audience, mirrored before the bot starts."""
    with watched() as mailchimp:
        audience_of(mailchimp, fields=ALL, permissions=TEXTS, merge=MERGE, tags=("vip",), double_optin=True)
        database = Database(database_url)
        with client_of(mailchimp) as client:
            sync(database, client, NOW)
        database.close()
        yield mailchimp


@pytest.fixture
def _bot(
    mailchimp: Standin,
    workspace: Workspace,
    people: tuple[Someone, ...],
    database_url: str,
    _quick: None,
) -> Iterator[None]:
    settings = settings_of(
        workspace,
        database_url,
        CLEANED_OPERATORS=OLIVIA,
        mailchimp_api_key=mailchimp.key,
        mailchimp_api_url=mailchimp.url,
    )
    with ExitStack() as stack:
        serve.start(settings, stack)
        people[0].person.wait_bot()
        yield


@pytest.mark.usefixtures("_bot")
def test_a_refused_correction_is_put_right_in_the_form_and_added(mailchimp: Standin, someone: Someone):
    person = someone.person
    person.command(f"/cleaned-fix {OLD}")
    form = person.wait_modal(someone.said("corrections-permissions"))
    [permission, _] = next(b for b in form["blocks"] if b["block_id"] == "permissions-0")["element"][
        "options"
    ]
    ticks = {"permissions-0": [permission["value"]], "consent": ["permission"]}
    assert person.submit(**{**ticks, "field-BORN": "May", "field-LUCKY": "8"}) == {}
    person.wait_modal("Please enter a month")
    person.click("corrections-again")
    assert "Please enter a month" in str(person.wait_modal(someone.said("corrections-permissions")))
    mailchimp.faults.add(FaultKind.RESET, "PUT", MEMBER_PATH, afterwards=True)
    assert person.submit(**{"field-BORN": "05/31"}) == {}
    receipt = someone.says("corrections-added-there", status="pending", address=NEW, audience="News")
    person.wait_modal(receipt)
    person.wait_message(receipt, channel=someone.direct)
    [audience] = mailchimp._account.audiences
    there = mailchimp.member(audience, NEW)
    assert there
    assert (there.status, there.tags, there.permissions) == (
        "pending",
        ("vip",),
        frozenset([permission["value"]]),
    )
    assert (merge_values(there)["BORN"], merge_values(there)["LUCKY"]) == ("05/31", 8)
    assert len(mailchimp.members(audience)) == 2
    assert not any("ip_signup" in str(each.body) for each in mailchimp.requests)
    # A result that comes before Slack shows the answer to the submission is sent again: there was no such modal yet.
    refused = [(each["method"], each["error"]) for each in person.state()["refused"]]
    assert set(refused) <= {("views.update", "not_found")}
