"""The Home tab: within Slack's limits in both languages, what needs somebody first, and only what the person may see."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.audiences.audiences import Audience
from bot.audiences.journal import JournalEntry
from bot.contacts.counts import Figures
from bot.contacts.weeks import Week
from bot.digests.digests import LastRun
from bot.exports.exports import PastExport
from bot.jobs.jobs import WorkUnderWay
from bot.workspaces.breakdowns import Breakdown, Place
from handlers.slack.features.home import WORK
from handlers.slack.views import home as views
from handlers.slack.views.home_parts import MOST_WRONG, REFUSALS, Dashboard, SetUp
from handlers.words import LANGUAGES, Words
from handlers.words import words as words_for
from storage.contacts.contacts import Segment
from storage.contacts.values import CleanReason, Status
from storage.jobs.tables import JobKind
from storage.mailchimp.remote_state import Trouble
from tests.support.limits import problems
from tests.support.views.home import DIGEST
from tests.support.views.segments import AT, COUNTS, ENGLISH, LONG

WHATS = ("archive", "restore", "export", "import", "fix", "digest", "policy", "another thing")


def figures(n: int, each: int = 1, name: str = "News", **changed: Any) -> Figures:
    by_status, by_reason = dict.fromkeys(map(str, Status), n), dict.fromkeys(map(str, CleanReason), n)
    week = Week(AT.date(), "UTC")
    audience = Audience(each, name)
    return replace(Figures(audience, by_status, by_reason, week, n, n, n, n, n), **changed)


def dashboard(shown: list[Figures], **given: Any) -> Dashboard:
    return Dashboard(audiences=[each.audience for each in shown], figures=shown, **{"now": AT, **given})


def home(words: Words = ENGLISH, *, is_operator: bool = True, **given: Any) -> dict[str, Any]:
    given.setdefault("shown", [figures(2)])
    return views.home(words, dashboard(**given), is_operator=is_operator)


def everything(n: int, audiences: int) -> dict[str, Any]:
    """As much as a workspace can have at once."""
    shown = [
        figures(
            n, each, f"{each} {LONG}", refused_since=AT, audience=Audience(each, f"{each} {LONG}", *MIRROR)
        )
        for each in range(1, audiences + 1)
    ]
    ids = [each.audience.id for each in shown]
    return {
        "shown": shown,
        "typos": dict.fromkeys(ids, n),
        "work": [WorkUnderWay(str(k), kind, k, False, n, n, "U0OLIVIA", True) for k, kind in enumerate(WORK)],
        "exports": [
            PastExport(1, str(k), "U0OLIVIA", AT, Segment(audience_id=1), n, ("https://example.com/f",))
            for k in range(views.MAX_EXPORTS)
        ],
        "entries": [JournalEntry("U0CAMILLE", what, n, AT, LONG) for what in WHATS],
        "digest": DIGEST,
        "last_run": LastRun(AT, AT, "not_in_channel", "C0NEWS"),
        "breakdowns": [
            Breakdown(Place.MAILBOX, "bounces-imap-login", {"host": LONG[:2_000]}, AT),
            Breakdown(Place.MAILCHIMP, "mailchimp-unavailable", {"reason": LONG[:2_000]}, AT),
        ],
        "waiting": ids,
        "operators": [f"U{k:07}" for k in range(60)],
        "set_up": SetUp(first_made_at=AT),
    }


MIRROR = ("mailchimp", AT, Trouble.UNREADABLE)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("n", COUNTS)
@pytest.mark.parametrize("audiences", [1, views.IN_FULL, 50, 500])
def test_the_longest_texts_stay_within_the_limits(language: str, n: int, audiences: int):
    for is_operator in (True, False):
        view = home(words_for(language), is_operator=is_operator, **everything(n, audiences))
        assert problems("home", view) == []
        assert len(json.dumps(view)) < 250_000


def test_operators_get_the_flows_and_the_journal_and_the_others_the_figures():
    entries = [
        JournalEntry("U0CAMILLE", "archive", 120, AT, "News"),
        JournalEntry("*ada*", "import", 1, AT, "News"),
    ]
    operator, member = home(entries=entries), home(entries=entries, is_operator=False)
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
    assert {e.get("action_id") for e in elements(member)} - {None} == {views.REFRESH, "open-digest"}
    said = json.dumps(operator, ensure_ascii=False)
    assert "<@U0CAMILLE> archived 120 contacts in News · <!date^" in said
    assert "*ada*" not in said
    assert "U0CAMILLE" not in json.dumps(member)


@pytest.mark.parametrize("language", LANGUAGES)
def test_members_are_shown_nothing_that_only_operators_may_do_or_see(language: str):
    said = json.dumps(home(words_for(language), is_operator=False, **everything(3, 12)))
    allowed = {views.REFRESH, views.FIGURES, "open-digest"}
    view = home(words_for(language), is_operator=False, **everything(3, 12))
    assert {e["action_id"] for e in elements(view) if "action_id" in e} == allowed
    assert "U0CAMILLE" not in said
    assert "example.com" not in said
    assert "MAILCHIMP_API_KEY" not in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_wrong_comes_before_everything_else_with_what_to_do(language: str):
    words = words_for(language)
    view = home(words, **everything(3, 1) | {"entries": []})
    headings = [block["text"]["text"] for block in view["blocks"] if block["type"] == "header"]
    assert headings[:2] == [words("home-title"), words("home-wrong")]
    assert headings[2:] == [
        words(key)
        for key in (
            *("home-steps", "home-work", "home-looks", "home-audiences", "home-exports"),
            *("digest-title", "home-operators"),
        )
    ]


@pytest.mark.parametrize(("code", "key"), [*REFUSALS.items(), ("restricted_action", "home-digest-other")])
def test_a_digest_that_was_refused_is_wrong_until_another_channel_is_chosen(code: str, key: str):
    run = LastRun(AT, None, code, "C0NEWS")
    wrong = home(digest=DIGEST, last_run=run, operators=["U1"], set_up=SetUp(takes_bounces=True))
    [said] = [row for row in texts(wrong) if "could not be posted" in row]
    assert said.startswith(ENGLISH(key, channel="<#C0NEWS>", at="|", error=code).partition("|")[0])
    assert "open-digest" in {e.get("action_id") for e in elements(wrong)}
    moved = replace(DIGEST, channel="C0OTHER")
    assert "could not be posted" not in json.dumps(home(digest=moved, last_run=run))


def test_more_than_fits_of_what_is_wrong_is_counted():
    lost = [figures(1, k, f"Lost {k}", audience=Audience(k, f"Lost {k}", *MIRROR)) for k in range(1, 21)]
    said = texts(home(shown=lost))
    assert sum("was not synced" in row for row in said) == MOST_WRONG
    assert ENGLISH("home-wrong-more", n=20 - MOST_WRONG) in said


def test_a_breakdown_that_only_a_newer_version_can_explain_is_told_without_the_reason():
    said = texts(home(breakdowns=[Breakdown(Place.MAILBOX, "of-a-newer-version", {}, AT)]))
    assert any(row.startswith("*The bounce mailbox can’t be read*") for row in said)


def test_the_first_steps_are_ticked_off_and_go_once_all_are_done_or_the_first_days_are_over():
    empty = home(shown=[])
    assert "There is no audience yet" in json.dumps(empty)
    assert steps(empty) == {"To do": 4}
    assert {"open-import", "open-digest"} <= {e.get("action_id") for e in elements(empty)}
    begun: dict[str, Any] = {"set_up": SetUp(first_made_at=AT - timedelta(days=1)), "operators": ["U1"]}
    assert steps(home(**begun)) == {"Done": 2, "To do": 2}
    assert steps(home(**begun | {"now": AT + timedelta(days=30)})) == {}
    assert steps(home(**begun, is_operator=False)) == {}
    done = begun | {"digest": DIGEST, "set_up": SetUp(first_made_at=AT, takes_bounces=True)}
    assert steps(home(**done)) == {}


def test_work_is_told_with_how_far_it_is_and_who_started_it():
    work = [
        WorkUnderWay("a", JobKind.IMPORT, 1, False, 450_000, 1_000_000, "U0OLIVIA", True),
        WorkUnderWay("b", JobKind.EXPORT, 1, True, 0, 10, "terminal", False),
        WorkUnderWay("c", JobKind.IMPORT, None, False, 0, 0, "U0OLIVIA", True),
    ]
    [said] = [row for row in texts(home(work=work)) if "Importing" in row]
    assert said.split("\n") == [
        "Importing into News · 45% done · started by <@U0OLIVIA>",
        "Exporting from News · waiting for its turn",
        "Importing into … · just begun · started by <@U0OLIVIA>",
    ]
    many = [replace(work[0], id=str(k)) for k in range(9)]
    assert "And 3 more." in json.dumps(home(work=many))


def test_many_audiences_have_a_line_each_with_a_trend_in_words_and_a_menu():
    shown = [figures(3, k, f"Audience {k}", this_week=12, week_before=8, today=0) for k in range(1, 61)]
    view = home(shown=shown)
    lines = [row for row in texts(view) if row.endswith("12 new this week, 8 the week before")]
    assert len(lines) == views.MAX_AUDIENCES
    assert any(row.endswith("\n720 new this week, 480 the week before") for row in texts(view))
    assert lines[0].startswith("*3 cleaned contacts in Audience 1*\n")
    assert "And 10 more audiences" in json.dumps(view)
    menus = [e for e in elements(view) if e.get("type") == "overflow"]
    assert len(menus) == views.MAX_AUDIENCES
    assert [option["text"]["text"] for option in menus[1]["options"]] == [
        f"{does}: Audience 2"
        for does in ("All figures", "View contacts", "Export", "Archive", "Cleaning rules")
    ]
    [picker] = [e for e in elements(view) if e.get("type") == "static_select"]
    assert [option["value"] for option in picker["options"]] == [str(k) for k in range(51, 61)]


def test_the_audiences_with_most_to_look_at_come_first_and_their_buttons_say_which_audience():
    shown = [figures(3, k, f"Audience {k}", worth_a_look=k) for k in range(1, 11)]
    view = home(shown=shown, typos={2: 5, 3: 1_001, 4: 0})
    said = [row for row in texts(view) if "typo" in row or "worth a look" in row]
    assert [row.split(":")[0] for row in said] == [
        "*More than 1,000 likely typos* in Audience 3",
        "*5 likely typos* in Audience 2",
        "*10 cleaned contacts worth a look* in Audience 10",
        "*9 cleaned contacts worth a look* in Audience 9",
        "*8 cleaned contacts worth a look* in Audience 8",
    ]
    labels = [e.get("accessibility_label") for e in elements(view) if e.get("action_id") == "open-fix"]
    assert labels == ["Fix a typo: Audience 3", "Fix a typo: Audience 2"]


def test_where_nothing_is_cleaned_there_is_nothing_to_open():
    ids = {e.get("action_id") for e in elements(home(shown=[figures(0)]))}
    assert "open-list" not in ids
    assert "open-import" in ids


def elements(view: dict[str, Any]) -> list[dict[str, Any]]:
    found = [element for block in view["blocks"] for element in block.get("elements", ())]
    return found + [block["accessory"] for block in view["blocks"] if "accessory" in block]


def steps(view: dict[str, Any]) -> dict[str, int]:
    """How many steps are shown as done and as open."""
    said = "\n".join(texts(view)).replace("*To do:*", "To do:")
    found = {name: said.count(f"{name}: ") for name in ("Done", "To do")}
    return {name: n for name, n in found.items() if n}


def texts(view: dict[str, Any]) -> list[str]:
    """The texts of the sections and contexts."""
    found = []
    for block in view["blocks"]:
        if block["type"] == "section" and "text" in block:
            found.append(block["text"]["text"])
        if block["type"] == "context":
            found += [element["text"] for element in block["elements"]]
    return found
