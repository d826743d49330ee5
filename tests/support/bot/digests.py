"""Settings of a digest for tests, and its first Monday."""

from datetime import UTC, datetime, time

from bot.digests.digests import DigestSettings
from tests.conftest import NOW

SETTINGS = DigestSettings(
    channel="C0NEWS",
    weekday=0,
    at=time(9),
    timezone="Europe/Paris",
    language="fr",
    set_by="U0CAMILLE",
    set_at=NOW,
)


MONDAY = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)  # 9:00 in Paris, the first due after NOW
