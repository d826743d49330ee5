"""What servers say when they refuse mail, and what it means: the tables that bot/bounces/diagnosis.py looks through.

A phrase is written as `diagnosis` sees a text: lower case, without accents, punctuation and the words that say nothing
(SAY_NOTHING). It is found where a word of the text begins; what follows its end is free (`block` finds `blocked`).
"""

from bot.bounces.events import Cause, Kind
from bot.bounces.wordings import dead, passing
from bot.bounces.wordings.phrases import Phrases

SAY_NOTHING = frozenset(
    "a an the this that these is was are were be been has had s your you our we est ete ist le la der die das".split()
)

TRY_AGAIN = passing.TRY_AGAIN

# The first that is found decides.
RULES: tuple[tuple[Kind, Cause, Phrases], ...] = (
    (Kind.SOFT, Cause.POLICY, passing.SENDER),
    (Kind.SOFT, Cause.FULL, passing.FULL),
    (Kind.SOFT, Cause.DISABLED, passing.SUSPENDED),
    (Kind.HARD, Cause.NO_DOMAIN, dead.NO_DOMAIN),
    (Kind.HARD, Cause.DISABLED, dead.MOVED),
    (Kind.HARD, Cause.NO_MAILBOX, dead.NO_MAILBOX),
    (Kind.SOFT, Cause.SIZE, passing.SIZE),
    (Kind.SOFT, Cause.POLICY, passing.REPUTATION),
    (Kind.SOFT, Cause.CONTENT, passing.CONTENT),
    (Kind.SOFT, Cause.SERVER, passing.TROUBLE),
)

# Looked at after the codes, and the hard ones only where the server does not call the failure temporary.
WEAK_RULES: tuple[tuple[Kind, Cause, Phrases], ...] = (
    (Kind.HARD, Cause.NO_MAILBOX, dead.PERHAPS_NO_MAILBOX),
    (Kind.SOFT, Cause.POLICY, passing.POLICY),
    (Kind.SOFT, Cause.SERVER, passing.SERVER),
    (Kind.HARD, Cause.NO_MAILBOX, dead.REFUSED),
    (Kind.SOFT, Cause.NO_MAILBOX, dead.PERHAPS_NO_MAILBOX),  # `450 mailbox unavailable`
)
