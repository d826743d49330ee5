"""What Slack refuses in messages, modals and Home tabs, by its own error names."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from handlers.standins.slack.limits.elements import (
    ELEMENTS,
    ID,
    IN_ACTIONS,
    IN_INPUT,
    IN_SECTION,
    URL,
    element,
    mrkdwn,
    plain,
    text,
)
from handlers.standins.slack.limits.rules import (
    Rule,
    array,
    at,
    boolean,
    both,
    number,
    one_of,
    string,
    thing,
    typed,
)
from handlers.standins.slack.state import SlackError
from handlers.standins.types import Json

MESSAGE_TEXT = 40_000
BLOCK_TEXT = 13_200  # not documented; bolt-js issue 2509
VIEW_BYTES = 250_000


def check_message(message_text: Any, blocks: Any) -> None:
    """Raises `no_text`, `msg_too_long`, `msg_blocks_too_long`, `invalid_blocks_format`, `invalid_blocks`."""
    if not message_text and not blocks:
        raise SlackError("no_text")
    if message_text and (not isinstance(message_text, str) or len(message_text) > MESSAGE_TEXT):
        raise SlackError("msg_too_long")
    if not blocks:
        return
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    problems = [*array(MESSAGE_BLOCK, 50)(blocks, "/blocks"), *_together(blocks, "/blocks")]
    if problems:
        raise SlackError("invalid_blocks", *problems, errors=list(problems))
    if sum(map(len, _texts(blocks))) > BLOCK_TEXT:
        raise SlackError("msg_blocks_too_long")


def check_view(view: Any, kind: str) -> None:
    """Raises `invalid_arguments` with what is wrong, or `view_too_large`. `kind`: "modal" or "home"."""
    rule = MODAL if kind == "modal" else HOME
    problems = list(rule(view, "/view"))
    if not problems:
        problems = [*_together(view["blocks"], "/view/blocks"), *_submit(view)]
    if problems:
        raise SlackError("invalid_arguments", *problems)
    if len(json.dumps(view)) > VIEW_BYTES:
        raise SlackError("view_too_large")


def _together(blocks: list[Any], where: str) -> Iterator[str]:
    """What no block can see alone: ids that stand twice, blocks that may stand once or twice."""
    known = [block for block in blocks if isinstance(block, dict)]
    ids = Counter(str(block["block_id"]) for block in known if "block_id" in block)
    for block_id, times in ids.items():
        if times > 1:
            yield at(where, f"block_id {block_id} already exists")
    kinds = Counter(block.get("type") for block in known)
    for kind, most in (("table", 1), ("data_visualization", 2)):
        if kinds[kind] > most:
            yield at(where, f"no more than {most} {kind} blocks allowed")
    for place, block in enumerate(known):
        actions = Counter(str(one["action_id"]) for one in elements_of(block) if "action_id" in one)
        for action_id, times in actions.items():
            if times > 1:
                yield at(f"{where}/{place}/elements", f"action_id {action_id} already exists")
    focused = sum(bool(one.get("focus_on_load")) for block in known for one in elements_of(block))
    if focused > 1:
        yield at(where, "only one element may have focus_on_load")


def _submit(view: Json) -> Iterator[str]:
    inputs = [block for block in view["blocks"] if block["type"] == "input"]
    if view["type"] == "modal" and inputs and "submit" not in view:
        yield at("/view", "missing required field: submit")


def elements_of(block: Json) -> list[Json]:
    """The interactive elements (and images) of a block."""
    found = [block.get("element"), block.get("accessory")]
    if block.get("type") in {"actions", "context"}:
        found += block.get("elements") or []
    return [one for one in found if isinstance(one, dict)]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "text" and isinstance(inner, str):
                yield inner
            else:
                yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _block(kind: str, required: dict[str, Rule], optional: dict[str, Rule] | None = None) -> Rule:
    return thing({"type": one_of(kind), **required}, {"block_id": ID, **(optional or {})})


def _section_says(value: Any, where: str) -> Iterator[str]:
    if "text" not in value and "fields" not in value:
        yield at(where, "missing required field: text or fields")


def _actions_named(value: Any, where: str) -> Iterator[str]:
    for place, one in enumerate(value["elements"]):
        if "action_id" not in one:
            yield at(f"{where}/elements/{place}", "missing required field: action_id")


STYLE = thing({}, dict.fromkeys(("bold", "italic", "strike", "code", "underline"), boolean))
_STYLED: dict[str, Rule] = {"style": STYLE}
_RICH_BIT = typed(
    {
        "text": thing({"type": one_of("text"), "text": string(least=0)}, _STYLED),
        "link": thing(
            {"type": one_of("link"), "url": string(3000)}, {**_STYLED, "text": string(), "unsafe": boolean}
        ),
        "emoji": thing({"type": one_of("emoji"), "name": ID}, {**_STYLED, "unicode": ID}),
        "user": thing({"type": one_of("user"), "user_id": ID}, _STYLED),
        "channel": thing({"type": one_of("channel"), "channel_id": ID}, _STYLED),
        "usergroup": thing({"type": one_of("usergroup"), "usergroup_id": ID}, _STYLED),
        "broadcast": thing({"type": one_of("broadcast"), "range": one_of("here", "channel", "everyone")}),
        "date": thing(
            {"type": one_of("date"), "timestamp": number(0, 10**11), "format": string(500)},
            {**_STYLED, "url": string(3000), "fallback": string(500)},
        ),
    },
    "a rich text element",
)
_BITS = array(_RICH_BIT, 1000, 0)
_RICH_SECTION = thing({"type": one_of("rich_text_section"), "elements": _BITS})
RICH_TEXT = _block(
    "rich_text",
    {
        "elements": array(
            typed(
                {
                    "rich_text_section": _RICH_SECTION,
                    "rich_text_list": thing(
                        {
                            "type": one_of("rich_text_list"),
                            "style": one_of("bullet", "ordered"),
                            "elements": array(_RICH_SECTION, 1000),
                        },
                        {"indent": number(0, 8), "border": one_of(0, 1), "offset": number(0, 10**6)},
                    ),
                    "rich_text_preformatted": thing(
                        {"type": one_of("rich_text_preformatted"), "elements": _BITS},
                        {"border": one_of(0, 1)},
                    ),
                    "rich_text_quote": thing(
                        {"type": one_of("rich_text_quote"), "elements": _BITS}, {"border": one_of(0, 1)}
                    ),
                },
                "a rich text part",
            ),
            1000,
        )
    },
)
CELL = typed(
    {
        "raw_text": thing({"type": one_of("raw_text"), "text": string()}),
        "raw_number": thing({"type": one_of("raw_number"), "value": number(-1e15, 1e15)}, {"text": string()}),
        "rich_text": RICH_TEXT,
    },
    "a cell",
)


def _same_widths(value: Any, where: str) -> Iterator[str]:
    if len({len(row) for row in value["rows"]}) > 1:
        yield at(f"{where}/rows", "all rows must have the same number of cells")


def _chart_agrees(value: Any, where: str) -> Iterator[str]:
    chart = value["chart"]
    if chart["type"] == "pie":
        return
    names = [one["name"] for one in chart["series"]]
    if len(set(names)) < len(names):
        yield at(f"{where}/chart/series", "series names must be unique")
    for place, one in enumerate(chart["series"]):
        if [point["label"] for point in one["data"]] != chart["axis_config"]["categories"]:
            yield at(f"{where}/chart/series/{place}", "labels must match axis_config.categories")


_POINT = thing({"label": string(20), "value": number(-1e15, 1e15)})
_AXES = thing({"categories": array(string(20), 20)}, {"x_label": string(50), "y_label": string(50)})
_SERIES = array(thing({"name": string(20), "data": array(_POINT, 20)}), 6)
_PLOTTED = {
    kind: thing({"type": one_of(kind), "series": _SERIES, "axis_config": _AXES})
    for kind in ("bar", "line", "area")
}
_PIE = thing(
    {
        "type": one_of("pie"),
        "segments": array(thing({"label": string(20), "value": number(0, 1e15)}), 6),
    }
)
TASK = _block(
    "task_card",
    {"task_id": ID, "title": string(), "status": one_of("pending", "in_progress", "complete", "error")},
    {"details": RICH_TEXT, "output": RICH_TEXT},
)
EVERYWHERE: dict[str, Rule] = {
    "section": both(
        _block(
            "section",
            {},
            {
                "text": text(3000),
                "fields": array(text(2000), 10),
                "accessory": element(IN_SECTION, "a section's accessory"),
                "expand": boolean,
            },
        ),
        _section_says,
    ),
    "divider": _block("divider", {}),
    "header": _block("header", {"text": plain(150)}),
    "context": _block(
        "context",
        {
            "elements": array(
                typed(
                    {"plain_text": plain(2000), "mrkdwn": mrkdwn(2000), "image": ELEMENTS["image"]},
                    "a context's element",
                ),
                10,
            )
        },
    ),
    "actions": both(
        _block("actions", {"elements": array(element(IN_ACTIONS, "an actions block"), 25)}), _actions_named
    ),
    "image": _block("image", {"image_url": URL, "alt_text": string(2000)}, {"title": plain(2000)}),
    "input": _block(
        "input",
        {"label": plain(2000), "element": element(IN_INPUT, "an input block")},
        {"hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
    ),
    "rich_text": RICH_TEXT,
}
_TABLE: Rule = both(
    _block(
        "table",
        {"rows": array(array(CELL, 20), 100)},
        {
            "column_settings": array(
                thing({}, {"align": one_of("left", "center", "right"), "is_wrapped": boolean}), 20
            )
        },
    ),
    _same_widths,
)
IN_MESSAGES: dict[str, Rule] = {
    "markdown": _block("markdown", {"text": string(12_000)}),
    "table": _TABLE,
    "data_table": both(
        _block(
            "data_table",
            {"caption": string(), "rows": array(array(CELL, 20), 201, 2)},
            {"page_size": number(1, 100), "row_header_column_index": number(0, 19)},
        ),
        _same_widths,
    ),
    "data_visualization": both(
        _block(
            "data_visualization", {"title": string(50), "chart": typed({**_PLOTTED, "pie": _PIE}, "a chart")}
        ),
        _chart_agrees,
    ),
    "task_card": TASK,
    "plan": _block("plan", {"title": string()}, {"tasks": array(TASK, 50)}),
}
IN_MODALS: dict[str, Rule] = {
    "alert": _block(
        "alert", {"text": text(2000)}, {"level": one_of("default", "info", "warning", "error", "success")}
    ),
}

MESSAGE_BLOCK = typed({**EVERYWHERE, **IN_MESSAGES}, "a message's block")
_VIEW: dict[str, Rule] = {
    "private_metadata": string(3000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
}
MODAL = thing(
    {
        "type": one_of("modal"),
        "title": plain(24),
        "blocks": array(typed({**EVERYWHERE, **IN_MODALS}, "a modal's block"), 100),
    },
    {
        **_VIEW,
        "submit": plain(24),
        "close": plain(24),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
)
HOME = thing({"type": one_of("home"), "blocks": array(typed(EVERYWHERE, "a Home tab's block"), 100)}, _VIEW)
