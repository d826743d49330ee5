"""Delivery reports (RFC 3464, RFC 6533): the events that their recipient groups report."""

import re
from collections.abc import Mapping, Sequence

from bot.bounces.diagnosis import diagnose, diagnose_words, find_code
from bot.bounces.events import Cause, EventKind, MailEvent
from bot.bounces.messages import prose, recipients
from bot.bounces.messages.budget import Work
from bot.bounces.messages.fields import ReportedOutcome
from bot.bounces.messages.parts import MimePart
from bot.bounces.messages.prose import Narrative
from bot.bounces.messages.results import RECEIPT, MessageContext, Reading, nothing

MOST_SEARCHED = 20  # recipients: in a longer report the text is not searched as well

_DIAGNOSTIC_TYPE = re.compile(r"\s*[\w-]{2,30}\s*;")  # `smtp; 550 …`


def read_outcomes(
    part: MimePart,
    outcomes: Sequence[ReportedOutcome],
    narrative: Narrative,
    returned: MimePart | None,
    context: MessageContext,
) -> Reading | None:
    """Returns one event per address; None if the report names no address. Raises TooMuchWork."""
    events: dict[str, MailEvent] = {}
    has_receipt = False
    alone = len(outcomes) == 1
    # Once, not for each recipient: a hostile message returns thousands of headers for a thousand recipients.
    senders = {address.lower() for address in recipients.in_headers(returned, ("from", "return-path"))}
    known = recipients.sent_to(returned)
    context = context.about(returned)
    text = prose.without_quoted_headers(narrative.text) if len(outcomes) <= MOST_SEARCHED else ""
    for outcome in outcomes:
        part.budget.spend(Work.RECIPIENTS)
        if _is_receipt(outcome):
            has_receipt = True
            continue
        address = _address(outcome, senders, known, alone=alone)
        if not address and alone:
            failed = prose.failed_recipients(part, narrative, returned, is_bounce=True)
            address = next(iter(failed), "")
        if address and address.lower() not in events:
            events[address.lower()] = _event(outcome, address, text, context, alone=alone)
    if events:
        return Reading(tuple(events.values()), None)
    return nothing(RECEIPT) if has_receipt else None


def _is_receipt(outcome: ReportedOutcome) -> bool:
    if outcome.action.startswith(("delivered", "relayed", "expanded", "deliverable")):
        return True
    return not outcome.action and outcome.status.strip().startswith("2")


def _address(outcome: ReportedOutcome, senders: set[str], known: Mapping[str, str], *, alone: bool) -> str:
    original = recipients.from_xtext(outcome.original)
    if original.lower() in senders:
        original = ""
    return recipients.as_known(original, recipients.from_field(outcome.final), known, alone=alone)


def _event(
    outcome: ReportedOutcome, address: str, text: str, context: MessageContext, *, alone: bool
) -> MailEvent:
    """`text` is searched as well if the report says too little; all of it if the recipient is `alone`."""
    code, diagnostic = _code(outcome), _diagnostic(outcome)
    kind, cause = diagnose(code, diagnostic)
    is_vague = cause is Cause.UNKNOWN or (
        diagnose(code, "")[1] is Cause.UNKNOWN and diagnose_words(code, diagnostic) is None
    )
    if text and (is_vague or not diagnostic):
        about = prose.lines_about(address, prose.passages(text)[0])[0] or (text if alone else "")
        text_kind, text_cause = diagnose(code, f"{diagnostic} {about}")
        if text_cause is Cause.UNKNOWN and alone:
            text_kind, text_cause = diagnose(code, f"{diagnostic} {text}")
        if text_cause is not Cause.UNKNOWN:
            kind, cause = text_kind, text_cause
        diagnostic = diagnostic or about
    if outcome.action.startswith("delayed") or (not outcome.action and code.startswith("4")):
        kind = EventKind.SOFT
    return context.event(address, kind, cause=cause, code=code, diagnostic=diagnostic)


def _code(outcome: ReportedOutcome) -> str:
    code = find_code(outcome.status) or find_code(outcome.diagnostic)
    if code.endswith(".0.0"):
        return find_code(outcome.diagnostic) or code
    return code


def _diagnostic(outcome: ReportedOutcome) -> str:
    diagnostic = outcome.diagnostic
    if _DIAGNOSTIC_TYPE.match(diagnostic):
        diagnostic = diagnostic.partition(";")[2].strip()
    return diagnostic or outcome.status.partition("(")[2].rstrip(") ")
