"""The part of `cleaned check` that looks for Mailchimp's webhooks, and makes those that are missing."""

from collections.abc import Iterator, Sequence

from bot.core import databases
from bot.core.settings import Settings
from bot.mailchimp import account, webhooks
from handlers.slack.context import utc_now
from handlers.terminal.checks.finding import Finding, Make
from handlers.words import Words
from storage.mailchimp.errors import MailchimpError


def found(given: Settings, right: Make, fault: Make) -> Iterator[Finding]:
    """Which audiences tell the bot at once. One that doesn't is no fault: the clock looks."""
    client = account.account(given, tries=1)
    if client is None or not given.public_url:
        return
    address = webhooks.url(given)
    if address is None:
        yield fault("check-mailchimp-webhook-secret-missing")
        return
    try:
        with client:
            places = webhooks.check(client, address)
    except MailchimpError as error:
        yield fault(error.key, **error.values)
        return
    for each in places:
        key = "check-mailchimp-webhook" if each.is_set_up else "check-mailchimp-webhook-missing"
        yield right(key, audience=each.audience)


def made(words: Words, given: Settings) -> Sequence[Finding]:
    """Sets them up; a line each. Raises CleanedError."""
    client, address = account.account(given, tries=1), webhooks.url(given)
    if client is None or address is None:
        return [Finding(is_fault=True, text=words("check-mailchimp-webhook-settings"))]
    database = databases.ready(given.database_url)
    try:
        with client:
            places = webhooks.set_up(database, client, address, utc_now())
    except MailchimpError as error:
        return [Finding(is_fault=True, text=words(error.key, **error.values))]
    finally:
        database.close()
    return [_line(words, each) for each in places]


def _line(words: Words, place: webhooks.AudienceWebhook) -> Finding:
    if place.failed is None:
        return Finding(is_fault=False, text=words("check-mailchimp-webhook", audience=place.audience))
    why = words(place.failed.key, **place.failed.values)
    text = words("check-mailchimp-webhook-failed", audience=place.audience, why=why)
    return Finding(is_fault=True, text=text)
