"""The workspaces and organizations that have installed the app, each with its token."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from slack_bolt.authorization import AuthorizeResult
from slack_sdk.oauth.installation_store import Installation

from bot.core.errors import CleanedError
from bot.core.settings import Settings
from handlers.slack.web_api.scopes import SCOPES
from storage.core.database import Database
from storage.workspaces.ciphers import TokenCipher, WrongKey, parse_keys

INSTALL_PATH, REDIRECT_PATH = "/slack/install", "/slack/oauth_redirect"


class WrongTokenKey(CleanedError):
    """`CLEANED_TOKEN_KEY` doesn't decrypt the tokens in the database."""

    key = "error-wrong-token-key"


@dataclass(frozen=True, slots=True)
class Installed:
    """An installation. One for a whole organization (Enterprise Grid) has no team, and works in each of its workspaces."""

    team_id: str | None
    team_name: str
    """The organization's name where there is no team."""
    enterprise_id: str | None
    is_org: bool
    bot_token: str = field(repr=False)
    bot_id: str
    bot_user_id: str
    app_id: str
    scopes: frozenset[str]
    expires_at: datetime | None
    """When the token expires; None without token rotation."""
    installed_by: str
    installed_at: datetime
    needs_reinstall: bool
    """Slack has refused to renew the token."""

    @classmethod
    def of(cls, found: Installation) -> "Installed":
        at = found.bot_token_expires_at
        return cls(
            team_id=found.team_id,
            team_name=(
                found.team_name or found.enterprise_name or found.team_id or found.enterprise_id or ""
            ),
            enterprise_id=found.enterprise_id,
            is_org=bool(found.is_enterprise_install),
            bot_token=found.bot_token or "",
            bot_id=found.bot_id or "",
            bot_user_id=found.bot_user_id or "",
            app_id=found.app_id or "",
            scopes=frozenset(found.bot_scopes or ()),
            expires_at=None if at is None else datetime.fromtimestamp(at, UTC),
            installed_by=found.user_id,
            installed_at=datetime.fromtimestamp(found.installed_at, UTC),
            needs_reinstall=at is not None and not found.bot_refresh_token,
        )

    @property
    def id(self) -> str:
        """The id of the workspace or organization."""
        return self.team_id or self.enterprise_id or ""

    def authorize_result(self, team_id: str | None = None) -> AuthorizeResult:
        """Who the bot is; `team_id`: in which workspace of the organization."""
        return AuthorizeResult(
            enterprise_id=self.enterprise_id,
            team_id=self.team_id or team_id,
            team=self.team_name,
            bot_id=self.bot_id,
            bot_user_id=self.bot_user_id,
            bot_token=self.bot_token,
            bot_scopes=sorted(self.scopes),
        )


class Installations:
    """What the main database has of installations. Every method that reads raises WrongTokenKey."""

    def __init__(self, database: Database, settings: Settings) -> None:
        """The settings have all that OAuth needs (`bot.core.settings.Settings.uses_oauth`)."""
        assert settings.slack_client_id
        assert settings.token_key
        cipher = TokenCipher(parse_keys(settings.token_key.get_secret_value()))
        # Only here: it loads SQLAlchemy's asyncio too.
        from handlers.slack.installation.store import InstallationStore  # noqa: PLC0415

        self.store = InstallationStore(database, settings.slack_client_id, cipher)
        self.unreadable: frozenset[str] = frozenset()
        """The ids of the workspaces and organizations whose tokens `all` could not decrypt."""

    def all(self) -> Sequence[Installed]:
        """The newest of each workspace and each organization, ordered by name; without those in `unreadable`.

        Raises WrongTokenKey if that is all of them.
        """
        newest: dict[str, Installed] = {}
        with _opening():
            found, self.unreadable = self.store.all()
        for each in map(Installed.of, found):
            newest.setdefault(each.id, each)
        return sorted(newest.values(), key=lambda each: (each.team_name, each.id))

    def find(self, team_id: str | None, enterprise_id: str | None = None) -> Installed | None:
        """The workspace's own installation, else its organization's."""
        with _opening():
            found = self.store.newest(team_id, None) if team_id else None
            if found is None and enterprise_id:
                found = self.store.newest(None, enterprise_id)
        return Installed.of(found) if found else None

    def places(self) -> frozenset[str]:
        """The ids of all workspaces and organizations that any app is installed in, not only that of the settings."""
        return self.store.places()

    def save(self, installation: Installation) -> Installed:
        """Stores it in the place of an earlier one."""
        self.store.save(installation)
        return Installed.of(installation)

    def remove(
        self, team_id: str | None, enterprise_id: str | None = None, at: datetime | None = None
    ) -> None:
        """Deletes the workspace's own installation with its tokens; the organization's if no workspace is given.

        `at`: when it was removed, in whole seconds, as Slack tells it, perhaps late. One made after it stays.
        """
        self.store.delete(team_id, enterprise_id, at + timedelta(seconds=1) if at else None)

    def renew(self) -> tuple[int, frozenset[str]]:
        """Encrypts every token with the first key of `CLEANED_TOKEN_KEY`.

        Returns the number of installations, and the ids of those whose tokens can't be decrypted, which stay as they are.
        Raises WrongTokenKey if that is all of them.
        """
        with _opening():
            return self.store.encrypt_anew()


@contextmanager
def _opening() -> Iterator[None]:
    try:
        yield
    except WrongKey:
        raise WrongTokenKey from None


def missing_scopes(granted: Iterable[str], needed: Iterable[str] = SCOPES) -> Sequence[str]:
    """The scopes that the bot needs and was not given, ordered by name."""
    return sorted({*needed} - {*granted})


def install_url(settings: Settings, team_id: str | None = None) -> str:
    """Where a person installs the app, or again; `team_id`: the workspace that Slack proposes."""
    return f"{(settings.public_url or '').strip().rstrip('/')}{INSTALL_PATH}" + (
        f"?team={team_id}" if team_id else ""
    )
