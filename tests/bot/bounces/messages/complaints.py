"""People reported mail as abuse: RFC 5965, Microsoft's own form, and reports that are no complaint."""

from tests.bot.bounces.messages.samples import COMPLAINT, LIST, Fact, Sample, mail, multipart, returned

_ADA = Fact("ada@example.com", COMPLAINT)


def _arf(
    name: str,
    fields: str,
    back: str,
    *facts: Fact,
    reason: str | None = None,
    sender: str = "feedback@provider.example",
    part: str = "message/rfc822",
) -> Sample:
    text = "Content-Type: text/plain\n\nThis is an abuse report for a message from 192.0.2.7.\n"
    report = f"Content-Type: message/feedback-report\n\n{fields}User-Agent: Reporter/1.0\nVersion: 1\n"
    headers = (
        f"From: <{sender}>\nSubject: FW: The November letter\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="=_b1"'
    )
    raw = mail(headers, multipart(text, report, f"Content-Type: {part}\n\n{back}"))
    return Sample("complaint", name, raw, facts, reason)


def _microsoft(name: str, back: str, sender: str = "staff@hotmail.com") -> Sample:
    headers = f'From: {sender}\nSubject: complaint about message from 192.0.2.7\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="=_b1"'
    return Sample(
        "complaint", name, mail(headers, multipart(f"Content-Type: message/rfc822\n\n{back}")), (_ADA,)
    )


_BACK = returned("ada@example.com")
_REDACTED = returned("redacted@example.com").replace("for <redacted@example.com>", "")
_VERP = f"Original-Mail-From: <bounces+ada=example.com@{LIST.partition('@')[2]}>\n"

SAMPLES = (
    _arf("original-rcpt-to", "Feedback-Type: abuse\nOriginal-Rcpt-To: <ada@example.com>\n", _REDACTED, _ADA),
    _arf("to-of-returned", "Feedback-Type: abuse\n", _BACK, _ADA),
    _arf("headers-only", "Feedback-Type: abuse\n", _BACK, _ADA, part="text/rfc822-headers"),
    _arf(
        "several",
        "Feedback-Type: abuse\nOriginal-Rcpt-To: ada@example.com\nOriginal-Rcpt-To: bob@example.com\n",
        _BACK,
        _ADA,
        Fact("bob@example.com", COMPLAINT),
    ),
    _arf("fraud", "Feedback-Type: fraud\n", _BACK, _ADA),
    _arf("virus", "Feedback-Type: virus\n", _BACK, _ADA),
    _arf("other", "Feedback-Type: other\n", _BACK, _ADA),
    _arf("upper-case", "FEEDBACK-TYPE: ABUSE\n", _BACK, _ADA),
    _arf(
        "aol",
        "Feedback-Type: abuse\nRemoval-Recipient: ada@example.com\n",
        _REDACTED,
        _ADA,
        sender="scomp@aol.com",
    ),
    _arf("return-path-names-it", "Feedback-Type: abuse\n" + _VERP, _REDACTED, _ADA),
    _arf("redacted", "Feedback-Type: abuse\n", _REDACTED, reason="no-recipient"),
    _arf(
        "redacted-everywhere",
        "Feedback-Type: abuse\nOriginal-Rcpt-To: redacted@redacted.example\n",
        _REDACTED,
        reason="no-recipient",
    ),
    _arf("not-spam", "Feedback-Type: not-spam\n", _BACK, reason="not-a-bounce"),
    _arf("auth-failure", "Feedback-Type: auth-failure\n", _BACK, reason="not-a-bounce"),
    _arf("opt-out", "Feedback-Type: opt-out\n", _BACK, reason="not-a-bounce"),
    _microsoft("microsoft", "X-HmXmrOriginalRecipient: ada@example.com\n" + _REDACTED),
    _microsoft("microsoft-by-to", _BACK),
    _microsoft(
        "microsoft-other-sender",
        "X-HmXmrOriginalRecipient: ada@example.com\n" + _REDACTED,
        "reports@filter.example",
    ),
)
