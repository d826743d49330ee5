"""What may stand in messages, modals and Home tabs, and what is refused."""

from typing import Any

import pytest

from handlers.standins.slack.limits.checks import check_message, check_view
from handlers.standins.slack.state import SlackError
from tests.handlers.standins.conftest import actions, button, modal, section, text, typed
from tests.support.slack import Json

ONE = {"text": text("One"), "value": "1"}
TWO = {"text": text("Two"), "value": "2"}
CONFIRM = {
    "title": text("Sure?"),
    "text": text("It changes contacts."),
    "confirm": text("Yes"),
    "deny": text("No"),
}


def options(count: int) -> list[Json]:
    return [{"text": text(f"Number {n}"), "value": str(n)} for n in range(count)]


def select(**more: Any) -> Json:
    return {"type": "static_select", "action_id": "menu", "options": [ONE, TWO], **more}


def checkboxes(**more: Any) -> Json:
    return {"type": "checkboxes", "action_id": "ticks", "options": [ONE, TWO], **more}


def labelled(element: Json, **more: Any) -> Json:
    return {"type": "input", "block_id": "in", "label": text("Label"), "element": element, **more}


def cell(words: str = "x") -> Json:
    return {"type": "raw_text", "text": words}


def rich(words: str) -> Json:
    part = {
        "type": "rich_text_section",
        "elements": [{"type": "text", "text": words, "style": {"bold": True}}],
    }
    return {"type": "rich_text", "elements": [part]}


def table(rows: int = 2, cells: int = 2, **more: Any) -> Json:
    return {"type": "table", "rows": [[cell() for _ in range(cells)] for _ in range(rows)], **more}


def chart(
    kind: str = "bar", labels: tuple[str, ...] = ("a", "b"), names: tuple[str, ...] = ("s",), **more: Any
) -> Json:
    series = [{"name": name, "data": [{"label": label, "value": 1} for label in labels]} for name in names]
    drawn = {"type": kind, "series": series, "axis_config": {"categories": list(labels)}}
    return {"type": "data_visualization", "title": "Cleaned", "chart": drawn, **more}


def pie(count: int) -> Json:
    segments = [{"label": f"part {n}", "value": n + 1} for n in range(count)]
    return {"type": "data_visualization", "title": "Reasons", "chart": {"type": "pie", "segments": segments}}


def task(**more: Any) -> Json:
    return {"type": "task_card", "task_id": "1", "title": "Import", "status": "pending", **more}


def context(count: int) -> Json:
    return {"type": "context", "elements": [text("x", "mrkdwn")] * count}


