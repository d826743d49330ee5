"""A message that came back is read: who did not get mail, and whether that will stay so.

Delivery reports (RFC 3464, RFC 6533), complaints (RFC 5965 and those of Microsoft), and bounces told in words only.
Out-of-office answers, challenges, receipts and ordinary mail that speaks of failures are no bounces. Pure: bytes in,
notices out; nothing is raised, and the time is bounded, for any bytes.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from bot.bounces.diagnosis import diagnose, find_code
from bot.bounces.events import Cause, EventKind, Notice
from bot.bounces.messages import bounce_score, fields, prose, recipients
from bot.bounces.messages.parts import MimePart, decoded_header, taken_apart

SOURCE = "message"
NOT_A_BOUNCE, AUTO_REPLY, CHALLENGE, RECEIPT = "not-a-bounce", "auto-reply", "challenge", "delivery-receipt"
UNREADABLE, NO_RECIPIENT = "unreadable", "no-recipient"

LONGEST_DIAGNOSTIC = 1000  # characters
LONGEST_CAMPAIGN = 200
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)  # a clock that shows an earlier time was never set
FEW = 20  # recipients, for which the text is searched as well where the report says little
DEEPEST_BOUNCE = 3  # a bounce within a bounce


@dataclass(frozen=True)
class Reading:
    """What a message says, or why it says nothing: `reason` is None where there are notices.

    `not-a-bounce`, `auto-reply`, `challenge` and `delivery-receipt` are in order; `unreadable` and `no-recipient` are
    for a person to look at.
    """

    notices: tuple[Notice, ...]
    reason: str | None


def read(raw: bytes, now: datetime) -> Reading:
    """All that one message says of addresses; `now` is the time of a message without a sensible Date."""
    if not raw.strip():
        return _nothing(UNREADABLE)
    part = taken_apart(raw)
    if not part.headers:
        return _nothing(UNREADABLE)
    return _read(part, _Frame(_moment(part, now), _identity(part, raw)), DEEPEST_BOUNCE)


@dataclass(frozen=True, slots=True)
class _Frame:
    """What all notices of one message share."""

    at: datetime
    identity: str


def _read(part: MimePart, frame: _Frame, deeper: int) -> Reading:
    leaves = part.leaves()
    returned = _returned(leaves)
    weight = bounce_score.weight(part) + (returned is not None and bounce_score.is_sent_back(part, returned))
    complaint = fields.feedback_part(leaves, trusted=weight > 0 or part.kind == "multipart/report")
    if complaint is not None:
        return _complaint(complaint, returned, frame)
    text = _human_text(leaves)
    if bounce_score.is_receipt(part, text):
        return _nothing(RECEIPT)
    if bounce_score.is_challenge(part, text):
        return _nothing(CHALLENGE)
    if _is_microsoft_complaint(part, returned):
        return _complaint({"feedback-type": "abuse"}, returned, frame)
    if weight >= bounce_score.BOUNCE and not (
        bounce_score.is_answer(part) and part.kind != "multipart/report"
    ):
        return _bounce(part, leaves, text, frame, deeper, weight)
    return _nothing(AUTO_REPLY if bounce_score.is_answer(part) else NOT_A_BOUNCE)


def _bounce(
    part: MimePart, leaves: list[MimePart], text: str, frame: _Frame, deeper: int, weight: int
) -> Reading:
    story = prose.told(text)
    returned = _returned(leaves) or story.returned
    found = [
        outcome for status in fields.status_parts(leaves, trusted=True) for outcome in fields.outcomes(status)
    ]
    if found:
        reported = _reported(part, found, story, returned, frame)
        if reported is not None:
            return reported
    inner = _inner_bounce(returned, frame, deeper)
    if inner is not None:
        return inner
    if weight <= bounce_score.BOUNCE and not (
        bounce_score.tells_failure(story.text) or bounce_score.tells_failure(bounce_score.subject(part))
    ):
        return _nothing(AUTO_REPLY if bounce_score.is_answer(part) else NOT_A_BOUNCE)
    return _narrated(part, story, returned, frame, weight)


def _reported(
    part: MimePart,
    found: list[fields.ReportedOutcome],
    story: prose.Told,
    returned: MimePart | None,
    frame: _Frame,
) -> Reading | None:
    """None where the report names no one."""
    notices: dict[str, Notice] = {}
    receipts = 0
    senders = {address.lower() for address in recipients.in_headers(returned, ("from", "return-path"))}
    words = story.text if len(found) <= FEW else ""
    for outcome in found:
        if _is_receipt(outcome):
            receipts += 1
            continue
        original = recipients.of_xtext(outcome.original)
        if original.lower() in senders:
            original = ""
        address = recipients.as_known(
            original, recipients.of_field(outcome.final), returned, alone=len(found) == 1
        )
        if not address and len(found) == 1:
            address = next(iter(_whom(part, story, returned, surely=True)), "")
        if address:
            notice = _of_outcome(outcome, address, words, frame, returned, alone=len(found) == 1)
            notices.setdefault(address.lower(), notice)
    if notices:
        return Reading(tuple(notices.values()), None)
    return _nothing(RECEIPT) if receipts else None


def _is_receipt(outcome: fields.ReportedOutcome) -> bool:
    if outcome.action.startswith(("delivered", "relayed", "expanded", "deliverable")):
        return True
    return not outcome.action and outcome.status.strip().startswith("2")


def _of_outcome(
    outcome: fields.ReportedOutcome,
    address: str,
    text: str,
    frame: _Frame,
    returned: MimePart | None,
    *,
    alone: bool,
) -> Notice:
    code = find_code(outcome.status) or find_code(outcome.diagnostic)
    if code.endswith(".0.0"):
        code = find_code(outcome.diagnostic) or code
    diagnostic = (
        outcome.diagnostic.partition(";")[2].strip() if _TYPED(outcome.diagnostic) else outcome.diagnostic
    )
    diagnostic = diagnostic or outcome.status.partition("(")[2].rstrip(") ")
    kind, cause = diagnose(code, diagnostic)
    if text and (cause is Cause.UNKNOWN or not diagnostic):
        about = prose.around(text, address) or (text if alone else "")
        told_kind, told_cause = diagnose(code, f"{diagnostic} {about}")
        if told_cause is Cause.UNKNOWN and alone:
            told_kind, told_cause = diagnose(code, f"{diagnostic} {text}")
        if told_cause is not Cause.UNKNOWN:
            kind, cause = told_kind, told_cause
        diagnostic = diagnostic or about
    if outcome.action.startswith("delayed") or (not outcome.action and code.startswith("4")):
        kind = EventKind.SOFT
    return _notice(frame, address, kind, cause, code, diagnostic, returned)


_TYPED = re.compile(r"\s*[\w-]{2,30}\s*;").match


_DELAY = re.compile(
    r"(?:has been|is|was|be) delayed|not yet been|not been (?:yet )?delivered yet|will (?:continue|keep|be retried|retry|try)|still (?:trying|being)|continue (?:to try|trying)"
    r"|no action is required|warning message only|need not resend|do not need to re|delivery attempts will continue|not an error|temporarily delayed|will be (?:re)?tried"
    r"|wird weiter|weitere versuche|nouvelle tentative sera|seguir[áa] intentando|delivery delayed|message delayed",
    re.IGNORECASE,
)
_GAVE_UP = re.compile(
    r"giv(?:en|ing|e) up|gave up|permanent|no further|final(?:ly)? fail|will not (?:be )?(?:re)?tr|could not be delivered for|expired",
    re.IGNORECASE,
)


def _narrated(
    part: MimePart, story: prose.Told, returned: MimePart | None, frame: _Frame, weight: int
) -> Reading:
    """A bounce in words only."""
    whom = _whom(part, story, returned, surely=weight > bounce_score.BOUNCE)
    if not whom:
        return _nothing(NO_RECIPIENT if weight > bounce_score.BOUNCE else NOT_A_BOUNCE)
    title = bounce_score.subject(part)
    delayed = (_DELAY.search(story.text) or "delayed" in title.lower()) and not _GAVE_UP.search(story.text)
    notices = []
    for address in whom:
        about = prose.around(story.text, address)
        code = find_code(about)
        kind, cause = diagnose(code, about)
        elsewhere = find_code(story.text) if len(whom) == 1 and not code else ""
        if cause is Cause.UNKNOWN or elsewhere:  # the server's reply stands apart from the address
            code = code or find_code(story.text)
            kind, cause = diagnose(code, f"{story.text} {title}")
        diagnostic = about or " ".join(story.text.split())
        notices.append(
            _notice(frame, address, EventKind.SOFT if delayed else kind, cause, code, diagnostic, returned)
        )
    return Reading(tuple(notices), None)


def _whom(part: MimePart, story: prose.Told, returned: MimePart | None, *, surely: bool) -> list[str]:
    """Whom the words mean, else the only one that the returned message went to, else whom the return path names."""
    found = prose.failing(story, part, returned, surely=surely)
    if len(found) == 1:
        return [recipients.as_known("", found[0], returned, alone=True)]
    if found:
        return list({address.lower(): address for address in found}.values())
    sent_to = recipients.in_headers(returned, ("x-envelope-to", "x-original-to", "to"))
    if len(sent_to) == 1 and not recipients.is_redacted(sent_to[0]):
        return sent_to
    verp = recipients.of_verp(part)
    return [verp] if verp else []


def _inner_bounce(returned: MimePart | None, frame: _Frame, deeper: int) -> Reading | None:
    """A filter may have put the bounce in a bounce of its own."""
    if returned is None or not deeper or bounce_score.weight(returned) < bounce_score.BOUNCE:
        return None
    inner = _read(returned, frame, deeper - 1)
    return inner if inner.notices else None


_NO_COMPLAINT = frozenset("not-spam auth-failure opt-out opt-out-list unsubscribe dmarc".split())
_TOLD_BY_RECEIVER = (
    "x-hmxmroriginalrecipient",
    "x-original-to",
    "x-envelope-to",
    "x-rcpt-to",
    "to",
    "delivered-to",
    "cc",
)


def _complaint(complaint: fields.ReportFields, returned: MimePart | None, frame: _Frame) -> Reading:
    if complaint.get("feedback-type", "").lower() in _NO_COMPLAINT:
        return _nothing(NOT_A_BOUNCE)
    whom: list[str] = []
    for value in (complaint.get("original-rcpt-to", ""), complaint.get("removal-recipient", "")):
        whom = whom or _unredacted(address for address, *_ in recipients.in_text(value))
    for name in _TOLD_BY_RECEIVER:
        whom = whom or _unredacted(recipients.in_headers(returned, (name,)))
    if not whom:
        paths = [
            complaint.get("original-mail-from", ""),
            *(returned.headers.get("return-path", []) if returned else []),
        ]
        whom = _unredacted(recipients.of_verp_text(path) for path in paths)
    if not whom or len(whom) > prose.MOST_RECIPIENTS:
        return _nothing(NO_RECIPIENT)
    return Reading(
        tuple(
            _notice(frame, address, EventKind.COMPLAINT, Cause.UNKNOWN, "", "", returned) for address in whom
        ),
        None,
    )


def _unredacted(addresses: Iterable[str]) -> list[str]:
    return list(
        dict.fromkeys(
            a for a in addresses if a and not recipients.is_redacted(a) and not recipients.is_role(a)
        )
    )


def _is_microsoft_complaint(part: MimePart, returned: MimePart | None) -> bool:
    """The Junk Mail Reporting Program sends the message alone, from staff@hotmail.com, or with a header of its own."""
    if returned is None or part.kind == "multipart/report":
        return False
    staff = re.search(r"staff@(?:hotmail|outlook|live|msn)\.", part.header("from")[:500], re.IGNORECASE)
    return staff is not None or "x-hmxmroriginalrecipient" in returned.headers


def _returned(leaves: list[MimePart]) -> MimePart | None:
    return next((leaf.children[0] for leaf in leaves if leaf.children), None)


def _human_text(leaves: list[MimePart]) -> str:
    """The plain text that a person is to read; where there is none, the HTML."""
    for kind in ("text/plain", "text/html"):
        texts = [leaf.text() for leaf in leaves if leaf.kind == kind and not leaf.children]
        if any(text.strip() for text in texts):
            return "\n".join(texts)
    return ""


def _notice(
    frame: _Frame,
    address: str,
    kind: EventKind,
    cause: Cause,
    code: str,
    diagnostic: str,
    returned: MimePart | None,
) -> Notice:
    return Notice(
        address=_one_line(address, 320),
        kind=kind,
        at=frame.at,
        source=SOURCE,
        uid=hashlib.sha256(f"{frame.identity}\n{address.lower()}".encode("utf-8", "replace")).hexdigest(),
        code=code,
        cause=cause,
        diagnostic=_one_line(diagnostic, LONGEST_DIAGNOSTIC),
        campaign=_campaign(returned),
    )


def _campaign(returned: MimePart | None) -> str:
    if returned is None:
        return ""
    named = (
        returned.header(name)
        for name in ("x-campaign", "x-campaign-id", "x-campaignid", "feedback-id", "subject")
    )
    return _one_line(decoded_header(next(filter(None, named), "")), LONGEST_CAMPAIGN)


def _one_line(text: str, longest: int) -> str:
    """The text as one line of printable characters. These can all be stored: NUL and surrogates are not printable."""
    printable = (c if c.isprintable() else " " for c in text[: 4 * longest])
    return " ".join("".join(printable).split())[:longest]


def _moment(part: MimePart, now: datetime) -> datetime:
    try:
        at = parsedate_to_datetime(part.header("date")[:200])
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return now
    return now if at < EARLIEST else min(at, now)


def _identity(part: MimePart, raw: bytes) -> str:
    return part.header("message-id").strip() or hashlib.sha256(raw).hexdigest()


def _nothing(reason: str) -> Reading:
    return Reading((), reason)
