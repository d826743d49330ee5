"""Settings of a digest for tests of Home."""

from datetime import time

from bot.digests.digests import DigestSettings
from tests.support.views.segments import AT

DIGEST = DigestSettings(
    channel="C0NEWS",
    weekday=0,
    at=time(9),
    timezone="Europe/Paris",
    language="en",
    set_by="U0OLIVIA",
    set_at=AT,
)
