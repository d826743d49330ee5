"""Rules for blocks (docs.slack.dev/reference/block-kit/blocks)."""

from collections.abc import Iterator
from typing import Any

from handlers.standins.slack.limits.elements import (
    ELEMENTS,
    ID,
    IN_ACTIONS,
    IN_INPUT,
    IN_SECTION,
    URL,
    element_of,
    mrkdwn,
    plain,
    text,
)
from handlers.standins.slack.limits.rules import (
    Rule,
    all_of,
    array,
    boolean,
    by_type,
    error_at,
    number,
    object_with,
    one_of,
    string,
)
from handlers.standins.types import Json


def elements_of(block: Json) -> list[Json]:
    """The interactive elements (and images) of a block."""
    elements = [block.get("element"), block.get("accessory")]
    if block.get("type") in {"actions", "context"}:
        elements += block.get("elements") or []
    return [element for element in elements if isinstance(element, dict)]


def _block(kind: str, required: dict[str, Rule], optional: dict[str, Rule] | None = None) -> Rule:
    return object_with({"type": one_of(kind), **required}, {"block_id": ID, **(optional or {})})


def _section_has_text(value: Any, pointer: str) -> Iterator[str]:
    if "text" not in value and "fields" not in value:
        yield error_at(pointer, "missing required field: text or fields")


def _actions_have_ids(value: Any, pointer: str) -> Iterator[str]:
    for index, element in enumerate(value["elements"]):
        if "action_id" not in element:
            yield error_at(f"{pointer}/elements/{index}", "missing required field: action_id")


STYLE = object_with({}, dict.fromkeys(("bold", "italic", "strike", "code", "underline"), boolean))
_STYLED: dict[str, Rule] = {"style": STYLE}
_RICH_ELEMENT = by_type(
    {
        "text": object_with({"type": one_of("text"), "text": string(least=0)}, _STYLED),
        "link": object_with(
            {"type": one_of("link"), "url": string(3000)}, {**_STYLED, "text": string(), "unsafe": boolean}
        ),
        "emoji": object_with({"type": one_of("emoji"), "name": ID}, {**_STYLED, "unicode": ID}),
        "user": object_with({"type": one_of("user"), "user_id": ID}, _STYLED),
        "channel": object_with({"type": one_of("channel"), "channel_id": ID}, _STYLED),
        "usergroup": object_with({"type": one_of("usergroup"), "usergroup_id": ID}, _STYLED),
        "broadcast": object_with(
            {"type": one_of("broadcast"), "range": one_of("here", "channel", "everyone")}
        ),
        "date": object_with(
            {"type": one_of("date"), "timestamp": number(0, 10**11), "format": string(500)},
            {**_STYLED, "url": string(3000), "fallback": string(500)},
        ),
    },
    "a rich text element",
)
_RICH_ELEMENTS = array(_RICH_ELEMENT, 1000, 0)
_RICH_SECTION = object_with({"type": one_of("rich_text_section"), "elements": _RICH_ELEMENTS})
RICH_TEXT = _block(
    "rich_text",
    {
        "elements": array(
            by_type(
                {
                    "rich_text_section": _RICH_SECTION,
                    "rich_text_list": object_with(
                        {
                            "type": one_of("rich_text_list"),
                            "style": one_of("bullet", "ordered"),
                            "elements": array(_RICH_SECTION, 1000),
                        },
                        {"indent": number(0, 8), "border": one_of(0, 1), "offset": number(0, 10**6)},
                    ),
                    "rich_text_preformatted": object_with(
                        {"type": one_of("rich_text_preformatted"), "elements": _RICH_ELEMENTS},
                        {"border": one_of(0, 1)},
                    ),
                    "rich_text_quote": object_with(
                        {"type": one_of("rich_text_quote"), "elements": _RICH_ELEMENTS},
                        {"border": one_of(0, 1)},
                    ),
                },
                "a rich text part",
            ),
            1000,
        )
    },
)
CELL = by_type(
    {
        "raw_text": object_with({"type": one_of("raw_text"), "text": string()}),
        "raw_number": object_with(
            {"type": one_of("raw_number"), "value": number(-1e15, 1e15)}, {"text": string()}
        ),
        "rich_text": RICH_TEXT,
    },
    "a cell",
)


