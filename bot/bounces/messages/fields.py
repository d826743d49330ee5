"""The fields of a delivery report (RFC 3464, RFC 6533) and of a complaint (RFC 5965), split by hand."""

import re
from dataclasses import dataclass
from itertools import islice

from bot.bounces.messages.parts import MimePart

_NAME = re.compile(r"\s{0,3}([A-Za-z][A-Za-z0-9-]{1,60})\s{0,3}:\s*(.*)")
_STATUS_KINDS = frozenset(
    "message/delivery-status message/global-delivery-status text/delivery-status message/delivery-report".split()
)
_FEEDBACK_KINDS = frozenset("message/feedback-report text/feedback-report message/abuse-report".split())
_RECIPIENT = re.compile(r"^\s{0,3}(?:final|original)-recipient\s{0,3}:", re.IGNORECASE | re.MULTILINE)
_OUTCOME = re.compile(r"^\s{0,3}(?:action|status|diagnostic-code)\s{0,3}:", re.IGNORECASE | re.MULTILINE)
_FEEDBACK = re.compile(r"^feedback-type\s{0,3}:\s{0,3}[\w-]+\s*$", re.IGNORECASE | re.MULTILINE)
MOST_LINES = 20_000
MOST_RECIPIENTS = 1_000  # of one report: mail servers take no message for more
LONGEST_REPORT = 1_000_000  # characters

ReportFields = dict[str, str]


@dataclass(frozen=True, slots=True)
class ReportedOutcome:
    """What one group of a delivery report says: fields as they stand, "" where one is missing."""

    final: str
    original: str
    action: str
    status: str
    diagnostic: str


def status_parts(leaves: list[MimePart], *, trusted: bool) -> list[str]:
    """Texts of the delivery-status parts; those of another content type only in a message that is a bounce anyway."""
    declared = [leaf.text(LONGEST_REPORT) for leaf in leaves if leaf.kind in _STATUS_KINDS]
    good = [text for text in declared if _RECIPIENT.search(text)]
    if good or not trusted:
        return good or declared
    others = (leaf.text() for leaf in leaves if leaf.kind not in _STATUS_KINDS and not leaf.children)
    return [text for text in others if _RECIPIENT.search(text) and _OUTCOME.search(text)] or declared


def feedback_part(leaves: list[MimePart], *, trusted: bool) -> ReportFields | None:
    """The fields of the complaint; `original-rcpt-to` may hold several addresses."""
    for leaf in leaves:
        if leaf.kind in _FEEDBACK_KINDS or (
            trusted and leaf.kind.startswith(("text/plain", "application/")) and _FEEDBACK.search(leaf.text())
        ):
            merged: ReportFields = {}
            for group in _groups(leaf.text()):
                for name, value in group.items():
                    merged[name] = f"{merged[name]} {value}" if name in merged else value
            return merged
    return None


def outcomes(text: str) -> list[ReportedOutcome]:
    """One for each recipient, in order."""
    found = (group for group in _groups(text) if "final-recipient" in group or "original-recipient" in group)
    return [
        ReportedOutcome(
            final=group.get("final-recipient", ""),
            original=group.get("original-recipient", ""),
            action=group.get("action", "").lower(),
            status=group.get("status", ""),
            diagnostic=group.get("diagnostic-code", "") or group.get("x-display-name", ""),
        )
        for group in islice(found, MOST_RECIPIENTS)
    ]


def _groups(text: str) -> list[ReportFields]:
    """Fields between empty lines; a second recipient without an empty line before it begins a group too."""
    groups: list[ReportFields] = [{}]
    last = ""
    for line in text.split("\n")[:MOST_LINES]:
        if not line.strip():
            last = ""
            if groups[-1]:
                groups.append({})
        elif line[0] in " \t" and last and not _starts_known(line):
            groups[-1][last] = f"{groups[-1][last]} {line.strip()}"[:10_000]
        elif found := _NAME.match(line):
            last = _put(groups, found[1].lower(), found[2].strip())
        elif last == "diagnostic-code":  # some break it without folding
            groups[-1][last] = f"{groups[-1][last]} {line.strip()}"[:10_000]
    return _joined(groups)


def _starts_known(line: str) -> bool:
    return _RECIPIENT.match(line) is not None or _OUTCOME.match(line) is not None


def _put(groups: list[ReportFields], name: str, value: str) -> str:
    group = groups[-1]
    if name == "final-recipient" and name in group:
        groups.append({})
        group = groups[-1]
    group[name] = f"{group[name]} {value}" if name in group and name.startswith("original-rcpt") else value
    return name


def _joined(groups: list[ReportFields]) -> list[ReportFields]:
    """An empty line may stand between a recipient and its own fields: what has no recipient follows the one before."""
    found: list[ReportFields] = []
    for group in groups:
        headless = "final-recipient" not in group and "original-recipient" not in group
        about_mta = "reporting-mta" in group or "arrival-date" in group
        if (
            headless
            and not about_mta
            and found
            and "final-recipient" in found[-1]
            and "action" not in found[-1]
        ):
            found[-1].update(group)
        elif group:
            found.append(group)
    return found
