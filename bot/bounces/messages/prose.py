"""Bounces that are told in words only: who failed, and with which words of the server.

No format is known by name. Addresses in the text are weighed by where they stand (alone on a line, before a colon,
after `recipient`, beside an SMTP reply), and those of the sender and of the mail system itself are left out.
"""

import re
from dataclasses import dataclass
from itertools import islice

from bot.bounces.messages import recipients
from bot.bounces.messages.parts import MimePart, only_headers

MOST_LINES = 3000
LONGEST_LINE = 1000
MOST_RECIPIENTS = 200
MOST_ADDRESSES = 1000  # looked at, in one message
MOST_IN_LINE = 20
MOST_MARKERS = 50
LONGEST_STORY = 20_000  # characters in which the lines about one address are looked for


@dataclass(frozen=True, slots=True)
class Told:
    """The text without the message that it returns, and that message as far as it stands there."""

    text: str
    returned: MimePart | None


_RETURNED = re.compile(
    r"^[ \t]*(?:[-=_*#~+>]{2,80} ?)?(?:"
    r"this is a copy of|below (?:this line )?is (?:a|the)|a copy of (?:the|your)|original message(?: details| headers)?|returned (?:message|mail)|unsent message"
    r"|(?:the )?(?:original |your )?message (?:header|text|body|headers|contents)s?(?: (?:follows?|is|are)|:?[ \t]*$)|(?:the )?headers? (?:and|of|of the) .{0,60}follow"
    r"|the (?:header|body|text|first|beginning|original|message|returned|attached)[^\n]{0,60}(?:follow|below)|included (?:is|below)|header(?:s)? follow"
    r"|mensaje original|message d.origine|urspr[üu]ngliche nachricht|messaggio originale|mensagem original|your (?:original )?message(?: header)?s? follow"
    r"|returned content|-- ?original|begin (?:of )?(?:returned|original|message)|enclosed is|copy of (?:the )?message|start of|partial message|kopie der nachricht|copie du message"
    r")[^\n]{0,120}$",
    re.IGNORECASE | re.MULTILINE,
)
_PLAINLY = re.compile(
    r"^[ \t]*[-=_*]{3}|below this line|copy of (?:the|your)|message (?:details|headers):", re.IGNORECASE
)
_HEADER_BLOCK = re.compile(
    r"^[ \t>]{0,4}(?:received: (?:from|by|\(|with)|return-path: ?<?|x-envelope-from:|dkim-signature:|delivered-to: |x-originating-ip: "
    r"|(?:message-id|mime-version|x-mailer|content-type|x-priority): .*\n[ \t>]{0,4}[\w-]{2,40}: )",
    re.IGNORECASE | re.MULTILINE,
)
_HAS_HEADERS = re.compile(r"[ \t>]{0,4}[A-Za-z][\w-]{1,40}[ \t]?:[ \t]")


def told(text: str) -> Told:
    """Cut where the returned message begins."""
    block = _HEADER_BLOCK.search(text, 1)
    cut = len(text) if block is None else block.start()
    for found in islice(_RETURNED.finditer(text), MOST_MARKERS):
        if found.start() >= cut:
            break
        rest = text[found.end() :].lstrip("\n \t-=")
        headers = _HAS_HEADERS.match(rest)
        if headers or not rest.strip() or _PLAINLY.search(found[0]):
            return Told(text[: found.start()], only_headers(rest) if headers else None)
    if block is None:
        return Told(text, None)
    return Told(text[:cut], only_headers(re.sub(r"^[ \t>]+(?=[\w-]+:)", "", text[cut:], flags=re.MULTILINE)))


