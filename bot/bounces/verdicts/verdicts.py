"""Applies the cleaning policy: loads what is known about contacts, judges them, cleans them, saves the verdicts.

The caller holds the audience's lock and the transaction. The rules themselves are in `bot.bounces.verdicts.policy`.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from bot.bounces.events import Cause, EventKind
from bot.bounces.verdicts import batches
from bot.bounces.verdicts.policy import (
    CLEANABLE,
    Burst,
    EvidenceEvent,
    History,
    Policy,
    Verdict,
    judge,
    weakness_without_verdict,
)
from storage.bounces import contacts as contact_rows
from storage.bounces import evidence as evidence_rows
from storage.bounces.contacts import ContactSummary
from storage.bounces.tables import Evidence
from storage.bounces.verdicts import batches as batch_rows
from storage.bounces.verdicts import bursts as burst_rows
from storage.bounces.verdicts import incidents as incident_rows
from storage.bounces.verdicts import verdicts as verdict_rows
from storage.contacts import figures
from storage.contacts.figures import FigureChanges, FigureKey
from storage.contacts.tables import VerdictRow
from storage.contacts.values import CleanReason, Status
from storage.core.database import Session

_INCREASING_WEIGHT = (CleanReason.UNKNOWN, CleanReason.SOFT, CleanReason.HARD, CleanReason.ABUSE)


def judge_contacts(
    session: Session,
    audience_id: int,
    contacts: Mapping[int, ContactSummary],
    policy: Policy,
    revision: int,
    now: datetime,
    released: str | None = None,
) -> set[int]:
    """Judges contacts with new evidence or activity; returns the ids of those that it cleaned.

    Verdicts of one source that are too many at once are held, see `bot.bounces.verdicts.batches`. `released`: the batch whose
    held verdicts these are, now that an operator wants the contacts cleaned.
    """
    domains = {contact_id: contact.domain for contact_id, contact in contacts.items()}
    known = load_histories(session, audience_id, domains)
    convicted: dict[int, _NewVerdict] = {}
    tally = FigureChanges()
    for contact_id, contact in contacts.items():
        history, newest = known[contact_id]
        verdict = judge(history, policy)
        if newest is None or verdict is None:
            continue
        if contact.cleaned_at:
            _raise_reason(session, audience_id, contact, contact.cleaned_at, verdict, revision, tally)
        elif contact.status in CLEANABLE:
            convicted[contact_id] = _NewVerdict(contact, verdict, newest)
    figures.apply_changes(session, audience_id, tally)
    if released is None:
        batch_of = _assign_batches(session, audience_id, convicted, now)
    else:
        batch_of = dict.fromkeys(convicted, released)
    _clean(session, audience_id, convicted, batch_of, revision, now)
    cleaned_before = {contact_id for contact_id, contact in contacts.items() if contact.cleaned_at}
    review_verdicts(session, audience_id, cleaned_before, policy, revision)
    return set(batch_of)


class _NewVerdict(NamedTuple):
    """A verdict on a contact that gets mail, with the contact's newest evidence."""

    contact: ContactSummary
    verdict: Verdict
    newest: Evidence


def _assign_batches(
    session: Session, audience_id: int, convicted: Mapping[int, _NewVerdict], now: datetime
) -> dict[int, str]:
    """Contact id → batch, without those whose verdict is held, now or since earlier."""
    if not convicted:
        return {}
    held = batch_rows.held_among(session, audience_id, list(convicted))
    sources = {id_: new.verdict.source for id_, new in convicted.items() if id_ not in held}
    return batches.assign(session, audience_id, sources, now)


def _clean(
    session: Session,
    audience_id: int,
    convicted: Mapping[int, _NewVerdict],
    batch_of: Mapping[int, str],
    revision: int,
    now: datetime,
) -> None:
    """Cleans the contacts that have a batch."""
    tally = FigureChanges()
    cleaned: list[dict[str, Any]] = []
    verdicts: list[dict[str, Any]] = []
    for contact_id, batch in batch_of.items():
        contact, verdict, newest = convicted[contact_id]
        cleaned.append(_cleaned_row(contact, verdict, newest, revision, now))
        verdicts.append(_verdict_row(audience_id, contact_id, now, verdict, contact.status, batch))
        tally[FigureKey(contact.status, "", None, contact.domain)] -= 1
        tally[FigureKey(Status.CLEANED, verdict.reason, now.date(), contact.domain)] += 1
    contact_rows.clean(session, audience_id, cleaned)
    verdict_rows.save(session, audience_id, verdicts)
    batch_rows.count(session, audience_id, Counter(batch_of.values()), now)
    figures.apply_changes(session, audience_id, tally)


