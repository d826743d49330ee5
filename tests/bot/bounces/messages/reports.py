"""Delivery reports: RFC 3464 and RFC 6533, as written by the usual servers, and as mangled on their way."""

import base64
import quopri

from bot.bounces.events import Cause, EventKind
from tests.bot.bounces.messages.samples import HARD, LIST, SOFT, Fact, Sample, mail, multipart, returned

REFUSALS: tuple[tuple[str, str, str, EventKind, Cause | None], ...] = (
    (
        "unknown",
        "5.1.1",
        "550 5.1.1 <{to}>: Recipient address rejected: User unknown in virtual mailbox table",
        HARD,
        Cause.NO_MAILBOX,
    ),
    (
        "gmail-unknown",
        "5.1.1",
        "550-5.1.1 The email account that you tried to reach does not exist. Please try",
        HARD,
        Cause.NO_MAILBOX,
    ),
    (
        "yahoo-unknown",
        "5.0.0",
        "554 delivery error: dd This user doesn't have a yahoo.com account ({to}) [0]",
        HARD,
        Cause.NO_MAILBOX,
    ),
    (
        "microsoft-denied",
        "5.4.1",
        "550 5.4.1 Recipient address rejected: Access denied. [HE1EUR01FT0.example]",
        HARD,
        Cause.NO_MAILBOX,
    ),
    (
        "orange",
        "5.1.1",
        "550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR204_416 [416]",
        HARD,
        Cause.NO_MAILBOX,
    ),
    (
        "outlook",
        "5.5.0",
        "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302).",
        HARD,
        Cause.NO_MAILBOX,
    ),
    (
        "closed",
        "5.2.1",
        "550 5.2.1 The email account that you tried to reach is disabled.",
        HARD,
        Cause.DISABLED,
    ),
    ("full", "5.2.2", "552 5.2.2 <{to}>: Mailbox full, over quota", SOFT, Cause.FULL),
    (
        "spamhaus",
        "5.7.1",
        "554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org",
        SOFT,
        Cause.POLICY,
    ),
    (
        "dmarc",
        "5.7.26",
        "550-5.7.26 Unauthenticated email from list.example.org is not accepted (DMARC)",
        SOFT,
        Cause.POLICY,
    ),
    ("spam", "5.7.1", "550 5.7.1 Message rejected as spam by content filtering", SOFT, Cause.CONTENT),
    ("size", "5.3.4", "552 5.3.4 Message size exceeds fixed limit", SOFT, Cause.SIZE),
)


def _postfix(to: str, code: str, words: str) -> bytes:
    note = (
        "Content-Description: Notification\nContent-Type: text/plain; charset=us-ascii\n\n"
        "This is the mail system at host out.list.example.org.\n\nI'm sorry to have to inform you that your message could not\n"
        "be delivered to one or more recipients.\n\n                   The mail system\n\n"
        f"<{to}>: host mx.example.net[192.0.2.99] said: {words} (in reply to RCPT TO\n    command)\n"
    )
    status = (
        "Content-Description: Delivery report\nContent-Type: message/delivery-status\n\n"
        "Reporting-MTA: dns; out.list.example.org\nX-Postfix-Queue-ID: 4C1\n"
        f"X-Postfix-Sender: rfc822; {LIST}\nArrival-Date: Tue,  3 Nov 2026 10:20:01 +0100 (CET)\n\n"
        f"Final-Recipient: rfc822; {to}\nOriginal-Recipient: rfc822;{to}\nAction: failed\nStatus: {code}\n"
        f"Remote-MTA: dns; mx.example.net\nDiagnostic-Code: smtp; {words}\n"
    )
    back = f"Content-Description: Undelivered Message Headers\nContent-Type: text/rfc822-headers\n\n{returned(to)}"
    return _report(
        "MAILER-DAEMON@out.list.example.org (Mail Delivery System)",
        "Undelivered Mail Returned to Sender",
        note,
        status,
        back,
    )


