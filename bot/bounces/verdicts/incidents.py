"""Incidents: many servers, or a large one, refuse our mail within an hour for a fault of ours. Found and saved.

What makes one is decided in `bot.bounces.verdicts.policy`. Nobody is cleaned for it; operators are told by
`bot.bounces.verdicts.notices`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.bounces.verdicts.policy import (
    BURST_WINDOW,
    CLEANABLE,
    INCIDENT_DOMAINS,
    INCIDENT_QUIET,
    INCIDENT_SHARE,
    Burst,
    find_incidents,
    merge_bursts,
    refusals_of_one_domain,
)
from bot.jobs.jobs import new_id
from storage.bounces.tables import IncidentRow
from storage.bounces.verdicts import incidents as incident_rows
from storage.bounces.verdicts.incidents import RefusalSummary
from storage.contacts import figures
from storage.core.database import Session


@dataclass(frozen=True, slots=True)
class _Continued:
    """What the extension of the last incident has changed, and left."""

    incidents: list[Burst]
    late: list[datetime]
    """Times of refusals that are in none of the incidents, because they were reported late."""
    affected: set[int]
    """Ids of contacts whose verdict may rest on what was added."""


def update(session: Session, audience_id: int, new_rows: Sequence[Mapping[str, Any]]) -> set[int]:
    """Finds and saves the incidents that new rows of evidence make.

    Returns the ids of contacts with a verdict that may rest on them. The caller holds the audience's lock.
    """
    refused_at = [row["at"] for row in new_rows if row["fault"]]
    if not refused_at:
        return set()
    rows = incident_rows.of_audience(session, audience_id)
    known = [Burst(row.since, row.until) for row in rows]
    if all(any(incident.contains(at) for incident in known) for at in refused_at):
        return set()
    affected: set[int] = set()
    continued = _continue_incident(session, audience_id, rows, refused_at)
    if continued:
        known, refused_at, affected = continued.incidents, continued.late, continued.affected
    for found in _incidents_around(session, audience_id, refused_at):
        if not any(incident.contains(found.since) and incident.contains(found.until) for incident in known):
            _save(session, audience_id, found)
            until = found.until + INCIDENT_QUIET
            affected |= incident_rows.contacts_with_verdict(session, audience_id, found.since, until)
    return affected


def running_since(session: Session, audience_ids: Sequence[int], now: datetime) -> dict[int, datetime]:
    """Returns when the incidents began that are not over, of those of the audiences that have one."""
    return incident_rows.earliest(session, audience_ids, since=now, until=now - INCIDENT_QUIET)


def _continue_incident(
    session: Session, audience_id: int, rows: Sequence[IncidentRow], refused_at: Sequence[datetime]
) -> _Continued | None:
    """Extends the last incident to the latest refusal if the numbers of the last hour show that it goes on; else None.

    Without this, each batch of refusals during an incident would have all bounces of an hour read and sorted, and all
    contacts of the incident judged once more. Of those within it nothing is new.
    """
    last = max(rows, key=lambda row: row.until, default=None)
    later = [at for at in refused_at if last and at > last.until]
    if not last or last.ended_at or not later:
        return None
    until = incident_rows.latest_refusal(session, audience_id, last.until, max(later) + BURST_WINDOW)
    if until is None or until - last.until > BURST_WINDOW:
        return None
    # Else it may have begun earlier.
    if incident_rows.are_refused(session, audience_id, min(later) - BURST_WINDOW, before=last.since) or (
        not _is_of_many_domains(session, audience_id, until - BURST_WINDOW, until)
    ):
        return None
    quiet = last.until + INCIDENT_QUIET, until + INCIDENT_QUIET
    _save(session, audience_id, Burst(last.since, until))
    extended = [Burst(row.since, row.until) for row in incident_rows.of_audience(session, audience_id)]
    return _Continued(
        incidents=extended,
        late=[at for at in refused_at if not any(incident.contains(at) for incident in extended)],
        affected=incident_rows.contacts_with_verdict(session, audience_id, *quiet),
    )


def _is_of_many_domains(session: Session, audience_id: int, since: datetime, until: datetime) -> bool:
    """Whether that hour is certainly one of an incident of many domains."""
    refused = incident_rows.summarize_refused(session, audience_id, since, until)
    if refused.domains < INCIDENT_DOMAINS:
        return False
    # As many rows as contacts, or more: then the share is larger still.
    return refused.contacts >= INCIDENT_SHARE * incident_rows.count_rows(session, audience_id, since, until)


def _incidents_around(session: Session, audience_id: int, refused_at: Sequence[datetime]) -> Iterator[Burst]:
    """The incidents within an hour of these refusals; what is farther from all of them is not read."""
    for around in merge_bursts(Burst(at - BURST_WINDOW, at + BURST_WINDOW) for at in refused_at):
        first = min(at for at in refused_at if around.contains(at))
        yield from _incidents_in(session, audience_id, around.since, around.until, first)


def _incidents_in(
    session: Session, audience_id: int, since: datetime, until: datetime, first: datetime
) -> Sequence[Burst]:
    """The incidents of that period, which is within an hour of new refusals; `first` is the earliest of them."""
    refused = incident_rows.summarize_refused(session, audience_id, since, until)
    if not _may_be_incident(refused, 0):
        return []
    counts = figures.by_status_and_reason(session, audience_id)
    mailed = sum(count for (status, _reason), count in counts.items() if status in CLEANABLE)
    if not _may_be_incident(refused, mailed):
        return []
    if refused.most_of_one_domain < refusals_of_one_domain(mailed) and _is_small_share(
        session, audience_id, refused, first
    ):
        return []
    refusals = incident_rows.refused(session, audience_id, since, until)
    return find_incidents(refusals, incident_rows.bounced(session, audience_id, since, until), mailed)


def _may_be_incident(refused: RefusalSummary, mailed: int) -> bool:
    """False if there are too few in the whole time, as nearly always: the other bounces need not be read then."""
    return refused.domains >= INCIDENT_DOMAINS or refused.most_of_one_domain >= refusals_of_one_domain(mailed)


def _is_small_share(session: Session, audience_id: int, refused: RefusalSummary, first: datetime) -> bool:
    """Whether all refusals are too small a share of what bounced, in each hour that has a new one (`first`, or later).

    Counted is what all these hours have in common, and only until it is enough.
    """
    if refused.latest is None:
        return False
    enough = int(refused.contacts / INCIDENT_SHARE) + 1
    common = refused.latest - BURST_WINDOW, first
    return incident_rows.count_bounced(session, audience_id, *common, most=enough) >= enough


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
