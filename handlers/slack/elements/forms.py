"""Submitted forms, shown again as they were filled in."""

from typing import Any

from handlers.slack.elements import blocks
from handlers.slack.elements.blocks import Block, View
from handlers.words import Markup

# What a view takes, of what Slack sends of a submitted one.
_KEYS = (
    *("type", "title", "blocks", "submit", "close"),
    *("callback_id", "private_metadata", "clear_on_close", "notify_on_close"),
)


def filled_again(view: dict[str, Any], problem: Markup, block_id: str | None = None) -> View:
    """Returns the submitted form with what was typed and chosen, except files, which Slack can't show again.

    `view` is as Slack sends it. `problem` stands below the input of that block id, or on top without one.
    """
    values: dict[str, dict[str, Any]] = view["state"]["values"]
    rows: list[Block] = [] if block_id else [blocks.problem(problem)]
    for block in view["blocks"]:
        rows.append(_filled(block, values))
        if block_id and block.get("block_id") == block_id:
            rows.append(blocks.problem(problem))
    return {key: view[key] for key in _KEYS if view.get(key)} | {"blocks": rows[: blocks.MOST_BLOCKS]}


def _filled(block: Block, values: dict[str, dict[str, Any]]) -> Block:
    element = block.get("element")
    if not element:
        return block
    state = values.get(block["block_id"], {}).get(element["action_id"], {})
    unfilled = {key: value for key, value in element.items() if not key.startswith("initial_")}
    return block | {"element": unfilled | _initial(state)}


def _initial(state: dict[str, Any]) -> dict[str, Any]:
    """An element's initial value from its state: `selected_option` becomes `initial_option`, `value` `initial_value`."""
    initial = {
        key.replace("selected_", "initial_"): value
        for key, value in state.items()
        if key.startswith("selected_") and value
    }
    return initial | ({"initial_value": state["value"]} if state.get("value") else {})
