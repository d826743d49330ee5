"""The digest and its settings stay within Slack's limits, say what they should, and name no address."""

from dataclasses import replace
from datetime import time

import pytest

from bot.audiences.audiences import Audience
from bot.digests.digests import DigestSettings
from handlers.slack.elements import newer
from handlers.slack.views.digests import digests as views
from handlers.slack.views.digests import reports
from handlers.words import Markup, Words, words
from tests.conftest import NOW
from tests.support.bot.digests import SETTINGS
from tests.support.limits import HOSTILE, problems
from tests.support.views.digests import PARIS, part, report

COUNTS = (0, 1, 2, 11, 1_000_000)
LONG = f"{HOSTILE} *&* `Ünïcode` " + "W" * 300


@pytest.fixture(params=["en", "fr"])
def spoken(request: pytest.FixtureRequest) -> Words:
    return words(request.param)


def texts(message: dict[str, object]) -> str:
    return "\n".join(reports._texts(message))


@pytest.mark.parametrize("name", ["Newsletter", LONG])
@pytest.mark.parametrize("n", COUNTS)
def test_a_digest_is_taken_by_slack(spoken, n, name):
    for several in (1, 2, 40):
        parts = [part(n, before=11, name=name, audience_id=i) for i in range(several)]
        message = reports.message(spoken, report(*parts))
        assert problems("message", message) == []


def test_a_digest_says_its_figures():
    message = reports.message(words("en"), report(part(37, before=8)))
    said = texts(message)
    assert message["text"] == "37 contacts cleaned in the 7 days to Nov 24, 2026"
    for line in (
        "5 more than the week before · 37 cleaned in all · Newsletter",
        "Hard bounces: 37 (+29) · Soft bounces: 0 (\N{MINUS SIGN}8)",
        "Likely typos: more than 1,000 contacts to fix",
        "0Newsletter → Newsletter · 37",
        "other domains · 1,295",
        "*Worth a look:* 37 of them may be valid addresses.",
    ):
        assert line in said


def test_a_digest_in_french():
    message = reports.message(words("fr"), report(part(1_000_000)))
    assert message["text"] == "1\u202f000\u202f000 de contacts nettoyés en 7 jours, au 24 nov. 2026"
    assert "Hard bounces\u00a0: 1\u202f000\u202f000 (+1\u202f000\u202f000)" in texts(message)


def test_the_chart_holds_the_twelve_weeks_and_its_labels_are_the_categories(spoken):
    blocks = reports.message(spoken, report(part(11)))["blocks"]
    chart = next(block for block in blocks if block["type"] == "data_visualization")["chart"]
    (series,) = chart["series"]
    assert [point["label"] for point in series["data"]] == chart["axis_config"]["categories"]
    assert [point["value"] for point in series["data"]] == [11] * 12
    assert len(set(chart["axis_config"]["categories"])) == 12
    plain = newer.all_older(blocks)
    assert not [block for block in plain if block["type"] == "data_visualization"]
    assert f"{chart['axis_config']['categories'][0]} 11" in texts({"blocks": plain})


def test_a_week_with_nothing_new_is_one_line_and_one_button(spoken):
    message = reports.message(spoken, report(replace(part(0), cleaned=9)))
    assert [block["type"] for block in message["blocks"]] == ["section", "context", "actions"]
    assert [button["action_id"] for button in message["blocks"][2]["elements"]] == ["open-list"]
    assert [block["type"] for block in reports.message(spoken, report())["blocks"]] == ["section"]


def test_buttons_carry_their_audience_and_one_is_primary(spoken):
    parts = [part(2, audience_id=7), part(1, audience_id=9)]
    blocks = reports.message(spoken, report(*parts))["blocks"]
    rows = [block["elements"] for block in blocks if block["type"] == "actions"]
    week = f"{NOW.date()}|{PARIS}"
    assert [[button["value"] for button in row] for row in rows] == [
        [*[f"{n}|{week}"] * 5, str(n)] for n in (7, 9)
    ]
    assert [button["action_id"] for button in rows[0]] == [
        "open-list-week",
        "open-worth-a-look-week",
        "open-fix-week",
        "open-export-week",
        "open-archive-week",
        "open-list",
    ]
    assert [button.get("style") for row in rows for button in row] == ["primary", *[None] * 11]