def _sendmail(to: str, code: str, words: str) -> bytes:
    note = (
        "\nThe original message was received at Tue, 3 Nov 2026 10:20:01 +0100\nfrom localhost [127.0.0.1]\n\n"
        f"   ----- The following addresses had permanent fatal errors -----\n<{to}>\n    (reason: {words})\n\n"
        f"   ----- Transcript of session follows -----\n... while talking to mx.example.net.:\n>>> RCPT To:<{to}>\n<<< {words}\n"
    )
    status = (
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; relay.example.org\nReceived-From-MTA: DNS; localhost\n\n"
        f"Final-Recipient: RFC822; {to}\nAction: failed\nStatus: {code}\nDiagnostic-Code: SMTP; {words}\n"
        "Last-Attempt-Date: Tue, 3 Nov 2026 10:20:30 +0100\n"
    )
    back = f"Content-Type: message/rfc822\n\n{returned(to)}\nDear friends\n"
    return _report(
        "Mail Delivery Subsystem <MAILER-DAEMON@relay.example.org>",
        "Returned mail: see transcript for details",
        note,
        status,
        back,
    )


def _exchange(to: str, code: str, words: str) -> bytes:
    note = (
        'Content-Type: multipart/alternative; boundary="=_alt"\n\n--=_alt\nContent-Type: text/plain; charset="us-ascii"\n\n'
        f"Delivery has failed to these recipients or groups:\n\n{to}<mailto:{to}>\nThe message did not get there.\n\n"
        f"Diagnostic information for administrators:\n\nGenerating server: mx.example.net\n\n{to}\nRemote Server returned '{words}'\n\n"
        f"--=_alt\nContent-Type: text/html\n\n<html><body><b>Delivery has failed</b> to {to}</body></html>\n--=_alt--\n"
    )
    status = (
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns;mx.example.net\nReceived-From-MTA: dns;edge.example.net\n\n"
        f"Original-Recipient: rfc822;{to}\nFinal-Recipient: rfc822;{to}\nAction: failed\nStatus: {code}\nDiagnostic-Code: smtp;{words}\n"
    )
    back = f"Content-Type: message/rfc822\n\n{returned(to)}"
    return _report(
        "Microsoft Outlook <postmaster@example.net>", "Undeliverable: The November letter", note, status, back
    )


def _report(sender: str, subject: str, *parts: str, more: str = "", kind: str = "delivery-status") -> bytes:
    headers = (
        f"Return-Path: <>\nFrom: {sender}\nSubject: {subject}\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n"
        f'Content-Type: multipart/report; report-type={kind}; boundary="=_b1"\n{more}'
    )
    return mail(headers, "This is a MIME-encapsulated message.\n\n" + multipart(*parts))


def _usual() -> tuple[Sample, ...]:
    found = []
    for builder in (_postfix, _sendmail, _exchange):
        for name, code, words, kind, cause in REFUSALS:
            to = f"{name}.reader@example.com"
            raw = builder(to, code, words.format(to=to))
            found.append(Sample("report", f"{builder.__name__[1:]}-{name}", raw, (Fact(to, kind, cause),)))
    return tuple(found)


def _with(
    name: str,
    status: str,
    *facts: Fact,
    reason: str | None = None,
    kind: str = "message/delivery-status",
    note: str = "",
    back: str = "",
    encoding: str = "",
) -> Sample:
    """A report with this status part."""
    text = f"Content-Type: text/plain\n\n{note or 'Your message could not be delivered.'}\n"
    more = f"Content-Transfer-Encoding: {encoding}\n" if encoding else ""
    parts = [text, f"Content-Type: {kind}\n{more}\n{status}\n"]
    if back:
        parts.append(f"Content-Type: message/rfc822\n\n{back}")
    raw = _report("Mail Delivery System <mailer-daemon@example.net>", "Delivery Status Notification", *parts)
    return Sample("report, odd", name, raw, facts, reason)


_GROUP = "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; ada@example.com\nAction: failed\nStatus: 5.1.1\n"
_ADA = Fact("ada@example.com", HARD, Cause.NO_MAILBOX)
_MANY = "Reporting-MTA: dns; mx.example.net\n\n" + "\n".join(
    f"Final-Recipient: rfc822;reader{n}@example.com\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp;550 mailbox unavailable\n"
    for n in range(1, 6)
)

