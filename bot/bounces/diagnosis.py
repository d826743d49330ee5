"""Is the address dead, or may the failure pass? Read from a status code (RFC 3463) and the server's own words.

Hard means that the address itself is dead: no such person, no such domain, closed or moved for good. All else is soft,
whatever the class of the code says: who sends, what is sent, a full mailbox, trouble of a server. Words are stronger
than codes, for many servers send `5.7.1` or `5.0.0` with every refusal. The words stand in bot/wordings.
"""

import re

from bot.bounces import wordings
from bot.bounces.events import Cause, EventKind
from bot.bounces.wordings.phrases import plain

LONGEST_TEXT = 3000  # characters looked at


def diagnose(code: str, text: str) -> tuple[EventKind, Cause]:
    """HARD or SOFT, and why. `code` may be "" or unspecific (`5.0.0`), `text` may be ""; both come from outside."""
    text = text[:LONGEST_TEXT]
    codes = [found for found in (find_code(text), code.strip()) if found]
    words = _words(text)
    passing = _is_passing(codes, text)
    for kind, cause, phrases in wordings.RULES:
        if phrases.are_in(words):
            return _settled(kind, cause, words, passing=passing), cause
    if _NAMED.search(words):
        return _settled(EventKind.HARD, Cause.NO_MAILBOX, words, passing=passing), Cause.NO_MAILBOX
    by_code = next((known for found in codes if (known := _by_code(found))), None)
    if by_code:
        return by_code
    for kind, cause, phrases in wordings.WEAK_RULES:
        if not (passing and kind is EventKind.HARD) and phrases.are_in(words):
            return kind, cause
    return EventKind.SOFT, Cause.UNKNOWN


def find_code(text: str) -> str:
    """The first status code in free text that says something, else the first (`5.0.0`), else "".

    Addresses of hosts (`192.5.1.1`) and versions (`Server 4.2.1`) are none.
    """
    found = [match[1] for match in _CODE.finditer(text[:LONGEST_TEXT]) if not _is_version(match)]
    return next((code for code in found if not code.endswith(".0.0")), found[0] if found else "")


_CODE = re.compile(r"(?:(?<![\w.\-/])|(?<=[245]\d\d-))#?([45]\.[0-7]\.\d{1,3})(?![\w\-]|\.\w)")
_REPLY = re.compile(r"(?<![\w.\-])([45])\d\d(?![\w.])")
_BEFORE_VERSION = re.compile(
    r"(?:\bv|version|release|server|smtpd?|mail|mta|exchange|exim|postfix|sendmail|domino)[\s/(]*$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[^\s<>()\[\]\"'@,;:]{1,64}@[\w\-]+(?:\.[\w\-]+)*")
_IN_REPLY = re.compile(
    r"\(in reply to [^()]{1,60}\)"
)  # Postfix adds which command failed: `MAIL FROM` is no word on senders
_SENTENCE_END = re.compile(r"[.!?;…。](?=\s|$)")
# `user (ada.l) unknown`, `mailbox ada not found`
_NAMED = re.compile(
    r" (?:user|mailbox|account|recipient|address|login|mailbox for) (?:[^ |]+ ){1,2}(?:unknown|not (?:found|exist|known|listed)|does not exist)"
)
_WORD = re.compile(r"[^\W_]+|\|")

# What a code says without any words. Codes that are left out say too little.
_CODES = {
    "1.0": (EventKind.HARD, Cause.NO_MAILBOX),
    "1.1": (EventKind.HARD, Cause.NO_MAILBOX),
    "1.2": (EventKind.HARD, Cause.NO_DOMAIN),
    "1.3": (EventKind.HARD, Cause.NO_MAILBOX),
    "1.4": (EventKind.SOFT, Cause.UNKNOWN),
    "1.6": (EventKind.HARD, Cause.DISABLED),
    "1.7": (EventKind.SOFT, Cause.POLICY),
    "1.8": (EventKind.SOFT, Cause.POLICY),
    "1.10": (EventKind.HARD, Cause.NO_DOMAIN),  # RFC 7505: the domain says that it takes no mail
    "2.1": (EventKind.HARD, Cause.DISABLED),
    "2.2": (EventKind.SOFT, Cause.FULL),
    "2.3": (EventKind.SOFT, Cause.SIZE),
    "3.1": (EventKind.SOFT, Cause.SERVER),
    "3.2": (EventKind.SOFT, Cause.SERVER),
    "3.3": (EventKind.SOFT, Cause.SERVER),
    "3.4": (EventKind.SOFT, Cause.SIZE),
    "3.5": (EventKind.SOFT, Cause.SERVER),
    "4.4": (EventKind.HARD, Cause.NO_DOMAIN),
}
_SUBJECTS = {"4": Cause.SERVER, "6": Cause.CONTENT, "7": Cause.POLICY}


def _by_code(code: str) -> tuple[EventKind, Cause] | None:
    """None where the code says nothing of use: `5.0.0`, `5.5.0`, no code at all."""
    status_class, _, rest = code.partition(".")
    known = _CODES.get(rest)
    if known and status_class == "5":
        return known
    if known:
        return EventKind.SOFT, known[1]
    subject = _SUBJECTS.get(rest.partition(".")[0])
    return (EventKind.SOFT, subject) if subject else None


def _is_passing(codes: list[str], text: str) -> bool:
    """Whether the server itself calls the failure temporary: `4.x.x`, or `4xx` where there is no such code."""
    if codes:
        return all(code.startswith("4") for code in codes)
    reply = _REPLY.search(text)
    return reply is not None and reply[1] == "4"


def _settled(kind: EventKind, cause: Cause, words: str, *, passing: bool) -> EventKind:
    """Plain words such as `user unknown` stay hard beside a `450`, unless the server asks to try again.

    A domain that was not found for the moment (`450`, `try again`) may be a name server's trouble.
    """
    if cause is Cause.NO_DOMAIN and (passing or " try again " in words):
        return EventKind.SOFT
    return EventKind.SOFT if passing and wordings.TRY_AGAIN.are_in(words) else kind


def _is_version(match: re.Match[str]) -> bool:
    before = match.string[max(0, match.start() - 20) : match.start()]
    return _BEFORE_VERSION.search(before) is not None


def _words(text: str) -> str:
    """Lower-case words between single spaces: no addresses, accents, punctuation, nor words that say nothing.

    "|" stands between sentences, so that no phrase is found across two of them.
    """
    text = plain(_ADDRESS.sub(" ", _IN_REPLY.sub(" ", text))).replace("’", "'")
    text = text.replace("n't", " not").replace("cannot", "can not")
    text = _SENTENCE_END.sub(" | ", text)
    return f" {' '.join(word for word in _WORD.findall(text) if word not in wordings.SAY_NOTHING)} "
