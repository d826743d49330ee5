"""What each provider says, read as events."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from bot.bounces.events import Cause, EventKind, Fault, MailEvent
from bot.bounces.faults import find_fault
from handlers.web.webhooks import own
from handlers.web.webhooks.providers import brevo, mailgun, mailtrap, postal, postmark, resend, sendgrid, ses
from handlers.web.webhooks.requests import InvalidBody
from tests.conftest import NOW
from tests.handlers.web.webhooks import samples
from tests.handlers.web.webhooks.samples import ANN

FULL = "552 5.2.2 Mailbox full"


def read(name: str, event: Any) -> tuple[MailEvent, ...]:
    match name:
        case "ses":
            return ses.read(json.dumps(event), NOW).events
        case "mailgun":
            return mailgun.read(json.dumps({"event-data": event}).encode(), NOW).events
        case "json":
            return own.read(json.dumps({"events": [event]}).encode(), NOW).events
        case "mailtrap":
            return mailtrap.read(json.dumps({"events": [event]}).encode(), NOW).events
    modules: Mapping[str, Any] = {
        "sendgrid": sendgrid,
        "postmark": postmark,
        "brevo": brevo,
        "resend": resend,
        "postal": postal,
    }
    events: tuple[MailEvent, ...] = modules[name].read(json.dumps(event).encode(), NOW).events
    return events


# Causes that pass: the provider mails the address no more all the same. `bot.bounces.verdicts.policy` marks these.
PASSING = [
    ("554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org", Cause.POLICY),
    ("550 5.1.1 mailbox full", Cause.FULL),
    ("550 5.1.1 message rejected as spam", Cause.CONTENT),
    ("552 5.3.4 message size exceeds fixed limit", Cause.SIZE),
]
S = samples
HELD = {"status": "Held", "output": ""}
JUDGED = [
    ("resend", S.resend_bounce(), EventKind.HARD, Cause.UNKNOWN),
    ("resend", S.resend_bounce(None), EventKind.HARD, Cause.UNKNOWN),
    ("resend", S.resend_bounce(diagnosticCode=[S.UNKNOWN_USER]), EventKind.HARD, Cause.NO_MAILBOX),
    ("resend", S.resend_bounce(diagnosticCode=[FULL]), EventKind.HARD, Cause.FULL),
    ("resend", S.resend_bounce("Transient", diagnosticCode=[FULL]), EventKind.SOFT, Cause.FULL),
    ("resend", S.resend_bounce("Transient", subType="MailboxFull"), EventKind.SOFT, Cause.FULL),
    ("resend", S.resend_bounce("Undetermined"), EventKind.SOFT, Cause.UNKNOWN),
    (
        "resend",
        S.resend_bounce(None, "Resend has suppressed sending to this address because it is on the list"),
        EventKind.HARD,
        Cause.UNKNOWN,
    ),
    (
        "resend",
        S.resend_bounce(None, "The recipient's email provider sent a general bounce message."),
        EventKind.SOFT,
        Cause.UNKNOWN,
    ),
    ("resend", S.resend("email.suppressed"), EventKind.HARD, Cause.UNKNOWN),
    ("resend", S.resend("email.delivery_delayed"), EventKind.SOFT, Cause.UNKNOWN),
    ("resend", S.resend("email.complained"), EventKind.COMPLAINT, Cause.UNKNOWN),
    ("resend", S.resend("email.delivered"), EventKind.DELIVERED, Cause.UNKNOWN),
    ("resend", S.resend("email.opened"), EventKind.ACTIVE, Cause.UNKNOWN),
    ("resend", S.resend("email.clicked"), EventKind.ACTIVE, Cause.UNKNOWN),
    ("mailtrap", S.mailtrap(), EventKind.HARD, Cause.NO_MAILBOX),
    ("mailtrap", S.mailtrap(response=FULL), EventKind.HARD, Cause.FULL),
    ("mailtrap", S.mailtrap("soft bounce", response=FULL), EventKind.SOFT, Cause.FULL),
    ("mailtrap", S.mailtrap("spam"), EventKind.COMPLAINT, Cause.UNKNOWN),
    ("mailtrap", S.mailtrap("delivery"), EventKind.DELIVERED, Cause.UNKNOWN),
    ("mailtrap", S.mailtrap("open"), EventKind.ACTIVE, Cause.UNKNOWN),
    ("mailtrap", S.mailtrap("click"), EventKind.ACTIVE, Cause.UNKNOWN),
    ("postal", S.postal(), EventKind.HARD, Cause.NO_MAILBOX),
    ("postal", S.postal(output=FULL), EventKind.SOFT, Cause.FULL),
    ("postal", S.postal("MessageDelayed", "SoftFail", output=FULL), EventKind.SOFT, Cause.FULL),
    (
        "postal",
        S.postal("MessageHeld", details="Recipient (ann@example.com) is on the suppression list", **HELD),
        EventKind.HARD,
        Cause.UNKNOWN,
    ),
    (
        "postal",
        S.postal("MessageBounced", original_message={"to": ANN, "tag": "Autumn"}, output="", details=""),
        EventKind.SOFT,
        Cause.UNKNOWN,
    ),
    ("postal", S.postal("MessageSent", "Sent"), EventKind.DELIVERED, Cause.UNKNOWN),
    ("postal", S.postal("MessageLoaded", ""), EventKind.ACTIVE, Cause.UNKNOWN),
    ("postal", S.postal("MessageLinkClicked", ""), EventKind.ACTIVE, Cause.UNKNOWN),
    ("ses", S.ses_bounce(), EventKind.HARD, Cause.NO_MAILBOX),
    ("ses", S.ses_bounce(form="notificationType"), EventKind.HARD, Cause.NO_MAILBOX),
    ("ses", S.ses_bounce("Permanent", "NoEmail", diagnosticCode=None), EventKind.HARD, Cause.NO_MAILBOX),
    (
        "ses",
        S.ses_bounce("Permanent", "Suppressed", status=None, diagnosticCode="Amazon SES did not send it"),
        EventKind.HARD,
        Cause.UNKNOWN,
    ),
    (
        "ses",
        S.ses_bounce("Permanent", "General", status="5.7.1", diagnosticCode="blocked"),
        EventKind.HARD,
        Cause.POLICY,
    ),
    ("ses", S.ses_bounce("Transient", "MailboxFull", diagnosticCode=FULL), EventKind.SOFT, Cause.FULL),
    ("ses", S.ses_bounce("Transient", "MessageTooLarge"), EventKind.SOFT, Cause.SIZE),
    ("ses", S.ses_bounce("Transient", "ContentRejected"), EventKind.SOFT, Cause.CONTENT),
    ("ses", S.ses_bounce("Transient", "AttachmentRejected"), EventKind.SOFT, Cause.CONTENT),
    (
        "ses",
        S.ses_bounce("Transient", "General", status="4.4.7", diagnosticCode=""),
        EventKind.SOFT,
        Cause.SERVER,
    ),
    ("ses", S.ses_bounce("Undetermined", "Undetermined"), EventKind.HARD, Cause.NO_MAILBOX),
    (
        "ses",
        S.ses_bounce("Undetermined", "", status=None, diagnosticCode=None),
        EventKind.SOFT,
        Cause.UNKNOWN,
    ),
    *(
        (
            "ses",
            S.ses_bounce("Permanent", "General", status="5.1.1", diagnosticCode=words),
            EventKind.HARD,
            cause,
        )
        for words, cause in PASSING
    ),
    ("ses", S.ses_delay(), EventKind.SOFT, Cause.SERVER),
    ("ses", S.ses_delay("MailboxFull", diagnosticCode=None), EventKind.SOFT, Cause.FULL),
    ("ses", S.ses_delay("General", diagnosticCode=FULL), EventKind.SOFT, Cause.FULL),
    ("ses", S.ses_delay("IPFailure", status=None, diagnosticCode=None), EventKind.SOFT, Cause.POLICY),
    ("ses", S.ses_complaint(), EventKind.COMPLAINT, Cause.UNKNOWN),
    ("ses", S.ses_complaint(None), EventKind.COMPLAINT, Cause.UNKNOWN),
    ("ses", S.ses_delivery(), EventKind.DELIVERED, Cause.UNKNOWN),
    ("ses", S.ses_open(), EventKind.ACTIVE, Cause.UNKNOWN),
    ("ses", S.ses_open("Click"), EventKind.ACTIVE, Cause.UNKNOWN),
    ("sendgrid", S.sendgrid_bounce(), EventKind.HARD, Cause.NO_MAILBOX),
    ("sendgrid", S.sendgrid_bounce("Technical"), EventKind.SOFT, Cause.SERVER),
    ("sendgrid", S.sendgrid_bounce("Content"), EventKind.SOFT, Cause.CONTENT),
    ("sendgrid", S.sendgrid_bounce("Reputation"), EventKind.SOFT, Cause.POLICY),
    ("sendgrid", S.sendgrid_bounce("Mailbox Unavailable"), EventKind.HARD, Cause.NO_MAILBOX),
    (
        "sendgrid",
        S.sendgrid_bounce("Mailbox Unavailable", reason=FULL, status="5.2.2"),
        EventKind.SOFT,
        Cause.FULL,
    ),
    (
        "sendgrid",
        S.sendgrid_bounce("Unclassified", reason="550 no", status="5.0.0"),
        EventKind.HARD,
        Cause.UNKNOWN,
    ),
    ("sendgrid", S.sendgrid_bounce(None), EventKind.HARD, Cause.NO_MAILBOX),
    (
        "sendgrid",
        S.sendgrid_bounce("Reputation", "blocked", reason="", status=""),
        EventKind.SOFT,
        Cause.POLICY,
    ),
    (
        "sendgrid",
        S.sendgrid("deferred", response="450 4.2.2 Mailbox full", attempt="5"),
        EventKind.SOFT,
        Cause.FULL,
    ),
    ("sendgrid", S.sendgrid("dropped", reason="Bounced Address"), EventKind.HARD, Cause.UNKNOWN),
    ("sendgrid", S.sendgrid("dropped", reason="Invalid"), EventKind.HARD, Cause.NO_MAILBOX),
    ("sendgrid", S.sendgrid("dropped", reason="Spam Reporting Address"), EventKind.COMPLAINT, Cause.UNKNOWN),
    ("sendgrid", S.sendgrid("spamreport"), EventKind.COMPLAINT, Cause.UNKNOWN),
    ("sendgrid", S.sendgrid("delivered", response="250 OK"), EventKind.DELIVERED, Cause.UNKNOWN),
    ("sendgrid", S.sendgrid("open"), EventKind.ACTIVE, Cause.UNKNOWN),
    ("sendgrid", S.sendgrid("click", url="https://example.org/"), EventKind.ACTIVE, Cause.UNKNOWN),
    ("postmark", S.postmark_bounce(), EventKind.HARD, Cause.NO_MAILBOX),
    ("postmark", S.postmark_bounce("BadEmailAddress", Details=""), EventKind.HARD, Cause.NO_MAILBOX),
    (
        "postmark",
        S.postmark_bounce("ManuallyDeactivated", Details="", Description=""),
        EventKind.HARD,
        Cause.DISABLED,
    ),
    *(("postmark", S.postmark_bounce(Details=words), EventKind.HARD, cause) for words, cause in PASSING),
    ("postmark", S.postmark_suppression("HardBounce"), EventKind.HARD, Cause.UNKNOWN),
    ("postmark", S.postmark_suppression("SpamComplaint"), EventKind.COMPLAINT, Cause.UNKNOWN),
    ("postmark", S.postmark_bounce("SoftBounce", Details=FULL), EventKind.SOFT, Cause.FULL),
    ("postmark", S.postmark_bounce("Transient", Details="", Description=""), EventKind.SOFT, Cause.SERVER),
    ("postmark", S.postmark_bounce("DnsError", Details="", Description=""), EventKind.SOFT, Cause.SERVER),
    (
        "postmark",
        S.postmark_bounce("SpamNotification", Details="", Description=""),
        EventKind.SOFT,
        Cause.CONTENT,
    ),
    ("postmark", S.postmark_bounce("DMARCPolicy", Details="", Description=""), EventKind.SOFT, Cause.POLICY),
    ("postmark", S.postmark_bounce("Unknown"), EventKind.HARD, Cause.NO_MAILBOX),
    (
        "postmark",
        S.postmark_bounce("Unknown", Details="Sorry", Description=""),
        EventKind.SOFT,
        Cause.UNKNOWN,
    ),
    ("postmark", S.postmark_bounce("SpamComplaint"), EventKind.COMPLAINT, Cause.UNKNOWN),
    (
        "postmark",
        S.postmark_bounce("SpamComplaint", RecordType="SpamComplaint"),
        EventKind.COMPLAINT,
        Cause.UNKNOWN,
    ),
    ("postmark", S.postmark("Delivery"), EventKind.DELIVERED, Cause.UNKNOWN),
    ("postmark", S.postmark("Open", FirstOpen=True), EventKind.ACTIVE, Cause.UNKNOWN),
    ("postmark", S.postmark("Click"), EventKind.ACTIVE, Cause.UNKNOWN),
    ("mailgun", S.mailgun_failed(), EventKind.HARD, Cause.NO_MAILBOX),
    *(("mailgun", S.mailgun_failed(message=words), EventKind.HARD, cause) for words, cause in PASSING),
    ("mailgun", S.mailgun_failed("temporary", "generic", message=FULL, code=452), EventKind.SOFT, Cause.FULL),
    (
        "mailgun",
        S.mailgun_failed("permanent", "generic", message="5.7.1 blocked", **{"enhanced-code": "5.7.1"}),
        EventKind.SOFT,
        Cause.POLICY,
    ),
    (
        "mailgun",
        S.mailgun_failed("permanent", "old", code=602, message="Too old"),
        EventKind.SOFT,
        Cause.SERVER,
    ),
    ("mailgun", S.mailgun_failed("permanent", "suppress-bounce", code=605), EventKind.HARD, Cause.UNKNOWN),
    ("mailgun", S.mailgun_failed("permanent", "suppress-complaint"), EventKind.COMPLAINT, Cause.UNKNOWN),
    ("mailgun", S.mailgun("complained"), EventKind.COMPLAINT, Cause.UNKNOWN),
    ("mailgun", S.mailgun("delivered"), EventKind.DELIVERED, Cause.UNKNOWN),
    ("mailgun", S.mailgun("opened"), EventKind.ACTIVE, Cause.UNKNOWN),
    ("mailgun", S.mailgun("clicked"), EventKind.ACTIVE, Cause.UNKNOWN),
    ("brevo", S.brevo("hard_bounce"), EventKind.HARD, Cause.NO_MAILBOX),
    ("brevo", S.brevo_marketing("hard_bounce"), EventKind.HARD, Cause.NO_MAILBOX),
    *(("brevo", S.brevo("hard_bounce", reason=words), EventKind.HARD, cause) for words, cause in PASSING),
    ("brevo", S.brevo("soft_bounce", reason=FULL), EventKind.SOFT, Cause.FULL),
    ("brevo", S.brevo_marketing("soft_bounce", reason=""), EventKind.SOFT, Cause.UNKNOWN),
    ("brevo", S.brevo("invalid_email"), EventKind.HARD, Cause.NO_MAILBOX),
    ("brevo", S.brevo("blocked"), EventKind.SOFT, Cause.POLICY),
    ("brevo", S.brevo("deferred", reason="450 4.2.2 Mailbox full"), EventKind.SOFT, Cause.FULL),
    ("brevo", S.brevo("spam"), EventKind.COMPLAINT, Cause.UNKNOWN),
    ("brevo", S.brevo("complaint"), EventKind.COMPLAINT, Cause.UNKNOWN),
    ("brevo", S.brevo("delivered"), EventKind.DELIVERED, Cause.UNKNOWN),
    ("brevo", S.brevo("unique_opened"), EventKind.ACTIVE, Cause.UNKNOWN),
    ("brevo", S.brevo_marketing("opened"), EventKind.ACTIVE, Cause.UNKNOWN),
    ("brevo", S.brevo("click"), EventKind.ACTIVE, Cause.UNKNOWN),
    ("json", S.own("hard"), EventKind.HARD, Cause.NO_MAILBOX),
    ("json", S.own("soft", code="", diagnostic=FULL), EventKind.SOFT, Cause.FULL),
    ("json", S.own("complaint", code="", diagnostic=""), EventKind.COMPLAINT, Cause.UNKNOWN),
    ("json", S.own("delivered", code=None, diagnostic=None), EventKind.DELIVERED, Cause.UNKNOWN),
    ("json", S.own("opened", code=None, diagnostic=None), EventKind.ACTIVE, Cause.UNKNOWN),
]


@pytest.mark.parametrize(("name", "event", "kind", "cause"), JUDGED)
def test_an_event_is_one_mail_event_of_its_kind_and_cause(name, event, kind, cause):
    [mail_event] = read(name, event)
    assert (mail_event.kind, mail_event.cause) == (kind, cause)
    assert (mail_event.address, mail_event.source) == (ANN, name)
    assert mail_event.at.replace(microsecond=0).isoformat() == "2026-11-24T09:00:00+00:00"
    assert read(name, event) == (mail_event,), "the same event has the same uid"


@pytest.mark.parametrize(
    ("name", "event"), [(name, event) for name, event, *_ in JUDGED if "tag" not in event]
)
def test_the_campaign_comes_along(name, event):
    [mail_event] = read(name, event)
    assert mail_event.campaign == "Autumn"


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("ses", S.ses_complaint("not-spam")),
        ("ses", S.ses_complaint(recipients=(ANN, "bob@example.com"))),
        ("ses", {"eventType": "Send", "mail": S.ses_mail(), "send": {}}),
        ("ses", S.ses_open() | {"mail": S.ses_mail(destination=[ANN, "bob@example.com"])}),
        ("sendgrid", S.sendgrid("processed")),
        ("sendgrid", S.sendgrid("group_unsubscribe", asm_group_id=10)),
        ("sendgrid", S.sendgrid("dropped", reason="Unsubscribed Address")),
        ("sendgrid", S.sendgrid("dropped", reason="Spam Content")),
        ("sendgrid", S.sendgrid("open", sg_machine_open=True)),
        ("postmark", S.postmark_suppression("ManualSuppression")),
        ("postmark", S.postmark_suppression("HardBounce", SuppressSending=False)),
        ("postmark", S.postmark_suppression(None, SuppressSending=False)),
        ("postmark", S.postmark_bounce("AutoResponder")),
        ("postmark", S.postmark_bounce("ChallengeVerification")),
        ("mailgun", S.mailgun("unsubscribed")),
        ("mailgun", S.mailgun("accepted")),
        ("mailgun", S.mailgun_failed("permanent", "suppress-unsubscribe")),
        ("brevo", S.brevo("request")),
        ("brevo", S.brevo("unsubscribed")),
        ("brevo", S.brevo("proxy_open")),
        ("brevo", S.brevo_marketing("list_addition")),
    ],
)
def test_what_says_nothing_of_an_address_is_no_mail_event(name, event):
    assert read(name, event) == ()


def test_several_recipients_of_one_bounce_are_several_events():
    event = S.ses_bounce()
    event["bounce"]["bouncedRecipients"].append({"emailAddress": "Bob B. <bob@example.com>"})
    first, second = read("ses", event)
    assert (first.address, second.address) == (ANN, "bob@example.com")
    assert first.uid != second.uid


def test_two_webhooks_of_brevo_tell_one_fact():
    first, second = (read("brevo", S.brevo("hard_bounce", id=number)) for number in (1, 2))
    assert first == second


def test_batches_of_brevo_and_sendgrid_are_read_whole():
    assert len(read("brevo", [S.brevo("delivered"), S.brevo("request"), S.brevo("hard_bounce")])) == 2
    assert len(read("sendgrid", [S.sendgrid("delivered"), S.sendgrid("processed"), S.sendgrid_bounce()])) == 2


def test_a_clock_that_runs_ahead_is_not_believed():
    [event] = read("sendgrid", S.sendgrid("open", timestamp=NOW.timestamp() + 200))
    assert event.at == NOW


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("ses", S.ses_bounce(emailAddress="")),
        ("ses", S.ses_bounce(diagnosticCode={"a": 1})),
        ("ses", S.ses_bounce() | {"bounce": []}),
        ("ses", [1]),
        ("sendgrid", S.sendgrid("open", timestamp="soon")),
        ("sendgrid", S.sendgrid("open", timestamp=1e300)),
        ("sendgrid", S.sendgrid("open", timestamp=-5)),
        ("sendgrid", S.sendgrid("open", timestamp=True)),
        ("sendgrid", S.sendgrid("open", email=None)),
        ("sendgrid", [[S.sendgrid("open")]]),
        ("sendgrid", [S.sendgrid("open")] * 10_001),
        ("postmark", S.postmark_bounce(BouncedAt="2026-13-45")),
        ("postmark", [S.postmark_bounce()]),
        ("mailgun", None),
        ("mailgun", S.mailgun("opened", recipient=5 * [1])),
        ("brevo", "hard_bounce"),
        ("brevo", S.brevo("click", ts_event="9" * 400)),
    ],
)
def test_another_shape_is_unreadable(name, event):
    with pytest.raises(InvalidBody) as raised:
        read(name, event)
    assert "@" not in raised.value.message


def test_every_fault_of_our_own_form_is_named_with_its_place():
    events = [
        S.own(),
        S.own(email="ann at example.com", at="yesterday", event="bounced", code="five", id=""),
        "hard",
        S.own(at="2026-11-24T09:00:00", campaign=7, diagnostic="x" * 2001),
        S.own(at="2031-01-01T00:00:00Z", id="x" * 201) | {"email": None},
    ]
    with pytest.raises(InvalidBody) as raised:
        own.read(json.dumps({"events": events}).encode(), NOW)
    places = [fault.partition(":")[0] for fault in raised.value.faults]
    assert places == [
        *(f"events[1].{name}" for name in ("id", "email", "event", "at", "code")),
        "events[2]",
        *(f"events[3].{name}" for name in ("at", "diagnostic", "campaign")),
        *(f"events[4].{name}" for name in ("id", "email", "at")),
    ]
    assert raised.value.message == "Nothing was stored: 12 fields are invalid."
    assert "example.com" not in "".join(raised.value.faults)


@pytest.mark.parametrize(
    "body", [b"", b"{}", b'{"events":{}}', b"[]", b"\xff", b'{"events":[1e999]}', b"NaN"]
)
def test_our_own_form_wants_a_list_of_events(body):
    with pytest.raises(InvalidBody):
        own.read(body, NOW)


def test_our_own_form_takes_a_thousand_events_and_not_one_more():
    events = [S.own(id=str(n)) for n in range(1_001)]
    assert len(own.read(json.dumps({"events": events[:-1]}).encode(), NOW).events) == 1_000
    with pytest.raises(InvalidBody, match="1,000"):
        own.read(json.dumps({"events": events}).encode(), NOW)


@pytest.mark.parametrize("number", [10**400, "9" * 400, 1e308, -(10**400), 253_402_300_799])
def test_a_number_that_is_no_time_is_unreadable(number):
    with pytest.raises(InvalidBody, match="timestamp"):
        read("sendgrid", [samples.sendgrid_bounce(timestamp=number)])


@pytest.mark.parametrize(
    ("name", "good"),
    [("sendgrid", S.sendgrid("delivered")), ("brevo", S.brevo("delivered"))],
    ids=["sendgrid", "brevo"],
)
def test_an_event_that_cannot_be_read_does_not_hold_up_the_batch(name, good):
    bad = good | {"email": None}
    assert read(name, [bad, good]) == read(name, good)
    with pytest.raises(InvalidBody):
        read(name, [bad, bad])


def test_an_event_of_resend_that_names_several_recipients_is_nobody_s():
    assert read("resend", S.resend("email.bounced", to=[ANN, "bob@example.com"])) == ()


def test_mail_that_came_in_to_postal_is_nobody_s_bounce():
    assert read("postal", S.postal(message={"direction": "incoming", "to": ANN})) == ()


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("resend", S.resend("email.sent")),
        ("resend", S.resend("contact.created")),
        ("mailtrap", S.mailtrap("reject")),
        ("mailtrap", S.mailtrap("suspension")),
        ("mailtrap", S.mailtrap("unsubscribe")),
        ("postal", S.postal("MessageHeld", details="Credential is configured to hold all messages")),
        ("postal", S.postal("SendLimitExceeded")),
    ],
)
def test_what_is_about_the_sender_or_a_subscription_is_no_mail_event(name, event):
    assert read(name, event) == ()


ON_BLOCK_LIST, _ = PASSING[0]
BLOCKED = [
    *((name, event) for name, event, _kind, _cause in JUDGED if ON_BLOCK_LIST in json.dumps(event)),
    ("sendgrid", S.sendgrid_bounce("Reputation", "blocked", reason=ON_BLOCK_LIST, status="5.7.1")),
    ("mailtrap", S.mailtrap(response=ON_BLOCK_LIST)),
    ("postal", S.postal(output=ON_BLOCK_LIST)),
    ("resend", S.resend_bounce(diagnosticCode=[ON_BLOCK_LIST])),
    ("json", S.own(code="", diagnostic=ON_BLOCK_LIST)),
]


@pytest.mark.parametrize(("name", "event"), BLOCKED)
def test_what_blames_the_sender_is_known_whoever_tells(name: str, event: Any):
    [told] = read(name, event)
    assert find_fault(told) is Fault.BLOCK_LIST
