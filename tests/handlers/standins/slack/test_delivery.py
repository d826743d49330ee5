"""How payloads reach the bot, and what is shown when it answers late, twice or never."""

import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from handlers.standins.slack.server import Workspace
from tests.handlers.standins.conftest import MANIFEST, Clock, Wire, actions, button, impatient, modal, section
from tests.support.slack import CAMILLE, NEWS, RANDOM, Person, hang_up, says


def test_a_command_arrives_with_slacks_fields(olivia: Person, wire: Wire) -> None:
    olivia.command("/cleaned  spring list ", channel=RANDOM)
    payload = wire.last
    assert payload["command"] == "/cleaned"
    assert payload["text"] == "spring list"
    assert (payload["channel_id"], payload["channel_name"]) == (RANDOM, "random")
    assert (payload["user_id"], payload["user_name"]) == (olivia.user, "olivia")
    assert payload["is_enterprise_install"] == "false"
    assert wire.requests[0].type == "slash_commands"


def test_an_unknown_command_stays_with_the_person(olivia: Person, wire: Wire) -> None:
    assert olivia.command("/nonsense")["ok"] is False
    assert olivia.wait_notice("/nonsense is not a valid command")
    assert wire.requests == []


def test_a_command_without_a_bot_fails_at_once(olivia: Person) -> None:
    assert olivia.command("/cleaned")["ok"] is False
    olivia.wait_notice('/cleaned failed with the error "dispatch_failed"')


@impatient
def test_a_late_answer_is_ignored_and_the_failure_shown(olivia: Person, wire: Wire) -> None:
    late = threading.Event()

    def answer(_payload: object) -> dict[str, Any]:
        late.wait(5)
        return {"text": "Too late"}

    wire.answer = answer
    olivia.command("/cleaned")
    olivia.wait_notice('/cleaned failed with the error "operation_timeout"')
    late.set()
    wire.answer = lambda _: {"text": "In time"}
    olivia.command("/cleaned")
    olivia.wait_message("In time")
    assert not [one for one in olivia.messages() if says("Too late")(one)]


def test_an_answer_in_the_acknowledgement_is_for_the_person_alone(
    workspace: Workspace, olivia: Person, wire: Wire
) -> None:
    wire.answer = lambda _: {"text": "For you"}
    olivia.command("/cleaned")
    assert olivia.wait_message("For you")["ephemeral"]
    wire.answer = lambda _: {"text": "For all", "response_type": "in_channel"}
    olivia.command("/cleaned")
    with Person(workspace, CAMILLE) as camille:
        camille.wait_message("For all")
        assert len(camille.messages()) == 1


def test_a_response_url_works_five_times_also_where_the_bot_is_not(olivia: Person, wire: Wire) -> None:
    olivia.command("/cleaned", channel=RANDOM)
    hook = WebhookClient(wire.last["response_url"])
    assert [hook.send(text=f"Answer {n}").status_code for n in range(6)] == [200] * 5 + [404]
    assert len(olivia.messages(RANDOM)) == 5


def test_a_response_url_works_for_half_an_hour(olivia: Person, wire: Wire, clock: Clock) -> None:
    olivia.command("/cleaned")
    clock.now += 30 * 60 + 1
    said = WebhookClient(wire.last["response_url"]).send(text="Late")
    assert (said.status_code, json.loads(said.body)["error"]) == (404, "expired_url")


def test_a_commands_response_url_has_no_original_to_replace(olivia: Person, wire: Wire) -> None:
    olivia.command("/cleaned")
    hook = WebhookClient(wire.last["response_url"])
    hook.send(text="One")
    hook.send(text="Two", replace_original=True)
    assert [message["text"] for message in olivia.messages()] == ["One", "Two"]


def test_a_buttons_response_url_deletes_its_message(client: WebClient, olivia: Person, wire: Wire) -> None:
    client.chat_postEphemeral(channel=NEWS, user=olivia.user, text="x", blocks=[actions(button())])
    olivia.click("go")
    WebhookClient(wire.last["response_url"]).send(delete_original=True)
    assert olivia.messages() == []


def test_a_response_is_as_strict_as_a_message(workspace: Workspace, olivia: Person, wire: Wire) -> None:
    olivia.command("/cleaned")
    said = WebhookClient(wire.last["response_url"]).send(blocks=[{"type": "nonsense"}])
    assert said.status_code == 400
    assert workspace.refused[-1]["error"] == "invalid_blocks"


def test_each_connection_gets_its_turn_and_an_eleventh_is_refused(
    workspace: Workspace, olivia: Person, wire: Wire
) -> None:
    second = Wire(workspace)
    try:
        olivia.command("/cleaned")
        olivia.command("/cleaned")
        assert (len(wire.wait()), len(second.wait())) == (1, 1)
        assert workspace.connections == 2
    finally:
        hang_up(workspace, second.client)


def test_a_connections_url_works_once(workspace: Workspace) -> None:
    url = WebClient(base_url=workspace.api_url).apps_connections_open(app_token=workspace.app_token)["url"]
    plain = url.replace("ws://", "http://")
    assert httpx.get(plain).status_code == 400, "not a WebSocket, but the ticket is spent"
    assert httpx.get(plain).status_code == 408


@pytest.mark.parametrize("silent", [False, True])
def test_a_bot_whose_socket_is_cut_comes_back_by_itself(
    workspace: Workspace, olivia: Person, wire: Wire, silent: bool
) -> None:
    workspace.drop_socket(silent=silent)
    olivia.wait_bot(connected=False)
    olivia.wait_bot(seconds=20)
    olivia.command("/cleaned")
    assert wire.wait()


