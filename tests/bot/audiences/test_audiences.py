"""Which audience is meant."""

from datetime import timedelta

import pytest

from bot.audiences import audiences
from bot.core.errors import NoAudience, UnknownAudience
from bot.maintenance import cleanup
from storage.audiences import audiences as rows
from storage.core.database import Database
from tests.conftest import NOW


@pytest.mark.parametrize("forged", [0, -1, 7, 1 << 31, 1 << 70])
def test_an_id_that_no_audience_has_is_told_so(database: Database, forged: int):
    with pytest.raises(NoAudience):
        audiences.by_id(database, forged)


def add(database: Database, *names: str) -> None:
    with database.transaction() as session:
        for name in names:
            rows.get_or_add(session, name, NOW)


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("newslettr", ["Newsletter"]),
        ("Newsleter  ", ["Newsletter"]),
        ("news letter", ["Newsletter"]),
        ("NEWS", ["Newsletter", "Newsletter (old)"]),
        ("ete", ["Été 2026"]),
        ("summer", []),
        ("!?", []),
        ("\N{HANGUL SYLLABLE GA}", []),
    ],
)
def test_a_name_that_nearly_fits_is_offered(database: Database, typed: str, near: list[str]):
    add(database, "Newsletter", "Newsletter (old)", "Été 2026", "Club")
    with pytest.raises(UnknownAudience) as error:
        audiences.choose(database, typed)
    offered = [audiences.by_id(database, id_).name for id_ in error.value.values["near"]]
    assert offered[: len(near)] == near
    assert bool(offered) == bool(near)


@pytest.mark.parametrize(
    "typed", ['"Été 2026"', "« été 2026 »", "«\u00a0Été 2026\u00a0»", "“Été 2026”", "'été 2026'"]
)
def test_a_name_may_stand_in_quotes(database: Database, typed: str):
    add(database, "Été 2026", '"Club"', "Club")
    assert audiences.choose(database, typed) == audiences.list_all(database)[-1]
    named = [audiences.choose(database, name) for name in ('"Club"', "Club")]
    assert [audience.name for audience in named if audience] == ['"Club"', "Club"]


def test_the_audience_used_last_is_each_person_s_own_and_forgotten_after_a_month(database: Database):
    add(database, "News", "Club", "Zoo")
    club, news, _ = audiences.list_all(database)
    assert audiences.choose_or_last(database, "", "U1") is None
    audiences.remember(database, club, "U1", NOW)
    audiences.remember(database, news, "U1", NOW)
    audiences.remember(database, club, "U2", NOW)
    assert audiences.choose_or_last(database, "", "U1") == news
    assert audiences.choose_or_last(database, "zoo", "U1") != news
    assert [each.name for each in audiences.last_used_first(database, "U1")] == ["News", "Club", "Zoo"]
    audiences.remember(database, news, "U1", NOW + timedelta(days=20))
    cleanup.delete_expired(database, NOW + timedelta(days=40))
    assert audiences.choose_or_last(database, "", "U1") == news
    assert audiences.choose_or_last(database, "", "U2") is None
