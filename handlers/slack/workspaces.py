"""The workspaces that this process serves: that of the bot token, and those that the bot was installed in by OAuth."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from threading import RLock, Thread
from time import monotonic
from typing import Any

from slack_bolt.authorization import AuthorizeResult

from bot.core import settings as core_settings
from bot.core import workspaces
from bot.core.errors import CleanedError
from bot.core.jobs import Clock
from bot.core.settings import Settings
from bot.core.workspaces import Workspace
from bot.mailchimp import account
from handlers.clock import utc_now
from handlers.slack import errors, sdk_workarounds
from handlers.slack.client import WorkspaceClient
from handlers.slack.context import AppContext
from handlers.slack.dedupe import SeenRequests
from handlers.slack.installation.installations import Installations, Installed
from handlers.slack.installation.rotation import RenewingClient, Rotation
from handlers.slack.metrics import CountedRateLimits
from handlers.slack.people import People
from handlers.words import words
from storage.core.database import Database, Unreachable
from storage.mailchimp.errors import MailchimpError

RATE_LIMIT_RETRIES = 5
LOOKED_UP_AGAIN_SECONDS = 5.0  # after a request of a workspace that isn't served
MOST_LOOKED_UP = 1_000  # such workspaces, remembered
REVOKED = ("token_revoked", "account_inactive")  # Slack's codes for a token that will never be accepted again

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Served:
    """A workspace that this process serves.

    `context` is for jobs and the scheduler; `asked`, with a client that doesn't wait long, for what people ask.
    """

    context: AppContext
    asked: AppContext
    identity: AuthorizeResult
    seen: SeenRequests

    @classmethod
    def of(cls, context: AppContext, identity: AuthorizeResult) -> "Served":
        return cls(
            context=context,
            asked=replace(context, client=sdk_workarounds.less_patient(context.client)),
            identity=identity,
            seen=SeenRequests(context.database, context.clock),
        )


Find = Callable[[str | None, str | None], Served | None]
"""Finds the workspace of a request by the ids of its organization and team."""


class Only:
    """The workspace of the bot token, whatever team a request names; none while there is no token."""

    def __init__(self, served: Served | None) -> None:
        self._served = served

    def contexts(self) -> Sequence[AppContext]:
        return [self._served.context] if self._served else []

    def find(self, _enterprise_id: str | None, _team_id: str | None) -> Served | None:
        return self._served


class Workspaces:
    """The workspaces that are served, as the main database has them; `reload` follows what other processes change.

    `changed` is called with a workspace that is served from now on, or otherwise than before; `gone` with the id of one
    that no longer is. The workspace of the bot token, if there is one, is `add`ed, and stays.
    """

    def __init__(
        self,
        settings: Settings,
        main: Database,
        installations: Installations,
        rotation: Rotation,
        wake: Callable[[], None] = lambda: None,
        clock: Clock = utc_now,
    ) -> None:
        self._settings, self._main, self._installations = settings, main, installations
        self._rotation, self._wake, self._clock = rotation, wake, clock
        self._served: dict[str, Served] = {}
        self._stays: set[str] = set()
        self._not_served: set[str] = set()
        self._looked_up: dict[str, float] = {}  # teams that aren't served: when they were looked up
        self._lock = RLock()  # of changes; `find` reads without it
        self.changed: Callable[[Served], None] = lambda _: None
        self.gone: Callable[[str], None] = lambda _: None

    def all(self) -> Sequence[Served]:
        return list(self._served.values())

    def contexts(self) -> Sequence[AppContext]:
        return [each.context for each in self.all()]

    def find(self, enterprise_id: str | None, team_id: str | None) -> Served | None:
        """The workspace of a request; None if the bot isn't installed there, or its database is still being made.

        A request that names no team, or the organization in its place, is about the whole organization: that is one of
        its workspaces then.
        """
        if team_id is None or team_id == enterprise_id:
            ours = (each for each in self.all() if each.identity.enterprise_id == enterprise_id)
            return next(ours, None) if enterprise_id else None
        if (served := self._served.get(team_id)) or not self._may_look_up(team_id):
            return served
        workspace = workspaces.get(self._main, team_id)
        installed = self._installations.find(team_id, enterprise_id)
        if installed and workspace and not workspace.is_removed:  # installed by another process
            self._serve(workspace, installed)
        elif installed and installed.is_org:
            # One more workspace of the organization. Its database takes longer than the request may.
            self._later(self.install, installed)
        return self._served.get(team_id)

    def add(self, served: Served) -> None:
        """Serves a workspace that doesn't depend on an installation."""
        workspace = served.context.workspace
        workspaces.add(self._main, workspace.id, workspace.name, self._clock(), place=workspace.place)
        self._stays.add(workspace.id)
        self._served[workspace.id] = served
        self.changed(served)

    def install(self, installed: Installed) -> None:
        """Makes the databases that what was installed just now has to have, and serves it."""
        for team_id, name in _teams(self._settings, installed):
            workspaces.add(self._main, team_id, name, self._clock(), enterprise_id=installed.enterprise_id)
        self.reload()

    def remove(self, installed: Installed, at: datetime) -> None:
        """Serves no longer what was removed then, unless it was installed again since. The data stays."""
        self._installations.remove(installed.team_id, installed.enterprise_id, at)
        self.reload()

    def reload(self) -> None:
        """Serves what is installed, with the tokens that it has now, and nothing else."""
        known = [each for each in workspaces.list_all(self._main) if not each.is_removed]
        installed = self._installations.all()
        of_team = {each.team_id: each for each in installed if not each.is_org}
        of_organization = {each.enterprise_id: each for each in installed if each.is_org}
        gone = []
        for workspace in known:
            its = of_team.get(workspace.id) or of_organization.get(workspace.enterprise_id or "")
            if its:
                self._serve(workspace, its)
            elif workspace.id not in self._stays:
                gone.append(workspace.id)
        workspaces.mark_removed(self._main, gone, self._clock())
        for id_ in self._served.keys() - {each.id for each in known}.difference(gone) - self._stays:
            self._drop(id_)

    def fault(self) -> str:
        """How many workspaces are installed and not served, which the log has the reason for; "" if none."""
        return f"{len(self._not_served)} not served" if self._not_served else ""

    def close(self) -> None:
        for served in self.all():
            if served.context.mailchimp:
                served.context.mailchimp.close()
            served.context.database.close()

    def _refused(self, workspace_id: str, installed: Installed, code: str) -> None:
        """What Slack's error code for a call says of the token, or of the workspace in an organization."""
        if code in REVOKED:
            now = self._installations.find(installed.team_id, installed.enterprise_id)
            if now is None or now.bot_token == installed.bot_token:
                self._later(self.remove, installed, self._clock())
        elif code == "team_access_not_granted" and installed.is_org:
            self._later(self._leave, workspace_id)

    def _leave(self, workspace_id: str) -> None:
        workspaces.mark_removed(self._main, [workspace_id], self._clock())
        self._drop(workspace_id)

    def _later(self, call: Callable[..., None], *given: Any) -> None:
        def run() -> None:
            try:
                call(*given)
            except Exception as error:  # noqa: BLE001  the next request, or reload, tries again
                log.error("A change of workspaces failed: %s", errors.trace(error))  # noqa: TRY400  a message may hold a name

        Thread(target=run, name="workspaces", daemon=True).start()

    def _may_look_up(self, team_id: str) -> bool:
        now = monotonic()
        with self._lock:
            if now < self._looked_up.get(team_id, -LOOKED_UP_AGAIN_SECONDS) + LOOKED_UP_AGAIN_SECONDS:
                return False
            if len(self._looked_up) >= MOST_LOOKED_UP:
                self._looked_up.clear()
            self._looked_up[team_id] = now
            return True

    def _serve(self, workspace: Workspace, installed: Installed) -> None:
        with self._lock:
            old = self._served.get(workspace.id)
            if workspace.id in self._stays or (old and old.identity.bot_token == installed.bot_token):
                return
            try:
                served = self._made(workspace, installed, old)
            except (CleanedError, MailchimpError, Unreachable) as error:
                self._not_served.add(workspace.id)
                reason = errors.sentence(words("en"), error)
                log.error("The workspace %s is not served: %s", workspace.id, reason)  # noqa: TRY400  it is told
                return
            self._served[workspace.id] = served
            self._not_served.discard(workspace.id)
        self.changed(served)

    def _drop(self, workspace_id: str) -> None:
        with self._lock:
            self._not_served.discard(workspace_id)
            served = self._served.pop(workspace_id, None)
        if served:
            log.info("The bot was removed from the workspace %s.", workspace_id)
            self.gone(workspace_id)

    def _made(self, workspace: Workspace, installed: Installed, old: Served | None) -> Served:
        """The workspace with the token that it has now. `old`: as it was served with another one."""
        reading = core_settings.of_workspace(self._settings, workspace.id, workspace.place)
        for fault in reading.faults:
            log.error("%s", words("en")(fault.key, **fault.values))
        team_id = workspace.id if installed.is_org else None  # which of its workspaces a call is about
        client = RenewingClient(
            installed, self._rotation, base_url=reading.settings.slack_api_url, team_id=team_id
        )
        _be_patient(client)
        client.on_error = partial(self._refused, workspace.id, installed)
        people = People(sdk_workarounds.less_patient(client), reading.settings.operators, workspace.id)
        context = AppContext(
            database=(old.context.database if old else workspaces.open_current(self._main, workspace.place)),
            settings=reading.settings,
            client=client,
            people=people,
            mailchimp=old.context.mailchimp if old else account.account(reading.settings),
            clock=self._clock,
            wake=self._wake,
            workspace=workspace,
            removed=partial(self.remove, installed),
        )
        if old:
            context = replace(context, home_tabs=old.context.home_tabs)
        return Served.of(context, installed.authorize_result(workspace.id))


def web_client(settings: Settings, token: str | None = None) -> WorkspaceClient:
    """The Web API, patient when Slack says "too many"; with the bot token of the settings unless another is given."""
    if token is None and settings.slack_bot_token:
        token = settings.slack_bot_token.get_secret_value()
    client = WorkspaceClient(token=token, base_url=settings.slack_api_url)
    _be_patient(client)
    return client


def _be_patient(client: WorkspaceClient) -> None:
    client.retry_handlers.append(CountedRateLimits(max_retry_count=RATE_LIMIT_RETRIES))


def _teams(settings: Settings, installed: Installed) -> Iterator[tuple[str, str]]:
    """The id and name of each workspace that an installation is for. Raises SlackApiError."""
    if not installed.is_org:
        if installed.team_id:
            yield installed.team_id, installed.team_name
        return
    for page in web_client(settings, installed.bot_token).auth_teams_list(limit=200):
        for team in page["teams"]:
            yield team["id"], team["name"]
