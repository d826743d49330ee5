"""Modals: triggers, the stack, updates, and what a submission may be answered with."""

from typing import Any

import pytest
from slack_sdk import WebClient

from handlers.standins.slack.server import Workspace
from handlers.standins.slack.views import STACK
from tests.handlers.standins.conftest import (
    Clock,
    Wire,
    actions,
    button,
    impatient,
    modal,
    section,
    text,
    typed,
)
from tests.support.slack import NEWS, SAM, Json, Person, has_action, titled
from tests.support.slack_calls import refusal


@pytest.fixture
def trigger(olivia: Person, wire: Wire) -> str:
    olivia.command("/cleaned")
    return str(wire.last["trigger_id"])


def open_modal(client: WebClient, trigger: str, *blocks: Json, **more: Any) -> Json:
    return dict(client.views_open(trigger_id=trigger, view=modal(*blocks, **more))["view"])


def test_a_trigger_works_once(client: WebClient, trigger: str) -> None:
    open_modal(client, trigger)
    said = refusal(client, "views.open", trigger_id=trigger, view=modal())
    assert said["error"] == "exchanged_trigger_id"


def test_a_trigger_works_for_three_seconds(client: WebClient, trigger: str, clock: Clock) -> None:
    clock.now += 3.01
    said = refusal(client, "views.open", trigger_id=trigger, view=modal())
    assert said["error"] == "expired_trigger_id"


def test_a_made_up_trigger_is_refused(client: WebClient) -> None:
    said = refusal(client, "views.open", trigger_id="1.2.abc", view=modal())
    assert said["error"] == "invalid_trigger_id"


def test_a_view_comes_back_with_ids_and_empty_state(client: WebClient, trigger: str) -> None:
    view = open_modal(client, trigger, section(), private_metadata="7")
    assert view["root_view_id"] == view["id"]
    assert view["previous_view_id"] is None
    assert view["state"] == {"values": {}}
    assert view["blocks"][0]["block_id"]
    assert (view["private_metadata"], view["callback_id"]) == ("7", "")


def test_a_wrong_view_is_explained(client: WebClient, trigger: str) -> None:
    said = refusal(client, "views.open", trigger_id=trigger, view=modal(title="x" * 25))
    assert said["error"] == "invalid_arguments"
    assert "[json-pointer:/view/title/text]" in said["response_metadata"]["messages"][0]


def test_a_view_of_too_many_bytes_is_too_large(client: WebClient, trigger: str) -> None:
    said = refusal(client, "views.open", trigger_id=trigger, view=modal(*[section("x" * 3000)] * 90))
    assert said["error"] == "view_too_large"


def test_a_stack_holds_three(client: WebClient, trigger: str, olivia: Person, wire: Wire) -> None:
    open_modal(client, trigger, actions(button()))
    for depth in range(2, STACK + 2):
        olivia.click("go")
        arguments = {
            "trigger_id": wire.last["trigger_id"],
            "view": modal(actions(button()), title=f"Number {depth}"),
        }
        if depth <= STACK:
            view = client.views_push(**arguments)["view"]
            assert view["previous_view_id"]
        else:
            assert refusal(client, "views.push", **arguments)["error"] == "push_limit_reached"
    assert [view["title"]["text"] for view in olivia.state()["views"]] == ["A modal", "Number 2", "Number 3"]


def test_nothing_is_pushed_without_a_modal(client: WebClient, trigger: str) -> None:
    assert refusal(client, "views.push", trigger_id=trigger, view=modal())["error"] == "not_found"


def test_an_update_takes_the_hash_of_what_is_shown(client: WebClient, trigger: str, olivia: Person) -> None:
    first = open_modal(client, trigger)
    second = client.views_update(view_id=first["id"], hash=first["hash"], view=modal(title="Second"))["view"]
    assert second["id"] == first["id"]
    said = refusal(client, "views.update", view_id=first["id"], hash=first["hash"], view=modal())
    assert said["error"] == "hash_conflict"
    third = client.views_update(view_id=first["id"], view=modal(title="Second"))["view"]
    assert third["hash"] not in (first["hash"], second["hash"]), "though it shows the same"
    for wrong in (second["hash"], ""):
        said = refusal(client, "views.update", view_id=first["id"], hash=wrong, view=modal())
        assert said["error"] == "hash_conflict"
    olivia.wait_modal(titled("Second"))


