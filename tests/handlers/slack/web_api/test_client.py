"""A workspace that refuses newer blocks gets the older ones, and is not asked again."""

import json
import ssl
from collections.abc import Iterator
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from unittest.mock import Mock

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.archives.archives import ArchivePlan, ArchiveReceipt
from bot.archives.jobs import ARCHIVE
from bot.core.settings import Settings
from handlers.slack import manifest
from handlers.slack.app import build_app
from handlers.slack.elements import blocks, newer
from handlers.slack.elements.blocks import Message, View
from handlers.slack.views.archives import archives
from handlers.slack.views.digests import reports
from handlers.slack.web_api import client as client_module
from handlers.slack.web_api import sdk_workarounds
from handlers.slack.web_api.client import WorkspaceClient, in_answer
from handlers.slack.workspaces import Only, web_client
from handlers.standins.slack.server import Workspace
from handlers.words import LANGUAGES, Markup, Words, words
from storage.contacts.contacts import Segment
from tests.support.jobs import job_value
from tests.support.slack import NEWS, OLIVIA, Json
from tests.support.views.digests import part, report


@pytest.fixture(scope="module")
def running() -> Iterator[Workspace]:
    with Workspace(manifest.path()) as workspace:
        yield workspace


@pytest.fixture
def workspace(running: Workspace) -> Workspace:
    running.state.unknown_blocks.clear()
    running.refused.clear()
    return running


@pytest.fixture
def client(workspace: Workspace) -> WorkspaceClient:
    return WorkspaceClient(token=workspace.bot_token, base_url=workspace.api_url)


@pytest.fixture(params=LANGUAGES)
def said(request: pytest.FixtureRequest) -> Words:
    return words(request.param)


def progress(said: Words) -> Message:
    task = {"segment": {"audience_id": 1}, "channel": None, "archive": "a", "ids": None}
    job = job_value(ARCHIVE, task, state="running", notify={"user": "U1"}, done=3, total=12)
    return archives.message(said, ArchiveReceipt(job, "News & <b>", None))


def warning(said: Words) -> View:
    plan = ArchivePlan(
        "p", "News", Segment(audience_id=1), 9, said("archives-word"), worth_a_look=2, typos=3, n_without=4
    )
    return archives.form(said, plan)


def posted(workspace: Workspace, ts: str) -> list[Json]:
    message = workspace.state.message(workspace.state.channels[NEWS], ts)
    assert message
    return message.blocks


def opened(workspace: Workspace, client: WebClient) -> str:
    trigger = workspace.state.new_trigger(OLIVIA, None, in_modal=False)
    view = blocks.modal("Title", [blocks.section(Markup("Loading"))])
    return str(client.views_open(trigger_id=trigger, view=view)["view"]["id"])


def shown(workspace: Workspace, view_id: str) -> list[str]:
    return [block["type"] for block in workspace.state.views[view_id].content["blocks"]]


def test_progress_is_a_card_where_the_workspace_takes_it(
    workspace: Workspace, client: WorkspaceClient, said: Words
):
    answer = client.chat_postMessage(channel=NEWS, **progress(said))
    card, *_ = posted(workspace, answer["ts"])
    title = said("archives-progress", audience="News & <\N{WORD JOINER}b>", done=3, n=12)
    assert (card["title"], card["status"]) == (title, "in_progress")
    assert "█████░" in json.dumps(card["details"], ensure_ascii=False)
    assert client.accepted == {"task_card"}
    assert workspace.refused == []


def test_progress_is_text_where_cards_are_refused_and_this_is_remembered(
    workspace: Workspace, client: WorkspaceClient, said: Words
):
    workspace.state.unknown_blocks.add("task_card")
    ts = client.chat_postMessage(channel=NEWS, **progress(said))["ts"]
    hasty = sdk_workarounds.less_patient(client)
    hasty.chat_update(channel=NEWS, ts=ts, **progress(said))
    text, bar, *_ = posted(workspace, ts)
    assert said("archives-progress", audience="News &amp; &lt;b&gt;", done=3, n=12) == text["text"]["text"]
    assert "█████░" in bar["elements"][0]["text"]
    [refusal] = workspace.refused
    assert refusal["messages"] == ["[ERROR] unsupported type: task_card [json-pointer:/blocks/0/type]"]
    assert client.refused == {"task_card"}


