"""Whatever goes in, Slack's limits hold."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from handlers.slack.elements import blocks
from handlers.words import Markup, escaped, words
from tests.support.limits import links, problems

TEXTS = st.one_of(st.text(max_size=200), st.integers(0, 4_000).map(lambda n: "é" * n))


@given(TEXTS, st.integers(5, 300))
def test_cut_text_is_as_long_as_it_may_be_and_shows_where_it_was_cut(text, most):
    for cut in (blocks.clamp(text, most), blocks.clamp_middle(text, most)):
        assert len(cut) <= most
        assert cut == text or "…" in cut


def test_an_address_is_cut_in_its_middle():
    address = "a" * 60 + "@" + "b" * 60 + ".fr"
    cut = blocks.clamp_middle(address, 75)
    assert len(cut) == 75
    assert cut.startswith("aaaa")
    assert cut.endswith("bbb.fr")


@settings(max_examples=60)
@given(st.lists(TEXTS, min_size=1, max_size=120))
def test_any_text_makes_a_modal_that_slack_takes(texts):
    markup = [Markup(text) for text in texts]
    options = [blocks.option(text, f"{n}", text) for n, text in enumerate(texts)]
    select = blocks.select("choose", texts[0], options, initial="0")
    view = blocks.modal(
        texts[0],
        [
            blocks.header(texts[0]),
            blocks.section(markup[0], accessory=select, block_id="one"),
            blocks.fields(markup),
            blocks.context(*markup),
            blocks.divider(),
            blocks.input_(
                texts[0], blocks.select("two", texts[0], options), "two", hint=texts[0], optional=True
            ),
            blocks.actions([blocks.button(text, f"b{n}", text) for n, text in enumerate(texts)], "three"),
        ],
        submit=texts[0] or "OK",
        close=texts[0] or "Close",
    )
    assert problems("modal", view) == []


def test_lines_are_spread_over_as_many_contexts_as_slack_needs():
    lines = [Markup(f"line {n}") for n in range(23)]
    made = blocks.contexts(lines)
    assert [len(block["elements"]) for block in made] == [10, 10, 3]
    assert [element["text"] for block in made for element in block["elements"]] == lines
    assert blocks.contexts([]) == []
    assert problems("modal", blocks.modal("Title", made)) == []


def test_a_date_is_slacks_to_write_and_readable_where_it_does_not():
    moment = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
    made = blocks.date(moment, words("fr"))
    assert made.startswith(f"<!date^{int(moment.timestamp())}^{{date_short}}|")
    assert made.count("|") == made.count(">") == 1


@pytest.mark.parametrize(("made", "text"), [(blocks.person("U1"), "<@U1>"), (blocks.channel("C1"), "<#C1>")])
def test_people_and_channels_are_markup(made, text):
    assert isinstance(made, Markup)
    assert made == text


@given(st.text("ab.:/@#<>&|-_ \u0440.wfhtps1", max_size=40))
@example("https://evil.example/x www.evil.example mailto:a@evil.example #general @here tel:123")
@example("пример.рф 1and1.com a.b.c")
def test_slack_finds_no_link_in_the_text_of_a_message(text: str):
    shown = blocks.message(escaped(text), [blocks.section(escaped(text))])
    assert list(links(shown)) == []
    assert shown["text"].replace(blocks.WORD_JOINER, "") == escaped(text), "nothing is lost"


def test_the_bot_s_own_mentions_and_links_stay_in_the_text_of_a_message():
    own = Markup(
        "<@U1> <#C1> <!date^1^{date_short}|1 Nov. at a.m.> <https://x.example/f|the file>, 12.5 %, 09:30"
    )
    assert blocks.message(own, [])["text"] == own
