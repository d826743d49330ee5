"""Messages made to take long to read: each of a kind, of about so many bytes."""

from dataclasses import dataclass

HEAD = b"From: MAILER-DAEMON@example.net\nSubject: failure notice\n"
FAILED = b"\nThe following address failed:\n<a@example.com>: 550 5.1.1 user unknown\n"
GROUP = b"Final-Recipient: rfc822; reader%d@example.com\nAction: failed\nStatus: 5.1.1\n\n"

_HEADERS = {
    "to": b"To: a%d@example.com\n",
    "from": b"From: a%d@example.com\nReturn-Path: <a%d@example.com>\n",
    "unfinished encoded words": b"To: " + b"=?u?q?a" * 500 + b"\n",
    "empty encoded words": b"To: " + b"=?utf-8?q?" * 400 + b"\n",
    "encoded words": b"To: " + b"=?utf-8?q?a?= " * 280 + b"\n",
    "encoded addresses": b"To: " + b"=?utf-8?b?YUBleGFtcGxlLmNvbQ==?= " * 130 + b"\n",
    "unknown charsets": b"To: " + b"=?x-%d?b?//79?= " * 250 + b"\n",
    "lists": b"Cc: " + b"a@b.example," * 800 + b"\n",
    "folded": b"To: a@example.com\n" + b" b%d@example.com,\n" * 200,
    "received": b"Received: from a by b; Tue, 3 Nov 2026 10:20:30 +0100\n",
    "campaigns": b"X-Campaign: " + b"=?utf-8?q?a?= " * 280 + b"\n",
    "return paths": b"To: " + b"+a=a.a.a.a.a" * 150 + b"\n",
    "parameters": b"Content-Type: text/plain; " + b"a*0*=utf-8''x; " * 200 + b"\n",
    "quotes": b"To: " + b'"' * 3000 + b"\n",
    "at signs": b"To: " + b"@" * 3000 + b"\n",
}
_TEXTS = {
    "lines": b"a\n",
    "phrases": b"user mailbox message account ",
    "markers": b"--- original message\n.\n",
    "labels": b"recipient recipient recipient a:\n",
    "addresses": b"a%d@b.example ",
    "spaces": b" ",
    "blank lines": b"\t\n \n",
    "dashes": b"-",
    "headers": b"message-id: x\n",
    "codes": b"550 5.1.",
    "quotes": b'"aaaaaaa',
    "carriage returns": b"\r",
}
_PARTS = {
    "empty": b"--b\n\nx\n",
    "nested": b"--b\nContent-Type: multipart/mixed; boundary=b\n\n",
    "boundaries": b"--b",
    "guessed": b"--" + b" " * 200 + b"\n",
    "headers alone": b"--b\n" + b"a:\n" * 30_000 + b"\n",
    "base64": b"--b\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\n"
    + b"=A=" * 30_000
    + b"\n",
    "texts": b"--b\nContent-Type: text/plain\n\n" + b"hello world\n" * 9_000,
    "pages": b"--b\nContent-Type: text/html\n\n" + b"<b &amp; a@b.example <p>" * 4_000 + b"\n",
    "reports": b"--b\nContent-Type: message/delivery-status\n\n" + GROUP * 100,
    "enclosed": b"--b\nContent-Type: message/rfc822\n\n",
}
_FIELDS = {
    "recipients": GROUP,
    "diagnostics": GROUP[:-1]
    + b"Diagnostic-Code: smtp; 550 "
    + b"user mailbox message account " * 100
    + b"\n\n",
    "one recipient": b"Original-Rcpt-To: a%d@b.example\n",
    "continued": b" x\n",
    "long": b"Final-Recipient: rfc822; " + b"a" * 9000 + b"@\nAction: failed\n\n",
}


def filled(unit: bytes, size: int) -> bytes:
    """The unit again and again, numbered where it has a `%d`, to about that size."""
    if b"%d" not in unit:
        return unit * (size // len(unit) + 1)
    return b"".join(unit.replace(b"%d", str(n).encode()) for n in range(size // len(unit) + 1))


REPORT = (
    HEAD + b"Content-Type: multipart/report; boundary=b1\n\n--b1\nContent-Type: message/delivery-status\n\n"
)
RETURNED = b"--b1\nContent-Type: text/rfc822-headers\n\n"
END = b"\n--b1--\n"


def report(groups: bytes, returned: bytes) -> bytes:
    return REPORT + groups + RETURNED + returned + END


def recipients(number: int) -> bytes:
    return b"".join(GROUP % n for n in range(number))


@dataclass(frozen=True)
class Hostile:
    """A message with a unit repeated in it."""

    before: bytes
    unit: bytes
    after: bytes = b""

    def __call__(self, size: int) -> bytes:
        return self.before + filled(self.unit, size) + self.after


_MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n"
_PAGE = HEAD + b"Content-Type: text/html\n\n<p>a@example.com user unknown "
_THOUSAND = recipients(1_000)
_ODD = {
    "nested messages": Hostile(HEAD, b"Content-Type: message/rfc822\n\n"),
    "failed recipients": Hostile(HEAD, b"X-Failed-Recipients: a%d@b.example\n", FAILED),
    "a number": Hostile(_PAGE + b"&#", b"9", b";"),
    "an id": Hostile(b"Message-ID: <", b"x", b">\n" + report(_THOUSAND, b"To: a@b.example")),
    "names": Hostile(
        b"From: postmaster@example.com\nSubject: failure notice\n\nrecipients:\n", b"  name%d\n"
    ),
}
HOSTILE = {
    **{
        f"returned {name}": Hostile(REPORT + _THOUSAND + RETURNED, unit, END)
        for name, unit in _HEADERS.items()
    },
    **{f"own {name}": Hostile(HEAD, unit, FAILED) for name, unit in _HEADERS.items()},
    **{
        f"quoted {name}": Hostile(HEAD + FAILED + b"\n--- original message ---\n\n", unit)
        for name, unit in _HEADERS.items()
    },
    **{f"text of {name}": Hostile(HEAD + FAILED, unit) for name, unit in _TEXTS.items()},
    **{f"page of {name}": Hostile(_PAGE + b"<a", unit) for name, unit in _TEXTS.items()},
    **{f"report of {name}": Hostile(REPORT + GROUP % 1, unit, END) for name, unit in _TEXTS.items()},
    **{f"parts: {name}": Hostile(_MIXED, unit) for name, unit in _PARTS.items()},
    **{f"fields: {name}": Hostile(REPORT, unit, END) for name, unit in _FIELDS.items()},
    **_ODD,
}