def test_what_is_archived_since_is_said_and_has_no_button(spoken):
    gone = replace(part(3), archived=3, worth_a_look=0, typos=(), cleaned=0)
    message = reports.message(spoken, report(gone))
    assert spoken.md("digest-archived", n=3) in texts(message)
    assert not [block for block in message["blocks"] if block["type"] == "actions"]


def test_audiences_that_do_not_fit_are_counted(spoken):
    parts = [part(11, name=LONG, audience_id=i) for i in range(40)]
    blocks = reports.message(spoken, report(*parts))["blocks"]
    shown = len([block for block in blocks if block["type"] == "actions"])
    assert 1 <= shown < 40
    rest = spoken.md("digest-rest", audiences=40 - shown, n=11 * (40 - shown))
    assert blocks[-1]["elements"][0]["text"] == rest


def test_names_from_outside_get_no_mention_or_formatting_through(spoken):
    message = reports.message(spoken, report(part(2, name="<!channel> *all*")))
    # The cells of a table are not mrkdwn: Slack shows them as they are.
    message["blocks"] = [block for block in message["blocks"] if block["type"] != "data_table"]
    said = texts(message)
    assert "<!channel>" not in said.replace("&lt;", "")
    assert "*all*" not in said


@pytest.mark.parametrize("audiences", [0, 1, 100, 101])
def test_the_settings_are_taken_by_slack(spoken, audiences):
    every = [Audience(n, f"{n} {LONG}") for n in range(audiences)]
    ids = tuple(each.id for each in every)
    for kept in (None, SETTINGS, replace(SETTINGS, paused=True, audience_ids=ids)):
        note = spoken.md("digest-saved")
        view = views.settings(spoken, kept, every, timezone=PARIS, now=NOW, note=note)
        assert problems("modal", view) == []
        read = views.to_read(spoken, kept, every, now=NOW, who_can=Markup("Ask."))
        assert problems("modal", read) == []
        assert not [block for block in read["blocks"] if block["type"] in ("input", "actions")]


def test_the_next_run_has_the_hour_and_zone_of_the_set_up_and_is_not_shown_while_paused(spoken):
    def said(kept: DigestSettings) -> str:
        return texts(views.settings(spoken, kept, [], timezone="America/New_York", now=NOW))

    every, next_run = {
        "en": ("at 09:00 (Europe/Paris)", "Monday, November 30, 2026 at 09:00 (Europe/Paris)."),
        "fr": ("à 9\u00a0h (Europe/Paris)", "lundi 30 novembre 2026 à 9\u00a0h (Europe/Paris)."),
    }[spoken.language]
    assert said(SETTINGS).count(every) == 2
    assert next_run in said(SETTINGS)
    assert said(replace(SETTINGS, paused=True)).count(every) == 1
    assert spoken("digest-paused") in said(replace(SETTINGS, paused=True))


def test_half_past_is_said_as_clocks_are_read_in_each_language(spoken):
    assert spoken.clock(time(7, 5)) == {"en": "07:05", "fr": "7\u00a0h\u00a005"}[spoken.language]


def test_a_first_digest_is_on_monday_at_nine_where_the_person_is(spoken):
    view = views.settings(spoken, None, [], timezone="America/New_York", now=NOW)
    inputs = {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}
    assert inputs[views.WEEKDAY]["initial_option"]["value"] == "0"
    assert inputs[views.AT]["initial_time"] == "09:00"
    assert inputs[views.ZONE]["initial_option"]["value"] == "America/New_York"
    assert inputs[views.LANGUAGE]["initial_option"]["value"] == spoken.language
    assert inputs[views.CHANNEL]["default_to_current_conversation"] is True
    assert not [block for block in view["blocks"] if block["type"] == "actions"]


def test_campaigns_and_domains_are_a_table_where_the_workspace_has_tables(spoken: Words):
    two = report(part(3, name="Spring"))
    [table] = [block for block in reports.message(spoken, two)["blocks"] if block["type"] == "data_table"]
    cells = [[cell["text"] for cell in row] for row in table["rows"]]
    assert all("Spring" in row[1] for row in cells[1:])
    assert {row[0] for row in cells[1:]} == {spoken("digest-table-campaign"), spoken("digest-table-domain")}
    plain = newer.all_older(reports.message(spoken, two)["blocks"])
    assert "data_table" not in str(plain)
    assert texts({"blocks": plain}).count("Spring") >= len(cells) - 1
