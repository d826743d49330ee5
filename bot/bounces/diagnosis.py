"""Decides whether a failure is hard or soft, and its cause, from a status code (RFC 3463) and the server's words.

Hard means that the address itself is dead: no such mailbox, no such domain, closed or moved for good. Everything else
is soft, whatever the class of the code: a refused sender or content, a full mailbox, trouble of a server. Words take
precedence over codes, because many servers send `5.7.1` or `5.0.0` with every refusal, and some `5.1.1` with a limit.
The phrases and their order are in `bot.bounces.wordings`.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from bot.bounces import wordings
from bot.bounces.events import Cause, EventKind
from bot.bounces.wordings.phrases import STOP_WORDS, without_accents

LONGEST_TEXT = 3000  # characters searched


def diagnose(code: str, text: str) -> tuple[EventKind, Cause]:
    """Returns HARD or SOFT, and the cause. `code` may be "" or unspecific (`5.0.0`), `text` may be ""; neither is trusted."""
    return _diagnose(code, text[:LONGEST_TEXT])


def diagnose_words(code: str, text: str) -> tuple[EventKind, Cause] | None:
    """As `diagnose`, by clear words alone; None if there are none."""
    return _by_words(code, text[:LONGEST_TEXT])


@lru_cache(maxsize=64)  # one message may say the same of hundreds of recipients
def _diagnose(code: str, text: str) -> tuple[EventKind, Cause]:
    if by_words := _by_words(code, text):
        return by_words
    codes = _codes(code, text)
    words = words_of(text)
    is_hinted = len(text) < wordings.LONGEST_HINTED and wordings.HINTS.first(words) is not None
    by_code = next((diagnosis for code in codes if (diagnosis := _by_code(code))), None)
    rank = wordings.WEAK_RULES.first(words)
    outweighed_by_hint = is_hinted and by_code is not None and by_code[0] is EventKind.HARD
    outweighed_by_words = rank == wordings.PERHAPS_NO_MAILBOX and _says_little(codes)
    if by_code and not outweighed_by_hint and not outweighed_by_words:
        return by_code
    if rank is None:
        return EventKind.SOFT, Cause.POLICY if is_hinted else Cause.UNKNOWN
    kind, cause, _ = wordings.WEAK_ORDER[rank]
    if kind is EventKind.HARD and is_hinted:
        return EventKind.SOFT, Cause.POLICY
    if kind is EventKind.HARD and _is_temporary(codes, text):  # `450 mailbox unavailable`
        return EventKind.SOFT, Cause.SERVER
    return kind, cause


@lru_cache(maxsize=64)
def _by_words(code: str, text: str) -> tuple[EventKind, Cause] | None:
    codes = _codes(code, text)
    if any(known.endswith(_SENDERS_FAULT) for known in codes):
        return EventKind.SOFT, Cause.POLICY
    words = words_of(text)
    rank = wordings.RULES.first(words)
    if (rank is None or rank > wordings.LAST_CLEAR) and _NAMED_USER_UNKNOWN.search(words):
        rank = wordings.LAST_CLEAR
    if rank is None and _ADDRESS_UNKNOWN.search(text):
        rank = wordings.LAST_CLEAR
    if rank is None:
        return None
    kind, cause, _ = wordings.ORDER[rank]
    if kind is EventKind.HARD:
        kind = _soften(kind, cause, words, temporary=_is_temporary(codes, text))
    return kind, cause


def _codes(code: str, text: str) -> list[str]:
    return [known for known in (find_code(text), code.strip()) if known]


def find_code(text: str) -> str:
    """Returns the first specific status code in the text, else the first one (`5.0.0`), else "".

    IP addresses (`192.5.1.1`) and versions (`Server 4.2.1`) are not codes.
    """
    codes = [match[0] for match in _CODE.finditer(text[:LONGEST_TEXT]) if _is_code(match)]
    return first_specific(codes)


def first_specific(codes: Sequence[str]) -> str:
    """Returns the first code that says more than its class, else the first, else ""."""
    return next((code for code in codes if not code.endswith(".0.0")), codes[0] if codes else "")


_CODE = re.compile(r"[45]\.[0-7]\.\d{1,3}(?![\w\-]|\.\w)")
_BEFORE_CODE = re.compile(r"(?:^|[^\w.\-/#]|[245]\d\d-)#?$")
_REPLY = re.compile(r"(?<![\w.\-])([45])\d\d(?![\w.])")
_BEFORE_VERSION = re.compile(
    r"(?:\bv|version|release|server|smtpd?|mail|mta|exchange|exim|postfix|sendmail|domino)[\s/(]*$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[^\s<>()\[\]\"'@,;:]{1,64}@[\w\-]+(?:\.[\w\-]+)*")
# Postfix adds which command failed: `MAIL FROM` there says nothing about the sender.
_IN_REPLY = re.compile(r"\(in reply to [^()]{1,60}\)")
# What begins each line of a reply of several: `450-4.2.1 `.
_BETWEEN_LINES = re.compile(r"(?<!\S)[245]\d\d[- ]#?[245]\.\d\.\d{1,3}(?!\S)|(?<!\S)[245]\d\d-")
_HOST_NAME = (
    r"(?:https?://|(?<![\w.@-]))(?=[\w-]{1,63}\.\w)(?!\S{0,80}(?:spam(?:haus|cop|rats)|sorbs|surbl|uribl|rbl\b|blocklist|blacklist|dnsbl|cloudmark|nosuchuser|disableduser))"
    r"(?:[\w-]{1,63}\.){1,8}(?:[a-z]{3}|[a-z]{2}|info|test|example|local|invalid)(?![\w-]|\.\w)(?:/\S{0,300}|\.(?=\s+(?:not|unknown|does)\b))?"
)
_HOST = re.compile(_HOST_NAME, re.IGNORECASE)
_LABELLED_HOST = re.compile(r":\s{1,8}" + _HOST_NAME + "|<<<|>>>", re.IGNORECASE)
_YOUR_ADDRESS = re.compile(
    r"(?<=resolve )your (?=address|domain|host|ip)|\byour (?:e-?mail )?(?:address|domain|mailbox) (?=[^|.]{0,40}\b(?:is|was|has|does|could|can)\b)"
)
_SENTENCE_END = re.compile(r"[.!?;…。](?=\s|$)")
# `user (ada.l) unknown`, `mailbox ada not found`
_NAMED_USER_UNKNOWN = re.compile(
    r" (?:user|mailbox|account|recipient|address|login|mailbox for|utilisateur|destinataire|adresse|benutzer|empfanger|usuario|destinatario|utente) (?:[^ |]+ ){1,2}"
    r"(?:inconnu|unbekannt|desconocid|sconosciut|unknown(?! (?:mailer|error|reason|failure|problem|host|domain))|not (?:found|exist|known|listed)|does not exist)"
)
# `554 <a@b>... unknown`, with nothing behind it
_ADDRESS_UNKNOWN = re.compile(
    r"[45]\d\d[ -](?:#?[45]\.\d\.\d{1,3} )?(?:mail to |rcpt to:? ?)?<?[^\s<>@]{1,64}@[\w.-]{1,255}>?[.:,]{0,3} ?(?:is |est |ist |: )?"
    r"(?:unknown|not found|not known|nonexistent|unbekannt|inconnue?|desconocido|sconosciuto)(?= ?(?:[.;,!()]|\n|$))",
    re.IGNORECASE,
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
_SENDERS_FAULT = (".1.7", ".1.8")  # the sender's address, or its domain: whatever the words are
_BY_SUBJECT = {"4": Cause.SERVER, "6": Cause.CONTENT, "7": Cause.POLICY}


def _by_code(code: str) -> tuple[EventKind, Cause] | None:
    """None if the code is too unspecific: `5.0.0`, `5.5.0`, no code at all."""
    status_class, _, rest = code.partition(".")
    if diagnosis := _BY_SUBJECT_AND_DETAIL.get(rest):
        return diagnosis if status_class == "5" else (EventKind.SOFT, diagnosis[1])
    cause = _BY_SUBJECT.get(rest.partition(".")[0])
    return (EventKind.SOFT, cause) if cause else None


def _says_little(codes: list[str]) -> bool:
    """Whether no code says more than that the mail was refused: many servers send `5.7.1` with every refusal."""
    return all(code.endswith((".0.0", ".7.0", ".7.1")) for code in codes)


def _is_temporary(codes: list[str], text: str) -> bool:
    """Whether the server calls the failure temporary: by `4.x.x`, or by `4xx` if no code says more than its class.

    `4.0.0` is also the status of failures that were given up.
    """
    if specific := [code for code in codes if not code.endswith(".0.0")]:
        return all(code.startswith("4") for code in specific)
    reply = _REPLY.search(text)
    return reply is not None and reply[1] == "4"


def _soften(kind: EventKind, cause: Cause, words: str, *, temporary: bool) -> EventKind:
    """SOFT instead of the rule's kind where the failure may be temporary after all.

    Clear words such as `user unknown` stay hard beside a `450`, unless the server asks to try again. A domain that was
    not found (`450`, `try again`) may be the trouble of a name server; one that says it takes no mail is not.
    """
    if wordings.UNMISTAKABLE.first(words) is not None:
        return kind
    if cause is Cause.NO_DOMAIN and (temporary or " try again " in words or " tempora" in words):
        return EventKind.SOFT
    return EventKind.SOFT if temporary and wordings.TRY_AGAIN.first(words) is not None else kind


def _is_code(match: re.Match[str]) -> bool:
    """Whether it stands alone and is no version of a program."""
    before = match.string[max(0, match.start() - 20) : match.start()]
    return _BEFORE_CODE.search(before[-5:]) is not None and _BEFORE_VERSION.search(before) is None


@lru_cache(maxsize=64)
def words_of(text: str) -> str:
    """Returns the text as phrases are written: lower-case words, each after a space, without addresses, accents and stop words.

    "|" separates sentences, so that no phrase matches across two of them. The names of hosts are left out, except those
    of block lists: `spamfilter.example.com said: 550 mailbox unavailable` is not about spam.
    """
    if "@" in text:
        text = _ADDRESS.sub(" ", text)
    if "(in reply" in text:
        text = _IN_REPLY.sub(" ", text)
    text = _BETWEEN_LINES.sub(" ", text)
    text = _HOST.sub(" ", _LABELLED_HOST.sub(" | ", text))
    text = without_accents(text).replace("’", "'").replace("n't", " not").replace("cannot", "can not")
    if "your " in text:
        text = _YOUR_ADDRESS.sub("sender address ", text)
    text = _SENTENCE_END.sub(" | ", text)
    return f" {' '.join(word for word in _WORD.findall(text) if word not in STOP_WORDS)} "
