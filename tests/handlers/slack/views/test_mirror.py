"""A mirrored audience in Slack: within its limits in both languages, and no sentence is missing."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.audiences.audiences import Audience
from bot.contacts.counts import Figures
from bot.contacts.weeks import Week
from bot.mailchimp.mirror.jobs import SYNC, SyncJob
from handlers.slack.elements import audiences as audience_views
from handlers.slack.elements.blocks import MORE
from handlers.slack.views import home as home_views
from handlers.slack.views.contacts import counts as count_views
from handlers.slack.views.home_parts import Dashboard
from handlers.slack.views.mailchimp import mirror as views
from handlers.words import LANGUAGES, Markup, Words
from handlers.words import words as words_for
from storage.contacts.values import CleanReason, Status
from storage.core.tables import AudienceSource
from storage.mailchimp.api import errors
from storage.mailchimp.api.errors import MailchimpError
from storage.mailchimp.remote_state import Trouble
from tests.conftest import NOW
from tests.support.jobs import job_value
from tests.support.limits import HOSTILE, problems

LONG = f"Lettre d\u2019information & {HOSTILE} *de* l\u2019association " * 40
LOCAL = Audience(1, "Club")
MIRROR = Audience(2, "Trail news", AudienceSource.MAILCHIMP, NOW)
# What any of Mailchimp's errors may name.
VALUES: dict[str, Any] = {"status": 400, "title": "Bad", "instance": "i", "reason": "500", "centre": "us3"}


@pytest.fixture(params=LANGUAGES)
def words(request: pytest.FixtureRequest) -> Words:
    return words_for(request.param)


def a_job(**columns: Any) -> SyncJob:
    return job_value(SYNC, {"since": None, "look_for_gone": False, "revision": 0}, audience_id=2, **columns)


def figures(audience: Audience, cleaned: int = 3) -> Figures:
    statuses = dict.fromkeys(map(str, Status), 0) | {"cleaned": cleaned}
    reasons = dict.fromkeys(map(str, CleanReason), 0)
    return Figures(audience, statuses, reasons, Week(date(2026, 11, 29), "UTC"), 1, 2)


def actions(blocks: Any) -> set[str]:
    """What can be pressed, in a menu of buttons too."""
    elements = [element for block in blocks for element in block.get("elements", [])]
    ids = {element["action_id"] for element in elements if "action_id" in element}
    menus = [element["options"] for element in elements if element.get("action_id") == MORE]
    return ids - {MORE} | {option["value"].partition("|")[0] for menu in menus for option in menu}


def result(difference: dict[str, int], **given: int) -> dict[str, Any]:
    return {
        "added": 1,
        "changed": 2,
        "unchanged": 3,
        "refused": 0,
        "gone": 0,
        "difference": difference,
    } | given


def test_a_sync_is_told_at_every_stage(words: Words):
    differing = {"subscribed": -1, "unsubscribed": 2, "cleaned": 1_000_000, "archived": -7}
    stages = [
        a_job(),
        a_job(total=200_000, done=13_000),
        a_job(state="done", result=result({})),
        a_job(state="done", result=result(differing, refused=5, without_address=3)),
        a_job(state="failed", done=3, result={"error": "mailchimp-unavailable", "values": {"reason": "500"}}),
    ]
    assert problems("modal", views.started(words, replace(MIRROR, name=LONG))) == []
    assert problems("modal", views.under_way(words, replace(MIRROR, name=LONG))) == []
    for job in stages:
        message = views.message(words, job, LONG)
        assert problems("message", message) == []
        assert "<amis>" not in json.dumps(message)
    assert words("mirror-fewer", status=words("statuses-archived"), n=7) in json.dumps(
        views.message(words, stages[3], "x"), ensure_ascii=False
    )
    assert words("mirror-without-address", n=3) in json.dumps(
        views.message(words, stages[3], "x"), ensure_ascii=False
    )


def test_every_error_of_mailchimp_has_its_sentence(words: Words):
    found = [each for each in vars(errors).values() if isinstance(each, type)]
    kinds = [each for each in found if issubclass(each, MailchimpError)]
    assert len(kinds) > 12
    assert all(words(kind.key, **VALUES) for kind in kinds)


def test_the_source_is_named_where_audiences_are_chosen():
    shown = [option["text"]["text"] for option in audience_views.options([LOCAL, MIRROR])]
    assert shown == ["Club", "Trail news · Mailchimp"]
    assert [option["value"] for option in audience_views.options([LOCAL, MIRROR], "mailch")] == ["2"]
    [cut] = audience_views.options([replace(MIRROR, name=LONG)])
    assert len(cut["text"]["text"]) == 75
    assert cut["text"]["text"].endswith("… · Mailchimp")
    assert audience_views.label(replace(MIRROR, name="Club (Mailchimp)")) == "Club (Mailchimp)"


def test_the_figures_say_how_fresh_they_are(words: Words):
    def said(audience: Audience) -> str:
        return json.dumps(count_views.figure_blocks(words, figures(audience)), ensure_ascii=False)

    assert words("mirror-as-of", at=Markup(f"<!date^{int(NOW.timestamp())}^")) in said(MIRROR)
    assert words("mirror-not-yet") in said(replace(MIRROR, mirrored_until=None))
    assert "Mailchimp" not in said(LOCAL)
    for trouble in set(Trouble) - {Trouble.NONE}:
        assert words(f"mirror-{trouble}", audience=MIRROR.name) in said(replace(MIRROR, trouble=trouble))


def test_each_kind_of_audience_has_its_own_buttons(words: Words):
    """Mailchimp imports and cleans its own contacts; there is nothing to sync in a local audience."""
    local = count_views.message(words, figures(LOCAL), [LOCAL], is_operator=True)["blocks"]
    mirror = count_views.message(words, figures(MIRROR), [MIRROR], is_operator=True)["blocks"]
    assert actions(local) - actions(mirror) == {"open-import", "open-rules"}
    assert actions(mirror) - actions(local) == {"open-sync"}
    empty = count_views.message(words, figures(MIRROR, cleaned=0), [MIRROR], is_operator=True)["blocks"]
    assert "open-sync" in actions(empty)
    for shown in (local, mirror, empty):
        [row] = [block for block in shown if block["type"] == "actions"]
        assert len(row["elements"]) <= count_views.BUTTONS + 1, "four buttons, and one menu"
    for_all = count_views.message(words, figures(MIRROR), [MIRROR], is_operator=False)["blocks"]
    assert actions(for_all) == {"open-digest"}
    home = home_views.home(words, Dashboard(figures=[figures(MIRROR)]), is_operator=True)
    assert problems("home", home) == []
    assert "open-sync" in actions(home["blocks"])
    assert "open-rules" not in actions(home["blocks"])
