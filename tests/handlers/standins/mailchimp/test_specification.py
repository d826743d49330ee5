"""The stand-in against the official specification."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from handlers.standins.mailchimp.account import StoredMergeField
from handlers.standins.mailchimp.members import hash_of
from handlers.standins.mailchimp.standin import NAMES, Standin
from tests.handlers.standins.mailchimp.receiver import Receiver
from tests.handlers.standins.mailchimp.specification import MEMBER, Json, Specification

MEMBERS = "/lists/{list_id}/members"


@pytest.fixture(scope="module")
def specification() -> Specification:
    return Specification()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


class Checked:
    """Calls the stand-in, and holds each answer against the specification."""

    def __init__(self, api: httpx.Client, specification: Specification, **places: str) -> None:
        self.api = api
        self.places = places
        self.called: set[tuple[str, str]] = set()
        self._specification = specification

    def __call__(self, method: str, path: str, body: Any = None, **query: str) -> httpx.Response:
        answer = self.api.request(
            method.upper(),
            path.format(**self.places),
            params=query,
            content=None if body is None else json.dumps(body),
        )
        self.called.add((method, path))
        if answer.status_code != 204:
            document = answer.json()
            document.pop("secret", None)  # newer than the specification
            self._specification.check_answer(method, path, answer.status_code, document)
        return answer


def test_every_answer_of_every_call_is_as_specified(
    mailchimp: Standin, audience: str, api: httpx.Client, specification: Specification, receiver: Receiver
) -> None:
    people = mailchimp.members(audience)
    cleaned = next(one for one in people if one.status == "cleaned" and one.bounces)
    left = next(one for one in people if one.status == "unsubscribed")
    mailchimp.clean(audience, next(one.email for one in people if one.status == "subscribed"), "abuse")
    call = Checked(api, specification, list_id=audience, subscriber_hash=cleaned.id)
    call.places["campaign_id"] = mailchimp.campaigns(audience)[-1]

    for path in ("/ping", "/", "/lists", "/lists/{list_id}", "/lists/{list_id}/merge-fields"):
        assert call("get", path).status_code == 200
    assert (
        call("get", "/lists/{list_id}", include_total_contacts="true").json()["stats"]["total_contacts"]
        == 500
    )
    for status in ("subscribed", "unsubscribed", "cleaned", "pending", "archived"):
        assert call("get", MEMBERS, status=status, count="1000").json()["members"]
    assert call("get", MEMBER).json()["status"] == "cleaned"
    assert call("get", f"{MEMBER}/activity-feed").json()["activity"]
    mailchimp.put(audience, cleaned.email, "cleaned", tags=tuple(f"tag {n}" for n in range(60)))
    told = call("get", MEMBER).json()
    assert (len(told["tags"]), told["tags_count"]) == (50, 60)
    page = call("get", f"{MEMBER}/tags", offset="50", count="1000").json()
    assert ([tag["name"] for tag in page["tags"]][-1], page["total_items"]) == ("tag 59", 60)
    assert call("get", f"{MEMBER}/activity").json()["activity"]
    assert call("get", "/lists/{list_id}/abuse-reports").json()["abuse_reports"]
    assert call("get", "/reports/{campaign_id}/email-activity").json()["emails"]
    assert call("delete", MEMBER).status_code == 405

    new = {"email_address": "new@alpmail.example", "status": "subscribed", "tags": ["Press"]}
    assert call("post", MEMBERS, new).status_code == 200
    assert call("post", MEMBERS, new).status_code == 400
    call.places["subscriber_hash"] = hash_of("put@alpmail.example")
    put = {
        "email_address": "put@alpmail.example",
        "status_if_new": "pending",
        "merge_fields": {"FNAME": "Zoé"},
    }
    assert call("put", MEMBER, put).json()["full_name"] == "Zoé"
    assert call("patch", MEMBER, {"status": "subscribed", "vip": True}).json()["vip"] is True
    tags = {"tags": [{"name": "Press", "status": "active"}, {"name": "None", "status": "inactive"}]}
    assert call("post", f"{MEMBER}/tags", tags).status_code == 204
    assert [tag["name"] for tag in call("get", MEMBER).json()["tags"]] == ["Press"]
    assert call("delete", MEMBER).status_code == 204
    many = {
        "members": [{"email_address": f"{n}@alpmail.example", "status": "subscribed"} for n in "ab"] + [new]
    }
    answer = call("post", "/lists/{list_id}", many).json()
    assert (answer["total_created"], answer["error_count"]) == (2, 1)
    assert answer["errors"][0]["error_code"] == "ERROR_CONTACT_EXISTS"

    assert call("post", "/lists/{list_id}/webhooks", {"url": receiver.url}).status_code == 200
    call.places["webhook_id"] = call("get", "/lists/{list_id}/webhooks").json()["webhooks"][0]["id"]
    assert call("delete", "/lists/{list_id}/webhooks/{webhook_id}").status_code == 204
    operations = [{"method": "DELETE", "path": f"/lists/{audience}/members/{left.id}"}]
    call.places["batch_id"] = call("post", "/batches", {"operations": operations}).json()["id"]
    assert call("get", "/batches/{batch_id}").json()["status"] == "pending"
    assert call("get", "/batches/{batch_id}").json()["status"] == "finished"
    assert call("get", "/batches").json()["total_items"] == 1
    assert call.called == specification.names()


NEW = {"email_address": "new@alpmail.example", "status": "subscribed"}
REFUSED: list[tuple[str, str, dict[str, str], Any]] = [
    ("post", MEMBERS, {}, {"email_address": "new@alpmail.example"}),
    ("post", MEMBERS, {}, {"status": "subscribed"}),
    ("post", MEMBERS, {}, {**NEW, "status": "archived"}),
    ("post", MEMBERS, {}, {**NEW, "vip": "yes"}),
    ("post", MEMBERS, {}, {**NEW, "merge_fields": ["A"]}),
    ("post", MEMBERS, {}, {**NEW, "marketing_permissions": {}}),
    ("put", MEMBER, {}, {"email_address": "new@alpmail.example", "status_if_new": "cleansed"}),
    ("put", MEMBER, {}, {"status_if_new": "subscribed"}),
    ("patch", MEMBER, {}, {"status": "transactional"}),
    ("post", f"{MEMBER}/tags", {}, {"tags": {"name": "Press", "status": "active"}}),
    ("post", f"{MEMBER}/tags", {}, {"tags": [{"name": "Press", "status": "on"}]}),
    ("post", "/lists/{list_id}", {}, {"update_existing": True}),
    ("post", "/lists/{list_id}", {}, {"members": NEW}),
    ("get", MEMBERS, {"count": "1001"}, {}),
    ("get", MEMBERS, {"count": "many"}, {}),
    ("get", MEMBERS, {"status": "bounced"}, {}),
    ("get", MEMBERS, {"sort_field": "email_address"}, {}),
    ("post", "/batches", {}, {}),
    ("post", "/batches", {}, {"operations": [{"path": "/lists"}]}),
    ("post", "/batches", {}, {"operations": [{"method": "FETCH", "path": "/lists"}]}),
    ("post", "/batches", {}, {"operations": [{"method": "POST", "path": "/lists", "body": {}}]}),
]


@pytest.mark.parametrize(("method", "path", "query", "body"), REFUSED)
def test_what_the_specification_does_not_allow_is_refused(
    mailchimp: Standin,
    audience: str,
    api: httpx.Client,
    specification: Specification,
    method: str,
    path: str,
    query: dict[str, str],
    body: Json,
) -> None:
    assert not specification.accepts(method, path, query, body)
    known = next(one for one in mailchimp.members(audience) if one.status == "subscribed").id
    key = hash_of("new@alpmail.example") if method == "put" else known
    call = Checked(api, specification, list_id=audience, subscriber_hash=key)
    answer = call(method, path, None if method == "get" else body, **query)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.json()["errors"]


def test_merge_fields_are_checked_by_their_types(
    mailchimp: Standin, api: httpx.Client, specification: Specification
) -> None:
    fields = (
        *NAMES,
        StoredMergeField("TOWN", "Town", required=True),
        StoredMergeField("LTV", "Value", "number"),
        StoredMergeField("BORN", "Birthday", "birthday"),
        StoredMergeField("SIZE", "Size", "dropdown", choices=("S", "M")),
        StoredMergeField("HOME", "Home", "address"),
    )
    audience = mailchimp.add_list("Shop", merge_fields=fields)
    call = Checked(api, specification, list_id=audience)
    wrong = {"LTV": "AAAAA", "BORN": "May", "SIZE": "XL", "HOME": {"addr1": "1 Road"}, "OTHER": "passed over"}
    answer = call("post", MEMBERS, {**NEW, "merge_fields": wrong}).json()
    assert (answer["title"], answer["detail"]) == ("Invalid Resource", "Your merge fields were invalid.")
    assert {error["field"] for error in answer["errors"]} == {"TOWN", "LTV", "BORN", "SIZE", "HOME"}
    assert {"field": "LTV", "message": "Please enter a number"} in answer["errors"]
    assert call("post", MEMBERS, NEW, skip_merge_validation="true").status_code == 200
    call.places["subscriber_hash"] = hash_of(NEW["email_address"])
    for change in ({"status": "unsubscribed"}, {"vip": True}, {"merge_fields": {"FNAME": "Zoé"}}):
        for method in ("patch", "put"):
            refused = call(method, MEMBER, change).json()
            assert [error["field"] for error in refused["errors"]] == ["TOWN"]
            assert call(method, MEMBER, change, skip_merge_validation="true").status_code == 200
    assert call("patch", MEMBER, {"merge_fields": {"TOWN": "Bern"}}).status_code == 200
    assert call("patch", MEMBER, {"status": "unsubscribed"}).status_code == 200
    assert len(call("get", "/lists/{list_id}/merge-fields", required="true").json()["merge_fields"]) == 1
