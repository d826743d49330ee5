"""Installing the app by OAuth v2: codes, tokens and their rotation, and the end of an installation.

Sources: docs.slack.dev/authentication/installing-with-oauth, …/using-token-rotation, reference/methods/oauth.v2.access,
auth.revoke, apps.uninstall, and docs.slack.dev/enterprise.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from handlers.standins.slack.manifest import Manifest
from handlers.standins.slack.state import APP, LOCAL, SlackError, WorkspaceState
from handlers.standins.slack.teams import population
from handlers.standins.slack.teams.directory import Directory
from handlers.standins.slack.teams.values import Code, Installation, Organization, RefreshToken, Team, Token
from handlers.standins.types import Json

CODE_SECONDS = 10 * 60.0
TOKEN_SECONDS = 12 * 60 * 60
LIVE_TOKENS = 2  # of an installation with token rotation; a further one ends the oldest


@dataclass
class Installations:
    """`token_rotation`: whether tokens expire; `redirect_urls`: those registered for the app.

    `ended`: tells the bot of these events, which end an installation.
    """

    directory: Directory
    manifest: Manifest
    redirect_urls: list[str]
    token_rotation: bool
    client_id: str = field(default_factory=lambda: f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}")
    client_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    codes: dict[str, Code] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    refresh_tokens: dict[str, RefreshToken] = field(default_factory=dict)
    ended: Callable[[Installation, tuple[Json, ...]], None] = lambda _installation, _events: None

    def install_first(self, token: str) -> None:
        """Installs the app in the local workspace, with a token that never expires, as an app of one workspace has."""
        first = self.directory.first
        scopes = set(self.manifest.scopes)
        installation = Installation(first.bot_user, LOCAL, None, scopes, [LOCAL.id], installer="U0OLIVIA")
        population.add_bot([first], installation, self.manifest.name)
        self.tokens[token] = Token(token, installation)

    def new_code(
        self,
        user: str,
        scopes: set[str],
        redirect_uri: str | None,
        *,
        team: Team | None = None,
        organization: Organization | None = None,
    ) -> str:
        """A code, once a person has allowed the app. Raises `not_allowed_to_install`, `org_login_required`."""
        self._check_may_install(user, team, organization)
        code = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(32)}"
        created = self.directory.clock()
        self.codes[code] = Code(team, organization, user, scopes, redirect_uri, created)
        return code

    def exchange(self, code: str | None, redirect_uri: str | None) -> Json:
        """What `oauth.v2.access` answers to a code. Raises `invalid_code`, `code_already_used`, `bad_redirect_uri`."""
        found = self.codes.get(code or "")
        if found is None or self.directory.clock() - found.created > CODE_SECONDS:
            raise SlackError("invalid_code")
        if found.used:
            raise SlackError("code_already_used")
        if redirect_uri != found.redirect_uri:
            raise SlackError("bad_redirect_uri")
        found.used = True
        installation = self._install(found)
        user: Json = {"authed_user": {"id": found.user}}
        return self._issue(installation) | user

    def refresh(self, refresh_token: str | None) -> Json:
        """What `oauth.v2.access` answers to a refresh token, which is then revoked. Raises `invalid_refresh_token`."""
        found = self.refresh_tokens.get(refresh_token or "")
        if found is None or found.used or not found.installation.active:
            raise SlackError("invalid_refresh_token")
        found.used = True
        return self._issue(found.installation)

    def authenticate(self, value: str) -> Installation:
        """Raises `invalid_auth`, `token_expired`, `token_revoked`, `account_inactive`."""
        token = self.tokens.get(value)
        if token is None:
            raise SlackError("invalid_auth")
        if token.error:
            raise SlackError(token.error)
        if token.expires is not None and self.directory.clock() >= token.expires:
            raise SlackError("token_expired")
        return token.installation

    def revoke(self, installation: Installation) -> None:
        """Ends all tokens, as `auth.revoke` does: the bot is deactivated."""
        self._end(installation, "token_revoked")
        self.ended(installation, (_tokens_revoked(installation),))

    def uninstall(self, installation: Installation, *, app_first: bool = False) -> None:
        """Removes the app: its bot tokens are then of an account that is gone.

        `app_first`: the order of the two events, of which Slack promises none.
        """
        self._end(installation, "account_inactive")
        events: tuple[Json, ...] = (_tokens_revoked(installation), {"type": "app_uninstalled"})
        self.ended(installation, events[::-1] if app_first else events)

    def installed_in(self, place: str) -> Installation:
        """The app's installation in a workspace or for an organization, by its id. Raises `app_not_installed`."""
        for token in self.tokens.values():
            installation = token.installation
            home = installation.team or installation.organization
            if installation.active and home is not None and home.id == place:
                return installation
        raise SlackError("app_not_installed")

    def _check_may_install(self, user: str, team: Team | None, organization: Organization | None) -> None:
        if organization is not None:
            if not self.manifest.org_ready:
                raise SlackError("app_not_org_ready")
            if user not in organization.owners:
                raise SlackError("not_allowed_to_install")
            return
        person = self.directory.state_of(team.id if team is not None else "").people.get(user)
        if person is None or team is None or not person.belongs_to(team.id):
            raise SlackError("not_allowed_to_install")
        if person.is_bot or person.deleted or not (person.is_admin or person.is_owner):
            raise SlackError("not_allowed_to_install")

    def _install(self, code: Code) -> Installation:
        """A new installation, or the one there is with the further scopes. Raises `cannot_install_an_org_installed_app`."""
        place = code.team or code.organization
        states = [self.directory.states[team] for team in _teams(code)]
        if code.team is not None and states[0].installed and states[0].is_enterprise_install:
            raise SlackError("cannot_install_an_org_installed_app")
        try:
            installation = self.installed_in(place.id if place is not None else "")
        except SlackError:
            self._end_others(states)
            bot_user = self._bot_user(code)
            installation = Installation(bot_user, code.team, code.organization, set(), _teams(code))
            population.add_bot(states, installation, self.manifest.name)
            self.directory.introduce(states, bot_user)
        installation.scopes |= code.scopes
        installation.installer = code.user
        return installation

    def _bot_user(self, code: Code) -> str:
        if code.team == LOCAL:
            return self.directory.first.bot_user
        return population.new_bot_user(code.team, code.organization)

    def _end_others(self, states: list[WorkspaceState]) -> None:
        """An installation for the organization takes the place of those in its workspaces."""
        for state in states:
            if state.installation is not None and state.installation.active:
                self.uninstall(state.installation)

    def _issue(self, installation: Installation) -> Json:
        answer: Json = {
            "access_token": self._new_token(installation),
            "token_type": "bot",
            "scope": ",".join(sorted(installation.scopes)),
            "bot_user_id": installation.bot_user,
            "app_id": APP,
            "team": _named(installation.team),
            "enterprise": _named(_enterprise(installation)),
            "is_enterprise_install": installation.is_enterprise_install,
        }
        if not self.token_rotation:
            return answer
        refresh_token = "xoxe-1-" + secrets.token_hex(40)
        self.refresh_tokens[refresh_token] = RefreshToken(installation)
        return answer | {"refresh_token": refresh_token, "expires_in": TOKEN_SECONDS}

    def _new_token(self, installation: Installation) -> str:
        """Without token rotation an installation keeps its one token."""
        now = self.directory.clock()
        own = [
            token for token in self.tokens.values() if token.installation is installation and not token.error
        ]
        if not self.token_rotation:
            lasting = [token for token in own if token.expires is None]
            value = lasting[0].value if lasting else "xoxb-" + secrets.token_hex(24)
            self.tokens.setdefault(value, Token(value, installation))
            return value
        working = [token for token in own if token.expires is None or token.expires > now]
        for oldest in working[: max(len(working) - LIVE_TOKENS + 1, 0)]:
            oldest.error = "token_revoked"
        value = "xoxe.xoxb-1-" + secrets.token_hex(40)
        self.tokens[value] = Token(value, installation, now + TOKEN_SECONDS)
        return value

    def _end(self, installation: Installation, error: str) -> None:
        installation.active = False
        for token in self.tokens.values():
            if token.installation is installation and not token.error:
                token.error = error
        population.remove_bot(self.directory.of_installation(installation), installation.bot_user)


def _teams(code: Code) -> list[str]:
    if code.team is not None:
        return [code.team.id]
    return list(code.organization.teams) if code.organization is not None else []


def _tokens_revoked(installation: Installation) -> Json:
    return {"type": "tokens_revoked", "tokens": {"bot": [installation.bot_user]}}


def _enterprise(installation: Installation) -> Organization | None:
    if installation.team is not None:
        return installation.team.organization
    return installation.organization


def _named(place: Team | Organization | None) -> Json | None:
    return {"id": place.id, "name": place.name} if place is not None else None
