"""Rules for text objects, options and interactive elements (docs.slack.dev/reference/block-kit)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

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

ID = string(255)


def plain(most: int) -> Rule:
    return object_with({"type": one_of("plain_text"), "text": string(most)}, {"emoji": boolean})


def mrkdwn(most: int) -> Rule:
    return object_with({"type": one_of("mrkdwn"), "text": string(most)}, {"verbatim": boolean})


def text(most: int) -> Rule:
    """A text object: plain_text or mrkdwn."""
    return by_type({"plain_text": plain(most), "mrkdwn": mrkdwn(most)}, "a text object")


CONFIRM = object_with(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)
OPTION = object_with({"text": plain(75), "value": string(150)}, {"description": plain(75)})
RICH_OPTION = object_with({"text": text(75), "value": string(150)}, {"description": text(75)})
OVERFLOW_OPTION = object_with(
    {"text": plain(75), "value": string(150)}, {"description": plain(75), "url": string(3000)}
)
GROUP = object_with({"label": plain(75), "options": array(OPTION, 100)})
FILTER = object_with(
    {},
    {
        "include": array(one_of("im", "mpim", "private", "public"), 4),
        "exclude_bot_users": boolean,
        "exclude_external_shared_channels": boolean,
    },
)
DISPATCH = object_with({"trigger_actions_on": array(one_of("on_enter_pressed", "on_character_entered"), 2)})


def matches(pattern: str, what: str) -> Rule:
    def rule(value: Any, pointer: str) -> Iterator[str]:
        if not (isinstance(value, str) and re.fullmatch(pattern, value)):
            yield error_at(pointer, f"must be {what}")

    return rule


DATE = matches(r"\d{4}-\d\d-\d\d", "a date in the form YYYY-MM-DD")
TIME = matches(r"([01]\d|2[0-3]):[0-5]\d", "a time in the form HH:mm")
URL = matches(r"https?://\S{1,3000}", "a URL")


def all_options(element: Mapping[str, Any]) -> list[Any]:
    """All options of an element, including those in groups."""
    return [
        *element.get("options", []),
        *(option for group in element.get("option_groups", []) for option in group["options"]),
    ]


def initial_options_exist(value: Any, pointer: str) -> Iterator[str]:
    """An initial option must equal one of the options."""
    options = all_options(value)
    if "initial_option" in value and value["initial_option"] not in options:
        yield error_at(
            f"{pointer}/initial_option", "initial_option must exactly match one of the provided options"
        )
    for index, initial in enumerate(value.get("initial_options", [])):
        if initial not in options:
            yield error_at(
                f"{pointer}/initial_options/{index}", "must exactly match one of the provided options"
            )


def options_or_groups(value: Any, pointer: str) -> Iterator[str]:
    if ("options" in value) == ("option_groups" in value):
        yield error_at(pointer, "exactly one of options and option_groups is required")


def unique_values(value: Any, pointer: str) -> Iterator[str]:
    values = [option["value"] for option in all_options(value)]
    if len(set(values)) < len(values):
        yield error_at(pointer, "values of options must be unique")


def number_bounds(value: Any, pointer: str) -> Iterator[str]:
    try:
        least, most = float(value.get("min_value", "-inf")), float(value.get("max_value", "inf"))
        initial = float(value["initial_value"]) if "initial_value" in value else None
    except ValueError:
        yield error_at(pointer, "must be numbers, as strings")
        return
    if least > most or (initial is not None and not least <= initial <= most):
        yield error_at(pointer, "must be within min_value and max_value")


def length_bounds(value: Any, pointer: str) -> Iterator[str]:
    if value.get("min_length", 0) > value.get("max_length", 3000):
        yield error_at(pointer, "min_length must not be over max_length")


def _element(kind: str, required: Mapping[str, Rule], optional: Mapping[str, Rule]) -> Rule:
    return object_with({"type": one_of(kind), **required}, {"action_id": ID, **optional})


_MENU: dict[str, Rule] = {"placeholder": plain(150), "confirm": CONFIRM, "focus_on_load": boolean}
_TEXT_INPUT: dict[str, Rule] = {
    "placeholder": plain(150),
    "focus_on_load": boolean,
    "dispatch_action_config": DISPATCH,
}
_MANY: dict[str, Rule] = {**_MENU, "max_selected_items": number(1, 100)}
_OPTIONS: dict[str, Rule] = {"options": array(OPTION, 100), "option_groups": array(GROUP, 100)}
_CONVERSATIONS: dict[str, Rule] = {"filter": FILTER, "default_to_current_conversation": boolean}
_CHOICE: dict[str, Rule] = {"confirm": CONFIRM, "focus_on_load": boolean}


def _static(kind: str, more: Mapping[str, Rule]) -> Rule:
    return all_of(
        _element(kind, {}, {**_OPTIONS, **more}), options_or_groups, unique_values, initial_options_exist
    )


ELEMENTS: dict[str, Rule] = {
    "button": _element(
        "button",
        {"text": plain(75)},
        {
            "value": string(2000),
            "url": URL,
            "style": one_of("primary", "danger"),
            "confirm": CONFIRM,
            "accessibility_label": string(75),
        },
    ),
    "static_select": _static("static_select", {**_MENU, "initial_option": OPTION}),
    "multi_static_select": _static("multi_static_select", {**_MANY, "initial_options": array(OPTION, 100)}),
    "external_select": _element(
        "external_select", {}, {**_MENU, "initial_option": OPTION, "min_query_length": number(0, 100)}
    ),
    "multi_external_select": _element(
        "multi_external_select",
        {},
        {**_MANY, "initial_options": array(OPTION, 100), "min_query_length": number(0, 100)},
    ),
    "users_select": _element("users_select", {}, {**_MENU, "initial_user": ID}),
    "multi_users_select": _element("multi_users_select", {}, {**_MANY, "initial_users": array(ID, 100)}),
    "conversations_select": _element(
        "conversations_select",
        {},
        {**_MENU, **_CONVERSATIONS, "initial_conversation": ID, "response_url_enabled": boolean},
    ),
    "multi_conversations_select": _element(
        "multi_conversations_select", {}, {**_MANY, **_CONVERSATIONS, "initial_conversations": array(ID, 100)}
    ),
    "channels_select": _element(
        "channels_select", {}, {**_MENU, "initial_channel": ID, "response_url_enabled": boolean}
    ),
    "multi_channels_select": _element(
        "multi_channels_select", {}, {**_MANY, "initial_channels": array(ID, 100)}
    ),
    "overflow": all_of(
        _element("overflow", {"options": array(OVERFLOW_OPTION, 5)}, {"confirm": CONFIRM}), unique_values
    ),
    "datepicker": _element("datepicker", {}, {**_MENU, "initial_date": DATE}),
    "timepicker": _element("timepicker", {}, {**_MENU, "initial_time": TIME, "timezone": ID}),
    "datetimepicker": _element(
        "datetimepicker", {}, {**_CHOICE, "initial_date_time": number(10**9, 10**10 - 1)}
    ),
    "checkboxes": all_of(
        _element(
            "checkboxes",
            {"options": array(RICH_OPTION, 10)},
            {**_CHOICE, "initial_options": array(RICH_OPTION, 10)},
        ),
        unique_values,
        initial_options_exist,
    ),
    "radio_buttons": all_of(
        _element(
            "radio_buttons", {"options": array(RICH_OPTION, 10)}, {**_CHOICE, "initial_option": RICH_OPTION}
        ),
        unique_values,
        initial_options_exist,
    ),
    "plain_text_input": all_of(
        _element(
            "plain_text_input",
            {},
            {
                **_TEXT_INPUT,
                "initial_value": string(3000, 0),
                "multiline": boolean,
                "min_length": number(0, 3000),
                "max_length": number(1, 3000),
            },
        ),
        length_bounds,
    ),
    "email_text_input": _element("email_text_input", {}, {**_TEXT_INPUT, "initial_value": string(3000, 0)}),
    "url_text_input": _element("url_text_input", {}, {**_TEXT_INPUT, "initial_value": string(3000, 0)}),
    "number_input": all_of(
        _element(
            "number_input",
            {"is_decimal_allowed": boolean},
            {
                **_TEXT_INPUT,
                "initial_value": string(100, 0),
                "min_value": string(100),
                "max_value": string(100),
            },
        ),
        number_bounds,
    ),
    "file_input": _element(
        "file_input", {}, {"filetypes": array(string(20), 100), "max_files": number(1, 10)}
    ),
    "image": object_with({"type": one_of("image"), "image_url": URL, "alt_text": string(2000)}),
}

_MENUS = {name for name in ELEMENTS if name.endswith(("_select", "picker"))}
_INPUTS = {name for name in ELEMENTS if name.endswith("_input")}
IN_ACTIONS = (_MENUS - {"file_input"}) | {"button", "overflow", "checkboxes", "radio_buttons"}
IN_SECTION = IN_ACTIONS | {"image"}
IN_INPUT = _MENUS | _INPUTS | {"checkboxes", "radio_buttons"}


def element_of(allowed: set[str], what: str) -> Rule:
    return by_type({name: ELEMENTS[name] for name in sorted(allowed)}, what)
