"""Verdicts on contacts: what is known of them is judged, and who is to be cleaned is cleaned, in one transaction.

The caller holds the audience's lock.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from bot.bounces.events import Cause, EventKind
from bot.bounces.policy import EvidenceEvent, History, Policy, Span, Verdict, judge, weakness_without_verdict
from storage.bounces import bounces
from storage.bounces.bounces import Found
from storage.bounces.tables import Evidence
from storage.contacts import figures
from storage.contacts.figures import FigureChanges, FigureKey
from storage.contacts.values import CleanReason, Status
from storage.core.database import Session

MAILED = frozenset({Status.SUBSCRIBED, Status.NONSUBSCRIBED, Status.PENDING})


def judge_contacts(
    session: Session,
    audience_id: int,
    contacts: Mapping[int, Found],
    policy: Policy,
    revision: int,
    now: datetime,
) -> set[int]:
    """Judges contacts that something new is known of; returns those that it cleaned."""
    known = histories(session, audience_id, {id_: each.domain for id_, each in contacts.items()})
    cleaned: list[dict[str, Any]] = []
    kept: list[dict[str, Any]] = []
    tally = FigureChanges()
    for id_, contact in contacts.items():
        history, latest = known.get(id_, (History(()), None))
        if latest is None:
            continue
        verdict = judge(history, policy)
        if contact.cleaned_at is None:
            if verdict and contact.status in MAILED:
                cleaned.append(_cleaning(contact, verdict, latest, revision, now))
                kept.append(_verdict_row(audience_id, id_, now, verdict))
                tally[FigureKey(contact.status, "", None, contact.domain)] -= 1
                tally[FigureKey(Status.CLEANED, verdict.reason, now.date(), contact.domain)] += 1
        elif verdict:
            _weigh_again(session, audience_id, contact, verdict, revision, tally)
    bounces.clean(session, audience_id, cleaned)
    bounces.put_verdicts(session, audience_id, kept)
    figures.apply_changes(session, audience_id, tally)
    again = {id_ for id_, contact in contacts.items() if contact.cleaned_at}
    look_again(session, audience_id, again, policy, revision)
    return {row["id"] for row in cleaned}


def _weigh_again(
    session: Session, audience_id: int, contact: Found, verdict: Verdict, revision: int, tally: FigureChanges
) -> None:
    """A cleaned contact keeps the weightiest reason: a complaint that comes after a bounce is still one."""
    before = CleanReason(contact.clean_reason or CleanReason.UNKNOWN)
    if _WEIGHTS.index(CleanReason(verdict.reason)) <= _WEIGHTS.index(before):
        return
    assert contact.cleaned_at is not None  # the caller looked
    bounces.give_reason(session, audience_id, contact.id, verdict.reason, revision)
    day = contact.cleaned_at.date()
    tally[FigureKey(contact.status, contact.clean_reason or "", day, contact.domain)] -= 1
    tally[FigureKey(contact.status, verdict.reason, day, contact.domain)] += 1


def look_again(
    session: Session, audience_id: int, ids: Collection[int], policy: Policy, revision: int
) -> None:
    """The verdicts on cleaned contacts as they are on all that is known now: they may have become weak, or not."""
    there = bounces.verdicts(session, audience_id, ids)
    if not there:
        return
    domains = bounces.domains(session, audience_id, there.keys())
    known = histories(session, audience_id, domains)
    rows: list[dict[str, Any]] = []
    for id_, before in there.items():
        history, _latest = known.get(id_, (History(()), None))
        if not history.events:
            continue
        if verdict := judge(history, policy):
            rows.append(_verdict_row(audience_id, id_, before.at, verdict))
        else:
            weakness = str(weakness_without_verdict(history))
            rows.append(before.model_dump() | {"weakness": weakness})
    bounces.put_verdicts(session, audience_id, rows)
    # Who looks at those worth a look has not seen these as they are now.
    turned = [row["contact_id"] for row in rows if row["weakness"] != there[row["contact_id"]].weakness]
    bounces.touch(session, audience_id, turned, revision)


def histories(
    session: Session, audience_id: int, domains: Mapping[int, str]
) -> dict[int, tuple[History, Evidence | None]]:
    """What is known of these contacts (contact → domain), each with its newest piece of evidence."""
    of_contact: dict[int, list[Evidence]] = defaultdict(list)
    for row in bounces.evidence(session, audience_id, domains.keys()):
        of_contact[row.contact_id].append(row)
    signs = bounces.activity(session, audience_id, domains.keys())
    spans: dict[str, list[Span]] = defaultdict(list)
    for each in bounces.outages(session, audience_id, set(domains.values())):
        spans[each.domain].append(Span(each.since, each.until))
    return {
        id_: (
            History(
                [EvidenceEvent(EventKind(e.kind), e.at, Cause(e.cause), e.code) for e in of_contact[id_]],
                signs[id_].delivered_at if id_ in signs else None,
                signs[id_].active_at if id_ in signs else None,
                spans[domain],
            ),
            of_contact[id_][0] if of_contact[id_] else None,
        )
        for id_, domain in domains.items()
    }


def _cleaning(
    contact: Found, verdict: Verdict, latest: Evidence, revision: int, now: datetime
) -> dict[str, Any]:
    return {
        "id": contact.id,
        "revision": revision,
        # Now, not when it bounced: the list mailed it until now, and nobody has been told.
        "cleaned_at": now,
        "clean_reason": str(verdict.reason),
        "clean_diagnostic": latest.diagnostic or None,
        "clean_campaign_title": latest.campaign or None,
    }


def _verdict_row(audience_id: int, contact_id: int, at: datetime, verdict: Verdict) -> dict[str, Any]:
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
    }


_WEIGHTS = (CleanReason.UNKNOWN, CleanReason.SOFT, CleanReason.HARD, CleanReason.ABUSE)
