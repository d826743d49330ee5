"""Amazon SES, told through Amazon SNS: feedback notifications and event publishing.

https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html,
https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import httpx

from bot.bounces.diagnosis import diagnose
from bot.bounces.events import Cause, EventKind, Notice
from bot.core.settings import BadSetting, Settings
from handlers.web.webhooks import sns
from handlers.web.webhooks.calls import Call, NotNow, Receive, Received
from handlers.web.webhooks.fields import JsonFields, an_object, cause_of, code_in, parsed, uid_of
from storage.core.text import storable

NAME = "ses"
CAUSES = {
    "NoEmail": Cause.NO_MAILBOX,
    "MailboxFull": Cause.FULL,
    "MessageTooLarge": Cause.SIZE,
    "ContentRejected": Cause.CONTENT,
    "AttachmentRejected": Cause.CONTENT,
}
NOT_SPAM = "not-spam"  # the person took it out of the spam folder

log = logging.getLogger(__name__)


def receiver(settings: Settings, fetch: sns.FetchCertificate = sns.fetched) -> Receive | None:
    """What takes the calls; None without `CLEANED_SES_TOPICS`. Raises BadSetting for what is no topic's ARN."""
    if not settings.ses_topics:
        return None
    if not all(map(sns.TOPIC.fullmatch, settings.ses_topics)):
        raise BadSetting(name="CLEANED_SES_TOPICS")
    certificates = sns.Certificates(fetch)

    def receive(call: Call) -> Received:
        message = an_object(parsed(call.body))
        sns.verify(message, settings.ses_topics, certificates, call.now)
        return _answer(message, fetch, call)

    return receive


def read(body: str, now: datetime) -> Received:
    """What SES says in an SNS message. Raises Unreadable."""
    event = an_object(parsed(body), "Message")
    mail = event.inner("mail")
    match event.text("eventType", "notificationType"):
        case "Bounce":
            notices = list(_bounces(event.inner("bounce"), mail, now))
        case "Complaint":
            notices = list(_complaints(event.inner("complaint"), mail, now))
        case "Delivery":
            notices = list(_deliveries(event.inner("delivery"), mail, now))
        case "Open" | "Click" as name:
            notices = list(_activity(name, event.inner(name.lower()), mail, now))
        case _:
            notices = []
    return Received(tuple(notices), ignored=0 if notices else 1)


def _answer(message: JsonFields, fetch: sns.FetchCertificate, call: Call) -> Received:
    topic = message.text("TopicArn")
    match message.text("Type"):
        case sns.CONFIRMATION:
            _confirm(sns.trusted(message.text("SubscribeURL"), topic), fetch)
            log.info("The subscription to %s is confirmed.", topic)
        case sns.END:
            log.warning("%s was unsubscribed: it tells of no bounces any more.", topic)
        case _:
            return read(str(message.values.get("Message") or ""), call.now)
    return Received(ignored=1)


def _confirm(url: str, fetch: sns.FetchCertificate) -> None:
    try:
        fetch(url)
    except (OSError, httpx.HTTPError):
        raise NotNow(
            "The subscription can't be confirmed at the moment. Choose Request confirmation."
        ) from None


@dataclass(frozen=True, slots=True)
class _Fact:
    """What all notices of one message share."""

    name: str
    of: JsonFields
    mail: JsonFields
    now: datetime

    def notice(self, address: str, kind: EventKind, *told: str, **more: str) -> Notice:
        cause = Cause(more.pop("cause", Cause.UNKNOWN))
        return Notice(
            address=address,
            kind=kind,
            at=self.of.moment("timestamp", "arrivalDate", now=self.now),
            source=NAME,
            uid=uid_of((NAME, self.name, *told, address.lower())),
            cause=cause,
            campaign=self.mail.inner("tags").label("campaign"),
            **more,
        )


def _bounces(bounce: JsonFields, mail: JsonFields, now: datetime) -> Iterator[Notice]:
    fact = _Fact("Bounce", bounce, mail, now)
    told = bounce.text("feedbackId") or mail.text("messageId")
    for recipient in bounce.list("bouncedRecipients"):
        diagnostic = recipient.text("diagnosticCode")
        code = code_in(recipient.text("status"), diagnostic)
        kind, cause = _judged(bounce.text("bounceType"), bounce.text("bounceSubType"), code, diagnostic)
        address = recipient.address("emailAddress")
        yield fact.notice(address, kind, told, cause=cause, code=code, diagnostic=diagnostic)


def _judged(said: str, subtype: str, code: str, diagnostic: str) -> tuple[EventKind, Cause]:
    if said not in ("Permanent", "Transient"):  # Undetermined
        return diagnose(code, diagnostic)
    kind = EventKind.HARD if said == "Permanent" else EventKind.SOFT
    return kind, CAUSES.get(subtype) or cause_of(code, diagnostic)


def _complaints(complaint: JsonFields, mail: JsonFields, now: datetime) -> Iterator[Notice]:
    recipients = complaint.list("complainedRecipients")
    # Several are all who had that message in one domain: one of them complained, and nobody says which.
    if complaint.text("complaintFeedbackType") == NOT_SPAM or len(recipients) != 1:
        return
    fact = _Fact("Complaint", complaint, mail, now)
    told = complaint.text("feedbackId") or mail.text("messageId")
    yield fact.notice(recipients[0].address("emailAddress"), EventKind.COMPLAINT, told)


def _deliveries(delivery: JsonFields, mail: JsonFields, now: datetime) -> Iterator[Notice]:
    fact = _Fact("Delivery", delivery, mail, now)
    for address in _addresses(delivery, "recipients"):
        yield fact.notice(address, EventKind.DELIVERED, mail.text("messageId"))


def _activity(name: str, done: JsonFields, mail: JsonFields, now: datetime) -> Iterator[Notice]:
    addresses = _addresses(mail, "destination")
    if len(addresses) == 1:  # of several, nobody says who it was
        told = (mail.text("messageId"), done.text("timestamp"))
        yield _Fact(name, done, mail, now).notice(addresses[0], EventKind.ACTIVE, *told)


def _addresses(fields: JsonFields, name: str) -> list[str]:
    texts = fields.values.get(name)
    each = texts if isinstance(texts, list) else []
    return [
        JsonFields({name: storable(text)}, fields.place).address(name)
        for text in each
        if isinstance(text, str)
    ]
