"""What went wrong is told in the person's words, at the place where they look, and no address gets into the log."""

import logging
from typing import Any

import pytest
from slack_bolt import BoltResponse

from bot.core.errors import NotAnOperator, PlanGone, UnknownAudience, WrongWord
from handlers.slack import errors
from handlers.words import Words, words

ENGLISH, FRENCH = words("en-US"), words("fr-FR")


class Asked:
    """Only what `errors` looks at."""

    def __init__(self, body: dict[str, Any], spoken: Words = ENGLISH) -> None:
        self.body = body
        self.words = spoken
        self.opened = None
        self.is_submission = body.get("type") == "view_submission"
        self.is_in_modal = False
        self.is_form_replaced = False
        self.answers: list[dict[str, Any]] = []

    def answer(self, message: dict[str, Any]) -> None:
        self.answers.append(message)


def tell(error: Exception, ask: Asked, *, acknowledged: bool) -> BoltResponse | None:
    return errors.tell(error, ask, acknowledged=acknowledged)  # type: ignore[arg-type]


def test_what_was_typed_wrong_is_told_under_its_input_and_the_modal_stays():
    error = WrongWord(word="ARCHIVER")
    error.block_id = "word"
    answer = tell(error, Asked({"type": "view_submission"}, FRENCH), acknowledged=False)
    assert answer is not None
    assert answer.body == (
        '{"response_action": "errors", "errors": {"word": "Tapez ARCHIVER pour confirmer. '
        'Rien n\\u2019a \\u00e9t\\u00e9 modifi\\u00e9."}}'
    )


def test_another_fault_of_a_submission_lies_on_top_so_that_what_was_typed_stays_below():
    answer = tell(PlanGone(), Asked({"type": "view_submission"}), acknowledged=False)
    assert answer is not None
    assert '"response_action": "push"' in answer.body
    assert "too old" in answer.body


def test_a_command_s_fault_is_an_answer_to_that_person():
    ask = Asked({"command": "/cleaned"})
    error = UnknownAudience(name="*News* <!channel>", known="Letters")
    assert tell(error, ask, acknowledged=True) is None
    [message] = ask.answers
    assert "&lt;!channel&gt;" in message["text"]
    assert "*News*" not in message["text"]


@pytest.mark.parametrize("spoken", [ENGLISH, FRENCH])
def test_a_refusal_says_who_can_help(spoken: Words):
    text = errors.sentence(spoken, NotAnOperator(helpers=("<@U1>", "<!subteam^S1>")))
    assert "<@U1>, <!subteam^S1>" in text
    assert "admin" in errors.sentence(spoken, NotAnOperator(helpers=()))


def test_an_unexpected_fault_has_a_reference_that_is_in_the_log_and_its_message_is_not(
    caplog: pytest.LogCaptureFixture,
):
    address = "ada@example.org"

    def fails() -> None:
        raise ValueError(address)

    ask = Asked({"command": "/cleaned"})
    with caplog.at_level(logging.ERROR):
        try:
            fails()
        except ValueError as error:
            tell(error, ask, acknowledged=True)
    reference = ask.answers[0]["text"].split("reference ")[1].rstrip(".")
    assert reference in caplog.text
    assert "in fails" in caplog.text
    assert "ada@" not in caplog.text + ask.answers[0]["text"]
