"""The clock of the running program; use cases are passed the time instead."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    return datetime.now(UTC)
