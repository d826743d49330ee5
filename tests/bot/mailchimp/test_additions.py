"""A correction at Mailchimp: added once, with consent on record, as the audience wants it; or refused with the reason."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.errors import AlreadyDone, CleanedError, PlanGone
from bot.corrections import corrections
from bot.corrections.corrections import AlreadyThere, FilledForm, Form, NoPermission
from bot.corrections.required_fields import NoMailchimp, RequirementsUnknown
from bot.jobs import jobs
from bot.mailchimp import additions
from bot.mailchimp.adding import MOST_TRIES, AlreadyAtMailchimp, NoAnswer, TryLater
from bot.mailchimp.additions import FieldMissing
from bot.mailchimp.jobs import ADD, AddJob
from handlers.slack.views.mailchimp import additions as addition_views
from handlers.standins.mailchimp.account import StoredMergeField, merge_values
from handlers.standins.mailchimp.faults import FaultKind
from handlers.standins.mailchimp.standin import Standin
from handlers.words import words
from storage.audiences import journal
from storage.contacts import contacts, figures
from storage.contacts.tables import Contact
from storage.contacts.values import Status
from storage.core.database import Database
from storage.corrections import corrections as store
from storage.corrections.tables import Consent
from storage.jobs.tables import JobRow, PlanRow
from storage.mailchimp.api.client import Client
from storage.mailchimp.api.errors import problem
from storage.mailchimp.api.members import Member
from tests.conftest import NOW
from tests.support.mirrors import (
    ME,
    MEMBER_PATH,
    NEW,
    OLD,
    TEXTS,
    audience_of,
    client_of,
    never,
    steps,
    sync,
    watched,
)

WORDING = "This person gave me permission to email them"
TOWN = StoredMergeField("TOWN", "Town", required=True)
SIZE = StoredMergeField("SIZE", "Size", "dropdown", required=True, choices=("small", "large"))
HOME = StoredMergeField("HOME", "Home", "address", required=True)
HIS_IP = "203.0.113.9"
LATER = NOW + timedelta(hours=1)  # every lease has run out


@pytest.fixture
def mailchimp() -> Iterator[Standin]:
    with watched() as mailchimp:
        yield mailchimp


@pytest.fixture
def client(mailchimp: Standin) -> Iterator[Client]:
    with client_of(mailchimp) as client:
        yield client


def begin(database: Database, client: Client | None, audience_id: int) -> Form:
    return corrections.begin(
        database, audience_id, 1, by=ME, now=NOW, wording=WORDING, language="en", mailchimp=client
    )


def request(database: Database, form: Form, address: str = NEW, **more: Any) -> AddJob:
    filled = FilledForm(address=address, **{"permission": True, **more})
    return additions.request(database, form.plan_id, filled, by=ME, now=NOW)


def carry_out(database: Database, client: Client | None, job: AddJob) -> AddJob:
    """Takes the job and works at it to the end."""
    claimed = jobs.claim_one(database, job, "test", LATER)
    assert claimed
    return steps(additions.work(client, database, claimed, lambda: NOW))


def correct(database: Database, client: Client, audience_id: int, **more: Any) -> AddJob:
    return carry_out(database, client, request(database, begin(database, client, audience_id), **more))


def optional(field: StoredMergeField) -> StoredMergeField:
    return StoredMergeField(field.tag, field.name, field.kind)


def contact(database: Database, audience_id: int, address: str) -> Contact | None:
    with database.reading() as session:
        return contacts.by_key(session, audience_id, address)


def kept(database: Database, audience_id: int) -> list[Consent]:
    with database.reading() as session:
        return list(store.consents(session, audience_id))


def fixes(database: Database, audience_id: int) -> int:
    with database.reading() as session:
        return sum(line.what == "fix" for line in journal.read(session, audience_id))


def assert_nothing_added(database: Database, audience_id: int) -> None:
    assert kept(database, audience_id) == []
    assert fixes(database, audience_id) == 0


def bodies(mailchimp: Standin, method: str) -> list[Any]:
    return [each.body for each in mailchimp.requests if each.method == method]


@pytest.mark.parametrize(("double_optin", "status"), [(False, Status.SUBSCRIBED), (True, Status.PENDING)])
def test_a_corrected_contact_has_the_status_that_the_audience_gives_it(
    database: Database, mailchimp: Standin, client: Client, double_optin: bool, status: Status
):
    remote = audience_of(mailchimp, double_optin=double_optin, tags=("vip", "a, b"), ip_signup=HIS_IP)
    news = sync(database, client, NOW)
    form = begin(database, client, news)
    assert form.requirements
    assert form.requirements.double_optin is double_optin
    job = carry_out(database, client, request(database, form, first_name="Adèle"))
    there = mailchimp.member(remote, NEW)
    assert there
    assert (there.status, set(there.tags)) == (status, {"vip", "a, b"})
    assert merge_values(there) == {"FNAME": "Adèle", "LNAME": "Roy"}
    here = contact(database, news, NEW)
    assert here
    assert (here.status, here.tags) == (status, '"vip","a, b"')
    assert here.merge_fields == {"First name": "Adèle", "Last name": "Roy"}
    with database.reading() as session:
        assert figures.by_status_and_reason(session, news)[status, ""] == 1
    [consent] = kept(database, news)
    assert (consent.contact_id, consent.old_address, consent.address) == (here.id, OLD, NEW)
    assert (consent.given_by, consent.given_at, consent.wording) == (ME, NOW, WORDING)
    assert fixes(database, news) == 1
    old = contact(database, news, OLD)
    assert old
    assert old.status == Status.CLEANED
    added = additions.receipt(database, job)
    assert (added.status, added.tags_lost, added.correction.continue_after) == (status, (), None)


def test_groups_language_and_vip_go_over_and_nothing_more_is_sent_of_whoever_has_none(
    database: Database, mailchimp: Standin, client: Client
):
    groups = frozenset({"9143cf3bd1", "3a2a927344"})
    remote = audience_of(
        mailchimp, groups=[*groups, "f9c8f5f0ff"], interests=groups, language="fr_CA", vip=True
    )
    form = begin(database, client, sync(database, client, NOW))
    done = carry_out(database, client, request(database, form))
    there = mailchimp.member(remote, NEW)
    assert there
    assert (there.interests, there.language, there.vip) == (groups, "fr_CA", True)
    assert not additions.receipt(database, done).is_profile_lost
    mailchimp.put(remote, OLD, interests=frozenset(), language="", vip=False)
    client.put_member(remote, "else@example.com", status_if_new=Status.SUBSCRIBED)
    assert not {"interests", "language", "vip"} & set(bodies(mailchimp, "PUT")[-1])


def test_a_contact_whose_id_is_no_hash_of_ours_is_corrected_to_another_such_with_all_it_has(
    database: Database, mailchimp: Standin, client: Client
):
    """The form reads its values and the audience's permissions from it; the job its tags, language and VIP mark."""
    old, new = "Élodie@gmial.com", "Élodie@gmail.com"
    remote = mailchimp.add_list("News", merge_fields=(TOWN,), permissions=TEXTS)
    mailchimp.put_phone(remote, "+33600000001", changed=1)
    mailchimp.put(remote, old, merge='{"TOWN": "Lens"}', tags=("vip",), language="fr", vip=True)
    mailchimp.clean(remote, old)
    form = begin(database, client, sync(database, client, NOW))
    assert form.requirements
    assert [field.value for field in form.requirements.fields] == ["Lens"]
    assert [each.text for each in form.requirements.permissions] == list(TEXTS)
    job = carry_out(database, client, request(database, form, new, fields={"TOWN": "Lens"}))
    assert not additions.receipt(database, job).is_profile_lost
    there = mailchimp.member(remote, new.lower())
    assert there
    assert (there.status, there.tags, there.language, there.vip) == ("subscribed", ("vip",), "fr", True)
    here = contact(database, job.audience_id, new.lower())
    assert here
    assert (here.status, here.remote_hash) == (Status.SUBSCRIBED, None)


