"""The local workspace, a stand-in for Slack: runs in its own thread, for `cleaned demo` and for tests.

with Workspace(Path("manifest.yml")) as workspace:
    App(token=workspace.bot_token, client=WebClient(base_url=workspace.api_url, …))

Further workspaces stand behind the same server, each with its own people, channels, messages and bot. The app is
installed there by OAuth, as in Slack:

    workspace.add_team("T0SECOND", "Second")
    workspace.add_organization("E0GRID", "Grid", {"T0EAST": "East", "T0WEST": "West"})
    workspace.redirect_urls.append("http://127.0.0.1:3000/slack/oauth_redirect")
    back = workspace.allow(authorize_url, "U0SECONDOLIVIA", "T0SECOND")  # the URL with code and state

or, without the bot's pages, by `workspace.install("T0SECOND")`, which returns the answer of `oauth.v2.access`. Ids
contain the workspace's: U0SECONDOLIVIA (owner), U0SECONDCAMILLE (admin), U0SECONDSAM; C0SECONDNEWS, C0SECONDGENERAL.
In an organization U0GRIDOLIVIA (owner, of the organization too) and U0GRIDCAMILLE belong to all workspaces,
U0EASTSAM to one. The app is in #newsletter and #general of each workspace once it is installed there.

`uninstall("T0SECOND")` or `uninstall("E0GRID")` ends an installation; `connect("C0NEWS", "T0WORKSPACE", "T0SECOND")`
shares a channel through Slack Connect. People act by the page's API, `POST /page/…` with `user` and, for somebody of
several workspaces, `team`; what they do reaches the bot over Socket Mode or, with `request_url`, by HTTP.
"""

import asyncio
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from aiohttp import web

from handlers.standins.server import HOST, StandinServer
from handlers.standins.slack import files, manifest, messages
from handlers.standins.slack.delivery import ACK_SECONDS, Delivery, HttpDelivery, SocketModeDelivery
from handlers.standins.slack.faults import SlackFaults
from handlers.standins.slack.page_access import PageAccess, add_headers, same_origin_only
from handlers.standins.slack.page_api import PageApi
from handlers.standins.slack.state import SlackError, WorkspaceState
from handlers.standins.slack.teams.authorize import Authorization
from handlers.standins.slack.teams.directory import Directory
from handlers.standins.slack.teams.installations import Installations
from handlers.standins.slack.teams.values import Installation, Organization
from handlers.standins.slack.user_actions import EVENT_RETRIES_SECONDS, UserActions
from handlers.standins.slack.web_api.auth import OAuthMethods
from handlers.standins.slack.web_api.endpoint import WebApi
from handlers.standins.slack.web_api.methods import METHODS
from handlers.standins.types import Json

T = TypeVar("T")


