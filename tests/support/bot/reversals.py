"""Reversals of verdicts in tests."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.bounces.verdicts import reversals
from bot.bounces.verdicts.reversals import REVERSAL, CleanedBatch, ReversalJob
from storage.core.database import Database
from tests.conftest import NOW
from tests.support.audiences import run
from tests.support.bot.intake import contact

LATER = NOW + timedelta(hours=2)


WORD = "MISTAKE"


def batches(database: Database) -> Sequence[CleanedBatch]:
    return reversals.recent_batches(database).batches


def reverse_batch(database: Database, batch: CleanedBatch, now: datetime = LATER) -> ReversalJob:
    plan = reversals.plan_batch(database, batch.audience_id, batch.id, by="U1", word=WORD, now=now)
    reversals.confirm(database, plan.id, WORD, by="U1", now=now)
    return run(database, REVERSAL, reversals.work, now)


def reverse_contact(database: Database, address: str, now: datetime = LATER) -> ReversalJob:
    found = contact(database, address)
    plan = reversals.plan_contact(database, found.audience_id, found.id, by="U1", word=WORD, now=now)
    assert (plan.n, plan.address) == (1, found.address)
    reversals.confirm(database, plan.id, WORD, by="U1", now=now)
    return run(database, REVERSAL, reversals.work, now)
