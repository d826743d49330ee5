"""Token rotation: tokens that expire are replaced before they do, or once Slack says that one has.

A refresh token is good for one use. So whoever uses it holds a lock in this process and a lease among processes, and then
reads again whether another was quicker.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from http.client import HTTPException
from threading import Lock
from time import monotonic, sleep
from typing import Any

from slack_sdk.errors import SlackApiError, SlackClientError, SlackTokenRotationError
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.token_rotation import TokenRotator
from slack_sdk.web import SlackResponse

from bot.core.settings import Settings
from bot.jobs import jobs, task_leases
from bot.jobs.jobs import Clock
from handlers.slack.installation.installations import Installations, Installed
from handlers.slack.web_api.client import WorkspaceClient
from handlers.slack.web_api.metrics import CountedClient
from handlers.slack.web_api.sdk_workarounds import CALL_SECONDS, error_code
from storage.core.database import Database

BEFORE_EXPIRY = timedelta(hours=2)  # of the twelve that a token is good for
INTERVAL = timedelta(minutes=5)  # between two runs of `rotate_due`
LEASE = timedelta(seconds=3 * CALL_SECONDS)
WAIT_SECONDS = CALL_SECONDS + 2.0  # for the process that is renewing the same token
POLL_SECONDS = 0.1
STORING_TRIES, STORING_AGAIN_SECONDS = 5, 1.0
AT_ANY_TIME = 10**6  # minutes: when a token is due is decided here
# Of a refresh token that Slack will never accept. Other refusals, such as of the client's secret, can be put right.
_REFUSED = ("invalid_refresh_token", "token_revoked", "token_expired", "invalid_grant", "account_inactive")

log = logging.getLogger(__name__)


class Rotation:
    """Renews tokens. One object a process."""

    def __init__(
        self, installations: Installations, database: Database, settings: Settings, clock: Clock
    ) -> None:
        assert settings.slack_client_id
        assert settings.slack_client_secret
        client = CountedClient(base_url=settings.slack_api_url, timeout=CALL_SECONDS)
        client.retry_handlers = []  # the token may be used up although no answer came
        self._rotator = TokenRotator(
            client=client,
            client_id=settings.slack_client_id,
            client_secret=settings.slack_client_secret.get_secret_value(),
        )
        self._store, self._database, self._clock = installations.store, database, clock
        self._locks: dict[str, Lock] = {}

    def rotate_due(self, keep_lease: Callable[[], bool] = lambda: True) -> bool:
        """Renews the tokens that expire soon; False if one could not be."""
        done = True
        installations, _ = self._store.all()
        for found in installations:
            if self._is_due(found) and keep_lease():
                renewed = self._renew(Installed.of(found), self._is_due)
                done = done and (renewed is None or not self._is_due(renewed))
        return done

    def refresh(self, installed: Installed) -> Installed | None:
        """What is to be used after Slack has said that the token of `installed` has expired.

        The same if the token can't be renewed now or ever; None if the app was removed.
        """

        def is_the_same(found: Installation) -> bool:
            return found.bot_token == installed.bot_token

        renewed = self._renew(installed, is_the_same)
        return Installed.of(renewed) if renewed else None

    def _is_due(self, found: Installation) -> bool:
        expires_at = Installed.of(found).expires_at
        return bool(expires_at and found.bot_refresh_token and expires_at <= self._clock() + BEFORE_EXPIRY)

    def _renew(self, of: Installed, is_stale: Callable[[Installation], bool]) -> Installation | None:
        """Renews the token unless it is stale no more; returns the installation as it is then."""
        name, owner = f"rotation {of.id}", jobs.owner()
        with self._locks.setdefault(name, Lock()):
            deadline = monotonic() + WAIT_SECONDS
            while True:
                found = self._store.newest(of.team_id, of.enterprise_id)
                if found is None or not found.bot_refresh_token or not is_stale(found):
                    return found
                if task_leases.acquire(self._database, name, owner, self._clock(), LEASE):
                    break
                if monotonic() > deadline:
                    return found
                sleep(POLL_SECONDS)
            try:
                # Between the reading and the lease, another process may have ended its own.
                found = self._store.newest(of.team_id, of.enterprise_id)
                if found is None or not found.bot_refresh_token or not is_stale(found):
                    return found
                return self._rotate(of, found)
            finally:
                task_leases.release_all(self._database, owner, self._clock())

    def _rotate(self, of: Installed, found: Installation) -> Installation | None:
        """Uses the refresh token, and stores what comes of it."""
        new = Installation(**found.to_dict_for_copying())
        try:
            bot = self._rotator.perform_bot_token_rotation(
                bot=found.to_bot(), minutes_before_expiration=AT_ANY_TIME
            )
        except SlackTokenRotationError as error:
            code = error_code(error.api_error)
            if code not in _REFUSED:
                log.warning("The token of %s was not renewed: %s.", of.id, code or "no answer")
                return found
            log.error("The token of %s can't be renewed (%s): install the app there again.", of.id, code)  # noqa: TRY400
            new.bot_refresh_token = None
        except (SlackClientError, OSError, HTTPException) as error:
            log.warning("The token of %s was not renewed: %s.", of.id, type(error).__qualname__)
            return found
        else:
            if bot is None:
                log.warning("The token of %s was not renewed: another kind of token came.", of.id)
                return found
            new.bot_token, new.bot_refresh_token = bot.bot_token, bot.bot_refresh_token
            new.bot_token_expires_at = bot.bot_token_expires_at
        self._replace(found, new)
        # Another one if the app was installed again or removed meanwhile.
        return self._store.newest(of.team_id, of.enterprise_id)

    def _replace(self, found: Installation, new: Installation) -> None:
        """Stores the new tokens; tries again, because the old ones are used up."""
        for n in range(1, STORING_TRIES + 1):
            try:
                self._store.replace_tokens(found, new)
            except Exception:
                if n == STORING_TRIES:
                    raise
                sleep(STORING_AGAIN_SECONDS)
            else:
                return


class RenewingClient(WorkspaceClient):
    """The Web API with the token of an installation: when Slack says that it has expired, the call is sent with a new one."""

    def __init__(self, installed: Installed, rotation: Rotation, **given: Any) -> None:
        super().__init__(token=installed.bot_token, **given)
        self._installed, self._rotation = installed, rotation

    def api_call(self, api_method: str, **given: Any) -> SlackResponse:
        token = self.token
        try:
            return super().api_call(api_method, **given)
        except SlackApiError as error:
            if error_code(error) != "token_expired":
                raise
            renewed = self._rotation.refresh(replace(self._installed, bot_token=token or ""))
            if renewed is None or renewed.bot_token == token:
                raise
            self.token = renewed.bot_token
        return super().api_call(api_method, **given)
