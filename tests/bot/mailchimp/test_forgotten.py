"""People who were erased here and are still at Mailchimp."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.privacy import forget
from bot.privacy.jobs import FORGET, ForgetResult
from storage.audiences import audiences
from storage.core.database import Database
from storage.mailchimp.remote_state import RemoteState
from tests.support import every_table, figures
from tests.support.audiences import run
from tests.support.mirrors import Mirrored, mirrored

ANN, BOB = "Ann@example.com", "bob@example.com"


@pytest.fixture
def both(database: Database) -> Iterator[Mirrored]:
    """Ann is cleaned, Bob subscribed; the first sync is done."""
    with mirrored(database) as both:
        for address in (ANN, BOB):
            both.mailchimp.put(both.remote_id, address)
        both.mailchimp.clean(both.remote_id, ANN)
        both.sync()
        yield both


def forgotten(both: Mirrored, address: str = ANN) -> ForgetResult:
    forget.request(both.database, address, "x", word="x", by="U1", now=both.times.now)
    job = run(both.database, FORGET, forget.work, both.times.now)
    assert [mirror.name for mirror in forget.receipt(both.database, job).mirrors] == ["Trail news"]
    return job.outcome


def delete_there(both: Mirrored) -> None:
    """As a person does at Mailchimp, for good."""
    member = both.mailchimp.member(both.remote_id, ANN)
    assert member
    both.mailchimp._account.audience(both.remote_id).members.remove(member.id)


def test_a_sync_leaves_them_out_says_so_and_agrees_with_mailchimp(both: Mirrored):
    """Right after it, after they changed there, in a whole pass, and once they are deleted there too."""
    forgotten(both)
    for wait in (timedelta(0), timedelta(hours=1), timedelta(days=8)):
        both.times.now += wait
        result = both.sync()
        assert (result.difference, result.forgotten) == ({}, 1)
        assert set(both.contacts()) == {BOB}
        assert every_table.mentions(both.database, ANN) == []
        figures.assert_exact(both.database)
    both.mailchimp.put(both.remote_id, ANN, "unsubscribed")
    both.times.now += timedelta(hours=1)
    assert both.sync().difference == {}
    delete_there(both)
    both.times.now += timedelta(days=8)
    result = both.sync()
    assert (result.difference, result.forgotten) == ({}, 0)


def test_a_contact_whose_address_becomes_that_of_a_forgotten_person_leaves(both: Mirrored):
    forgotten(both)
    delete_there(both)
    both.mailchimp.change_address(both.remote_id, BOB, ANN)
    both.times.now += timedelta(hours=1)
    both.sync()
    assert both.contacts() == {}
    figures.assert_exact(both.database)


def test_what_is_expected_at_mailchimp_is_counted_by_status(both: Mirrored):
    forgotten(both)
    with both.database.reading() as session:
        row = audiences.get(session, both.id)
    assert row
    assert RemoteState.from_json(row.remote).forgotten == {"cleaned": 1}