def test_what_is_lost_with_a_contact_that_mailchimp_has_no_more_is_told(
    database: Database, mailchimp: Standin, client: Client
):
    remote = audience_of(mailchimp, vip=True)
    form = begin(database, client, sync(database, client, NOW))
    old = mailchimp.member(remote, OLD)
    assert old
    mailchimp._account.audience(remote).members.remove(old.id)
    done = carry_out(database, client, request(database, form))
    receipt = additions.receipt(database, done)
    assert receipt.is_profile_lost
    said = json.dumps(addition_views.receipt(words("fr"), receipt), ensure_ascii=False)
    assert words("fr").md("corrections-profile-lost") in said


def test_what_the_mirror_holds_is_what_a_sync_would_bring(
    database: Database, mailchimp: Standin, client: Client
):
    audience_of(mailchimp, tags=("vip",))
    news = sync(database, client, NOW)
    correct(database, client, news)
    before = contact(database, news, NEW)
    sync(database, client, NOW)
    after = contact(database, news, NEW)
    assert before
    assert after
    assert before.model_dump(exclude={"revision"}) == after.model_dump(exclude={"revision"})


def test_no_address_and_time_of_the_operator_is_sent(database: Database, mailchimp: Standin, client: Client):
    remote = audience_of(mailchimp, ip_signup=HIS_IP, ip_opt=HIS_IP)
    news = sync(database, client, NOW)
    correct(database, client, news)
    [sent] = bodies(mailchimp, "PUT")
    assert set(sent) == {"email_address", "status_if_new", "merge_fields"}
    assert not any(word in json.dumps(sent) for word in ("ip_", "timestamp", HIS_IP))
    there = mailchimp.member(remote, NEW)
    assert there
    assert (there.ip_signup, there.ip_opt, there.signup) == ("", "", 0)
    assert mailchimp.permanent_deletions == []


