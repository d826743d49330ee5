"""`/cleaned-digest` by its payloads, and the clock that posts: to a Slack that notes what it is asked."""

import json
from collections import deque
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.error import URLError

import pytest
from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from sqlmodel import select

from bot.core.settings import Settings
from bot.digests import digests
from bot.maintenance.cleanup import delete_expired
from handlers import scheduler as scheduling
from handlers.slack.context import AppContext
from handlers.slack.people import People
from handlers.slack.views.digests import digests as views
from storage.core.database import Database
from storage.core.tables import AudienceRow
from storage.digests.tables import DigestRun
from storage.jobs import plans
from storage.jobs.tables import PlanRow
from tests.conftest import NOW
from tests.support.bot.digests import MONDAY, SETTINGS
from tests.support.bots import app_of
from tests.support.features.digests import Slack, refusal
from tests.support.limits import problems


class Bot:
    """The app, and one person's ways to speak to it."""

    def __init__(self, database: Database) -> None:
        self.slack = Slack()
        self.now = NOW
        self.parts = AppContext(
            database=database,
            settings=Settings(),
            client=self.slack,
            people=People(self.slack, (), "T"),
            clock=lambda: self.now,
        )
        self.app: App = app_of(self.parts, AuthorizeResult(enterprise_id=None, team_id="T", bot_id="B"))
        self.triggers = 0

    def send(self, user: str, **body: Any) -> BoltResponse:
        self.triggers += 1
        who = {"user": {"id": user}} if "type" in body else {"user_id": user}
        body = {"team_id": "T", "trigger_id": str(self.triggers), **who, **body}
        response = self.app.dispatch(BoltRequest(mode="socket_mode", body=body))
        self.app.listener_runner.listener_executor.shutdown(wait=True)
        self.app = app_of(self.parts, AuthorizeResult(enterprise_id=None, team_id="T", bot_id="B"))
        return response

    def press(self, action_id: str, value: str, user: str = "U0OLIVIA") -> None:
        action = {"type": "button", "action_id": action_id, "block_id": "b", "value": value}
        view = {"id": "V1", "type": "modal"}
        self.send(user, type="block_actions", actions=[action], view=view, container={"view_id": "V1"})

    def save(self, user: str = "U0OLIVIA", at: str = "09:00") -> dict[str, Any]:
        chosen = {
            views.CHANNEL: {"selected_conversation": "C0NEWS"},
            views.WEEKDAY: {"selected_option": {"value": "0"}},
            views.AT: {"selected_time": at},
            views.ZONE: {"selected_option": {"value": "Europe/Paris"}},
            views.AUDIENCES: {"selected_options": []},
            views.LANGUAGE: {"selected_option": {"value": "fr"}},
        }
        values = {name: {name: value} for name, value in chosen.items()}
        view = {"id": "V1", "type": "modal", "callback_id": views.SUBMIT, "state": {"values": values}}
        answer: dict[str, Any] = json.loads(self.send(user, type="view_submission", view=view).body)
        return answer

    def look(self) -> None:
        scheduling.send_due(self.parts, f"clock {self.triggers}")


@pytest.fixture
def bot(database: Database) -> Bot:
    with database.transaction() as session:
        session.add(AudienceRow(name="Newsletter", created_at=NOW))
    return Bot(database)


def run(bot: Bot) -> DigestRun:
    with bot.parts.database.reading() as session:
        return session.exec(select(DigestRun)).one()


def test_the_command_opens_the_settings_for_an_operator(bot: Bot):
    bot.send("U0OLIVIA", command="/cleaned-digest", text="")
    (shown,) = bot.slack.to("views.update")
    view = json.loads(shown["view"]) if isinstance(shown["view"], str) else shown["view"]
    assert problems("modal", view) == []
    assert view["callback_id"] == views.SUBMIT


def test_another_person_reads_them_and_who_can_help(bot: Bot):
    digests.save(bot.parts.database, SETTINGS, NOW)
    bot.send("U0SAM", command="/cleaned-digest", text="")
    (shown,) = bot.slack.to("views.update")
    assert "Every Monday at 09:00 (Europe/Paris), in <#C0NEWS>." in str(shown)
    assert "Ask an owner or admin" in str(shown)
    assert "submit" not in shown["view"]


def test_saving_keeps_the_settings_and_shows_the_next_run(bot: Bot):
    answer = bot.save()
    assert answer["response_action"] == "update"
    assert "November 30, 2026 at 09:00 (Europe/Paris)" in str(answer["view"])
    kept = digests.current(bot.parts.database)
    assert kept == replace(SETTINGS, set_by="U0OLIVIA")
    later = bot.save(at="10:00")
    assert "November 30, 2026 at 10:00 (Europe/Paris)" in str(later["view"])


@pytest.mark.parametrize(
    ("channel", "refused", "told"),
    [
        ({"is_member": False}, [], "/invite @Cleaned"),
        ({"is_member": True, "is_archived": True}, [], "archived"),
        ({}, ["channel_not_found"], "/invite @Cleaned"),
    ],
)
def test_a_channel_that_the_bot_cannot_post_in_is_an_error_under_the_field(bot: Bot, channel, refused, told):
    bot.slack.channel = channel
    bot.slack.refuse["conversations.info"] = deque(map(refusal, refused))
    answer = bot.save()
    assert answer["response_action"] == "errors"
    assert told in answer["errors"][views.CHANNEL]
    assert digests.current(bot.parts.database) is None


def test_only_operators_change_it(bot: Bot):
    answer = bot.save("U0SAM")
    assert answer["response_action"] == "push"
    digests.save(bot.parts.database, SETTINGS, NOW)
    bot.press(views.PAUSE, "pause", "U0SAM")
    bot.press(views.SEND, NOW.isoformat(), "U0SAM")
    kept = digests.current(bot.parts.database)
    assert kept == SETTINGS
    assert bot.slack.to("chat.postMessage") == []