def _raise_reason(
    session: Session,
    audience_id: int,
    contact: ContactSummary,
    cleaned_at: datetime,
    verdict: Verdict,
    revision: int,
    tally: FigureChanges,
) -> None:
    """Changes the reason of a cleaned contact to a weightier one: a complaint after a bounce still counts as abuse."""
    before = CleanReason(contact.clean_reason or CleanReason.UNKNOWN)
    if _INCREASING_WEIGHT.index(verdict.reason) <= _INCREASING_WEIGHT.index(before):
        return
    contact_rows.change_clean_reason(session, audience_id, contact.id, verdict.reason, revision)
    day = cleaned_at.date()
    tally[FigureKey(contact.status, contact.clean_reason or "", day, contact.domain)] -= 1
    tally[FigureKey(contact.status, verdict.reason, day, contact.domain)] += 1


def review_verdicts(
    session: Session, audience_id: int, contact_ids: Collection[int], policy: Policy, revision: int
) -> None:
    """Updates the verdicts on cleaned contacts to what is known now: they may have become weak, or no longer be."""
    before = verdict_rows.of_contacts(session, audience_id, contact_ids)
    if not before:
        return
    domains = contact_rows.domains(session, audience_id, before.keys())
    known = load_histories(session, audience_id, domains)
    rows: list[dict[str, Any]] = []
    for contact_id, row in before.items():
        history, _newest = known.get(contact_id, (History(()), None))
        if not history.events:
            continue
        if verdict := judge(history, policy):
            rows.append(_verdict_row(audience_id, contact_id, row.at, verdict, row.status_before, row.batch))
        else:
            rows.append(row.model_dump() | {"weakness": str(weakness_without_verdict(history))})
    changed = [row["contact_id"] for row in rows if _is_news(row["weakness"], before[row["contact_id"]])]
    verdict_rows.save(session, audience_id, rows)
    # A list of those worth a look that was opened before shows them as they were.
    contact_rows.mark_changed(session, audience_id, changed, revision)


def _is_news(weakness: str, before: VerdictRow) -> bool:
    """Whether the verdict becomes weak, or no longer is; one that was reviewed stays as it is."""
    return weakness not in (before.weakness, before.reviewed)


def load_histories(
    session: Session, audience_id: int, domains: Mapping[int, str]
) -> dict[int, tuple[History, Evidence | None]]:
    """Returns what is known about these contacts (contact id → domain), each with its newest evidence."""
    evidence: dict[int, list[Evidence]] = defaultdict(list)
    for row in evidence_rows.of_contacts(session, audience_id, domains.keys()):
        evidence[row.contact_id].append(row)
    activity = evidence_rows.activity_of(session, audience_id, domains.keys())
    bursts: dict[str, list[Burst]] = defaultdict(list)
    for burst in burst_rows.of_domains(session, audience_id, set(domains.values())):
        bursts[burst.domain].append(Burst(burst.since, burst.until))
    are_refused = any(row.fault for rows in evidence.values() for row in rows)
    incidents = (
        [Burst(row.since, row.until) for row in incident_rows.of_audience(session, audience_id)]
        if are_refused
        else []
    )
    histories: dict[int, tuple[History, Evidence | None]] = {}
    for contact_id, domain in domains.items():
        rows, latest = evidence[contact_id], activity.get(contact_id)
        history = History(
            [_event(row) for row in rows],
            latest.delivered_at if latest else None,
            latest.active_at if latest else None,
            bursts[domain],
            latest.dismissed_until if latest else None,
            incidents,
        )
        histories[contact_id] = history, rows[0] if rows else None
    return histories


def _event(row: Evidence) -> EvidenceEvent:
    return EvidenceEvent(
        EventKind(row.kind),
        row.at,
        Cause(row.cause),
        row.code,
        row.source,
        blames_sender=row.fault is not None,
    )


def _cleaned_row(
    contact: ContactSummary, verdict: Verdict, newest: Evidence, revision: int, now: datetime
) -> dict[str, Any]:
    return {
        "id": contact.id,
        "revision": revision,
        # Not when it bounced: the list mailed the address until now, and nobody could know of it before.
        "cleaned_at": now,
        "clean_reason": str(verdict.reason),
        "clean_diagnostic": newest.diagnostic or None,
        "clean_campaign_title": newest.campaign or None,
    }


def _verdict_row(
    audience_id: int,
    contact_id: int,
    at: datetime,
    verdict: Verdict,
    status_before: str | None,
    batch: str | None,
) -> dict[str, Any]:
    return {
        "audience_id": audience_id,
        "contact_id": contact_id,
        "at": at,
        "reason": str(verdict.reason),
        "counted": verdict.counted,
        "needed": verdict.needed,
        "cause": str(verdict.cause),
        "code": verdict.code,
        "weakness": str(verdict.weakness or ""),
        "status_before": status_before,
        "batch": batch,
    }
