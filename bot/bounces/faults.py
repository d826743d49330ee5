"""Reads what a server blames about the sender: SPF, DKIM, DMARC, a block list, the reputation, the sending server.

Such a refusal says nothing about the recipient's address. Many at once are an incident, see
`bot.bounces.verdicts.incidents`.
"""

import re
from collections import Counter
from collections.abc import Iterable

from bot.bounces.diagnosis import LONGEST_TEXT, find_code, words_of
from bot.bounces.events import LIST_SUFFIX, Cause, EventKind, Fault, MailEvent
from bot.bounces.wordings import faults as wordings

_BOUNCES = (EventKind.HARD, EventKind.SOFT)
_NOT_SENDERS = frozenset({Cause.NO_MAILBOX, Cause.NO_DOMAIN, Cause.DISABLED, Cause.FULL, Cause.SIZE})


def find_fault(event: MailEvent) -> Fault | None:
    """Returns what the event blames about the sender; None if nothing, or if it is an entry of a provider's own list."""
    if event.kind not in _BOUNCES or event.cause in _NOT_SENDERS or event.source.endswith(LIST_SUFFIX):
        return None
    text = event.diagnostic[:LONGEST_TEXT]
    words = words_of(_FROM_IP.sub("ip ", text))
    rank = wordings.RULES.first(words)
    if rank == wordings.VAGUE and event.cause is not Cause.POLICY:
        rank = None
    by_words = None if rank is None else wordings.FAULTS[rank]
    if by_words is Fault.SPF and wordings.DKIM.first(words) is not None:
        return Fault.AUTHENTICATION  # `must pass SPF or DKIM`
    if by_words and by_words is not Fault.BLOCKED:  # codes say more than that
        return by_words
    return _by_code(event.code, text) or by_words


def lists_named(texts: Iterable[str]) -> list[str]:
    """Returns the names of the block lists that the servers' words name, the most frequent first."""
    counts: Counter[str] = Counter()
    for text in texts:
        words = _WORD.findall(text.lower())
        counts.update({name for key, name in wordings.LISTS.items() if any(w.startswith(key) for w in words)})
    return [name for name, _ in counts.most_common()]


_FROM_IP = re.compile(r"(?<=\bfrom )\[?\d{1,3}(?:\.\d{1,3}){3}\b\]?")
_WORD = re.compile(r"[a-z0-9]+")


def _by_code(code: str, text: str) -> Fault | None:
    for known in (find_code(text), code.strip()):
        if fault := wordings.BY_CODE.get(known.partition(".")[2]):
            return fault
    return None
