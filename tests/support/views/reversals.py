"""Batches of cleaned contacts for tests of views of reversals."""

from datetime import UTC, datetime, timedelta

from bot.bounces.verdicts.reversals import (
    CleanedBatch,
)

AT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)


def a_batch(name: str, n: int, back: int) -> CleanedBatch:
    return CleanedBatch(1, "0123456789abcdef", name, name, AT, AT + timedelta(hours=1), n, back, n_held=n)
