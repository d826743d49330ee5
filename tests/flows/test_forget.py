"""A person is erased from Slack, and doesn't come back by the next import."""

from bot.privacy import forget, person
from tests.flows.conftest import CLEANED, Flow, Someone
from tests.support.figures import assert_exact, contacts
from tests.support.slack import refusals


def test_a_person_is_erased_after_the_typed_word(filled: Flow, someone: Someone) -> None:
    row = next(row for row in contacts(filled.database) if row["status"] == "cleaned")
    address, before = row["address"], len(contacts(filled.database))
    said = someone.person
    said.command(f"/cleaned-forget {address}")
    said.wait_modal(someone.said("forget-submit"))
    word = someone.said("forget-word")
    assert said.submit(**{"forget-word": "x"}) == {"forget-word": someone.said("error-wrong-word", word=word)}
    assert said.submit(**{"forget-address": "ann", "forget-word": word}) == {
        "forget-address": someone.said("error-forget-no-address")
    }
    assert said.submit(**{"forget-address": address.upper(), "forget-word": word.lower()}) == {}
    someone.waits_direct("forget-done", n=1)
    assert len(contacts(filled.database)) == before - 1
    assert not person.kept(filled.database, address).tables
    assert forget.is_forgotten(filled.database, address)
    assert_exact(filled.database)
    said.dismiss(everything=True)
    said.command("/cleaned-list")
    said.wait_modal(str(CLEANED - 1))
    assert refusals(filled.workspace) == []
