"""Phrases with which servers refuse mail, and what they mean: the tables that `bot.bounces.diagnosis` searches.

A phrase is written as `diagnosis` normalizes a text: lower case, without accents, punctuation and STOP_WORDS. It
matches from the beginning of a word and may end within one (`block` matches `blocked`).
"""

from bot.bounces.events import Cause, EventKind
from bot.bounces.wordings import hard, soft
from bot.bounces.wordings.phrases import Phrases

STOP_WORDS = frozenset(
    "a an the this that these is was are were be been has had s your you our we est ete ist le la der die das".split()
)

TRY_AGAIN = soft.TRY_AGAIN

# The first rule that matches decides.
RULES: tuple[tuple[EventKind, Cause, Phrases], ...] = (
    (EventKind.SOFT, Cause.POLICY, soft.SENDER),
    (EventKind.SOFT, Cause.FULL, soft.FULL),
    (EventKind.SOFT, Cause.DISABLED, soft.SUSPENDED),
    (EventKind.HARD, Cause.NO_DOMAIN, hard.NO_DOMAIN),
    (EventKind.HARD, Cause.DISABLED, hard.MOVED),
    (EventKind.HARD, Cause.NO_MAILBOX, hard.NO_MAILBOX),
    (EventKind.SOFT, Cause.SIZE, soft.SIZE),
    (EventKind.SOFT, Cause.POLICY, soft.REPUTATION),
    (EventKind.SOFT, Cause.CONTENT, soft.CONTENT),
    (EventKind.SOFT, Cause.SERVER, soft.TROUBLE),
)

# Tried if neither a rule above nor the status code decides; the hard ones only if the failure is not called temporary.
WEAK_RULES: tuple[tuple[EventKind, Cause, Phrases], ...] = (
    (EventKind.HARD, Cause.NO_MAILBOX, hard.PERHAPS_NO_MAILBOX),
    (EventKind.SOFT, Cause.POLICY, soft.POLICY),
    (EventKind.SOFT, Cause.SERVER, soft.SERVER),
    (EventKind.HARD, Cause.NO_MAILBOX, hard.REFUSED),
    (EventKind.SOFT, Cause.NO_MAILBOX, hard.PERHAPS_NO_MAILBOX),  # `450 mailbox unavailable`
)
