"""Amazon SES by way of Amazon SNS: feedback notifications and event publishing.

https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html,
https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.bounces.events import Cause, EventKind, MailEvent
from bot.bounces.messages.amazon import NOT_SPAM, diagnose_bounce, diagnose_delay
from bot.bounces.webhooks import WebhookPayload
from bot.core.settings import BadSetting, Settings
from handlers.web.webhooks.fetches import Fetch, Fetches
from handlers.web.webhooks.parsing import (
    JsonObject,
    as_object,
    event_uid,
    first_code,
    parse_json,
)
from handlers.web.webhooks.providers import sns
from handlers.web.webhooks.requests import Receiver, WebhookRequest
from storage.core.text import storable

NAME = "ses"

log = logging.getLogger(__name__)


def receiver(settings: Settings, fetch: Fetch = sns.fetch) -> Receiver | None:
    """Returns the receiver; None without `CLEANED_SES_TOPICS`. Raises BadSetting if it is not the ARN of a topic."""
    if not settings.ses_topics:
        return None
    if not all(map(sns.TOPIC.fullmatch, settings.ses_topics)):
        raise BadSetting(name="CLEANED_SES_TOPICS")
    certificates = sns.certificates(fetch)
    confirmations = Fetches(fetch, bytes, "The confirmation of the subscription")

    def receive(request: WebhookRequest) -> WebhookPayload:
        message = as_object(parse_json(request.body))
        sns.verify(message, settings.ses_topics, certificates, request.now)
        return _handle(message, confirmations, request)

    return receive


def read(body: str, now: datetime) -> WebhookPayload:
    """Parses the event in an SNS message. Raises InvalidBody."""
    event = as_object(parse_json(body), "Message")
    mail, name = event.inner("mail"), event.text("eventType", "notificationType")
    if name not in READERS:
        return WebhookPayload(ignored=1)
    report = _Report(name, event.inner(name[:1].lower() + name[1:]), mail, now)
    events = tuple(READERS[name](report))
    return WebhookPayload(events, ignored=0 if events else 1)


def _handle(message: JsonObject, confirmations: Fetches[bytes], request: WebhookRequest) -> WebhookPayload:
    topic = message.exact("TopicArn")
    match message.exact("Type"):
        case sns.CONFIRMATION:
            url = sns.own_url(message.exact("SubscribeURL"), topic, sns.SUBSCRIPTION)
            confirmations.get(url, request.now)
            log.info("The subscription to %s is confirmed.", topic)
        case sns.UNSUBSCRIPTION:
            log.warning("%s was unsubscribed: no more bounces will arrive from it.", topic)
        case _:
            return read(message.exact("Message"), request.now)
    return WebhookPayload(ignored=1)


@dataclass(frozen=True, slots=True)
class _Report:
    """One SES event: its name, its details and the mail that it is about, shared by the events of all recipients."""

    name: str
    details: JsonObject
    mail: JsonObject
    now: datetime

    @property
    def identity(self) -> str:
        return self.details.text("feedbackId") or self.mail.text("messageId")

    def event(
        self,
        address: str,
        kind: EventKind,
        *identity: str,
        cause: Cause = Cause.UNKNOWN,
        code: str = "",
        diagnostic: str = "",
    ) -> MailEvent:
        """`identity` distinguishes this event from others of the same name about the address."""
        return MailEvent(
            address=address,
            kind=kind,
            at=self.details.time("timestamp", "arrivalDate", now=self.now),
            source=NAME,
            uid=event_uid((NAME, self.name, *identity, address.lower())),
            code=code,
            cause=cause,
            diagnostic=diagnostic,
            campaign=self.mail.inner("tags").label("campaign"),
        )


def _bounces(report: _Report) -> Iterator[MailEvent]:
    bounce_type, subtype = report.details.text("bounceType"), report.details.text("bounceSubType")
    for recipient in report.details.list("bouncedRecipients"):
        diagnostic = recipient.text("diagnosticCode")
        code = first_code(recipient.text("status"), diagnostic)
        kind, cause = diagnose_bounce(bounce_type, subtype, code, diagnostic)
        address = recipient.address("emailAddress")
        yield report.event(address, kind, report.identity, cause=cause, code=code, diagnostic=diagnostic)


def _delays(report: _Report) -> Iterator[MailEvent]:
    delay_type, at = report.details.text("delayType"), report.details.text("timestamp")
    for recipient in report.details.list("delayedRecipients"):
        diagnostic = recipient.text("diagnosticCode")
        code = first_code(recipient.text("status"), diagnostic)
        yield report.event(
            recipient.address("emailAddress"),
            EventKind.SOFT,
            report.identity,
            at,  # SES reports several delays of one message
            cause=diagnose_delay(delay_type, code, diagnostic),
            code=code,
            diagnostic=diagnostic,
        )


def _complaints(report: _Report) -> Iterator[MailEvent]:
    recipients = report.details.list("complainedRecipients")
    # Several are all recipients in one domain: one of them complained, and SES does not know which.
    if report.details.text("complaintFeedbackType") != NOT_SPAM and len(recipients) == 1:
        address = recipients[0].address("emailAddress")
        yield report.event(address, EventKind.COMPLAINT, report.identity)


def _deliveries(report: _Report) -> Iterator[MailEvent]:
    for address in _addresses(report.details, "recipients"):
        yield report.event(address, EventKind.DELIVERED, report.mail.text("messageId"))


def _activity(report: _Report) -> Iterator[MailEvent]:
    addresses = _addresses(report.mail, "destination")
    if len(addresses) == 1:  # of several, SES does not know who it was
        identity = (report.mail.text("messageId"), report.details.text("timestamp"))
        yield report.event(addresses[0], EventKind.ACTIVE, *identity)


def _addresses(json_object: JsonObject, name: str) -> list[str]:
    """The addresses in a list of texts."""
    values = json_object.values.get(name)
    return [
        JsonObject({name: storable(value)}, json_object.path).address(name)
        for value in (values if isinstance(values, list) else [])
        if isinstance(value, str)
    ]


READERS: Mapping[str, Callable[[_Report], Iterator[MailEvent]]] = {
    "Bounce": _bounces,
    "DeliveryDelay": _delays,
    "Complaint": _complaints,
    "Delivery": _deliveries,
    "Open": _activity,
    "Click": _activity,
}
