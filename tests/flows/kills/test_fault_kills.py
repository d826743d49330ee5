"""A few of the kills that `python -m tests.tools.kills` makes by the hundred: what nobody killed, and what somebody did, are alike."""

from random import Random

import pytest

from tests.support.kills import killed_bot, pending_work
from tests.tools import kills as kill_tool

CONTACTS, KILLS = 500, 2


@pytest.mark.parametrize("kind", ["sync", "digest"])
def test_killed_at_any_moment_nothing_is_lost_or_done_twice(kind: str, database_url: str) -> None:
    _kill(kind, database_url)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_killed_at_any_moment_an_import_hands_its_refused_rows_out_once(database_url: str) -> None:
    _kill("import", database_url)


def _kill(kind: str, database_url: str) -> None:
    with kill_tool.world(kind, CONTACTS) as (place, mailchimp):
        wanted = pending_work.Wanted(place.person, CONTACTS, place.folder, mailchimp)
        template = kill_tool.template(kind, wanted, database_url)
        tally = killed_bot.run(place, template, KILLS, Random(kind), unkilled=1)
    assert (tally.kills, tally.differences) == (KILLS, [])
