"""Installing through the OAuth pages of the local workspace, and what it refuses."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from handlers.standins.slack.server import Workspace
from tests.handlers.standins.conftest import MANIFEST
from tests.support.slack import Json

BACK = "http://127.0.0.1:3000/slack/oauth_redirect"


def listening_manifest(folder: Path) -> Path:
    """The bot's manifest, with the events of an installation's end."""
    document = yaml.safe_load(MANIFEST.read_text("utf-8"))
    subscriptions = document["settings"]["event_subscriptions"]
    subscriptions["bot_events"] = sorted({*subscriptions["bot_events"], "app_uninstalled", "tokens_revoked"})
    path = folder / "manifest.yml"
    path.write_text(yaml.safe_dump(document), "utf-8")
    return path


class Heard:
    """Takes the place of the delivery to the bot."""

    connected = True

    def __init__(self, workspace: Workspace) -> None:
        self.sent: list[Json] = []
        self.came = threading.Condition()
        for actions in workspace._by_team.values():
            actions.delivery = self

    async def send(self, kind: str, payload: Json, **retry: object) -> Json:
        assert kind in {"slash_commands", "interactive", "events_api"}
        assert retry.get("attempt", 0) == 0
        with self.came:
            self.sent.append(payload)
            self.came.notify_all()
        return {}

    def wait(self, count: int = 1) -> list[Json]:
        """Waits for `count` payloads and returns all."""
        with self.came:
            assert self.came.wait_for(lambda: len(self.sent) >= count, 5), self.sent
            return list(self.sent)

    @property
    def last(self) -> Json:
        return self.wait()[-1]


def refusal(call: Callable[..., object], *arguments: object, **named: object) -> str:
    """The error that Slack answers with."""
    with pytest.raises(SlackApiError) as raised:
        call(*arguments, **named)
    return str(raised.value.response["error"])


def as_bot(workspace: Workspace, answer: Json) -> WebClient:
    return WebClient(str(answer["access_token"]), base_url=workspace.api_url)
