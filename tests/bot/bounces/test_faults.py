"""What a server blames about the sender, from its words, its code, or neither."""

from datetime import UTC, datetime

import pytest

from bot.bounces.diagnosis import diagnose, find_code
from bot.bounces.events import LIST_SUFFIX, Cause, EventKind, Fault, MailEvent
from bot.bounces.faults import find_fault, lists_named
from bot.bounces.wordings import faults as wordings

REPLIES = {
    "550 5.7.1 SPF check failed for example.org": Fault.SPF,
    "550 5.7.23 The message was rejected because of Sender Policy Framework violation -> 550 5.7.23": Fault.SPF,
    "550 5.7.1 Unauthenticated email from example.org is not accepted due to domain's DMARC policy": Fault.DMARC,
    "550 5.7.509 Access denied, sending domain example.org does not pass DMARC verification": Fault.DMARC,
    "550 5.7.1 DKIM signature verification failed": Fault.DKIM,
    "550-5.7.26 This mail has been blocked because the sender is unauthenticated. Gmail requires all senders to "
    "authenticate with either SPF or DKIM.": Fault.AUTHENTICATION,
    "550 5.7.515 Access denied, sending domain example.org doesn't meet the required level": Fault.AUTHENTICATION,
    "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org": Fault.BLOCK_LIST,
    "550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your Internet service provider "
    "since part of their network is on our block list (S3140).": Fault.BLOCK_LIST,
    "554 5.7.1 Votre adresse IP est sur liste noire": Fault.BLOCK_LIST,
    "550 5.7.1 Mail rejected due to poor reputation of the sending server": Fault.REPUTATION,
    "421-4.7.0 This message does not meet IP or domain reputation requirements": Fault.REPUTATION,
    "550 5.7.25 The IP address sending this message does not have a PTR record": Fault.REVERSE_DNS,
    "450 4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.1]": Fault.REVERSE_DNS,
    "550 5.1.8 <news@example.org>: Domain of sender address does not resolve": Fault.SENDER,
    "550 5.7.606 Access denied, banned sending IP [192.0.2.1]": Fault.BLOCKED,
    "554 5.7.1 [192.0.2.1] Client host rejected: Access denied": Fault.BLOCKED,
    "550 5.7.1 Blocked by policy": Fault.BLOCKED,
    "550 5.7.26": Fault.AUTHENTICATION,
    "550 5.7.1 Mail from 192.0.2.1 rejected": Fault.BLOCKED,
    "554 5.7.1 Your IP has been blocked for sending spam": Fault.BLOCKED,
    # No fault of the sender, whatever the words have in common.
    "550 5.1.1 User unknown": None,
    "452 4.2.2 Mailbox full": None,
    "connect to mx.example.org[192.0.2.1]:25: Connection refused": None,
    "450 4.2.0 Greylisted, see http://postgrey.example.org": None,
    "421 4.7.0 Too many connections from your IP": None,
    "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume": None,
    "554 5.7.1 <a@example.org>: Relay access denied": None,
    "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required": None,
    "550 5.2.1 The account only accepts mail from authenticated senders": None,
    "550 5.7.1 Blocked by recipient": None,
    "554 5.7.1 The message looks like spam": None,
    "550 5.7.1 You do not have permission to send to this recipient": None,
    "": None,
}


def event(said: str, **given: object) -> MailEvent:
    code = find_code(said)
    kind, cause = diagnose(code, said)
    values = {"kind": kind, "source": "message", "cause": cause, **given}
    at = datetime(2026, 11, 24, tzinfo=UTC)
    return MailEvent(address="a@example.org", at=at, uid="1", code=code, diagnostic=said, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize("said", REPLIES)
def test_a_servers_words_blame_the_sender_or_not(said: str):
    assert find_fault(event(said)) is REPLIES[said]


@pytest.mark.parametrize("said", [said for said, fault in REPLIES.items() if fault])
def test_neither_complaints_nor_entries_of_a_list_nor_what_is_said_of_the_address_blame_it(said: str):
    assert find_fault(event(said, kind=EventKind.HARD)) is REPLIES[said], "as providers tell that gave up"
    assert find_fault(event(said, kind=EventKind.COMPLAINT)) is None
    assert find_fault(event(said, source=f"ses{LIST_SUFFIX}")) is None
    assert find_fault(event(said, cause=Cause.NO_MAILBOX)) is None


def test_block_lists_are_named_as_people_know_them():
    said = ["blocked using zen.spamhaus.org", "listed at bl.spamcop.net", "see spamhaus.org/pbl", "no list"]
    assert lists_named(said) == ["Spamhaus", "SpamCop"]


def test_each_rule_has_a_fault_or_none():
    assert set(wordings.FAULTS) == {None, *Fault}
