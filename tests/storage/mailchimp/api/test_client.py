"""What the client asks is what Mailchimp's specification takes; what it gives is what Mailchimp answered."""

import ast
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

import storage
from storage.contacts.values import Status
from storage.mailchimp.api.batches import archive_operation, status_operation
from storage.mailchimp.api.client import Client
from storage.mailchimp.api.errors import BadAnswer, BadBase, BadKey, MethodRefused, NotFound
from storage.mailchimp.api.values import BatchStatus, member_hash
from tests.conftest import NOW
from tests.storage.mailchimp.api.answers import ADDRESS, BATCH, HASH, KEY, MEMBER, client, problem, scripted

CALLS: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("calls.json").read_text())


def every_call(mailchimp: Client) -> None:
    """All that a client can ask, with all that may be given."""
    mailchimp.account()
    mailchimp.audiences()
    mailchimp.audience("l1")
    mailchimp.merge_fields("l1")
    mailchimp.total("l1", Status.ARCHIVED)
    mailchimp.members("l1", 1000, status=Status.NONSUBSCRIBED, changed_since=NOW)
    mailchimp.member("l1", HASH)
    mailchimp.tags("l1", HASH)
    mailchimp.bounces("l1", HASH)
    mailchimp.abuse_reports("l1")
    mailchimp.archive("l1", HASH)
    for status in set(Status) - {Status.ARCHIVED}:
        mailchimp.set_status("l1", HASH, ADDRESS, status)
        mailchimp.put_member(
            "l1",
            ADDRESS,
            status_if_new=status,
            merge_fields={"FNAME": "Ann"},
            permissions={"p1": True},
            interests=["i1"],
            language="fr",
            vip=True,
        )
    mailchimp.add_tags("l1", HASH, ["vip"])
    mailchimp.start_batch(
        [archive_operation("1", "l1", HASH), status_operation("2", "l1", HASH, ADDRESS, Status.CLEANED)]
    )
    mailchimp.batch("b1")
    mailchimp.batches_since(NOW)
    mailchimp.webhooks("l1")
    mailchimp.add_webhook("l1", "https://example.com/hook", ["cleaned"])


def call_of(method: str, path: str) -> str:
    """The name of a request's call in the specification."""
    found = [call for call in CALLS if re.fullmatch(re.sub(r"{\w+}", "[^/]+", call), f"{method} {path}")]
    assert len(found) == 1, f"{method} {path}"
    return found[0]


def check(method: str, path: str, query: list[tuple[str, str]], body: str) -> None:
    """The request is one that the specification takes."""
    call = CALLS[call_of(method, path)]
    for name, value in query:
        schema = call["query"][name]
        jsonschema.validate(parsed(value, schema["type"]), schema)
        if name == "fields":
            assert not set(value.split(",")) - set(call["answer"])
    if call["body"]:
        jsonschema.validate(json.loads(body), call["body"])
    else:
        assert not body


def parsed(value: str, kind: str) -> object:
    if kind == "array":
        return value.split(",")
    if kind == "boolean":
        return {"true": True, "false": False}[value]
    return int(value) if kind == "integer" else value


@pytest.fixture
def asked() -> list[httpx.Request]:
    """Every request that a client can make."""
    found = []

    def answer(request: httpx.Request) -> httpx.Response:
        found.append(request)
        is_empty = request.method == "DELETE" or (
            request.method == "POST" and request.url.path.endswith("/tags")
        )
        return (
            httpx.Response(204) if is_empty else httpx.Response(200, json=MEMBER | BATCH | {"status": STATUS})
        )

    STATUS = "pending"  # noqa: N806 (of a contact and of a batch alike)
    every_call(client(answer))
    return found


def test_every_request_is_valid_by_the_specification(asked):
    made = set()
    for request in asked:
        path = request.url.path.removeprefix("/3.0")
        check(request.method, path, request.url.params.multi_items(), request.content.decode())
        made.add(call_of(request.method, path))
    assert made == set(CALLS), "and the trimmed specification holds no call that is not made"


def test_every_operation_of_a_batch_is_valid_by_the_specification(asked):
    batch = next(
        request for request in asked if request.method == "POST" and request.url.path == "/3.0/batches"
    )
    operations = json.loads(batch.content)["operations"]
    for operation in operations:
        params = list(operation.get("params", {}).items())
        check(operation["method"], operation["path"], params, operation.get("body", ""))
    assert [operation["operation_id"] for operation in operations] == ["1", "2"]


