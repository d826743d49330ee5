"""Erasing a person: Slack takes the form and the receipt, which doesn't name the person."""

import pytest

from bot.privacy.forget import ForgetReceipt, Mirror
from bot.privacy.jobs import FORGET
from handlers.slack.views import forget as views
from handlers.words import LANGUAGES
from handlers.words import words as words_for
from tests.support.jobs import job_value
from tests.support.limits import problems
from tests.support.views.segments import LONG, text_of

MANY = {"rows": {"contact": 3, "evidence": 12}, "mirrors": [1], "stopped": [LONG, "<!here>.csv"]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_slack_takes_the_form_and_every_message(language: str):
    words = words_for(language)
    for address in ("", "ann@example.com", LONG):
        assert problems("modal", views.form(words, "FORGET", address)) == []
    assert problems("modal", views.started(words)) == []
    failure = {"state": "failed", "result": {"error": "loading", "values": {}}}
    done = {"state": "done", "result": MANY | {"is_overwritten": False}}
    for columns in ({}, failure, done):
        job = job_value(FORGET, {"address": "ann@example.com"}, cursor=MANY, **columns)
        for mirrors in (
            (),
            (Mirror(LONG, "https://us1.example.com/lists/members/?id=1"), Mirror("News", None)),
        ):
            message = views.message(words, ForgetReceipt(job, mirrors))
            assert problems("message", message) == []
            assert "ann@example.com" not in text_of(message)


@pytest.mark.parametrize("is_overwritten", [True, False])
def test_the_receipt_says_what_is_left_to_do(is_overwritten: bool):
    words = words_for("en")
    result = {"rows": {"contact": 1}, "mirrors": [], "stopped": ["a.csv"], "is_overwritten": is_overwritten}
    job = job_value(FORGET, {"address": ""}, cursor={"rows": {"contact": 1}}, state="done", result=result)
    said = text_of(
        views.message(words, ForgetReceipt(job, [Mirror("News", "https://us1.example.com/?id=1")]))
    )
    assert "The person is erased: 1 entry" in said
    assert "The import of a.csv was stopped" in said
    assert "Delete them there for good: <https://us1.example.com/?id=1>" in said
    assert ("The database was in use" in said) is not is_overwritten
