"""Modals and Home tabs: opened, pushed, updated, published, closed; and what is typed in them."""

import copy
import re
import secrets
from collections.abc import Iterator
from typing import Any

from handlers.standins.slack.limits.views import check_view, elements_of
from handlers.standins.slack.state import APP, BOT, TEAM, SlackError, State, Trigger, View, new_id
from handlers.standins.types import Json

STACK = 3
REQUIRED = "Please complete this required field."

# Of each element that has an answer: what its answer is called, what its initial answer is called, no answer.
_ANSWERS: dict[str, tuple[str, str, Any]] = {
    "plain_text_input": ("value", "initial_value", None),
    "email_text_input": ("value", "initial_value", None),
    "url_text_input": ("value", "initial_value", None),
    "number_input": ("value", "initial_value", None),
    "static_select": ("selected_option", "initial_option", None),
    "external_select": ("selected_option", "initial_option", None),
    "radio_buttons": ("selected_option", "initial_option", None),
    "multi_static_select": ("selected_options", "initial_options", []),
    "multi_external_select": ("selected_options", "initial_options", []),
    "checkboxes": ("selected_options", "initial_options", []),
    "users_select": ("selected_user", "initial_user", None),
    "multi_users_select": ("selected_users", "initial_users", []),
    "conversations_select": ("selected_conversation", "initial_conversation", None),
    "multi_conversations_select": ("selected_conversations", "initial_conversations", []),
    "channels_select": ("selected_channel", "initial_channel", None),
    "multi_channels_select": ("selected_channels", "initial_channels", []),
    "datepicker": ("selected_date", "initial_date", None),
    "timepicker": ("selected_time", "initial_time", None),
    "datetimepicker": ("selected_date_time", "initial_date_time", None),
    "file_input": ("files", "", []),
}


def open_view(state: State, trigger: Trigger, sent: Any) -> View:
    """Opens a modal: a new stack, or on top of the modal that the trigger came from."""
    check_view(sent, "modal")
    stack = state.stacks[trigger.user]
    if trigger.in_modal and stack:
        return push_view(state, trigger.user, sent, trigger.channel)
    _check_external_id(state, sent)
    if stack:
        close_views(state, trigger.user, list(stack))
    return _put_on_top(state, trigger.user, sent, trigger.channel)


def push_view(state: State, user: str, sent: Any, channel: str | None) -> View:
    """Raises `not_found` (no modal to push onto), `push_limit_reached` (a stack has three)."""
    check_view(sent, "modal")
    stack = state.stacks[user]
    if not stack:
        raise SlackError("not_found")
    if len(stack) >= STACK:
        raise SlackError("push_limit_reached")
    _check_external_id(state, sent)
    return _put_on_top(state, user, sent, channel or state.views[stack[-1]].channel)


def update_view(state: State, view: View, sent: Any, given_hash: str | None = None) -> View:
    """Replaces what is shown; answers under the same block and action id stay. Raises `hash_conflict`."""
    check_view(sent, "modal")
    if given_hash is not None and given_hash != view.content["hash"]:
        raise SlackError("hash_conflict")
    _check_external_id(state, sent, but=view)
    old = view.content
    ids = {key: old[key] for key in ("id", "previous_view_id", "root_view_id")}
    view.content = rendered(state, sent, view.channel) | ids
    state.show_views(view.user)
    return view


def publish_home(state: State, user: str, sent: Any, given_hash: str | None = None) -> View:
    """Raises `hash_conflict`."""
    check_view(sent, "home")
    old = state.homes.get(user)
    if given_hash is not None and old is not None and given_hash != old.content["hash"]:
        raise SlackError("hash_conflict")
    content = rendered(state, sent, None)
    content["id"] = old.id if old is not None else new_id("V")
    content["root_view_id"] = content["id"]
    state.homes[user] = View(content, user)
    state.push(user, {"type": "home", "view": content})
    return state.homes[user]


def find_view(state: State, view_id: str | None, external_id: str | None) -> View:
    """An open modal. Raises `not_found`."""
    for view in state.views.values():
        if view.id == view_id or (external_id and view.content["external_id"] == external_id):
            return view
    raise SlackError("not_found")


def close_views(state: State, user: str, view_ids: list[str]) -> list[View]:
    """Takes these modals from the stack and returns them, top first."""
    closed = [state.views.pop(view_id) for view_id in reversed(view_ids)]
    state.stacks[user] = [view_id for view_id in state.stacks[user] if view_id in state.views]
    state.show_views(user)
    return closed