EVERYWHERE = {
    "longest section": section("x" * 3000),
    "fields": {"type": "section", "fields": [text("x" * 2000)] * 2},
    "divider": {"type": "divider"},
    "blank": section(" "),
    "longest header": {"type": "header", "text": text("x" * 150)},
    "context": context(10),
    "buttons": actions(*[button(f"b{n}", style="danger", confirm=CONFIRM) for n in range(25)]),
    "link": actions(button(url="https://example.com/a", value="x" * 2000)),
    "hundred options": section(accessory=select(options=options(100))),
    "initial option": section(accessory=select(initial_option=TWO)),
    "groups": section(
        accessory={
            "type": "static_select",
            "action_id": "m",
            "option_groups": [{"label": text("G"), "options": [ONE]}],
        }
    ),
    "ten ticks": section(accessory=checkboxes(options=options(10), initial_options=options(2))),
    "overflow": section(accessory={"type": "overflow", "action_id": "o", "options": options(5)}),
    "pickers": actions(
        {"type": "datepicker", "action_id": "d", "initial_date": "2026-11-24"},
        {"type": "timepicker", "action_id": "t", "initial_time": "23:59", "timezone": "Europe/Paris"},
        {"type": "users_select", "action_id": "u"},
        {"type": "conversations_select", "action_id": "c", "filter": {"include": ["public", "private"]}},
    ),
    "rich text": rich("x"),
    "image": {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "A"},
}
MESSAGES = {
    "table": table(100, 20, column_settings=[{"align": "right"}, {}]),
    "rich table": {"type": "table", "rows": [[rich("x"), cell()]]},
    "data table": {"type": "data_table", "caption": "C", "rows": [[cell()], [cell()]]},
    "chart": chart(names=tuple("abcdef")),
    "line": chart("line"),
    "area": chart("area"),
    "pie": pie(6),
    "markdown": {"type": "markdown", "text": "x" * 12_000},
    "task card": task(status="in_progress", details=rich("x"), output=rich("x")),
    "longest task card": task(title="x" * 256, sources=[{"type": "url", "url": "https://x.fr", "text": "x"}]),
    "plan": {"type": "plan", "title": "Import"},
}
MODALS = {
    "alert": {"type": "alert", "level": "warning", "text": text("x" * 200, "mrkdwn")},
    "text": typed(min_length=1, max_length=3000, multiline=True, initial_value="", placeholder=text("p")),
    "e-mail": labelled({"type": "email_text_input", "action_id": "a", "focus_on_load": True}),
    "number": labelled(
        {"type": "number_input", "is_decimal_allowed": True, "min_value": "1", "max_value": "2"}
    ),
    "file": labelled({"type": "file_input", "action_id": "f", "filetypes": ["csv", "zip"], "max_files": 10}),
    "radio": labelled({"type": "radio_buttons", "action_id": "r", "options": [ONE, TWO]}, hint=text("H")),
    "dispatching": labelled(select(), dispatch_action=True, optional=True),
    "external": labelled({"type": "external_select", "action_id": "x", "min_query_length": 3}),
}
REFUSED_EVERYWHERE = {
    "long section": section("x" * 3001),
    "empty section": section(""),
    "section of nothing": {"type": "section"},
    "plain header only": {"type": "header", "text": text("x", "mrkdwn")},
    "long header": {"type": "header", "text": text("x" * 151)},
    "many fields": {"type": "section", "fields": [text("x")] * 11},
    "long field": {"type": "section", "fields": [text("x" * 2001)]},
    "full context": context(11),
    "empty context": context(0),
    "empty actions": actions(),
    "many buttons": actions(*[button(f"b{n}") for n in range(26)]),
    "same action id": actions(button(), button()),
    "no action id": actions({"type": "button", "text": text("Go")}),
    "long button": actions(button(text=text("x" * 76))),
    "long value": actions(button(value="x" * 2001)),
    "formatted button": actions(button(text=text("x", "mrkdwn"))),
    "unknown style": actions(button(style="default")),
    "half a confirm": actions(button(confirm={"title": text("Sure?")})),
    "long confirm": actions(button(confirm={**CONFIRM, "confirm": text("x" * 31)})),
    "unknown key": section(colour="red"),
    "unknown block": {"type": "banner", "text": text("x")},
    "unknown element": actions({"type": "slider", "action_id": "s"}),
    "no type": {"text": text("x")},
    "no block": "text",
    "long block id": section(block_id="x" * 256),
    "no options": section(accessory=select(options=[])),
    "too many options": section(accessory=select(options=options(101))),
    "long option": section(accessory=select(options=[{"text": text("x" * 76), "value": "1"}])),
    "long option value": section(accessory=select(options=[{"text": text("x"), "value": "1" * 151}])),
    "options and groups": section(accessory=select(option_groups=[{"label": text("G"), "options": [ONE]}])),
    "same value twice": section(accessory=select(options=[ONE, {**TWO, "value": "1"}])),
    "other initial option": section(accessory=select(initial_option={**ONE, "text": text("Won")})),
    "other initial options": section(accessory=checkboxes(initial_options=[{**ONE, "value": "3"}])),
    "eleven ticks": section(accessory=checkboxes(options=options(11))),
    "six in overflow": section(accessory={"type": "overflow", "action_id": "o", "options": options(6)}),
    "text in a section": section(accessory={"type": "plain_text_input", "action_id": "p"}),
    "wrong time": actions({"type": "timepicker", "action_id": "t", "initial_time": "24:00"}),
    "wrong date": actions({"type": "datepicker", "action_id": "d", "initial_date": "24.11.2026"}),
    "a page of no address": actions(button(url="example")),
}
REFUSED_IN_MESSAGES = {
    "long table": table(101),
    "wide table": table(1, 21),
    "ragged table": {"type": "table", "rows": [[cell()], [cell(), cell()]]},
    "empty cell": {"type": "table", "rows": [[cell("")]]},
    "table without caption": {"type": "data_table", "rows": [[cell()], [cell()]]},
    "header alone": {"type": "data_table", "caption": "C", "rows": [[cell()]]},
    "seven series": chart(names=tuple("abcdefg")),
    "same series twice": chart(names=("a", "a")),
    "unknown chart": chart("donut"),
    "long chart title": chart(title="x" * 51),
    "other labels": chart(
        chart={
            "type": "bar",
            "series": [{"name": "s", "data": [{"label": "z", "value": 1}]}],
            "axis_config": {"categories": ["a"]},
        }
    ),
    "seven parts": pie(7),
    "long label": chart(labels=("x" * 21,)),
    "alert in a message": MODALS["alert"],
    "long task card": task(title="x" * 257),
    "task card without title": {"type": "task_card", "task_id": "1", "status": "pending"},
    "task card without id": {"type": "task_card", "title": "Import", "status": "pending"},
    "unknown status": task(status="done"),
    "formatted title": task(title=text("x", "mrkdwn")),
    "details as a text": task(details="x"),
    "a source without text": task(sources=[{"type": "url", "url": "https://x.fr"}]),
    "long markdown": {"type": "markdown", "text": "x" * 12_001},
}
REFUSED_IN_MODALS = {
    "table in a modal": table(),
    "task card in a modal": task(),
    "long alert": {"type": "alert", "text": text("x" * 201)},
    "alert of another level": {"type": "alert", "level": "danger", "text": text("x")},
    "chart in a modal": chart(),
    "markdown in a modal": {"type": "markdown", "text": "x"},
    "long input label": {**typed(), "label": text("x" * 2001)},
    "no label": {key: value for key, value in typed().items() if key != "label"},
    "button as input": labelled(button()),
    "long placeholder": typed(placeholder=text("x" * 151)),
    "long initial value": typed(initial_value="x" * 3001),
    "limits crossed": typed(min_length=5, max_length=4),
    "number out of bounds": labelled(
        {"type": "number_input", "is_decimal_allowed": False, "min_value": "5", "initial_value": "4"}
    ),
    "eleven files": labelled({"type": "file_input", "max_files": 11}),
}
VIEWS: dict[str, Json] = {
    "long title": {"title": text("x" * 25)},
    "empty title": {"title": text("")},
    "long submit": {"submit": text("x" * 25)},
    "long close": {"close": text("x" * 25)},
    "long metadata": {"private_metadata": "x" * 3001},
    "long callback": {"callback_id": "x" * 256},
    "many blocks": {"blocks": [section()] * 101},
    "no blocks": {"blocks": []},
    "input without submit": {"blocks": [typed()]},
    "same block id": {"blocks": [section(block_id="a"), section(block_id="a")]},
    "unknown key": {"user": "U0OLIVIA"},
    "other kind": {"type": "home"},
    "focus twice": {
        "blocks": [typed(focus_on_load=True), typed("b", focus_on_load=True)],
        "submit": text("S"),
    },
}