def test_required_fields_are_asked_for_with_the_contact_s_own_values(
    database: Database, mailchimp: Standin, client: Client
):
    home = {"addr1": "1 Main St", "city": "Lens", "state": "PC", "zip": "62300"}
    merge = {"FNAME": "Ada", "LNAME": "Roy", "TOWN": "Lens", "SIZE": "large", "HOME": home, "OPEN": "kept"}
    fields = (TOWN, SIZE, HOME, StoredMergeField("OPEN", "Open"))
    remote = audience_of(mailchimp, fields=fields, merge=json.dumps(merge))
    news = sync(database, client, NOW)
    form = begin(database, client, news)
    assert form.requirements
    values = {field.key: field.value for field in form.requirements.fields}
    parts = {
        f"HOME.{part}": home.get(part, "") for part in ("addr1", "addr2", "city", "state", "zip", "country")
    }
    assert values == {"TOWN": "Lens", "SIZE": "large", **parts}
    assert {field.key for field in form.requirements.fields if not field.required} == {
        "HOME.addr2",
        "HOME.country",
    }
    typed = {**parts, "HOME.city": "Arras", "TOWN": " Arras ", "SIZE": "0"}
    carry_out(database, client, request(database, form, fields=typed))
    there = mailchimp.member(remote, NEW)
    assert there
    assert merge_values(there) == {
        **merge,
        "TOWN": "Arras",
        "SIZE": "small",
        "HOME": {**home, "city": "Arras"},
    }


@pytest.mark.parametrize("missing", ["TOWN", "SIZE", "HOME.zip", "first-name"])
def test_a_required_field_left_empty_is_asked_for_and_the_form_still_holds(
    database: Database, mailchimp: Standin, client: Client, missing: str
):
    name = StoredMergeField("FNAME", "First name", required=True)
    audience = mailchimp.add_list("News", merge_fields=(name, TOWN, SIZE, HOME))
    mailchimp.put(audience, OLD)
    mailchimp.clean(audience, OLD)
    news = sync(database, client, NOW)
    form = begin(database, client, news)
    assert form.requirements
    assert form.requirements.first_name
    full = {"TOWN": "Lens", "SIZE": "1", "HOME.addr1": "1 Main St", "HOME.city": "Lens"}
    full |= {"HOME.state": "PC", "HOME.zip": "62300"}
    first = " " if missing == "first-name" else "Ada"
    with pytest.raises(FieldMissing) as error:
        request(database, form, fields={**full, missing: " "}, first_name=first)
    assert error.value.values == {"field": missing}
    assert_nothing_added(database, news)
    carry_out(database, client, request(database, form, fields=full, first_name="Ada"))
    assert len(kept(database, news)) == 1