def test_an_update_names_its_view_once(client: WebClient, trigger: str) -> None:
    view = open_modal(client, trigger, external_id="plan-7")
    said = refusal(client, "views.update", view_id=view["id"], external_id="plan-7", view=modal())
    assert said["error"] == "invalid_arguments"


def test_an_update_finds_a_view_by_its_external_id_while_it_is_open(
    client: WebClient, trigger: str, olivia: Person
) -> None:
    open_modal(client, trigger, external_id="plan-7")
    client.views_update(external_id="plan-7", view=modal(title="Found", external_id="plan-7"))
    olivia.wait_modal(titled("Found"))
    olivia.dismiss()
    assert refusal(client, "views.update", external_id="plan-7", view=modal())["error"] == "not_found"


def test_an_external_id_is_used_once(
    client: WebClient, trigger: str, workspace: Workspace, wire: Wire
) -> None:
    open_modal(client, trigger, external_id="plan-7")
    with Person(workspace, SAM) as sam:
        sam.command("/cleaned")
    arguments = {"trigger_id": wire.last["trigger_id"], "view": modal(external_id="plan-7")}
    assert refusal(client, "views.open", **arguments)["error"] == "duplicate_external_id"


def test_what_is_typed_stays_over_an_update_of_the_same_block(
    client: WebClient, trigger: str, olivia: Person, wire: Wire
) -> None:
    view = open_modal(client, trigger, typed(), actions(button()))
    olivia.fill(word="half")
    olivia.click("go")
    assert wire.last["view"]["state"]["values"]["word"]["typed"]["value"] == "half"
    client.views_update(view_id=view["id"], view=modal(section("New"), typed()))
    olivia.submit()
    assert wire.last["view"]["state"]["values"]["word"]["typed"]["value"] == "half"


def test_initial_answers_are_in_the_state_and_the_current_conversation_too(
    client: WebClient, trigger: str, olivia: Person, wire: Wire
) -> None:
    option = {"text": text("One"), "value": "1"}
    ticks = {
        "type": "checkboxes",
        "action_id": "ticks",
        "options": [option],
        "initial_options": [option],
    }
    where = {
        "type": "conversations_select",
        "action_id": "where",
        "default_to_current_conversation": True,
        "response_url_enabled": True,
    }
    open_modal(
        client,
        trigger,
        typed(initial_value="first"),
        {"type": "input", "block_id": "t", "label": text("Ticks"), "element": ticks},
        {"type": "input", "block_id": "w", "label": text("Where"), "element": where},
    )
    assert olivia.submit() == {}
    payload = wire.last
    values = payload["view"]["state"]["values"]
    assert values["word"]["typed"] == {"type": "plain_text_input", "value": "first"}
    assert values["t"]["ticks"]["selected_options"] == [option]
    assert values["w"]["where"]["selected_conversation"] == NEWS
    assert payload["response_urls"][0]["channel_id"] == NEWS


@pytest.mark.parametrize(
    ("element", "answer", "error"),
    [
        ({"type": "plain_text_input"}, "", "Please complete this required field."),
        ({"type": "plain_text_input", "min_length": 3}, "ab", "Enter at least 3 characters."),
        ({"type": "plain_text_input", "max_length": 3}, "abcd", "Enter at most 3 characters."),
        ({"type": "email_text_input"}, "freddie", "Please enter a valid email address."),
        ({"type": "url_text_input"}, "freddie", "Please enter a valid URL."),
        ({"type": "number_input", "is_decimal_allowed": False}, "1.5", "Please enter a valid number."),
        (
            {"type": "number_input", "is_decimal_allowed": True, "min_value": "2", "max_value": "3"},
            "1.5",
            "Enter a number between 2 and 3.",
        ),
    ],
)
def test_slacks_own_window_refuses_before_the_bot_is_asked(
    client: WebClient, trigger: str, olivia: Person, wire: Wire, element: Json, answer: str, error: str
) -> None:
    block = {**typed(), "element": {"action_id": "typed", **element}}
    open_modal(client, trigger, block)
    heard = len(wire.requests)
    assert olivia.submit(word=answer) == {"word": error}
    assert len(wire.requests) == heard


def test_a_submission_may_be_answered_with_errors_update_push_and_clear(
    client: WebClient, trigger: str, olivia: Person, wire: Wire
) -> None:
    open_modal(client, trigger, typed())
    wire.answer = lambda _: {"response_action": "errors", "errors": {"word": "No."}}
    assert olivia.submit(word="x") == {"word": "No."}
    wire.answer = lambda _: {"response_action": "update", "view": modal(typed(), title="Step two")}
    assert olivia.submit(word="x") == {}
    olivia.wait_modal(titled("Step two"))
    wire.answer = lambda _: {"response_action": "push", "view": modal(typed(), title="Step three")}
    assert olivia.submit(word="x") == {}
    olivia.wait_modal(titled("Step three"))
    assert len(olivia.state()["views"]) == 2
    wire.answer = lambda _: {"response_action": "clear"}
    assert olivia.submit(word="x") == {}
    assert olivia.modal() is None


