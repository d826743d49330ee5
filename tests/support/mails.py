"""Messages as mail servers send them, with addresses of our own."""


def bounce(address: str, code: str = "5.1.1", said: str = "550 5.1.1 User unknown", n: int = 0) -> bytes:
    """A delivery report (RFC 3464). `n` makes it another one about the same address."""
    return f"""\
From: Mail Delivery System <MAILER-DAEMON@mx.example.org>
To: news-bounces@example.org
Subject: Undelivered Mail Returned to Sender
Date: Mon, 23 Nov 2026 10:00:00 +0000
Message-ID: <{code}.{n}.{address.replace("@", ".at.")}@mx.example.org>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain; charset=us-ascii

Your message could not be delivered to {address}.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
Arrival-Date: Mon, 23 Nov 2026 09:59:00 +0000

Final-Recipient: rfc822; {address}
Action: failed
Status: {code}
Diagnostic-Code: smtp; {said}

--b1
Content-Type: text/rfc822-headers

From: News <news@example.org>
To: {address}
Subject: The news

--b1--
""".encode()


def full(address: str, n: int = 0) -> bytes:
    """A bounce that may pass."""
    return bounce(address, "4.2.2", "452 4.2.2 Mailbox full", n)


def complaint(address: str) -> bytes:
    """A complaint (RFC 5965)."""
    return f"""\
From: Feedback <fbl@provider.example>
To: abuse@example.org
Subject: FW: The news
Date: Mon, 23 Nov 2026 11:00:00 +0000
Message-ID: <arf.{address.replace("@", ".at.")}@provider.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b2"

--b2
Content-Type: text/plain; charset=us-ascii

This is an abuse report for a message that was received on Mon, 23 Nov 2026.

--b2
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Feedback/1.0
Version: 1
Original-Rcpt-To: {address}
Arrival-Date: Mon, 23 Nov 2026 10:30:00 +0000

--b2
Content-Type: message/rfc822

From: News <news@example.org>
To: {address}
Subject: The news
Message-ID: <news.1@example.org>

Hello

--b2--
""".encode()


def away(address: str) -> bytes:
    """An automatic reply: no bounce."""
    return f"""\
From: Somebody <{address}>
To: news@example.org
Subject: Out of office: The news
Date: Mon, 23 Nov 2026 12:00:00 +0000
Message-ID: <away.{address.replace("@", ".at.")}@example.com>
Auto-Submitted: auto-replied
Content-Type: text/plain; charset=utf-8

I am away until Monday.
""".encode()


def nobody_s() -> bytes:
    """A delivery report that does not say whose."""
    lines = bounce("x@example.com").decode().splitlines(keepends=True)
    return "".join(line for line in lines if "x@example.com" not in line and "x.at." not in line).encode()


LETTER = b"From: Ada <ada@example.com>\nTo: news@example.org\nSubject: Thank you\n\nI like it.\n"
