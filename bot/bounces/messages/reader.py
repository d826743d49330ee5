"""Reads a returned message: which addresses did not get mail, and whether the failure is permanent.

Understands delivery reports (RFC 3464, RFC 6533), complaints (RFC 5965 and those of Microsoft), and bounces described
in prose. Auto-replies, challenges, receipts and ordinary mail that speaks of failures are not bounces. Pure: bytes in,
events out; for any bytes nothing is raised, and the work is bounded: what takes more has no events and a reason.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from bot.bounces.diagnosis import diagnose, diagnose_words, find_code
from bot.bounces.events import EARLIEST, Cause, EventKind, MailEvent
from bot.bounces.messages import amazon, bounce_score, complaints, delivery_reports, fields, prose
from bot.bounces.messages.budget import Budget, TooMuchWork, Work
from bot.bounces.messages.parts import LONGEST_TEXT, MimePart, parse_message
from bot.bounces.messages.results import (
    AUTO_REPLY,
    CHALLENGE,
    NO_RECIPIENT,
    NOT_A_BOUNCE,
    RECEIPT,
    TOO_MUCH,
    UNREADABLE,
    MessageContext,
    Reading,
    nothing,
)

DEEPEST_BOUNCE = 3  # bounces nested within bounces
LONGEST_IDENTITY = 1_000  # characters; RFC 5322 allows 998


def read(raw: bytes, now: datetime, budget: Budget | None = None) -> Reading:
    """Returns the events of one message; `now` is the time of a message without a plausible Date."""
    if not raw.strip():
        return nothing(UNREADABLE)
    budget = budget or Budget()
    try:
        part = parse_message(raw, budget)
        if not part.headers:
            return nothing(UNREADABLE)
        reading = _read(part, MessageContext(_sent_at(part, now), _identity(part, raw)), DEEPEST_BOUNCE)
    except TooMuchWork as error:
        return Reading((), TOO_MUCH, error.work)
    if budget.left_out and reading.reason == NO_RECIPIENT:
        return Reading((), TOO_MUCH, budget.left_out)
    return reading


def _read(part: MimePart, context: MessageContext, depth_left: int) -> Reading:
    leaves = part.leaves()
    returned = _returned_message(leaves)
    score = bounce_score.score(part) + (
        returned is not None and bounce_score.is_returned_to_sender(part, returned)
    )
    report = fields.feedback_report(leaves, trusted=score > 0 or part.kind == "multipart/report")
    if report is not None:
        return complaints.read_complaint(report, returned, context)
    text = _text_for_people(leaves)
    special = amazon.read_notification(part, text, context) or _unlike_bounces(part, returned, text, context)
    if special is not None:
        return special
    if score >= bounce_score.BOUNCE and (
        part.kind == "multipart/report" or not bounce_score.is_auto_reply(part)
    ):
        return _read_bounce(part, leaves, text, context, depth_left, score)
    return _not_a_bounce(part)


def _unlike_bounces(
    part: MimePart, returned: MimePart | None, text: str, context: MessageContext
) -> Reading | None:
    """The reading of a receipt, a challenge, or a complaint without a report."""
    if bounce_score.is_receipt(part, text):
        return nothing(RECEIPT)
    if bounce_score.is_challenge(part, text):
        return nothing(CHALLENGE)
    if complaints.is_microsoft_complaint(part, returned):
        return complaints.read_complaint({"feedback-type": "abuse"}, returned, context)
    return None


def _read_bounce(
    part: MimePart, leaves: list[MimePart], text: str, context: MessageContext, depth_left: int, score: int
) -> Reading:
    """From the delivery report if there is one, else from a bounce inside, else from the prose."""
    narrative = prose.split_returned(text, part.budget)
    returned = _returned_message(leaves) or narrative.returned
    outcomes = [
        outcome for text in fields.status_texts(leaves) for outcome in fields.outcomes(text, part.budget)
    ]
    if outcomes:
        reading = delivery_reports.read_outcomes(part, outcomes, narrative, returned, context)
        if reading is not None:
            return reading
    inner = _inner_bounce(returned, context, depth_left)
    if inner is not None:
        return inner
    if score <= bounce_score.BOUNCE and not (
        bounce_score.mentions_failure(narrative.text)
        or bounce_score.mentions_failure(bounce_score.subject(part))
    ):
        return _not_a_bounce(part)
    return _read_prose(part, narrative, returned, context, score)


def _not_a_bounce(part: MimePart) -> Reading:
    return nothing(AUTO_REPLY if bounce_score.is_auto_reply(part) else NOT_A_BOUNCE)


def _inner_bounce(returned: MimePart | None, context: MessageContext, depth_left: int) -> Reading | None:
    """The reading of a bounce that a filter has wrapped in a bounce of its own."""
    if returned is None or not depth_left or bounce_score.score(returned) < bounce_score.BOUNCE:
        return None
    inner = _read(returned, context, depth_left - 1)
    return inner if inner.events else None


_DELAY = re.compile(
    r"\b(?:(?:has been|is|was|be) delayed|not yet been|not been (?:yet )?delivered yet|will (?:continue|keep|be retried|retry|try)|still (?:trying|being)|continue (?:to try|trying)"
    r"|no action is required|warning message only|need not resend|do not need to re|delivery attempts will continue|not an error|temporarily delayed|will be (?:re)?tried"
    r"|wird weiter|weitere versuche|nouvelle tentative sera|seguir[áa] intentando|delivery delayed|message delayed)",
)
_GAVE_UP = re.compile(
    r"\b(?:giv(?:en|ing|e) up|gave up|permanent|no further|final(?:ly)? fail|will not (?:be )?(?:re)?tr|could not be delivered for|expired)",
)


def _read_prose(
    part: MimePart, narrative: prose.Narrative, returned: MimePart | None, context: MessageContext, score: int
) -> Reading:
    """Reads a bounce without a delivery report."""
    is_bounce = score > bounce_score.BOUNCE
    addresses = prose.failed_recipients(part, narrative, returned, is_bounce=is_bounce)
    if not addresses:
        return nothing(NO_RECIPIENT if is_bounce else NOT_A_BOUNCE)
    title = bounce_score.subject(part)
    lower = narrative.text[: prose.LONGEST_TEXT].lower()
    is_delayed = (_DELAY.search(lower) or "delayed" in title.lower()) and not _GAVE_UP.search(lower)
    context = context.about(returned)
    text = _Text.of(narrative.text, bounce_score.own_subject(title, returned))
    events = []
    for address in addresses:
        part.budget.spend(Work.RECIPIENTS)
        event = _prose_event(address, text, context, alone=len(addresses) == 1)
        events.append(replace(event, kind=EventKind.SOFT) if is_delayed else event)
    return Reading(tuple(events), None)


@dataclass(frozen=True, slots=True)
class _Text:
    """The words of a bounce."""

    whole: str
    passages: Sequence[prose.Passage]
    shared: str
    """What is said about all recipients, with the subject."""

    @classmethod
    def of(cls, text: str, title: str) -> "_Text":
        text = prose.without_quoted_headers(text)
        found, others = prose.passages(text)
        return cls(f"{text} | {title}", found, f"{others} | {title}")


def _prose_event(address: str, text: _Text, context: MessageContext, *, alone: bool) -> MailEvent:
    """From what is said about the address; if that says nothing clearly, from the rest of the text as well.

    A server's reply may stand far from the address, and `user unknown` above it.
    """
    about, heading = prose.lines_about(address, text.passages)
    rest = text.whole if alone else text.shared
    code = find_code(about)
    diagnosis = diagnose_words(code, about) or diagnose_words(code, heading)
    if diagnosis is None:
        rest_code = code or find_code(rest)
        diagnosis = diagnose_words(rest_code, rest)
        if diagnosis is None or (code and diagnosis[0] is not EventKind.HARD):
            diagnosis = diagnose(code, about)
        if diagnosis[1] is Cause.UNKNOWN:
            diagnosis = diagnose(rest_code, rest)
        code = rest_code
    kind, cause = diagnosis
    return context.event(
        address,
        kind,
        cause=cause,
        code=code or (find_code(rest) if alone else ""),
        diagnostic=about or " ".join(text.whole[: prose.LONGEST_TEXT].split()),
    )


def _returned_message(leaves: list[MimePart]) -> MimePart | None:
    return next((leaf.children[0] for leaf in leaves if leaf.children), None)


def _text_for_people(leaves: list[MimePart]) -> str:
    """The plain text; if there is none, the HTML."""
    for kind in ("text/plain", "text/html"):
        texts = (leaf.text() for leaf in leaves if leaf.kind == kind and not leaf.children)
        text = "\n".join(texts)[:LONGEST_TEXT]
        if text.strip():
            return text
    return ""


def _sent_at(part: MimePart, now: datetime) -> datetime:
    try:
        at = parsedate_to_datetime(part.header("date")[:200])
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return now
    return now if at < EARLIEST else min(at, now)


def _identity(part: MimePart, raw: bytes) -> str:
    identity = part.header("message-id").strip()
    return identity if 0 < len(identity) < LONGEST_IDENTITY else hashlib.sha256(raw).hexdigest()
