"""What keeps `cleaned run` from starting: everything wrong with the settings, found without a connection."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.core import settings
from bot.core.errors import CleanedError
from bot.core.settings import Reading, Settings
from bot.mailchimp import account
from bot.workspaces import databases
from handlers import tracing
from handlers.web.webhooks import routes
from storage.mailchimp.api.errors import MailchimpError

_LOOPBACK = ("127.0.0.1", "::1", "localhost")  # where browsers do without https
BOT_TOKEN, APP_TOKEN = "xoxb-", "xapp-"  # how Slack's tokens begin


class NoBotToken(CleanedError):
    """`SLACK_BOT_TOKEN` is not set."""

    key = "error-no-bot-token"


class NoWayIn(CleanedError):
    """Neither an app token for Socket Mode nor a signing secret for HTTP is set."""

    key = "error-no-way-in"


class MissingForOAuth(CleanedError):
    """A setting is missing that an installation by OAuth needs, while another is there. Values: name."""

    key = "error-oauth-incomplete"


class OAuthNeedsHttps(CleanedError):
    """`CLEANED_PUBLIC_URL` is not https, so that no browser keeps the cookie of an installation."""

    key = "error-oauth-needs-https"


class MalformedBotToken(CleanedError):
    """`SLACK_BOT_TOKEN` is another kind of token."""

    key = "check-bot-token-malformed"


class MalformedAppToken(CleanedError):
    """`SLACK_APP_TOKEN` is another kind of token."""

    key = "check-app-token-malformed"


def faults(reading: Reading) -> Iterator[Exception]:
    """Yields the faults of the settings, each by itself and of those that need each other."""
    config, faulty = reading.settings, reading.faulty
    yield from reading.faults
    yield from _slack_faults(config, faulty)
    yield from routes.faults(config)
    yield from tracing.faults(settings.open_telemetry())
    try:
        databases.check_url(config.database_url)
        if client := account.account(config):
            client.close()
    except (CleanedError, MailchimpError) as error:
        yield error


def _slack_faults(config: Settings, faulty: frozenset[str]) -> Iterator[CleanedError]:
    bot, app = _text(config.slack_bot_token), _text(config.slack_app_token)
    if not (bot or wants_oauth(config, faulty) or "SLACK_BOT_TOKEN" in faulty):
        yield NoBotToken()
    if bot and not bot.startswith(BOT_TOKEN):
        yield MalformedBotToken()
    if app and not app.startswith(APP_TOKEN):
        yield MalformedAppToken()
    if not (app or config.slack_signing_secret or faulty & {"SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"}):
        yield NoWayIn()
    yield from oauth_faults(config, faulty)


def wants_oauth(config: Settings, faulty: frozenset[str]) -> bool:
    """Whether one of the settings is given that only OAuth needs."""
    return config.uses_oauth or bool(faulty & {"SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "CLEANED_TOKEN_KEY"})


def oauth_faults(config: Settings, faulty: frozenset[str]) -> Iterator[CleanedError]:
    """Yields what an installation by OAuth lacks; nothing where none is wanted."""
    if not wants_oauth(config, faulty):
        return
    needed = {
        "SLACK_CLIENT_ID": config.slack_client_id,
        "SLACK_CLIENT_SECRET": config.slack_client_secret,
        "CLEANED_TOKEN_KEY": config.token_key,
        "CLEANED_PUBLIC_URL": config.public_url,
    }
    for name, value in needed.items():
        if not value and name not in faulty:
            yield MissingForOAuth(name=name)
    url = urlsplit(config.public_url or "https:")
    if url.scheme != "https" and url.hostname not in _LOOPBACK:
        yield OAuthNeedsHttps()


def _text(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
