"""The whole bot at the local workspace: export, archive, Undo, restore by contact; in English and in French."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.archives import restores as undoing
from handlers.slack.views import exports
from handlers.slack.views.archives import archives, restores
from handlers.slack.views.contacts import segment_filters as filter_views
from handlers.slack.views.contacts import segments as segment_views
from handlers.standins.slack.server import Workspace
from storage.core.database import Database
from tests.support.audiences import cleaned, statuses
from tests.support.bots import bot
from tests.support.figures import assert_exact
from tests.support.slack import CAMILLE, OLIVIA, SAM, Json, Person, has_action, refusals, says, titled

MANIFEST = Path(__file__).parents[4] / "manifest.yml"


@pytest.fixture
def audience(request: pytest.FixtureRequest, database: Database) -> int:
    """An audience of so many cleaned contacts: there before a bot that would carry its import on."""
    return cleaned(database, request.param)


@pytest.fixture
def other(database: Database) -> int:
    return cleaned(database, 2, audience="Other")


@pytest.fixture
def typos(database: Database) -> int:
    return cleaned(database, 2, domain="gmial.com", audience="Typos")


def of(n: int) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("audience", [n], indirect=True, ids=str)


@pytest.fixture
def workspace(audience: int, database_url: str) -> Iterator[Workspace]:
    """A workspace with the bot in it."""
    with bot(database_url) as (workspace, _):
        yield workspace


@pytest.fixture
def olivia(workspace: Workspace) -> Iterator[Person]:
    with Person(workspace, OLIVIA) as person:
        person.wait_bot()
        yield person


@pytest.fixture
def camille(workspace: Workspace) -> Iterator[Person]:
    with Person(workspace, CAMILLE) as person:
        person.wait_bot()
        yield person


def rows(person: Person, message: Json) -> list[dict[str, str]]:
    """The CSV that the message holds."""
    [file] = message["files"]
    text = person.download(file).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@of(12)
def test_archive_with_a_wrong_word_then_the_right_one_then_undo(
    database: Database, audience: int, workspace: Workspace, olivia: Person
):
    olivia.command("/cleaned-archive news")
    olivia.wait_modal(says("Archive 12 contacts", "Type ARCHIVE to confirm"))
    [(where, error)] = olivia.submit(**{archives.WORD: "archiver"}).items()
    assert (where, error) == (archives.WORD, "Type ARCHIVE to confirm. Nothing was changed.")
    assert set(statuses(database, audience).values()) == {"cleaned"}
    assert olivia.submit(**{archives.WORD: " archive "}) == {}
    olivia.wait_modal(
        lambda view: says("12 contacts archived in News")(view) and has_action(archives.UNDO)(view)
    )
    receipt = olivia.wait_message("12 contacts archived in News", channel=olivia.direct_messages())
    assert set(statuses(database, audience).values()) == {"archived"}
    olivia.command("/cleaned-restore")
    olivia.wait_modal(says("Earlier archives", "12 contacts"))
    olivia.click(archives.UNDO, in_=receipt)
    olivia.wait_message("12 contacts restored in News", channel=olivia.direct_messages())
    assert set(statuses(database, audience).values()) == {"cleaned"}
    undone = olivia.wait_message("Undone by", channel=olivia.direct_messages())
    assert undone["ts"] == receipt["ts"]
    assert not has_action(archives.UNDO)(undone)
    olivia.click(archives.UNDO)  # in the list, which is as old as that
    olivia.wait_modal("already undone")
    assert_exact(database)
    assert refusals(workspace) == []


@of(2)
def test_the_word_follows_the_language_that_is_shown(database: Database, audience: int, camille: Person):
    camille.command("/cleaned-archive")
    camille.wait_modal(says("Archiver 2 contacts", "Tapez ARCHIVER pour confirmer"))
    [error] = camille.submit(**{archives.WORD: "archive"}).values()
    assert error == "Tapez ARCHIVER pour confirmer. Rien n’a été modifié."
    camille.submit(**{archives.WORD: "archiver"})
    camille.wait_message("2 contacts archivés dans «\u00a0News\u00a0»", channel=camille.direct_messages())
    assert set(statuses(database, audience).values()) == {"archived"}


@of(3)
def test_the_receipt_is_shared_without_addresses_where_the_bot_may_post(
    database: Database, workspace: Workspace, olivia: Person
):
    olivia.command("/cleaned-archive")
    olivia.wait_modal("Type ARCHIVE")
    olivia.submit(**{archives.WORD: "ARCHIVE"})
    receipt = olivia.wait_message("3 contacts archived in News", channel=olivia.direct_messages())
    outside, inside = channels(workspace)
    olivia.wait_modal(says("archived"))
    olivia.dismiss()
    olivia.click(archives.SHARE, in_=receipt)
    olivia.wait_modal(titled("Share the receipt"))
    olivia.wait_modal("no addresses")
    [error] = olivia.submit(**{archives.WHERE: outside}).values()
    assert error.startswith("I can’t post in that channel")
    assert olivia.submit(**{archives.WHERE: inside}) == {}
    message = olivia.wait_message("archived 3 cleaned contacts in News", channel=inside)
    assert "@example.com" not in str(message)
    olivia.click(archives.UNDO, in_=receipt)
    undone = olivia.wait_message("Undone by", channel=inside)
    assert undone["ts"] == message["ts"]


@of(2)
def test_a_receipt_that_is_shared_while_it_is_undone_says_so(
    workspace: Workspace, olivia: Person, monkeypatch: pytest.MonkeyPatch
):
    olivia.command("/cleaned-archive")
    olivia.wait_modal("Type ARCHIVE")
    olivia.submit(**{archives.WORD: "ARCHIVE"})
    receipt = olivia.wait_message("2 contacts archived in News", channel=olivia.direct_messages())
    olivia.wait_modal(has_action(archives.UNDO))
    olivia.dismiss()
    olivia.click(archives.SHARE, in_=receipt)
    olivia.wait_modal("no addresses")
    record = undoing.record_shared

    def undo_first(*given: Any) -> None:
        olivia.click(archives.UNDO, in_=receipt)
        olivia.wait_message("2 contacts restored in News", channel=olivia.direct_messages())
        record(*given)

    monkeypatch.setattr(undoing, "record_shared", undo_first)
    _, inside = channels(workspace)
    assert olivia.submit(**{archives.WHERE: inside}) == {}
    olivia.wait_message("Undone by", channel=inside)


@of(3)
def test_the_window_offers_undo_and_the_file(database: Database, audience: int, olivia: Person):
    olivia.command("/cleaned-export")
    olivia.wait_modal("Export 3 contacts")
    assert olivia.submit() == {}
    olivia.wait_modal(has_action(exports.FILE))
    olivia.dismiss(everything=True)
    olivia.command("/cleaned-archive")
    olivia.wait_modal("Type ARCHIVE")
    olivia.submit(**{archives.WORD: "ARCHIVE"})
    view = olivia.wait_modal(has_action(archives.UNDO))
    assert not has_action(archives.SHARE)(view)
    olivia.click(archives.UNDO)
    olivia.wait_modal("3 contacts restored in News")
    assert set(statuses(database, audience).values()) == {"cleaned"}


@of(25)
def test_an_export_is_the_csv_of_what_was_counted_in_the_persons_messages(
    database: Database, audience: int, workspace: Workspace, olivia: Person
):
    before = statuses(database, audience)
    olivia.command("/cleaned-export")
    olivia.wait_modal(says("Export 25 contacts", "Email Address, First Name", "for you alone"))
    assert olivia.submit() == {}
    olivia.wait_modal(says("25 contacts exported from News"))
    olivia.wait_modal(has_action(exports.FILE))
    [receipt] = olivia.messages(olivia.direct_messages())
    assert "25 contacts exported from News" in receipt["text"]
    found = rows(olivia, receipt)
    assert {row["Email Address"] for row in found} == before.keys()
    olivia.command("/cleaned-export")
    olivia.wait_modal("Export 25 contacts")
    olivia.click(exports.PAST)
    olivia.wait_modal(has_action(exports.AGAIN))
    olivia.click(exports.AGAIN)
    olivia.wait_modal("Export 25 contacts")
    assert refusals(workspace) == []


@of(3)
def test_an_export_to_a_channel_says_how_many_will_see_it_and_the_bot_must_be_in_it(
    database: Database, workspace: Workspace, olivia: Person
):
    outside, inside = channels(workspace)
    olivia.command("/cleaned-export")
    olivia.wait_modal("Export 3 contacts")
    olivia.select(exports.WHERE, outside)
    olivia.wait_modal(says("will see the file"))
    [error] = olivia.submit().values()
    assert error.startswith("I’m not in that channel")
    olivia.click(exports.TO_ME)
    olivia.wait_modal("for you alone")
    olivia.select(exports.WHERE, inside)
    olivia.wait_modal(lambda view: f"<#{inside}>" in str(view) and says("will see")(view))
    assert olivia.submit() == {}
    olivia.wait_message(lambda shown: bool(shown.get("files")), channel=inside)
    olivia.wait_message(says("exported", "The file is in"), channel=olivia.direct_messages())


@of(3)
@pytest.mark.parametrize("flag", ["is_ext_shared", "is_pending_ext_shared"])
def test_no_file_goes_to_a_channel_shared_with_another_company(
    database: Database, workspace: Workspace, audience: int, olivia: Person, flag: str
):
    _, inside = channels(workspace)
    sharing = workspace.state.channels[inside].sharing
    olivia.command("/cleaned-export News")
    olivia.wait_modal(says("Export 3 contacts", "for you alone"))
    olivia.select(exports.WHERE, inside)
    olivia.wait_modal(says("will see the file"))
    sharing.add(flag)  # while the form is open
    olivia.submit()
    olivia.wait_message(says("were not exported", "another company"), channel=olivia.direct_messages())
    olivia.dismiss(everything=True)
    olivia.command("/cleaned-export News")
    olivia.wait_modal(says("Export 3 contacts", "for you alone"))
    olivia.select(exports.WHERE, inside)
    refusing = olivia.wait_modal(says("is shared with another company", "your direct messages"))
    assert not has_action(exports.TO_ME)(refusing)
    assert olivia.submit() == {}
    olivia.wait_message(lambda shown: bool(shown.get("files")), channel=olivia.direct_messages())
    assert not [message for message in olivia.messages(inside) if message.get("files")]


@of(3)
@pytest.mark.parametrize(
    ("flag", "named"),
    [("is_ext_shared", "another company"), ("is_org_shared", "other workspaces of your organization")],
)
def test_a_channel_that_others_see_is_named_where_no_address_goes_there(
    workspace: Workspace, audience: int, olivia: Person, flag: str, named: str
):
    _, inside = channels(workspace)
    workspace.state.channels[inside].sharing.add(flag)
    olivia.command("/cleaned-digest")
    olivia.wait_modal(says("No digest is set up"))
    assert olivia.submit(**{"digest-channel": inside}) == {}
    olivia.wait_modal(says("Saved", named))
    olivia.dismiss(everything=True)
    olivia.command("/cleaned-archive News")
    olivia.wait_modal(says("Archive 3 contacts"))
    olivia.submit(**{archives.WORD: "ARCHIVE"})
    receipt = olivia.wait_message("3 contacts archived in News", channel=olivia.direct_messages())
    olivia.dismiss(everything=True)
    olivia.click(archives.SHARE, in_=receipt)
    olivia.wait_modal(says("no addresses"))
    assert olivia.submit(**{archives.WHERE: inside}) == {}
    olivia.wait_modal(says("Shared in", named))


@of(23)
def test_restoring_by_contact_keeps_ticks_over_pages_and_the_search(
    database: Database, audience: int, workspace: Workspace, olivia: Person
):
    olivia.command("/cleaned-archive")
    olivia.wait_modal("Type ARCHIVE")
    olivia.submit(**{archives.WORD: "ARCHIVE"})
    olivia.wait_message("23 contacts archived in News", channel=olivia.direct_messages())
    olivia.command("/cleaned-restore")
    olivia.wait_modal(says("Earlier archives", "23 contacts"))
    olivia.click(restores.CONTACTS)
    olivia.wait_modal(says("Nothing ticked", "person0@example.com"))
    assert list(olivia.submit().values()) == ["Tick at least one contact."]
    rows = olivia.wait_modal("Nothing ticked")["blocks"]
    [shown] = [row["element"] for row in rows if row.get("block_id") == ticks(olivia)]
    olivia.click(restores.TICK, selected_options=shown["options"][1:3])
    assert olivia.wait_modal("2 ticked")["submit"]["text"] == "Restore (2)"
    olivia.click(restores.NEXT)
    olivia.wait_modal(says("2 ticked", "person10@example.com"))
    olivia.fill(**{ticks(olivia): ["11"]})
    olivia.click(restores.SEARCH, value="PERSON22")
    olivia.wait_modal(says("3 ticked", "person22@example.com"))
    assert olivia.submit(**{ticks(olivia): ["23"]}) == {}
    direct = olivia.direct_messages()
    olivia.wait_message("4 contacts restored in News", channel=direct)
    assert has_action(archives.UNDO)(olivia.wait_message("23 contacts archived in News", channel=direct))
    back = {address for address, status in statuses(database, audience).items() if status == "cleaned"}
    assert back == {f"person{n}@example.com" for n in (1, 2, 10, 22)}
    olivia.command("/cleaned-restore")
    olivia.wait_modal("4 restored since")
    olivia.click(archives.UNDO)
    olivia.wait_message("19 contacts restored in News", channel=direct)
    olivia.wait_message("Undone by", channel=direct)
    assert_exact(database)
    assert refusals(workspace) == []


def filter_by(olivia: Person, reason: str) -> None:
    olivia.click(segment_views.FILTERS)
    olivia.wait_modal("Filter contacts")
    assert olivia.submit(**{filter_views.REASON: reason}) == {}


@of(6)
def test_the_ticked_and_the_filtered_of_the_list_are_archived_and_exported(
    database: Database, audience: int, olivia: Person
):
    olivia.command("/cleaned-list")
    olivia.wait_modal("6")
    filter_by(olivia, "soft")
    olivia.wait_modal("*3* of 6")
    olivia.click(segment_views.EXPORT)
    olivia.wait_modal(says("Export 3 contacts", "reason: soft bounces"))
    olivia.submit()
    olivia.wait_message("3 contacts exported from News", channel=olivia.direct_messages())
    olivia.command("/cleaned-list")
    olivia.wait_modal(has_action(segment_views.ARCHIVE))
    filter_by(olivia, "soft")
    olivia.wait_modal("*3* of 6")
    olivia.click(segment_views.ARCHIVE)
    olivia.wait_modal(says("Archive 3 contacts", "reason: soft bounces"))
    olivia.submit(**{archives.WORD: "archive"})
    olivia.wait_message("3 contacts archived in News", channel=olivia.direct_messages())
    assert sorted(statuses(database, audience).values()) == ["archived"] * 3 + ["cleaned"] * 3


@of(1)
def test_the_warning_is_an_alert_where_slack_takes_it(
    audience: int, typos: int, workspace: Workspace, olivia: Person
):
    def warning_over_the_ticked() -> str:
        olivia.command("/cleaned-list Typos")
        olivia.wait_modal(has_action(segment_views.TICK))
        olivia.tick(segment_views.TICK, "2")
        olivia.wait_modal(says("1 ticked"))
        olivia.submit()
        return warning()

    def warning() -> str:
        rows = olivia.wait_modal(says("likely typo", "Type ARCHIVE"))["blocks"]
        olivia.dismiss(everything=True)
        return next(str(row["type"]) for row in rows if "likely typo" in str(row.get("text")))

    assert warning_over_the_ticked() == "section"  # nobody knows yet whether Slack takes an alert
    olivia.command("/cleaned-archive Typos")
    assert warning() == "alert"
    assert warning_over_the_ticked() == "alert"
    assert refusals(workspace) == []


@of(0)
def test_nothing_to_show_is_an_answer(database: Database, olivia: Person):
    for command, said in (
        ("/cleaned-archive", "nothing to archive"),
        ("/cleaned-export", "nothing to export"),
        ("/cleaned-restore", "Nothing has been archived yet"),
    ):
        olivia.command(command)
        view = olivia.wait_modal(said)
        assert not view.get("submit")


@of(1)
def test_which_audience_is_asked_once_and_then_is_the_one_used_last(
    audience: int, other: int, olivia: Person, workspace: Workspace
):
    olivia.command("/cleaned-archive")
    olivia.wait_modal("Which audience?")
    olivia.select(archives.CHOOSE, str(other))
    olivia.wait_modal("2 contacts")
    olivia.dismiss()
    olivia.command("/cleaned-export")
    olivia.wait_modal("Export 2 contacts* from Other")
    olivia.select(exports.WHERE, channels(workspace)[1])
    olivia.wait_modal("will see")
    olivia.select(exports.CHOOSE, str(audience))
    olivia.wait_modal("from News")


@of(1)
def test_others_are_refused_and_told_who_can_help(database: Database, workspace: Workspace):
    with Person(workspace, SAM) as sam:
        sam.wait_bot()
        for command in ("/cleaned-archive", "/cleaned-export", "/cleaned-restore"):
            sam.command(command)
            sam.wait_message("Only operators can do that")
            assert sam.modal() is None


def ticks(person: Person) -> str:
    view = person.modal()
    assert view
    return restores.tick_block(view)


def channels(workspace: Workspace) -> tuple[str, str]:
    """A channel that the bot isn't in, and one that it is in."""
    found = {
        channel.id: channel.bot_in
        for channel in workspace.state.channels.values()
        if channel.kind == "channel"
    }
    return next(c for c, there in found.items() if not there), next(c for c, there in found.items() if there)
