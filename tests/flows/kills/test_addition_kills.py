"""The bot killed for real between Mailchimp's yes and its own note of it: one contact, one consent in the end."""

from collections.abc import Iterator

import pytest

from handlers.standins.mailchimp.faults import FaultKind
from handlers.standins.mailchimp.standin import Standin
from handlers.standins.slack.server import Workspace
from storage.audiences import journal
from storage.core.database import Database
from storage.corrections import corrections
from tests.conftest import NOW
from tests.flows.conftest import Someone, wait_until
from tests.support.kills.child import Child
from tests.support.mirrors import MEMBER_PATH, NEW, OLD, audience_of, client_of, sync, watched


@pytest.fixture
def mailchimp() -> Iterator[Standin]:
    with watched() as mailchimp:
        yield mailchimp


@pytest.fixture
def looking(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


def test_killed_after_mailchimp_s_yes_it_is_carried_on(
    mailchimp: Standin,
    workspace: Workspace,
    people: tuple[Someone, Someone, Someone],
    looking: Database,
    database_url: str,
) -> None:
    remote = audience_of(mailchimp, tags=("vip",))
    with client_of(mailchimp) as client:
        news = sync(looking, client, NOW)
    olivia = people[0]
    child = Child(workspace, olivia, database_url)
    child._environment |= {"MAILCHIMP_API_KEY": mailchimp.key, "MAILCHIMP_API_URL": mailchimp.url}
    child.start()
    try:
        olivia.person.command(f"/cleaned-fix {OLD}")
        olivia.person.wait_modal(olivia.said("corrections-consent"))
        mailchimp.faults.add(FaultKind.SLOW, "POST", f"{MEMBER_PATH}/tags", seconds=20)
        assert olivia.person.submit(consent=["permission"]) == {}
        wait_until(lambda: mailchimp.faults.happened != [])
        child.kill()
        assert mailchimp.member(remote, NEW)
        with looking.reading() as session:
            assert list(corrections.consents(session, news)) == []
        child.start()
        olivia.waits_direct("corrections-added-there", status="subscribed", address=NEW, audience="News")
        assert child.terminate() == 0
    finally:
        child.close()
    with looking.reading() as session:
        [consent] = corrections.consents(session, news)
        assert [line.what for line in journal.read(session, news)].count("fix") == 1
    assert consent.address == NEW
    there = mailchimp.member(remote, NEW)
    assert there
    assert (there.status, there.tags, len(mailchimp.members(remote))) == ("subscribed", ("vip",), 2)
    receipts = [each for each in olivia.direct_messages() if NEW in str(each)]
    assert len(receipts) == 1
