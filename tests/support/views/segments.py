"""Lists, the longest texts, and what a view contains, for tests of views."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from bot.audiences.audiences import Audience
from bot.contacts.segments import Entry, Listing
from bot.contacts.weeks import Week
from handlers.slack.elements import blocks
from handlers.slack.views.contacts import segments as views
from handlers.words import words as words_for
from storage.contacts.contacts import Segment
from tests.support.limits import HOSTILE

COUNTS = (0, 1, 2, 11, 1_000_000)


ENGLISH, FRENCH = words_for("en"), words_for("fr")


NEWS = Audience(1, "Newsletter")


WEEK = Week(date(2026, 11, 2), "UTC")


AT = datetime(2026, 11, 3, 8, 5, 1, tzinfo=UTC)


LONG = f"Lettre d\u2019information des adhérents de l\u2019association départementale & {HOSTILE} " * 8


ADA = Entry(5, "ada@gmial.com", "Ada Roy", "hard", "Autumn", AT, "550 5.1.1 user unknown")


LONGEST = Entry(
    2**53, f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 57}.fr", LONG, "unknown", LONG, AT, "smtp; 550 " * 500
)


def a_list(**changes: Any) -> Listing:
    made = Listing(
        plan_id="0123456789abcdef",
        audience=NEWS,
        segment=Segment(audience_id=1),
        total=11,
        found=11,
        entries=[ADA],
        page=1,
        following=None,
        ticked=frozenset(),
        edition=3,
        refused_ticks=False,
    )
    return replace(made, **changes)


def text_of(view: blocks.View) -> str:
    return json.dumps(view, ensure_ascii=False)


def elements(view: blocks.View) -> list[dict[str, Any]]:
    found = [e for block in view["blocks"] for e in block.get("elements", [])]
    return found + [block["element"] for block in view["blocks"] if "element" in block]


def state_of(view: blocks.View, *ticked: int) -> dict[str, Any]:
    """A view with its state, as Slack sends it with a click."""
    values: dict[str, Any] = {}
    for block in view["blocks"]:
        for element in block.get("elements", []):
            if element.get("action_id") == views.TICK:
                [option] = element["options"]
                on = int(option["value"]) in ticked
                answer = {"type": "checkboxes", "selected_options": [option] if on else []}
                values[block["block_id"]] = {element["action_id"]: answer}
    return view | {"state": {"values": values}}
