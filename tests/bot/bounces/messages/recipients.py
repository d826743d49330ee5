"""Whom a bounce is about: several in one text, headers that name them too, unusual addresses, mail of Amazon SNS."""

import json
from typing import Any

from bot.bounces.events import Cause, EventKind
from tests.bot.bounces.messages.samples import COMPLAINT, HARD, SOFT, Fact, Sample, mail, multipart, returned

_DAEMON = "From: Mail Delivery System <mailer-daemon@example.net>\nReturn-Path: <>\n"
_FAILED = f"{_DAEMON}Subject: Undelivered Mail Returned to Sender"
_COPY = "\n--- Below this line is a copy of the message.\n\n"
_ADA, _BOB, _CY = "ada@example.com", "bob@example.com", "cy@example.com"


def _told(name: str, body: str, *facts: Fact, headers: str = _FAILED) -> Sample:
    return Sample("recipients", name, mail(headers, body), facts)


def _all(kind: EventKind, *addresses: str) -> tuple[Fact, ...]:
    return tuple(Fact(address, kind) for address in addresses)


_SEVERAL = (
    _told(
        "a-reply-each",
        "Your message failed.\n\n554 <ada@example.com>... unknown\n550 5.1.1 <bob@example.com>... No such user\n"
        "552 <cy@example.com> mailbox full\n",
        *_all(HARD, _ADA, _BOB),
        Fact(_CY, SOFT, Cause.FULL),
    ),
    _told(
        "a-transcript",
        "   ----- Transcript of session follows -----\n554 <ada@example.com>: unknown\n554 <bob@example.com>: unknown\n",
        *_all(HARD, _ADA, _BOB),
    ),
    _told(
        "three-replies",
        "".join(f"550 {address}... User unknown\n" for address in (_ADA, _BOB, _CY)),
        *_all(HARD, _ADA, _BOB, _CY),
    ),
    _told(
        "in-one-line",
        "The following recipients failed: ada@example.com, bob@example.com; cy@example.com\nReason: user unknown\n",
        *_all(HARD, _ADA, _BOB, _CY),
    ),
    _told("with-brackets", "<ada@example.com>, <bob@example.com>: no such user\n", *_all(HARD, _ADA, _BOB)),
    _told(
        "commands",
        "RCPT TO:<ada@example.com> 550 unknown user\nRCPT TO:<bob@example.com> 550 unknown user\n",
        *_all(HARD, _ADA, _BOB),
    ),
    _told(
        "a-table",
        "ada@example.com\tUnknown user\nbob@example.com\tMailbox full\n",
        Fact(_ADA, HARD),
        Fact(_BOB, SOFT),
    ),
    _told(
        "arrows",
        "ada@example.com -> 550 unknown user\nbob@example.com -> 552 mailbox full\n",
        Fact(_ADA, HARD),
        Fact(_BOB, SOFT),
    ),
    _told(
        "under-headings",
        "These recipients are unknown users:\n\n  ada@example.com\n  bob@example.com\n\nThese mailboxes are full:\n\n  cy@example.com\n",
        *_all(HARD, _ADA, _BOB),
        Fact(_CY, SOFT, Cause.FULL),
    ),
    _told(
        "a-list-in-html",
        "<p>Failed:</p><ul><li>ada@example.com &ndash; no such user</li><li>bob@example.com &ndash; no such user</li></ul>",
        *_all(HARD, _ADA, _BOB),
        headers=f"{_FAILED}\nContent-Type: text/html",
    ),
    _told(
        "what-is-said-of-one-is-not-said-of-the-other",
        "<ada@example.com>: user unknown\n\n<bob@example.com>: connection timed out\n",
        Fact(_ADA, HARD),
        Fact(_BOB, SOFT, Cause.SERVER),
    ),
)
_SAID_ELSEWHERE = (
    _told(
        "unknown-above",
        "550 5.1.1 User unknown\n\nYour message could not be delivered to:\n<ada@example.com> failed\n",
        Fact(_ADA, HARD, Cause.NO_MAILBOX),
    ),
    _told(
        "unknown-just-above",
        "User unknown\n  RCPT TO:<ada@example.com>\n  554 transaction failed\n",
        Fact(_ADA, HARD, Cause.NO_MAILBOX),
    ),
    _told(
        "the-originals-subject",
        "Delivery failed:\n\nada@example.com\nconnection timed out\n",
        Fact(_ADA, SOFT, Cause.SERVER),
        headers=f"{_DAEMON}Subject: Undeliverable: Domain not found? User unknown? Read this",
    ),
    _told(
        "the-originals-subject-in-the-text",
        "Delivery failed:\n\nada@example.com\n\nSubject: Why this user is unknown\n",
        Fact(_ADA, SOFT),
    ),
    _told(
        "the-originals-subject-that-came-back",
        f"Delivery failed:\n\nada@example.com\n{_COPY}{returned(_ADA).replace('The November letter', 'No such user')}",
        Fact(_ADA, SOFT),
        headers=f"{_DAEMON}Subject: Mail delivery failed: No such user",
    ),
    _told(
        "the-servers-own-subject",
        "Your message was not delivered to:\n\n  ada@example.com\n\nbecause:\n",
        Fact(_ADA, HARD, Cause.NO_MAILBOX),
        headers=f"{_DAEMON}Subject: DELIVERY FAILURE: User ada (ada@example.com) not listed in Domino Directory",
    ),
)
_IN_HEADERS = (
    _told(
        "x-original-to",
        "Could not be delivered to:\n\n<ada@example.com>: user unknown\n",
        Fact(_ADA, HARD),
        headers=f"{_FAILED}\nX-Original-To: ada@example.com",
    ),
    _told(
        "delivered-to-and-a-help-desk",
        "<ada@example.com>: user unknown\n\nQuestions: help@provider.example\n",
        Fact(_ADA, HARD),
        headers=f"{_FAILED}\nDelivered-To: ada@example.com",
    ),
    _told(
        "x-original-to-of-ours",
        "Forwarded for box@list.example.org\n<ada@example.com>: user unknown\n",
        Fact(_ADA, HARD),
        headers=f"{_FAILED}\nX-Original-To: bounces@list.example.org\nDelivered-To: box@list.example.org",
    ),
    _told(
        "x-failed-recipients-forwarded",
        "failed:\n\n  ada.l@inner.example\n    (generated from ada@example.com)\n    user unknown\n",
        Fact(_ADA, HARD),
        headers=f"{_FAILED}\nX-Failed-Recipients: ada.l@inner.example",
    ),
    _told(
        "x-failed-recipients-against-text-and-to",
        f"failed:\n\n  ada@example.com\n    user unknown\n{_COPY}{returned(_ADA)}",
        Fact(_ADA, HARD),
        headers=f"{_FAILED}\nX-Failed-Recipients: ada.l@inner.example",
    ),
    _told(
        "x-failed-recipients-of-some",
        "failed:\n\n  ada@example.com\n    user unknown\n  bob@example.com\n    mailbox full\n  cy@example.com\n    no such user\n",
        *_all(HARD, _ADA, _CY),
        Fact(_BOB, SOFT),
        headers=f"{_FAILED}\nX-Failed-Recipients: ada@example.com,\n  bob@example.com",
    ),
    _told(
        "x-failed-recipients-with-the-sender",
        "failed:\n\n  ada@example.com\n    user unknown\n",
        Fact(_ADA, HARD),
        headers=f"{_FAILED}\nX-Failed-Recipients: bounces@list.example.org",
    ),
    _told(
        "x-failed-recipients-and-a-host",
        f"host mx.example.com said for root@mx.example.com:\n  550 user unknown\n{_COPY}{returned(_ADA)}",
        Fact(_ADA, HARD),
        headers=f"{_FAILED}\nX-Failed-Recipients: ada@example.com",
    ),
    _told(
        "return-path-with-equals-sign",
        "no such user\n",
        Fact("a=b@example.com", HARD),
        headers=f"{_FAILED}\nTo: bounces+a=b=example.com@list.example.org",
    ),
    _told(
        "signed-return-path",
        "From: news@list.example.org\n\nada@example.com: no such user\n",
        Fact(_ADA, HARD),
        headers=f"{_FAILED}\nTo: prvs=0123456789=news@list.example.org",
    ),
)