def _same_widths(value: Any, pointer: str) -> Iterator[str]:
    if len({len(row) for row in value["rows"]}) > 1:
        yield error_at(f"{pointer}/rows", "all rows must have the same number of cells")


def _chart_is_consistent(value: Any, pointer: str) -> Iterator[str]:
    chart = value["chart"]
    if chart["type"] == "pie":
        return
    names = [series["name"] for series in chart["series"]]
    if len(set(names)) < len(names):
        yield error_at(f"{pointer}/chart/series", "series names must be unique")
    for index, series in enumerate(chart["series"]):
        if [point["label"] for point in series["data"]] != chart["axis_config"]["categories"]:
            yield error_at(f"{pointer}/chart/series/{index}", "labels must match axis_config.categories")


_POINT = object_with({"label": string(20), "value": number(-1e15, 1e15)})
_AXES = object_with({"categories": array(string(20), 20)}, {"x_label": string(50), "y_label": string(50)})
_SERIES = array(object_with({"name": string(20), "data": array(_POINT, 20)}), 6)
_AXIS_CHARTS = {
    kind: object_with({"type": one_of(kind), "series": _SERIES, "axis_config": _AXES})
    for kind in ("bar", "line", "area")
}
_PIE = object_with(
    {
        "type": one_of("pie"),
        "segments": array(object_with({"label": string(20), "value": number(0, 1e15)}), 6),
    }
)
_SOURCE = object_with({"type": one_of("url"), "url": URL, "text": string()})
# Slack documents no limit of a title; the tasks of its streams (chat.appendStream) take 256 characters.
TASK = _block(
    "task_card",
    {"task_id": ID, "title": string(256), "status": one_of("pending", "in_progress", "complete", "error")},
    {"details": RICH_TEXT, "output": RICH_TEXT, "sources": array(_SOURCE, 50, 0)},
)
EVERYWHERE: dict[str, Rule] = {
    "section": all_of(
        _block(
            "section",
            {},
            {
                "text": text(3000),
                "fields": array(text(2000), 10),
                "accessory": element_of(IN_SECTION, "a section's accessory"),
                "expand": boolean,
            },
        ),
        _section_has_text,
    ),
    "divider": _block("divider", {}),
    "header": _block("header", {"text": plain(150)}),
    "context": _block(
        "context",
        {
            "elements": array(
                by_type(
                    {"plain_text": plain(2000), "mrkdwn": mrkdwn(2000), "image": ELEMENTS["image"]},
                    "a context's element",
                ),
                10,
            )
        },
    ),
    "actions": all_of(
        _block("actions", {"elements": array(element_of(IN_ACTIONS, "an actions block"), 25)}),
        _actions_have_ids,
    ),
    "image": _block("image", {"image_url": URL, "alt_text": string(2000)}, {"title": plain(2000)}),
    "input": _block(
        "input",
        {"label": plain(2000), "element": element_of(IN_INPUT, "an input block")},
        {"hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
    ),
    "rich_text": RICH_TEXT,
}
_TABLE: Rule = all_of(
    _block(
        "table",
        {"rows": array(array(CELL, 20), 100)},
        {
            "column_settings": array(
                object_with({}, {"align": one_of("left", "center", "right"), "is_wrapped": boolean}), 20
            )
        },
    ),
    _same_widths,
)
IN_MESSAGES: dict[str, Rule] = {
    "markdown": _block("markdown", {"text": string(12_000)}),
    "table": _TABLE,
    "data_table": all_of(
        _block(
            "data_table",
            {"caption": string(), "rows": array(array(CELL, 20), 201, 2)},
            {"page_size": number(1, 100), "row_header_column_index": number(0, 19)},
        ),
        _same_widths,
    ),
    "data_visualization": all_of(
        _block(
            "data_visualization",
            {"title": string(50), "chart": by_type({**_AXIS_CHARTS, "pie": _PIE}, "a chart")},
        ),
        _chart_is_consistent,
    ),
    "task_card": TASK,
    "plan": _block("plan", {"title": string()}, {"tasks": array(TASK, 50)}),
}
IN_MODALS: dict[str, Rule] = {
    "alert": _block(
        "alert", {"text": text(200)}, {"level": one_of("default", "info", "warning", "error", "success")}
    ),
}
