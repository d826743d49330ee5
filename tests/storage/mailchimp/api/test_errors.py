"""Each of Mailchimp's problems is a type of its own, and none tells an address or a key to a log."""

import json
import logging
import socket
import ssl

import httpx
import pytest

from storage.contacts.values import Status
from storage.mailchimp.api.client import Client
from storage.mailchimp.api.errors import (
    AccountSuspended,
    BadAnswer,
    BadKey,
    Forbidden,
    Forgotten,
    InComplianceState,
    InvalidResource,
    KeyRefused,
    MailchimpError,
    MemberExists,
    MethodRefused,
    NotFound,
    Problem,
    TooManyConnections,
    Unavailable,
    WrongDataCentre,
)
from tests.storage.mailchimp.api.answers import ADDRESS, HASH, INSTANCE, KEY, Clock, problem, scripted

REFUSED = "Can not archive a contact that is bounced, pending or archived"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (problem(401, "API Key Invalid"), KeyRefused),
        (httpx.Response(401), KeyRefused),
        (problem(403, "Forbidden"), Forbidden),
        (problem(403, "Forbidden", "This feature is disabled for authors."), Forbidden),
        (problem(403, "User Disabled"), AccountSuspended),
        (problem(403, "Forbidden", "Your account has been suspended."), AccountSuspended),
        (problem(599, "Compliance Related", "Your account is under review."), AccountSuspended),
        (httpx.Response(599), Unavailable),
        (problem(403, "Wrong Datacenter"), WrongDataCentre),
        (httpx.Response(403), TooManyConnections),
        (httpx.Response(403, text="<html>Access Denied</html>"), TooManyConnections),
        (httpx.Response(429), TooManyConnections),
        (problem(429, "Too Many Requests"), TooManyConnections),
        (problem(404, "Resource Not Found"), NotFound),
        (problem(405, "Method Not Allowed", REFUSED), MethodRefused),
        (problem(400, "Member Exists", f"{ADDRESS} is already a list member."), MemberExists),
        (
            problem(400, "Member In Compliance State", f"{ADDRESS} is in a compliance state"),
            InComplianceState,
        ),
        (problem(400, "Forgotten Email Not Subscribed", f"{ADDRESS} was permanently deleted"), Forgotten),
        (problem(400, "Invalid Resource", f"{ADDRESS} looks fake or invalid"), InvalidResource),
        (problem(400, "Something New", f"{ADDRESS} is something new"), Problem),
        (httpx.Response(500, text="oops"), Unavailable),
        (problem(503, "Service Unavailable"), Unavailable),
        (httpx.ReadTimeout("slow"), Unavailable),
        (httpx.ConnectError("refused"), Unavailable),
        (httpx.DecodingError("not gzip"), BadAnswer),
    ],
)
def test_each_problem_is_a_type_that_tells_no_address(answer, kind, caplog):
    caplog.set_level(logging.DEBUG)
    mailchimp, _ = scripted(answer)
    with pytest.raises(MailchimpError) as caught:
        mailchimp.put_member("l1", ADDRESS, status_if_new=Status.PENDING)
    error = caught.value
    assert type(error) is kind
    assert str(error)
    for told in (str(error), repr(error), str(error.values), caplog.text):
        for secret in (ADDRESS, ADDRESS.lower(), HASH, KEY, KEY[:12]):
            assert secret not in told
    if isinstance(error, Problem) and isinstance(answer, httpx.Response) and answer.content:
        assert (error.instance, error.title) == (INSTANCE, json.loads(answer.content)["title"])
        assert error.detail == json.loads(answer.content)["detail"], "for who asked"


def test_an_invalid_resource_names_its_fields():
    errors = [{"field": "AGE", "message": "Please enter a number"}, {"message": "odd"}, "odder"]
    mailchimp, _ = scripted(problem(400, "Invalid Resource", errors=errors))
    with pytest.raises(InvalidResource) as caught:
        mailchimp.put_member("l1", ADDRESS, status_if_new=Status.PENDING)
    assert caught.value.fields == (("AGE", "Please enter a number"), ("", "odd"))


def caused(cause: Exception) -> httpx.ConnectError:
    error = httpx.ConnectError(str(cause))
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("cause", "is_online", "kind"),
    [
        (socket.gaierror(-2, "Name or service not known"), True, WrongDataCentre),
        (socket.gaierror(-2, "Name or service not known"), False, Unavailable),
        (ssl.SSLCertVerificationError("Hostname mismatch"), True, WrongDataCentre),
        (ConnectionRefusedError("refused"), True, Unavailable),
    ],
)
def test_a_name_that_is_missing_is_a_wrong_data_centre_only_with_a_network(
    cause, is_online, kind, monkeypatch
):
    def look_up(*_):
        if not is_online:
            raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    mailchimp, _ = scripted(caused(cause))
    with pytest.raises(kind) as caught:
        mailchimp.account()
    assert not caught.value.arrived or kind is WrongDataCentre


def test_a_base_of_ones_own_has_no_data_centre_to_be_wrong():
    transport = httpx.MockTransport(lambda _: (_ for _ in ()).throw(caused(socket.gaierror(-2, "unknown"))))
    with (
        Client(
            KEY, "https://stand-in.invalid/3.0", transport=transport, timing=Clock().timing()
        ) as mailchimp,
        pytest.raises(Unavailable),
    ):
        mailchimp.account()


def test_no_key_is_told_by_a_client_or_a_bad_key():
    mailchimp, _ = scripted(httpx.Response(200))
    assert KEY[:12] not in f"{mailchimp!r}{mailchimp}"
    with pytest.raises(BadKey) as caught:
        Client(KEY[:32])
    assert KEY[:12] not in f"{caught.value!r}{caught.value}"


def test_every_error_has_a_key_of_its_own():
    kinds = [MailchimpError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    assert len({kind.key for kind in kinds}) == len(kinds)
