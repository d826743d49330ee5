"""A few of the kills that `python -m tests.faults` makes by the hundred: what nobody killed, and what somebody did, are alike."""

from random import Random

import pytest

from tests import faults, kills, waiting

CONTACTS, KILLS = 500, 2


@pytest.mark.parametrize("kind", ["sync", "digest"])
def test_killed_at_any_moment_nothing_is_lost_or_done_twice(kind: str, database_url: str) -> None:
    _kill(kind, database_url)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_killed_at_any_moment_an_import_hands_its_refused_rows_out_once(database_url: str) -> None:
    _kill("import", database_url)


def _kill(kind: str, database_url: str) -> None:
    with faults.world(kind, CONTACTS) as (place, mailchimp):
        wanted = waiting.Wanted(place.person, CONTACTS, place.folder, mailchimp)
        template = faults.template(kind, wanted, database_url)
        tally = kills.run(place, template, KILLS, Random(kind), unkilled=1)
    assert (tally.kills, tally.differences) == (KILLS, [])
