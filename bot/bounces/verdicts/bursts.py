"""Bursts of bounces by domain: found when evidence arrives, saved, with the contacts whose verdicts they may change.

What makes a burst, and which bursts count as outages, is decided in `bot.bounces.verdicts.policy`.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from bot.bounces.events import EventKind
from bot.bounces.verdicts.policy import (
    BURST_WINDOW,
    Burst,
    Policy,
    burst_threshold,
    find_bursts,
    merge_bursts,
    outages,
)
from storage.bounces.contacts import ContactSummary
from storage.bounces.verdicts import bursts as burst_rows
from storage.core.database import Session

BurstSizes = dict[Burst, int]
"""Burst → how many addresses bounced in it."""


@dataclass(frozen=True, slots=True)
class AffectedContacts:
    """Contacts to judge again because the bursts of their domain have changed."""

    weakened: set[int]
    """Ids of contacts with a verdict that bounced within a new burst."""
    unexcused: dict[int, ContactSummary]
    """Contacts excused by an outage that no longer counts as one, because an earlier burst has come to light."""


@dataclass(frozen=True, slots=True)
class _Continued:
    """What the extension of a domain's last burst has changed, and left."""

    bursts: BurstSizes
    late: list[datetime]
    """Times of bounces that are in none of the bursts, because they were reported late."""
    weakened: set[int]
    """Ids of contacts to judge again."""


def update(
    session: Session, audience_id: int, policy: Policy, new_rows: Sequence[Mapping[str, Any]]
) -> AffectedContacts:
    """Finds and saves the bursts that new rows of evidence make."""
    times: dict[str, list[datetime]] = defaultdict(list)
    for row in new_rows:
        if row["kind"] != EventKind.COMPLAINT:
            times[row["domain"]].append(row["at"])
    known = _known_bursts(session, audience_id, times.keys())
    sizes = _with_enough_bounces(session, audience_id, times, known, policy)
    affected = AffectedContacts(set(), {})
    for domain, size in sizes.items():
        before, bounced_at = known[domain], times[domain]
        continued = _continue_burst(session, audience_id, domain, before, bounced_at, size, policy)
        if continued:
            before, bounced_at = continued.bursts, continued.late
            affected.weakened.update(continued.weakened)
        found = _bursts_around(session, audience_id, domain, bounced_at, size, policy)
        after = merge_bursts([*before, *found])
        if after == list(before):
            continue
        _save(session, audience_id, domain, after, before | found)
        for burst in found:
            affected.weakened.update(
                burst_rows.contacts_with_verdict(session, audience_id, domain, burst.since, burst.until)
            )
        affected.unexcused.update(_no_longer_excused(session, audience_id, domain, list(before), after))
    return affected


def _known_bursts(session: Session, audience_id: int, domains: Collection[str]) -> dict[str, BurstSizes]:
    known: dict[str, BurstSizes] = defaultdict(dict)
    for row in burst_rows.of_domains(session, audience_id, domains):
        known[row.domain][Burst(row.since, row.until)] = row.addresses
    return known


def _with_enough_bounces(
    session: Session,
    audience_id: int,
    times: Mapping[str, Sequence[datetime]],
    known: Mapping[str, BurstSizes],
    policy: Policy,
) -> dict[str, int]:
    """The domains that the new bounces may give a burst, or whose bursts they may change, each with its size.

    Left out are those with too few rows of evidence, nearly all, and those whose new bounces are all within a burst.
    """
    outside = {
        domain: bounced_at
        for domain, bounced_at in times.items()
        if not all(any(burst.contains(at) for burst in known[domain]) for at in bounced_at)
    }
    if not outside:
        return {}
    since, until = min(map(min, outside.values())), max(map(max, outside.values()))
    quiet = [domain for domain in outside if not known[domain]]
    rows = burst_rows.counts(session, audience_id, quiet, since - BURST_WINDOW, until + BURST_WINDOW)
    sizes = burst_rows.domain_sizes(session, audience_id, outside)
    return {
        domain: sizes.get(domain, 0)
        for domain in outside
        if known[domain] or rows.get(domain, 0) >= burst_threshold(sizes.get(domain, 0), policy)
    }


def _continue_burst(
    session: Session,
    audience_id: int,
    domain: str,
    before: BurstSizes,
    bounced_at: Sequence[datetime],
    size: int,
    policy: Policy,
) -> _Continued | None:
    """Extends the last burst to the latest bounce, if the last hour alone shows that it goes on; else returns None.

    Without this, each batch of bounces during a burst would have all of an hour read and sorted, and all contacts of the
    burst judged once more. Of those within it nothing is new.
    """
    last = max(before, key=lambda burst: burst.until, default=None)
    later = [at for at in bounced_at if last and at > last.until]
    if not last or not later:
        return None
    until = burst_rows.latest(session, audience_id, domain, last.until, max(later) + BURST_WINDOW)
    if until is None or until - last.until > BURST_WINDOW:
        return None
    of_hour, threshold = (domain, until - BURST_WINDOW, until), burst_threshold(size, policy)
    if burst_rows.count_addresses(session, audience_id, *of_hour, most=ceil(threshold)) < threshold:
        return None
    burst_rows.extend(session, audience_id, domain, last.since, until)
    extended = {Burst(last.since, until) if burst == last else burst: n for burst, n in before.items()}
    return _Continued(
        bursts=extended,
        late=[at for at in bounced_at if not any(burst.contains(at) for burst in extended)],
        weakened=burst_rows.contacts_with_verdict(session, audience_id, domain, last.until, until),
    )


def _bursts_around(
    session: Session,
    audience_id: int,
    domain: str,
    bounced_at: Sequence[datetime],
    domain_size: int,
    policy: Policy,
) -> BurstSizes:
    """The bursts within an hour of these bounces; what is farther from all of them is not read."""
    enough = ceil(burst_threshold(domain_size, policy))
    found: BurstSizes = {}
    for around in merge_bursts(Burst(at - BURST_WINDOW, at + BURST_WINDOW) for at in bounced_at):
        period = around.since, around.until
        if burst_rows.count_addresses(session, audience_id, domain, *period, most=enough) < enough:
            continue
        bounces = burst_rows.bounces(session, audience_id, domain, *period)
        for burst in find_bursts(bounces, domain_size, policy):
            found[burst] = len({contact_id for at, contact_id in bounces if burst.contains(at)})
    return found


def _save(
    session: Session, audience_id: int, domain: str, bursts: Sequence[Burst], sizes: BurstSizes
) -> None:
    """Replaces the domain's bursts; those missing in `sizes` result from merging and are counted here."""

    def count_addresses(burst: Burst) -> int:
        return burst_rows.count_addresses(session, audience_id, domain, burst.since, burst.until)

    rows = [
        {
            "since": burst.since,
            "until": burst.until,
            "addresses": sizes[burst] if burst in sizes else count_addresses(burst),
        }
        for burst in bursts
    ]
    burst_rows.replace(session, audience_id, domain, rows)


def _no_longer_excused(
    session: Session, audience_id: int, domain: str, before: Sequence[Burst], after: Sequence[Burst]
) -> dict[int, ContactSummary]:
    contacts: dict[int, ContactSummary] = {}
    remaining = outages(after)
    for outage in outages(before):
        if not any(other.contains(outage.since) and other.contains(outage.until) for other in remaining):
            contacts |= burst_rows.bounced_contacts(session, audience_id, domain, outage.since, outage.until)
    return contacts