@pytest.mark.parametrize("given", [(), (0,), (0, 1)])
def test_permissions_are_asked_for_in_the_audience_s_words_and_kept(
    database: Database, mailchimp: Standin, client: Client, given: tuple[int, ...]
):
    remote = audience_of(mailchimp, permissions=TEXTS)
    news = sync(database, client, NOW)
    form = begin(database, client, news)
    assert form.requirements
    assert [each.text for each in form.requirements.permissions] == list(TEXTS)
    ticked = tuple(form.requirements.permissions[n].id for n in given)
    carry_out(database, client, request(database, form, permissions=ticked))
    there = mailchimp.member(remote, NEW)
    assert there
    assert there.permissions == frozenset(ticked)
    [consent] = kept(database, news)
    marks = ["x" if n in given else " " for n in (0, 1)]
    assert consent.wording.splitlines() == [
        WORDING,
        *(f"[{mark}] {text}" for mark, text in zip(marks, TEXTS, strict=True)),
    ]


def test_without_the_permission_nothing_is_asked_of_mailchimp(
    database: Database, mailchimp: Standin, client: Client
):
    audience_of(mailchimp)
    news = sync(database, client, NOW)
    form = begin(database, client, news)
    with pytest.raises(NoPermission):
        request(database, form, permission=False)
    assert bodies(mailchimp, "PUT") == []
    assert request(database, form).type is ADD


def test_a_double_submission_makes_one_job_and_only_by_whom_the_form_is(
    database: Database, mailchimp: Standin, client: Client
):
    audience_of(mailchimp)
    news = sync(database, client, NOW)
    form = begin(database, client, news)
    filled = FilledForm(address=NEW, permission=True)
    with pytest.raises(PlanGone):
        additions.request(database, form.plan_id, filled, by="U0OTHER", now=NOW)
    with pytest.raises(PlanGone):  # what adds to local audiences adds nothing here
        corrections.add(database, form.plan_id, filled, by=ME, now=NOW)
    job = request(database, form)
    with pytest.raises(AlreadyDone):
        request(database, form)
    carry_out(database, client, job)
    assert (len(kept(database, news)), fixes(database, news)) == (1, 1)
    with pytest.raises(AlreadyThere):
        request(database, begin(database, client, news))


def test_a_form_and_a_job_of_version_0_1_are_carried_on(
    database: Database, mailchimp: Standin, client: Client
):
    remote = audience_of(mailchimp, fields=(SIZE,), permissions=TEXTS)
    news = sync(database, client, NOW)
    form = begin(database, client, news)
    assert form.requirements
    first, second = ([each.id, each.text] for each in form.requirements.permissions)
    size = {"tag": "SIZE", "name": "Size", "kind": "dropdown", "required": True, "part": ""}
    plan = {
        "contact": 1,
        "wording": WORDING,
        "language": "en",
        "absent": None,
        "number": 1,
        "of": 3,
        "fields": [size | {"choices": ["small", "large"]}],
        "permissions": [first, second],
        "names": [False, False],
    }
    with database.transaction() as session:
        session.get_one(PlanRow, form.plan_id).data = plan
    job = request(database, form, fields={"SIZE": "1"}, permissions=(second[0],))
    with database.transaction() as session:
        row = session.get_one(JobRow, job.id)
        row.data = plan | {
            "wording": f"{WORDING}\n[ ] {TEXTS[0]}\n[x] {TEXTS[1]}",
            "address": NEW,
            "key": NEW,
            "first_name": "Adèle",
            "last_name": None,
            "values": {"SIZE": "large"},
            "ticked": [second[0]],
        }
        row.cursor = {"absent": NEW, "trying": True}
    done = carry_out(database, client, job)
    there = mailchimp.member(remote, NEW)
    assert there
    assert merge_values(there) == {"FNAME": "Adèle", "LNAME": "Roy", "SIZE": "large"}
    assert there.permissions == {second[0]}
    [consent] = kept(database, news)
    assert (consent.wording, consent.language) == (row.data["wording"], "en")
    with database.reading() as session:
        assert session.get_one(JobRow, job.id).result == {"status": "subscribed", "tags_lost": []}
    assert (done.task.number, done.task.of) == (1, 3)


def test_a_job_s_repr_names_no_address(database: Database, mailchimp: Standin, client: Client):
    audience_of(mailchimp)
    job = request(database, begin(database, client, sync(database, client, NOW)))
    assert job.task.address == NEW
    begun = replace(job, progress=replace(job.progress, absent=NEW))
    assert "@" not in repr(begun)


class Killed(BaseException):
    """The process ends here."""


