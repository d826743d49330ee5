"""Batches of verdicts: what bounces of one source clean within an hour, and when they are too many at once.

Then the verdicts are held: nothing more is cleaned on that source's word until an operator has answered.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from bot.bounces.events import LIST_SUFFIX
from bot.bounces.verdicts.policy import CLEANABLE, most_at_once
from bot.jobs.jobs import new_id
from storage.bounces.tables import VerdictBatch
from storage.bounces.verdicts import batches as batch_rows
from storage.contacts import figures
from storage.core.database import Session

LONGEST_BATCH = timedelta(hours=1)  # from its first verdict to its last


class Answer(StrEnum):
    """What an operator said about held verdicts."""

    CLEAN = "clean"
    MISTAKE = "mistake"


def assign(session: Session, audience_id: int, sources: Mapping[int, str], now: datetime) -> dict[int, str]:
    """Returns the batch of each new verdict: contact id → batch id; those that are missing are held.

    `sources`: contact id → source of its decisive event. The caller holds the audience's lock.
    """
    by_source: dict[str, list[int]] = defaultdict(list)
    for contact_id, source in sources.items():
        by_source[source].append(contact_id)
    assigned: dict[int, str] = {}
    if not sources:
        return assigned
    counts = figures.by_status_and_reason(session, audience_id)
    mailed = sum(count for (status, _reason), count in counts.items() if status in CLEANABLE)
    current = batch_rows.current(session, audience_id, by_source, now - LONGEST_BATCH)
    for source, contact_ids in by_source.items():
        batch = current.get(source)
        if batch is None or batch.answer == Answer.MISTAKE:
            batch = batch_rows.add(session, audience_id, new_id(), source, now)
        if _are_too_many(batch, len(contact_ids), mailed):
            batch_rows.hold(session, audience_id, batch.id, contact_ids)
            batch_rows.set_(session, audience_id, batch.id, held_at=batch.held_at or now, until=now)
        else:
            assigned |= dict.fromkeys(contact_ids, batch.id)
    return assigned


def _are_too_many(batch: VerdictBatch, n: int, mailed: int) -> bool:
    if batch.answer == Answer.CLEAN or batch.source.endswith(LIST_SUFFIX):
        return False  # an operator wants it: has said so, or has had the provider's list read
    if batch.held_at:
        return True
    return batch.n + n > most_at_once(mailed + batch.n)
