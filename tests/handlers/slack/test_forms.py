"""A submitted form is shown again as it was filled in."""

from typing import Any

import pytest

from handlers.slack.elements import blocks, forms
from handlers.words import Markup
from tests.support.limits import problems

OPTION = {"text": {"type": "plain_text", "text": "One"}, "value": "1"}
ELEMENTS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"type": "plain_text_input"}, {"type": "plain_text_input", "value": "typed"}, "initial_value"),
    ({"type": "static_select", "options": [OPTION]}, {"selected_option": OPTION}, "initial_option"),
    ({"type": "checkboxes", "options": [OPTION]}, {"selected_options": [OPTION]}, "initial_options"),
    ({"type": "radio_buttons", "options": [OPTION]}, {"selected_option": OPTION}, "initial_option"),
    ({"type": "conversations_select"}, {"selected_conversation": "C1"}, "initial_conversation"),
    ({"type": "timepicker"}, {"selected_time": "09:30"}, "initial_time"),
    ({"type": "datepicker"}, {"selected_date": "2026-11-30"}, "initial_date"),
]


def submitted(element: dict[str, Any], state: dict[str, Any]) -> dict[str, Any]:
    """A view as Slack sends it when it is submitted."""
    row = blocks.input_("Name", element | {"action_id": "a"}, "b")
    view = blocks.modal("Form", [row], callback_id="form", submit="Save", close="Close", metadata="plan")
    return view | {"id": "V1", "hash": "1.2", "team_id": "T1", "state": {"values": {"b": {"a": state}}}}


@pytest.mark.parametrize(("element", "state", "key"), ELEMENTS)
def test_what_was_typed_or_chosen_is_there_again(element: dict[str, Any], state: dict[str, Any], key: str):
    view = forms.filled_again(submitted(element, state), Markup("Wrong"), "b")
    [field, problem] = view["blocks"]
    assert field["element"][key] in state.values()
    assert "Wrong" in problem["text"]["text"]
    assert (view["callback_id"], view["private_metadata"]) == ("form", "plan")
    assert not {"id", "hash", "team_id", "state"} & view.keys()
    assert problems("modal", view) == []


def test_what_was_emptied_stays_empty_and_an_error_without_an_input_is_on_top():
    was_filled = {"type": "plain_text_input", "initial_value": "before"}
    view = forms.filled_again(submitted(was_filled, {"value": None}), Markup("Too old"))
    [problem, field] = view["blocks"]
    assert "initial_value" not in field["element"]
    assert "Too old" in problem["text"]["text"]