class Mortal(Client):
    """Its process ends as soon as Mailchimp has answered one of these calls."""

    dies_after = ""

    def put_member(self, *given: Any, **more: Any) -> Member:
        member = super().put_member(*given, **more)
        if self.dies_after == "put":
            raise Killed
        return member

    def add_tags(self, *given: Any) -> None:
        super().add_tags(*given)
        if self.dies_after == "tags":
            raise Killed


@pytest.mark.parametrize("synced", [False, True])
@pytest.mark.parametrize("dies_after", ["put", "tags"])
def test_killed_between_mailchimp_s_yes_and_our_note_it_is_carried_on(
    database: Database, mailchimp: Standin, client: Client, dies_after: str, synced: bool
):
    """Also where a sync brought the new contact in between: one contact, one consent."""
    remote = audience_of(mailchimp, tags=("vip",))
    news = sync(database, client, NOW)
    job = request(database, begin(database, client, news))
    mortal = Mortal(mailchimp.key, mailchimp.url)
    mortal.dies_after = dies_after
    with pytest.raises(Killed), mortal:
        carry_out(database, mortal, job)
    assert_nothing_added(database, news)
    assert mailchimp.member(remote, NEW)
    if synced:
        sync(database, client, LATER)
    done = carry_out(database, client, job)
    assert done.state == "done"
    assert (len(kept(database, news)), fixes(database, news)) == (1, 1)
    assert sorted(member.email for member in mailchimp.members(remote)) == sorted([OLD, NEW])
    here = contact(database, news, NEW)
    assert here
    assert (here.status, here.tags) == (Status.SUBSCRIBED, '"vip"')


def refusal(database: Database, client: Client | None, job: AddJob) -> CleanedError:
    with pytest.raises(CleanedError) as error:
        carry_out(database, client, job)
    return error.value


@pytest.mark.parametrize(
    "status", ["subscribed", "unsubscribed", "cleaned", "pending", "transactional", "archived"]
)
def test_what_mailchimp_has_already_is_left_alone_and_its_status_told(
    database: Database, mailchimp: Standin, client: Client, status: str
):
    remote = audience_of(mailchimp)
    news = sync(database, client, NOW)
    job = request(database, begin(database, client, news))
    mailchimp.put(remote, NEW, status, merge='{"FNAME": "Grace"}')
    before = mailchimp.member(remote, NEW)
    error = refusal(database, client, job)
    assert (error.key, error.values["status"]) == (
        "error-corrections-there",
        "nonsubscribed" if status == "transactional" else status,
    )
    assert bool(error.values.get("signup")) is (status in ("unsubscribed", "transactional"))
    assert mailchimp.member(remote, NEW) == before
    assert bodies(mailchimp, "PUT") == []
    assert_nothing_added(database, news)


def test_who_was_deleted_for_good_has_to_come_back_by_themselves(
    database: Database, mailchimp: Standin, client: Client
):
    audience_of(mailchimp)
    mailchimp.rules.forgotten.add(NEW)
    news = sync(database, client, NOW)
    job = request(database, begin(database, client, news))
    error = refusal(database, client, job)
    assert error.key == "error-corrections-forgotten"
    assert "/subscribe?" in error.values["signup"]
    assert_nothing_added(database, news)


def test_a_field_that_mailchimp_refuses_is_named_and_asked_for_with_all_that_was_typed(
    database: Database, mailchimp: Standin, client: Client
):
    site, lucky = (
        StoredMergeField("SITE", "Web site", "url"),
        StoredMergeField("LUCKY", "Number", "number", required=True),
    )
    remote = audience_of(
        mailchimp,
        fields=(lucky, site),
        permissions=TEXTS,
        merge='{"FNAME": "Ada", "LNAME": "Roy", "SITE": "nowhere"}',
    )
    news = sync(database, client, NOW)
    form = begin(database, client, news)
    assert form.requirements
    assert [field.tag for field in form.requirements.fields] == ["LUCKY"]
    ticked = (form.requirements.permissions[1].id,)
    job = request(database, form, first_name="Adèle", fields={"LUCKY": "seven"}, permissions=ticked)
    error = refusal(database, client, job)
    assert error.key == "error-corrections-invalid"
    named = [(tag, name) for tag, name, _ in error.values["fields"]]
    assert named == [("LUCKY", "Number"), ("SITE", "Web site")]
    assert_nothing_added(database, news)
    failed = jobs.fail(database, claimed(database, job), NOW, error.key, **error.values)

    with pytest.raises(PlanGone):
        again(database, client, failed, by="U0OTHER")
    form = again(database, client, failed)
    assert form.typed
    assert form.requirements
    assert (form.typed.address, form.typed.first_name, form.typed.permissions) == (NEW, "Adèle", ticked)
    assert form.typed.fields == {"LUCKY": "seven"}
    assert [(field.tag, field.value, bool(field.problem)) for field in form.requirements.fields] == [
        ("LUCKY", "", True),
        ("SITE", "nowhere", True),
    ]
    fields = {"LUCKY": "7", "SITE": ""}
    carry_out(database, client, request(database, form, fields=fields, permissions=ticked))
    there = mailchimp.member(remote, NEW)
    assert there
    assert merge_values(there)["LUCKY"] == 7
    assert merge_values(there)["SITE"] == ""
    assert len(kept(database, news)) == 1


