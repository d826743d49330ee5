"""Splits the fields of a delivery report (RFC 3464, RFC 6533) and of a feedback report (RFC 5965)."""

import re
from dataclasses import dataclass

from bot.bounces.messages.budget import Budget, TooMuchWork, Work
from bot.bounces.messages.parts import MimePart

_NAME = re.compile(r"\s{0,3}([A-Za-z][A-Za-z0-9-]{1,60})\s{0,3}:\s*(.*)")
_STATUS_KINDS = frozenset(
    "message/delivery-status message/global-delivery-status text/delivery-status message/delivery-report".split()
)
_FEEDBACK_KINDS = frozenset("message/feedback-report text/feedback-report message/abuse-report".split())
_RECIPIENT = re.compile(r"^\s{0,3}(?:final|original)-recipient\s{0,3}:", re.IGNORECASE | re.MULTILINE)
_OUTCOME = re.compile(r"^\s{0,3}(?:action|status|diagnostic-code)\s{0,3}:", re.IGNORECASE | re.MULTILINE)
_FEEDBACK = re.compile(r"^feedback-type\s{0,3}:\s{0,3}[\w-]+\s*$", re.IGNORECASE | re.MULTILINE)
LONGEST_FIELD = 10_000  # characters
LONGEST_ADDRESSES = 60_000  # characters of a field with several addresses: more than a complaint may have
LONGEST_REPORT = 1_000_000  # characters

ReportFields = dict[str, str]
"""Lower-case name → value."""


@dataclass(frozen=True, slots=True)
class ReportedOutcome:
    """The fields of one recipient in a delivery report, unparsed; "" where one is missing."""

    final: str
    original: str
    action: str
    status: str
    diagnostic: str


def status_texts(leaves: list[MimePart]) -> list[str]:
    """Returns the texts of the delivery-status parts of a bounce.

    If none of them names a recipient, parts of other content types are searched for the fields of a report. Raises
    TooMuchWork.
    """
    declared = [leaf.text(LONGEST_REPORT) for leaf in leaves if leaf.kind in _STATUS_KINDS]
    if any(len(text) == LONGEST_REPORT for text in declared):  # its last recipient may be cut in two
        raise TooMuchWork(Work.CHARACTERS)
    complete = [text for text in declared if _names_recipients(text)]
    if complete:
        return complete
    others = (leaf.text() for leaf in leaves if leaf.kind not in _STATUS_KINDS and not leaf.children)
    return [text for text in others if _names_recipients(text) and _OUTCOME.search(text)] or declared


def feedback_report(leaves: list[MimePart], *, trusted: bool) -> ReportFields | None:
    """Returns the fields of the feedback report, None if there is none; `original-rcpt-to` may hold several addresses.

    In a message that is a report anyway (`trusted`) parts of another content type are searched as well.
    """
    for leaf in leaves:
        if leaf.kind in _FEEDBACK_KINDS or (
            trusted and leaf.kind.startswith(("text/plain", "application/")) and _is_feedback(leaf.text())
        ):
            merged: ReportFields = {}
            for group in _groups(leaf.text(), leaf.budget):
                for name, value in group.items():
                    merged[name] = f"{merged[name]} {value}" if name in merged else value
            return merged
    return None


def outcomes(text: str, budget: Budget) -> list[ReportedOutcome]:
    """Returns one for each recipient, in order. Raises TooMuchWork."""
    return [
        ReportedOutcome(
            final=group.get("final-recipient", ""),
            original=group.get("original-recipient", ""),
            action=group.get("action", "").lower(),
            status=group.get("status", ""),
            diagnostic=group.get("diagnostic-code", "") or group.get("x-display-name", ""),
        )
        for group in _groups(text, budget)
        if _names_recipient(group)
    ]


def _names_recipients(text: str) -> bool:
    # A plain search first: most texts have none, and it takes a fraction of the time.
    return "-recipient" in text.lower() and _RECIPIENT.search(text) is not None


def _is_feedback(text: str) -> bool:
    return "feedback-type" in text.lower() and _FEEDBACK.search(text) is not None


def _groups(text: str, budget: Budget) -> list[ReportFields]:
    """The groups of fields between empty lines; a second recipient also begins a group without one."""
    groups: list[ReportFields] = [{}]
    last = ""
    lines = text.split("\n")
    budget.spend(Work.REPORT_LINES, len(lines))
    for line in lines:
        if not line.strip():
            last = ""
            if groups[-1]:
                groups.append({})
        elif line[0] in " \t" and last and not _is_known_field(line):
            groups[-1][last] = f"{groups[-1][last]} {line.strip()}"[:LONGEST_FIELD]
        elif field := _NAME.match(line):
            last = field[1].lower()
            _add_field(groups, last, field[2].strip())
        elif last == "diagnostic-code":  # some servers break the line without indenting the next
            groups[-1][last] = f"{groups[-1][last]} {line.strip()}"[:LONGEST_FIELD]
    return _joined(groups)


def _is_known_field(line: str) -> bool:
    return _RECIPIENT.match(line) is not None or _OUTCOME.match(line) is not None


def _names_recipient(group: ReportFields) -> bool:
    return "final-recipient" in group or "original-recipient" in group


def _add_field(groups: list[ReportFields], name: str, value: str) -> None:
    if name == "final-recipient" and name in groups[-1]:
        groups.append({})
    group = groups[-1]
    if name not in group or not name.startswith("original-rcpt"):
        group[name] = value
    elif len(group[name]) + len(value) < LONGEST_ADDRESSES:
        group[name] = f"{group[name]} {value}"


def _joined(groups: list[ReportFields]) -> list[ReportFields]:
    """The groups without empty ones; fields that an empty line separates from their recipient join its group."""
    joined: list[ReportFields] = []
    for group in groups:
        about_mta = "reporting-mta" in group or "arrival-date" in group
        if not _names_recipient(group) and not about_mta and joined and _awaits_outcome(joined[-1]):
            joined[-1].update(group)
        elif group:
            joined.append(group)
    return joined


def _awaits_outcome(group: ReportFields) -> bool:
    return "final-recipient" in group and "action" not in group