UNUSUAL = (
    '"john smith"@example.com',
    '"a b c"@example.com',
    '"john@work"@example.com',
    '"o\\"brien"@example.com',
    '"x,y;z"@example.com',
    "o'brien@example.com",
    "d'artagnan.m@example.com",
    "a=b@example.com",
    "a=b=c@example.com",
    "ada=example.com@relay.example",
    "x+y=z@example.com",
    "a/b@example.com",
    "#a@example.com",
    "a%b@example.com",
    "a{b}@example.com",
    "ada.lovelace+news@mail.sub.example.com",
)


def _unusual() -> tuple[Sample, ...]:
    found = []
    for address in UNUSUAL:
        fact = Fact(address, HARD, Cause.NO_MAILBOX)
        note = "Content-Type: text/plain\n\nIt failed.\n"
        status = (
            "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n"
            f"Final-Recipient: rfc822; {address}\nAction: failed\nStatus: 5.1.1\n"
        )
        report = f'{_FAILED}\nContent-Type: multipart/report; report-type=delivery-status; boundary="=_b1"'
        found += [
            Sample(
                "recipients",
                f"unusual-in-words {address}",
                mail(_FAILED, f"<{address}>: user unknown\n"),
                (fact,),
            ),
            Sample(
                "recipients", f"unusual-in-report {address}", mail(report, multipart(note, status)), (fact,)
            ),
        ]
    needless = mail(_FAILED, '<"ada.l"@example.com>: user unknown\n')
    return (*found, Sample("recipients", "quoted without need", needless, (Fact("ada.l@example.com", HARD),)))


