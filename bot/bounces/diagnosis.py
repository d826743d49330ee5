"""Decides whether a failure is hard or soft, and its cause, from a status code (RFC 3463) and the server's words.

Hard means that the address itself is dead: no such mailbox, no such domain, closed or moved for good. Everything else
is soft, whatever the class of the code: a refused sender or content, a full mailbox, trouble of a server. Words take
precedence over codes, because many servers send `5.7.1` or `5.0.0` with every refusal. The phrases are in
`bot.bounces.wordings`.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from bot.bounces import wordings
from bot.bounces.events import Cause, EventKind
from bot.bounces.wordings.phrases import without_accents

LONGEST_TEXT = 3000  # characters searched


def diagnose(code: str, text: str) -> tuple[EventKind, Cause]:
    """Returns HARD or SOFT, and the cause. `code` may be "" or unspecific (`5.0.0`), `text` may be ""; neither is trusted."""
    return _diagnose(code, text[:LONGEST_TEXT])


@lru_cache(maxsize=64)  # one message may say the same of hundreds of recipients
def _diagnose(code: str, text: str) -> tuple[EventKind, Cause]:
    codes = [known for known in (find_code(text), code.strip()) if known]
    words = _words(text)
    temporary = _is_temporary(codes, text)
    for kind, cause, phrases in wordings.RULES:
        if phrases.are_in(words):
            return _soften(kind, cause, words, temporary=temporary), cause
    if _NAMED_USER_UNKNOWN.search(words):
        return _soften(EventKind.HARD, Cause.NO_MAILBOX, words, temporary=temporary), Cause.NO_MAILBOX
    by_code = next((diagnosis for code in codes if (diagnosis := _by_code(code))), None)
    if by_code:
        return by_code
    for kind, cause, phrases in wordings.WEAK_RULES:
        if not (temporary and kind is EventKind.HARD) and phrases.are_in(words):
            return kind, cause
    return EventKind.SOFT, Cause.UNKNOWN


def find_code(text: str) -> str:
    """Returns the first specific status code in the text, else the first one (`5.0.0`), else "".

    IP addresses (`192.5.1.1`) and versions (`Server 4.2.1`) are not codes.
    """
    codes = [match[1] for match in _CODE.finditer(text[:LONGEST_TEXT]) if not _is_version(match)]
    return first_specific(codes)


def first_specific(codes: Sequence[str]) -> str:
    """Returns the first code that says more than its class, else the first, else ""."""
    return next((code for code in codes if not code.endswith(".0.0")), codes[0] if codes else "")


_CODE = re.compile(r"(?:(?<![\w.\-/])|(?<=[245]\d\d-))#?([45]\.[0-7]\.\d{1,3})(?![\w\-]|\.\w)")
_REPLY = re.compile(r"(?<![\w.\-])([45])\d\d(?![\w.])")
_BEFORE_VERSION = re.compile(
    r"(?:\bv|version|release|server|smtpd?|mail|mta|exchange|exim|postfix|sendmail|domino)[\s/(]*$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[^\s<>()\[\]\"'@,;:]{1,64}@[\w\-]+(?:\.[\w\-]+)*")
# Postfix adds which command failed: `MAIL FROM` there says nothing about the sender.
_IN_REPLY = re.compile(r"\(in reply to [^()]{1,60}\)")
_SENTENCE_END = re.compile(r"[.!?;…。](?=\s|$)")
# `user (ada.l) unknown`, `mailbox ada not found`
_NAMED_USER_UNKNOWN = re.compile(
    r" (?:user|mailbox|account|recipient|address|login|mailbox for) (?:[^ |]+ ){1,2}(?:unknown|not (?:found|exist|known|listed)|does not exist)"
)
_WORD = re.compile(r"[^\W_]+|\|")

# What the subject and detail of a code (the last two numbers) say without any words. Codes left out say too little.
_BY_SUBJECT_AND_DETAIL = {
    "1.0": (EventKind.HARD, Cause.NO_MAILBOX),
    "1.1": (EventKind.HARD, Cause.NO_MAILBOX),
    "1.2": (EventKind.HARD, Cause.NO_DOMAIN),
    "1.3": (EventKind.HARD, Cause.NO_MAILBOX),
    "1.4": (EventKind.SOFT, Cause.UNKNOWN),
    "1.6": (EventKind.HARD, Cause.DISABLED),
    "1.7": (EventKind.SOFT, Cause.POLICY),
    "1.8": (EventKind.SOFT, Cause.POLICY),
    "1.10": (EventKind.HARD, Cause.NO_DOMAIN),  # RFC 7505: the domain accepts no mail
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
_BY_SUBJECT = {"4": Cause.SERVER, "6": Cause.CONTENT, "7": Cause.POLICY}


def _by_code(code: str) -> tuple[EventKind, Cause] | None:
    """None if the code is too unspecific: `5.0.0`, `5.5.0`, no code at all."""
    status_class, _, rest = code.partition(".")
    if diagnosis := _BY_SUBJECT_AND_DETAIL.get(rest):
        return diagnosis if status_class == "5" else (EventKind.SOFT, diagnosis[1])
    cause = _BY_SUBJECT.get(rest.partition(".")[0])
    return (EventKind.SOFT, cause) if cause else None


def _is_temporary(codes: list[str], text: str) -> bool:
    """Whether the server calls the failure temporary: by `4.x.x`, or by `4xx` if there is no enhanced code."""
    if codes:
        return all(code.startswith("4") for code in codes)
    reply = _REPLY.search(text)
    return reply is not None and reply[1] == "4"


def _soften(kind: EventKind, cause: Cause, words: str, *, temporary: bool) -> EventKind:
    """SOFT instead of the rule's kind where the failure may be temporary after all.

    Clear words such as `user unknown` stay hard beside a `450`, unless the server asks to try again. A domain that was
    not found (`450`, `try again`) may be the trouble of a name server.
    """
    if cause is Cause.NO_DOMAIN and (temporary or " try again " in words):
        return EventKind.SOFT
    return EventKind.SOFT if temporary and wordings.TRY_AGAIN.are_in(words) else kind


def _is_version(match: re.Match[str]) -> bool:
    before = match.string[max(0, match.start() - 20) : match.start()]
    return _BEFORE_VERSION.search(before) is not None


def _words(text: str) -> str:
    """The text as phrases are written: lower-case words, each after a space, without addresses, accents and stop words.

    "|" separates sentences, so that no phrase matches across two of them.
    """
    text = without_accents(_ADDRESS.sub(" ", _IN_REPLY.sub(" ", text))).replace("’", "'")
    text = text.replace("n't", " not").replace("cannot", "can not")
    text = _SENTENCE_END.sub(" | ", text)
    return f" {' '.join(word for word in _WORD.findall(text) if word not in wordings.STOP_WORDS)} "