def test_a_bot_that_is_asked_to_refresh_comes_anew(workspace: Workspace, olivia: Person, wire: Wire) -> None:
    workspace.refresh_sockets()
    olivia.wait_bot(seconds=20)
    olivia.command("/cleaned")
    assert wire.wait()


def test_an_envelope_is_delivered_twice_when_told(workspace: Workspace, olivia: Person, wire: Wire) -> None:
    workspace.faults.deliver_twice()
    olivia.command("/cleaned")
    first, second = wire.wait(2)
    assert first.envelope_id != second.envelope_id
    assert first.payload == second.payload


@impatient
def test_an_event_is_sent_again_until_it_is_acknowledged(olivia: Person, wire: Wire) -> None:
    wire.answer = lambda _: None
    olivia.open_home()
    first, second = wire.wait(2)[:2]
    wire.answer = lambda _: {}
    assert first.payload["event"]["type"] == "app_home_opened"
    assert first.payload["event_id"] == second.payload["event_id"]
    assert (first.retry_attempt, second.retry_attempt, second.retry_reason) == (0, 1, "timeout")
    wire.wait(3)


@impatient
def test_an_event_is_sent_four_times_at_most(workspace: Workspace, olivia: Person, wire: Wire) -> None:
    wire.answer = lambda _: None
    olivia.open_home()
    assert [request.retry_attempt for request in wire.wait(4)] == [0, 1, 2, 3]
    olivia.command("/cleaned")
    assert len(wire.wait(5)) == 5


def test_a_shortcut_brings_the_message(olivia: Person, wire: Wire) -> None:
    olivia.say("freddie@mailchinp.com bounced")
    olivia.shortcut("fix_message", olivia.messages()[-1])
    payload = wire.last
    assert (payload["type"], payload["callback_id"]) == ("message_action", "fix_message")
    address = "freddie@mailchinp.com"
    assert payload["message"]["text"] == f"<mailto:{address}|{address}> bounced", "as Slack sends it"
    assert olivia.shortcut("nonsense", olivia.messages()[-1])["ok"] is False


@impatient
def test_a_press_that_is_not_answered_says_so(client: WebClient, olivia: Person, wire: Wire) -> None:
    client.chat_postMessage(channel=NEWS, text="x", blocks=[actions(button())])
    wire.answer = lambda _: None
    assert olivia.click("go") == {"ok": False, "error": "operation_timeout"}


def test_only_a_submission_may_be_answered_with_an_action(
    workspace: Workspace, client: WebClient, olivia: Person, wire: Wire
) -> None:
    client.chat_postMessage(channel=NEWS, text="x", blocks=[actions(button())])
    wire.answer = lambda _: {"response_action": "push", "view": modal()}
    olivia.click("go")
    assert olivia.modal() is None
    assert workspace.refused[-1] == {
        "method": "block_actions",
        "error": "unexpected_response",
        "messages": ["['response_action', 'view']"],
    }


def test_an_element_that_is_not_there_cannot_be_pressed(
    client: WebClient, olivia: Person, wire: Wire
) -> None:
    client.chat_postMessage(channel=NEWS, text="x", blocks=[section("x")])
    ts = olivia.messages()[0]["ts"]
    with httpx.Client(base_url=str(olivia._page.base_url), params=olivia._page.params) as page:
        said = page.post(
            "/page/action",
            json={
                "user": olivia.user,
                "container": {"channel": NEWS, "ts": ts},
                "block_id": "row",
                "action": {"type": "button", "action_id": "go"},
            },
        ).json()
    assert said == {"ok": False, "error": "no_such_element"}
    assert wire.requests == []


def test_by_http_each_request_is_signed_and_its_body_is_the_answer(clock: Clock) -> None:
    heard: list[tuple[dict[str, str], str]] = []

    class Bot(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            heard.append((dict(self.headers), body))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"" if "payload=" in body else b"By HTTP")

        def log_message(self, *args: object) -> None:
            """Nothing on the terminal."""

    with HTTPServer(("127.0.0.1", 0), Bot) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/slack/events"
        try:
            with (
                Workspace(MANIFEST, request_url="http://127.0.0.1:9/", clock=clock) as workspace,
                Person(workspace) as olivia,
            ):
                assert olivia.command("/cleaned list")["ok"] is False, "nothing answers there"
                workspace.deliver_to(url)
                olivia.command("/cleaned list")
                olivia.wait_message("By HTTP")
                olivia.shortcut("fix_message", olivia.messages()[0])
                workspace.add_team("T0SECOND", "Second")
                workspace.install("T0SECOND")
                with Person(workspace, "U0SECONDSAM", "C0SECONDNEWS") as sam:
                    sam.command("/cleaned")
        finally:
            server.shutdown()
            thread.join()
    for headers, body in heard:
        base = f"v0:{int(clock.now)}:{body}".encode()
        digest = hmac.new(workspace.signing_secret.encode(), base, hashlib.sha256).hexdigest()
        assert headers["X-Slack-Signature"] == f"v0={digest}"
    assert parse_qs(heard[0][1])["text"] == ["list"]
    assert json.loads(parse_qs(heard[1][1])["payload"][0])["type"] == "message_action"
    assert parse_qs(heard[2][1])["team_id"] == ["T0SECOND"]


@pytest.mark.parametrize(
    "path",
    [
        "/page/../server.py",
        "/page/%2e%2e/server.py",
        "/page/shell/%2e%2e/%2e%2e/server.py",
        "/page/shell",
        "/page/shell/nothing.js",
    ],
)
def test_the_page_gives_its_own_files_only(workspace: Workspace, path: str) -> None:
    token = httpx.URL(workspace.address).params["token"]
    assert httpx.get(workspace.url + path, params={"token": token}).status_code == 404
