"""The digest is posted once, also where the process that posts it is killed, or never hears how that ended."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient
from sqlmodel import select

from bot.core.settings import Settings, load
from bot.digests import digests
from handlers import scheduler
from handlers.slack import manifest
from handlers.slack.context import AppContext
from handlers.slack.features.digests import post
from handlers.slack.people import People
from handlers.slack.workspaces import web_client
from handlers.standins.slack.server import Workspace
from handlers.standins.slack.state import BOT_USER
from handlers.terminal.demo import _environment
from storage.core.database import Database
from storage.core.tables import AudienceRow
from storage.digests.tables import DigestRun
from tests.flows.kills import digest_child
from tests.support.bot.digests import SETTINGS
from tests.support.slack import GENERAL, Person

LATER = digests.ABANDONED_AFTER + timedelta(seconds=10)


@pytest.fixture
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workspace]:
    """`params`: what its manifest lacks."""
    granted = tmp_path / "manifest.yml"
    lines = manifest.path().read_text(encoding="utf-8").splitlines(keepends=True)
    granted.write_text(
        "".join(line for line in lines if line.strip(" -\n") not in getattr(request, "param", ()))
    )
    with Workspace(granted) as running:
        yield running


@pytest.fixture
def parts(workspace: Workspace, database: Database, database_url: str) -> AppContext:
    """Of the process that looks three minutes later; the digest is set up."""
    now = datetime.now(UTC)
    with database.transaction() as session:
        session.add(AudienceRow(name="Newsletter", created_at=now))
    settings: Settings = load(
        slack_bot_token=workspace.bot_token, slack_api_url=workspace.api_url, database_url=database_url
    )
    client = web_client(settings)
    digests.save(database, replace(SETTINGS, channel=GENERAL, set_at=now), now)
    return AppContext(
        database=database,
        settings=settings,
        client=client,
        people=People(client, (), "T1"),
        clock=lambda: datetime.now(UTC) + LATER,
    )


@pytest.mark.parametrize("point", [digest_child.BEFORE, digest_child.AFTER])
def test_a_process_killed_before_or_after_it_has_posted_leaves_one_digest(
    workspace: Workspace, parts: AppContext, point: str
) -> None:
    command = [sys.executable, "-m", "tests.flows.kills.digest_child", point]
    ended = subprocess.run(command, env=_environment(workspace, parts.settings.database_url), check=False)
    assert ended.returncode == -signal.SIGKILL
    assert len(_posted(workspace)) == (1 if point == digest_child.AFTER else 0)
    for owner in ("second", "third"):
        scheduler.send_due(parts, owner)
    [message] = _posted(workspace)
    run = _run(parts)
    assert (run.ts, run.channel, run.posted_at is not None) == (message["ts"], GENERAL, True)


def test_a_post_whose_answer_is_lost_is_found_and_not_sent_again(
    workspace: Workspace, parts: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = WebClient.chat_postMessage

    def lose_the_answer(client: WebClient, **given: Any) -> Any:
        whole(client, **given)
        raise ConnectionResetError

    monkeypatch.setattr(WebClient, "chat_postMessage", lose_the_answer)
    asked = datetime.now(UTC)
    claim = digests.claim_now(parts.database, asked, asked, "first")
    assert claim
    assert post(parts, claim, notify="U0OLIVIA") == "digest-sent-later"
    monkeypatch.undo()
    scheduler.send_due(parts, "first")
    [message] = _posted(workspace)
    assert _run(parts).ts == message["ts"]


def test_a_server_s_trouble_is_no_refusal(workspace: Workspace, parts: AppContext) -> None:
    asked = datetime.now(UTC)
    claim = digests.claim_now(parts.database, asked, asked, "first")
    assert claim
    workspace.faults.server_error("chat.postMessage")
    assert post(parts, claim, notify="U0OLIVIA") == "digest-sent-later"
    workspace.faults.server_error("conversations.history")
    scheduler.send_due(parts, "first")
    assert _posted(workspace) == []
    scheduler.send_due(parts, "second")
    assert len(_posted(workspace)) == 1


@pytest.mark.parametrize("workspace", [("channels:history", "groups:history")], indirect=True)
def test_without_the_scope_to_look_it_is_posted(
    workspace: Workspace, parts: AppContext, caplog: pytest.LogCaptureFixture
) -> None:
    claim = digests.claim_now(parts.database, datetime.now(UTC), datetime.now(UTC), "first")
    assert claim
    assert digests.mark_posting(parts.database, claim, datetime.now(UTC))
    scheduler.send_due(parts, "second")
    assert len(_posted(workspace)) == 1
    assert "can't be looked up: missing_scope" in caplog.text


def test_who_is_slow_and_finds_another_at_it_posts_nothing(workspace: Workspace, parts: AppContext) -> None:
    slow = digests.claim_now(parts.database, datetime.now(UTC), datetime.now(UTC), "slow")
    assert slow
    scheduler.send_due(parts, "quick")
    post(parts, slow, notify="U0OLIVIA")
    assert len(_posted(workspace)) == 1


def _posted(workspace: Workspace) -> list[dict[str, Any]]:
    with Person(workspace) as olivia:
        return [message for message in olivia.messages(GENERAL) if message["user"] == BOT_USER]


def _run(parts: AppContext) -> DigestRun:
    with parts.database.reading() as session:
        return session.exec(select(DigestRun)).one()
