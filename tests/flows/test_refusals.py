"""Who is no operator is told who can help, and nothing happens."""

import pytest

from handlers.slack.elements.blocks import person as mention
from tests.flows.conftest import AUDIENCE, CLEANED, Flow, wait_until
from tests.support.figures import contacts
from tests.support.slack import NEWS, OLIVIA, has_action, refusals, says

COMMANDS = ("list", "export", "archive", "restore", "fix", "import", "digest")


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_each_command_says_who_can_help(filled: Flow) -> None:
    sam, before = filled.sam, contacts(filled.database)
    who = sam.says("error-not-an-operator", helpers=mention(OLIVIA), n=1)
    for name in COMMANDS:
        seen = len(sam.person.messages())
        assert sam.person.command(f"/cleaned-{name}")["ok"]

        def refused(seen: int = seen) -> bool:
            new = [*sam.person.messages()[seen:], *filter(None, [sam.person.modal()])]
            return any(map(says(who), new))

        wait_until(refused)
        if sam.person.modal():
            sam.person.dismiss(everything=True)
    assert contacts(filled.database) == before
    assert refusals(filled.workspace) == []


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_counts_and_home_are_for_everyone_without_what_only_operators_do(filled: Flow) -> None:
    sam = filled.sam
    sam.person.command("/cleaned")
    told = sam.person.wait_message(sam.says("counts-headline", n=CLEANED, audience=AUDIENCE))
    assert not has_action("open-archive")(told)
    sam.person.open_home()
    home = sam.person.wait_home(sam.says("counts-headline", n=CLEANED, audience=AUDIENCE))
    assert not has_action("open-archive")(home)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_shared_or_shown_button_is_no_way_around(filled: Flow) -> None:
    """The shortcut is everyone's in Slack; the bot still asks who presses it."""
    sam = filled.sam
    sam.person.say("Is jo@example.com right?", channel=NEWS)
    sam.person.shortcut("fix_message", sam.person.wait_message("jo@example.com"))
    who = sam.says("error-not-an-operator", helpers=mention(OLIVIA), n=1)
    sam.person.wait_message(who)
