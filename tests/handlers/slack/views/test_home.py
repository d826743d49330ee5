"""The Home tab: within Slack's limits in both languages, and only what the person may see."""

import json
from typing import Any

import pytest

from bot.contacts.counts import Figures
from bot.core.audiences import Audience
from bot.core.journal import JournalEntry
from bot.core.weeks import Week
from handlers.slack.views import home as views
from handlers.words import LANGUAGES, Markup, Words
from handlers.words import words as words_for
from storage.contacts.values import CleanReason, Status
from tests.handlers.slack.views.contacts.test_segments import AT, COUNTS, ENGLISH, LONG, elements
from tests.support.limits import problems

WHATS = ("archive", "restore", "export", "import", "fix", "digest", "policy", "another thing")


def figures(n: int, each: int = 1, name: str = "News") -> Figures:
    by_status, by_reason = dict.fromkeys(map(str, Status), n), dict.fromkeys(map(str, CleanReason), n)
    week = Week(AT.date(), "UTC")
    return Figures(Audience(each, name), by_status, by_reason, week, n, n, n, n, n, AT)


def home(words: Words = ENGLISH, **given: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "figures": [figures(2)],
        "lines": [],
        "digest": Markup("Next digest"),
        "more": 0,
        "is_operator": True,
    }
    return views.home(words, **(made | given))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("n", COUNTS)
def test_the_longest_texts_stay_within_the_limits(language: str, n: int):
    shown = [figures(n, each, f"{each} {LONG}") for each in range(views.MAX_AUDIENCES)]
    lines = [JournalEntry("U0CAMILLE", what, n, AT, LONG) for what in WHATS]
    assert problems("home", home(words_for(language), figures=shown, lines=lines, more=n)) == []


def test_operators_get_the_flows_and_the_journal_and_the_others_the_figures():
    lines = [
        JournalEntry("U0CAMILLE", "archive", 120, AT, "News"),
        JournalEntry("*ada*", "import", 1, AT, "News"),
    ]
    operator, member = home(lines=lines), home(lines=lines, is_operator=False)
    flows = {
        "open-list",
        "open-export",
        "open-archive",
        "open-fix",
        "open-restore",
        "open-import",
        "open-digest",
        "open-rules",
        "open-worth-a-look",
    }
    assert {e.get("action_id") for e in elements(operator)} - {None} == flows | {views.REFRESH}
    assert {e.get("action_id") for e in elements(member)} - {None} == {views.REFRESH}
    said = json.dumps(operator, ensure_ascii=False)
    assert "<@U0CAMILLE> archived 120 contacts in News · <!date^" in said
    assert "*ada*" not in said
    assert "U0CAMILLE" not in json.dumps(member)


def test_where_nothing_is_cleaned_there_is_nothing_to_open():
    ids = {e.get("action_id") for e in elements(home(figures=[figures(0)]))}
    assert "open-list" not in ids
    assert "open-import" in ids


def test_no_audience_says_how_to_begin():
    assert "There is no audience yet" in json.dumps(home(figures=[]))
