"""What comes after the call: batches and webhooks."""

import hmac
import io
import json
import tarfile
from collections.abc import Callable, Iterator
from hashlib import sha256
from urllib.parse import parse_qs

import httpx
import pytest

from handlers.standins.mailchimp.standin import Standin
from tests.handlers.standins.mailchimp.receiver import Receiver
from tests.support.slack import Json


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


def outcomes(content: bytes) -> dict[str, Json]:
    """By the operation's id."""
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
        files = [archive.extractfile(one) for one in archive.getmembers() if one.isfile()]
        entries = [entry for file in files if file for entry in json.load(file)]
    return {entry["operation_id"]: entry for entry in entries}


def finished(api: httpx.Client, batch: str) -> Json:
    while True:
        document: Json = api.get(f"/batches/{batch}").json()
        if document["status"] == "finished":
            return document


def test_a_finished_batch_is_not_a_successful_one(
    mailchimp: Standin, audience: str, api: httpx.Client
) -> None:
    people = [m for m in mailchimp.members(audience) if m.status in {"subscribed", "cleaned"}]
    operations = [
        {"method": "DELETE", "path": f"/lists/{audience}/members/{m.id}", "operation_id": m.email}
        for m in people
    ]
    batch = api.post("/batches", json={"operations": operations}).json()
    assert (batch["status"], batch["finished_operations"]) == ("pending", 0)
    done = finished(api, batch["id"])
    cleaned = {member.email for member in people if member.status == "cleaned"}
    assert done["total_operations"] == done["finished_operations"] == len(people)
    assert done["errored_operations"] == len(cleaned) > 0
    entries = outcomes(httpx.get(done["response_body_url"]).content)
    assert {key for key, entry in entries.items() if entry["status_code"] == 405} == cleaned
    assert {entry["status_code"] for entry in entries.values()} == {204, 405}
    refused = json.loads(entries[cleaned.pop()]["response"])
    assert refused["title"] == "Method Not Allowed"


def test_operations_carry_a_query_and_a_body_as_text(
    mailchimp: Standin, audience: str, api: httpx.Client
) -> None:
    new = {"email_address": "new@alpmail.example", "status": "subscribed"}
    operations = [
        {
            "method": "POST",
            "path": f"lists/{audience}/members",
            "body": json.dumps(new),
            "operation_id": "add",
        },
        {
            "method": "GET",
            "path": f"/lists/{audience}/members",
            "params": {"count": 3},
            "operation_id": "read",
        },
        {"method": "POST", "path": f"/lists/{audience}/members", "body": "{", "operation_id": "broken"},
    ]
    batch = api.post("/batches", json={"operations": operations}).json()
    entries = outcomes(httpx.get(finished(api, batch["id"])["response_body_url"]).content)
    assert {key: entry["status_code"] for key, entry in entries.items()} == {
        "add": 200,
        "read": 200,
        "broken": 400,
    }
    assert len(json.loads(entries["read"]["response"])["members"]) == 3
    assert mailchimp.member(audience, "new@alpmail.example")


def test_the_link_to_the_outcomes_takes_no_key_and_does_not_last(api: httpx.Client) -> None:
    batch = api.post("/batches", json={"operations": [{"method": "GET", "path": "/ping"}]}).json()
    url = finished(api, batch["id"])["response_body_url"]
    assert api.get(url).status_code == 400
    assert httpx.get(url).status_code == 200
    assert httpx.get(url.replace("batch-results/", "batch-results/x")).status_code == 403


def test_batches_wait_while_they_are_held(mailchimp: Standin, api: httpx.Client) -> None:
    mailchimp.hold_batches()
    batch = api.post("/batches", json={"operations": [{"method": "GET", "path": "/ping"}]}).json()
    looks = [api.get(f"/batches/{batch['id']}").json() for _ in range(5)]
    assert {look["status"] for look in looks[1:]} == {"started"}
    assert looks[-1]["response_body_url"] == ""
    mailchimp.release_batches()
    assert finished(api, batch["id"])["finished_operations"] == 1


def subscribed_address(mailchimp: Standin, audience: str) -> str:
    return next(member.email for member in mailchimp.members(audience) if member.status == "subscribed")