class Workspace(StandinServer):
    """A server on 127.0.0.1 only; configure the bot with `api_url`, `bot_token`, `app_token`, `signing_secret`,
    `client_id`, `client_secret`, `authorize_url`.

    `port`: 0 for any free one; `data`: folder for uploaded files (default: a temporary one);
    `request_url`: sends signed requests there instead of using Socket Mode;
    `event_retries`: seconds to wait before each retry of an event; `clock`: returns seconds since the epoch;
    `token_rotation`: whether tokens of OAuth expire (default: as in the manifest).
    """

    def __init__(
        self,
        manifest_path: Path,
        port: int = 0,
        data: Path | None = None,
        *,
        request_url: str | None = None,
        ack_seconds: float = ACK_SECONDS,
        event_retries: tuple[float, ...] = EVENT_RETRIES_SECONDS,
        clock: Callable[[], float] = time.time,
        token_rotation: bool | None = None,
    ) -> None:
        super().__init__("workspace")
        self.bot_token = "xoxb-local-" + secrets.token_hex(12)
        self.app_token = "xapp-1-A0CLEANED-" + secrets.token_hex(12)
        self.signing_secret = secrets.token_hex(16)
        self.faults = SlackFaults()
        self._temporary = TemporaryDirectory(prefix="workspace-")
        folder = data or Path(self._temporary.name)
        folder.mkdir(parents=True, exist_ok=True)
        self._manifest = manifest.load(manifest_path)
        self._directory = Directory(clock, folder)
        self.state = self._directory.first
        self.redirect_urls = list(self._manifest.redirect_urls)
        rotation = self._manifest.token_rotation if token_rotation is None else token_rotation
        self._installations = Installations(self._directory, self._manifest, self.redirect_urls, rotation)
        self._installations.install_first(self.bot_token)
        self._authorization = Authorization(self._directory, self._installations)
        self._installations.ended = self._ended
        self._port = port
        self._delivery: Delivery
        self._socket_mode = SocketModeDelivery(
            self.state, self.faults, self._manifest.socket_mode, ack_seconds
        )
        if request_url is None:
            self._delivery = self._socket_mode
        else:
            self._delivery = HttpDelivery(
                self.state, self.faults, request_url, self.signing_secret, ack_seconds
            )
        self._actions = UserActions(self.state, self._manifest, self._delivery, event_retries)
        self._by_team = {self.state.team.id: self._actions}
        self._access = PageAccess()
        self._page = PageApi(self._directory, self._manifest, self._by_team, self._delivery, self.faults)
        self._events: asyncio.Queue[tuple[str | None, Json]] = asyncio.Queue()

    @property
    def url(self) -> str:
        """URL of the server."""
        return self.state.url

    @property
    def address(self) -> str:
        """URL of the page, with the token without which it opens for nobody."""
        return self._access.address(self.state.url)

    @property
    def api_url(self) -> str:
        """Base URL of the Web API, for `SLACK_API_URL` and `WebClient(base_url=…)`."""
        return f"{self.state.url}/api/"

    @property
    def refused(self) -> list[Json]:
        """The bot's calls that Slack would refuse: {"method", "error", "messages"}, oldest first."""
        return self.state.refused

    @property
    def connections(self) -> int:
        """Number of the bot's Socket Mode connections."""
        return len(self._socket_mode.connections)

    @property
    def client_id(self) -> str:
        return self._installations.client_id

    @property
    def client_secret(self) -> str:
        return self._installations.client_secret

    @property
    def authorize_url(self) -> str:
        """URL of the page where an app asks to be installed, as https://slack.com/oauth/v2/authorize."""
        return f"{self.url}/oauth/v2/authorize"

    def deliver_to(self, request_url: str) -> None:
        """From now on sends signed requests there: for a bot whose port is known only once it runs."""

        def change() -> None:
            seconds = self._socket_mode.ack_seconds
            self._delivery = HttpDelivery(self.state, self.faults, request_url, self.signing_secret, seconds)
            self._page.delivery = self._delivery
            for actions in self._by_team.values():
                actions.delivery = self._delivery

        self._in_loop(change)

    def add_team(self, team: str, name: str) -> WorkspaceState:
        """Adds a workspace, where the app isn't installed."""
        return self._in_loop(lambda: self._add_actions(self._directory.add_team(team, name)))

    def add_organization(self, organization: str, name: str, teams: dict[str, str]) -> Organization:
        """Adds an Enterprise Grid organization with its workspaces. `teams`: their names by id."""

        def add() -> Organization:
            added = self._directory.add_organization(organization, name, teams)
            for team in teams:
                self._add_actions(self._directory.states[team])
            return added

        return self._in_loop(add)

    def team(self, team: str) -> WorkspaceState:
        """What a workspace keeps. Raises SlackError `team_not_found`."""
        return self._directory.state_of(team)

    def connect(self, channel: str, host: str, guest: str) -> None:
        """Shares a channel of one workspace with another through Slack Connect."""
        self._in_loop(lambda: self._directory.connect(channel, host, guest))

    def allow(self, authorize_url: str, user: str, place: str) -> str:
        """A person allows the app in a workspace, or for an organization, by its id. Returns the URL that the browser
        is sent back to, with `code` and `state`.

        Raises SlackError with what Slack shows: for a wrong request, or a person who may not install apps.
        """
        authorization = self._authorization
        return self._in_loop(lambda: authorization.allow(authorization.read(authorize_url), user, place))

    def cancel(self, authorize_url: str) -> str:
        """A person doesn't allow the app. Returns the URL that the browser is sent back to, with `error`."""
        return self._in_loop(lambda: self._authorization.cancel(self._authorization.read(authorize_url)))

    def install(self, place: str, user: str | None = None, scopes: set[str] | None = None) -> Json:
        """Installs the app in a workspace, or for an organization, without the bot's pages.

        `user`: the installer (default: the owner); `scopes`: default: all of the manifest. Returns the answer of
        `oauth.v2.access`.
        """

        def run() -> Json:
            organization = self._directory.organizations.get(place)
            team = None if organization else self._directory.state_of(place).team
            installer = user or self._owner(place)
            asked = scopes if scopes is not None else set(self._manifest.scopes)
            code = self._installations.new_code(installer, asked, None, team=team, organization=organization)
            return self._installations.exchange(code, None)

        return self._in_loop(run)

    def uninstall(self, place: str, *, app_first: bool = False) -> None:
        """An owner removes the app from a workspace or an organization. Raises SlackError `app_not_installed`.

        `app_first`: the bot hears of `app_uninstalled` before `tokens_revoked`.
        """
        installations = self._installations
        self._in_loop(lambda: installations.uninstall(installations.installed_in(place), app_first=app_first))

    def stop(self) -> None:
        """Closes every connection and deletes the temporary folder with uploaded files."""
        super().stop()
        self._temporary.cleanup()

    def drop_socket(self, *, silent: bool = False) -> None:
        """Cuts the bot's connections; `silent`: without closing them, so the bot only stops receiving."""
        self._loop.call_soon_threadsafe(lambda: self._socket_mode.drop(silent=silent))

    def refresh_sockets(self) -> None:
        """Asks the bot to replace its connections, as Slack does regularly."""
        self._call(self._socket_mode.refresh())

    async def _serve(self) -> None:
        self._runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, self._port)
        self._pushing = asyncio.create_task(self._push())
        await site.start()
        port = self._runner.addresses[0][1]
        for state in self._directory:
            state.url = f"http://{HOST}:{port}"
            state.push = lambda user, event: self._events.put_nowait((user, event))

    async def _close(self) -> None:
        for actions in self._by_team.values():
            await actions.stop()
        self._pushing.cancel()
        for connection in list(self._socket_mode.connections):
            await connection.socket.close()
        for _, window in list(self._page.windows):
            await window.close()
        await self._runner.cleanup()

    async def _push(self) -> None:
        """Pushes events to the pages in order."""
        while True:
            user, event = await self._events.get()
            await self._page.push(user, event)

    def _application(self) -> web.Application:
        api = WebApi(
            self._directory,
            self._installations,
            OAuthMethods(self._installations),
            self._manifest,
            self.faults,
            self.app_token,
            METHODS,
            self._socket_mode.new_url,
        )
        application = web.Application(client_max_size=10 << 20, middlewares=[same_origin_only])
        application.on_response_prepare.append(add_headers)
        application.add_routes(
            [
                web.route("*", "/api/{method}", api.serve),
                web.get("/link/", self._socket_mode.serve),
                web.post("/respond/{token}", self._respond),
                web.post("/upload/v1/{token}", self._receive),
                web.get("/files-pri/{file}/{rest:.+}", self._download),
                *self._authorization.routes(self._access.guarded),
                *self._page.routes(self._access.guarded),
            ]
        )
        return application

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        token = request.match_info["token"]
        state = next((each for each in self._directory if token in each.response_urls), self.state)
        try:
            messages.respond(state, token, await request.json())
        except SlackError as error:
            self.state.refuse("response_url", error.name, error.messages)
            gone = error.name in {"invalid_url", "expired_url", "used_url"}
            return web.json_response({"ok": False, "error": error.name}, status=404 if gone else 400)
        return web.Response(text="ok")

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        token = request.match_info["token"]
        state = next((each for each in self._directory if token in each.uploads), self.state)
        return await files.receive(state, request)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        """Serves a file to the token of a bot that can see it; otherwise, as Slack does, a sign-in page."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            installation = self._installations.authenticate(token)
        except SlackError:
            return _sign_in()
        key = request.match_info["file"].rpartition("-")[2]
        states = self._directory.of_installation(installation)
        file = next((state.files[key] for state in states if key in state.files), None)
        if file is None or self.faults.revoked or "files:read" not in installation.scopes:
            return _sign_in()
        return files.download(file)

    def _add_actions(self, state: WorkspaceState) -> WorkspaceState:
        first = self._actions
        self._by_team[state.team.id] = UserActions(state, first.manifest, first.delivery, first.event_retries)
        return state

    def _ended(self, installation: Installation, events: tuple[Json, ...]) -> None:
        self._by_team[installation.teams[0]].tell_ended(*events)

    def _owner(self, place: str) -> str:
        if organization := self._directory.organizations.get(place):
            return min(organization.owners)
        people = self._directory.state_of(place).people.values()
        return next(person.id for person in people if person.is_owner and not person.is_stranger)

    def _in_loop(self, work: Callable[[], T]) -> T:
        """Runs it where the state is used."""
        if not self._thread.is_alive():
            return work()
        results: list[T] = []

        async def run() -> None:
            results.append(work())

        self._call(run())
        return results[0]


def _sign_in() -> web.Response:
    return web.Response(text="<!DOCTYPE html><title>Sign in</title>", content_type="text/html")
