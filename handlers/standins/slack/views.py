"""Modals and Home tabs: opening, pushing, updating, publishing, closing; and their input values."""

import copy
import re
import secrets
from collections.abc import Iterator
from typing import Any

from handlers.standins.slack.limits.blocks import elements_of
from handlers.standins.slack.limits.checks import check_view
from handlers.standins.slack.state import (
    APP,
    SlackError,
    StoredView,
    Trigger,
    WorkspaceState,
    new_id,
)
from handlers.standins.types import Json

STACK = 3  # modals at most on a stack
REQUIRED = "Please complete this required field."

# For each input element: the property of its value, of its initial value, and its empty value.
_VALUE_KEYS: dict[str, tuple[str, str, Any]] = {
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


def open_view(state: WorkspaceState, trigger: Trigger, sent: Any) -> StoredView:
    """Opens a modal: on a new stack, or on top of the modal that the trigger comes from."""
    check_view(sent, "modal", state.unknown_blocks)
    stack = state.stacks[trigger.user]
    if trigger.in_modal and stack:
        return push_view(state, trigger.user, sent, trigger.channel)
    _check_external_id(state, sent)
    if stack:
        close_views(state, trigger.user, list(stack))
    return _put_on_top(state, trigger.user, sent, trigger.channel)


def push_view(state: WorkspaceState, user: str, sent: Any, channel: str | None) -> StoredView:
    """Raises `not_found` (no modal to push onto), `push_limit_reached` (three on a stack)."""
    check_view(sent, "modal", state.unknown_blocks)
    stack = state.stacks[user]
    if not stack:
        raise SlackError("not_found")
    if len(stack) >= STACK:
        raise SlackError("push_limit_reached")
    _check_external_id(state, sent)
    return _put_on_top(state, user, sent, channel or state.views[stack[-1]].channel)


def update_view(
    state: WorkspaceState, view: StoredView, sent: Any, expected_hash: str | None = None
) -> StoredView:
    """Replaces the content; input under the same block and action id stays. Each content has a hash of its own.

    Raises `hash_conflict` if the view has another hash than expected.
    """
    check_view(sent, "modal", state.unknown_blocks)
    if expected_hash is not None and expected_hash != view.content["hash"]:
        raise SlackError("hash_conflict")
    _check_external_id(state, sent, other_than=view)
    old = view.content
    ids = {key: old[key] for key in ("id", "previous_view_id", "root_view_id")}
    view.content = complete_view(state, sent, view.user, view.channel) | ids
    state.push_views(view.user)
    return view


def publish_home(state: WorkspaceState, user: str, sent: Any, expected_hash: str | None = None) -> StoredView:
    """Raises `hash_conflict`."""
    check_view(sent, "home", state.unknown_blocks)
    old = state.homes.get(user)
    if expected_hash is not None and (old is None or expected_hash != old.content["hash"]):
        raise SlackError("hash_conflict")
    content = complete_view(state, sent, user, None)
    content["id"] = old.id if old is not None else new_id("V")
    content["root_view_id"] = content["id"]
    state.homes[user] = StoredView(content, user)
    state.push(user, {"type": "home", "view": content})
    return state.homes[user]


def find_view(state: WorkspaceState, view_id: str | None, external_id: str | None) -> StoredView:
    """An open modal. Raises `not_found`."""
    for view in state.views.values():
        if view.id == view_id or (external_id and view.content["external_id"] == external_id):
            return view
    raise SlackError("not_found")


def close_views(state: WorkspaceState, user: str, view_ids: list[str]) -> list[StoredView]:
    """Takes these modals from the stack and returns them, top first."""
    closed = [state.views.pop(view_id) for view_id in reversed(view_ids)]
    state.stacks[user] = [view_id for view_id in state.stacks[user] if view_id in state.views]
    state.push_views(user)
    return closed


def complete_view(state: WorkspaceState, sent: Json, user: str, channel: str | None) -> Json:
    """A view with the properties that Slack adds, except its id and its place on a stack."""
    installation = state.installation
    # bolt-js issue 1720: the organization's id if the app is installed for all of it.
    organization = installation.organization if installation and installation.is_enterprise_install else None
    content: Json = {
        "team_id": state.team_of(user).id,
        "app_id": APP,
        "bot_id": state.bot,
        "app_installed_team_id": organization.id if organization is not None else state.team.id,
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
    add_missing_ids(content["blocks"])
    for block in content["blocks"]:
        for element in elements_of(block):
            if element.get("default_to_current_conversation") and channel:
                element.setdefault("initial_conversation", channel)
    return content


def add_missing_ids(blocks: list[Json]) -> None:
    """Adds ids to blocks and interactive elements that have none."""
    for block in blocks:
        block.setdefault("block_id", secrets.token_urlsafe(4))
        for element in elements_of(block):
            if element["type"] not in {"image", "plain_text", "mrkdwn"}:
                element.setdefault("action_id", secrets.token_urlsafe(4))


def input_values(blocks: list[Json], *typed: Json) -> Json:
    """`state.values`: every element's value, from the first of `typed` that has it, else the initial value."""
    result: Json = {}
    for block in blocks:
        for element in elements_of(block):
            if element["type"] not in _VALUE_KEYS:
                continue
            key, initial_key, empty = _VALUE_KEYS[element["type"]]
            block_id, action_id = block["block_id"], element["action_id"]
            candidates = (values.get(block_id, {}).get(action_id) for values in typed)
            entered = next((candidate for candidate in candidates if candidate is not None), None)
            value = element.get(initial_key, empty) if entered is None else entered.get(key, empty)
            # Slack sends a cleared text field as empty.
            value = empty if value == "" else value
            result.setdefault(block_id, {})[action_id] = {"type": element["type"], key: value}
    return result


def client_errors(blocks: list[Json], values: Json) -> dict[str, str]:
    """Errors that Slack's client shows without asking the bot, by block id."""
    return {
        block["block_id"]: error
        for block in blocks
        if block["type"] == "input"
        for error in _errors(block, values[block["block_id"]][block["element"]["action_id"]])
    }


def _errors(block: Json, state: Json) -> Iterator[str]:
    element = block["element"]
    value = state[_VALUE_KEYS[element["type"]][0]]
    if value in (None, []):
        if not block.get("optional"):
            yield REQUIRED
    elif element["type"] == "email_text_input" and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value):
        yield "Please enter a valid email address."
    elif element["type"] == "url_text_input" and not re.fullmatch(r"https?://\S+", value):
        yield "Please enter a valid URL."
    elif element["type"] == "number_input":
        yield from _number_errors(element, value)
    elif element["type"] == "plain_text_input":
        if len(value) < element.get("min_length", 0):
            yield f"Enter at least {element['min_length']} characters."
        if len(value) > element.get("max_length", 3000):
            yield f"Enter at most {element.get('max_length', 3000)} characters."
    elif element["type"] == "file_input" and len(value) > element.get("max_files", 10):
        yield f"Choose at most {element.get('max_files', 10)} files."


def _number_errors(element: Json, value: str) -> Iterator[str]:
    try:
        number = float(value) if element["is_decimal_allowed"] else int(value)
    except ValueError:
        yield "Please enter a valid number."
        return
    if not float(element.get("min_value", "-inf")) <= number <= float(element.get("max_value", "inf")):
        yield f"Enter a number between {element.get('min_value', '…')} and {element.get('max_value', '…')}."


def _put_on_top(state: WorkspaceState, user: str, sent: Json, channel: str | None) -> StoredView:
    stack = state.stacks[user]
    content = complete_view(state, sent, user, channel)
    content["id"] = new_id("V")
    content["previous_view_id"] = stack[-1] if stack else None
    content["root_view_id"] = stack[0] if stack else content["id"]
    view = StoredView(content, user, channel)
    state.views[view.id] = view
    stack.append(view.id)
    state.push_views(user)
    return view


def _check_external_id(state: WorkspaceState, sent: Json, other_than: StoredView | None = None) -> None:
    external_id = sent.get("external_id")
    others = [view for view in state.views.values() if view is not other_than]
    if external_id and any(view.content["external_id"] == external_id for view in others):
        raise SlackError("duplicate_external_id")
