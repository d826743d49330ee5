"""What servers say, in every form in which it comes: alone, behind vague words, beside any code, in a whole bounce."""

from datetime import UTC, datetime
from itertools import cycle
from unittest.mock import Mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.bounces import wordings
from bot.bounces.diagnosis import diagnose
from bot.bounces.events import EventKind
from bot.bounces.messages.reader import read
from bot.bounces.wordings import hard, soft
from bot.bounces.wordings.phrases import STOP_WORDS, Phrases, Rules
from tests.bot.bounces.messages.samples import mail, returned
from tests.bot.bounces.messages.templates import TEMPLATES
from tests.bot.bounces.replies import REPLIES, Reply

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ADA = "a@example.org"
IN_BOUNCES = [reply for reply in REPLIES if reply.words.count("@") <= reply.words.count(ADA)]

# What blames a limit, a list, the sender, the space: soft, whatever stands around it.
PASSING = (
    "receiving mail at a rate that prevents additional messages",
    "sent to too many recipients this hour",
    "rate limit exceeded",
    "no relaying",
    "relay access denied",
    "access denied",
    "you do not have permission to send to this recipient",
    "not authorized to send",
    "administrative prohibition",
    "client host [192.0.2.1] blocked using zen.spamhaus.org",
    "your IP is on a block list",
    "blacklisted",
    "poor reputation",
    "temporary locked, try again",
    "temporarily unavailable",
    "does not have enough space",
    "mailbox full",
    "over quota",
    "sender address rejected",
    "the From header is malformed",
    "rejected due to local policy",
    "looks like spam",
)
VAGUE = (
    "",
    "Undeliverable to <a@example.org>: ",
    "Unknown address error 550-",
    "550 Recipient rejected: ",
    "550 Invalid recipient <a@example.org>, ",
    "550 Requested action not taken: mailbox unavailable, ",
    "undeliverable address: host mx.example.org[192.0.2.9] said: ",
)
HARD_CODES = ("5.1.1", "5.1.0", "5.1.2", "5.1.10", "5.2.1", "5.1.3", "5.4.4", "5.0.0")
DEAD = (
    "user unknown",
    "no such user",
    "550 unable to find user a",
    "recipient not found",
    "mailbox does not exist",
    "The email account that you tried to reach does not exist",
    "host nowhere.test not found",
    "domain is not reachable",
    "Domain nowhere.test does not accept mail (nullMX)",
    "an MX or SRV record indicated no SMTP service",
    "this account has been closed",
    "utilisateur inconnu",
    "Empfänger unbekannt",
    "el usuario no existe",
)
BEFORE_DEAD = (
    "",
    "550 ",
    "554 <a@example.org>: ",
    "Remote host said: 550 ",
    "host mx.spam-filter.example.com[192.0.2.1] said: 550-",
    "host relay.blocked.example.net[192.0.2.1] said: 550 ",
)
UNSPECIFIC = ("5.0.0", "4.0.0", "5.7.1", "5.5.0", "")


@pytest.mark.parametrize("reply", REPLIES, ids=lambda reply: f"{reply.file}: {reply.words[:60]}")
def test_a_reply_is_judged_right(reply: Reply):
    kind, cause = diagnose(reply.code, reply.words)
    assert kind == reply.kind
    assert reply.cause in (None, cause)


@given(st.sampled_from(PASSING), st.sampled_from(VAGUE), st.sampled_from(HARD_CODES))
@settings(max_examples=len(PASSING) * len(VAGUE) * len(HARD_CODES) // 2)
def test_what_passes_is_never_hard(passing, vague, code):
    assert diagnose(code, f"{vague}{passing}")[0] == EventKind.SOFT
    assert diagnose("", f"550 {code} {vague}{passing}")[0] == EventKind.SOFT
    assert diagnose(code, f"{vague}{passing.upper()}")[0] == EventKind.SOFT


@given(st.sampled_from(DEAD), st.sampled_from(BEFORE_DEAD), st.sampled_from(UNSPECIFIC))
def test_clear_words_are_hard_beside_a_code_that_says_little(dead, before, code):
    assert diagnose(code, f"{before}{dead}")[0] == EventKind.HARD


def test_null_mx_is_hard_beside_a_temporary_code_and_a_domain_not_found_is_not():
    assert diagnose("4.4.4", "Domain nowhere.test does not accept mail (nullMX)")[0] == EventKind.HARD
    assert diagnose("4.4.4", "Host nowhere.test not found")[0] == EventKind.SOFT
    assert diagnose("5.7.27", "550 Sender address has null MX")[0] == EventKind.SOFT


@pytest.mark.parametrize("number", range(2), ids=["first", "second"])
def test_a_reply_means_the_same_within_a_bounce(number):
    """Each reply in two templates, so that each template has many."""
    templates = cycle([*TEMPLATES.items()][number:])
    wrong = []
    for reply in IN_BOUNCES:
        name, template = next(templates)
        to = "ada.reader@example.org"
        words = reply.words.replace(ADA, to) or reply.code
        headers, _, body = template.format(to=to, words=words, back=returned(to)).partition("\n\n")
        [event, *others] = read(mail(headers, body), NOW).events
        assert (event.address, others) == (to, []), (name, reply.words)
        # A status that only the report has is missing here.
        if event.kind != reply.kind and diagnose("", reply.words)[0] == reply.kind:
            wrong.append((name, reply.words))
    assert len(wrong) <= len(IN_BOUNCES) // 100, wrong


def test_every_phrase_can_match():
    sets = [phrases for *_, phrases in (*wordings.ORDER, *wordings.WEAK_ORDER)]
    for phrase in frozenset().union(*sets, hard.NULL_MX, soft.TRY_AGAIN, soft.HINTS):
        assert phrase
        assert STOP_WORDS.isdisjoint(phrase.split())
        assert len(phrase) >= 3 or not phrase.isascii(), "single words are found by their first three letters"


def test_a_table_is_compiled_as_it_is_written():
    assert set(Phrases("user/mailbox is unknown/not_found")) == {
        f"{who} {what}" for who in ("user", "mailbox") for what in ("unknown", "not found")
    }


def test_rules_are_compiled_when_they_are_first_searched_for(monkeypatch: pytest.MonkeyPatch):
    """A bot that gets no bounces keeps only the tables."""
    compile_ = Mock(side_effect=lambda text: text)
    monkeypatch.setattr("bot.bounces.wordings.phrases.without_accents", compile_)
    rules = Rules([Phrases("user unknown") | Phrases("no/unknown mailbox")])
    compile_.assert_not_called()
    assert [rules.first(f" {words} ") for words in ("unknown mailbox", "user unknown", "mailbox")] == [
        0,
        0,
        None,
    ]
    assert compile_.call_count == 3


@given(st.lists(st.sampled_from("user unknown mailbox full not found relay denied".split()), max_size=9))
def test_phrases_are_found_as_a_plain_search_finds_them(words):
    text = f" {' '.join(words)} "
    plain = (
        rank
        for rank, (*_, phrases) in enumerate(wordings.ORDER)
        if any(f" {phrase}" in text for phrase in phrases)
    )
    assert wordings.RULES.first(text) == next(plain, None)
