"""Mailchimp's webhooks. A webhook only triggers a sync: its content is not used."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.settings import Settings
from bot.jobs import jobs
from bot.mailchimp.mirror import sync
from bot.mailchimp.mirror.jobs import SYNC
from storage.audiences import audiences
from storage.bounces import webhook_tokens
from storage.core.database import Database
from storage.jobs.tables import JobState
from storage.mailchimp import mirrors
from storage.mailchimp.api.client import Client
from storage.mailchimp.api.errors import MailchimpError
from storage.mailchimp.api.values import RemoteAudience
from storage.mailchimp.remote_state import RemoteState

BY = "mailchimp"
PATH = "/mailchimp/"


@dataclass(frozen=True, slots=True)
class AudienceWebhook:
    """Whether an audience of the account has our webhook. `failed`: why it could not be looked for or added."""

    audience: str
    is_set_up: bool
    failed: MailchimpError | None = None


def signing_secret(database: Database, remote_id: str) -> str | None:
    """The secret that signs an audience's webhooks; empty if unknown, None if the audience has no mirror."""
    with database.reading() as session:
        audience = mirrors.by_remote_id(session, remote_id)
        return None if audience is None else RemoteState.from_json(audience.remote).webhook_secret


def request_sync(database: Database, remote_id: str, uid: str, now: datetime) -> bool:
    """Requests a sync, unless one is waiting. Returns False for repeated webhooks and unknown audiences.

    `uid` identifies a repeated webhook. A running sync may have passed the changed contact, so another follows it.
    """
    token = secrets.token_hex(8)
    with database.transaction() as session:
        if webhook_tokens.claim(session, {uid: token}, now)[uid] != token:
            return False
        audience = mirrors.by_remote_id(session, remote_id, lock=True)
        # Until the first sync has ended, the scheduler requests syncs.
        if audience is None or audience.mirrored_until is None:
            return False
        if not jobs.unfinished(session, SYNC, audience_id=audience.id, states=(JobState.WAITING,)):
            sync.create(session, audience, by=BY, now=now)
    return True


def url(settings: Settings) -> str | None:
    """The URL of our webhook; None if the settings don't define it."""
    secret = settings.mailchimp_webhook_secret
    if not settings.public_url or not secret:
        return None
    return settings.public_url.rstrip("/") + PATH + secret.get_secret_value()


def check(client: Client, address: str) -> Sequence[AudienceWebhook]:
    """Which audiences of the account have a webhook with this URL. Raises MailchimpError if it can't list them."""
    return [_check(client, audience, address) for audience in client.audiences()]


def _check(client: Client, audience: RemoteAudience, address: str) -> AudienceWebhook:
    try:
        is_set_up = any(webhook.url == address for webhook in client.webhooks(audience.id))
    except MailchimpError as error:
        return AudienceWebhook(audience.name, is_set_up=False, failed=error)
    return AudienceWebhook(audience.name, is_set_up)


def set_up(database: Database, client: Client, address: str, now: datetime) -> Sequence[AudienceWebhook]:
    """Adds a webhook to every audience without one. The URL must answer already. Raises MailchimpError."""
    audience_ids = sync.discover(database, client, now)
    return [_set_up(database, client, address, audience_id) for audience_id in audience_ids]


def _set_up(database: Database, client: Client, address: str, audience_id: int) -> AudienceWebhook:
    with database.reading() as session:
        audience = audiences.get(session, audience_id)
    assert audience is not None
    assert audience.remote_id is not None  # a mirror has it
    try:
        if any(webhook.url == address for webhook in client.webhooks(audience.remote_id)):
            return AudienceWebhook(audience.name, is_set_up=True)
        webhook = client.add_webhook(audience.remote_id, address)
    except MailchimpError as error:
        return AudienceWebhook(audience.name, is_set_up=False, failed=error)
    with database.transaction() as session:
        mirrors.set_webhook_secret(session, audience_id, webhook.secret)
    return AudienceWebhook(audience.name, is_set_up=True)
