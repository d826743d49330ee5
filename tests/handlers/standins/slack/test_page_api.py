"""What the page asks and hears."""

import asyncio
from pathlib import Path

import aiohttp
import httpx
import pytest
from slack_sdk import WebClient

from handlers.standins.slack.server import Workspace
from tests.handlers.standins.conftest import Wire, modal
from tests.support.slack import CAMILLE, GENERAL, NEWS, OLIVIA, RANDOM, Json, Person


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
        url = f"{workspace.url}/page/socket?user={OLIVIA}"
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
    assert httpx.post(f"{workspace.url}/page/faults", json=faults).json() == {"ok": True}
    answer = httpx.post(f"{workspace.api_url}auth.test")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert workspace.faults.twice == 2
    httpx.post(f"{workspace.url}/page/faults", json={"revoked": True})
    assert workspace.faults.revoked


@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Origin": "http://127.0.0.1:1"}],
)
def test_other_sites_in_the_same_browser_may_not_act_here(
    workspace: Workspace, headers: dict[str, str]
) -> None:
    said = httpx.post(f"{workspace.url}/page/home", json={"user": OLIVIA}, headers=headers)
    assert said.status_code == 403
    own = {"Origin": workspace.url}
    assert httpx.post(f"{workspace.url}/page/home", json={"user": OLIVIA}, headers=own).status_code == 200


def test_a_port_that_is_taken_says_so(workspace: Workspace) -> None:
    port = int(workspace.url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        Workspace(Path("manifest.yml"), port).start()
