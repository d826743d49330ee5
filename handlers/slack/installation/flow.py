"""Bolt's OAuth flow: begins an installation, and ends it when Slack sends the person back."""

import logging
from collections.abc import Callable
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode, urlsplit

from slack_bolt import BoltRequest, BoltResponse
from slack_bolt.oauth.callback_options import CallbackOptions, FailureArgs, SuccessArgs
from slack_bolt.oauth.oauth_flow import OAuthFlow
from slack_bolt.oauth.oauth_settings import OAuthSettings
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.oauth import OAuthStateUtils
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.web import SlackResponse

from bot.core.settings import Settings
from bot.jobs.jobs import Clock
from bot.workspaces import workspaces
from handlers.slack.installation import pages
from handlers.slack.installation.installations import (
    INSTALL_PATH,
    REDIRECT_PATH,
    Installations,
    Installed,
)
from handlers.slack.installation.pages import NotInstalled
from handlers.slack.installation.store import STATE_SECONDS, StateStore
from handlers.slack.web_api.metrics import CountedClient
from handlers.slack.web_api.scopes import SCOPES
from handlers.slack.web_api.sdk_workarounds import CALL_SECONDS, error_code
from storage.core.database import Database

_FAILURES = {
    "access_denied": NotInstalled.CANCELLED,
    **dict.fromkeys(
        ("invalid_browser", "invalid_state", "missing_code", "invalid_code"), NotInstalled.EXPIRED
    ),
    **dict.fromkeys(("code_already_used", "code_expired"), NotInstalled.EXPIRED),
    **dict.fromkeys(
        (
            "invalid_team_for_non_distributed_app",
            "cannot_install_an_org_installed_app",
            "team_access_not_granted",
        ),
        NotInstalled.WORKSPACE,
    ),
    **dict.fromkeys(
        ("bad_client_secret", "invalid_client_id", "bad_redirect_uri", "invalid_scope", "no_scopes"),
        NotInstalled.SETTINGS,
    ),
    **dict.fromkeys(
        ("internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited"),
        NotInstalled.UNREACHABLE,
    ),
}
"""Slack's codes, and Bolt's, by what a person can do about them."""

OnInstalled = Callable[[Installed], object]

log = logging.getLogger(__name__)


