"""What installs the app in tests: settings, and a stand-in for the methods of Slack's that OAuth calls."""

import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from time import sleep
from typing import Any
from urllib.parse import parse_qsl

import httpx
from aiohttp import web
from slack_sdk.oauth.installation_store import Installation

from bot.core.settings import Settings
from handlers.slack.web_api.scopes import SCOPES
from handlers.standins.server import HOST, StandinServer
from handlers.standins.slack.server import Workspace

KEY, OTHER_KEY = "8Jq2gkQw3aWk0T0yV4S5mB1uXh7nZp9cE6dR2fL8oYI=", "q1w2e3r4T5Y6U7I8O9P0a1s2d3F4g5h6J7k8L9z0XcV"
CLIENT_ID, CLIENT_SECRET = "111.222", "hush-client-secret"
Answer = Mapping[str, Any]


def settings(**given: Any) -> Settings:
    return Settings.model_validate(
        {
            "slack_client_id": CLIENT_ID,
            "slack_client_secret": CLIENT_SECRET,
            "CLEANED_TOKEN_KEY": KEY,
            "CLEANED_PUBLIC_URL": "https://bot.example.com",
            **given,
        }
    )


def installation(team: str | None = "T1", **given: Any) -> Installation:
    """An installation as Bolt makes it; its tokens have the team in them."""
    values: dict[str, Any] = {
        "app_id": "A1",
        "team_id": team,
        "team_name": f"Team {team}",
        "bot_token": f"xoxb-hush-{team}",
        "bot_id": "B1",
        "bot_user_id": "UB1",
        "bot_scopes": sorted(SCOPES),
        "user_id": "U1",
    }
    return Installation(**{**values, **given})


def install(slack: Workspace, url: str, place: str, user: str, public_url: str = "") -> httpx.Response:
    """A person installs the app in a browser, from the pages of a bot at `url`, which people reach at `public_url`."""
    with httpx.Client(verify=False, timeout=60) as browser:
        page = browser.get(f"{url}/slack/install")
        link = page.text.partition('href="' + slack.authorize_url)[2].partition('"')[0]
        asked = slack.authorize_url + link.replace("&amp;", "&")
        back = slack.allow(asked, user, place)
        # The cookie is for https, which the bot's host has in front of it.
        cookies = {cookie.name: cookie.value or "" for cookie in browser.cookies.jar}
        return browser.get(
            back.replace(public_url or url, url),
            headers={"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())},
        )


class FakeOAuth(StandinServer):
    """Answers `oauth.v2.access`, and everything else as `auth.test`; a code and a refresh token are good for one use, as Slack's are.

    `grant` makes a code for an answer; `refuse` has every later call fail with that error, or that status.
    """

    def __init__(self) -> None:
        super().__init__("oauth")
        self.codes: dict[str, Answer] = {}
        self.refresh_tokens: set[str] = set()
        self.expired: set[str] = set()
        self.calls: Counter[str] = Counter()
        self.used: list[str] = []
        self.refusal: str | int = ""
        self.seconds = 0.0
        self.on_refresh: Callable[[], object] = lambda: None

    def grant(self, **answer: Any) -> str:
        code = secrets.token_hex(8)
        self.codes[code] = {
            "ok": True,
            "app_id": "A1",
            "authed_user": {"id": "U1"},
            "scope": ",".join(sorted(SCOPES)),
            "token_type": "bot",
            "access_token": "xoxb-hush-granted",
            "bot_user_id": "UB1",
            "team": {"id": "T1", "name": "Acme"},
            "enterprise": None,
            "is_enterprise_install": False,
            **answer,
        }
        return code

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/api/"

    async def _serve(self) -> None:
        application = web.Application()
        application.router.add_post("/api/{method}", self._answer)
        self._runner = web.AppRunner(application)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, 0)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def _close(self) -> None:
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        self.calls[method] += 1
        if isinstance(self.refusal, int):
            return web.Response(status=self.refusal, text="<html>proxy</html>")
        if self.refusal:
            return web.json_response({"ok": False, "error": self.refusal})
        if request.headers.get("Authorization", "").removeprefix("Bearer ") in self.expired:
            return web.json_response({"ok": False, "error": "token_expired"})
        if method != "oauth.v2.access":
            return web.json_response(
                {"ok": True, "bot_id": "B1", "user_id": "UB1", "url": "https://acme.enterprise.slack.com/"}
            )
        form = dict(parse_qsl(await request.text()))
        if form.get("grant_type") == "refresh_token":
            return web.json_response(
                await self._loop.run_in_executor(None, self._refreshed, form["refresh_token"])
            )
        return web.json_response(self.codes.pop(form["code"], {"ok": False, "error": "invalid_code"}))

    def _refreshed(self, token: str) -> Answer:
        self.used.append(token)
        if token not in self.refresh_tokens:
            return {"ok": False, "error": "invalid_refresh_token"}
        self.refresh_tokens.discard(token)
        sleep(self.seconds)
        self.on_refresh()
        new = f"xoxe-1-hush-{len(self.used)}"
        self.refresh_tokens.add(new)
        answer = {"ok": True, "token_type": "bot", "expires_in": 43_200, "refresh_token": new}
        return {**answer, "access_token": f"xoxe.xoxb-hush-{len(self.used)}"}