def test_each_change_of_a_status_goes_without_validation_of_the_merge_fields_and_nothing_else_does(asked):
    """An added contact has to have the required ones."""
    alone = {
        (request.method, '"status"' in request.content.decode())
        for request in asked
        if request.url.params.get("skip_merge_validation") == "true"
    }
    assert alone == {("PATCH", True), ("PUT", True)}
    for request in asked:
        if request.method in ("PATCH", "PUT"):
            is_change = "status" in json.loads(request.content)
            assert ("skip_merge_validation" in request.url.params) == is_change
    operation = status_operation("1", "l1", HASH, ADDRESS, Status.NONSUBSCRIBED).document()
    assert operation["params"] == {"skip_merge_validation": "true"}
    assert "params" not in archive_operation("1", "l1", HASH).document()


def test_every_request_names_the_key_and_nobody_as_its_user(asked):
    assert {request.headers["Authorization"] for request in asked} == {
        httpx.BasicAuth("any", KEY)._auth_header
    }


def test_no_request_tells_an_ip_or_a_time_as_the_contacts_own(asked):
    assert not [request for request in asked if re.search(rb'"(ip|timestamp)_', request.content)]


def test_nothing_here_deletes_for_ever(asked):
    """No text of the code names that call, and the only things deleted are contacts (archived) and webhooks."""
    folder = Path(storage.__file__).parent
    texts = [
        node.value
        for path in (folder / "mailchimp").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert texts
    assert not [text for text in texts if "permanent" in text or "actions/" in text]
    deleted = {
        call_of("DELETE", each.url.path.removeprefix("/3.0")) for each in asked if each.method == "DELETE"
    }
    assert deleted == {
        "DELETE /lists/{list_id}/members/{subscriber_hash}",
    }


@pytest.mark.parametrize("hash_", ["", "/actions/delete-permanent", f"{HASH}/x", "..", "a?b"])
def test_a_contacts_hash_cannot_make_another_path(hash_):
    mailchimp, script = scripted(httpx.Response(204))
    with pytest.raises(ValueError):
        mailchimp.archive("l1", hash_)
    with pytest.raises(ValueError):
        archive_operation("1", "l1", hash_)
    with pytest.raises(ValueError):
        mailchimp.archive("", HASH)
    assert not script.requests


@pytest.mark.parametrize("key", ["", "  ", "abc", "abc-", "abc-3"])
def test_a_key_that_names_no_data_centre_is_bad_without_a_base(key):
    with pytest.raises(BadKey):
        Client(key)


def test_the_data_centre_is_in_the_key():
    mailchimp, script = scripted(httpx.Response(200, json={}))
    mailchimp.account()
    assert script.requests[0].url.copy_with(query=None) == "https://us3.api.mailchimp.com/3.0/"
    assert mailchimp.audience_link(12) == "https://us3.admin.mailchimp.com/lists/members/?id=12"


@pytest.mark.parametrize(
    "base",
    [
        *("ftp://localhost/3.0", "us3", "https://", "https:///3.0", "https://a:port/3.0"),
        *("http://a.example/3.0", "http://192.0.2.1/3.0", "http://10.0.0.1/3.0", "http://[2001:db8::1]/3.0"),
        *("http://localhost.example/3.0", "http://127.0.0.1.example/3.0", "http://127.0.0.1@a.example/3.0"),
        *("https://a.example", "https://a.example/", "https://a.example/2.0", "https://a.example/3.0/lists"),
        *(
            "https://a.example/13.0",
            "https://a.example/3x0",
            "https://a.example/3.0//",
            "https://a.example//3.0",
        ),
        *(
            "https://a.example/3.0?x=1",
            "https://a.example/3.0?",
            "https://a.example/3.0#x",
            "https://a.example/3.0#",
        ),
        *("https://ann:secret@a.example/3.0", "https://ann@a.example/3.0", "https://:secret@a.example/3.0"),
    ],
)
def test_a_base_that_is_none_or_would_show_the_key_is_bad(base):
    with pytest.raises(BadBase):
        Client(KEY, base)


@pytest.mark.parametrize(
    "base",
    [
        *("https://a.example/3.0", "https://a.example:8443/proxy/3.0/", " https://a.example/3.0 "),
        *("http://localhost:1/3.0", "http://127.9.9.9/3.0", "http://[::1]:1/3.0", "HTTP://LOCALHOST/3.0"),
    ],
)
def test_https_anywhere_and_http_within_this_machine_are_bases(base):
    with Client(KEY, base):
        pass


def test_a_base_stands_in_for_the_data_centre():
    with Client("abc", "http://127.0.0.1:1/3.0/") as mailchimp:
        assert mailchimp.audience_link(12) is None
        assert "abc" not in repr(mailchimp)


def test_a_contact_is_read_whole():
    mailchimp, _ = scripted(httpx.Response(200, json=MEMBER))
    ann = mailchimp.member("l1", HASH)
    assert (ann.hash, ann.address, ann.status, ann.leid, ann.euid) == (
        HASH,
        ADDRESS,
        Status.NONSUBSCRIBED,
        7,
        "e1",
    )
    assert ann.merge_fields["ADDRESS"] == {"city": "Bern"}
    assert ann.changed_at == datetime(2026, 11, 20, 8, tzinfo=UTC)
    assert (ann.location.latitude, ann.location.country, ann.location.time_zone) == (46.9, "CH", "")
    assert (ann.note, ann.tags, ann.rating, ann.permissions[0].id) == ("met in Bern", ("vip",), 4, "p1")
    assert ADDRESS not in repr(ann)
    assert HASH not in repr(ann)


def test_a_page_tells_its_total_and_what_it_could_not_read():
    """Mailchimp has contacts without an address."""
    rows = [MEMBER, MEMBER | {"email_address": ""}, MEMBER | {"status": None}, MEMBER | {"web_id": "x"}]
    mailchimp, script = scripted(httpx.Response(200, json={"members": rows, "total_items": 12}))
    page = mailchimp.members("l1", changed_since=datetime(2026, 11, 24, 9, 30, 1, 999, tzinfo=UTC))
    assert (len(page.members), page.total, page.unreadable, page.without_address) == (
        2,
        12,
        1,
        {7: Status.NONSUBSCRIBED},
    )
    assert script.requests[0].url.params["since_last_changed"] == "2026-11-24T09:30:01+00:00"


def test_the_hash_is_of_the_lower_case_address_unless_another_id_was_listed():
    assert member_hash(ADDRESS) == HASH
    assert member_hash(ADDRESS, "5e8c") == "5e8c"


@pytest.mark.parametrize("status", [Status.CLEANED, Status.NONSUBSCRIBED])
def test_a_status_is_set_by_the_id_that_is_given(status: Status):
    mailchimp, script = scripted(httpx.Response(200, json=MEMBER))
    mailchimp.set_status("l1", "5e8c", ADDRESS, status)
    assert script.requests[0].url.path.endswith("/members/5e8c")
    assert status_operation("1", "l1", "5e8c", ADDRESS, status).path.endswith("/members/5e8c")


@pytest.mark.parametrize(
    ("typed", "sent"), [("Ann@x.example", "Ann@x.example"), ("Éva@x.example", "éva@x.example")]
)
def test_a_new_address_is_sent_so_that_its_hash_is_certain(typed: str, sent: str):
    mailchimp, script = scripted(httpx.Response(200, json=MEMBER))
    mailchimp.put_member("l1", typed, status_if_new=Status.SUBSCRIBED)
    assert json.loads(script.requests[0].content)["email_address"] == sent
    assert script.requests[0].url.path.endswith(member_hash(sent))


def test_audiences_come_from_all_pages():
    stats = {"member_count": 5, "unsubscribe_count": 3, "cleaned_count": 2}
    row = {"id": "l1", "web_id": 9, "name": "News", "double_optin": True, "stats": stats}
    pages = [
        httpx.Response(200, json={"lists": rows, "total_items": 3})
        for rows in ([row, row], [row | {"id": "l3"}])
    ]
    mailchimp, script = scripted(*pages)
    found = mailchimp.audiences()
    assert [each.id for each in found] == ["l1", "l1", "l3"]
    assert [request.url.params["offset"] for request in script.requests] == ["0", "2"]
    news = found[0]
    assert (news.subscribed, news.unsubscribed, news.cleaned, news.web_id) == (5, 3, 2, 9)
    assert (news.double_optin, news.marketing_permissions) == (True, False)


def test_merge_fields_tell_what_is_required_and_the_choices():
    rows = [
        {"tag": "FNAME", "name": "First", "type": "text", "required": True, "options": {"size": 25}},
        {"tag": "LANG", "name": "Language", "type": "dropdown", "options": {"choices": ["de", "fr"]}},
        {"tag": "X", "name": "X", "type": "text", "options": []},
    ]
    mailchimp, _ = scripted(httpx.Response(200, json={"merge_fields": rows, "total_items": 3}))
    found = mailchimp.merge_fields("l1")
    assert [(each.tag, each.required, each.choices) for each in found] == [
        ("FNAME", True, ()),
        ("LANG", False, ("de", "fr")),
        ("X", False, ()),
    ]


def test_bounces_tell_their_kind_and_campaign():
    feed = [
        {
            "activity_type": "bounce",
            "bounce_type": kind,
            "campaign_id": "c1",
            "campaign_title": "May",
            "created_at_timestamp": "2026-05-01T00:00:00+00:00",
        }
        for kind in ("hard", "soft")
    ]
    mailchimp, _ = scripted(httpx.Response(200, json={"activity": [*feed, {"activity_type": "open"}]}))
    found = mailchimp.bounces("l1", HASH)
    assert [(each.kind, each.campaign_id, each.campaign) for each in found] == [
        ("hard", "c1", "May"),
        ("soft", "c1", "May"),
    ]
    assert found[0].at == datetime(2026, 5, 1, tzinfo=UTC)


def test_abuse_reports_tell_who_and_which_campaign():
    row = {
        "email_id": HASH,
        "email_address": ADDRESS,
        "campaign_id": "c1",
        "date": "2026-05-01T00:00:00+00:00",
    }
    mailchimp, _ = scripted(httpx.Response(200, json={"abuse_reports": [row], "total_items": 1}))
    page = mailchimp.abuse_reports("l1")
    assert (page.total, page.reports[0].hash, page.reports[0].campaign_id) == (1, HASH, "c1")


def test_archived_contacts_are_counted_without_reading_them():
    mailchimp, script = scripted(httpx.Response(200, json={"total_items": 4321}))
    assert mailchimp.total("l1", Status.ARCHIVED) == 4321
    assert dict(script.requests[0].url.params) == {
        "status": "archived",
        "count": "1",
        "fields": "total_items",
    }


def test_an_archive_whose_answer_was_lost_is_an_archive():
    """Sent again, Mailchimp refuses: the contact is archived already."""
    lost, refused = httpx.ReadError("reset"), problem(405, "Method Not Allowed")
    mailchimp, script = scripted(lost, refused, httpx.Response(200, json=MEMBER | {"status": "archived"}))
    mailchimp.archive("l1", HASH)
    assert [request.method for request in script.requests] == ["DELETE", "DELETE", "GET"]


def test_an_archive_that_is_refused_says_so():
    mailchimp, _ = scripted(problem(405, "Method Not Allowed", "Can not archive a contact that is bounced"))
    with pytest.raises(MethodRefused) as caught:
        mailchimp.archive("l1", HASH)
    assert caught.value.detail == "Can not archive a contact that is bounced"
    mailchimp, _ = scripted(
        httpx.ReadError("reset"),
        problem(404, "Resource Not Found"),
        httpx.Response(200, json=MEMBER | {"status": "cleaned"}),
    )
    with pytest.raises(NotFound):
        mailchimp.archive("l1", HASH)


def test_a_batch_is_found_again_among_those_handed_over_since():
    rows = [BATCH, BATCH | {"id": "b0", "submitted_at": "2026-11-24T08:59:59+00:00"}]
    mailchimp, _ = scripted(httpx.Response(200, json={"batches": rows, "total_items": 2}))
    (found,) = mailchimp.batches_since(datetime(2026, 11, 24, 9, tzinfo=UTC))
    assert (found.id, found.total, found.status) == ("b1", 2, BatchStatus.FINISHED)
    assert (found.finished, found.errored, found.completed_at) == (2, 1, None)


def test_the_secret_of_a_webhook_comes_with_its_making():
    made = {"id": "w1", "url": "https://example.com/s", "events": {"cleaned": True, "profile": False}}
    mailchimp, script = scripted(httpx.Response(200, json=made | {"secret": "x1", "sources": {"api": True}}))
    webhook = mailchimp.add_webhook("l1", "https://example.com/s", ["cleaned"])
    assert (webhook.secret, set(webhook.events), set(webhook.origins)) == ("x1", {"cleaned"}, {"api"})
    assert "x1" not in repr(webhook)
    assert "example.com" not in repr(webhook), "the URL may hold a secret too"
    sent = json.loads(script.requests[0].content)["events"]
    assert [event for event, is_on in sent.items() if is_on] == ["cleaned"]


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>Sign in</html>"),
        httpx.Response(200, json=[]),
        httpx.Response(302, headers={"Location": "https://example.com"}),
        httpx.Response(404, text="<html>nothing here</html>"),
        httpx.Response(200, json={"status": "no such status"}),
    ],
)
def test_what_is_not_mailchimps_answer_is_a_bad_answer(answer):
    mailchimp, script = scripted(answer)
    with pytest.raises(BadAnswer):
        mailchimp.batch("b1")
    assert len(script.requests) == 1


def test_no_call_gives_a_contact_the_status_archived():
    mailchimp, script = scripted(httpx.Response(200, json=MEMBER))
    with pytest.raises(ValueError):
        mailchimp.set_status("l1", HASH, ADDRESS, Status.ARCHIVED)
    assert not script.requests
