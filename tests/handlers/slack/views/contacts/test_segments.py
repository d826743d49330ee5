"""The list's modal: within Slack's limits in both languages, and what comes from outside stays text."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.audiences.audiences import Audience
from bot.bounces.events import Cause
from bot.bounces.evidence import Review, VerdictSummary
from bot.bounces.verdicts.policy import Weakness
from bot.contacts.segments import Entry, Listing, Preset, TickedBoxes
from handlers.slack.elements import blocks
from handlers.slack.elements.texts import isolated
from handlers.slack.views.contacts import segment_filters as filter_views
from handlers.slack.views.contacts import segments as views
from handlers.words import LANGUAGES
from handlers.words import words as words_for
from storage.contacts.contacts import PageKey, Segment
from storage.contacts.values import UNKNOWN_TIME, CleanReason
from tests.support.limits import problems
from tests.support.views.segments import (
    ADA,
    AT,
    COUNTS,
    ENGLISH,
    FRENCH,
    LONG,
    LONGEST,
    NEWS,
    WEEK,
    a_list,
    elements,
    state_of,
    text_of,
)


def longest(n: int) -> Listing:
    entries = [replace(LONGEST, id=LONGEST.id + each) for each in range(min(n, 10))]
    segment = Segment(
        audience_id=1, reason="abuse", since=date(2026, 1, 1), campaign=LONG, domain="d" * 253, text="t" * 200
    )
    return a_list(
        audience=Audience(1, LONG),
        segment=segment,
        total=max(n, 1),
        found=n,
        entries=entries,
        page=100_000,
        following=PageKey(AT, 2**53),
        ticked=frozenset(each.id for each in entries),
        refused_ticks=True,
        archived=n,
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("n", COUNTS)
def test_the_longest_texts_stay_within_the_limits(language: str, n: int):
    everyone = [Audience(each, f"{each} {LONG}") for each in range(101)]
    assert problems("modal", views.listing(words_for(language), longest(n), everyone, WEEK)) == []
    assert problems("modal", views.listing(words_for(language), longest(n), everyone[:100], WEEK)) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("n", COUNTS)
def test_each_count_has_its_sentence(language: str, n: int):
    words = words_for(language)
    entries = [replace(ADA, id=each) for each in range(min(n, 10))]
    view = views.listing(words, a_list(total=n, found=n, entries=entries), [NEWS], WEEK)
    assert problems("modal", view) == []
    assert (words.number(n) if n else "Newsletter") in view["blocks"][0]["text"]["text"]


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=400) | st.just(LONG)


@settings(max_examples=40)
@given(TEXTS, TEXTS, TEXTS, TEXTS, st.sampled_from(list(CleanReason)))
def test_any_text_stays_within_the_limits(
    name: str, campaign: str, diagnostic: str, typed: str, reason: CleanReason
):
    entry = Entry(1, f"{name[:60]}@x.fr", name, reason, campaign, AT, diagnostic)
    shown = a_list(
        audience=Audience(1, name or "A"),
        entries=[entry],
        segment=Segment(audience_id=1, campaign=campaign or None, text=typed[:200] or None),
    )
    assert problems("modal", views.listing(FRENCH, shown, [NEWS], WEEK)) == []


def test_text_from_right_to_left_turns_nothing_else_round():
    assert isolated("אבג") == "\u2068אבג\u2069"
    assert isolated("a\u202etxt.exe") == "\u2068atxt.exe\u2069"
    assert isolated("Élodie") == "Élodie"


def menu_of(entry: Entry) -> list[str]:
    view = views.listing(ENGLISH, a_list(entries=[entry]), [NEWS], WEEK)
    [menu] = [e for e in elements(view) if e.get("action_id") == views.MENU]
    texts = [option["text"]["text"] for option in menu["options"]]
    assert all(text.endswith(f": {entry.address}") for text in texts), "their name for screen readers"
    return [option["value"] for option in menu["options"]]


def test_the_menu_of_a_contact_has_what_can_be_done_with_it():
    weak = VerdictSummary(CleanReason.SOFT, Cause.FULL, "4.2.2", 7, 7, Weakness.FULL)
    assert menu_of(ADA) == ["why:1:5", "fix:1:5", "archive:1:5"]
    assert menu_of(replace(ADA, reason="abuse")) == ["why:1:5", "archive:1:5"]
    assert menu_of(replace(ADA, verdict=weak))[-1] == "reviewed:1:5"
    reviewed = replace(weak, review=Review("U1", AT))
    assert menu_of(replace(ADA, verdict=reviewed))[-1] == "not-reviewed:1:5"


def test_a_contact_takes_one_block_of_two_lines():
    before = replace(ADA, cleaned_at=ADA.cleaned_at.replace(year=2025))
    view = views.listing(ENGLISH, a_list(entries=[ADA, before]), [NEWS], WEEK)
    rows = [block for block in view["blocks"] if block.get("block_id", "").startswith("row-")]
    options = [row["elements"][0]["options"][0] for row in rows]
    assert {option["text"]["text"] for option in options} == {"ada@gmial.com"}
    assert [option["description"]["text"] for option in options] == [
        "Nov 3 · Hard bounce · no such mailbox",
        "Nov 3, 2025 · Hard bounce · no such mailbox",
    ]


def test_an_unknown_date_is_said_and_no_date_is_made_up():
    shown = a_list(entries=[replace(ADA, cleaned_at=UNKNOWN_TIME)])
    for words, said in ((ENGLISH, "On an unknown date"), (FRENCH, "À une date inconnue")):
        text = text_of(views.listing(words, shown, [NEWS], WEEK))
        assert said in text
        assert "1970" not in text
        assert "<!date^" not in text


def test_no_cleaned_contacts_says_when_to_look_again_and_offers_no_filter():
    view = views.listing(ENGLISH, a_list(total=0, found=0, entries=[]), [NEWS], WEEK)
    assert "Look again after the next campaign" in text_of(view)
    assert "submit" not in view
    assert len(view["blocks"]) == 1


def test_no_hit_says_so_and_offers_to_clear():
    view = views.listing(
        ENGLISH, a_list(found=0, entries=[], segment=Segment(audience_id=1, text="zz")), [NEWS], WEEK
    )
    assert "No cleaned contact matches" in text_of(view)
    ids = {e.get("action_id") for e in elements(view)}
    assert any(b.get("accessory", {}).get("action_id") == views.CLEAR for b in view["blocks"])
    assert not ids & {views.ARCHIVE, views.EXPORT}


def test_the_audience_is_chosen_only_where_there_are_several():
    one, two = ([NEWS], [NEWS, Audience(2, "Other")])
    assert views.CHOOSE not in text_of(views.listing(ENGLISH, a_list(), one, WEEK))
    assert views.CHOOSE in text_of(views.listing(ENGLISH, a_list(), two, WEEK))


def test_the_filters_are_filled_in_and_read_back():
    for segment in (
        Segment(audience_id=1),
        Segment(audience_id=1, reason="soft", since=date(2026, 11, 3), campaign="C", domain="d.fr", text="t"),
        Segment(audience_id=1, since=date(2026, 11, 3), until=date(2026, 11, 9)),
        Segment(audience_id=1, until=date(2026, 11, 9)),
        Segment(audience_id=1, worth_a_look=True),
        Segment(audience_id=1, reviewed=True),
        Segment(audience_id=1, likely_typos=True, ids=(3,)),
    ):
        for words in (ENGLISH, FRENCH):
            form = filter_views.form(words, "0123456789abcdef", segment)
            assert problems("modal", form) == []
        states = {
            element["action_id"]: {
                "value": element.get("initial_value"),
                "selected_option": element.get("initial_option"),
                "selected_date": element.get("initial_date"),
            }
            for element in elements(form)
        }
        chosen = filter_views.chosen({name: {name: state} for name, state in states.items()})
        assert replace(Segment(audience_id=1, **chosen), ids=segment.ids) == segment


def test_the_boxes_and_the_text_are_read_back():
    view = views.listing(ENGLISH, a_list(entries=[ADA, replace(ADA, id=6)]), [NEWS], WEEK)
    sent = state_of(view, 6)
    assert views.boxes(sent, "1.2") == TickedBoxes(3, frozenset({5, 6}), frozenset({6}), "1.2")
    assert views.boxes({}).edition == -1


def test_a_page_s_button_says_where_it_leads():
    at = PageKey(AT, 77)
    buttons = {
        e["action_id"]: e["value"]
        for e in elements(views.listing(ENGLISH, a_list(page=4, following=at), [NEWS], WEEK))
        if e.get("action_id") in (views.NEXT, views.PREVIOUS)
    }
    assert views.page_of(buttons[views.NEXT]) == (5, at)
    assert views.page_of(buttons[views.PREVIOUS]) == (3, None)


def test_suggestions_have_their_counts_and_the_longest_name_is_found_again():
    found = {LONG: 1_000_000, "Autumn": 2, "100%": 1}
    options = filter_views.suggestions(FRENCH, found)
    assert problems("modal", blocks.modal("t", [blocks.actions([blocks.select("a", "p", options)])])) == []
    assert options[1]["text"]["text"] == "Autumn (2)"
    assert options[0]["text"]["text"].endswith("… (1\u202f000\u202f000)")
    assert [filter_views.full_name(found, option["value"]) for option in options] == list(found)
    assert filter_views.is_truncated(options[0]["value"])


def test_the_buttons_act_on_all_or_on_the_ticked():
    all_, ticked = (views.listing(ENGLISH, a_list(ticked=frozenset(ids)), [NEWS], WEEK) for ids in ((), (5,)))
    values = {
        e["action_id"]: views.plan_of(e["value"])
        for e in elements(all_)
        if e.get("action_id") in (views.ARCHIVE, views.EXPORT)
    }
    assert values == dict.fromkeys((views.ARCHIVE, views.EXPORT), ("0123456789abcdef", False))
    assert "submit" not in all_
    [export] = [e for e in elements(ticked) if e.get("action_id") in (views.ARCHIVE, views.EXPORT)]
    assert views.plan_of(export["value"]) == ("0123456789abcdef", True)
    assert ticked["submit"]["text"] == "Archive ticked (1)", "below the contacts, always in sight"


def test_one_filter_of_one_click_is_on_and_leads_back():
    for preset in (Preset.WEEK, Preset.TODAY, Preset.WORTH_A_LOOK, Preset.TYPOS):
        view = views.listing(ENGLISH, a_list(preset=preset, worth_a_look=2), [NEWS], WEEK)
        [on] = [e for e in elements(view) if e.get("style") == "primary"]
        assert (on["action_id"], on["value"]) == (f"{views.PRESET}-{preset}", "all")
    custom = a_list(segment=Segment(audience_id=1, domain="x.fr"))
    [on] = [e for e in elements(views.listing(ENGLISH, custom, [NEWS], WEEK)) if e.get("style") == "primary"]
    assert on["action_id"] == views.FILTERS
