"""Evidence for tests of the view that explains why an address was cleaned."""

from dataclasses import replace
from typing import Any

from bot.bounces.events import Cause, EventKind
from bot.bounces.evidence import (
    EvidenceItem,
    Explanation,
    VerdictSummary,
)
from bot.bounces.verdicts.policy import Weakness
from storage.contacts.values import CleanReason
from tests.support.views.segments import (
    AT,
    NEWS,
)

SOFT = VerdictSummary(CleanReason.SOFT, Cause.FULL, "4.2.2", 7, 7, Weakness.FULL)


PIECE = EvidenceItem(EventKind.SOFT, AT, "4.2.2", Cause.FULL, "452 4.2.2 over quota", "Autumn", "ses")


def a_why(**changes: Any) -> Explanation:
    made = Explanation(
        contact_id=5,
        audience=NEWS,
        address="ada@gmial.com",
        domain="gmial.com",
        reason="soft",
        cleaned_at=AT,
        campaign="Autumn",
        diagnostic="452 4.2.2 over quota",
        verdict=SOFT,
        items=[PIECE],
        n_items=1,
        delivered_at=None,
        active_at=None,
        burst=None,
    )
    return replace(made, **changes)
