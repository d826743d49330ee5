"""What a code and a server's words mean, as a table: one case a line, `hard|soft cause ; code ; words`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bounces.diagnosis import diagnose, find_code
from bot.bounces.events import Cause, EventKind

CASES = """
hard no-mailbox ; 5.1.1 ; <a@example.org>: Recipient address rejected: User unknown in virtual mailbox table
hard no-mailbox ; 5.1.1 ; 550-5.1.1 The email account that you tried to reach does not exist. Please try double-checking
hard no-mailbox ; 5.7.1 ; 550 5.7.1 <a@example.org>: user unknown
hard no-mailbox ; 5.4.1 ; 550 5.4.1 Recipient address rejected: Access denied. AS(201806281) [AM6EUR05.example]
hard no-mailbox ; 5.7.1 ; 550 5.7.1 Recipient address rejected: Access denied
hard no-mailbox ; 5.1.10 ; 550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup
hard no-mailbox ; 5.0.0 ; 554 delivery error: dd This user doesn't have a yahoo.com account (a@yahoo.com) [0]
hard no-mailbox ; ; 550 5.5.0 Requested action not taken: mailbox unavailable
hard no-mailbox ; ; 550 Unknown user a@docomo.example
hard no-mailbox ; ; Sorry, no mailbox here by that name. (#5.1.1)
hard no-mailbox ; ; Unrouteable address
hard no-mailbox ; 5.0.0 ; 550 User a (a@example.com) not listed in Domino Directory
hard no-mailbox ; ; 550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR204_416 [416]
hard no-mailbox ; ; 550 Destinataire inconnu
hard no-mailbox ; ; Der Empfänger ist unbekannt
hard no-mailbox ; ; 550 Diese Adresse existiert nicht
hard no-mailbox ; ; 550 usuario desconocido
hard no-mailbox ; ; La dirección no existe
hard no-mailbox ; ; 550 utente sconosciuto
hard no-mailbox ; ; 宛先のメールアドレスが見つかりませんでした
hard no-mailbox ; ; ディレクトリのリストにありません
soft full ; ; 送信先のメールボックスが一杯のため
hard no-mailbox ; ; 550 User (ada.l) unknown
soft policy ; 5.1.0 ; SMTP error after MAIL FROM:<bounces@list.example.org>: 553 5.1.0 list.example.org does not exist
soft size ; ; 534 SIZE=Message too big. (in reply to MAIL FROM command)
soft no-domain ; ; Host not found, try again
hard no-mailbox ; 5.1.1 ;
hard no-mailbox ; ; 550 5.1.1
hard no-mailbox ; ; 550 No such user here
hard no-mailbox ; 5.2.0 ; 550 5.2.0 mailbox not found
hard no-mailbox ; 4.1.1 ; 450 4.1.1 <a@example.org>: User unknown in local recipient table
hard no-domain ; 5.4.4 ; Host or domain name not found. Name service error for name=nowhere.test type=A: Host not found
hard no-domain ; 5.1.2 ;
hard no-domain ; ; Sorry, I couldn't find any host named nowhere.test. (#5.1.2)
hard no-domain ; 5.1.0 ; Domain nowhere.test does not accept mail (nullMX)
hard no-domain ; ; all relevant MX records point to non-existent hosts
hard no-domain ; ; DNS Error: DNS type 'mx' lookup of nowhere.test responded with code NXDOMAIN
hard disabled ; 5.2.1 ; 550 5.2.1 The email account that you tried to reach is disabled.
hard disabled ; ; 554 delivery error: dd This account has been disabled or discontinued [-101]
hard disabled ; ; 550 this mailbox has been closed
hard disabled ; ; Ce compte a été fermé
hard disabled ; 5.1.6 ;
soft disabled ; ; 550 5.2.1 This mailbox has been blocked due to inactivity
soft disabled ; ; 554 5.7.1 account temporarily suspended
soft full ; 5.2.2 ; 552 5.2.2 The email account that you tried to reach is over quota
soft full ; 5.1.1 ; 550 5.1.1 mailbox is full
soft full ; ; 552 Requested mail action aborted: exceeded storage allocation
soft full ; ; Boîte aux lettres pleine
soft full ; ; Das Postfach ist voll
soft full ; 5.2.2 ;
soft full ; ; La casella è piena
soft size ; 5.3.4 ; 552 5.3.4 Message size exceeds fixed limit
soft size ; 5.2.3 ;
soft policy ; 5.7.1 ; 554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org
soft policy ; 5.7.26 ; 550 5.7.26 Unauthenticated email from example.org is not accepted due to domain's DMARC policy.
soft policy ; 5.1.8 ; 553 5.1.8 <bounces@nowhere.test>... Domain of sender address does not exist
soft policy ; ; 550 5.1.0 <bounces@nowhere.test>: Sender address rejected: User unknown
soft policy ; 5.7.1 ; 550 5.7.1 Relaying denied
soft policy ; 5.7.1 ;
soft policy ; 4.7.0 ; 421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to user complaints
soft policy ; 4.2.0 ; 450 4.2.0 <a@example.org>: Recipient address rejected: Greylisted
soft content ; 5.7.1 ; 550 5.7.1 Message rejected as spam by Content Filtering.
soft content ; ; 554 5.6.0 Your message contains a virus
soft content ; 5.6.1 ;
soft server ; 5.4.4 ; Name service error for name=example.org type=MX: Malformed or unexpected name server reply
soft policy ; 5.1.1 ; 550 5.1.1 relaying denied
soft server ; 4.4.1 ; connect to mx.example.org[192.0.2.1]:25: Connection timed out
soft server ; 5.4.7 ; Delivery expired (message too old)
soft server ; 5.4.6 ; Too many hops
soft server ; 4.3.0 ; 451 4.3.0 Temporary lookup failure
soft server ; ; retry timeout exceeded
soft server ; ; Le service est lent : délai dépassé
soft no-domain ; 4.4.3 ; Host or domain name not found. Name service error: Host not found, try again
soft no-mailbox ; 4.1.1 ;
soft disabled ; ; 450 4.2.1 Requested mail action not taken: mailbox unavailable
soft server ; ; 450 Requested mail action not taken: mailbox unavailable
soft unknown ; 5.0.0 ;
soft unknown ; ;
soft unknown ; ; 554 Transaction failed
"""


@pytest.mark.parametrize("case", CASES.strip().splitlines())
def test_a_refusal_is_understood(case):
    expected, code, text = (part.strip() for part in case.split(";", 2))
    kind, cause = expected.split()
    assert diagnose(code, text) == (EventKind(kind), Cause(cause))


def test_what_the_address_says_is_not_the_servers_word():
    assert diagnose("", "<user.unknown@no-such-user.test>: mailbox full") == (EventKind.SOFT, Cause.FULL)


def test_no_phrase_is_found_across_two_sentences():
    assert diagnose("", "Delivery failed for one user. Unknown error") != (EventKind.HARD, Cause.NO_MAILBOX)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("550 5.1.1 <a@example.org>: user unknown", "5.1.1"),
        ("550-5.7.26 This mail", "5.7.26"),
        ("sorry (#5.1.1)", "5.1.1"),
        ("smtp;550 #5.1.0 Address rejected", "5.1.0"),
        ("host mx[192.5.1.1] said: 554 no", ""),
        ("from 5.1.1.9 and 4.4.4.4", ""),
        ("Exchange Server 5.5.0 and Postfix 2.5.1, version 4.2.1, v5.1.1, ESMTP Exim (4.2.1)", ""),
        ("5.0.0 then 5.1.1", "5.1.1"),
        ("only 5.0.0", "5.0.0"),
        ("5.9.1 is of no known subject", ""),
        ("5.1.1beta, mx5.1.1, 15.1.1, 5.1.1.example.org", ""),
        ("", ""),
    ],
)
def test_a_code_is_found_in_free_text(text, code):
    assert find_code(text) == code


@given(st.text(), st.text())
def test_any_text_gets_a_diagnosis(code, text):
    kind, cause = diagnose(code, text)
    assert kind in {EventKind.HARD, EventKind.SOFT}
    assert cause in Cause
