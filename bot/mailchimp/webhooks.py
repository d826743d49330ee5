"""Mailchimp's webhooks: a bell, not a source. One that rings has what changed fetched; nothing it says is believed."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core import jobs
from bot.core.settings import Settings
from bot.mailchimp.mirror import sync
from storage.bounces import webhook_tokens
from storage.core import audiences
from storage.core import jobs as job_rows
from storage.core.database import Database
from storage.mailchimp import mirrors
from storage.mailchimp.client import Client
from storage.mailchimp.errors import MailchimpError
from storage.mailchimp.remote_state import RemoteState

BY = "mailchimp"
PATH = "/mailchimp/"


@dataclass(frozen=True, slots=True)
class WebhookAddress:
    """Whether an audience of the account tells us what happens. `failed`: why that could not be set up."""

    audience: str
    is_set_up: bool
    failed: MailchimpError | None = None


def secret_of(database: Database, remote_id: str) -> str | None:
    """The secret that signs the webhooks of that audience; "" if we know of none, None without a mirror."""
    with database.reading() as session:
        audience = mirrors.of_remote(session, remote_id)
        return None if audience is None else RemoteState.from_json(audience.remote).webhook_secret


def ring(database: Database, remote_id: str, uid: str, now: datetime) -> bool:
    """Has a sync follow, unless one waits already; False for what rang before, and for unknown audiences.

    `uid` is the same when the same is told again. A sync under way may have passed the contact: another follows it.
    """
    mine = secrets.token_hex(8)
    with database.transaction() as session:
        if webhook_tokens.use(session, {uid: mine}, now)[uid] != mine:
            return False
        audience = mirrors.of_remote(session, remote_id, lock=True)
        # Before the first sync's end the clock's next look brings it.
        if audience is None or audience.mirrored_until is None:
            return False
        if mirrors.under_way(session, audience.id, jobs.SYNC, ("waiting",)) is None:
            job_rows.add(session, sync.new_job(audience, by=BY, now=now))
    return True


def url(settings: Settings) -> str | None:
    """Where Mailchimp is to tell; None where the settings don't say."""
    secret = settings.mailchimp_webhook_secret
    if not settings.public_url or not secret:
        return None
    return settings.public_url.rstrip("/") + PATH + secret.get_secret_value()


def look(client: Client, address: str) -> Sequence[WebhookAddress]:
    """Which audiences of the account tell that URL. Raises MailchimpError."""
    return [
        WebhookAddress(each.name, any(webhook.url == address for webhook in client.webhooks(each.id)))
        for each in client.audiences()
    ]


def set_up(database: Database, client: Client, address: str, now: datetime) -> Sequence[WebhookAddress]:
    """Has every audience tell that URL, which must answer by then. Raises MailchimpError."""
    return [_set_up(database, client, address, each) for each in sync.discover(database, client, now)]


def _set_up(database: Database, client: Client, address: str, audience_id: int) -> WebhookAddress:
    with database.reading() as session:
        audience = audiences.get(session, audience_id)
    assert audience is not None
    assert audience.remote_id is not None  # a mirror has it
    try:
        if any(webhook.url == address for webhook in client.webhooks(audience.remote_id)):
            return WebhookAddress(audience.name, is_set_up=True)
        made = client.add_webhook(audience.remote_id, address)
    except MailchimpError as error:
        return WebhookAddress(audience.name, is_set_up=False, failed=error)
    with database.transaction() as session:
        mirrors.set_webhook_secret(session, audience_id, made.secret)
    return WebhookAddress(audience.name, is_set_up=True)
