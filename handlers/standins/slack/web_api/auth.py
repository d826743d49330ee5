"""`oauth.v2.access`, `auth.*` and `apps.uninstall`."""

from dataclasses import dataclass

from handlers.standins.slack.state import SlackError
from handlers.standins.slack.teams.installations import Installations
from handlers.standins.slack.web_api.calls import MethodCall, MethodTable, page_of
from handlers.standins.types import Json

Credentials = tuple[str, str]  # client id and secret


@dataclass(frozen=True)
class OAuthMethods:
    """The methods that begin and end an installation."""

    installations: Installations

    def access(self, arguments: Json, credentials: Credentials) -> Json:
        """`oauth.v2.access`. Raises SlackError."""
        self._check(credentials)
        grant = arguments.get("grant_type") or "authorization_code"
        if grant == "authorization_code":
            return self.installations.exchange(
                arguments.get("code") or None, arguments.get("redirect_uri") or None
            )
        if grant == "refresh_token":
            return self.installations.refresh(arguments.get("refresh_token") or None)
        raise SlackError("invalid_grant_type")

    def uninstall(self, call: MethodCall, credentials: Credentials) -> Json:
        """`apps.uninstall`."""
        self._check(credentials)
        self.installations.uninstall(call.installation)
        return {}

    def revoke(self, call: MethodCall) -> Json:
        """`auth.revoke`; with `test` nothing is revoked."""
        if call.flag("test"):
            return {"revoked": False}
        self.installations.revoke(call.installation)
        return {"revoked": True}

    def _check(self, credentials: Credentials) -> None:
        client_id, secret = credentials
        if client_id != self.installations.client_id:
            raise SlackError("invalid_client_id")
        if secret != self.installations.client_secret:
            raise SlackError("bad_client_secret")


def auth_test(call: MethodCall) -> Json:
    team, installation = call.state.team, call.installation
    organization = team.organization
    place = organization if organization is not None and installation.is_enterprise_install else team
    answer: Json = {
        "url": call.state.page_url,
        "team": place.name,
        "user": call.state.people[installation.bot_user].name,
        "team_id": place.id,
        "user_id": installation.bot_user,
        "bot_id": installation.bot,
        "is_enterprise_install": installation.is_enterprise_install,
    }
    return answer | ({"enterprise_id": organization.id} if organization is not None else {})


def teams_list(call: MethodCall) -> Json:
    """The workspaces that an organization has added the app to, or the one that the token belongs to."""
    teams, metadata = page_of(call, call.installation.teams, 100)
    return {"teams": [{"id": team, "name": call.names.get(team, team)} for team in teams], **metadata}


METHODS: MethodTable = {
    "auth.test": ((), auth_test),
    "auth.teams.list": ((), teams_list),
}
