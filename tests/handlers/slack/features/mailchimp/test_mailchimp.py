"""The whole bot at the local workspace, on an audience of the stand-in for Mailchimp: archive, receipt, Undo."""

import csv
import io
from collections import Counter
from collections.abc import Iterator

import pytest

from handlers.slack.elements.blocks import person as mention
from handlers.slack.views.archives import archives
from handlers.standins.mailchimp.standin import Standin
from handlers.standins.slack.server import Workspace
from handlers.words import words
from storage.core.database import Database
from storage.mailchimp.api.values import member_hash
from tests.support import mirrors
from tests.support.audiences import statuses
from tests.support.bots import bot
from tests.support.figures import assert_exact
from tests.support.mirrors import truth
from tests.support.slack import CAMILLE, OLIVIA, Person, has_action, refusals, says

N = 12


@pytest.fixture
def standin() -> Iterator[Standin]:
    with mirrors.watched() as running:
        yield running


@pytest.fixture
def workspace(database_url: str, standin: Standin) -> Iterator[Workspace]:
    with bot(database_url, mailchimp_api_key=standin.key, mailchimp_api_url=standin.url) as (workspace, _):
        yield workspace


@pytest.fixture
def workspace_without_key(database_url: str) -> Iterator[Workspace]:
    with bot(database_url) as (workspace, _):
        yield workspace


@pytest.fixture
def mirror(database: Database, standin: Standin) -> tuple[str, int]:
    """Its id at Mailchimp and here. Copied before the bot runs."""
    remote = mirrors.add(standin, N)
    with mirrors.client_of(standin) as client:
        return remote, mirrors.sync(database, client)


@pytest.mark.parametrize("user", [OLIVIA, CAMILLE])
def test_what_mailchimp_refuses_is_told_with_the_way_by_hand_and_a_file_and_the_rest_is_undone(
    database: Database, standin: Standin, mirror: tuple[str, int], workspace: Workspace, user: str
):
    (remote, audience), said = mirror, words("fr" if user == CAMILLE else "en")
    standin.rules.archive_cleaned_allowed = True
    standin.rules.archive_refused = {"person1@example.com", "person2@example.com"}
    with Person(workspace, user) as person:
        person.wait_bot()
        direct = person.direct_messages()
        person.command("/cleaned-archive")
        person.wait_modal(says(said.md("archives-headline", n=N, audience="News")))
        assert person.submit(**{archives.WORD: said("archives-word")}) == {}
        receipt = person.wait_message(said.md("archives-done", n=N - 2, audience="News"), channel=direct)
        why = said("archives-refusal-method-refused")
        for sentence in (
            said.md("archives-refused", n=2, why=why),
            said.md("archives-outcomes-sent"),
            said.md("archives-by-hand"),
        ):
            assert says(sentence)(receipt), sentence
        assert "https://us6.admin.mailchimp.com/lists/members/?id=" in str(receipt)
        assert "@example.com" not in str(receipt)
        [file] = [file for message in person.messages(direct) for file in message.get("files", [])]
        rows = list(csv.reader(io.StringIO(person.download(file).decode(), newline="")))
        assert rows[0] == [
            said(f"archives-outcome-{name}") for name in ("address", "state", "reason", "detail")
        ]
        found = Counter((state, reason) for _, state, reason, _ in rows[1:])
        assert found == {
            (said("archives-state-done"), ""): N - 2,
            (said("archives-state-refused"), why): 2,
        }
        assert statuses(database, audience) == truth(standin, remote)
        assert Counter(truth(standin, remote).values())["archived"] == N - 2
        person.wait_modal(says(why))
        person.dismiss(everything=True)
        person.click(archives.UNDO, in_=receipt)
        person.wait_message(said.md("restores-done", n=N - 2, audience="News"), channel=direct)
        undone = person.wait_message(said.md("archives-undone", who=mention(user)), channel=direct)
        assert undone["ts"] == receipt["ts"]
        assert not has_action(archives.UNDO)(undone)
    assert statuses(database, audience) == truth(standin, remote)
    assert Counter(truth(standin, remote).values())["cleaned"] == N
    assert_exact(database)
    assert refusals(workspace) == []


@pytest.mark.parametrize("user", [OLIVIA, CAMILLE])
def test_what_changed_at_mailchimp_between_the_preview_and_the_word_is_not_swept_along(
    database: Database, standin: Standin, mirror: tuple[str, int], workspace: Workspace, user: str
):
    """Of the twelve that were seen, one is back, one left by hand, one changed; and one is newly cleaned."""
    (remote, audience), said = mirror, words("fr" if user == CAMILLE else "en")
    standin.rules.archive_cleaned_allowed = True
    with Person(workspace, user) as person:
        person.wait_bot()
        person.command("/cleaned-archive")
        person.wait_modal(says(said.md("archives-headline", n=N, audience="News")))
        standin.subscribe(remote, "person0@example.com")
        standin.archive(remote, "person1@example.com")
        standin.change_profile(remote, "person2@example.com", FNAME="Ann")
        standin.clean(remote, "reader0@example.com")
        assert person.submit(**{archives.WORD: said("archives-word")}) == {}
        direct = person.direct_messages()
        receipt = person.wait_message(said.md("archives-done", n=N - 3, audience="News"), channel=direct)
    assert says(said.md("archives-left-alone", n=3), said.md("archives-newer", n=2))(receipt)
    theirs = truth(standin, remote)
    assert [theirs[f"person{i}@example.com"] for i in range(3)] == ["subscribed", "archived", "cleaned"]
    assert theirs["reader0@example.com"] == "cleaned"
    asked = {call.path.rpartition("/")[2] for call in standin.requests if call.method == "DELETE"}
    assert asked == {member_hash(f"person{i}@example.com") for i in range(3, N)}
    assert statuses(database, audience) == theirs
    assert_exact(database)
    assert refusals(workspace) == []


def test_a_key_that_may_not_write_ends_the_archive_with_its_sentence(
    database: Database, standin: Standin, mirror: tuple[str, int], workspace: Workspace
):
    said = words("en")
    standin._account.read_only_key, standin._account.key = standin.key, standin.read_only_key
    with Person(workspace, OLIVIA) as olivia:
        olivia.wait_bot()
        olivia.command("/cleaned-archive")
        olivia.wait_modal(says(said.md("archives-headline", n=N, audience="News")))
        olivia.submit(**{archives.WORD: "ARCHIVE"})
        receipt = olivia.wait_message(
            said.md("archives-failed", audience="News"), channel=olivia.direct_messages()
        )
    assert says("may not do that", said.md("archives-no-answer", n=N))(receipt)
    assert Counter(truth(standin, mirror[0]).values())["cleaned"] == N
    assert statuses(database, mirror[1]) == truth(standin, mirror[0])
    assert refusals(workspace) == []


def test_without_a_key_nothing_is_archived_and_the_receipt_says_what_to_set(
    database: Database, standin: Standin, mirror: tuple[str, int], workspace_without_key: Workspace
):
    said = words("en")
    with Person(workspace_without_key, OLIVIA) as olivia:
        olivia.wait_bot()
        olivia.command("/cleaned-archive")
        olivia.wait_modal(says(said.md("archives-at-mailchimp")))
        olivia.submit(**{archives.WORD: "ARCHIVE"})
        olivia.wait_message(said.md("error-archives-no-mailchimp"), channel=olivia.direct_messages())
    assert set(truth(standin, mirror[0]).values()) == {"cleaned", "subscribed"}
    assert statuses(database, mirror[1]) == truth(standin, mirror[0])
    assert refusals(workspace_without_key) == []
