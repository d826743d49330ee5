"""The part of `cleaned check` that looks for the bot's webhooks at Mailchimp, and creates the missing ones."""

from collections.abc import Iterator, Sequence
from typing import Any

from bot.core.settings import Settings
from bot.mailchimp import account, webhooks
from bot.workspaces import databases
from handlers.clock import utc_now
from handlers.terminal.checks.finding import Finding, Make
from handlers.words import Words
from storage.mailchimp.api.errors import MailchimpError


def findings(config: Settings, right: Make, fault: Make) -> Iterator[Finding]:
    """One line per audience. A missing webhook is no fault: the scheduled sync finds the changes later."""
    client = account.account(config, tries=1)
    if client is None or not config.public_url:
        return
    address = webhooks.url(config)
    if address is None:
        yield fault("check-mailchimp-webhook-secret-missing")
        return
    try:
        with client:
            audience_webhooks = webhooks.check(client, address)
    except MailchimpError as error:
        yield fault(error.key, **error.values)
        return
    for webhook in audience_webhooks:
        if webhook.failed:
            yield fault(webhook.failed.key, **webhook.failed.values)
            continue
        key = "check-mailchimp-webhook" if webhook.is_set_up else "check-mailchimp-webhook-missing"
        yield right(key, audience=webhook.audience)


def set_up(words: Words, config: Settings) -> Sequence[Finding]:
    """Creates the missing webhooks; one line per audience. Raises CleanedError."""
    client, address = account.account(config, tries=1), webhooks.url(config)
    if client is None or address is None:
        return [_told(words, "check-mailchimp-webhook-settings", is_fault=True)]
    database = databases.open_current(config.database_url)
    try:
        with client:
            audience_webhooks = webhooks.set_up(database, client, address, utc_now())
    except MailchimpError as error:
        return [_told(words, error.key, is_fault=True, **error.values)]
    finally:
        database.close()
    return [_finding(words, webhook) for webhook in audience_webhooks]


def _finding(words: Words, webhook: webhooks.AudienceWebhook) -> Finding:
    if webhook.failed is None:
        return _told(words, "check-mailchimp-webhook", is_fault=False, audience=webhook.audience)
    why = words(webhook.failed.key, **webhook.failed.values)
    return _told(words, "check-mailchimp-webhook-failed", is_fault=True, audience=webhook.audience, why=why)


def _told(words: Words, key: str, *, is_fault: bool, **values: Any) -> Finding:
    return Finding(is_fault=is_fault, text=words(key, **values), key=key)
