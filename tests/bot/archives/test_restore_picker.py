"""Restoring by contact: pages, a search, ticks that are kept over both."""

from datetime import timedelta

import pytest
from sqlmodel import select

from bot.archives import archives, restore_picker, restores
from bot.archives.jobs import ARCHIVE, RESTORE, RestoreResult
from bot.archives.restore_picker import PickerBoxes
from bot.core.errors import AlreadyDone, PlanGone
from storage.contacts.contacts import Segment
from storage.contacts.tables import Contact
from storage.core.database import Database
from tests.conftest import NOW
from tests.support.audiences import cleaned, run, statuses
from tests.support.older_archives import make_older


@pytest.fixture
def draft(database: Database) -> str:
    """The draft of a person who looks at an archive of 23 contacts."""
    audience = cleaned(database, 23)
    plan = archives.plan(database, Segment(audience_id=audience), by="U1", word="x", now=NOW)
    archive = archives.confirm(database, plan.id, "x", by="U1", now=NOW)
    run(database, ARCHIVE, archives.work)
    return restore_picker.begin(database, audience, archive.id, by="U1", now=NOW)


def look(database: Database, draft: str) -> restore_picker.PickerPage:
    return restore_picker.look(database, draft, by="U1")


def ids(page: restore_picker.PickerPage) -> list[int]:
    return [contact.id for contact in page.contacts]


@pytest.mark.parametrize("is_older", [False, True])
def test_the_contacts_come_by_pages_there_and_back(database: Database, draft: str, is_older: bool):
    if is_older:
        make_older(database)
    seen: list[int] = []
    for number in (1, 2, 3):
        page = look(database, draft)
        assert (page.number, page.pages, page.has_more) == (number, 3, number < 3)
        seen += ids(page)
        restore_picker.turn(database, draft, PickerBoxes(ids(page)), "next", by="U1")
    assert seen == list(range(1, 24))
    for _ in range(5):
        restore_picker.turn(database, draft, PickerBoxes(), "previous", by="U1")
    assert ids(look(database, draft)) == list(range(1, 11))


def test_the_first_cleaned_come_first_whatever_was_restored_meanwhile(database: Database, draft: str):
    with database.transaction() as session:
        contacts = session.exec(select(Contact)).all()
        for contact in contacts:  # the last imported is now the first cleaned
            contact.cleaned_at = NOW - timedelta(days=contact.id % 7, minutes=contact.id)
            session.add(contact)
        order = [each.id for each in sorted(contacts, key=lambda each: (each.cleaned_at, each.id))]
        audience = contacts[0].audience_id
    page = look(database, draft)
    assert ids(page) == order[:10]
    restore_picker.turn(database, draft, PickerBoxes(ids(page)), "next", by="U1")
    restores.undo(database, audience, page.archive.id, by="U1", now=NOW, ids=[order[9], order[10]])
    run(database, RESTORE, restores.work)
    assert ids(look(database, draft)) == order[11:21]


def test_a_search_finds_a_part_of_the_address(database: Database, draft: str):
    restore_picker.search(database, draft, PickerBoxes(), " PERSON2", by="U1")
    page = look(database, draft)
    assert [c.address for c in page.contacts] == [f"person{n}@example.com" for n in (2, 20, 21, 22)]
    assert (page.text, page.pages) == ("PERSON2", 1)
    restore_picker.search(database, draft, PickerBoxes(), "person", by="U1")
    assert look(database, draft).pages == 0, "not known: there are more, and nobody counts them"
    restore_picker.search(database, draft, PickerBoxes(), "100%_", by="U1")
    assert ids(look(database, draft)) == []


def test_ticks_are_kept_over_pages_and_searches_and_restored_together(database: Database, draft: str):
    first = ids(look(database, draft))
    restore_picker.turn(database, draft, PickerBoxes(first, [2, 3]), "next", by="U1")
    second = ids(look(database, draft))
    restore_picker.turn(database, draft, PickerBoxes(second, [11]), "previous", by="U1")
    assert look(database, draft).ticked == {2, 3, 11}
    restore_picker.search(database, draft, PickerBoxes(first, [3]), "person22", by="U1")
    assert look(database, draft).ticked == {3, 11}
    restore_picker.restore(database, draft, PickerBoxes([23], [23]), by="U1", now=NOW)
    assert run(database, RESTORE, restores.work).result == RestoreResult(n=3, changed=0)
    found = statuses(database, look(database, draft).archive.audience_id)
    back = [address for address, status in found.items() if status == "cleaned"]
    assert sorted(back) == ["person10@example.com", "person22@example.com", "person2@example.com"]
    assert 3 not in ids(look(database, draft))


def test_the_ticked_are_restored_once_and_some_must_be_ticked(database: Database, draft: str):
    with pytest.raises(restores.NoContactTicked):
        restore_picker.restore(database, draft, PickerBoxes([1, 2]), by="U1", now=NOW)
    restore_picker.restore(database, draft, PickerBoxes([1, 2], [2]), by="U1", now=NOW)
    run(database, RESTORE, restores.work)
    with pytest.raises(AlreadyDone):
        restore_picker.restore(database, draft, PickerBoxes([1, 2], [1]), by="U1", now=NOW)


def test_another_person_has_no_part_in_it(database: Database, draft: str):
    with pytest.raises(PlanGone):
        restore_picker.look(database, draft, by="U2")
