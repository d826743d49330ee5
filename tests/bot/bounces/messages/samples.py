"""The value that a sample is, and what builders of messages share."""

from dataclasses import dataclass
from zlib import crc32

from bot.bounces.events import Cause, EventKind

LIST = "bounces@list.example.org"
HARD, SOFT, COMPLAINT = EventKind.HARD, EventKind.SOFT, EventKind.COMPLAINT


@dataclass(frozen=True)
class Fact:
    address: str
    kind: EventKind
    cause: Cause | None = None  # None: any will do


@dataclass(frozen=True)
class Sample:
    group: str
    name: str
    raw: bytes
    facts: tuple[Fact, ...] = ()
    reason: str | None = None  # why it says nothing


def mail(headers: str, body: str, *, charset: str = "utf-8") -> bytes:
    """Headers as written, with a date and an identity where they are left out."""
    lines = headers.strip().splitlines()
    names = {line.partition(":")[0].lower() for line in lines}
    if "to" not in names:
        lines.append(f"To: <{LIST}>")
    if "date" not in names:
        lines.append("Date: Tue, 3 Nov 2026 10:20:30 +0100")
    if "message-id" not in names:
        lines.append(f"Message-ID: <{crc32((headers + body).encode())}@mx.example.net>")
    return ("\n".join(lines) + "\n\n" + body).encode(charset)


def returned(address: str, *, more: str = "") -> str:
    """The headers of the message that came back."""
    return (
        f"Return-Path: <{LIST}>\n"
        "Received: from app.list.example.org (app.list.example.org [192.0.2.7])\n"
        f"\tby out.list.example.org with ESMTPS id 4C1 for <{address}>;\n\tTue, 3 Nov 2026 10:20:01 +0100\n"
        "From: The Parish News <news@list.example.org>\n"
        f"To: {address}\n"
        "Subject: The November letter\n"
        "Message-ID: <letter.11@list.example.org>\n"
        "Date: Tue, 3 Nov 2026 10:20:00 +0100\n"
        "MIME-Version: 1.0\n"
        f"{more}"
        "Content-Type: text/plain; charset=utf-8\n"
    )


def multipart(*parts: str, boundary: str = "=_b1") -> str:
    return "".join(f"--{boundary}\n{part}\n" for part in parts) + f"--{boundary}--\n"
