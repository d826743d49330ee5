"""Checks of messages, modals and Home tabs, with Slack's error names."""

import json
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

from handlers.standins.slack.limits.blocks import EVERYWHERE, IN_MESSAGES, IN_MODALS, elements_of
from handlers.standins.slack.limits.elements import plain
from handlers.standins.slack.limits.rules import (
    Rule,
    array,
    boolean,
    by_type,
    error_at,
    object_with,
    one_of,
    string,
)
from handlers.standins.slack.state import SlackError
from handlers.standins.types import Json

MESSAGE_BLOCK = by_type({**EVERYWHERE, **IN_MESSAGES}, "a message's block")
_VIEW: dict[str, Rule] = {
    "private_metadata": string(3000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
}
MODAL = object_with(
    {
        "type": one_of("modal"),
        "title": plain(24),
        "blocks": array(by_type({**EVERYWHERE, **IN_MODALS}, "a modal's block"), 100),
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
HOME = object_with(
    {"type": one_of("home"), "blocks": array(by_type(EVERYWHERE, "a Home tab's block"), 100)}, _VIEW
)

MESSAGE_TEXT = 40_000
BLOCK_TEXT = 13_200  # not documented; bolt-js issue 2509
VIEW_BYTES = 250_000


def check_message(message_text: Any, blocks: Any, unknown: Collection[str] = ()) -> None:
    """Raises `no_text`, `msg_too_long`, `msg_blocks_too_long`, `invalid_blocks_format`, `invalid_blocks`.

    `unknown`: types of blocks that the workspace does not have yet.
    """
    if not message_text and not blocks:
        raise SlackError("no_text")
    if message_text and (not isinstance(message_text, str) or len(message_text) > MESSAGE_TEXT):
        raise SlackError("msg_too_long")
    if not blocks:
        return
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    errors = [
        *_unknown_errors(blocks, "/blocks", unknown),
        *array(MESSAGE_BLOCK, 50)(blocks, "/blocks"),
        *_block_set_errors(blocks, "/blocks"),
    ]
    if errors:
        raise SlackError("invalid_blocks", *errors, errors=list(errors))
    if sum(map(len, _texts(blocks))) > BLOCK_TEXT:
        raise SlackError("msg_blocks_too_long")


def check_view(view: Any, kind: str, unknown: Collection[str] = ()) -> None:
    """Raises `invalid_arguments` with every error, or `view_too_large`. `kind`: "modal" or "home".

    `unknown`: as for `check_message`.
    """
    rule = MODAL if kind == "modal" else HOME
    errors = list(rule(view, "/view"))
    if not errors:
        errors = [
            *_unknown_errors(view["blocks"], "/view/blocks", unknown),
            *_block_set_errors(view["blocks"], "/view/blocks"),
            *_submit_errors(view),
        ]
    if errors:
        raise SlackError("invalid_arguments", *errors)
    if len(json.dumps(view)) > VIEW_BYTES:
        raise SlackError("view_too_large")


def _unknown_errors(blocks: list[Any], pointer: str, unknown: Collection[str]) -> Iterator[str]:
    for index, block in enumerate(blocks):
        if isinstance(block, dict) and block.get("type") in unknown:
            yield error_at(f"{pointer}/{index}/type", f"unsupported type: {block['type']}")


def _block_set_errors(blocks: list[Any], pointer: str) -> Iterator[str]:
    """Errors that concern several blocks: duplicate ids, and too many blocks of a type."""
    valid = [block for block in blocks if isinstance(block, dict)]
    ids = Counter(str(block["block_id"]) for block in valid if "block_id" in block)
    for block_id, times in ids.items():
        if times > 1:
            yield error_at(pointer, f"block_id {block_id} already exists")
    kinds = Counter(block.get("type") for block in valid)
    for kind, most in (("table", 1), ("data_visualization", 2)):
        if kinds[kind] > most:
            yield error_at(pointer, f"no more than {most} {kind} blocks allowed")
    for index, block in enumerate(valid):
        actions = Counter(
            str(element["action_id"]) for element in elements_of(block) if "action_id" in element
        )
        for action_id, times in actions.items():
            if times > 1:
                yield error_at(f"{pointer}/{index}/elements", f"action_id {action_id} already exists")
    focused = sum(bool(element.get("focus_on_load")) for block in valid for element in elements_of(block))
    if focused > 1:
        yield error_at(pointer, "only one element may have focus_on_load")


def _submit_errors(view: Json) -> Iterator[str]:
    inputs = [block for block in view["blocks"] if block["type"] == "input"]
    if view["type"] == "modal" and inputs and "submit" not in view:
        yield error_at("/view", "missing required field: submit")


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