_SKIPPED = re.compile(
    r"message-?id|in-reply-to|references|envelope-id|^\s*(?:subject|from|sender|reply-to|return-path|x-[\w-]+|date|cc|betreff|objet|de|von)\s*:"
    r"|mail from|original sender|from address|helo|ehlo|please contact|contact |e-?mail us|forward (?:this|it)|assistance|questions?\b|help\b|write to|send (?:an? )?e?-?mail to"
    r"|addressed to the|sent by|message from|mail system at|https?://|unsubscribe",
    re.IGNORECASE,
)
_SENDER_SAYS = re.compile(
    r"\b(?:sorry|dear|hello|hi)[ ,]+$|from[ :<]+$|sender[ :<]+$|by[ <]+$|mailto:$|contact[ :<]+$",
    re.IGNORECASE,
)
_ALONE = re.compile(r"^[\s>*\-+•·#|'\"(\[]*(?:\d+[.)]\s*)?(?:to|an|à|a|para)?[ :]*$", re.IGNORECASE)
_LABEL = re.compile(
    r"(?:recipients?|rcpt to|address(?:es|ee|ed to|é)?|user(?:id)?|mailbox|account|undeliverable(?: mail| message)? (?:to|for)|deliver(?:y|ed|ing)?(?: \w+){0,6} to|failed (?:to|for)?"
    r"|reach|message(?: \w+){0,4} to|to|for|destinataires?|destinatari[oa]s?|empf[äa]nger|adresse|an|pour|para|mailbox|unknown|invalid|quota violation for|addressed to|mail to|failure|dda|smtp)"
    r"(?: (?:is|was|were|are|of|address|following|folgende))*[\s:=<>\"'(\[]*$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"^[>\"')\]\s]*(?::|\.{3}|-+ |—|[(\[<]|;|,? (?:on|because|was|could|is|has|does|said|failed|not|unknown|-)|[,.]?\s*$|\s*=>|\s+[45]\d\d\b|, )",
    re.IGNORECASE,
)
_ANNOUNCED = re.compile(
    r"(?:did not reach|could not be|cannot be|not delivered|failed|undeliver|rejected|affected|errors?\b)[^:]{0,60}recipients?[^:]{0,20}:\s*$"
    r"|recipients?[^:]{0,60}(?:did not|could not|cannot|not delivered|failed|undeliver|rejected|affected|errors?)[^:]{0,40}:\s*$",
    re.IGNORECASE,
)
_REPLY = re.compile(r"(?:^|[\s:;<(\[])[45]\d\d(?:[ -]|$)")
_EXPANDED = re.compile(
    r"\((?:expanded|generated|ultimately generated|forwarded|alias) from:? <?", re.IGNORECASE
)
_SURE, _LIKELY, _POSSIBLE = 5, 3, 1


def failing(story: Told, outer: MimePart, returned: MimePart | None, *, surely: bool) -> list[str]:
    """The addresses that the text says have failed, as the list knows them; [] where it is not clear.

    In what is `surely` a bounce the only address that the text holds is taken, wherever it stands.
    """
    lines = [line[:LONGEST_LINE] for line in story.text.split("\n")[:MOST_LINES]]
    weights: dict[str, tuple[int, str]] = {}
    announced = False
    sent_to = {
        address.lower()
        for address in recipients.in_headers(returned, ("to", "cc", "x-envelope-to", "x-original-to"))
    }
    senders = _senders(outer, returned) - sent_to
    for number, line in enumerate(lines):
        if "@" in line and len(weights) < MOST_ADDRESSES:
            following = lines[number + 1] if number + 1 < len(lines) else ""
            _weigh(line, following, weights, senders)
        elif not announced and _ANNOUNCED.search(line):  # what stood before repeated the message's own head
            announced = True
            weights = {key: (_POSSIBLE, address) for key, (_, address) in weights.items()}
    named = recipients.in_headers(outer, ("x-failed-recipients",))
    named = [address for address in named if address.lower() not in senders or len(named) == 1]
    if named:
        return named[:MOST_RECIPIENTS]
    found = _chosen(weights, sent_to) or _local_names(lines, outer)
    return found or (_only(weights, sent_to) if surely else [])


def around(text: str, address: str) -> str:
    """The lines about one address: from each where it stands to the next empty one or the next address."""
    key = address.lower()
    found: list[str] = []
    about = False
    for line in text[:LONGEST_STORY].split("\n"):
        if "@" in line and key in line.lower():
            about = True
        elif not line.strip() or "@" in line:  # what follows is told of another
            about = False
        if about:
            found.append(line[:LONGEST_LINE].strip())
    return " ".join(found)


def _senders(outer: MimePart, returned: MimePart | None) -> set[str]:
    of_outer = recipients.in_headers(
        outer, ("to", "delivered-to", "x-original-to", "envelope-to", "from", "return-path", "cc")
    )
    of_inner = recipients.in_headers(
        returned, ("from", "return-path", "sender", "reply-to", "errors-to", "x-envelope-from")
    )
    return {address.lower() for address in (*of_outer, *of_inner)}


def _weigh(line: str, following: str, weights: dict[str, tuple[int, str]], senders: set[str]) -> None:
    skipped = _SKIPPED.search(line) is not None
    expanded = _EXPANDED.search(line)
    for address, start, end in islice(recipients.in_text(line), MOST_IN_LINE):
        key = address.lower()
        if key in senders or recipients.is_role(address):
            continue
        if expanded and start >= expanded.end() - 1 and weights:
            last = next(reversed(weights))  # `<inner> (expanded from <known>)`: the known one is meant
            weights[key] = (weights.pop(last)[0], address)
            continue
        found = _POSSIBLE if skipped else _place(line, following, start, end)
        if found > weights.get(key, (0, ""))[0]:
            weights[key] = (found, weights.get(key, (0, address))[1])


def _place(line: str, following: str, start: int, end: int) -> int:
    before, after = line[max(0, start - 120) : start].rstrip("<\"'([ "), line[end : end + 120]
    if _SENDER_SAYS.search(line[max(0, start - 40) : start]):
        return _POSSIBLE
    if _ALONE.match(before) and _AFTER.match(after):
        return _SURE
    if (_LABEL.search(before) or _LABEL.search(before + " ")) and (
        _AFTER.match(after) or len(after.strip()) < 3 or line[start - 1 : start] == "<"
    ):
        return _SURE - 1
    if _REPLY.search(line) or _REPLY.search(following[:40]):
        return _LIKELY
    return _POSSIBLE


def _chosen(weights: dict[str, tuple[int, str]], sent_to: set[str]) -> list[str]:
    for least in (_SURE - 1, _LIKELY):
        found = [(weight, address) for weight, address in weights.values() if weight >= least]
        known = any(address.lower() in sent_to for _, address in found)
        if found:
            best = [a for weight, a in found if not known or weight >= _SURE or a.lower() in sent_to]
            return best[:MOST_RECIPIENTS]
    return []


def _only(weights: dict[str, tuple[int, str]], sent_to: set[str]) -> list[str]:
    rest = [address for _, address in weights.values()]
    known = [address for address in rest if address.lower() in sent_to]
    return known or (rest if len(rest) == 1 else [])


_NAMES_FOLLOW = re.compile(r"recipients?|address|users?", re.IGNORECASE)
_NAME_ALONE = re.compile(r"^[ \t]+<?([\w.+-]{2,64})>?\s*$")


def _local_names(lines: list[str], outer: MimePart) -> list[str]:
    """Names without a domain, as large providers write of their own: `alice` from MAILER-DAEMON@aol.com."""
    domains = {
        a.lower().rpartition("@")[2] for a in recipients.in_headers(outer, ("from",)) if recipients.is_role(a)
    }
    if len(domains) != 1:
        return []
    found: list[str] = []
    follows = False
    for line in lines:
        name = _NAME_ALONE.match(line) if follows else None
        if name:
            found.append(f"{name[1]}@{next(iter(domains))}")
        elif line.strip():
            follows = line.rstrip().endswith(":") and _NAMES_FOLLOW.search(line) is not None
    return found[:MOST_RECIPIENTS]