def claimed(database: Database, job: AddJob) -> AddJob:
    found = jobs.claim_one(database, job, "test", LATER + timedelta(hours=1))
    assert found
    return found


def again(database: Database, client: Client, job: AddJob, by: str = ME) -> Form:
    return additions.reopen_form(
        database, job.id, by=by, now=NOW, wording=WORDING, language="en", mailchimp=client
    )


def test_a_fault_of_mailchimp_is_tried_again_and_told_in_the_end(
    database: Database, mailchimp: Standin, client: Client
):
    """The last answer may have been lost: the same form, sent again, adds nothing twice and has its consent."""
    remote = audience_of(mailchimp)
    news = sync(database, client, NOW)
    job = request(database, begin(database, client, news))
    mailchimp.faults.add(FaultKind.RESET, "PUT", MEMBER_PATH, times=None, afterwards=True)
    for n in range(1, MOST_TRIES + 1):
        found = jobs.claim_one(database, job, "test", LATER + n * timedelta(hours=1))
        assert found
        work = additions.work(client, database, found, lambda: NOW)
        last = found
        with pytest.raises(TryLater if n < MOST_TRIES else CleanedError) as error:
            steps(work)
    assert isinstance(error.value, NoAnswer)
    assert_nothing_added(database, news)
    failed = jobs.fail(database, last, NOW, error.value.key, **error.value.values)
    mailchimp.faults.clear()
    sync(database, client, LATER + timedelta(hours=9))
    assert contact(database, news, NEW)

    carry_out(database, client, request(database, again(database, client, failed)))
    assert (len(kept(database, news)), fixes(database, news)) == (1, 1)
    assert mailchimp.member(remote, NEW)


def test_a_fault_that_passes_is_not_noticed(database: Database, mailchimp: Standin, client: Client):
    audience_of(mailchimp)
    news = sync(database, client, NOW)
    for kind in (FaultKind.TOO_MANY, FaultKind.SERVER_ERROR, FaultKind.RESET, FaultKind.FORBIDDEN):
        mailchimp.faults.add(kind, "PUT", MEMBER_PATH)
    correct(database, client, news)
    assert (len(kept(database, news)), fixes(database, news)) == (1, 1)


def test_tags_that_can_t_be_given_don_t_undo_the_addition(
    database: Database, mailchimp: Standin, client: Client
):
    audience_of(mailchimp, tags=("vip",))
    news = sync(database, client, NOW)
    job = request(database, begin(database, client, news))
    never(mailchimp, "POST", f"{MEMBER_PATH}/tags")
    with database.transaction() as session:
        found = session.get(JobRow, job.id)
        assert found
        found.attempts = MOST_TRIES
    done = carry_out(database, client, job)
    assert (additions.receipt(database, done).tags_lost, len(kept(database, news))) == (("vip",), 1)


def test_every_tag_is_copied_of_one_with_more_than_a_member_tells(
    database: Database, mailchimp: Standin, client: Client
):
    tags = tuple(f"tag {n}" for n in range(120))
    remote = audience_of(mailchimp, tags=tags)
    news = sync(database, client, NOW)
    correct(database, client, news)
    there, here = mailchimp.member(remote, NEW), contact(database, news, NEW)
    assert there
    assert here
    assert there.tags == tags
    assert here.tags == ",".join(f'"{tag}"' for tag in tags)


