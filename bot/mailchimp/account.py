"""The Mailchimp account of the settings."""

from bot.core.errors import CleanedError
from bot.core.settings import Settings
from storage.mailchimp.api.client import Client
from storage.mailchimp.api.transport import TRIES


class NoMailchimpKey(CleanedError):
    """`MAILCHIMP_API_KEY` is not set."""

    key = "error-no-mailchimp-key"


class NotMirrored(CleanedError):
    """The audience is not a mirror of a Mailchimp audience. Values: name."""

    key = "error-not-mirrored"


def account(settings: Settings, tries: int = TRIES) -> Client | None:
    """Returns a client that has not connected yet; None without a key. `tries`: per call. Raises BadKey, BadBase."""
    key = settings.mailchimp_api_key
    if not key:
        return None
    return Client(
        key.get_secret_value(), settings.mailchimp_api_url, settings.mailchimp_connections, tries=tries
    )
