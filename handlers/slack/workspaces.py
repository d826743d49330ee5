"""The workspaces that this process serves: that of the bot token, and those that the bot was installed in by OAuth."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from threading import Lock, RLock, Thread
from time import monotonic
from typing import Any

from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError

from bot.core import settings as core_settings
from bot.core.settings import Settings
from bot.jobs.jobs import Clock
from bot.mailchimp import account
from bot.workspaces import databases, workspaces
from bot.workspaces.workspaces import Workspace
from handlers.clock import utc_now
from handlers.slack import errors
from handlers.slack.context import AppContext
from handlers.slack.dedupe import SeenRequests
from handlers.slack.installation.installations import Installations, Installed
from handlers.slack.installation.rotation import RenewingClient, Rotation
from handlers.slack.people import People
from handlers.slack.web_api import sdk_workarounds
from handlers.slack.web_api.client import WorkspaceClient
from handlers.slack.web_api.metrics import CountedRateLimits
from handlers.words import words
from storage.core.database import Database, Unreachable

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

    @property
    def has_its_file(self) -> bool:
        """False if the SQLite file of its database was deleted or replaced while it was in use."""
        try:
            self.context.database.check_place()
        except Unreachable:
            return False
        return True


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
        self._faults: dict[str, str] = {}  # of workspaces that are installed and not served
        self._unreadable: frozenset[str] = frozenset()  # ids of installations whose tokens can't be decrypted
        self._looked_up: dict[str, float] = {}  # teams that aren't served: when they were looked up
        self._lookups: dict[str, Lock] = {}  # of these: held while one is looked up
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
        return self._served.get(team_id) or self._looked_up_now(team_id, enterprise_id)

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
            if installed.is_org:
                self._guarded(team_id, self._record, team_id, name, installed)
            else:
                self._record(team_id, name, installed)
        self.reload()

    def follow(self, organization: str) -> None:
        """Serves the workspaces that the organization's admins let the app into now, and no others of it."""
        if installed := self._installations.find(None, organization):
            granted = dict(_teams(self._settings, installed))
            self.install(installed)
            for team in [each.workspace for each in self.contexts()]:
                has_left = team.enterprise_id == organization and team.id not in granted
                if has_left and not self._installations.find(team.id):  # one of its own
                    self._leave(team.id)

    def remove(self, installed: Installed, at: datetime) -> None:
        """Serves no longer what was removed then, unless it was installed again since. The data stays."""
        self._installations.remove(installed.team_id, installed.enterprise_id, at)
        self.reload()

    def reload(self) -> None:
        """Serves what is installed, with the tokens that it has now, and nothing else."""
        before = set(self._served)  # others are newer than what is read here
        known = {each.id: each for each in workspaces.list_all(self._main)}
        installed = self._installations.all()
        # Those whose tokens can't be decrypted any more stay as they are: served, if they are.
        unreadable = self._installations.unreadable
        for id_ in unreadable | self._unreadable:
            # Read once more, as that of a workspace or else of an organization: the fault is logged, or is over.
            self._guarded(id_, self._installations.find, id_, id_)
        self._unreadable = unreadable
        of_team = {each.team_id or "": each for each in installed if not each.is_org}
        of_organization = {each.enterprise_id: each for each in installed if each.is_org}
        for id_, its in of_team.items():
            if (id_ not in known or known[id_].is_removed) and self._guarded(
                id_, self._record, id_, its.team_name, its
            ):  # the process that it was installed in has ended too soon
                known |= {each.id: each for each in workspaces.list_all(self._main) if each.id == id_}
        present = {id_: each for id_, each in known.items() if not each.is_removed}
        its_own = {
            id_: found
            for id_, each in present.items()
            if (found := of_team.get(id_) or of_organization.get(each.enterprise_id or ""))
        }
        for id_, its in its_own.items():
            if id_ in self._served and id_ not in self._stays and not self._served[id_].has_its_file:
                self._drop(id_)  # opened again once its file is there
            self._serve(present[id_], its)
        self._mark_removed([each for id_, each in present.items() if id_ not in {*its_own, *self._stays}])
        for id_ in before - its_own.keys() - self._stays:
            served = self._served.get(id_)
            if served and not {id_, served.identity.enterprise_id} & unreadable:
                self._drop(id_)

    def fault(self) -> str:
        """How many workspaces are installed and not served, or have a broken database; "" if none.

        The log has the reason.
        """
        used = [each.context.database for each in self.all() if each.context.database is not self._main]
        faults = [f"{len(self._faults)} not served" if self._faults else "", *map(databases.fault, used)]
        return ", ".join(filter(None, dict.fromkeys(faults)))

    def close(self) -> None:
        for served in self.all():
            if served.context.mailchimp:
                served.context.mailchimp.close()
            served.context.database.close()

    def _refused(self, workspace_id: str, installed: Installed, code: str) -> None:
        """What Slack's error code for a call says of the token, or of the workspace in an organization."""
        if code in REVOKED:
            self._later(self._remove_if_refused, installed, self._clock())
        elif code == "team_access_not_granted" and installed.is_org:
            self._later(self._leave, workspace_id)

    def _remove_if_refused(self, installed: Installed, at: datetime) -> None:
        """Asks again, since the tokens are deleted then."""
        now = self._installations.find(installed.team_id, installed.enterprise_id)
        if now is None:
            self.reload()
        elif now.bot_token == installed.bot_token:
            try:
                web_client(self._settings, now.bot_token).auth_test()
            except SlackApiError as error:
                if sdk_workarounds.error_code(error) in REVOKED:
                    self.remove(now, at)

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

    def _looked_up_now(self, team_id: str, enterprise_id: str | None) -> Served | None:
        """Looks whether another process has installed it. Requests that come meanwhile wait for what is found."""
        with self._lookups.setdefault(team_id, Lock()):
            again_at = self._looked_up.get(team_id, -LOOKED_UP_AGAIN_SECONDS) + LOOKED_UP_AGAIN_SECONDS
            if team_id not in self._served and monotonic() >= again_at:
                self._look_up(team_id, enterprise_id)
                self._looked_up[team_id] = monotonic()
        if len(self._looked_up) > MOST_LOOKED_UP:
            self._looked_up.clear()
            self._lookups.clear()
        return self._served.get(team_id)

    def _look_up(self, team_id: str, enterprise_id: str | None) -> None:
        workspace = workspaces.get(self._main, team_id)
        installed = self._installations.find(team_id, enterprise_id)
        if installed and workspace and not workspace.is_removed:
            self._serve(workspace, installed)
        elif installed and installed.is_org:
            # One more workspace of the organization. Its database takes longer than the request may.
            self._later(self.install, installed)

    def _record(self, team_id: str, name: str, installed: Installed) -> None:
        workspaces.add(self._main, team_id, name, self._clock(), enterprise_id=installed.enterprise_id)

    def _mark_removed(self, absent: Sequence[Workspace]) -> None:
        """Another app, whose id the settings may name again tomorrow, may be installed there."""
        others = self._installations.places() if absent else frozenset()
        removed = [each.id for each in absent if not {each.id, each.enterprise_id} & others]
        workspaces.mark_removed(self._main, removed, self._clock())

    def _serve(self, workspace: Workspace, installed: Installed) -> None:
        with self._lock:
            old = self._served.get(workspace.id)
            if workspace.id in self._stays or (old and old.identity.bot_token == installed.bot_token):
                return
            self._guarded(workspace.id, self._begin, workspace, installed, old)

    def _begin(self, workspace: Workspace, installed: Installed, old: Served | None) -> None:
        served = self._made(workspace, installed, old)
        self.changed(served)
        self._served[workspace.id] = served

    def _guarded(self, workspace_id: str, call: Callable[..., object], *given: Any) -> bool:
        """Calls it; False if that failed, which the log says once: the other workspaces are served all the same."""
        try:
            call(*given)
        except Exception as error:  # noqa: BLE001  whatever is wrong with one workspace
            if self._faults.get(workspace_id) != (name := errors.name(error)):
                self._faults[workspace_id] = name
                reason = errors.sentence(words("en"), error)
                log.error("The workspace %s is not served: %s", workspace_id, reason)  # noqa: TRY400  it is told
            return False
        self._faults.pop(workspace_id, None)
        return True

    def _drop(self, workspace_id: str) -> None:
        with self._lock:
            self._faults.pop(workspace_id, None)
            served = self._served.pop(workspace_id, None)
        if served:
            log.info("The workspace %s is served no longer.", workspace_id)
            self.gone(workspace_id)
            served.context.database.close()

    def _made(self, workspace: Workspace, installed: Installed, old: Served | None) -> Served:
        """A workspace whose token was renewed goes on with the database that it has."""
        client = self._client(workspace, installed)
        context = old.context if old else self._opened(workspace, client)
        context = replace(
            context,
            client=client,
            people=People(sdk_workarounds.less_patient(client), context.settings.operators, workspace.id),
            workspace=workspace,
            removed=partial(self.remove, installed),
            teams_changed=partial(self.follow, installed.enterprise_id or ""),
        )
        served = Served.of(context, installed.authorize_result(workspace.id))
        return replace(served, seen=old.seen) if old else served

    def _client(self, workspace: Workspace, installed: Installed) -> RenewingClient:
        team_id = workspace.id if installed.is_org else None  # which of its workspaces a call is about
        url = self._settings.slack_api_url
        client = RenewingClient(installed, self._rotation, base_url=url, team_id=team_id)
        _be_patient(client)
        client.on_error = partial(self._refused, workspace.id, installed)
        return client

    def _opened(self, workspace: Workspace, client: RenewingClient) -> AppContext:
        reading = core_settings.of_workspace(self._settings, workspace.id, workspace.place)
        for fault in reading.faults:
            log.error("%s", words("en")(fault.key, **fault.values))
        return AppContext(
            database=workspaces.open_current(self._main, workspace.place),
            settings=reading.settings,
            client=client,
            people=People(client, (), workspace.id),
            mailchimp=account.account(reading.settings),
            clock=self._clock,
            wake=self._wake,
        )


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