def test_pause_and_resume_show_what_follows(bot: Bot):
    digests.save(bot.parts.database, SETTINGS, NOW)
    bot.press(views.PAUSE, "pause")
    bot.press(views.PAUSE, "resume")
    paused, resumed = bot.slack.to("views.update")
    assert "It is paused" in str(paused)
    assert "November 30, 2026 at 09:00 (Europe/Paris)" in str(resumed)


def test_a_double_click_on_send_now_posts_once(bot: Bot):
    digests.save(bot.parts.database, SETTINGS, NOW)
    bot.press(views.SEND, NOW.isoformat())
    bot.press(views.SEND, NOW.isoformat())
    (posted,) = bot.slack.to("chat.postMessage")
    assert posted["channel"] == "C0NEWS"
    assert posted["text"].startswith("Aucun contact nettoyé")
    (shown,) = bot.slack.to("views.update")
    assert "Sent to <#C0NEWS>." in str(shown)


def test_the_clock_posts_what_is_due_once(bot: Bot):
    digests.save(bot.parts.database, SETTINGS, NOW)
    bot.look()
    bot.now = MONDAY
    bot.look()
    bot.look()
    assert len(bot.slack.to("chat.postMessage")) == 1
    assert (run(bot).ts, run(bot).channel, run(bot).posted_at) == ("1.2", "C0NEWS", MONDAY)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("not_in_channel", "/invite @Cleaned"),
        ("is_archived", "is archived"),
        ("restricted_action", "restricted_action"),
    ],
)
def test_a_refusal_that_a_person_can_mend_is_told_once_to_who_set_it(bot: Bot, error, told):
    digests.save(bot.parts.database, SETTINGS, NOW)
    bot.slack.refuse["chat.postMessage"] = deque([refusal(error)])
    bot.now = MONDAY
    bot.look()
    bot.look()
    _, direct = bot.slack.to("chat.postMessage")
    assert (direct["channel"], told in direct["text"]) == ("U0CAMILLE", True)
    assert run(bot).failed == error


@pytest.mark.parametrize("error", [refusal("ratelimited"), URLError("down"), ConnectionResetError()])
def test_a_fault_that_passes_is_tried_again(bot: Bot, error):
    digests.save(bot.parts.database, SETTINGS, NOW)
    bot.slack.refuse["chat.postMessage"] = deque([error, error])
    bot.now = MONDAY
    for _ in range(4):
        bot.look()
    assert len(bot.slack.to("chat.postMessage")) == 3
    assert run(bot).posted_at == MONDAY


def test_zones_and_audiences_are_suggested(bot: Bot):
    def suggested(action_id: str, typed: str) -> list[str]:
        body = {"action_id": action_id, "block_id": action_id, "value": typed}
        answer = bot.send("U0OLIVIA", type="block_suggestion", view={"id": "V1", "type": "modal"}, **body)
        return [option["value"] for option in json.loads(answer.body)["options"]]

    assert suggested(views.ZONE, "new york") == ["America/New_York"]
    assert suggested(views.AUDIENCES, "news") == ["1"]


def test_the_clock_looks_at_once_and_stops_cleanly(bot: Bot, monkeypatch):
    from threading import Event

    looked = Event()
    monkeypatch.setattr(scheduling, "send_due", lambda *_: looked.set())
    scheduler = scheduling.start("me", contexts=[bot.parts])
    assert looked.wait(10)
    assert {job.trigger.interval for job in scheduler.get_jobs()} == {
        timedelta(seconds=20),
        timedelta(hours=1),
    }
    scheduler.shutdown(wait=True)
    assert not scheduler.running


def test_of_two_processes_one_tidies_and_the_other_when_that_one_has_stopped(bot: Bot, monkeypatch):
    from threading import Semaphore

    from bot.jobs import task_leases

    tidied, looks, guarded = list[int](), Semaphore(0), scheduling._run

    def look(*given: Any) -> None:
        guarded(*given)
        looks.release()

    monkeypatch.setattr(scheduling, "delete_expired", lambda *_: tidied.append(1))
    monkeypatch.setattr(scheduling, "_run", look)

    def start_and_stop(owner: str) -> int:
        scheduler = scheduling.start(owner, contexts=[bot.parts])
        assert all(looks.acquire(timeout=20) for _ in scheduler.get_jobs())
        scheduler.shutdown(wait=True)
        return len(tidied)

    one = 1 if not bot.parts.database.is_sqlite else 2  # SQLite has one process
    assert [start_and_stop("a"), start_and_stop("b")] == [1, one]
    task_leases.release_all(bot.parts.database, "a", bot.now)
    assert start_and_stop("b") == one + 1


def test_a_fault_of_one_look_does_not_stop_the_clock_and_logs_no_message(caplog):
    def fail(_: object) -> None:
        raise ValueError(NOW.isoformat())

    scheduling._run("task", fail, lambda: True)
    assert "ValueError" in caplog.text
    assert NOW.isoformat() not in caplog.text


def test_old_drafts_go(database: Database):
    with database.transaction() as session:
        session.add(AudienceRow(name="Newsletter", created_at=NOW))
        session.flush()
        for days in (29, 31):
            made = NOW - timedelta(days=days)
            draft = PlanRow(
                id=f"{days}", kind="list", user_id="U", audience_id=1, data={}, n=0, revision=0, made_at=made
            )
            plans.add(session, draft)
    assert delete_expired(database, NOW) == 1
    with database.reading() as session:
        assert plans.get(session, "29")
        assert plans.get(session, "31") is None
