"""What the page asks and hears."""

import asyncio
import re
from pathlib import Path

import aiohttp
import httpx
import pytest
from slack_sdk import WebClient

from handlers.standins.slack.server import Workspace
from tests.handlers.standins.conftest import Wire, modal
from tests.support.slack import CAMILLE, GENERAL, NEWS, OLIVIA, RANDOM, Json, Person


def page(workspace: Workspace, path: str) -> str:
    """The URL of a request of the page, with its token."""
    token = httpx.URL(workspace.address).params["token"]
    return f"{workspace.url}/page/{path}{'&' if '?' in path else '?'}token={token}"


def heard(workspace: Workspace, client: WebClient, wire: Wire, count: int) -> list[Json]:
    """The first events in Olivia's window while things happen."""

    def happen() -> None:
        with Person(workspace, OLIVIA) as olivia:
            ts = client.chat_postMessage(channel=NEWS, text="One")["ts"]
            client.chat_update(channel=NEWS, ts=ts, text="Two")
            client.chat_delete(channel=NEWS, ts=ts)
            client.chat_postEphemeral(channel=NEWS, user=CAMILLE, text="Not for Olivia")
            olivia.command("/cleaned")
            client.views_open(trigger_id=wire.last["trigger_id"], view=modal())
            client.views_publish(user_id=OLIVIA, view={"type": "home", "blocks": [{"type": "divider"}]})
            olivia.command("/nonsense")

    async def listen() -> list[Json]:
        url = page(workspace, f"socket?user={OLIVIA}")
        async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
            work = asyncio.create_task(asyncio.to_thread(happen))
            events = [await socket.receive_json(timeout=5) for _ in range(count)]
            await work
            return events

    return asyncio.run(listen())


def test_a_window_hears_in_order_what_concerns_its_person(
    workspace: Workspace, client: WebClient, wire: Wire
) -> None:
    events = heard(workspace, client, wire, 6)
    assert [event["type"] for event in events] == [
        "message",
        "message_changed",
        "message_deleted",
        "views",
        "home",
        "notice",
    ]
    assert events[1]["message"]["text"] == "Two"
    assert events[5]["channel"] == NEWS


def test_the_page_learns_who_is_there_and_what_may_be_typed(workspace: Workspace, olivia: Person) -> None:
    state = olivia.state()
    assert [person["id"] for person in state["people"]] == [OLIVIA, CAMILLE, "U0SAM"]
    assert [channel["id"] for channel in state["channels"]] == [NEWS, GENERAL, RANDOM, "D0OLIVIA"]
    assert [channel["bot_in"] for channel in state["channels"]] == [True, True, False, True]
    assert "/cleaned-archive" in [command["command"] for command in state["commands"]]
    assert state["shortcuts"][0]["callback_id"] == "fix_message"
    assert state["bot"] == {"id": "U0CLEANED", "name": "Cleaned", "connected": False}


def test_faults_are_told_by_the_page_too(workspace: Workspace, client: WebClient) -> None:
    faults = {"rate_limited": {"method": "auth.test", "times": 1, "retry_after": 7}, "deliver_twice": 2}
    assert httpx.post(page(workspace, "faults"), json=faults).json() == {"ok": True}
    answer = httpx.post(f"{workspace.api_url}auth.test")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert workspace.faults.twice == 2
    httpx.post(page(workspace, "faults"), json={"revoked": True})
    assert workspace.faults.revoked


HOSTS = [
    "evil.example",
    "evil.example:{port}",
    "127.0.0.1:1",
    "127.0.0.1.evil.example:{port}",
    "[::1]:{port}",
    "",
]
ORIGINS = ["https://evil.example", "http://127.0.0.1:1", "https://127.0.0.1:{port}", "null", "http://[", ""]


@pytest.mark.parametrize(
    ("name", "value"), [*(("Host", each) for each in HOSTS), *(("Origin", each) for each in ORIGINS)]
)
def test_other_sites_in_the_same_browser_may_not_act_here(
    workspace: Workspace, name: str, value: str
) -> None:
    headers = {name: value.format(port=httpx.URL(workspace.url).port)}
    said = httpx.post(page(workspace, "home"), json={"user": OLIVIA}, headers=headers)
    assert said.status_code == 403
    own = {"Origin": workspace.url}
    assert httpx.post(page(workspace, "home"), json={"user": OLIVIA}, headers=own).status_code == 200


def test_without_its_token_nothing_of_the_page_opens(workspace: Workspace) -> None:
    """The paths are those that are registered."""
    routes = [
        (route.method, re.sub("[{}]", "", route.resource.canonical))
        for route in workspace._runner.app.router.routes()
        if route.resource and route.resource.canonical.startswith(("/page", "/files/"))
    ]
    assert ("GET", "/page/socket") in routes
    for method, path in [("GET", "/"), *routes]:
        for params in ({}, {"token": ""}, {"token": "é"}, {"token": workspace.bot_token}):
            said = httpx.request(method, workspace.url + path, params={"user": OLIVIA} | params, json={})
            assert said.status_code == 403
            assert method == "HEAD" or "token" in said.text


def test_the_address_opens_the_page_once_and_leaves_a_cookie(workspace: Workspace) -> None:
    with httpx.Client(base_url=workspace.url) as browser:
        opened = browser.get(f"{workspace.address}&user={OLIVIA}")
        assert (opened.status_code, opened.headers["Location"]) == (303, f"/?user={OLIVIA}")
        assert {"HttpOnly", "SameSite=Lax"} <= set(opened.headers["Set-Cookie"].split("; "))
        assert browser.get("/").headers["Content-Type"] == "text/html"
        assert browser.get("/page/state", params={"user": OLIVIA}).json()["me"] == OLIVIA
        refused = browser.get("/page/state", headers={"Accept-Language": "fr", "Cookie": "workspace-1=x"})
        assert "jeton" in refused.text


@pytest.mark.parametrize("path", ["/", "/page/shell/main.js", "/files/F1/x", "/nowhere", "/api/auth.test"])
def test_no_other_site_can_frame_it(workspace: Workspace, path: str) -> None:
    headers = httpx.get(workspace.url + path).headers
    assert (headers["X-Frame-Options"], headers["Content-Security-Policy"]) == (
        "DENY",
        "frame-ancestors 'none'",
    )


def test_a_port_that_is_taken_says_so(workspace: Workspace) -> None:
    port = int(workspace.url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        Workspace(Path("manifest.yml"), port).start()
