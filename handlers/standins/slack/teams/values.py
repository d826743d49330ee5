"""A workspace of Slack, its organization, and an app's installation there."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Organization:
    """An Enterprise Grid organization. `owners`: who may install an app for all of it; `teams`: its workspaces."""

    id: str
    name: str
    teams: tuple[str, ...]
    owners: frozenset[str]


@dataclass(frozen=True)
class Team:
    """A workspace. `organization`: None outside Enterprise Grid."""

    id: str
    name: str
    domain: str
    organization: Organization | None = None


@dataclass
class Installation:
    """The app in one workspace, or for an organization (`team` is None) in those of its workspaces that it was added to.

    `teams`: ids of these; `installer`: who installed it last; `active`: False once it is uninstalled.
    """

    bot_user: str
    team: Team | None
    organization: Organization | None
    scopes: set[str]
    teams: list[str]
    installer: str = ""
    active: bool = True

    @property
    def is_enterprise_install(self) -> bool:
        return self.team is None

    @property
    def bot(self) -> str:
        """The `bot_id`."""
        return bot_id(self.bot_user)


@dataclass
class Token:
    """An access token. `expires`: seconds since the epoch, None without token rotation; `error`: what it is answered
    with once it has ended, "" while it works.
    """

    value: str
    installation: Installation
    expires: float | None = None
    error: str = ""


@dataclass
class RefreshToken:
    """`used`: exchanged for another, so Slack has revoked it."""

    installation: Installation
    used: bool = False


@dataclass
class Code:
    """The verifier code of an OAuth flow. `redirect_uri`: as sent to the authorization page, None if it wasn't."""

    team: Team | None
    organization: Organization | None
    user: str
    scopes: set[str]
    redirect_uri: str | None
    created: float
    used: bool = field(default=False)


def bot_id(bot_user: str) -> str:
    """The `bot_id` that belongs to a bot user's id."""
    return "B" + bot_user[1:]