def test_a_cleaned_contact_is_told_with_a_signature(
    mailchimp: Standin, audience: str, api: httpx.Client, receiver: Receiver
) -> None:
    created = api.post(f"/lists/{audience}/webhooks", json={"url": receiver.url}).json()
    shown = api.get(f"/lists/{audience}/webhooks").json()["webhooks"]
    assert [(one["id"], "secret" in one) for one in shown] == [(created["id"], False)]
    address = subscribed_address(mailchimp, audience)
    mailchimp.clean(audience, address)
    mailchimp.settle()
    [(headers, body)] = receiver.got
    fields = {name: values[0] for name, values in parse_qs(body).items()}
    assert fields.pop("fired_at")
    assert fields == {
        "type": "cleaned",
        "data[list_id]": audience,
        "data[campaign_id]": mailchimp.campaigns(audience)[-1],
        "data[reason]": "hard",
        "data[email]": address,
    }
    moment, _, given = headers["X-Mailchimp-Signature"].removeprefix("t=").partition(",v1=")
    signed = hmac.new(created["secret"].encode(), f"{moment}.{body}".encode(), sha256).hexdigest()
    assert given == signed


def test_older_webhooks_are_not_signed(
    mailchimp: Standin, audience: str, api: httpx.Client, receiver: Receiver
) -> None:
    mailchimp.rules.sign_webhooks = False
    assert "secret" not in api.post(f"/lists/{audience}/webhooks", json={"url": receiver.url}).json()
    mailchimp.unsubscribe(audience, subscribed_address(mailchimp, audience))
    mailchimp.settle()
    assert "X-Mailchimp-Signature" not in receiver.got[0][0]


def test_each_thing_that_happens_has_its_own_event(
    mailchimp: Standin, audience: str, api: httpx.Client, receiver: Receiver
) -> None:
    api.post(f"/lists/{audience}/webhooks", json={"url": receiver.url})
    address = subscribed_address(mailchimp, audience)
    new = "moved@alpmail.example"
    actions: list[Callable[[], None]] = [
        lambda: mailchimp.change_profile(audience, address, FNAME="Ada"),
        lambda: mailchimp.change_address(audience, address, new),
        lambda: mailchimp.clean(audience, new, reason="abuse"),
        lambda: mailchimp.subscribe(audience, new),
        lambda: mailchimp.unsubscribe(audience, new, "Too many mails"),
    ]
    for action in actions:
        action()
        mailchimp.settle()
    sent = [{name: values[0] for name, values in parse_qs(body).items()} for _, body in receiver.got]
    types = ["profile", "upemail", "cleaned", "subscribe", "unsubscribe"]
    assert [fields["type"] for fields in sent] == types
    assert sent[0]["data[merges][FNAME]"] == "Ada"
    assert (sent[1]["data[old_email]"], sent[1]["data[new_email]"]) == (address, new)
    assert sent[2]["data[reason]"] == "abuse"
    assert api.get(f"/lists/{audience}/abuse-reports", params={"count": "1000"}).json()["total_items"] > 0


def test_an_event_is_sent_until_it_is_answered_and_maybe_twice(
    mailchimp: Standin, audience: str, api: httpx.Client, receiver: Receiver
) -> None:
    api.post(f"/lists/{audience}/webhooks", json={"url": receiver.url})
    receiver.answers += [500, 404]
    mailchimp.clean(audience, subscribed_address(mailchimp, audience))
    mailchimp.settle()
    tries = [(one.attempt, one.status) for one in mailchimp.deliveries]
    assert tries == [(1, 500), (2, 404), (3, 200)]
    assert len({body for _, body in receiver.got}) == 1
    mailchimp.rules.webhooks_twice = True
    mailchimp.clean(audience, subscribed_address(mailchimp, audience))
    mailchimp.settle()
    assert len(receiver.got) == 5


def test_only_the_events_and_sources_asked_for_are_sent(
    mailchimp: Standin, audience: str, api: httpx.Client, receiver: Receiver
) -> None:
    wanted = {"events": {"unsubscribe": True}, "sources": {"user": True, "admin": True, "api": False}}
    api.post(f"/lists/{audience}/webhooks", json={"url": receiver.url, **wanted})
    first = subscribed_address(mailchimp, audience)
    mailchimp.change_profile(audience, first, FNAME="Ada")
    people = mailchimp.members(audience)
    other = next(m for m in people if m.status == "subscribed" and m.email != first)
    assert api.delete(f"/lists/{audience}/members/{other.id}").status_code == 204
    mailchimp.archive(audience, first)
    mailchimp.settle()
    assert [parse_qs(body)["data[email]"] for _, body in receiver.got] == [[first]]


def test_a_url_that_does_not_answer_is_refused(audience: str, api: httpx.Client, receiver: Receiver) -> None:
    path = f"/lists/{audience}/webhooks"
    assert api.post(path, json={"url": receiver.url}).status_code == 200
    for url in (receiver.url, "http://127.0.0.1:9/", "ftp://127.0.0.1/", ""):
        assert api.post(path, json={"url": url}).json()["errors"][0]["field"] == "url"
    receiver.validates = False
    assert api.post(path, json={"url": receiver.url + "2"}).status_code == 400
