"""Fixtures: a local workspace with a small bot, and Mailchimp's stand-in."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.socket_mode.builtin.client import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from handlers.slack.web_api import sdk_workarounds
from handlers.standins.mailchimp.rules import Rules
from handlers.standins.mailchimp.standin import Standin
from handlers.standins.slack.delivery import ACK_SECONDS
from handlers.standins.slack.server import Workspace
from tests.support.slack import Json, Person, hang_up

MANIFEST = Path(__file__).parents[3] / "manifest.yml"


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


impatient = pytest.mark.parametrize("workspace", [0.4], indirect=True, ids=["impatient"])


@pytest.fixture
def workspace(request: pytest.FixtureRequest, clock: Clock) -> Iterator[Workspace]:
    """A workspace that waits 3 s for acknowledgements, or the seconds of the fixture's parameter."""
    seconds = getattr(request, "param", ACK_SECONDS)
    with Workspace(MANIFEST, ack_seconds=seconds, event_retries=(0.0, 0.05, 0.1), clock=clock) as running:
        yield running


@pytest.fixture
def client(workspace: Workspace) -> WebClient:
    return WebClient(workspace.bot_token, base_url=workspace.api_url)


@pytest.fixture
def olivia(workspace: Workspace) -> Iterator[Person]:
    with Person(workspace) as person:
        yield person


class Wire:
    """A bare Socket Mode client: records requests and acknowledges them with what `answer` returns.

    `answer` returns the payload of the acknowledgement, or None to send none.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.answer: Callable[[Json], Json | None] = lambda _payload: {}
        self.requests: list[SocketModeRequest] = []
        self.came = threading.Condition()
        web_client = WebClient(workspace.bot_token, base_url=workspace.api_url)
        self.client = SocketModeClient(
            workspace.app_token, web_client=web_client, concurrency=2, ping_interval=0.2
        )
        self.client.socket_mode_request_listeners.append(self._heard)
        sdk_workarounds.replace_reader(self.client)
        self.client.connect()

    def wait(self, count: int = 1) -> list[SocketModeRequest]:
        """Waits for `count` requests and returns all."""
        with self.came:
            assert self.came.wait_for(lambda: len(self.requests) >= count, 5), self.requests
            return list(self.requests)

    @property
    def last(self) -> Json:
        return dict(self.wait()[-1].payload)

    def _heard(self, client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        answer = self.answer(dict(request.payload))
        with self.came:
            self.requests.append(request)
            self.came.notify_all()
        if answer is not None:
            response = SocketModeResponse(envelope_id=request.envelope_id, payload=answer or None)
            client.send_socket_mode_response(response)


@pytest.fixture
def wire(workspace: Workspace, olivia: Person) -> Iterator[Wire]:
    made = Wire(workspace)
    olivia.wait_bot()
    yield made
    hang_up(workspace, made.client)


@pytest.fixture
def app(workspace: Workspace, client: WebClient, olivia: Person) -> Iterator[App]:
    """A Bolt app connected over Socket Mode; tests add listeners."""
    made = App(client=client)
    handler = SocketModeHandler(made, workspace.app_token)
    sdk_workarounds.replace_reader(handler.client)
    handler.connect()  # type: ignore[no-untyped-call]
    olivia.wait_bot()
    yield made
    hang_up(workspace, handler.client)


def text(words: str, kind: str = "plain_text") -> Json:
    return {"type": kind, "text": words}


def section(words: str = "Hello", **more: Any) -> Json:
    return {"type": "section", "text": text(words, "mrkdwn"), **more}


def button(action_id: str = "go", **more: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": text("Go"), **more}


def actions(*elements: Json, block_id: str = "row") -> Json:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def typed(block_id: str = "word", **element: Any) -> Json:
    one = {"type": "plain_text_input", "action_id": "typed", **element}
    return {"type": "input", "block_id": block_id, "label": text("Word"), "element": one}


def modal(*blocks: Json, title: str = "A modal", **more: Any) -> Json:
    made = {"type": "modal", "title": text(title), "blocks": list(blocks) or [section()], **more}
    if any(block["type"] == "input" for block in made["blocks"]):
        made.setdefault("submit", text("Save"))
    return made


@pytest.fixture
def mailchimp() -> Iterator[Standin]:
    with Standin(rules=Rules(webhook_retries=(0.0, 0.05))) as running:
        yield running
        assert running.permanent_deletions == []


@pytest.fixture
def audience(mailchimp: Standin) -> str:
    """An audience with 500 members."""
    key = mailchimp.add_list("Trail news", permissions=("Mail", "Letters"))
    mailchimp.fill(key, 500, seed=4)
    return key


@pytest.fixture
def api(mailchimp: Standin) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=mailchimp.url, auth=("any", mailchimp.key), verify=False) as client:
        yield client