@pytest.mark.parametrize("which", ["read_only_key", "key_without_rights", "wrong"])
def test_a_key_that_may_not_is_told(database: Database, mailchimp: Standin, client: Client, which: str):
    audience_of(mailchimp)
    news = sync(database, client, NOW)
    job = request(database, begin(database, client, news))
    key = "0123-us6" if which == "wrong" else getattr(mailchimp, which)
    with Client(key, mailchimp.url) as powerless:
        assert refusal(database, powerless, job).key == "error-corrections-key"
    assert_nothing_added(database, news)


def test_without_a_key_or_an_answer_there_is_no_form(database: Database, mailchimp: Standin, client: Client):
    audience_of(mailchimp, permissions=TEXTS)
    news = sync(database, client, NOW)
    job = request(database, begin(database, client, news))
    with pytest.raises(NoMailchimp):
        begin(database, None, news)
    assert isinstance(refusal(database, None, job), NoMailchimp)
    never(mailchimp)
    with pytest.raises(RequirementsUnknown):
        begin(database, client, news)


def test_who_is_gone_at_mailchimp_leaves_the_permissions_texts_to_others(
    database: Database, mailchimp: Standin, client: Client
):
    remote = audience_of(mailchimp, permissions=TEXTS)
    mailchimp.put(remote, "bob@free.fr")
    news = sync(database, client, NOW)
    mailchimp.change_address(remote, OLD, "other@gmial.com")
    form = begin(database, client, news)
    assert form.requirements
    assert [each.text for each in form.requirements.permissions] == list(TEXTS)
    carry_out(database, client, request(database, form))
    there = mailchimp.member(remote, NEW)
    assert there
    assert merge_values(there) == {"FNAME": "Ada", "LNAME": "Roy"}


class Refusing(Client):
    """Whom Mailchimp refuses with this title, whatever it said before."""

    title = ""

    def put_member(self, *_given: Any, **_more: Any) -> Member:
        document = {"title": self.title, "status": 400, "detail": f"{NEW} can't be added.", "instance": "i"}
        raise problem(400, json.dumps(document))


@pytest.mark.parametrize(
    ("title", "key", "status"),
    [
        ("Member In Compliance State", "error-corrections-compliance", None),
        ("Member Exists", "error-corrections-there", "unknown"),
        ("Forgotten Email Not Subscribed", "error-corrections-forgotten", None),
        ("Invalid Resource", "error-corrections-invalid", None),
        ("Something New", "error-corrections-refused", None),
    ],
)
def test_each_refusal_is_told_as_what_it_is(
    database: Database, mailchimp: Standin, client: Client, title: str, key: str, status: str | None
):
    audience_of(mailchimp)
    news = sync(database, client, NOW)
    job = request(database, begin(database, client, news))
    refusing = Refusing(mailchimp.key, mailchimp.url)
    refusing.title = title
    with refusing:
        error = refusal(database, refusing, job)
    assert (error.key, error.values.get("status")) == (key, status)
    assert NEW not in str(error)
    assert_nothing_added(database, news)


def test_who_unsubscribed_in_the_same_moment_is_not_told_as_added(
    database: Database, mailchimp: Standin, client: Client
):
    """Mailchimp was asked, had nobody of that address, and then somebody was quicker."""
    remote = audience_of(mailchimp)
    news = sync(database, client, NOW)
    job = request(database, begin(database, client, news))
    found = jobs.claim_one(database, job, "test", LATER)
    assert found
    work = additions.work(client, database, found, lambda: NOW)
    next(work)
    mailchimp.put(remote, NEW, "unsubscribed")
    with pytest.raises(AlreadyAtMailchimp):
        next(work)
    assert_nothing_added(database, news)


@pytest.mark.parametrize(
    "parts", [{"addr1": "", "city": "", "state": "", "zip": "", "country": "US"}, {"addr1": "1"}]
)
def test_an_incomplete_address_of_the_old_contact_holds_nothing_up(
    database: Database, mailchimp: Standin, client: Client, parts: dict[str, str]
):
    merge = json.dumps({"FNAME": "Ada", "LNAME": "Roy", "HOME": parts})
    audience = audience_of(mailchimp, fields=[optional(HOME)], merge=merge)
    job = correct(database, client, sync(database, client, NOW))
    assert job.state == "done"
    new = mailchimp.member(audience, NEW)
    assert new
    assert merge_values(new)["FNAME"] == "Ada"
