"""What went wrong is told in the person's words, at the place where they look, and no address gets into the log."""

import logging
from typing import Any
from urllib.error import URLError

import pytest

from bot.core.errors import NotAnOperator, PlanGone, UnknownAudience, WrongWord
from handlers.slack import errors
from handlers.words import Words, words
from tests.support.features.digests import refusal

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


def tell(error: Exception, ask: Asked) -> None:
    errors.tell(error, ask)  # type: ignore[arg-type]


def test_what_was_typed_wrong_is_told_under_its_input_and_the_modal_stays():
    error = WrongWord(word="ARCHIVER")
    error.block_id = "word"
    assert errors.answer(error, FRENCH) == {
        "response_action": "errors",
        "errors": {"word": "Tapez ARCHIVER pour confirmer. Rien n’a été modifié."},
    }


def test_another_fault_of_a_submission_lies_on_top_so_that_what_was_typed_stays_below():
    answer = errors.answer(PlanGone(), ENGLISH)
    assert answer["response_action"] == "push"
    assert "has expired" in str(answer["view"]["blocks"])


def test_a_command_s_fault_is_an_answer_to_that_person():
    ask = Asked({"command": "/cleaned"})
    error = UnknownAudience(name="*News* <!channel>", known="Letters")
    tell(error, ask)
    [message] = ask.answers
    assert "&lt;!channel&gt;" in message["text"]
    assert "*News*" not in message["text"]


@pytest.mark.parametrize("spoken", [ENGLISH, FRENCH])
@pytest.mark.parametrize(
    "error",
    [
        *map(refusal, sorted(errors.UNAVAILABLE)),
        refusal("<html>502</html>"),
        TimeoutError(),
        URLError("timed out"),
    ],
)
def test_a_slack_that_takes_too_long_has_a_sentence_without_a_reference(
    error: Exception, spoken: Words, caplog: pytest.LogCaptureFixture
):
    assert errors.sentence(spoken, error) == spoken.md("trouble-slack")
    assert "Traceback" not in caplog.text


def test_who_closed_the_modal_before_it_showed_anything_is_told_nothing(caplog: pytest.LogCaptureFixture):
    ask = Asked({"command": "/cleaned"})
    tell(refusal("not_found"), ask)
    assert ask.answers == []
    assert caplog.records == []


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
            tell(error, ask)
    reference = ask.answers[0]["text"].split("reference ")[1].rstrip(".")
    assert reference in caplog.text
    assert "in fails" in caplog.text
    assert "ada@" not in caplog.text + ask.answers[0]["text"]
