"""What servers say when they refuse mail, and what it means: the tables that bot/bounces/diagnosis.py looks through.

A phrase is written as `diagnosis` sees a text: lower case, without accents, punctuation and the words that say nothing
(SAY_NOTHING). It is found where a word of the text begins; what follows its end is free (`block` finds `blocked`).
"""

from bot.bounces.events import Cause, EventKind
from bot.bounces.wordings import dead, passing
from bot.bounces.wordings.phrases import Phrases

SAY_NOTHING = frozenset(
    "a an the this that these is was are were be been has had s your you our we est ete ist le la der die das".split()
)

TRY_AGAIN = passing.TRY_AGAIN

# The first that is found decides.
RULES: tuple[tuple[EventKind, Cause, Phrases], ...] = (
    (EventKind.SOFT, Cause.POLICY, passing.SENDER),
    (EventKind.SOFT, Cause.FULL, passing.FULL),
    (EventKind.SOFT, Cause.DISABLED, passing.SUSPENDED),
    (EventKind.HARD, Cause.NO_DOMAIN, dead.NO_DOMAIN),
    (EventKind.HARD, Cause.DISABLED, dead.MOVED),
    (EventKind.HARD, Cause.NO_MAILBOX, dead.NO_MAILBOX),
    (EventKind.SOFT, Cause.SIZE, passing.SIZE),
    (EventKind.SOFT, Cause.POLICY, passing.REPUTATION),
    (EventKind.SOFT, Cause.CONTENT, passing.CONTENT),
    (EventKind.SOFT, Cause.SERVER, passing.TROUBLE),
)

# Looked at after the codes, and the hard ones only where the server does not call the failure temporary.
WEAK_RULES: tuple[tuple[EventKind, Cause, Phrases], ...] = (
    (EventKind.HARD, Cause.NO_MAILBOX, dead.PERHAPS_NO_MAILBOX),
    (EventKind.SOFT, Cause.POLICY, passing.POLICY),
    (EventKind.SOFT, Cause.SERVER, passing.SERVER),
    (EventKind.HARD, Cause.NO_MAILBOX, dead.REFUSED),
    (EventKind.SOFT, Cause.NO_MAILBOX, dead.PERHAPS_NO_MAILBOX),  # `450 mailbox unavailable`
)
