"""The checker of Slack's limits finds what it is for."""

import pytest

from handlers.slack.elements import blocks as b
from handlers.slack.elements import newer
from handlers.words import Markup
from tests.support.limits import problems


def modal(*blocks: b.Block) -> b.View:
    return b.modal("Title", blocks, submit="Go")


def test_what_slack_takes_has_no_problems():
    view = modal(
        b.header("Cleaned"),
        b.section(Markup("text"), accessory=b.button("Fix", "fix", "1")),
        b.actions([b.select("reason", "Reason", [b.option("Hard", "hard")], initial="hard")]),
        b.context(Markup("more")),
        b.input_("Text", {"type": "plain_text_input", "action_id": "text"}, "text"),
    )
    assert problems("modal", view) == []
    assert problems("message", {"text": "hello", "blocks": [b.section(Markup("hello"))]}) == []


@pytest.mark.parametrize(
    ("surface", "payload"),
    [
        ("message", {"text": "", "blocks": []}),
        ("message", {"text": "t", "blocks": [b.section(Markup("x"))] * 51}),
        ("message", {"text": "t", "blocks": [b.section(Markup("x" * 3000))] * 5}),
        ("modal", modal(*[b.divider()] * 50) | {"title": b.plain("x" * 25, 99)}),
        ("modal", modal(b.divider()) | {"blocks": [b.divider()] * 101}),
        ("modal", modal(b.divider()) | {"private_metadata": "x" * 3001}),
        ("modal", modal({"type": "section", "text": {"type": "mrkdwn", "text": ""}})),
        ("modal", modal({"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}})),
        ("modal", modal(b.divider() | {"block_id": "a"}, b.divider() | {"block_id": "a"})),
        ("modal", modal(b.actions([]))),
        ("modal", modal(b.actions([b.button("a", "same"), b.button("b", "same")]))),
        ("modal", modal(b.actions([b.button("x", "x") | {"text": b.plain("x" * 76, 99)}]))),
        ("modal", modal(b.actions([b.select("s", "p", [b.option("a", "1"), b.option("b", "1")])]))),
        ("modal", modal(b.actions([b.select("s", "p", [b.option("a", "")])]))),
        ("modal", modal({"type": "table", "rows": [[]]})),
        ("modal", b.modal("T", [b.input_("L", {"type": "plain_text_input", "action_id": "a"}, "i")])),
        ("home", modal(b.divider())),
        ("modal", modal({"type": "alert", "text": b.mrkdwn("x" * 201)})),
        ("message", {"text": "t", "blocks": [newer.alert(Markup("x"))]}),
        ("modal", modal(newer.task_card("1", Markup("x"), newer.TaskStatus.PENDING, [b.divider()]))),
        ("message", {"text": "t", "blocks": [newer.NewerBlock(b.divider(), [b.actions([])])]}),
    ],
)
def test_what_slack_refuses_is_told(surface, payload):
    assert problems(surface, payload)