def rendered(state: State, sent: Json, channel: str | None) -> Json:
    """A view as Slack gives it back, without its place in a stack."""
    made: Json = {
        "team_id": TEAM,
        "app_id": APP,
        "bot_id": BOT,
        "app_installed_team_id": TEAM,
        "previous_view_id": None,
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "submit": None,
        "close": None,
        "clear_on_close": False,
        "notify_on_close": False,
        "state": {"values": {}},
        "hash": f"{int(state.clock())}.{secrets.token_hex(4)}",
        **copy.deepcopy(sent),
    }
    name_blocks(made["blocks"])
    for block in made["blocks"]:
        for one in elements_of(block):
            if one.get("default_to_current_conversation") and channel:
                one.setdefault("initial_conversation", channel)
    return made


def name_blocks(blocks: list[Json]) -> None:
    """Gives ids to the blocks and elements that came without."""
    for block in blocks:
        block.setdefault("block_id", secrets.token_urlsafe(4))
        for one in elements_of(block):
            if one["type"] not in {"image", "plain_text", "mrkdwn"}:
                one.setdefault("action_id", secrets.token_urlsafe(4))


def answers(blocks: list[Json], *typed: Json) -> Json:
    """`state.values`: the answer to every element, from the first of `typed` that has it, else the initial one."""
    made: Json = {}
    for block in blocks:
        for one in elements_of(block):
            if one["type"] not in _ANSWERS:
                continue
            name, initial, nothing = _ANSWERS[one["type"]]
            block_id, action_id = block["block_id"], one["action_id"]
            found = (values.get(block_id, {}).get(action_id) for values in typed)
            given = next((answer for answer in found if answer is not None), None)
            value = one.get(initial, nothing) if given is None else given.get(name, nothing)
            # What was typed and taken away again is nothing.
            value = nothing if value == "" else value
            made.setdefault(block_id, {})[action_id] = {"type": one["type"], name: value}
    return made


def client_errors(blocks: list[Json], values: Json) -> dict[str, str]:
    """What Slack's own window refuses before it asks the bot, by block id."""
    return {
        block["block_id"]: problem
        for block in blocks
        if block["type"] == "input"
        for problem in _problems(block, values[block["block_id"]][block["element"]["action_id"]])
    }


def _problems(block: Json, answer: Json) -> Iterator[str]:
    one = block["element"]
    value = answer[_ANSWERS[one["type"]][0]]
    if value in (None, []):
        if not block.get("optional"):
            yield REQUIRED
    elif one["type"] == "email_text_input" and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value):
        yield "Please enter a valid email address."
    elif one["type"] == "url_text_input" and not re.fullmatch(r"https?://\S+", value):
        yield "Please enter a valid URL."
    elif one["type"] == "number_input":
        yield from _number_problems(one, value)
    elif one["type"] == "plain_text_input":
        if len(value) < one.get("min_length", 0):
            yield f"Enter at least {one['min_length']} characters."
        if len(value) > one.get("max_length", 3000):
            yield f"Enter at most {one.get('max_length', 3000)} characters."
    elif one["type"] == "file_input" and len(value) > one.get("max_files", 10):
        yield f"Choose at most {one.get('max_files', 10)} files."


def _number_problems(one: Json, value: str) -> Iterator[str]:
    try:
        typed = float(value) if one["is_decimal_allowed"] else int(value)
    except ValueError:
        yield "Please enter a valid number."
        return
    if not float(one.get("min_value", "-inf")) <= typed <= float(one.get("max_value", "inf")):
        yield f"Enter a number between {one.get('min_value', '…')} and {one.get('max_value', '…')}."


def _put_on_top(state: State, user: str, sent: Json, channel: str | None) -> View:
    stack = state.stacks[user]
    content = rendered(state, sent, channel)
    content["id"] = new_id("V")
    content["previous_view_id"] = stack[-1] if stack else None
    content["root_view_id"] = stack[0] if stack else content["id"]
    view = View(content, user, channel)
    state.views[view.id] = view
    stack.append(view.id)
    state.show_views(user)
    return view


def _check_external_id(state: State, sent: Json, but: View | None = None) -> None:
    wanted = sent.get("external_id")
    if wanted and any(v.content["external_id"] == wanted for v in state.views.values() if v is not but):
        raise SlackError("duplicate_external_id")
