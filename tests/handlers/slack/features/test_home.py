"""The Home tab is published when it is opened, and when it is asked for again."""

import json
from typing import Any
from uuid import uuid4

from bot.core.audiences import Audience
from handlers.slack.features.home import after_work
from handlers.slack.views import home as views
from storage.core import audiences, journal
from storage.core.database import Database
from tests.bot.contacts.test_segments import fill
from tests.conftest import NOW
from tests.handlers.slack.features.contacts.test_segments import MEMBER, OPERATOR, Person, Slack
from tests.support.limits import problems


class Publishing(Slack):
    def views_publish(self, **given: Any) -> Any:
        assert problems("home", given["view"]) == []
        self.shown.put(given)


def open_home(person: Person, tab: str = "home") -> None:
    event = {"type": "app_home_opened", "user": person.user, "tab": tab, "channel": "D1"}
    ids = {"event_id": uuid4().hex, "team_id": "T1", "api_app_id": "A1"}
    person.send({"type": "event_callback", "event": event, **ids})


def shown(person: Person) -> str:
    published = person.slack.shown.get(timeout=10)
    assert published["user_id"] == person.user
    return json.dumps(published["view"], ensure_ascii=False)


def test_home_shows_the_figures_and_the_journal_to_an_operator(database: Database):
    audience_id = fill(database, [{}] * 3)
    with database.transaction() as session:
        journal.write(session, who="U0CAMILLE", what="archive", at=NOW, n=120, audience_id=audience_id)
    olivia, sam = (Person(database, user, Publishing()) for user in (OPERATOR, MEMBER))
    open_home(olivia)
    said = shown(olivia)
    assert "3 cleaned contacts in News" in said
    assert "archived 120 contacts" in said
    open_home(sam)
    said = shown(sam)
    assert "3 cleaned contacts in News" in said
    assert "archived 120 contacts" not in said


def test_refresh_shows_what_is_new_and_the_messages_tab_nothing(database: Database):
    olivia = Person(database, slack=Publishing())
    open_home(olivia, "messages")
    open_home(olivia)
    assert "There is no audience yet" in shown(olivia)
    fill(database, [{}])
    action = {"action_id": views.REFRESH, "action_ts": "1.0", "block_id": "all"}
    olivia.send(olivia.body("block_actions", {"type": "home", "blocks": []}, actions=[action]))
    assert "1 cleaned contact in News" in shown(olivia)
    assert olivia.slack.shown.empty()


def test_the_audiences_beyond_the_tenth_are_counted(database: Database):
    with database.transaction() as session:
        for n in range(12):
            audiences.get_or_add(session, f"Audience {n:02}", NOW)
    olivia = Person(database, slack=Publishing())
    after_work(olivia.parts, OPERATOR)
    said = shown(olivia)
    assert "And 2 more audiences" in said
    assert said.count(Audience(1, "Audience 0").name) == 10