_ODD = (
    _with("plain", _GROUP, _ADA),
    _with(
        "five-recipients",
        _MANY,
        *(Fact(f"reader{n}@example.com", HARD, Cause.NO_MAILBOX) for n in range(1, 6)),
    ),
    _with(
        "mixed-outcomes",
        _GROUP + "\nFinal-Recipient: rfc822; bob@example.com\nAction: delivered\nStatus: 2.0.0\n\n"
        "Final-Recipient: rfc822; cy@example.com\nAction: delayed\nStatus: 4.4.1\n",
        _ADA,
        Fact("cy@example.com", SOFT, Cause.SERVER),
    ),
    _with(
        "delayed",
        _GROUP.replace("failed", "delayed").replace("5.1.1", "4.4.1"),
        Fact("ada@example.com", SOFT, Cause.SERVER),
    ),
    _with(
        "delayed-without-action",
        _GROUP.replace("Action: failed\n", "").replace("5.1.1", "4.4.7"),
        Fact("ada@example.com", SOFT, Cause.SERVER),
    ),
    _with(
        "delivered",
        _GROUP.replace("failed", "delivered").replace("5.1.1", "2.1.5"),
        reason="delivery-receipt",
    ),
    _with(
        "relayed", _GROUP.replace("failed", "relayed").replace("5.1.1", "2.1.9"), reason="delivery-receipt"
    ),
    _with(
        "expanded", _GROUP.replace("failed", "expanded").replace("5.1.1", "2.0.0"), reason="delivery-receipt"
    ),
    _with("lower-case", _GROUP.lower(), _ADA),
    _with("no-empty-line", _GROUP.replace("\n\n", "\n"), _ADA),
    _with("empty-lines-between", _GROUP.replace("\nAction", "\n\nAction"), _ADA),
    _with(
        "order",
        "Action: failed\nFinal-Recipient: rfc822;ada@example.com\nDiagnostic-Code: smtp; 550 No such user\nStatus: 5.0.0\n",
        _ADA,
    ),
    _with("angle-brackets", _GROUP.replace("ada@example.com", "<ada@example.com>"), _ADA),
    _with("no-type", _GROUP.replace("rfc822; ", ""), _ADA),
    _with("only-original", _GROUP.replace("Final-", "Original-"), _ADA),
    _with(
        "comment-in-status",
        _GROUP.replace("5.1.1", "5.2.2 (mailbox is over its quota)"),
        Fact("ada@example.com", SOFT, Cause.FULL),
    ),
    _with(
        "folded-diagnostic",
        _GROUP.replace("5.1.1", "5.0.0") + "Diagnostic-Code: smtp; 550\n    the mailbox\n  is full\n",
        Fact("ada@example.com", SOFT, Cause.FULL),
    ),
    _with(
        "not-folded-diagnostic",
        _GROUP.replace("5.1.1", "5.0.0") + "Diagnostic-Code: smtp; 550-Sorry\n550 user unknown\n",
        _ADA,
    ),
    _with(
        "original-before-final",
        _GROUP.replace("Action", "Original-Recipient: rfc822;ada@example.com\nAction").replace(
            "rfc822; ada@example.com", "rfc822; ada.l@inner.example.net"
        ),
        _ADA,
    ),
    _with(
        "inner-rewrite",
        _GROUP.replace("ada@example.com", "ada@mail1.example.com"),
        _ADA,
        back=returned("ada@example.com"),
    ),
    _with(
        "local-domain",
        _GROUP.replace("ada@example.com", "ada.l@corp.local"),
        _ADA,
        back=returned("ada@example.com"),
    ),
    _with(
        "what-was-sent-to",
        _GROUP.replace("Action", "Original-Recipient: rfc822;relay+ada@hub.example.net\nAction"),
        _ADA,
        back=returned("ada@example.com"),
    ),
    _with(
        "xtext",
        _GROUP.replace("Final", "Original").replace("ada@example.com", "ada+2Bnews@example.com"),
        Fact("ada+news@example.com", HARD),
    ),
    _with(
        "no-recipient-but-returned",
        "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: X-LOCAL;<>\nAction: failed\nStatus: 5.1.1\n",
        _ADA,
        back=returned("ada@example.com"),
    ),
    _with(
        "no-recipient-at-all",
        "Reporting-MTA: dns; mx.example.net\n\nAction: failed\nStatus: 5.1.1\n",
        reason="no-recipient",
    ),
    _with(
        "local-name",
        _GROUP.replace("rfc822; ada@example.com", "LOCAL;<ada>").replace(
            "Final", "Original-Recipient: rfc822;<ada@example.com>\nFinal"
        ),
        _ADA,
    ),
    _with("text-plain", _GROUP, _ADA, kind="text/plain; charset=us-ascii"),
    _with("octet-stream", _GROUP, _ADA, kind='application/octet-stream; name="details.txt"'),
    _with("base64", base64.encodebytes(_GROUP.encode()).decode(), _ADA, encoding="base64"),
    _with(
        "quoted-printable",
        quopri.encodestring(
            _GROUP.replace("5.1.1\n", "5.1.1\nDiagnostic-Code: smtp; 550 no such user, x=y\n").encode()
        ).decode(),
        _ADA,
        encoding="quoted-printable",
    ),
    _with(
        "utf-8",
        _GROUP.replace("rfc822; ada@example.com", "utf-8; zoé@exämple.com"),
        Fact("zoé@exämple.com", HARD),
        kind="message/global-delivery-status",
    ),
    _with(
        "utf-8-escaped",
        _GROUP.replace("rfc822; ada@example.com", "utf-8; zo\\x{E9}@example.com"),
        Fact("zoé@example.com", HARD),
        kind="message/global-delivery-status",
    ),
    _with(
        "diagnostic-in-prose-only",
        _GROUP.replace("5.1.1", "5.0.0"),
        Fact("ada@example.com", SOFT, Cause.FULL),
        note="<ada@example.com>: the mailbox is full",
    ),
    _with(
        "plain-word-beside-450",
        _GROUP.replace("5.1.1", "4.1.1") + "Diagnostic-Code: smtp; 450 4.1.1 User unknown\n",
        _ADA,
    ),
    _with(
        "expired",
        _GROUP.replace("5.1.1", "4.4.7")
        + "Diagnostic-Code: X-Postfix; connect to mx.example.com: Connection timed out\n",
        Fact("ada@example.com", SOFT, Cause.SERVER),
    ),
    _with(
        "null-mx",
        _GROUP.replace("5.1.1", "5.1.0")
        + "Diagnostic-Code: X-Postfix; Domain example.com does not accept mail (nullMX)\n",
        Fact("ada@example.com", HARD, Cause.NO_DOMAIN),
    ),
)


