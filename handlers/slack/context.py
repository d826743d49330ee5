"""What every feature of a running bot works with, put together once for each workspace."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from slack_sdk import WebClient

from bot.core.settings import Settings
from bot.digests import digests
from bot.jobs.jobs import Clock
from bot.workspaces.workspaces import Workspace
from handlers.clock import utc_now
from handlers.slack.home_tabs import HomeTabs
from handlers.slack.people import People
from handlers.slack.web_api.modals import Shown
from storage.core.database import Database
from storage.mailchimp.api.client import Client

if TYPE_CHECKING:
    from dns.resolver import Resolver

_UNNAMED = Workspace("", "")


@dataclass(frozen=True, kw_only=True)
class AppContext:
    """The database, Slack's client, and so on.

    `mailchimp` is the account whose audiences are mirrored, if there is one; `wake` makes the worker look for jobs at
    once; `make_resolver` makes the DNS resolver, if not the system's; `removed` is to be called with the time when the bot was removed from the
    workspace, `teams_changed` when an organization has let it into others of its workspaces.
    """

    database: Database
    settings: Settings
    client: WebClient
    people: People
    mailchimp: Client | None = None
    clock: Clock = utc_now
    wake: Callable[[], None] = lambda: None
    home_tabs: HomeTabs = field(default_factory=HomeTabs)
    modals: Shown = field(default_factory=Shown)
    workspace: Workspace = _UNNAMED
    removed: Callable[[datetime], None] = lambda _: None
    teams_changed: Callable[[], None] = lambda: None
    make_resolver: "Callable[[], Resolver] | None" = None

    @property
    def zone(self) -> str:
        """The time zone whose days all figures, lists and files go by."""
        return digests.zone(self.database, self.settings.timezone)
