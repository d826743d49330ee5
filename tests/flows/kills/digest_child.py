"""`python -m tests.flows.kills.digest_child POINT`: sends the digest now and dies by SIGKILL at that point."""

import os
import signal
import sys
from datetime import UTC, datetime
from typing import Any

from slack_sdk import WebClient

from bot.core import settings
from bot.digests import digests
from handlers.slack.context import AppContext
from handlers.slack.features import digests as handler
from handlers.slack.people import People
from handlers.slack.workspaces import web_client
from storage.core.database import Database

BEFORE, AFTER = "before-posting", "after-posting"


def main(point: str) -> None:
    given = settings.load()
    client = web_client(given)
    parts = AppContext(
        database=Database(given.database_url), settings=given, client=client, people=People(client, (), "T1")
    )
    if point == BEFORE:
        WebClient.chat_postMessage = _die  # type: ignore[method-assign]
    else:
        digests.mark_posted = _die
    now = datetime.now(UTC)
    claim = digests.claim_now(parts.database, now, now, "child")
    assert claim
    handler.post(parts, claim, notify="U0OLIVIA")


def _die(*_: Any, **__: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1])
