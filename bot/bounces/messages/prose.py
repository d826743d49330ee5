"""Bounces described in prose: which addresses failed, and what the server said about each.

No format is recognized by name. Addresses in the text are ranked by their position (alone on a line, before a colon,
after `recipient`, beside an SMTP reply); those of the sender and of the mail system itself are left out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from bot.bounces.messages import recipients
from bot.bounces.messages.budget import Budget, TooMuchWork, Work
from bot.bounces.messages.parts import MimePart, parse_headers

MOST_LINES = 3000
LONGEST_LINE = 1000
MOST_RECIPIENTS = 200
MOST_ADDRESSES = 1000  # ranked in one message
MOST_IN_LINE = 20
MOST_MARKERS = 50  # of a returned message
LONGEST_TEXT = 20_000  # characters searched for the lines about one address


@dataclass(frozen=True, slots=True)
class Passage:
    """Lines about addresses."""

    first: str
    """The line that names them, in lower case."""
    heading: str
    """The line before that ends with a colon, as in `These users are unknown:`, or ""."""
    lines: str


@dataclass(frozen=True, slots=True)
class Narrative:
    """The text of a bounce without the message that it returns, and that message as far as it is quoted there."""

    text: str
    returned: MimePart | None


_RETURNED_MARKER = re.compile(
    r"^[ \t]*(?:[-=_*#~+>]{2,80} ?)?(?:"
    r"this is a copy of|below (?:this line )?is (?:a|the)|a copy of (?:the|your)|original message(?: details| headers)?|returned (?:message|mail)|unsent message"
    r"|(?:the )?(?:original |your )?message (?:header|text|body|headers|contents)s?(?: (?:follows?|is|are)|:?[ \t]*$)|(?:the )?headers? (?:and|of|of the) .{0,60}follow"
    r"|the (?:header|body|text|first|beginning|original|message|returned|attached)[^\n]{0,60}(?:follow|below)|included (?:is|below)|header(?:s)? follow"
    r"|mensaje original|message d.origine|urspr[üu]ngliche nachricht|messaggio originale|mensagem original|your (?:original )?message(?: header)?s? follow"
    r"|returned content|-- ?original|begin (?:of )?(?:returned|original|message)|enclosed is|copy of (?:the )?message|start of|partial message|kopie der nachricht|copie du message"
    r")[^\n]{0,120}$",
    re.IGNORECASE | re.MULTILINE,
)
_CLEAR_MARKER = re.compile(
    r"^[ \t]*[-=_*]{3}|below this line|copy of (?:the|your)|message (?:details|headers):", re.IGNORECASE
)
_HEADER_BLOCK = re.compile(
    r"^[ \t>]{0,4}(?:received: (?:from|by|\(|with)|return-path: ?<?|x-envelope-from:|dkim-signature:|delivered-to: |x-originating-ip: "
    r"|(?:message-id|mime-version|x-mailer|content-type|x-priority): .*\n[ \t>]{0,4}[\w-]{2,40}: )",
    re.IGNORECASE | re.MULTILINE,
)
_HEADER_LINE = re.compile(r"[ \t>]{0,4}[A-Za-z][\w-]{1,40}[ \t]?:[ \t]")


def split_returned(text: str, budget: Budget) -> Narrative:
    """Splits the text where the returned message begins."""
    block = _HEADER_BLOCK.search(text, 1)
    end = len(text) if block is None else block.start()
    for marker in islice(_RETURNED_MARKER.finditer(text), MOST_MARKERS):
        if marker.start() >= end:
            break
        rest = text[marker.end() :].lstrip("\n \t-=")
        has_headers = _HEADER_LINE.match(rest)
        if has_headers or not rest.strip() or _CLEAR_MARKER.search(marker[0]):
            return Narrative(text[: marker.start()], parse_headers(rest, budget) if has_headers else None)
    if block is None:
        return Narrative(text, None)
    unquoted = re.sub(r"^[ \t>]+(?=[\w-]+:)", "", text[end:], flags=re.MULTILINE)
    return Narrative(text[:end], parse_headers(unquoted, budget))


_NOT_ABOUT_RECIPIENT = re.compile(
    r"message-?id|in-reply-to|references|envelope-id|^\s*(?:subject|from|sender|reply-to|return-path|x-[\w-]+|date|cc|betreff|objet|de|von)\s*:"
    r"|mail from|original sender|from address|helo|ehlo|please contact|contact |e-?mail us|forward (?:this|it)|assistance|questions?\b|help\b|write to|send (?:an? )?e?-?mail to"
    r"|addressed to the|sent by|message from|mail system at|https?://|unsubscribe",
    re.IGNORECASE,
)
_BEFORE_OTHER_PERSON = re.compile(
    r"\b(?:sorry|dear|hello|hi)[ ,]+$|from[ :<]+$|sender[ :<]+$|by[ <]+$|mailto:$|contact[ :<]+$",
    re.IGNORECASE,
)
_ALONE = re.compile(r"^[\s>*\-+•·#|'\"(\[]*+(?:\d++[.)]\s*+)?(?:to|an|à|a|para)?[ :]*$", re.IGNORECASE)
_RECIPIENT_LABEL = re.compile(
    r"(?:recipients?|rcpt to|address(?:es|ee|ed to|é)?|user(?:id)?|mailbox|account|undeliverable(?: mail| message)? (?:to|for)|deliver(?:y|ed|ing)?(?: \w+){0,6} to|failed (?:to|for)?"
    r"|reach|message(?: \w+){0,4} to|to|for|destinataires?|destinatari[oa]s?|empf[äa]nger|adresse|an|pour|para|mailbox|unknown|invalid|quota violation for|addressed to|mail to|failure|dda|smtp)"
    r"(?: (?:is|was|were|are|of|address|following|folgende))*[\s:=<>\"'(\[]*$",
    re.IGNORECASE,
)
_AFTER_FAILED = re.compile(
    # The blanks of the beginning are not given back, which would take quadratic time: what follows looks back at them.
    r"^[>\"')\]\s]*+(?:(?<=\t)|:|\.{3}|-+ |[\u2013\u2014]|[(\[<]|;|(?<= )(?:on|because|was|could|is|has|does|said|failed|not|unknown|-)|[,.]?\s*$|=>|(?<=\s)[45]\d\d\b|, )",
    re.IGNORECASE,
)
_LIST_LABEL = re.compile(
    r"(?:recipient|address|user|mailbox|account|destinat|empf[äa]nger|deliver|fail|undeliver|unknown|invalid)[^:]{0,60}:\s*$",
    re.IGNORECASE,
)
_BETWEEN_ADDRESSES = re.compile(r"[\s,;<>\"'&]{1,9}(?:and|und|et|y|e|en)?[\s,;<>\"'&]{0,9}", re.IGNORECASE)
_BEFORE_HELP = re.compile(
    r"\b(?:contact|questions?|help|assistance|support|abuse|write to|e-?mail us|forward)\b[^@]{0,60}$",
    re.IGNORECASE,
)
_RECIPIENTS_FOLLOW = re.compile(
    r"(?:did not reach|could not be|cannot be|not delivered|failed|undeliver|rejected|affected|errors?\b)[^:]{0,60}recipients?[^:]{0,20}:\s*$"
    r"|recipients?[^:]{0,60}(?:did not|could not|cannot|not delivered|failed|undeliver|rejected|affected|errors?)[^:]{0,40}:\s*$",
    re.IGNORECASE,
)
_REPLY = re.compile(r"(?:^|[\s:;<(\[])[45]\d\d(?:[ -]|$)")
_EXPANDED_FROM = re.compile(
    r"\((?:expanded|generated|ultimately generated|forwarded|alias) from:? <?", re.IGNORECASE
)
# Ranks of an address by its position.
_ALONE_IN_LINE, _LABELLED, _BESIDE_REPLY, _AFTER_COLON, _ELSEWHERE, _TO_ASK = 5, 4, 3, 2, 1, 0

_Ranks = dict[str, tuple[int, str]]
"""Lower-case address → rank, and the address as written."""


_QUOTED_HEADER = re.compile(
    r"^[ \t>*]{0,40}(?:subject|betreff|objet|sujet|asunto|oggetto|assunto|onderwerp|temat|тема|件名|主题|主旨)[ \t]{0,3}[:\uff1a].*$",
    re.IGNORECASE | re.MULTILINE,
)


def without_quoted_headers(text: str) -> str:
    """Returns the text without the lines that repeat the subject of the message that came back."""
    return _QUOTED_HEADER.sub("", text)


def failed_recipients(
    part: MimePart, narrative: Narrative, returned: MimePart | None, *, is_bounce: bool
) -> list[str]:
    """Returns the addresses that the text says have failed, as the mailing list knows them.

    Else the only recipient of the returned message, else the one that the return path names (VERP), else none. In what
    is certainly a bounce (`is_bounce`) the only address in the text counts, wherever it is. Raises TooMuchWork.
    """
    in_text = _failed_in_text(narrative, part, returned, is_bounce=is_bounce)
    if len(in_text) > MOST_RECIPIENTS:
        raise TooMuchWork(Work.RECIPIENTS)
    if len(in_text) == 1:
        return [recipients.as_known("", in_text[0], recipients.sent_to(returned), alone=True)]
    if in_text:
        return list({address.lower(): address for address in in_text}.values())
    sent_to = recipients.in_headers(returned, ("x-envelope-to", "x-original-to", "to"))
    if len(sent_to) == 1 and not recipients.is_redacted(sent_to[0]):
        return sent_to
    verp = recipients.from_verp_headers(part)
    return [verp] if verp else []


def passages(text: str) -> tuple[list[Passage], str]:
    """Returns the passages about addresses, each from a line that names one to the next empty one or the next address.

    Second, the text outside of them, which is about all.
    """
    found: list[tuple[str, str, list[str]]] = []
    others: list[str] = []
    heading = ""
    within = False
    for raw_line in text[:LONGEST_TEXT].split("\n"):
        line = raw_line.strip()
        if "@" in line:
            found.append((raw_line.lower(), heading, []))
            within = True
        elif not line:
            within = False
        elif line.endswith(":") and not within:
            heading = line[-LONGEST_LINE:]
        (found[-1][2] if within else others).append(line[:LONGEST_LINE])
    return [Passage(first, before, " ".join(lines)) for first, before, lines in found], " ".join(others)


def lines_about(address: str, among: Sequence[Passage]) -> tuple[str, str]:
    """Returns the lines of the passages that name the address, and the headings above them."""
    key = address.lower()
    about = [passage for passage in among if key in passage.first]
    return " ".join(passage.lines for passage in about), " ".join(passage.heading for passage in about)


def _failed_in_text(
    narrative: Narrative, outer: MimePart, returned: MimePart | None, *, is_bounce: bool
) -> list[str]:
    """The addresses that rank highest in the text or that X-Failed-Recipients names, else local names.

    Where the header and the text name different ones, those count that the message was sent to: the header may have the
    address that mail is forwarded to, or the text that of a host.
    """
    sent_to = {
        address.lower()
        for address in recipients.in_headers(returned, ("to", "cc", "x-envelope-to", "x-original-to"))
    }
    senders = _senders(outer, returned, is_bounce=is_bounce) - sent_to
    in_header = recipients.in_headers(outer, ("x-failed-recipients",))
    in_header = [address for address in in_header if address.lower() not in senders or len(in_header) == 1]
    if len(in_header) > 1 and sent_to.issuperset(map(str.lower, in_header)):
        return in_header
    lines = [line[:LONGEST_LINE] for line in narrative.text.split("\n")[:MOST_LINES]]
    ranks = _ranks(lines, senders)
    if in_header:
        return _reconciled(in_header, ranks, sent_to)
    failed = _highest(ranks, sent_to, is_bounce=is_bounce) or _local_names(lines, outer)
    return failed or (_only(ranks, sent_to) if is_bounce else [])


def _reconciled(in_header: list[str], ranks: _Ranks, sent_to: set[str]) -> list[str]:
    """What X-Failed-Recipients and the text say together."""
    in_text = {key: address for key, (rank, address) in ranks.items() if rank >= _ALONE_IN_LINE}
    named = {address.lower(): address for address in in_header}
    if named.keys() & in_text.keys():
        return list((named | in_text).values())
    known = [address for key, address in in_text.items() if key in sent_to]
    if len(in_header) > 1 or named.keys() & sent_to or (not known and named.keys() & ranks.keys()):
        return in_header
    return known or list(in_text.values()) or in_header


def _senders(outer: MimePart, returned: MimePart | None, *, is_bounce: bool) -> set[str]:
    """Addresses of the sender, of the mail system, and those by which the bounce came here."""
    of_outer = recipients.in_headers(outer, ("to", "from", "return-path", "cc"))
    of_returned = recipients.in_headers(
        returned, ("from", "return-path", "sender", "reply-to", "errors-to", "x-envelope-from")
    )
    senders = {recipients.without_tag(address.lower()) for address in (*of_outer, *of_returned)}
    in_headers = recipients.in_headers(outer, ("delivered-to", "x-original-to", "envelope-to"))
    delivered = {address.lower() for address in in_headers}
    if is_bounce:  # some servers write there who failed; else it is an address in a domain of ours
        domains = {address.rpartition("@")[2] for address in senders}
        delivered = {address for address in delivered if address.rpartition("@")[2] in domains}
    return senders | delivered


def _ranks(lines: list[str], senders: set[str]) -> _Ranks:
    ranks: _Ranks = {}
    announced = False
    for number, line in enumerate(lines):
        if "@" in line and len(ranks) < MOST_ADDRESSES:
            following = lines[number + 1] if number + 1 < len(lines) else ""
            _rank_line(line, following, ranks, senders)
        elif not announced and line.rstrip().endswith(":") and _RECIPIENTS_FOLLOW.search(line):
            # The addresses above are those of the message's own headers, repeated in the text.
            announced = True
            ranks = {key: (_ELSEWHERE, address) for key, (_, address) in ranks.items()}
    return ranks


def _rank_line(line: str, following: str, ranks: _Ranks, senders: set[str]) -> None:
    not_about_recipient = _NOT_ABOUT_RECIPIENT.search(line) is not None
    expanded = _EXPANDED_FROM.search(line)
    before, end_before = _ELSEWHERE, 0
    for address, start, end in islice(recipients.in_text(line), MOST_IN_LINE):
        key = address.lower()
        if recipients.without_tag(key) in senders or recipients.is_role(address):
            continue
        if expanded and start >= expanded.end() - 1 and ranks:
            # `<inner> (expanded from <known>)`: the list knows the second one.
            inner = next(reversed(ranks))
            ranks[key] = (ranks.pop(inner)[0], address)
            continue
        rank = _ELSEWHERE if not_about_recipient else _rank(line, following, start, end)
        if _BEFORE_HELP.search(line[max(0, start - 80) : start]) and rank == _ELSEWHERE:
            rank = _TO_ASK
        if before > rank and _BETWEEN_ADDRESSES.fullmatch(line[end_before:start]):
            rank = before  # the next of a list
        before, end_before = rank, end
        if rank > ranks.get(key, (-1, ""))[0]:
            ranks[key] = (rank, ranks.get(key, (0, address))[1])


def _rank(line: str, following: str, start: int, end: int) -> int:
    before, after = line[max(0, start - 120) : start].rstrip("<\"'([ "), line[end : end + 120]
    if _BEFORE_OTHER_PERSON.search(line[max(0, start - 40) : start]):
        return _ELSEWHERE
    if _ALONE.match(before) and _AFTER_FAILED.match(after):
        return _ALONE_IN_LINE
    if (_RECIPIENT_LABEL.search(before) or _RECIPIENT_LABEL.search(before + " ")) and (
        _AFTER_FAILED.match(after) or len(after.strip()) < 3 or line[start - 1 : start] == "<"
    ):
        return _LABELLED
    if _REPLY.search(line) or _REPLY.search(following[:40]):
        return _BESIDE_REPLY
    return _AFTER_COLON if _LIST_LABEL.search(before) else _ELSEWHERE


def _highest(ranks: _Ranks, sent_to: set[str], *, is_bounce: bool) -> list[str]:
    """The addresses from the highest rank that any reach; of the lower ranks only known recipients, if some are."""
    for least in (_LABELLED, _BESIDE_REPLY, _AFTER_COLON)[: 3 if is_bounce else 2]:
        ranked = [(rank, address) for rank, address in ranks.values() if rank >= least]
        if ranked:
            some_known = any(address.lower() in sent_to for _, address in ranked)
            return [
                address
                for rank, address in ranked
                if not some_known or rank >= _ALONE_IN_LINE or address.lower() in sent_to
            ]
    return []


def _only(ranks: _Ranks, sent_to: set[str]) -> list[str]:
    """The known recipients in the text, else the only address there."""
    addresses = [address for rank, address in ranks.values() if rank > _TO_ASK]
    known = [address for address in addresses if address.lower() in sent_to]
    return known or (addresses if len(addresses) == 1 else [])


_NAMES_FOLLOW = re.compile(r"recipients?|address|users?", re.IGNORECASE)
_NAME_ALONE = re.compile(r"^[ \t]+<?([\w.+-]{2,64})>?\s*$")


def _local_names(lines: list[str], outer: MimePart) -> list[str]:
    """Names without a domain, as large providers write them: `alice` from MAILER-DAEMON@aol.com."""
    domains = {
        address.lower().rpartition("@")[2]
        for address in recipients.in_headers(outer, ("from",))
        if recipients.is_role(address)
    }
    if len(domains) != 1:
        return []
    addresses: list[str] = []
    follows = False
    for line in lines:
        name = _NAME_ALONE.match(line) if follows else None
        if name:
            addresses.append(f"{name[1]}@{next(iter(domains))}")
        elif line.strip():
            follows = line.rstrip().endswith(":") and _NAMES_FOLLOW.search(line) is not None
    return addresses