def _mangled() -> tuple[Sample, ...]:
    good = _postfix("ada@example.com", "5.1.1", "550 5.1.1 <ada@example.com>: User unknown")
    full = {
        "crlf": good.replace(b"\n", b"\r\n"),
        "cr-only": good.replace(b"\n", b"\r"),
        "mbox-line": b"From MAILER-DAEMON Tue Nov  3 10:20:30 2026\n" + good,
        "wrong-boundary": good.replace(b'boundary="=_b1"', b'boundary="=_other"'),
        "no-boundary": good.replace(b'; boundary="=_b1"', b""),
        "cut-off": good[: good.index(b"Content-Description: Undelivered")],
        "two-dates": good.replace(b"Date: Tue", b"Date: Mon, 2 Nov 2026 10:00:00 +0100\nDate: Tue", 1),
        "latin-1": good.replace(b"User unknown", "utilisateur inconnu é".encode("latin-1")),
        "space-in-field-name": good.replace(b"Final-Recipient:", b"Final-Recipient :"),
        "folded-badly": good.replace(
            b"MIME-Version: 1.0\n", b"X-Long: one\ntwo three\nMIME-Version: 1.0\n", 1
        ),
        "in-mixed": mail(
            'From: postmaster@example.net\nSubject: Delivery failure\nContent-Type: multipart/mixed; boundary="=_outer"',
            multipart("Content-Type: text/plain\n\nSee below.\n", good.decode(), boundary="=_outer"),
        ),
        "in-a-message": mail(
            'From: Mail Delivery Subsystem <mailer-daemon@filter.example>\nSubject: Returned mail\nContent-Type: multipart/mixed; boundary="=_outer"',
            multipart(
                "Content-Type: text/plain\n\nAddresses had errors.\n",
                "Content-Type: message/rfc822\n\n" + good.decode(),
                boundary="=_outer",
            ),
        ),
    }
    return tuple(Sample("report, mangled", name, raw, (_ADA,)) for name, raw in full.items())


SAMPLES = (*_usual(), *_ODD, *_mangled())