@pytest.mark.parametrize("takes_it", [True, False])
def test_the_warning_is_an_alert_where_the_workspace_takes_it(
    workspace: Workspace, client: WorkspaceClient, said: Words, takes_it: bool
):
    workspace.state.unknown_blocks = set() if takes_it else {"alert"}
    view_id, form = opened(workspace, client), warning(said)
    answer = [block["type"] for block in in_answer(client, form)["blocks"]]
    assert "alert" not in answer  # nobody knows yet
    client.views_update(view_id=view_id, view=form)
    client.views_update(view_id=view_id, view=form)
    assert ("alert" in shown(workspace, view_id)) is takes_it
    assert [block["type"] for block in in_answer(client, form)["blocks"]] == shown(workspace, view_id)
    assert len(workspace.refused) == (0 if takes_it else 1)


def test_what_a_client_of_another_kind_knows_is_nothing(said: Words):
    assert "alert" not in [block["type"] for block in in_answer(WebClient(), warning(said))["blocks"]]


def test_both_lines_of_the_warning_fit_into_the_alert(said: Words):
    plan = ArchivePlan("p", "News", Segment(audience_id=1), 10**7, "W", worth_a_look=10**7, typos=10**7)
    assert "alert" in newer.kinds(archives.form(said, plan)["blocks"])
    assert newer.kinds([newer.alert(Markup("x" * 201))]) == set()


def test_a_digest_without_chart_and_table_is_text(workspace: Workspace, client: WorkspaceClient, said: Words):
    workspace.state.unknown_blocks.add("data_table")
    ts = client.chat_postMessage(channel=NEWS, **reports.message(said, report(part(3, name="Spring"))))["ts"]
    assert {block["type"] for block in posted(workspace, ts)} <= {"header", "context", "section", "actions"}
    assert client.refused == {"data_table", "data_visualization"}


@pytest.mark.parametrize(
    ("channel", "more", "error", "calls"),
    [
        ("C0NOWHERE", [], "channel_not_found", 1),
        (NEWS, [blocks.actions([])], "invalid_blocks", 2),
    ],
)
def test_another_refusal_is_not_the_newer_blocks_fault(
    workspace: Workspace,
    client: WorkspaceClient,
    channel: str,
    more: list[blocks.Block],
    error: str,
    calls: int,
):
    message = progress(words("en"))
    message["blocks"] += more
    with pytest.raises(SlackApiError, match=error):
        client.chat_postMessage(channel=channel, **message)
    assert len(workspace.refused) == calls
    assert not client.refused | client.accepted


def test_the_certificates_of_the_system_are_read_once(monkeypatch: pytest.MonkeyPatch):
    """The SDK reads them for each call: 18 ms. Of a Slack without HTTPS they are not read at all."""
    read = Mock(return_value=SSLContext(PROTOCOL_TLS_CLIENT))
    monkeypatch.setattr(ssl, "create_default_context", read)
    client_module._tls.cache_clear()
    settings = Settings.model_validate({"slack_bot_token": "xoxb-1", "slack_signing_secret": "s" * 32})
    clients = [
        web_client(settings),
        web_client(settings, "xoxb-2"),
        build_app(Only(None).find, settings).client,
    ]
    assert {client.ssl for client in clients} == {read.return_value}
    read.assert_called_once()
    assert sdk_workarounds.less_patient(clients[0]).ssl is clients[0].ssl
    local = settings.model_copy(update={"slack_api_url": "http://127.0.0.1:1/"})
    assert web_client(local).ssl is build_app(Only(None).find, local).client.ssl is None
    client_module._tls.cache_clear()
