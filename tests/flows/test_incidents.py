"""Mail that many servers refuse for a fault of the sender: operators are told once, also that it is over."""

from datetime import timedelta

import pytest

from bot.bounces import intake
from bot.bounces.verdicts import notices
from handlers.clock import utc_now
from handlers.slack.elements import blocks
from handlers.slack.features.bounces import incidents
from tests.flows.conftest import AUDIENCE, Flow
from tests.support import slack
from tests.support.figures import contacts
from tests.support.refusals import BLOCK_LIST, refusals

FIRST, ALL = 100, 400


def test_operators_are_told_once_in_a_message_that_grows_and_ends(
    filled: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [row["address"] for row in contacts(filled.database) if row["status"] == "subscribed"][:ALL]
    refused = refusals(people, utc_now() - timedelta(minutes=30), BLOCK_LIST, minutes=20)
    both = (filled.olivia, filled.camille)
    assert intake.take_in(filled.database, refused[:FIRST], utc_now()).cleaned == 0
    assert incidents.tell(filled.parts) == len(both)
    for someone in both:
        message = someone.waits_direct("incidents-look-lists", lists="Spamhaus")
        assert someone.says("incidents-audiences", n=FIRST, audiences=AUDIENCE) in slack.words(message)
    assert intake.take_in(filled.database, refused, utc_now()).cleaned == 0
    assert incidents.tell(filled.parts) == 0
    for someone in both:
        someone.waits_direct("incidents-audiences", n=ALL, audiences=AUDIENCE)
        assert len(someone.direct_messages()) == 1
        running = someone.says("incidents-now", since=blocks.moment(refused[0].at, someone.said))
        someone.person.command(f"/cleaned {AUDIENCE}")
        someone.person.wait_message(running)
        someone.person.open_home()
        someone.person.wait_home(running)
    monkeypatch.setattr(notices, "INCIDENT_QUIET", timedelta(0))
    assert incidents.tell(filled.parts) == len(both)
    until = refused[-1].at
    for someone in both:
        someone.waits_direct("incidents-over", until=blocks.moment(until, someone.said))
        someone.waits_direct("incidents-is-over", until=blocks.moment(until, someone.said))
        assert len(someone.direct_messages()) == len(("begun", "over"))
    assert filled.sam.direct_messages() == []
    assert slack.refusals(filled.workspace) == []