class Flow(OAuthFlow):
    """`handle_installation` and `handle_callback` answer the two paths; both wait for the database, the second for Slack.

    What goes wrong with the database, or in `on_installed`, is raised. No code, state or secret is logged.
    """

    def __init__(
        self,
        installations: Installations,
        database: Database,
        settings: Settings,
        clock: Clock,
        on_installed: OnInstalled = lambda _: None,
    ) -> None:
        """`on_installed` is called with each installation that was stored, before the person sees that it is done."""
        assert settings.slack_client_id
        assert settings.slack_client_secret
        assert settings.public_url
        self._on_installed = on_installed
        oauth = OAuthSettings(
            client_id=settings.slack_client_id,
            client_secret=settings.slack_client_secret.get_secret_value(),
            scopes=sorted(SCOPES),
            user_scopes=[],
            redirect_uri=settings.public_url.strip().rstrip("/") + REDIRECT_PATH,
            install_path=INSTALL_PATH,
            redirect_uri_path=REDIRECT_PATH,
            authorization_url=_authorization_url(settings.slack_api_url),
            installation_store=installations.store,
            state_store=StateStore(database, clock),
            state_expiration_seconds=STATE_SECONDS,
            callback_options=CallbackOptions(success=self._succeed, failure=self._fail),
        )
        oauth.state_utils = _StateUtils(expiration_seconds=STATE_SECONDS)
        super().__init__(client=_client(settings), logger=log, settings=oauth)

    def build_authorize_url(self, state: str, request: BoltRequest) -> str:
        """As Bolt's, which puts what a stranger has written for `team` into the address as it is."""
        fields = {
            "state": state,
            "client_id": self.client_id,
            "scope": ",".join(self.settings.scopes or ()),
            "redirect_uri": self.redirect_uri or "",
        }
        team = _query(request, "team")
        if workspaces.ID.fullmatch(team):
            fields["team"] = team
        return f"{self.settings.authorization_url}?{urlencode(fields)}"

    def build_install_page_html(self, url: str, request: BoltRequest) -> str:
        return pages.install(pages.words_of(request), url, self.settings.scopes or ())

    def handle_callback(self, request: BoltRequest) -> BoltResponse:
        try:
            return super().handle_callback(request)
        except _Refused as refused:
            return self._failure(request, refused.failure, refused.code)

    def run_installation(self, code: str) -> Installation:
        """As Bolt's, which writes the code to the log when Slack refuses it."""
        installation = super().run_installation(code)
        if installation is None or not installation.bot_token:
            raise _Refused(NotInstalled.OTHER)
        if installation.is_enterprise_install:
            installation.team_id = installation.team_name = None
        if not workspaces.ID.fullmatch(Installed.of(installation).id):
            raise _Refused(NotInstalled.OTHER)
        return installation

    def store_installation(self, request: BoltRequest, installation: Installation) -> None:
        super().store_installation(request, installation)
        installed = Installed.of(installation)
        log.info("Installed in %s.", installed.id)
        self._on_installed(installed)

    def _succeed(self, args: SuccessArgs) -> BoltResponse:
        page = pages.success(pages.words_of(args.request), args.installation)
        return self._page(200, page)

    def _fail(self, args: FailureArgs) -> BoltResponse:
        return self._failure(args.request, _FAILURES.get(args.reason, NotInstalled.OTHER))

    def _failure(self, request: BoltRequest, failure: NotInstalled, code: str = "") -> BoltResponse:
        return self._page(failure.status, pages.failure(pages.words_of(request), failure, code))

    def _page(self, status: int, page: str) -> BoltResponse:
        cookie = self.settings.state_utils.build_set_cookie_for_deletion()
        return BoltResponse(status=status, body=page, headers={"Set-Cookie": [cookie]})


class _Refused(Exception):
    """Slack did not install the app. `code` is its own word for the reason, if it has answered."""

    def __init__(self, failure: NotInstalled, code: str = "") -> None:
        super().__init__(failure)
        self.failure, self.code = failure, code


class _Client(CountedClient):
    """Raises _Refused where Bolt would log the error with the code of the installation, or not expect one."""

    def api_call(self, api_method: str, **given: Any) -> SlackResponse:
        try:
            return super().api_call(api_method, **given)
        except SlackApiError as error:
            code = error_code(error) or ""
            failure = _FAILURES.get(code, NotInstalled.OTHER) if code else NotInstalled.UNREACHABLE
        except (SlackClientError, OSError, HTTPException):
            code, failure = "", NotInstalled.UNREACHABLE
        log.warning("An installation failed: %s, %s.", api_method, code or "no answer")
        raise _Refused(failure, code)


class _StateUtils(OAuthStateUtils):
    """Cookies that other sites' pages can't have sent, except by leading here as Slack does."""

    def build_set_cookie_for_new_state(self, state: str) -> str:
        return super().build_set_cookie_for_new_state(state) + "; SameSite=Lax"

    def build_set_cookie_for_deletion(self) -> str:
        return super().build_set_cookie_for_deletion() + "; SameSite=Lax"


def _client(settings: Settings) -> _Client:
    client = _Client(base_url=settings.slack_api_url, timeout=CALL_SECONDS)
    client.retry_handlers = []  # a code is valid once; the person begins again
    return client


def _authorization_url(api_url: str) -> str:
    """The page where Slack asks the person, on the origin of the Web API."""
    found = urlsplit(api_url)
    return f"{found.scheme}://{found.netloc}/oauth/v2/authorize"


def _query(request: BoltRequest, name: str) -> str:
    return str(next(iter(request.query.get(name, ())), ""))
