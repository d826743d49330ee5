"""The Mailchimp account that the settings name."""

from bot.core.errors import CleanedError
from bot.core.settings import Settings
from storage.mailchimp.client import Client
from storage.mailchimp.transport import TRIES


class NoMailchimpKey(CleanedError):
    """`MAILCHIMP_API_KEY` is not set."""

    key = "error-no-mailchimp-key"


class NotMirrored(CleanedError):
    """The audience is not Mailchimp's. Values: name."""

    key = "error-not-mirrored"


def account(settings: Settings, tries: int = TRIES) -> Client | None:
    """The account, not asked yet; None without a key. `tries`: how often a call is sent. Raises BadKey, BadBase."""
    key = settings.mailchimp_api_key
    return Client(key.get_secret_value(), settings.mailchimp_api_url, tries=tries) if key else None
