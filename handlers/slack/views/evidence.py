"""Why an address was cleaned, in words: beside it in the list, and the modal with the evidence."""

import re
from collections.abc import Iterator

from bot.bounces.diagnosis import diagnose, find_code
from bot.bounces.events import Cause, EventKind
from bot.bounces.evidence import EvidenceItem, Explanation, VerdictSummary
from handlers.slack.elements import blocks
from handlers.slack.elements.blocks import Block, View
from handlers.slack.elements.texts import capital, isolated
from handlers.words import Markup, Words
from storage.contacts.values import CleanReason

OPEN = "open-why"  # value: audience id:contact id
FIX = "evidence-fix"  # the same
_NAME, _AUDIENCE, _DIAGNOSTIC = 80, 80, 300  # characters shown of what comes from outside
_CODE = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})")
_MOMENT = "{date_short} {time}"


def code_in_words(words: Words, code: str) -> str:
    """What a status code of RFC 3463 says; of one that isn't registered its subject, else its class."""
    if not (parts := _CODE.fullmatch(code)):
        return words("cause-unknown")
    status_class, subject, detail = parts.groups()
    keys = (f"code-{subject}-{detail}", f"code-{subject}", f"code-class-{status_class}")
    return words(next(key for key in keys if key in words))


def failure(words: Words, cause: Cause, code: str) -> Markup | None:
    """Why mail failed; None where nothing is known. A server's words are believed before its code."""
    if not code:
        return None if cause == Cause.UNKNOWN else words.md(f"cause-{cause}")
    agree = cause in (Cause.UNKNOWN, diagnose(code, "")[1])
    why = code_in_words(words, code) if agree else words(f"cause-{cause}")
    return words.md("evidence-because", why=why, code=code)


def because(words: Words, reason: str, mark: VerdictSummary | None, diagnostic: str) -> Markup:
    """The reason and what lies behind it, for a line: `Hard bounce · no such mailbox (5.1.1)`."""
    soft = mark is not None and reason == CleanReason.SOFT
    said = words("evidence-soft", days=mark.counted) if mark and soft else words(f"reason-{reason}")
    facts = [Markup(capital(said))]
    if reason != CleanReason.ABUSE and (why := _failure(words, mark, diagnostic)):
        facts.append(why)
    return Markup(" · ".join(facts))


def look(words: Words, mark: VerdictSummary | None) -> Markup | None:
    """Why it is worth a look, if it is."""
    if mark is None or mark.weakness is None:
        return None
    return words.md("evidence-look", why=words(f"evidence-weak-{mark.weakness}"))


def why(words: Words, told: Explanation) -> View:
    """The modal: the verdict, what speaks for the address, the evidence."""
    address = isolated(blocks.clamp_middle(told.address, 2 * blocks.OPTION))
    audience = isolated(blocks.clamp(told.audience.name, _AUDIENCE))
    rows = [
        blocks.section(words.md("evidence-address", address=address, audience=audience)),
        blocks.section(Markup("\n".join(_verdict(words, told)))),
    ]
    if for_it := list(_for_it(words, told)):
        rows.append(blocks.section(Markup("\n".join((words.md("evidence-for"), *for_it)))))
    elif told.verdict and not told.verdict.weakness:
        rows.append(blocks.context(words.md("evidence-nothing-for")))
    rows += _pieces(words, told)
    if told.reason != CleanReason.ABUSE:
        value = f"{told.audience.id}:{told.contact_id}"
        rows.append(blocks.actions([blocks.button(words("evidence-fix"), FIX, value)], FIX))
    return blocks.modal(words("evidence-title"), rows, close=words("close"))


def _failure(words: Words, mark: VerdictSummary | None, diagnostic: str) -> Markup | None:
    """Of an imported contact only what its diagnostic's code says: nothing else is known of it."""
    if mark:
        return failure(words, mark.cause, mark.code)
    code = find_code(diagnostic)
    return failure(words, diagnose("", diagnostic)[1], code) if code else None


def _verdict(words: Words, told: Explanation) -> Iterator[Markup]:
    date = blocks.date(told.cleaned_at, words)
    if told.verdict:
        days, needed = told.verdict.counted, told.verdict.needed
        yield words.md(f"evidence-by-{told.reason}", date=date, days=days, needed=needed)
    else:
        yield words.md("evidence-by-import-since" if told.items else "evidence-by-import")
        reason = because(words, told.reason, None, told.diagnostic)
        yield words.md("evidence-imported", why=reason, date=date)
        if told.campaign:
            yield words.md("evidence-campaign", campaign=isolated(blocks.clamp(told.campaign, _NAME)))
        if told.diagnostic:
            diagnostic = isolated(blocks.clamp(told.diagnostic, _DIAGNOSTIC))
            yield words.md("evidence-said", diagnostic=diagnostic)
    if told.verdict and told.reason != CleanReason.ABUSE and (why := _failure(words, told.verdict, "")):
        yield words.md("evidence-in-words", why=why)
    if worth := look(words, told.verdict):
        yield worth


def _for_it(words: Words, told: Explanation) -> Iterator[Markup]:
    if told.active_at:
        yield words.md("evidence-active", date=blocks.date(told.active_at, words, _MOMENT))
    if told.delivered_at:
        yield words.md("evidence-delivered", date=blocks.date(told.delivered_at, words, _MOMENT))
    if burst := told.burst:
        yield words.md(
            "evidence-outage",
            n=burst.addresses,
            domain=isolated(blocks.clamp(told.domain, _NAME)),
            since=blocks.date(burst.since, words, _MOMENT),
            until=blocks.date(burst.until, words, _MOMENT),
        )


def _pieces(words: Words, told: Explanation) -> Iterator[Block]:
    if not told.items:
        return
    yield blocks.divider()
    yield blocks.section(words.md("evidence-pieces", n=told.n_items))
    for piece in told.items:
        yield blocks.context(_piece(words, piece))
    if more := told.n_items - len(told.items):
        yield blocks.context(words.md("evidence-more", n=more))


def _piece(words: Words, piece: EvidenceItem) -> Markup:
    facts = [blocks.date(piece.at, words, _MOMENT), words.md(f"evidence-kind-{piece.kind}")]
    if piece.kind != EventKind.COMPLAINT and (why := failure(words, piece.cause, piece.code)):
        facts.append(why)
    if piece.campaign:
        campaign = isolated(blocks.clamp(piece.campaign, _NAME))
        facts.append(words.md("evidence-after", campaign=campaign))
    facts.append(words.md("evidence-from", source=piece.source))
    line = Markup(" · ".join(facts))
    if not piece.diagnostic:
        return line
    return Markup(f"{line}\n{isolated(blocks.clamp(piece.diagnostic, _DIAGNOSTIC))}")
