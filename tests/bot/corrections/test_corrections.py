"""Corrections: the right address is added once, with consent on record; the cleaned contact stays as it is."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from bot.bounces import evidence
from bot.bounces.evidence import PastFix
from bot.core.addresses import BadAddressReason
from bot.core.errors import AlreadyDone, CleanedError, PlanGone
from bot.corrections import corrections
from bot.corrections.corrections import (
    AbuseComplaint,
    AddressFault,
    AlreadyThere,
    Form,
    NoPermission,
    NoSuchContact,
    NotAnAddress,
    NotCleaned,
    SameAddress,
)
from bot.corrections.suggestions.values import SuggestionReason
from storage.audiences import journal
from storage.contacts import contacts, figures
from storage.contacts.tables import Contact
from storage.contacts.values import Status
from storage.core.database import Database
from storage.corrections import corrections as store
from tests.conftest import NOW
from tests.support.audiences import cleaned
from tests.support.bot.corrections import ME, WORDING, add, begin, complain, fill


def contact(database: Database, audience_id: int, key: str) -> Contact:
    with database.reading() as session:
        found = contacts.by_key(session, audience_id, key)
    assert found
    return found


def state(database: Database, audience_id: int) -> tuple[Any, ...]:
    """All that a correction may change."""
    with database.reading() as session:
        return (
            figures.by_status_and_reason(session, audience_id),
            len(store.consents(session, audience_id)),
            len(journal.read(session, audience_id)),
        )


def test_a_correction_adds_a_subscribed_contact_and_leaves_the_cleaned_one(database: Database):
    news = fill(database, [{"address": "ada@gmial.com", "clean_diagnostic": "550"}])
    before = contact(database, news, "ada@gmial.com")
    form = begin(database, news)
    assert form.suggestion is not None
    assert form.suggestion.address == "ada@gmail.com"
    assert form.suggestion.reason == SuggestionReason.COMMON_DOMAIN
    assert (form.already, form.said_by, form.step) == (None, None, None)
    assert (form.contact.first_name, form.contact.last_name) == ("Ada", "Roy")
    done = add(database, form, " Ada@gmail.com ", first_name="Adèle ", last_name="")
    assert (done.old_address, done.address, done.continue_after) == ("ada@gmial.com", "Ada@gmail.com", None)

    new = contact(database, news, "ada@gmail.com")
    assert (new.address, new.status, new.id) == ("Ada@gmail.com", Status.SUBSCRIBED, 2)
    assert new.merge_fields == {"Prénom": "Adèle", "Town": "Lens"}
    assert new.optin_time == "2026-11-24 09:30:00"
    assert contact(database, news, "ada@gmial.com") == before
    with database.reading() as session:
        assert figures.by_status_and_reason(session, news) == {("subscribed", ""): 1, ("cleaned", "hard"): 1}
        assert figures.subscribed_domains(session, news) == {"gmail.com": 1}


def test_the_consent_says_who_when_in_which_words_for_which_addresses(database: Database):
    news = fill(database, [{"address": "ada@gmial.com"}])
    add(database, begin(database, news))
    with database.reading() as session:
        [consent] = store.consents(session, news)
        [line] = journal.read(session, news)
    assert (consent.given_by, consent.given_at, consent.wording, consent.language) == (ME, NOW, WORDING, "en")
    assert (consent.old_contact_id, consent.old_address) == (1, "ada@gmial.com")
    assert (consent.contact_id, consent.address) == (2, "ada@gmail.com")
    assert (line.who, line.what, line.n) == (ME, "fix", 1)
    assert "@" not in str(line.detail)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", BadAddressReason.EMPTY),
        (f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 20}", BadAddressReason.TOO_LONG),
        ("ada.gmail.com", BadAddressReason.NO_AT),
        ("ada roy@gmail.com", BadAddressReason.SPACES),
        ("@gmail.com", BadAddressReason.NO_LOCAL),
        ("ada@", BadAddressReason.NO_DOMAIN),
        ("ada@intranet.local", BadAddressReason.SPECIAL_USE),
        ("ada@gmail..com", BadAddressReason.BAD_DOMAIN),
        ("ada..roy@gmail.com", BadAddressReason.BAD_LOCAL),
    ],
)
def test_what_is_no_address_is_refused_with_its_reason(
    database: Database, typed: str, reason: BadAddressReason
):
    news = fill(database, [{"address": "ada@gmial.com"}])
    form, before = begin(database, news), state(database, news)
    with pytest.raises(NotAnAddress) as refused:
        add(database, form, typed)
    assert refused.value.values == {"reason": reason}
    assert state(database, news) == before


@pytest.mark.parametrize("status", list(Status))
def test_an_address_that_is_there_in_any_status_never_gets_a_second_contact(
    database: Database, status: Status
):
    news = fill(database, [{"address": "ada@gmial.com"}, {"address": "Ada@gmail.com", "status": str(status)}])
    form, before = begin(database, news), state(database, news)
    assert form.already == status
    with pytest.raises(AlreadyThere) as refused:
        add(database, form, "ada@GMAIL.com")
    assert refused.value.values == {"status": status, "audience": "News"}
    assert state(database, news) == before


def test_the_same_address_and_a_box_left_open_are_refused_and_the_form_stays_usable(database: Database):
    news = fill(database, [{"address": "ada@gmial.com"}])
    form, before = begin(database, news), state(database, news)
    with pytest.raises(SameAddress):
        add(database, form, "ADA@gmial.com")
    with pytest.raises(NoPermission):
        add(database, form, permission=False)
    assert state(database, news) == before
    assert add(database, form).address == "ada@gmail.com"


def test_a_form_is_confirmed_once_and_by_its_person(database: Database):
    news = fill(database, [{"address": "ada@gmial.com"}])
    with pytest.raises(PlanGone):
        add(database, begin(database, news, by="U0MARC"))
    form = begin(database, news)
    add(database, form)
    with pytest.raises(AlreadyDone):
        add(database, form)
    with pytest.raises(AlreadyDone):
        add(database, form, "another@gmail.com")


@pytest.mark.parametrize("forms", [1, 2])
def test_two_at_once_add_one_contact(database: Database, forms: int):
    """The same form submitted twice; two people who correct the same contact."""
    news = fill(database, [{"address": "ada@gmial.com"}])
    made = [begin(database, news) for _ in range(forms)] * 2
    together = Barrier(2)

    def submit(form: Form) -> str:
        together.wait()
        try:
            add(database, form)
        except CleanedError as error:
            return type(error).__name__
        return "done"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(submit, made[:2]))
    assert outcomes == sorted(["done", "AlreadyDone" if forms == 1 else "AlreadyThere"])
    with database.reading() as session:
        assert len(store.consents(session, news)) == 1
        assert figures.by_status_and_reason(session, news)["subscribed", ""] == 1


def test_what_is_no_longer_cleaned_or_was_a_complaint_has_no_form(database: Database):
    people = [{"address": f"a{n}@gmial.com", "status": str(status)} for n, status in enumerate(Status)]
    news = fill(database, [*people, {"address": "angry@gmial.com", "clean_reason": "abuse"}])
    for n, status in enumerate(Status, start=1):
        if status != Status.CLEANED:
            with pytest.raises(NotCleaned) as refused:
                begin(database, news, n)
            assert refused.value.values["status"] == status
    with pytest.raises(AbuseComplaint):
        begin(database, news, len(people) + 1)
    with pytest.raises(PlanGone):
        begin(database, news, 99)


def test_who_complained_is_asked_for_no_other_address_whatever_they_were_cleaned_for(database: Database):
    news = fill(database, [{"address": "angry@gmial.com"}])
    form = begin(database, news)
    complain(database, news, 1)
    with pytest.raises(AbuseComplaint):
        begin(database, news)
    with pytest.raises(AbuseComplaint):
        add(database, form)
    with pytest.raises(AbuseComplaint):
        corrections.look_up(database, "angry@gmial.com")


def test_a_form_knows_which_address_it_is_about(database: Database):
    news = fill(database, [{"address": "ada@gmial.com"}])
    form = begin(database, news)
    assert corrections.cleaned_address(database, form.plan_id, by=ME) == "ada@gmial.com"
    with pytest.raises(PlanGone):
        corrections.cleaned_address(database, form.plan_id, by="U0MARC")


def test_a_contact_archived_in_between_is_not_corrected(database: Database):
    news = fill(database, [{"address": "ada@gmial.com"}])
    form = begin(database, news)
    with database.transaction() as session:
        found = contacts.by_id(session, news, 1)
        assert found
        found.status, found.status_before = "archived", "cleaned"
        session.add(found)
    with pytest.raises(NotCleaned) as refused:
        add(database, form)
    assert not isinstance(refused.value, AddressFault)


def test_an_address_is_looked_up_in_every_audience(database: Database):
    fill(database, [{"address": "ada@gmial.com"}], "News")
    fill(database, [{"address": "ADA@gmial.com"}], "Letters")
    fill(database, [{"address": "ada@gmial.com", "status": "unsubscribed"}], "Shop")
    fill(database, [{"address": "bob@free.fr", "status": "pending"}], "Shop")
    fill(database, [{"address": "angry@free.fr", "clean_reason": "abuse"}], "Shop")
    found = corrections.look_up(database, "<mailto:Ada@gmial.com|Ada@gmial.com>")
    assert [each.audience.name for each in found] == ["News", "Letters"]
    with pytest.raises(NotCleaned) as refused:
        corrections.look_up(database, "bob@free.fr")
    assert refused.value.values == {"address": "bob@free.fr", "audience": "Shop", "status": "pending"}
    with pytest.raises(NoSuchContact):
        corrections.look_up(database, "eve@free.fr")
    with pytest.raises(NoSuchContact):
        corrections.look_up(database, "no address")
    with pytest.raises(AbuseComplaint):
        corrections.look_up(database, "angry@free.fr")


def test_a_search_finds_cleaned_contacts_by_text(database: Database):
    people = [{"address": "ada@gmial.com"}, {"address": "bob@free.fr", "status": "subscribed"}]
    news = fill(database, people)
    assert [each.address for each in corrections.search(database, news, "gmial")] == ["ada@gmial.com"]
    assert [each.address for each in corrections.search(database, news, " lens ")] == ["ada@gmial.com"]
    assert list(corrections.search(database, news, "free")) == []


def test_of_very_many_a_search_looks_at_the_newest_and_at_the_address_itself(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(contacts, "SEARCHED", 3)
    news = cleaned(database, 5)

    def found(text: str) -> list[str]:
        return [each.address for each in corrections.search(database, news, text)]

    assert found("person") == ["person4@example.com", "person3@example.com", "person2@example.com"]
    assert found("person0") == []
    assert found("Person0@example.com") == ["person0@example.com"]
    assert found("person4@example.com") == ["person4@example.com"]


def test_the_contact_tells_its_corrections(database: Database):
    news = fill(database, [{"address": "ada@gmial.com"}])
    assert evidence.explain(database, news, 1).fixes == []
    add(database, begin(database, news))
    assert evidence.explain(database, news, 1).fixes == [PastFix("ada@gmail.com", ME, NOW)]
