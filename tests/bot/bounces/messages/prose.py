"""Bounces that are told in words only, in the shapes of many servers."""

from bot.bounces.events import Cause, EventKind
from tests.bot.bounces.messages.samples import HARD, SOFT, Fact, Sample, mail, multipart, returned
from tests.bot.bounces.messages.templates import TEMPLATES

_UNKNOWN = ("unknown", "550 5.1.1 <{to}>: User unknown", HARD, Cause.NO_MAILBOX)
_FULL = ("full", "552 5.2.2 Mailbox is full, quota exceeded", SOFT, Cause.FULL)
_BLOCKED = ("blocked", "554 5.7.1 Your host is listed at zen.spamhaus.org", SOFT, Cause.POLICY)
_SPAM = ("spam", "550 5.7.1 This message looks like spam", SOFT, Cause.CONTENT)
_DOWN = ("down", "connection timed out", SOFT, Cause.SERVER)


def _of(name: str, template: str, refusal: tuple[str, str, EventKind, Cause]) -> Sample:
    what, words, kind, cause = refusal
    to = f"{what}.reader@example.com"
    text = template.format(to=to, words=words.format(to=to), back=returned(to))
    headers, _, body = text.partition("\n\n")
    return Sample("words", f"{name}-{what}", mail(headers, body), (Fact(to, kind, cause),))


def _usual() -> tuple[Sample, ...]:
    found = []
    for number, (name, template) in enumerate(TEMPLATES.items()):
        second = (_FULL, _BLOCKED, _SPAM, _DOWN)[number % 4]
        found += [_of(name, template, _UNKNOWN), _of(name, template, second)]
    return tuple(found)


def _told(name: str, headers: str, body: str, *facts: Fact, reason: str | None = None) -> Sample:
    return Sample("words, odd", name, mail(headers, body), facts, reason)


_DAEMON = "From: Mail Delivery System <mailer-daemon@example.net>\n"
_FAILED = _DAEMON + "Subject: Mail delivery failed"
_ADA = Fact("ada@example.com", HARD, Cause.NO_MAILBOX)
_BOB = Fact("bob@example.com", HARD, Cause.NO_MAILBOX)
_HTML = "<html><body><p>Your message could not be delivered to</p><p><b>ada@example.com</b></p><p>because there is no such user &lt;here&gt;.</p></body></html>"

_ODD = (
    _told(
        "two-recipients",
        _FAILED,
        "The following addresses failed:\n\n<ada@example.com>:\nuser unknown\n\n<bob@example.com>:\nno such user\n",
        _ADA,
        _BOB,
    ),
    _told(
        "each-with-its-own-reason",
        _FAILED,
        "These failed:\n\n<ada@example.com>:\n550 user unknown\n\n<bob@example.com>:\n552 mailbox full\n",
        _ADA,
        Fact("bob@example.com", SOFT, Cause.FULL),
    ),
    _told(
        "x-failed-recipients",
        _FAILED + "\nX-Failed-Recipients: ada@example.com, bob@example.com",
        "Failed: user unknown\n",
        _ADA,
        _BOB,
    ),
    _told(
        "delay",
        _DAEMON + "Subject: Warning: message delayed 24 hours",
        "Your message has not been delivered yet:\n\n  ada@example.com\n\nNo action is required on your part. Delivery attempts will continue.\n",
        Fact("ada@example.com", SOFT),
    ),
    _told(
        "delay-gave-up",
        _FAILED,
        "Your message was delayed and we are giving up:\n\n  ada@example.com\n    host not found\n",
        Fact("ada@example.com", HARD, Cause.NO_DOMAIN),
    ),
    _told(
        "known-by-another-name",
        _FAILED,
        "The following address(es) failed:\n\n  ada@inner.example.net\n    (generated from ada@example.com)\n    user unknown\n",
        _ADA,
    ),
    _told("html-only", _FAILED + "\nContent-Type: text/html", _HTML, _ADA),
    _told(
        "name-only",
        "From: MAILER-DAEMON@aol.com\nSubject: Mail Delivery Problem",
        "Your mail to the following recipients could not be delivered because they are unknown users:\n\tadalace\n",
        Fact("adalace@aol.com", HARD),
    ),
    _told(
        "by-what-came-back",
        _DAEMON + "Subject: Returned mail: user unknown",
        f"   ----- Transcript of session follows -----\n550 user unknown\n\n   ----- Unsent message follows -----\n{returned('ada@example.com')}",
        _ADA,
    ),
    _told(
        "by-return-address",
        _FAILED + "\nTo: bounces+ada=example.com@list.example.org",
        "It could not be delivered: no such user\n",
        _ADA,
    ),
    _told(
        "sent-back-by-nobody",
        'From: mail@phone.example\nReturn-Path: <>\nSubject: Mail\nContent-Type: multipart/mixed; boundary="=_b1"\nTo: news@list.example.org',
        multipart(
            "Content-Type: text/plain\n\nCould not be delivered to: <ada@example.com>\nAs their mailbox is full.\n",
            f"Content-Type: message/rfc822\n\n{returned('ada@example.com')}",
        ),
        Fact("ada@example.com", SOFT, Cause.FULL),
    ),
    _told(
        "two-of-an-alias",
        _FAILED,
        f"These failed:\n\nada@example.com\n    user unknown\nbob@example.com\n    user unknown\n\n--- Original message\n{returned('ada@example.com')}",
        _ADA,
        _BOB,
    ),
    _told("nobody", _FAILED, "It could not be delivered: no such user\n", reason="no-recipient"),
    _told(
        "sorry-sender",
        _FAILED,
        "Sorry bounces@list.example.org. Your mail could not be delivered to:\n\nada@example.com\n\nuser unknown\n",
        _ADA,
    ),
    _told(
        "help-desk-is-no-recipient",
        _FAILED,
        "<ada@example.com>: user unknown\n\nQuestions? Please contact helpdesk@provider.example\n",
        _ADA,
    ),
    _told(
        "dovecot",
        'From: Mail Delivery Subsystem <postmaster@example.net>\nSubject: Rejected: The November letter\nContent-Type: multipart/report; report-type=disposition-notification; boundary="=_b1"',
        multipart(
            "Content-Type: text/plain\n\nYour message to <ada@example.com> was automatically rejected:\nQuota exceeded (mailbox for user is full)\n",
            "Content-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; ada@example.com\nDisposition: automatic-action/MDN-sent-automatically; deleted\n",
        ),
        Fact("ada@example.com", SOFT, Cause.FULL),
    ),
)

SAMPLES = (*_usual(), *_ODD)