def test_an_empty_answer_closes_only_the_modal_on_top(
    client: WebClient, trigger: str, olivia: Person, wire: Wire
) -> None:
    open_modal(client, trigger, actions(button()))
    olivia.click("go")
    client.views_push(trigger_id=wire.last["trigger_id"], view=modal(typed(), title="Above"))
    assert olivia.submit(word="x") == {}
    olivia.wait_modal(titled("A modal"))


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"note": "under a section"}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "errors", "errors": {"word": ""}},
        {"response_action": "push", "view": modal(title="x" * 25)},
        {"response_action": "update"},
        {"response_action": "close"},
        {"text": "Hello"},
    ],
)
def test_an_answer_that_slack_does_not_take_leaves_the_modal_with_a_notice(
    workspace: Workspace, client: WebClient, trigger: str, olivia: Person, wire: Wire, answer: Json
) -> None:
    open_modal(client, trigger, typed(), section(block_id="note"))
    wire.answer = lambda _: answer
    with pytest.raises(AssertionError, match="We had some trouble connecting"):
        olivia.submit(word="x")
    assert olivia.modal() is not None
    assert workspace.refused[-1]["method"] == "view_submission"


@impatient
def test_a_submission_that_is_not_answered_in_time_leaves_the_modal_with_a_notice(
    workspace: Workspace, client: WebClient, trigger: str, olivia: Person, wire: Wire
) -> None:
    open_modal(client, trigger, typed())
    wire.answer = lambda _: None
    with pytest.raises(AssertionError, match="We had some trouble connecting"):
        olivia.submit(word="x")
    assert olivia.modal() is not None
    assert workspace.refused[-1]["error"] == "operation_timeout"


def test_a_closed_modal_is_told_to_the_bot_when_it_asked(
    client: WebClient, trigger: str, olivia: Person, wire: Wire
) -> None:
    view = open_modal(client, trigger, notify_on_close=True, callback_id="x")
    olivia.dismiss()
    payload = wire.wait(2)[-1].payload
    assert (payload["type"], payload["view"]["id"], payload["is_cleared"]) == (
        "view_closed",
        view["id"],
        False,
    )


def test_a_message_that_is_pressed_comes_along_but_not_an_ephemeral_one(
    client: WebClient, olivia: Person, wire: Wire
) -> None:
    client.chat_postMessage(channel=NEWS, text="Figures", blocks=[actions(button(value="7"))])
    olivia.click("go", in_=olivia.wait_message(has_action("go")))
    payload = wire.last
    assert payload["message"]["text"] == "Figures"
    assert payload["message"]["bot_id"] == "B0CLEANED"
    assert payload["channel"] == {"id": NEWS, "name": "newsletter"}
    assert payload["actions"][0] | {"action_ts": ""} == {
        "type": "button",
        "action_id": "go",
        "block_id": "row",
        "text": text("Go"),
        "value": "7",
        "action_ts": "",
    }
    client.chat_postEphemeral(channel=NEWS, user=olivia.user, text="Alone", blocks=[actions(button("alone"))])
    olivia.click("alone", in_=olivia.wait_message(has_action("alone")))
    payload = wire.wait(2)[-1].payload
    assert "message" not in payload
    assert payload["container"]["is_ephemeral"] is True


def test_a_menu_asks_the_bot_for_its_options(
    client: WebClient, trigger: str, olivia: Person, wire: Wire
) -> None:
    menu = {"type": "external_select", "action_id": "contact", "min_query_length": 2}
    open_modal(client, trigger, {"type": "input", "block_id": "c", "label": text("Who"), "element": menu})
    option = {"text": text("freddie@example.com"), "value": "7"}
    wire.answer = lambda _: {"options": [option]}
    assert olivia.options("contact", "fre") == {"options": [option]}
    assert (wire.last["type"], wire.last["value"]) == ("block_suggestion", "fre")
    wire.answer = lambda _: {}
    assert olivia.submit(c=option) == {}
    assert wire.last["view"]["state"]["values"]["c"]["contact"]["selected_option"] == option
