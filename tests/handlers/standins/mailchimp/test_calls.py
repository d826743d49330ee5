"""Pages of contacts, changes to them, keys, limits and faults."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import httpx
import pytest

from handlers.standins.mailchimp.faults import FaultKind
from handlers.standins.mailchimp.members import hash_of
from handlers.standins.mailchimp.standin import Standin
from tests.support.slack import Json


def ids(answer: httpx.Response) -> list[str]:
    return [member["id"] for member in answer.json()["members"]]


def one(mailchimp: Standin, audience: str, status: str) -> str:
    """The address of a contact of a status."""
    return next(member.email for member in mailchimp.members(audience) if member.status == status)


def test_pages_hold_each_contact_once_in_the_order_of_their_last_change(
    mailchimp: Standin, audience: str, api: httpx.Client
) -> None:
    path, query = f"/lists/{audience}/members", {"count": "70", "sort_field": "last_changed"}
    pages = [api.get(path, params={**query, "offset": str(offset)}).json() for offset in range(0, 500, 70)]
    members = [member for page in pages for member in page["members"]]
    live = [member for member in mailchimp.members(audience) if member.status != "archived"]
    assert {member["id"] for member in members} == {member.id for member in live}
    assert pages[0]["total_items"] == len(members) == len(live) < 500
    times = [member["last_changed"] for member in members]
    assert times == sorted(times)
    backwards = [
        key
        for offset in range(0, 500, 70)
        for key in ids(api.get(path, params={**query, "offset": str(offset), "sort_dir": "DESC"}))
    ]
    assert backwards == [member["id"] for member in members][::-1]


def test_archived_contacts_come_only_when_asked_for(
    mailchimp: Standin, audience: str, api: httpx.Client
) -> None:
    path = f"/lists/{audience}/members"
    archived = {member.id for member in mailchimp.members(audience) if member.status == "archived"}
    assert archived
    assert set(ids(api.get(path, params={"status": "archived", "count": "1000"}))) == archived
    assert not archived & set(ids(api.get(path, params={"count": "1000"})))


def test_only_what_changed_between_two_moments(mailchimp: Standin, audience: str, api: httpx.Client) -> None:
    moments = sorted(member.changed for member in mailchimp.members(audience) if member.status != "archived")
    after, before = moments[100], moments[300]
    query = {
        "since_last_changed": datetime.fromtimestamp(after, UTC).isoformat(),
        "before_last_changed": datetime.fromtimestamp(before, UTC).isoformat(),
        "fields": "total_items",
    }
    answer = api.get(f"/lists/{audience}/members", params=query)
    assert answer.json() == {"total_items": sum(after < moment < before for moment in moments)}


def test_fields_and_what_is_left_out_are_named_with_dots(audience: str, api: httpx.Client) -> None:
    path = f"/lists/{audience}/members"
    some = api.get(path, params={"fields": "members.id,members.merge_fields.FNAME,members.stats"}).json()
    assert set(some) == {"members"}
    assert set(some["members"][0]) == {"id", "merge_fields", "stats"}
    assert set(some["members"][0]["merge_fields"]) == {"FNAME"}
    rest = api.get(path, params={"exclude_fields": "_links,members._links,members.merge_fields.FNAME"}).json()
    assert "_links" not in rest
    assert "_links" not in rest["members"][0]
    assert set(rest["members"][0]["merge_fields"]) == {"LNAME"}


def test_the_same_seed_makes_the_same_people_of_every_status(mailchimp: Standin) -> None:
    both = [mailchimp.add_list(name) for name in ("One", "Two")]
    for audience in both:
        mailchimp.fill(audience, 3_000, seed=7)
    one, two = ([(m.id, m.status, m.merge, m.tags) for m in mailchimp.members(key)] for key in both)
    assert one == two
    people = mailchimp.members(both[0])
    statuses = {"subscribed", "unsubscribed", "cleaned", "pending", "archived", "transactional"}
    assert {member.status for member in people} == statuses
    assert {bounce.kind for member in people for bounce in member.bounces} == {"hard", "soft"}


def test_the_figures_follow_what_happens(mailchimp: Standin, audience: str, api: httpx.Client) -> None:
    def figures() -> Json:
        stats: Json = api.get(f"/lists/{audience}").json()["stats"]
        return stats

    before = figures()
    mailchimp.clean(audience, one(mailchimp, audience, "subscribed"))
    mailchimp.unsubscribe(audience, one(mailchimp, audience, "subscribed"))
    after = figures()
    assert after["member_count"] == before["member_count"] - 2
    assert after["cleaned_count"] == before["cleaned_count"] + 1
    assert after["cleaned_count_since_send"] == before["cleaned_count_since_send"] + 1
    assert after["unsubscribe_count"] == before["unsubscribe_count"] + 1
    mailchimp.misreport(audience, cleaned=3)
    assert figures()["cleaned_count"] == after["cleaned_count"] + 3


def test_a_contact_is_found_by_its_id_and_by_no_other_hash(
    mailchimp: Standin, audience: str, api: httpx.Client
) -> None:
    """The id is a hash of the address with the letters of ASCII in lower case."""
    mailchimp.put(audience, "ÉVA@example.com")
    listed = api.get(f"/lists/{audience}/members", params={"count": 1_000}).json()["members"]
    [id_] = [member["id"] for member in listed if member["email_address"] == "ÉVA@example.com"]
    wrong = hash_of("éva@example.com")
    assert id_ == hash_of("Éva@example.com") != wrong
    path = f"/lists/{audience}/members/{wrong}"
    answers = [api.get(path), api.delete(path), api.patch(path, json={}), api.get(f"{path}/tags")]
    answers += [api.get(f"{path}/activity-feed"), api.post(f"{path}/tags", json={"tags": []})]
    assert {answer.status_code for answer in answers} == {404}
    assert api.get(f"/lists/{audience}/members/{id_}").status_code == 200
    body = {"email_address": "ÉLA@example.com", "status_if_new": "subscribed"}
    put = api.put(f"/lists/{audience}/members/{hash_of('éla@example.com')}", json=body)
    assert put.status_code == 400


@pytest.mark.parametrize("are_counted", [True, False])
def test_a_contact_with_a_telephone_number_alone_is_listed_without_address_and_hash(
    mailchimp: Standin, audience: str, api: httpx.Client, are_counted: bool
) -> None:
    def cleaned() -> int:
        n: int = api.get(f"/lists/{audience}").json()["stats"]["cleaned_count"]
        return n

    mailchimp.rules.phones_counted = are_counted
    before = cleaned()
    mailchimp.put_phone(audience, "+41790000000", "cleaned")
    assert cleaned() == before + are_counted
    page = api.get(f"/lists/{audience}/members", params={"status": "cleaned", "count": 1_000}).json()
    assert page["total_items"] == before + 1
    [phone] = [member for member in page["members"] if not member["email_address"]]
    assert (phone["id"], phone["sms_phone_number"], bool(phone["web_id"])) == ("", "+41790000000", True)
    assert api.get(f"/lists/{audience}/members/{hash_of('')}").status_code == 404


def test_a_bounce_stands_in_the_activity_and_in_the_campaigns_report(
    mailchimp: Standin, audience: str, api: httpx.Client
) -> None:
    address = one(mailchimp, audience, "subscribed")
    campaign = mailchimp.campaigns(audience)[-1]
    mailchimp.clean(audience, address)
    feed = f"/lists/{audience}/members/{hash_of(address)}/activity-feed"
    newest = api.get(feed, params={"activity_filters": "bounce"}).json()["activity"][0]
    assert (newest["bounce_type"], newest["campaign_id"]) == ("hard", campaign)
    assert api.get(feed, params={"activity_filters": "open,click"}).json()["activity"] == []
    report = api.get(f"/reports/{campaign}/email-activity", params={"count": "1000"}).json()["emails"]
    assert address in {email["email_address"] for email in report}


@pytest.mark.parametrize("status", ["cleaned", "pending", "archived"])
def test_what_cannot_be_archived_answers_405(
    mailchimp: Standin, audience: str, api: httpx.Client, status: str
) -> None:
    address = one(mailchimp, audience, status)
    answer = api.delete(f"/lists/{audience}/members/{hash_of(address)}")
    assert (answer.status_code, answer.json()["title"]) == (405, "Method Not Allowed")
    assert "Can not archive a contact that is bounced, pending or archived" in answer.json()["detail"]
    member = mailchimp.member(audience, address)
    assert member
    assert member.status == status


def test_the_rule_against_archiving_the_cleaned_can_be_lifted_but_for_some(
    mailchimp: Standin, audience: str, api: httpx.Client
) -> None:
    first, second = [m.email for m in mailchimp.members(audience) if m.status == "cleaned"][:2]
    mailchimp.rules.archive_cleaned_allowed = True
    mailchimp.rules.archive_refused.add(second)
    assert api.delete(f"/lists/{audience}/members/{hash_of(first)}").status_code == 204
    assert api.delete(f"/lists/{audience}/members/{hash_of(second)}").status_code == 405
    again = api.put(f"/lists/{audience}/members/{hash_of(first)}", json={"status": "subscribed"})
    assert again.json()["title"] == "Member In Compliance State"
    restored = api.put(f"/lists/{audience}/members/{hash_of(first)}", json={"status": "cleaned"})
    assert restored.json()["status"] == "cleaned"


@pytest.mark.parametrize("status", ["cleaned", "unsubscribed"])
def test_who_bounced_or_left_is_not_subscribed_by_the_api(
    mailchimp: Standin, audience: str, api: httpx.Client, status: str
) -> None:
    address = one(mailchimp, audience, status)
    path = f"/lists/{audience}/members/{hash_of(address)}"
    for method in ("PUT", "PATCH"):
        answer = api.request(method, path, json={"status": "subscribed"})
        assert (answer.status_code, answer.json()["title"]) == (400, "Member In Compliance State")
    mailchimp.subscribe(audience, address)
    assert api.get(path).json()["status"] == "subscribed"


def test_addresses_that_cannot_be_added(mailchimp: Standin, audience: str, api: httpx.Client) -> None:
    mailchimp.rules.forgotten.add("gone@alpmail.example")
    mailchimp.rules.fake_domains.add("fake.example")
    taken = one(mailchimp, audience, "subscribed")

    def add(address: str) -> str:
        body = {"email_address": address, "status": "subscribed"}
        return str(api.post(f"/lists/{audience}/members", json=body).json()["title"])

    assert add("gone@alpmail.example") == "Forgotten Email Not Subscribed"
    assert add("a@fake.example") == add("AAAAA") == "Invalid Resource"
    assert add(taken.upper()) == "Member Exists"
    mailchimp.rules.problems_without_type = True
    body = {"email_address": taken, "status": "subscribed"}
    assert "type" not in api.post(f"/lists/{audience}/members", json=body).json()


def test_with_double_optin_a_new_contact_waits_for_its_own_yes(mailchimp: Standin, api: httpx.Client) -> None:
    audience = mailchimp.add_list("Careful", double_optin=True)
    path = f"/lists/{audience}/members/{hash_of('new@alpmail.example')}"
    body = {"email_address": "new@alpmail.example", "status_if_new": "subscribed"}
    assert api.put(path, json=body).json()["status"] == "pending"
    assert api.put(path, json={**body, "status": "subscribed"}).json()["status"] == "pending"
    mailchimp.subscribe(audience, "new@alpmail.example")
    assert api.get(path).json()["status"] == "subscribed"
    assert api.put(path, json=body).json()["status"] == "subscribed"


def test_a_marketing_permission_of_another_audience_is_refused(
    mailchimp: Standin, audience: str, api: httpx.Client
) -> None:
    path = f"/lists/{audience}/members/{hash_of(one(mailchimp, audience, 'subscribed'))}"
    key = api.get(path).json()["marketing_permissions"][0]["marketing_permission_id"]
    given = {"marketing_permissions": [{"marketing_permission_id": key, "enabled": True}]}
    assert api.patch(path, json=given).json()["marketing_permissions"][0]["enabled"] is True
    given["marketing_permissions"][0]["marketing_permission_id"] = "ffffffffff"
    assert api.patch(path, json=given).json()["title"] == "Invalid Resource"


def test_nothing_is_deleted_for_good_and_the_wish_is_noted() -> None:
    with Standin() as mailchimp:
        audience = mailchimp.add_list("News")
        mailchimp.put(audience, "ada@alpmail.example")
        with httpx.Client(base_url=mailchimp.url, auth=("any", mailchimp.key)) as api:
            path = f"/lists/{audience}/members/{hash_of('ada@alpmail.example')}"
            assert api.post(f"{path}/actions/delete-permanent").status_code == 404
            assert api.delete(f"/lists/{audience}").status_code == 404
        assert len(mailchimp.permanent_deletions) == 2
        assert len(mailchimp.members(audience)) == 1


def test_keys(mailchimp: Standin, audience: str) -> None:
    def status(key: str, method: str = "GET") -> tuple[int, str]:
        auth = "Basic " + base64.b64encode(f"any:{key}".encode()).decode()
        url = f"{mailchimp.url}/lists/{audience}"
        answer = httpx.request(method, url, headers={"Authorization": auth}, json={"members": []})
        return answer.status_code, answer.json().get("title", "")

    assert status(mailchimp.key) == (200, "")
    assert status("0" * 32 + "-us6") == (401, "API Key Invalid")
    assert status(mailchimp.key.replace("-us6", "-us7")) == (403, "Wrong Datacenter")
    assert status(mailchimp.key_without_rights) == (403, "Forbidden")
    assert status(mailchimp.read_only_key) == (200, "")
    assert status(mailchimp.read_only_key, "POST") == (403, "Forbidden")
    bearer = {"Authorization": f"Bearer {mailchimp.token}"}
    assert httpx.get(f"{mailchimp.url}/ping", headers=bearer).status_code == 200
    assert httpx.get(f"{mailchimp.url}/ping").json()["title"] == "API Key Missing"


def test_unknown_paths_methods_and_bodies(audience: str, api: httpx.Client) -> None:
    assert api.get("/nonsense").json()["title"] == "Resource Not Found"
    assert api.get("/lists/0000000000").status_code == 404
    wrong = api.patch("/batches", json={})
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "GET, POST")
    assert api.post(f"/lists/{audience}/members", content="{").json()["title"] == "JSON Parse Error"


def test_an_eleventh_call_at_once_is_refused(mailchimp: Standin, api: httpx.Client) -> None:
    mailchimp.rules.latency = 0.5
    with ThreadPoolExecutor(11) as threads:
        answers = list(threads.map(api.get, ["/ping"] * 11))
    assert sorted(answer.status_code for answer in answers) == [200] * 10 + [429]
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.json()["detail"] == "You have exceeded the limit of 10 simultaneous connections."
    assert max(asked.concurrent for asked in mailchimp.requests) == 11
    assert api.get("/ping").status_code == 200


def test_a_call_given_up_still_holds_its_connection(mailchimp: Standin, api: httpx.Client) -> None:
    mailchimp.rules.connections = 1
    mailchimp.rules.empty_refusals = True
    mailchimp.faults.add(FaultKind.SLOW, seconds=1.0)
    with pytest.raises(httpx.ReadTimeout):
        api.get("/ping", timeout=0.1)
    refused = api.get("/ping")
    assert (refused.status_code, refused.text) == (429, "")


def test_faults_happen_where_and_as_often_as_told(
    mailchimp: Standin, audience: str, api: httpx.Client
) -> None:
    faults = mailchimp.faults
    faults.add(FaultKind.TOO_MANY, "GET", "/lists/.*", times=2)
    assert api.get("/ping").status_code == 200
    refused = [api.get(f"/lists/{audience}") for _ in range(3)]
    assert [(answer.status_code, answer.text == "") for answer in refused][:2] == [(429, True)] * 2
    assert refused[2].status_code == 200
    for kind, status in ((FaultKind.SERVER_ERROR, 500), (FaultKind.FORBIDDEN, 403)):
        faults.add(kind)
        assert api.get("/ping").status_code == status
    faults.add(FaultKind.BROKEN_JSON)
    with pytest.raises(json.JSONDecodeError):
        api.get("/ping").json()
    faults.add(FaultKind.SLOW, seconds=0.3)
    with pytest.raises(httpx.ReadTimeout):
        api.get("/ping", timeout=0.05)
    faults.add(FaultKind.SERVER_ERROR, "GET", "/ping", times=None, every=3)
    assert [api.get("/ping").status_code for _ in range(6)] == [200, 200, 500] * 2
    faults.clear()
    assert api.get("/ping").status_code == 200


@pytest.mark.parametrize(("afterwards", "status"), [(False, "subscribed"), (True, "archived")])
def test_a_connection_is_reset_before_or_after_the_call_has_its_effect(
    mailchimp: Standin, audience: str, api: httpx.Client, afterwards: bool, status: str
) -> None:
    address = one(mailchimp, audience, "subscribed")
    mailchimp.faults.add(FaultKind.RESET, "DELETE", afterwards=afterwards)
    with pytest.raises(httpx.ReadError):
        api.delete(f"/lists/{audience}/members/{hash_of(address)}")
    member = mailchimp.member(audience, address)
    assert member
    assert member.status == status
    assert mailchimp.requests[-1].status == 0


def test_every_request_is_noted(mailchimp: Standin, audience: str, api: httpx.Client) -> None:
    api.post(f"/lists/{audience}", json={"members": []}, params={"skip_merge_validation": "true"})
    asked = mailchimp.requests[-1]
    assert (asked.method, asked.path, asked.status) == ("POST", f"/lists/{audience}", 200)
    assert (asked.query, asked.body) == ({"skip_merge_validation": "true"}, {"members": []})
