"""A client that keeps what a digest posts, or refuses it."""

from collections import deque
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse


class Slack(WebClient):
    """Notes each call and answers as told; what nobody told it, it takes."""

    def __init__(self) -> None:
        super().__init__(token="xoxb-test")
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.refuse: dict[str, deque[Any]] = {}
        self.channel: dict[str, Any] = {"is_member": True}

    def api_call(self, api_method: str, **more: Any) -> Any:
        given = {**(more.get("params") or {}), **(more.get("json") or {})}
        self.calls.append((api_method, given))
        if refusals := self.refuse.get(api_method):
            raise refusals.popleft()
        answers: dict[str, dict[str, Any]] = {
            "users.info": {
                "user": {
                    "team_id": "T",
                    "locale": "en-US",
                    "tz": "Europe/Paris",
                    "is_admin": given.get("user") != "U0SAM",
                }
            },
            "conversations.info": {"channel": self.channel},
            "chat.postMessage": {"ts": "1.2"},
            "conversations.history": {"messages": []},
            "views.open": {"view": {"id": "V1"}},
            "views.update": {"view": {"id": "V1"}},
        }
        return {"ok": True} | answers.get(api_method, {})

    def to(self, method: str) -> list[dict[str, Any]]:
        return [given for name, given in self.calls if name == method]


def refusal(error: str) -> SlackApiError:
    response = SlackResponse(
        client=None,
        http_verb="POST",
        api_url="",
        req_args={},
        data={"error": error},
        headers={},
        status_code=200,
    )
    return SlackApiError(error, response)  # type: ignore[no-untyped-call]  # the SDK's
