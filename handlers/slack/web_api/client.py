"""The Web API of a workspace, which is sent older blocks where it refuses the newer ones."""

import logging
import secrets
import ssl
from collections.abc import Collection
from functools import cache
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from handlers.slack.elements import newer
from handlers.slack.elements.blocks import View
from handlers.slack.web_api.metrics import CountedClient
from handlers.slack.web_api.sdk_workarounds import error_code

# How Slack refuses a block that it does not know: of a message, and of a view.
BLOCK_REFUSED = frozenset(("invalid_blocks", "invalid_blocks_format", "invalid_arguments"))

log = logging.getLogger(__name__)


class WorkspaceClient(CountedClient):
    """A client that finds out which newer blocks its workspace takes, and remembers it while the process runs.

    A call whose newer blocks are refused is made again with the older ones. If Slack takes these, it was the newer
    blocks' fault, and none is tried again. A copy of the client shares what it knows.
    """

    def __init__(self, **given: Any) -> None:
        super().__init__(ssl=tls(given.get("base_url", WebClient.BASE_URL)), **given)
        self.accepted: set[str] = set()  # types of blocks
        self.refused: set[str] = set()

    def api_call(self, api_method: str, **given: Any) -> SlackResponse:
        sent = given.get("json") or {}
        if isinstance(view := sent.get("view"), dict):
            given = given | {"json": sent | {"view": _placed(self, view)}}
        kinds = _kinds(given)
        tried = kinds - self.refused
        if not kinds:
            return super().api_call(api_method, **given)
        if tried:
            try:
                response = super().api_call(api_method, **_with_older(given, self.refused))
            except SlackApiError as error:
                if error_code(error) not in BLOCK_REFUSED:
                    raise
            else:
                self.accepted.update(tried)
                return response
        response = super().api_call(api_method, **_with_older(given, kinds))
        if tried:
            log.info("The workspace refuses newer blocks: %s. It gets older ones.", ", ".join(sorted(tried)))
            self.refused.update(tried)
            self.accepted.difference_update(tried)
        return response


def tls(api_url: str) -> ssl.SSLContext | None:
    """How to connect to Slack, for all clients; None if that is not by HTTPS.

    Without it, the SDK reads all certificates of the system for each call, which takes 18 ms of processor time.
    """
    return _tls() if api_url.lower().startswith("https:") else None


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def place_of(view: View) -> str:
    """The workspace of an organization in which the view was made; "" if it doesn't say, as those of a single workspace."""
    team, _, number = str(view.get("external_id") or "").partition(".")
    return team if number else ""


def _placed(client: WebClient, view: View) -> View:
    """The view as it is sent: with an id of its own, by which it can be found as long as it is shown.

    In an organization it names the workspace, which Slack's requests from a view don't (bolt-js issue 1720).
    """
    team = client.default_params.get("team_id")
    is_unnamed = view.get("type") == "home" and not team
    return view if view.get("external_id") or is_unnamed else view | {"external_id": new_id(client)}


def new_id(client: WebClient) -> str:
    """An `external_id` for a view, with the workspace that the view is about if the app is an organization's."""
    return f"{client.default_params.get('team_id') or ''}.{secrets.token_hex(8)}"


def in_answer(client: WebClient, view: View) -> View:
    """The view as it may answer a submission, which can't be taken back: with the newer blocks known to be taken."""
    accepted = client.accepted if isinstance(client, WorkspaceClient) else set()
    rows = view["blocks"]
    return _placed(client, view) | {"blocks": newer.with_older(rows, newer.kinds(rows) - accepted)}


def _kinds(given: dict[str, Any]) -> set[str]:
    """The types of the newer blocks in a call's message or view."""
    sent = given.get("json") or {}
    return newer.kinds(_message_or_view(sent).get("blocks") or ())


def _with_older(given: dict[str, Any], instead_of: Collection[str]) -> dict[str, Any]:
    sent = given["json"]
    shown = _message_or_view(sent)
    shown = shown | {"blocks": newer.with_older(shown["blocks"], instead_of)}
    return given | {"json": sent | {"view": shown} if "view" in sent else shown}


def _message_or_view(sent: dict[str, Any]) -> dict[str, Any]:
    view = sent.get("view")
    return view if isinstance(view, dict) else sent
