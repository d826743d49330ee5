"""A second stand-in for Slack's OAuth, for tests only. It shares nothing with the local workspace, so that a misreading of
Slack's documentation there isn't repeated here.

    with OAuthSlack(scopes="chat:write,commands", redirect_uri=…) as slack:
        slack.places["T1"] = Place("T1", "Bakery")
        slack.places["E1"] = Place("E1", "Holding", teams=("T2", "T3"))
        back = slack.allow(authorize_url, "T1", user="U1")  # where the browser is sent

Written from docs.slack.dev: authentication/installing-with-oauth and using-token-rotation; the methods oauth.v2.access,
auth.test, auth.revoke, auth.teams.list and apps.uninstall; the events app_uninstalled and tokens_revoked; enterprise.
"""

import json
import re
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import uuid4

Json = dict[str, Any]
APP_ID = "A00OTHER"
CODE_LIFE = 600
TOKEN_LIFE = 43_200


@dataclass(frozen=True)
class Place:
    """Where an app is installed: a workspace (T…, in Enterprise Grid with its `enterprise`), or an organization (E…)."""

    id: str
    name: str
    enterprise: str | None = None
    teams: tuple[str, ...] = ()

    @property
    def is_enterprise(self) -> bool:
        return self.id.startswith("E")

    @property
    def bot_user(self) -> str:
        return f"U{self.id}BOT"


@dataclass
class Grant:
    """A code or a token that was given out. `until`: when it expires; `gone`: the error that it is answered with."""

    place: str
    user: str
    scopes: frozenset[str]
    until: float
    redirect_uri: str | None = None
    gone: str = ""


class Refused(Exception):
    """A method's error."""


