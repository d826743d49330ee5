"""A provider's own list of addresses that it no longer mails, taken in as bounces and complaints.

The list is read from its beginning each time, and an entry that was taken in before changes nothing
(docs/decisions/0062-suppression-lists.md). Nothing is changed at the provider.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from enum import StrEnum

import httpx
from pydantic import SecretStr

from bot.audiences.audiences import Audience
from bot.bounces import intake
from bot.bounces.diagnosis import diagnose, find_code
from bot.bounces.events import EARLIEST, LIST_SUFFIX, LONGEST_ADDRESS, Cause, EventKind, MailEvent
from bot.core.errors import CleanedError
from bot.core.settings import Settings
from storage.audiences import audiences
from storage.bounces import contacts as contact_rows
from storage.bounces.suppressions import brevo, mailgun, postmark, sendgrid, ses
from storage.bounces.suppressions.api import ProviderApi, Timing
from storage.bounces.suppressions.entries import Page, Suppression
from storage.bounces.suppressions.sigv4 import AwsKey, SigV4
from storage.core.database import Database
from storage.core.tables import AudienceSource

ENTRIES_AT_ONCE = 500  # in one transaction


class Provider(StrEnum):
    """Whose list it is."""

    SES = "ses"
    SENDGRID = "sendgrid"
    POSTMARK = "postmark"
    MAILGUN = "mailgun"
    BREVO = "brevo"


class ListNotSetUp(CleanedError):
    """A setting that reading the list needs is missing. Values: name."""

    key = "error-list-not-set-up"


# What the provider's reasons mean. All others are no bounces: unsubscribed, or put there by hand.
KINDS: Mapping[Provider, Mapping[str, EventKind]] = {
    Provider.SES: {"BOUNCE": EventKind.HARD, "COMPLAINT": EventKind.COMPLAINT},
    Provider.SENDGRID: {
        "bounces": EventKind.HARD,
        "invalid_emails": EventKind.HARD,
        "spam_reports": EventKind.COMPLAINT,
        "blocks": EventKind.SOFT,  # SendGrid mails them again
    },
    Provider.POSTMARK: {"HardBounce": EventKind.HARD, "SpamComplaint": EventKind.COMPLAINT},
    Provider.MAILGUN: {"bounces": EventKind.HARD, "complaints": EventKind.COMPLAINT},
    Provider.BREVO: {"hardBounce": EventKind.HARD, "contactFlaggedAsSpam": EventKind.COMPLAINT},
}
TITLES = {
    Provider.SES: "Amazon SES",
    Provider.SENDGRID: "SendGrid",
    Provider.POSTMARK: "Postmark",
    Provider.MAILGUN: "Mailgun",
    Provider.BREVO: "Brevo",
}
_CAUSES = {"invalid_emails": Cause.NO_MAILBOX}


@dataclass(frozen=True, slots=True)
class ListOutcome:
    """What became of the entries of a list. `listed` is the sum of the others."""

    listed: int = 0
    cleaned: int = 0  # now
    already_cleaned: int = 0
    kept: int = 0  # as evidence: soft, or the contact gets no mail anyway
    mirrored: int = 0  # only audiences of Mailchimp have the address
    not_in_audience: int = 0
    left_out: int = 0  # not a bounce

    def __add__(self, other: "ListOutcome") -> "ListOutcome":
        return ListOutcome(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def in_audience(self) -> int:
        return self.cleaned + self.already_cleaned + self.kept

    def to_json(self) -> dict[str, int]:
        return asdict(self) | {"in_audience": self.in_audience}


def read(
    settings: Settings,
    provider: Provider,
    *,
    transport: httpx.BaseTransport | None = None,
    timing: Timing | None = None,
) -> Iterator[Page]:
    """Yields the list, with at most ENTRIES_AT_ONCE entries at a time. Raises ListNotSetUp, SuppressionListError.

    `transport` and `timing` are for tests.
    """
    timing = timing or Timing()
    access = _ACCESS[provider](settings, timing)
    api = ProviderApi(
        TITLES[provider],
        settings.provider_url or access.base,
        headers=access.headers,
        auth=access.auth,
        transport=transport,
        timing=timing,
    )
    with closing(api):
        for page in access.pages(api):
            for n in range(0, len(page.entries), ENTRIES_AT_ONCE):
                yield Page(page.entries[n : n + ENTRIES_AT_ONCE], page.total)


def take_in(
    database: Database,
    provider: Provider,
    entries: Sequence[Suppression],
    now: datetime,
    audience: Audience | None = None,
) -> ListOutcome:
    """Takes in entries; `audience` is the only one that they concern. Addresses in no audience are only counted."""
    events = {
        n: event
        for n, entry in enumerate(entries)
        if (event := _event(provider, entry, now, audience.name if audience else ""))
    }
    keys = {n: intake.address_key(event.address) for n, event in events.items()}
    having, mirrored = _having(database, set(keys.values()), audience)
    concerned = [n for n, key in keys.items() if key in having]
    counts = intake.take_in(database, [events[n] for n in concerned], now)
    cleaned = _cleaned(database, {keys[n] for n in concerned}, having)
    cleaned_after = sum(keys[n] in cleaned for n in concerned)
    n_mirrored = sum(key in mirrored and key not in having for key in keys.values())
    return ListOutcome(
        listed=len(entries),
        cleaned=counts.cleaned,
        already_cleaned=cleaned_after - counts.cleaned,
        kept=len(concerned) - cleaned_after,
        mirrored=n_mirrored,
        not_in_audience=len(events) - len(concerned) - n_mirrored,
        left_out=len(entries) - len(events),
    )


def _event(provider: Provider, entry: Suppression, now: datetime, audience: str) -> MailEvent | None:
    """None if the entry is not about a bounce or a complaint, or has no address."""
    kind = KINDS[provider].get(entry.reason)
    if kind is None or not entry.address:
        return None
    at = entry.at if entry.at and entry.at >= EARLIEST else None
    code = find_code(entry.diagnostic)
    cause = Cause.UNKNOWN if kind == EventKind.COMPLAINT else diagnose(code, entry.diagnostic)[1]
    return MailEvent(
        address=entry.address[:LONGEST_ADDRESS],
        kind=kind,
        at=at or now,
        source=f"{provider}{LIST_SUFFIX}",
        uid=f"{entry.reason} {at.isoformat() if at else ''}",
        code=code,
        cause=_CAUSES.get(entry.reason, cause) if cause == Cause.UNKNOWN else cause,
        diagnostic=entry.diagnostic,
        audience=audience,
    )


def _having(
    database: Database, keys: Collection[str], audience: Audience | None
) -> tuple[dict[str, set[int]], Collection[str]]:
    """Address → the local audiences concerned that have it; and the addresses that mirrored audiences have."""
    with database.reading() as session:
        rows = audiences.list_all(session)
        mirrors = [row.id for row in rows if row.source == AudienceSource.MAILCHIMP]
        locals_ = [row.id for row in rows if row.source == AudienceSource.LOCAL]
        concerned = [id_ for id_ in locals_ if audience is None or id_ == audience.id]
        local = contact_rows.audiences_having(session, keys, concerned)
        mirrored = contact_rows.audiences_having(session, keys, mirrors)
    return local, mirrored.keys()


def _cleaned(database: Database, keys: Collection[str], having: Mapping[str, set[int]]) -> set[str]:
    audience_ids = {id_ for key in keys for id_ in having[key]}
    with database.reading() as session:
        return contact_rows.cleaned_among(session, audience_ids, keys)


@dataclass(frozen=True, slots=True)
class _Access:
    """Where the list is, how the key is sent, and how the list is read."""

    base: str
    pages: Callable[[ProviderApi], Iterator[Page]]
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    auth: httpx.Auth | None = None


def _ses(settings: Settings, timing: Timing) -> _Access:
    key_id, secret, token, *_ = [*_key(settings.ses_key, "CLEANED_SES_KEY").split(":"), "", ""]
    region = _present(settings.ses_region, "CLEANED_SES_REGION")
    auth = SigV4(AwsKey(key_id, secret, token), region, ses.SERVICE, timing.now)
    return _Access(ses.base(region), ses.pages, auth=auth)


def _sendgrid(settings: Settings, _timing: Timing) -> _Access:
    key = _key(settings.sendgrid_api_key, "CLEANED_SENDGRID_API_KEY")
    return _Access(sendgrid.BASE, sendgrid.pages, sendgrid.headers(key))


def _postmark(settings: Settings, _timing: Timing) -> _Access:
    token = _key(settings.postmark_api_token, "CLEANED_POSTMARK_API_TOKEN")
    return _Access(postmark.BASE, postmark.pages, postmark.headers(token))


def _mailgun(settings: Settings, _timing: Timing) -> _Access:
    key = _key(settings.mailgun_api_key, "CLEANED_MAILGUN_API_KEY")
    domains = settings.mailgun_domains
    _present(" ".join(domains), "CLEANED_MAILGUN_DOMAINS")
    return _Access(mailgun.BASE, lambda api: mailgun.pages(api, domains), auth=mailgun.auth(key))


def _brevo(settings: Settings, _timing: Timing) -> _Access:
    key = _key(settings.brevo_api_key, "CLEANED_BREVO_API_KEY")
    return _Access(brevo.BASE, brevo.pages, brevo.headers(key))


_ACCESS = {
    Provider.SES: _ses,
    Provider.SENDGRID: _sendgrid,
    Provider.POSTMARK: _postmark,
    Provider.MAILGUN: _mailgun,
    Provider.BREVO: _brevo,
}


def _key(value: SecretStr | None, name: str) -> str:
    return _present(value.get_secret_value() if value else "", name)


def _present(value: str | None, name: str) -> str:
    if not value:
        raise ListNotSetUp(name=name)
    return value
