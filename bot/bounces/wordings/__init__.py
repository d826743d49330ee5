"""Phrases with which servers refuse mail, and what they mean: the tables that `bot.bounces.diagnosis` searches.

A phrase is written in lower case, without punctuation. It matches from the beginning of a word and may end within one
(`block` matches `blocked`); accents and the articles and auxiliaries in STOP_WORDS don't matter.
"""

from bot.bounces.events import Cause, EventKind
from bot.bounces.wordings import hard, refusals, soft
from bot.bounces.wordings.phrases import Rules

TRY_AGAIN = Rules([soft.TRY_AGAIN])
UNMISTAKABLE = Rules([hard.NULL_MX])

# The first rule that matches decides. What blames the sender, a limit or a list comes first: it is often preceded by
# words such as `undeliverable to`. Then what says clearly that the address is dead; then what may pass, more vaguely.
ORDER = (
    (EventKind.SOFT, Cause.POLICY, refusals.SENDER),
    (EventKind.SOFT, Cause.CONTENT, refusals.HEADERS),
    (EventKind.HARD, Cause.NO_DOMAIN, hard.NULL_MX),
    (EventKind.SOFT, Cause.POLICY, refusals.RATE),
    (EventKind.SOFT, Cause.FULL, soft.FULL),
    (EventKind.SOFT, Cause.POLICY, refusals.RELAY),
    (EventKind.SOFT, Cause.POLICY, refusals.PERMISSION),
    (EventKind.SOFT, Cause.POLICY, refusals.BLOCK_LIST),
    (EventKind.SOFT, Cause.DISABLED, soft.SUSPENDED),
    (EventKind.HARD, Cause.NO_DOMAIN, hard.NO_DOMAIN),
    (EventKind.HARD, Cause.DISABLED, hard.MOVED),
    (EventKind.HARD, Cause.NO_MAILBOX, hard.NO_MAILBOX),
    (EventKind.SOFT, Cause.SIZE, refusals.SIZE),
    (EventKind.SOFT, Cause.CONTENT, refusals.CONTENT),
    (EventKind.SOFT, Cause.SERVER, soft.TROUBLE),
    (EventKind.SOFT, Cause.POLICY, refusals.POLICY),
    (EventKind.SOFT, Cause.SERVER, soft.TEMPORARY),
)
RULES = Rules([phrases for *_, phrases in ORDER])
LAST_CLEAR = next(rank for rank, rule in enumerate(ORDER) if rule[2] is hard.NO_MAILBOX)

HINTS = Rules([soft.HINTS])
LONGEST_HINTED = 400  # characters of a reply

# Tried if neither a rule above nor the status code decides; the hard ones only if the failure is not called temporary.
WEAK_ORDER = (
    (EventKind.HARD, Cause.NO_MAILBOX, hard.PERHAPS_NO_MAILBOX),
    (EventKind.SOFT, Cause.SERVER, soft.SERVER),
    (EventKind.HARD, Cause.NO_MAILBOX, hard.REFUSED),
)
PERHAPS_NO_MAILBOX = 0  # in this order
WEAK_RULES = Rules([phrases for *_, phrases in WEAK_ORDER])