@dataclass
class OAuthSlack:
    """`calls`: method and place of each call with a token; `events`: what Slack sends the app at the end of an
    installation, for the test to deliver; `answers`: of further methods, by name."""

    scopes: str
    redirect_uri: str
    rotation: bool = False
    clock: Callable[[], float] = time.time
    client_id: str = "111.222"
    client_secret: str = "the-secret-of-the-app"
    places: dict[str, Place] = field(default_factory=dict)
    installed: dict[str, frozenset[str]] = field(default_factory=dict)
    codes: dict[str, Grant] = field(default_factory=dict)
    access: dict[str, Grant] = field(default_factory=dict)
    refreshing: dict[str, Grant] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    events: list[Json] = field(default_factory=list)
    answers: dict[str, Callable[[Json], Json]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    @property
    def authorize_url(self) -> str:
        return f"{self.url}/oauth/v2/authorize"

    def allow(self, url: str, place: str, user: str = "U1") -> str:
        """A person opens the URL, and allows the app there. Returns where their browser is sent."""
        return self._decide(url, {"place": place, "user": user})

    def cancel(self, url: str) -> str:
        return self._decide(url, {})

    def uninstall(self, place: str) -> None:
        """An owner removes the app."""
        with self._lock:
            self._end(place, "account_inactive", uninstalled=True)

    # What the server does

    def page(self, query: Mapping[str, str]) -> tuple[int, str]:
        """The page for a person, or Slack's complaint."""
        if query.get("client_id") != self.client_id:
            return HTTPStatus.BAD_REQUEST, "Invalid client_id parameter"
        if query.get("redirect_uri", self.redirect_uri) != self.redirect_uri:
            return (
                HTTPStatus.BAD_REQUEST,
                f"redirect_uri did not match any configured URIs. Passed URI: {query['redirect_uri']}",
            )
        asked = _split(query.get("scope", ""))
        if not asked or not asked <= _split(self.scopes):
            return HTTPStatus.BAD_REQUEST, "Invalid permissions requested"
        return HTTPStatus.OK, "Allow?"

    def decided(self, query: Mapping[str, str], choice: Mapping[str, str]) -> str:
        back: dict[str, str] = {"state": query["state"]} if "state" in query else {}
        if "place" not in choice:
            return f"{self.redirect_uri}?{urlencode({'error': 'access_denied', **back})}"
        code = f"{uuid4().int % 10**12}.{uuid4().int % 10**12}.{uuid4().hex}"
        self.codes[code] = Grant(
            place=choice["place"],
            user=choice["user"],
            scopes=_split(query["scope"]),
            until=self.clock() + CODE_LIFE,
            redirect_uri=query.get("redirect_uri"),
        )
        return f"{self.redirect_uri}?{urlencode({'code': code, **back})}"

    def call(self, method: str, arguments: Json, authorization: str) -> Json:
        """One call of the Web API."""
        with self._lock:
            try:
                return {"ok": True} | self._run(method, arguments, authorization)
            except Refused as refused:
                return {"ok": False, "error": str(refused)}

    def _run(self, method: str, arguments: Json, authorization: str) -> Json:
        scheme, _, value = authorization.partition(" ")
        if scheme == "Basic":
            arguments["client_id"], _, arguments["client_secret"] = b64decode(value).decode().partition(":")
        if method == "oauth.v2.access":
            self._check_client(arguments)
            return self._oauth_access(arguments)
        token = value if scheme == "Bearer" else str(arguments.get("token", ""))
        grant = self._authenticated(token)
        self.calls.append((method, grant.place))
        place = self.places[grant.place]
        match method:
            case "auth.test":
                return self._auth_test(place)
            case "auth.teams.list":
                teams = [self.places.get(team, Place(team, team)) for team in place.teams or (place.id,)]
                return {"teams": [{"id": team.id, "name": team.name} for team in teams]}
            case "auth.revoke":
                self._end(grant.place, "token_revoked", uninstalled=False)
                return {"revoked": True}
            case "apps.uninstall":
                self._check_client(arguments)
                self._end(grant.place, "account_inactive", uninstalled=True)
                return {}
        if method not in self.answers:
            raise Refused("unknown_method")
        return self.answers[method](arguments)

    def _check_client(self, arguments: Json) -> None:
        if arguments.get("client_id") != self.client_id:
            raise Refused("invalid_client_id")
        if arguments.get("client_secret") != self.client_secret:
            raise Refused("bad_client_secret")

    def _oauth_access(self, arguments: Json) -> Json:
        match arguments.get("grant_type", "authorization_code"):
            case "authorization_code":
                grant = self.codes.get(str(arguments.get("code")))
                if grant is None or grant.until < self.clock():
                    raise Refused("invalid_code")
                if grant.gone:
                    raise Refused(grant.gone)
                if arguments.get("redirect_uri") != grant.redirect_uri:
                    raise Refused("bad_redirect_uri")
                grant.gone = "code_already_used"
                self.installed[grant.place] = self.installed.get(grant.place, frozenset()) | grant.scopes
                return self._tokens(grant) | {"authed_user": {"id": grant.user}}
            case "refresh_token":
                grant = self.refreshing.pop(str(arguments.get("refresh_token")), None)
                if grant is None or grant.place not in self.installed:
                    raise Refused("invalid_refresh_token")
                return self._tokens(grant)
        raise Refused("invalid_grant_type")

    def _tokens(self, grant: Grant) -> Json:
        place, scopes = self.places[grant.place], self.installed[grant.place]
        enterprise = place if place.is_enterprise else self.places.get(place.enterprise or "")
        issued = Grant(place.id, grant.user, scopes, float("inf"))
        if self.rotation:
            issued.until = self.clock() + TOKEN_LIFE
            token, refresh = f"xoxe.xoxb-1-{uuid4().hex}", f"xoxe-1-{uuid4().hex}"
            self.refreshing[refresh] = issued
            rotating: Json = {"refresh_token": refresh, "expires_in": TOKEN_LIFE}
        else:
            known = [each for each, one in self.access.items() if one.place == place.id and not one.gone]
            token, rotating = (known or [f"xoxb-{uuid4().hex}"])[0], {}
        self.access[token] = issued
        return {
            "access_token": token,
            "token_type": "bot",
            "scope": ",".join(sorted(scopes)),
            "bot_user_id": place.bot_user,
            "app_id": APP_ID,
            "team": None if place.is_enterprise else {"id": place.id, "name": place.name},
            "enterprise": enterprise and {"id": enterprise.id, "name": enterprise.name},
            "is_enterprise_install": place.is_enterprise,
            **rotating,
        }

    def _authenticated(self, token: str) -> Grant:
        if not token:
            raise Refused("not_authed")
        grant = self.access.get(token)
        if grant is None:
            raise Refused("invalid_auth")
        if grant.gone:
            raise Refused(grant.gone)
        if grant.until <= self.clock():
            raise Refused("token_expired")
        return grant

    def _auth_test(self, place: Place) -> Json:
        enterprise = place.id if place.is_enterprise else place.enterprise
        return {
            "url": f"{self.url}/",
            "team": place.name,
            "user": "app",
            "team_id": place.id,
            "user_id": place.bot_user,
            "bot_id": "B" + place.bot_user[1:],
            "is_enterprise_install": place.is_enterprise,
        } | ({"enterprise_id": enterprise} if enterprise else {})

    def _end(self, place_id: str, error: str, *, uninstalled: bool) -> None:
        place = self.places[place_id]
        self.installed.pop(place_id, None)
        for grant in self.access.values():
            if grant.place == place_id and not grant.gone:
                grant.gone = error
        enterprise = place.id if place.is_enterprise else place.enterprise
        outer: Json = {"token": "verification", "team_id": place.id, "api_app_id": APP_ID}
        outer |= {"enterprise_id": enterprise} if enterprise else {}
        ended: list[Json] = [{"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [place.bot_user]}}]
        # The other order than the local workspace's: Slack promises none.
        ended = [{"type": "app_uninstalled"}, *ended] if uninstalled else ended
        for event in ended:
            own = {"event": event, "type": "event_callback", "event_id": f"Ev{uuid4().hex[:8].upper()}"}
            self.events.append(outer | own | {"event_time": int(self.clock())})

    def _decide(self, url: str, choice: Mapping[str, str]) -> str:
        parts = urlsplit(url)
        connection = HTTPConnection("127.0.0.1", self._server.server_port, timeout=5)
        try:
            connection.request("POST", f"{parts.path}?{parts.query}", urlencode(choice))
            answer = connection.getresponse()
            said = answer.read().decode()
        finally:
            connection.close()
        if answer.status != HTTPStatus.FOUND:
            raise AssertionError(f"Slack shows {said!r}")
        return str(answer.getheader("Location"))


def _handler(slack: OAuthSlack) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._serve("")

        def do_POST(self) -> None:
            self._serve(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

        def _serve(self, body: str) -> None:
            parts = urlsplit(self.path)
            query = dict(parse_qsl(parts.query))
            if parts.path == "/oauth/v2/authorize":
                self._authorize(query, body)
            elif named := re.fullmatch(r"/api/([a-z0-9A-Z.]+)", parts.path):
                is_json = self.headers.get("Content-Type", "").startswith("application/json")
                sent = json.loads(body or "{}") if is_json else dict(parse_qsl(body))
                authorization = self.headers.get("Authorization", "")
                answer = slack.call(named[1], {**query, **sent}, authorization)
                self._answer(HTTPStatus.OK, "application/json", json.dumps(answer))
            else:
                self._answer(HTTPStatus.NOT_FOUND, "text/plain", "")

        def _authorize(self, query: dict[str, str], body: str) -> None:
            status, text = slack.page(query)
            if self.command == "GET" or status != HTTPStatus.OK:
                self._answer(status, "text/plain", text)
                return
            self.send_response(HTTPStatus.FOUND)
            self.send_header("Location", slack.decided(query, dict(parse_qsl(body))))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _answer(self, status: int, mime: str, text: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", mime)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing on the terminal."""

    return Handler


def _split(scopes: str) -> frozenset[str]:
    return frozenset(filter(None, scopes.split(",")))
