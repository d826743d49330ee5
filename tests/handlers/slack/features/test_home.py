"""The Home tab is published when it is opened, when it is asked for again, and after each change while it may be open."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest
from slack_sdk.errors import SlackApiError
from sqlalchemy import event

from bot.audiences.audiences import by_id, remember
from bot.core.settings import load
from bot.corrections import likely_typos
from bot.digests import digests
from bot.exports.jobs import EXPORT, ExportTask
from bot.jobs import jobs
from bot.jobs.jobs import Recipient
from bot.mailchimp.mirror.jobs import SYNC, SyncTask
from bot.workspaces import breakdowns
from bot.workspaces.breakdowns import Place
from bot.workspaces.workspaces import Workspace
from handlers.slack import home_tabs, people
from handlers.slack.features import home_refresh
from handlers.slack.features.home import after_work, outline, publish
from handlers.slack.features.home_refresh import HomeRefresher, WorkspaceTabs
from handlers.slack.features.mailchimp import mirror
from handlers.slack.home_tabs import HomeTabs
from handlers.slack.views import home as views
from storage.audiences import audiences, journal
from storage.contacts.contacts import Segment
from storage.core.database import Database
from storage.exports import exports
from storage.exports.tables import Export
from storage.mailchimp.api.errors import KeyRefused
from tests.conftest import NOW
from tests.support.bot.segments import fill
from tests.support.features.segments import MEMBER, OPERATOR, Person, Slack
from tests.support.limits import problems
from tests.support.views.home import DIGEST

Look = Callable[[], int]


class Publishing(Slack):
    """`refuses` is the error that Slack answers instead."""

    refuses = ""

    def conversations_history(self, **_given: Any) -> Any:
        return {"messages": ["Hello"]}

    def views_publish(self, **given: Any) -> Any:
        if self.refuses:
            raise SlackApiError("refused", {"ok": False, "error": self.refuses})  # type: ignore[no-untyped-call]
        assert problems("home", given["view"]) == []
        self.shown.put(given)


@pytest.fixture
def olivia(database: Database) -> Person:
    return Person(database, slack=Publishing())


@pytest.fixture
def look(olivia: Person, monkeypatch: pytest.MonkeyPatch) -> Look:
    """Looks when told; the time between two publications is 0."""
    for name in ("LOOK_SECONDS", "PROGRESS_SECONDS", "PAUSE_SECONDS"):
        monkeypatch.setattr(home_refresh, name, 0.0)
    tabs = WorkspaceTabs()
    return lambda: tabs.turn(olivia.parts)


def open_home(person: Person, tab: str = "home") -> None:
    opened = {"type": "app_home_opened", "user": person.user, "tab": tab, "channel": "D1"}
    ids = {"event_id": uuid4().hex, "team_id": "T1", "api_app_id": "A1"}
    person.send({"type": "event_callback", "event": opened, **ids})
    for future in person.running:
        future.exception(10)


def shown(person: Person) -> str:
    published = person.slack.shown.get(timeout=10)
    assert published["user_id"] == person.user
    return json.dumps(published["view"], ensure_ascii=False)


def turned(look: Look, person: Person) -> str:
    """What is published once it has looked; "" if nothing is."""
    look()
    return "" if person.slack.shown.empty() else shown(person)


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    sent: list[str] = []
    event.listen(database.engine, "before_cursor_execute", listener := lambda *call: sent.append(call[2]))
    yield sent
    event.remove(database.engine, "before_cursor_execute", listener)


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


def test_refresh_shows_what_is_new_and_the_messages_tab_nothing(olivia: Person, database: Database):
    open_home(olivia, "messages")
    open_home(olivia)
    assert "There is no audience yet" in shown(olivia)
    fill(database, [{}])
    action = {"action_id": views.REFRESH, "action_ts": "1.0", "block_id": "all"}
    olivia.send(olivia.body("block_actions", {"type": "home", "blocks": []}, actions=[action]))
    assert "1 cleaned contact in News" in shown(olivia)
    assert olivia.slack.shown.empty()


def test_all_figures_of_an_audience_open_in_a_modal_for_everyone(database: Database):
    audience_id = fill(database, [{}] * 3)
    sam = Person(database, MEMBER, Publishing())
    action = {"action_id": views.FIGURES, "action_ts": "1.0", "block_id": "a", "value": str(audience_id)}
    sam.send(sam.body("block_actions", {"type": "home", "blocks": []}, actions=[action]))
    assert "3 cleaned contacts in News" in json.dumps(sam.shown())


def test_many_audiences_take_as_many_queries_as_few_and_the_one_used_last_comes_first(
    olivia: Person, database: Database
):
    counted = []
    for n in (4, 60):
        for k in range(n):
            fill(database, [{}], f"Audience {k:02}")
        with statements(database) as sent:
            publish(olivia.parts, OPERATOR)
        counted.append(len(sent))
    assert counted[0] == counted[1]
    while not olivia.slack.shown.empty():
        said = shown(olivia)
    assert "And 10 more audiences" in said
    assert "in Audience 49" in said
    with database.transaction() as session:
        last = audiences.by_name(session, "Audience 55")
        assert last
    remember(database, by_id(database, last.id), OPERATOR, NOW)
    publish(olivia.parts, OPERATOR)
    said = shown(olivia)
    assert said.index("in Audience 55") < said.index("in Audience 00")


def test_whoever_has_the_tab_open_is_shown_each_change_and_nothing_twice(
    olivia: Person, database: Database, look: Look
):
    assert look() == 0
    open_home(olivia)
    assert "There is no audience yet" in shown(olivia)
    assert turned(look, olivia) == ""

    audience_id = fill(database, [{}] * 3)
    assert "3 cleaned contacts in News" in turned(look, olivia)
    assert turned(look, olivia) == ""

    fill(database, [{}])  # as bounces do, which leave no line in the journal
    assert "4 cleaned contacts in News" in turned(look, olivia)

    digests.save(database, replace(DIGEST, set_by=OPERATOR), NOW)
    assert "Next one: <!date^" in turned(look, olivia)

    breakdowns.note(database, Place.MAILBOX, "bounces-imap-login", {"host": "imap.example.com"}, NOW)
    assert turned(look, olivia) == "", "no mailbox is set"

    with database.transaction() as session:
        task = ExportTask(Segment(audience_id=audience_id), None)
        job = jobs.create(session, EXPORT, task, by=OPERATOR, now=NOW, audience_id=audience_id, total=4)
    assert "Exporting from News · waiting for its turn" in turned(look, olivia)
    with database.transaction() as session:
        row = Export(
            audience_id=audience_id,
            id=job.id,
            made_by=OPERATOR,
            made_at=NOW,
            n=4,
            segment=task.segment.to_json(),
            permalink="https://example.com/f",
        )
        exports.add(session, row)
    jobs.claim(database, [EXPORT], "me", NOW)
    said = turned(look, olivia)
    assert "Exporting from News · 0% done" in said
    assert "*4 contacts* from News, by <@U0OLIVIA>" in said
    assert "https://example.com/f" in said


def test_progress_alone_is_shown_more_seldom_than_what_people_wait_for(
    olivia: Person, database: Database, look: Look, monkeypatch: pytest.MonkeyPatch
):
    fill(database, [{}])
    open_home(olivia)
    shown(olivia)
    turned(look, olivia)
    monkeypatch.setattr(home_refresh, "PROGRESS_SECONDS", 3_600.0)
    fill(database, [{}])
    assert turned(look, olivia) == ""
    with database.transaction() as session:
        journal.write(session, who=OPERATOR, what="import", at=NOW, n=1)
    assert "2 cleaned contacts in News" in turned(look, olivia)


def test_likely_typos_are_counted_behind_the_first_view_and_again_after_a_change(
    olivia: Person, database: Database, look: Look
):
    audience_id = fill(database, [{"address": "ada@gmial.com"}, {"address": "bob@gmial.com"}, {}])
    open_home(olivia)
    assert "likely typo" not in shown(olivia)
    turned(look, olivia)
    said = [turned(look, olivia) for _ in range(2)]
    assert "*2 likely typos* in News" in "".join(said)
    found = likely_typos.page(database, audience_id).found[0].contact
    likely_typos.mark_not_a_typo(database, audience_id, found.id, by=OPERATOR, now=NOW)
    said = [turned(look, olivia) for _ in range(3)]
    assert "*1 likely typo* in News" in "".join(said)


def test_whoever_did_something_is_shown_it_before_others_and_few_at_a_time(
    olivia: Person, database: Database, look: Look
):
    users = [f"U{k:04}" for k in range(20)]
    for user in users:
        olivia.parts.home_tabs.opened(user)
    after_work(olivia.parts, users[0])
    order = []
    while look():
        while not olivia.slack.shown.empty():
            order.append(olivia.slack.shown.get()["user_id"])
        assert len(order) % home_refresh.AT_ONCE == 0
    assert order == [users[0], *users[:0:-1]]


def test_at_most_so_many_tabs_are_looked_after_and_none_for_longer_than_a_day(
    olivia: Person, monkeypatch: pytest.MonkeyPatch
):
    tabs = olivia.parts.home_tabs
    for k in range(home_tabs.MOST + 5):
        tabs.opened(f"U{k}")
    assert [user for user, _ in tabs.open()][-1] == "U5"
    assert len(tabs.open()) == home_tabs.MOST
    monkeypatch.setattr(home_tabs, "LATELY_SECONDS", -1.0)
    assert tabs.open() == []


@pytest.mark.parametrize(("code", "is_tried_again"), [("ratelimited", True), ("user_not_found", False)])
def test_a_tab_that_slack_does_not_take_is_tried_again_unless_it_never_will(
    olivia: Person, look: Look, code: str, is_tried_again: bool
):
    olivia.parts.home_tabs.opened(OPERATOR)
    olivia.slack.refuses = code  # type: ignore[attr-defined]
    assert turned(look, olivia) == ""
    olivia.slack.refuses = ""  # type: ignore[attr-defined]
    assert bool(turned(look, olivia)) is is_tried_again


def test_a_workspace_that_nobody_uses_is_looked_at_seldom(
    olivia: Person, database: Database, look: Look, monkeypatch: pytest.MonkeyPatch
):
    """A look takes twenty queries, and a tab stays open for twelve hours."""
    olivia.parts.home_tabs.opened(OPERATOR)
    while look():
        shown(olivia)
    [(_, tab)] = olivia.parts.home_tabs.open()
    with statements(database) as sent:
        look()
        assert sent, "it was opened a moment ago"
        tab.used_at -= home_refresh.RESTS_AFTER_SECONDS
        sent.clear()
        fill(database, [{}])
        of_change = len(sent)
        assert turned(look, olivia) == ""
        assert len(sent) == of_change
    later = monotonic() + home_refresh.REST_SECONDS
    monkeypatch.setattr(home_refresh, "monotonic", lambda: later)
    assert "1 cleaned contact in News" in turned(look, olivia)
    while look():
        pass
    fill(database, [{}], "Members")
    olivia.parts.home_tabs.opened(OPERATOR)
    monkeypatch.setattr(home_refresh, "monotonic", monotonic)
    assert "1 cleaned contact in Members" in turned(look, olivia)


def test_the_thread_publishes_by_itself_and_ends_when_told(olivia: Person, database: Database):
    refresher = HomeRefresher(lambda: [olivia.parts])
    refresher.start()
    after_work(olivia.parts, OPERATOR)
    assert "There is no audience yet" in shown(olivia)
    fill(database, [{}])
    assert "1 cleaned contact in News" in shown(olivia)
    refresher.stop()
    assert not refresher._thread.is_alive()


def test_what_can_not_be_read_is_wrong_until_it_can(database: Database):
    settings = load(_env_file=None, CLEANED_IMAP_URL="imaps://u:p@imap.example.com/INBOX")
    olivia = Person(database, slack=Publishing())
    parts = replace(olivia.parts, settings=settings)
    values = {"host": "imap.example.com"}
    for minutes in range(3):
        at = NOW + timedelta(minutes=minutes)
        breakdowns.note(database, Place.MAILBOX, "bounces-imap-login", values, at)
    publish(parts, OPERATOR)
    said = shown(olivia)
    assert "The bounce mailbox can’t be read" in said
    assert f"<!date^{int(NOW.timestamp())}^" in said, "since it was noted first"
    assert "imap.example.com" in said
    breakdowns.clear(database, Place.MAILBOX)
    breakdowns.clear(database, Place.MAILBOX)
    publish(parts, OPERATOR)
    assert "The bounce mailbox can’t be read" not in shown(olivia)


def test_a_key_that_mailchimp_refuses_is_noted_until_it_takes_one(database: Database):
    class Refusing:
        refused = True

        def account(self) -> Any:
            if self.refused:
                raise KeyRefused(status=401, title="API Key Invalid", instance="x")
            return type("Account", (), {"id": "a"})()

        def audiences(self) -> list[Any]:
            return []

    olivia, refusing = Person(database, slack=Publishing()), Refusing()
    client: Any = refusing
    parts = replace(olivia.parts, mailchimp=client)
    mirror.sync_all(parts, client)
    [broken] = outline(parts).dashboard.breakdowns
    assert (broken.place, broken.key, broken.since) == (Place.MAILCHIMP, "mailchimp-key-refused", NOW)
    publish(parts, OPERATOR)
    assert "Mailchimp can’t be read" in shown(olivia)
    refusing.refused = False
    mirror.sync_all(parts, client)
    assert outline(parts).dashboard.breakdowns == ()


def test_a_tab_stays_as_it_is_while_slack_does_not_tell_the_role(
    olivia: Person, database: Database, look: Look, monkeypatch: pytest.MonkeyPatch
):
    open_home(olivia)
    shown(olivia)
    turned(look, olivia)
    fill(database, [{}])
    monkeypatch.setattr(people, "CACHED_SECONDS", 0)
    users_info = olivia.slack.users_info
    monkeypatch.setattr(olivia.slack, "users_info", unavailable)
    assert turned(look, olivia) == ""
    monkeypatch.setattr(olivia.slack, "users_info", users_info)
    assert "open-list" in turned(look, olivia)


def unavailable(**_given: Any) -> Any:
    raise SlackApiError("unavailable", {"ok": False, "error": "ratelimited"})  # type: ignore[no-untyped-call]


def test_of_the_syncs_that_the_clock_starts_only_the_first_of_an_audience_is_work(
    olivia: Person, database: Database
):
    with database.transaction() as session:
        for name, until in (("New", None), ("Old", NOW)):
            row = audiences.get_or_add(session, name, NOW)
            row.source, row.remote_id, row.mirrored_until = "mailchimp", name, until
            session.add(row)
            for recipient in (None, Recipient(OPERATOR)):
                task = SyncTask(until, look_for_gone=False, revision=0)
                by = OPERATOR if recipient else mirror.BY_CLOCK
                jobs.create(session, SYNC, task, by=by, now=NOW, audience_id=row.id, recipient=recipient)
    publish(olivia.parts, OPERATOR)
    said = shown(olivia)
    assert said.count("Syncing New with Mailchimp") == 2
    assert said.count("Syncing Old with Mailchimp") == 1


def test_no_more_tabs_are_published_in_a_minute_than_slack_allows(
    olivia: Person, database: Database, look: Look
):
    for k in range(home_tabs.MOST):
        olivia.parts.home_tabs.opened(f"U{k}")
    for n in range(4):
        fill(database, [{}], f"News {n}")
        while look():
            pass
    assert olivia.slack.shown.qsize() == home_refresh.MOST_IN_A_MINUTE


def test_a_member_of_an_organization_has_one_tab_that_shows_where_they_used_the_bot_last(olivia: Person):
    places = {"T1": "E1", "T2": "E1", "T3": None, "T4": "E2"}
    contexts = {
        id_: replace(olivia.parts, home_tabs=HomeTabs(), workspace=Workspace(id_, id_, enterprise_id=place))
        for id_, place in places.items()
    }
    for id_ in ("T2", "T3", "T4", "T1"):
        contexts[id_].home_tabs.opened("U1")
    contexts["T2"].home_tabs.opened("U2")
    home_refresh.keep_latest([*contexts.values()])
    kept = {id_: [user for user, _ in each.home_tabs.open()] for id_, each in contexts.items()}
    assert kept == {"T1": ["U1"], "T2": ["U2"], "T3": ["U1"], "T4": ["U1"]}
