"""A digest in Slack: each of its buttons opens what it speaks of, and `/cleaned` and Home say the same number."""

import json
import re
from datetime import timedelta
from typing import Any

from bot.contacts.segments import Preset
from handlers.slack.features import home
from handlers.slack.views.contacts import segments as list_views
from handlers.slack.views.digests import reports as report_views
from handlers.words import words
from storage.contacts.contacts import Segment
from storage.core.database import Database
from tests.conftest import NOW
from tests.support.bot.weeks import UNKNOWN, listed, posted, store, within
from tests.support.features.evidence import Pushing
from tests.support.features.segments import OPERATOR, Person, says
from tests.support.views.segments import elements

PARIS = "Europe/Paris"
# Where the modal that the button opens says how many it is about.
SAYS = {
    "open-list-week": r"\*(\d+)\* of \d+ cleaned",
    "open-worth-a-look-week": r"\*(\d+)\* of \d+ cleaned",
    "open-fix-week": r"(\d+) likely typos",
    "open-export-week": r"\*Export (\d+) contacts\*",
    "open-archive-week": r"\*Archive (\d+) contacts\*",
    "open-list": r"\*(\d+)\* cleaned contacts in",
}


class Publishing(Pushing):
    """Keeps the Home tab."""

    def __init__(self) -> None:
        super().__init__()
        self.home: dict[str, Any] = {}

    def views_publish(self, **given: Any) -> Any:
        self.home = given["view"]


def test_each_button_of_a_digest_opens_what_it_speaks_of(
    database: Database,
) -> None:
    due = NOW.date()
    audience_id, contacts = store(database, PARIS, due)
    digest = posted(database, PARIS, due)
    message = report_views.message(words("en"), digest)
    [part] = digest.parts
    this_week = within(contacts, due - timedelta(days=1))
    week_before = within(contacts, due - timedelta(days=8))
    archived = sum(each.is_archived for each in this_week)

    said = json.dumps(message, ensure_ascii=False)
    assert message["text"] == f"{len(this_week)} contacts cleaned in the 7 days to Nov 23, 2026"
    assert f"*Archived since:* {archived} of them" in said
    lines = re.findall(r"→ [^ ]+ · (\d+)", said)
    [n_typos] = re.findall(r"Likely typos: (\d+) contacts to fix", said)
    assert sum(map(int, lines)) == int(n_typos)

    expected = dict.fromkeys(SAYS, len(this_week) - archived) | {
        "open-worth-a-look-week": part.worth_a_look,
        "open-fix-week": int(n_typos),
        "open-list": listed(database, Segment(audience_id=audience_id)),
    }
    olivia = Person(database, slack=(slack := Publishing()))
    opened = {}
    for button in (each for each in elements(message) if "action_id" in each):
        action_id = button["action_id"]
        action = {"action_id": action_id, "value": button["value"]}
        body = olivia.body("block_actions", {}, actions=[action])
        olivia.send(body | {"view": {}, "container": {"type": "message"}})
        modal = says(olivia.shown())
        [opened[action_id]] = map(int, re.findall(SAYS[action_id], modal))
        if action_id != "open-list":
            assert "cleaned from Nov 17, 2026 to Nov 23, 2026" in modal
    assert opened == expected

    # `/cleaned` and Home.
    olivia.send({"command": "/cleaned", "text": "", "user_id": OPERATOR, "team_id": "T1", "trigger_id": "1"})
    answer = olivia.shown()
    home.publish(olivia.parts, OPERATOR)
    n, before, today = len(this_week), len(week_before), sum(each.day == due for each in contacts)
    for shown in (answer, slack.home):
        week = f"*New in the 7 days to Nov 23, 2026:* {n} ({before} in the 7 days before) · {today} today"
        assert week in says(shown)
        assert f"*Date unknown:* {UNKNOWN}" in says(shown)

    # The list of the week and that of today, by a click in the list.
    for chip, label, cleaned, figure in (
        (Preset.WEEK, "7 days to Nov 23", this_week, n),
        (Preset.TODAY, "Today", [each for each in contacts if each.day == due], today),
    ):
        text = says(olivia.press(olivia.command(), f"{list_views.PRESET}-{chip}"))
        assert f'"{label}"' in text
        [found] = map(int, re.findall(r"\*(\d+)\* of \d+ cleaned", text))
        since = sum(map(int, re.findall(r"(\d+) more w\w+ cleaned then", text)))
        assert since == sum(each.is_archived for each in cleaned)
        assert found + since == figure
