"""Incidents: many servers, or a large one, refuse our mail within an hour for a fault of ours. Found and saved.

What makes one is decided in `bot.bounces.verdicts.policy`. Nobody is cleaned for it; operators are told by
`bot.bounces.verdicts.notices`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.bounces.verdicts.policy import (
    BURST_WINDOW,
    CLEANABLE,
    INCIDENT_DOMAINS,
    INCIDENT_QUIET,
    Burst,
    find_incidents,
    refusals_of_one_domain,
)
from bot.core.jobs import new_id
from storage.bounces import incidents as incident_rows
from storage.bounces.tables import IncidentRow
from storage.contacts import figures
from storage.core.database import Session


def update(session: Session, audience_id: int, new_rows: Sequence[Mapping[str, Any]]) -> set[int]:
    """Finds and saves the incidents that new rows of evidence make.

    Returns the ids of contacts with a verdict that may rest on them. The caller holds the audience's lock.
    """
    refused_at = [row["at"] for row in new_rows if row["fault"]]
    if not refused_at:
        return set()
    known = [Burst(row.since, row.until) for row in incident_rows.of_audience(session, audience_id)]
    if all(any(incident.contains(at) for incident in known) for at in refused_at):
        return set()
    affected: set[int] = set()
    for found in _incidents_around(session, audience_id, refused_at):
        if not any(incident.contains(found.since) and incident.contains(found.until) for incident in known):
            _save(session, audience_id, found)
            until = found.until + INCIDENT_QUIET
            affected |= incident_rows.contacts_with_verdict(session, audience_id, found.since, until)
    return affected


def running_since(session: Session, audience_ids: Sequence[int], now: datetime) -> dict[int, datetime]:
    """Returns when the incidents began that are not over, of those of the audiences that have one."""
    return incident_rows.earliest(session, audience_ids, since=now, until=now - INCIDENT_QUIET)


def _incidents_around(session: Session, audience_id: int, refused_at: Sequence[datetime]) -> list[Burst]:
    since, until = min(refused_at) - BURST_WINDOW, max(refused_at) + BURST_WINDOW
    refusals = incident_rows.refused(session, audience_id, since, until)
    if not _may_be_incident(refusals, 0):
        return []
    counts = figures.by_status_and_reason(session, audience_id)
    mailed = sum(count for (status, _reason), count in counts.items() if status in CLEANABLE)
    if not _may_be_incident(refusals, mailed):
        return []
    return find_incidents(refusals, incident_rows.bounced(session, audience_id, since, until), mailed)


def _may_be_incident(refusals: Sequence[tuple[datetime, int, str]], mailed: int) -> bool:
    """False if there are too few in the whole time, as nearly always: the other bounces need not be read then."""
    domains = Counter(domain for _, _, domain in refusals)
    most = max(domains.values(), default=0)
    return len(domains) >= INCIDENT_DOMAINS or most >= refusals_of_one_domain(mailed)


def _save(session: Session, audience_id: int, found: Burst) -> None:
    """Saves the incident; those that it touches, or follows within INCIDENT_QUIET, become one with it."""
    touched = [row for row in incident_rows.of_audience(session, audience_id) if _are_one(row, found)]
    if not touched:
        incident_rows.add(session, audience_id, new_id(), found.since, found.until)
        return
    kept = next((row for row in touched if row.notice), touched[0])
    since = min(found.since, *(row.since for row in touched))
    until = max(found.until, *(row.until for row in touched))
    incident_rows.set_period(session, audience_id, kept.id, since, until)
    incident_rows.remove(session, audience_id, [row.id for row in touched if row is not kept])


def _are_one(row: IncidentRow, found: Burst) -> bool:
    if row.ended_at and found.until > row.ended_at:
        return False  # people were told that it is over
    return found.since <= row.until + INCIDENT_QUIET and row.since <= found.until + INCIDENT_QUIET