@pytest.mark.parametrize("name", [*EVERYWHERE, *MESSAGES])
def test_a_message_may_have(name: str) -> None:
    check_message("x", [{**EVERYWHERE, **MESSAGES}[name]])


@pytest.mark.parametrize("name", [*EVERYWHERE, *MODALS])
def test_a_modal_may_have(name: str) -> None:
    check_view(modal({**EVERYWHERE, **MODALS}[name]), "modal")


@pytest.mark.parametrize("name", list(EVERYWHERE))
def test_a_home_tab_may_have(name: str) -> None:
    check_view({"type": "home", "blocks": [EVERYWHERE[name]]}, "home")


@pytest.mark.parametrize("name", [*REFUSED_EVERYWHERE, *REFUSED_IN_MESSAGES])
def test_a_message_may_not_have(name: str) -> None:
    with pytest.raises(SlackError, match="invalid_blocks") as raised:
        check_message("x", [{**REFUSED_EVERYWHERE, **REFUSED_IN_MESSAGES}[name]])
    assert all("[json-pointer:/blocks" in message for message in raised.value.messages)


@pytest.mark.parametrize("name", [*REFUSED_EVERYWHERE, *REFUSED_IN_MODALS])
def test_a_modal_may_not_have(name: str) -> None:
    block: Any = {**REFUSED_EVERYWHERE, **REFUSED_IN_MODALS}[name]
    with pytest.raises(SlackError, match="invalid_arguments"):
        check_view({**modal(), "blocks": [block], "submit": text("Save")}, "modal")


@pytest.mark.parametrize("name", list(VIEWS))
def test_a_view_may_not_have(name: str) -> None:
    with pytest.raises(SlackError, match="invalid_arguments"):
        check_view({**modal(section()), **VIEWS[name]}, "modal")


def test_blocks_that_may_stand_once_or_twice_are_counted() -> None:
    check_message("x", [chart(), chart(), table()])
    for blocks in ([chart(), chart(), chart()], [table(), table()]):
        with pytest.raises(SlackError, match="invalid_blocks"):
            check_message("x", blocks)


def test_a_message_holds_thirteen_thousand_two_hundred_characters_in_its_blocks() -> None:
    check_message("x", [section("x" * 2640)] * 5)
    with pytest.raises(SlackError, match="msg_blocks_too_long"):
        check_message("x", [section("x" * 2641)] * 5)
