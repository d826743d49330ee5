"""`/cleaned-fix` with no address: one likely typo after another, what is none, what is here already, what DNS says."""

from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import pytest
from dns.resolver import Resolver
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from handlers.slack.views.corrections import corrections as views
from handlers.slack.views.corrections import tick_list as tick_views
from storage.audiences import journal
from storage.core.database import Database
from tests.support.bot.corrections import fill
from tests.support.bot.name_servers import name_server
from tests.support.features.corrections import (
    FRENCH_OPERATOR,
    OPERATOR,
    Json,
    Person,
    Slack,
    buttons,
    rows,
    said,
)


@pytest.mark.parametrize(
    ("user", "second", "last", "right"),
    [
        (OPERATOR, "2 of 3 likely typos", "the last likely typo", "is marked as correct"),
        (FRENCH_OPERATOR, "2 sur 3 fautes", "C’est la dernière faute", "est indiquée comme juste"),
    ],
)
def test_without_an_address_the_likely_typos_come_one_after_another(
    database: Database, user: str, second: str, last: str, right: str
):
    news = fill(database, [{"address": f"u{n}@gmial.com"} for n in range(3)])
    person = Person(database, user)
    first = person.press(person.command(), tick_views.WALK)
    assert "u0@gmail.com" in said(first)
    assert views.BACK not in said(first)
    following = person.press(first, views.SKIP)
    assert "u1@gmial.com" in said(following)
    assert second in said(following)
    assert "u0@gmial.com" in said(person.press(following, views.BACK))

    after = person.press(following, views.NOT_TYPO)
    assert f"*u1@gmial.com* {right}" in said(after)
    assert "u2@gmail.com" in said(after)
    undone = person.press(after, views.MAYBE_TYPO)
    assert "u1@gmail.com" in said(undone)
    assert second in said(undone)
    receipt = person.submit(undone, ticked=True)["view"]
    person.shown()
    third = person.press(receipt, views.NEXT)
    assert "u2@gmail.com" in said(third)
    end = person.press(third, views.SKIP)
    assert last in said(end)
    picker = person.press(end, views.ALL)
    assert len(rows(picker)) == 2
    with database.reading() as session:
        assert [line.what for line in journal.read(session, news)] == ["fix", "maybe-typo", "not-typo"]


@pytest.mark.parametrize("begin", [tick_views.WALK, "u0@gmial.com"])
def test_five_corrections_one_after_another_leave_one_message(database: Database, begin: str):
    news = fill(database, [{"address": f"u{n}@gmial.com"} for n in range(5)])
    person = Person(database)
    form = person.press(person.command(), begin) if begin == tick_views.WALK else person.command(begin)
    for n in range(5):
        receipt = person.submit(form, ticked=True)["view"]
        for future in person.running:
            future.exception(10)
        kind, message = person.slack.sent.get(timeout=10)
        assert kind == ("update" if n else "message")
        if n < 4:
            form = person.press(receipt, views.NEXT)
    assert message["ts"] == "1.0"
    assert "5 corrected addresses were added to News" in message["text"]
    assert all(f"u{n}@gmial.com → *u{n}@gmail.com*" in said(message) for n in range(5))
    with database.reading() as session:
        assert [line.what for line in journal.read(session, news)] == ["fix"] * 5


def test_what_is_corrected_while_the_message_is_posted_is_told_in_it_then(database: Database):
    fill(database, [{"address": f"u{n}@gmial.com"} for n in range(3)])
    person, is_slow, post = Person(database), Event(), Slack.chat_postMessage

    def post_slowly(**given: Any) -> Any:
        assert is_slow.wait(10)
        return post(person.slack, **given)

    person.slack.chat_postMessage = post_slowly  # type: ignore[method-assign]
    first = person.command("u0@gmial.com")
    receipt = person.submit(first, ticked=True)["view"]
    for _ in range(2):
        person.send(
            person.body("block_actions", actions=[pressed(receipt, views.NEXT)], view=receipt | {"id": "V1"})
        )
        receipt = person.submit(person.shown(), ticked=True)["view"]
    is_slow.set()
    kinds: list[str] = []
    message: Json = {}
    while "3 corrected addresses were added" not in message.get("text", ""):
        kind, message = person.slack.sent.get(timeout=10)
        kinds.append(kind)
    for future in person.running:
        future.exception(10)
    kinds += [person.slack.sent.get()[0] for _ in range(person.slack.sent.qsize())]
    assert kinds == ["message", *["update"] * (len(kinds) - 1)]


