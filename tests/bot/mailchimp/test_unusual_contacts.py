"""Contacts whose id at Mailchimp is not the hash that is computed here, and contacts without an address."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.archives.jobs import ARCHIVE
from bot.mailchimp.outbox import outbox
from handlers.standins.mailchimp.members import hash_of
from storage.contacts.contacts import TABLE
from storage.core.database import Database
from storage.core.tables import AudienceRow
from storage.mailchimp.api.values import member_hash
from tests.support import figures
from tests.support.bot.outbox import confirm, plan, run, undo
from tests.support.mirrors import Mirrored, effects, mirrored

# Upper case beyond ASCII: a letter, one that becomes two, one that becomes another at the end of a word, a domain.
ADDRESSES = (
    "Élodie@example.com",
    "İPEK@example.com",
    "ΝΙΚΟΣ@example.com",
    "ada@ÉCOLE.example",
    "plain@example.com",
)
PHONES = ("+33600000001", "+33600000002", "+33600000003")


@pytest.fixture
def both(database: Database) -> Iterator[Mirrored]:
    """An audience with these addresses and phones, its first sync still to come."""
    with mirrored(database) as both:
        both.mailchimp.rules.archive_cleaned_allowed = True
        for address in ADDRESSES:
            both.mailchimp.put(both.remote_id, address)
            both.mailchimp.clean(both.remote_id, address)
        yield both


def with_phones(both: Mirrored) -> Mirrored:
    for phone, status in zip(PHONES, ("subscribed", "cleaned", "archived"), strict=True):
        both.mailchimp.put_phone(both.remote_id, phone, status)
    return both


def not_found(both: Mirrored) -> list[str]:
    return [asked.path for asked in both.mailchimp.requests if asked.status == 404]


def there(both: Mirrored) -> Counter[str]:
    return Counter(member.status for member in both.mailchimp.members(both.remote_id) if member.email)


def test_the_id_is_kept_where_it_differs_and_each_contact_s_reason_is_found(both: Mirrored):
    assert [hash_of(address) == member_hash(address) for address in ADDRESSES] == [*[False] * 4, True]
    both.sync()
    kept = {row["address"]: row["remote_hash"] for row in both.contacts().values()}
    assert kept == {address: hash_of(address) for address in ADDRESSES[:-1]} | {ADDRESSES[-1]: None}
    both.assert_same()  # reasons too
    assert not_found(both) == []


@pytest.mark.parametrize("is_batch", [False, True])
@pytest.mark.parametrize("by_contact", [False, True])
def test_an_archive_and_its_undo_find_every_contact(
    both: Mirrored, is_batch: bool, by_contact: bool, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(outbox, "MOST_SINGLE_CALLS", 2 if is_batch else 500)
    rules = both.mailchimp.rules
    rules.archive_cleaned_allowed = not by_contact
    rules.audiences_api = rules.contact_archives_cleaned = by_contact
    both.sync()
    confirm(both.database, plan(both.database, both.id))
    job = run(both.database, both.client, ARCHIVE)
    assert (job.outcome.n, job.outcome.refusals) == (len(ADDRESSES), {})
    assert there(both) == {"archived": len(ADDRESSES)}
    back = undo(both.database, both.client, job)
    assert (back.outcome.n, back.outcome.refusals) == (len(ADDRESSES), {})
    assert there(both) == {"cleaned": len(ADDRESSES)}
    both.assert_same()
    assert not_found(both) == []


def test_a_contact_that_no_page_lists_is_asked_for_by_its_id_and_not_taken_for_deleted(
    both: Mirrored, monkeypatch: pytest.MonkeyPatch
):
    both.sync()
    both.times.now += timedelta(days=8)
    audience = both.mailchimp._account.audience(both.remote_id)
    monkeypatch.setattr(audience.members, "ordered", lambda *_: [])
    result = both.sync()
    assert (result.gone, result.added) == (0, 0)
    both.assert_same()
    audience.members.remove(hash_of(ADDRESSES[0]))
    both.times.now += timedelta(days=8)
    assert both.sync().gone == 1


def test_the_first_sync_of_a_mirror_of_an_earlier_version_reads_everybody_s_id(both: Mirrored):
    both.sync()
    with both.database.transaction() as session:
        session.connection().execute(TABLE.update().values(remote_hash=None))
        audience = session.get_one(AudienceRow, both.id)
        audience.remote = {**audience.remote, "whole_at": audience.remote.pop("whole_with_ids_at")}
    both.times.now += timedelta(hours=1)
    both.sync()
    assert {row["remote_hash"] for row in both.contacts().values()} == {None, *map(hash_of, ADDRESSES[:-1])}
    assert effects(both.mailchimp) == {}


@pytest.mark.parametrize("are_counted", [True, False])
def test_contacts_without_an_address_are_left_out_and_the_totals_agree(both: Mirrored, are_counted: bool):
    """Whether or not Mailchimp's own counts have them; in the first sync, in the next and in a whole one."""
    both.mailchimp.rules.phones_counted = are_counted
    with_phones(both)
    for wait in (timedelta(0), timedelta(hours=1), timedelta(days=8)):
        both.times.now += wait
        result = both.sync()
        assert (result.difference, result.refused, result.without_address) == ({}, 0, 3)
        both.assert_same()
    both.mailchimp.put_phone(both.remote_id, "+33600000004", "cleaned")
    both.mailchimp.put_phone(both.remote_id, PHONES[0], "unsubscribed")
    result = both.sync()
    assert (result.difference, result.gone) == ({}, 0)
    both.times.now += timedelta(hours=1)
    assert both.sync().difference == {}
    both.times.now += timedelta(days=8)
    result = both.sync()
    assert (result.difference, result.without_address) == ({}, 4)
    assert set(both.contacts()) == {address.lower() for address in ADDRESSES}
    figures.assert_exact(both.database)


def test_a_real_difference_is_told_beside_contacts_without_an_address(both: Mirrored):
    with_phones(both)
    both.mailchimp.misreport(both.remote_id, cleaned=2, unsubscribed=1)
    assert both.sync().difference == {"cleaned": 3, "unsubscribed": 1}
    both.mailchimp.misreport(both.remote_id)
    both.times.now += timedelta(days=1)
    assert both.sync().difference == {}


def test_who_loses_the_address_is_no_cleaned_contact_any_more_and_who_gets_one_is_a_contact(both: Mirrored):
    with_phones(both)
    both.sync()
    audience = both.mailchimp._account.audience(both.remote_id)
    loses = audience.member(hash_of(ADDRESSES[0]))
    gets = audience.member(hash_of(PHONES[1]))
    both.times.now += timedelta(minutes=1)
    for member in (loses, gets):
        audience.members.remove(member.id)
    both.mailchimp._account.put(audience, loses._replace(email="", phone="+33600000009"))
    both.mailchimp._account.put(
        audience, gets._replace(email="new@example.com", id=hash_of("new@example.com"))
    )
    result = both.sync()
    assert (result.added, result.gone, result.difference) == (1, 1, {})
    both.assert_same()
    assert ADDRESSES[0].lower() not in both.contacts()
