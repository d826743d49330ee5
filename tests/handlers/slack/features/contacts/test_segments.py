"""`/cleaned-list`, from Slack's payloads to the modals it is sent."""

from datetime import timedelta

from handlers.slack.views.contacts import segment_filters as filter_views
from handlers.slack.views.contacts import segments as views
from storage.core.database import Database
from tests.conftest import NOW
from tests.support.bot.segments import fill
from tests.support.features.segments import MEMBER, Person, addresses, says
from tests.support.views.segments import elements, state_of


def test_ticks_over_three_pages_filters_and_back(database: Database):
    fill(database, [{"clean_reason": "soft" if n % 2 else "hard"} for n in range(25)])
    olivia = Person(database)
    first = olivia.command()
    assert "*25* cleaned contacts in News" in says(first)
    assert len(addresses(first)) == 10
    olivia.click(first, views.TICK, 25)
    second = olivia.press(olivia.click(first, views.TICK, 25, 24), views.NEXT, 25, 24)
    third = olivia.press(second, views.NEXT, 15)
    assert "3 ticked." in says(third)
    assert len(addresses(third)) == 5
    assert "Page 3 of 3" in says(third)
    soft = olivia.filter(third, reason={"selected_option": {"value": "soft"}})
    assert "*12* of 25 cleaned contacts" in says(soft)
    every = olivia.press(soft, views.TICK_PAGE, 24)
    assert "12 ticked." in says(every), "24, and nine more of this page, beside 25 and 15"
    [clear] = [b["accessory"] for b in every["blocks"] if "accessory" in b]
    again = olivia.click(every, clear["action_id"], *range(6, 25, 2))
    assert [e["options"][0]["value"] for e in elements(again) if "initial_options" in e] == [
        "25", "24", "22", "20", "18", "16",
    ]  # fmt: skip
    none = olivia.press(again, views.UNTICK)
    assert "ticked." not in says(none)


def test_the_ticked_are_archived_by_the_button_below_them(database: Database):
    fill(database, [{}] * 3)
    olivia = Person(database)
    ticked = olivia.click(olivia.command(), views.TICK, 3, 2)
    answer = olivia.send(olivia.body("view_submission", state_of(ticked, 3)))
    assert answer["response_action"] == "push", "the list stays below"
    assert "*Archive 1 contact*" in says(answer["view"]), "2 was unticked a moment before"
    refused = olivia.send(olivia.body("view_submission", state_of(ticked)))
    assert "No contact is ticked" in says(refused["view"])


def test_filters_of_one_click(database: Database):
    fill(database, [{}, *({"at": NOW - timedelta(days=days)} for days in (1, 7, 8))])
    fill(
        database,
        [{"status": "subscribed", "clean_reason": None, "address": f"n{n}@gmail.com"} for n in range(60)],
    )
    fill(database, [{"address": "ann@gmial.com"}])
    olivia = Person(database)
    week = olivia.press(olivia.command(), f"{views.PRESET}-week")
    assert "*2* of 5 cleaned contacts" in says(week)
    form = olivia.press(week, views.FILTERS)
    days = {
        name: {"selected_date": block["element"]["initial_date"]}
        for block in form["blocks"]
        if (name := block["block_id"].removeprefix("segments-")) in ("since", "until")
    }
    unchanged = olivia.submit(form, **days)["view"]
    assert "*2* of 5 cleaned contacts" in says(unchanged)
    typos = olivia.press(week, f"{views.PRESET}-typos")
    assert addresses(typos) == ["ann@gmial.com"]
    back = olivia.press(olivia.press(typos, views.FILTERS), filter_views.BACK)
    assert addresses(back) == ["ann@gmial.com"]
    assert "*5* cleaned contacts" in says(olivia.press(back, f"{views.PRESET}-typos"))


def test_campaign_domain_text_and_date_are_filters_with_suggestions(database: Database):
    long = "Campaign of a very long name " * 9
    fill(
        database,
        [
            {"address": "a@gmial.com", "clean_campaign_title": long},
            {"address": "b@gmial.com", "clean_campaign_title": "Spring"},
            {"address": "c@orange.fr", "clean_campaign_title": long},
        ],
    )
    olivia = Person(database)
    view = olivia.command()
    assert olivia.options(view, filter_views.DOMAIN, "gm") == ["gmial.com (2)"]
    [option] = olivia.options(view, filter_views.CAMPAIGN, "very")
    assert option.endswith("… (2)")
    campaign = {"selected_option": {"value": long[:149].rstrip() + "…"}}
    domain = {"selected_option": {"value": "gmial.com"}}
    assert addresses(olivia.filter(view, campaign=campaign)) == ["c@orange.fr", "a@gmial.com"]
    assert addresses(olivia.filter(view, campaign=campaign, domain=domain)) == ["a@gmial.com"]
    assert addresses(olivia.filter(view, text={"value": " A@G "})) == ["a@gmial.com"]
    late = olivia.filter(view, since={"selected_date": "2026-11-25"}, text={"value": None})
    assert "No cleaned contact matches" in says(late)


def test_which_audience_is_asked_where_there_are_several_and_switching_keeps_the_modal(database: Database):
    news, other = fill(database, [{}]), fill(database, [{}] * 2, audience="Other")
    olivia = Person(database)
    question = olivia.command()
    assert "Which audience?" in says(question)
    view = olivia.click(question, views.CHOOSE, selected_option={"value": str(news)})
    assert "*1* cleaned contact in News" in says(view)
    view = olivia.click(view, views.CHOOSE, selected_option={"value": str(other)})
    assert "*2* cleaned contacts in Other" in says(view)
    assert "*1* cleaned contact in News" in says(olivia.command("news"))


def test_an_empty_segment_is_an_answer(database: Database):
    fill(database, [])
    assert "Look again after the next campaign" in says(Person(database).command())


def test_only_operators_see_addresses(database: Database):
    """A refusal comes at once; each of them is acknowledged all the same."""
    fill(database, [{}])
    sam = Person(database, MEMBER)
    for _ in range(5):
        assert "Only operators" in sam.command()["text"]