def test_a_receipt_that_was_deleted_is_posted_again(database: Database):
    fill(database, [{"address": f"u{n}@gmial.com"} for n in range(2)])
    person = Person(database)
    receipt = person.submit(person.command("u0@gmial.com"), ticked=True)["view"]
    person.shown()

    def refuse(**_given: Any) -> Any:
        raise SlackApiError("refused", slack_answer("message_not_found"))  # type: ignore[no-untyped-call]

    person.slack.chat_update = refuse  # type: ignore[method-assign]
    person.submit(person.press(receipt, views.NEXT), ticked=True)
    assert "2 corrected addresses were added" in person.shown()["text"]


def test_not_a_typo_outside_of_a_walk_is_remembered_and_can_be_undone(database: Database):
    fill(database, [{"address": "ada@gmial.com"}, {"address": "bob@gmial.com"}])
    person = Person(database)
    kept = person.press(person.command("ada@gmial.com"), views.NOT_TYPO)
    assert "is marked as correct" in said(kept)
    form = person.command("ada@gmial.com")
    assert f"<@{OPERATOR}> marked this address as correct" in said(form)
    assert "ada@gmail.com" not in said(form)
    assert "bob@gmail.com" in said(person.command())
    assert "ada@gmail.com" in said(person.press(form, views.MAYBE_TYPO))


def test_the_last_one_of_a_walk_that_is_no_typo_can_be_undone(database: Database):
    fill(database, [{"address": "ada@gmial.com"}])
    person = Person(database)
    kept = person.press(person.press(person.command(), tick_views.WALK), views.NOT_TYPO)
    assert "is marked as correct" in said(kept)
    assert "no cleaned address looks mistyped" in said(person.press(kept, views.ALL))
    assert "ada@gmail.com" in said(person.press(kept, views.MAYBE_TYPO))


def test_what_is_there_already_is_told_and_another_address_can_be_typed(database: Database):
    fill(database, [{"address": "ada@gmial.com"}, {"address": "ada@gmail.com", "status": "subscribed"}])
    person = Person(database)
    form = person.command("ada@gmial.com")
    assert "Already here:* ada@gmail.com is subscribed to News" in said(form)
    assert "submit" not in form
    assert rows(person.command()) == []
    other = person.press(form, views.OTHER)
    receipt = person.submit(other, ticked=True, address="ada@example.com")
    assert "ada@example.com" in said(receipt)
    person.shown()


@pytest.fixture(scope="module")
def resolver() -> Iterator[Callable[[], Resolver]]:
    with name_server() as make_resolver:
        yield make_resolver


def test_the_domains_are_checked_when_asked_and_silence_is_unknown(
    database: Database, resolver: Callable[[], Resolver]
):
    fill(database, [{"address": "ada@refuses.example"}, {"address": "bob@silent.example"}])
    person = Person(database, make_resolver=resolver)
    form = person.command("ada@refuses.example")
    typed = {"values": {"address": {"address": {"value": "ada@Takes.example"}}}}
    asking = person.press(form | {"state": typed}, views.CHECK, value="")
    assert "Checking takes.example" in said(asking)
    answer = person.shown()
    assert "refuses.example says that it accepts no mail." in said(answer)
    assert "takes.example accepts mail." in said(answer)
    assert answer["submit"] == form["submit"]
    assert person.submit(answer, ticked=True, address="ada@takes.example")["response_action"] == "update"
    person.shown()
    asking = person.press(person.command("bob@silent.example"), views.CHECK, value="")
    assert "check of silent.example got no answer" in said(person.shown())
    without = Person(database)
    without.press(without.command("bob@silent.example"), views.CHECK, value="")
    assert "check of silent.example got no answer" in said(without.shown())


def test_an_answer_of_the_name_server_never_replaces_what_the_person_went_on_to(database: Database):
    fill(database, [{"address": "ada@gmial.com"}])
    person = Person(database)
    form = person.command("ada@gmial.com") | {"hash": "1.a"}
    hashes = []

    def refuse(**given: Any) -> Any:
        hashes.append(given["hash"])
        raise SlackApiError("refused", slack_answer("hash_conflict"))  # type: ignore[no-untyped-call]

    person.slack.views_update = refuse  # type: ignore[method-assign]
    person.send(person.body("block_actions", actions=[pressed(form, views.CHECK)], view=form | {"id": "V1"}))
    person.app._listener_runner.listener_executor.shutdown(wait=True)
    assert hashes == ["1.a"]
    assert person.slack.sent.empty()


def pressed(view: Json, action_id: str) -> Json:
    button = next(b for b in buttons(view) if b["action_id"] == action_id)
    return button | {"block_id": "b", "action_ts": "1.0"}


def slack_answer(error: str) -> SlackResponse:
    return SlackResponse(
        client=None,
        http_verb="POST",
        api_url="x",
        req_args={},
        data={"ok": False, "error": error},
        headers={},
        status_code=200,
    )