def _saved() -> tuple[Sample, ...]:
    raw = mail(_FAILED, "<ada@example.com>: user unknown\n")
    before = (b"\n\n\n", b"  \n\n", b"\r\n\r\n", b"\t\r\n \r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n \n")
    return tuple(
        Sample("recipients", f"after {blank!r}", blank + raw, (Fact(_ADA, HARD),)) for blank in before
    )


_SNS = 'From: "AWS Notifications" <no-reply@sns.amazonaws.com>\nSubject: AWS Notification Message'
_FOOTER = (
    "\n\n--\nIf you wish to stop receiving notifications from this topic, please visit the link below:\n"
    "https://sns.eu-west-3.amazonaws.com/unsubscribe.html?Endpoint=bounces@list.example.org\n"
)


def _notification(name: str, details: dict[str, Any], form: str = "notificationType") -> str:
    part = name[:1].lower() + name[1:]
    return json.dumps(
        {form: name, part: details, "mail": {"source": "news@list.example.org", "destination": [_ADA]}}
    )


def _bounced(kind: str, subtype: str = "General", **more: str) -> dict[str, Any]:
    failed = {
        "emailAddress": _ADA,
        "action": "failed",
        "status": "5.1.1",
        "diagnosticCode": "smtp; 550 5.1.1 user unknown",
    }
    return {"bounceType": kind, "bounceSubType": subtype, "bouncedRecipients": [failed | more]}


def _sns(name: str, body: str, *facts: Fact, reason: str | None = None, sender: str = _SNS) -> Sample:
    return Sample("Amazon SNS", name, mail(sender, body + _FOOTER), facts, reason)


_DELAY = {
    "delayType": "TransientCommunicationFailure",
    "delayedRecipients": [
        {"emailAddress": _ADA, "status": "4.4.1", "diagnosticCode": "smtp; 421 4.4.1 Unable to connect"}
    ],
}
_AMAZON = (
    _sns("permanent", _notification("Bounce", _bounced("Permanent")), Fact(_ADA, HARD, Cause.NO_MAILBOX)),
    _sns(
        "permanent-for-a-cause-that-passes",
        _notification(
            "Bounce", _bounced("Permanent", diagnosticCode="smtp; 554 blocked using zen.spamhaus.org")
        ),
        Fact(_ADA, HARD, Cause.POLICY),
    ),
    _sns("full", _notification("Bounce", _bounced("Transient", "MailboxFull")), Fact(_ADA, SOFT, Cause.FULL)),
    _sns(
        "event",
        _notification("Bounce", _bounced("Undetermined"), "eventType"),
        Fact(_ADA, HARD, Cause.NO_MAILBOX),
    ),
    _sns(
        "in-an-envelope",
        json.dumps({"Type": "Notification", "Message": _notification("Bounce", _bounced("Permanent"))}),
        Fact(_ADA, HARD),
    ),
    _sns("delay", _notification("DeliveryDelay", _DELAY, "eventType"), Fact(_ADA, SOFT, Cause.SERVER)),
    _sns(
        "complaint",
        _notification(
            "Complaint", {"complainedRecipients": [{"emailAddress": _ADA}], "complaintFeedbackType": "abuse"}
        ),
        Fact(_ADA, COMPLAINT),
    ),
    _sns(
        "not-spam",
        _notification(
            "Complaint",
            {"complainedRecipients": [{"emailAddress": _ADA}], "complaintFeedbackType": "not-spam"},
        ),
        reason="not-a-bounce",
    ),
    _sns("delivery", _notification("Delivery", {"recipients": [_ADA]}), reason="not-a-bounce"),
    _sns("another-topic", '{"alarm": "disk full", "user": "unknown"}', reason="not-a-bounce"),
    _sns("broken", '{"notificationType": "Bounce", "bounce": ', reason="not-a-bounce"),
    _sns(
        "of-a-person",
        _notification("Bounce", _bounced("Permanent")),
        reason="not-a-bounce",
        sender="From: Ada <ada@example.com>\nSubject: Look what came back",
    ),
)

SAMPLES = (*_SEVERAL, *_SAID_ELSEWHERE, *_IN_HEADERS, *_unusual(), *_saved(), *_AMAZON)
