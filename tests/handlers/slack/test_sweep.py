"""Whoever has no role gets at nothing: each registration, by each kind of person, with true ids of others' work.

An operator clicks through everything once. What was sent then is sent again by people without a role, with an
operator's plans, drafts, archives and exports in it, and with plans of their own, made while they still had the role.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import text

from bot.archives import archives
from bot.archives.jobs import ARCHIVE
from bot.digests import digests
from bot.exports import exports
from bot.exports.jobs import EXPORT
from bot.workspaces.operators import Standing
from handlers.slack import listeners
from handlers.slack.app import build_app, job_handlers
from handlers.slack.elements.blocks import MORE, button_of
from handlers.slack.listeners import OPERATORS
from handlers.slack.views.archives import archives as archive_views
from storage.contacts.contacts import Segment
from storage.core.database import Database
from tests.conftest import NOW
from tests.support.audiences import import_csv, run
from tests.support.bot.digests import SETTINGS
from tests.support.bot.exports import Desk
from tests.support.databases import copied
from tests.support.features.listeners import body as plain_body
from tests.support.features.listeners import declared
from tests.support.features.sweep import (
    ENGLISH,
    FLAGS,
    INTRUDER,
    OPERATOR,
    REFUSALS,
    SECRET,
    Bot,
    Json,
    Outcome,
)
from tests.support.limits import HOSTILE
from tests.support.persons import DISABLED_GROUP, GROUP, KINDS, OTHER_TEAM, TEAM

TYPED, IN_A_MESSAGE = f"{SECRET}101@example.com", f"{SECRET}1@gmial.com"
EVENTS = f"Events {HOSTILE}"
DECLARED = declared()


@dataclass(frozen=True)
class Intruder:
    """`user`: what Slack says of them, or the code of its refusal."""

    name: str
    user: Json | str
    named: bool = False
    in_group: bool = False
    sent_from: str | None = None  # the workspace that their requests name


def intruders() -> list[Intruder]:
    found = []
    for name, kind in KINDS.items():
        if kind.standing is not Standing.MEMBER:
            found.append(Intruder(f"{name}, with an owner's flags", kind.user | FLAGS))
            found.append(Intruder(f"{name}, in a group", kind.user, in_group=True))
        else:
            found.append(Intruder(name, kind.user))
        if "deactivated" in name or name == "bot":
            found.append(Intruder(f"{name}, named", kind.user | FLAGS, named=True, in_group=True))
    owner = KINDS["member"].user | FLAGS
    return [
        *found,
        Intruder("unknown to Slack", "user_not_found", named=True, in_group=True),
        Intruder("not told by Slack", "internal_error", named=True, in_group=True),
        Intruder("another workspace's person with an owner's id", owner, sent_from=OTHER_TEAM),
        Intruder("in a group that is disabled", KINDS["member"].user),
    ]


INTRUDERS = intruders()
FORMER_OPERATORS = [
    each for each in INTRUDERS if each.name in ("member", "not told by Slack") or each.name.endswith("flags")
]


class Crawl:
    """Clicks on everything that an operator is shown. `bodies`: what is sent for each registration."""

    def __init__(self, bot: Bot, seeds: list[Json]) -> None:
        self.bodies: dict[tuple[str, str], Json] = {}
        self._bot, self._waiting = bot, dict.fromkeys(DECLARED)
        for seed in seeds:
            self._look(seed)
        for kind, id_ in list(self._waiting):
            if kind in ("command", "event", "message_shortcut", "step"):
                body = plain_body(kind, id_)
                if kind == "event":
                    body["event"]["text"] = f"why {TYPED}"
                if kind == "step":
                    body["event"]["inputs"]["audience"] = EVENTS
                self._reach((kind, id_), body)
            if kind == "command":  # which asked for the audience
                self.bodies[kind, id_]["text"] = TYPED if id_ == "/cleaned-fix" else EVENTS

    def _reach(self, key: tuple[str, str], body: Json) -> None:
        """Sends it, except what takes a plan away, and looks at what is shown then."""
        if key not in self._waiting:
            return
        del self._waiting[key]
        if key[0] == "message_shortcut":
            body["message"]["text"] = IN_A_MESSAGE
        self.bodies[key] = body
        if key[0] != "submission" and archive_views.UNDO not in key:
            for shown in self._bot.send(body, OPERATOR).shown:
                self._look(shown.get("view") or shown)

    def _look(self, shown: Json) -> None:
        """Uses each element of a message or view."""
        for n, block in enumerate(shown.get("blocks", [])):
            block.setdefault("block_id", f"b{n}")  # as Slack does
        is_view = shown.get("type") in ("modal", "home")
        view = shown | {"id": "V1", "hash": "1.2", "state": {"values": _state(shown)}} if is_view else {}
        common = {"user": {}, "container": {"type": "view" if is_view else "message"}, "view": view}
        for block, element in _elements(shown):
            id_ = element["action_id"]
            asked = {"type": "block_suggestion", "action_id": id_, "block_id": block["block_id"], "value": ""}
            answer = _answer(element)
            if ("options", id_) in DECLARED:
                self._reach(("options", id_), common | asked)
                options = self._bot.send(common | asked, OPERATOR).shown[0]["options"]
                answer = {"selected_option": options[0]} if options else answer
            action = {
                "type": element["type"],
                "action_id": id_,
                "block_id": block["block_id"],
                "action_ts": "1.0",
            }
            clicked = common | {"type": "block_actions", "actions": [action | answer]}
            for kind, pattern in list(self._waiting):
                if kind == "action" and re.fullmatch(pattern, id_):
                    self._reach((kind, pattern), clicked)
        if shown.get("type") == "modal":
            self._reach(("submission", shown["callback_id"]), common | {"type": "view_submission"})


def _elements(shown: Json) -> Iterator[tuple[Json, Json]]:
    for block in shown.get("blocks", []):
        inner = [*block.get("elements", []), block.get("element"), block.get("accessory")]
        for menu in [each for each in inner if each and each.get("action_id") == MORE]:
            choices = [{"action_id": MORE, "selected_option": option} for option in menu["options"]]
            inner = [*inner[: inner.index(menu)], *map(button_of, choices), *inner[inner.index(menu) + 1 :]]
        yield from ((block, each) for each in inner if each and each.get("action_id"))


def _state(view: Json) -> Json:
    return {
        block["block_id"]: {element["action_id"]: {"type": element["type"], **_answer(element)}}
        for block, element in _elements(view)
        if block.get("block_id")
    }


def _answer(element: Json) -> Json:
    """What somebody might choose or type there."""
    first = next(iter(element.get("options", [])), None)
    typed = "ARCHIVE" if element["action_id"] == archive_views.WORD else ""
    answers: Json = {
        "checkboxes": {"selected_options": element.get("options", [])},
        "static_select": {"selected_option": element.get("initial_option") or first},
        "external_select": {"selected_option": element.get("initial_option")},
        "conversations_select": {"selected_conversation": "C1"},
        "datepicker": {"selected_date": "2026-10-01"},
        "timepicker": {"selected_time": "09:00"},
        "file_input": {"files": [{"id": "F1", "name": "a.csv", "size": 9, "filetype": "csv"}]},
        "email_text_input": {"value": "ada@example.org"},
    }
    value = element.get("value") or element.get("initial_value") or typed
    return dict(answers.get(element["type"]) or {"value": value})


@dataclass(frozen=True)
class Prepared:
    """A database's URL, and what was sent for each registration."""

    url: str
    bodies: dict[tuple[str, str], Json]
    links: list[tuple[Any, str]]
    unguarded: list[Any]


@pytest.fixture(scope="module")
def prepared(sqlite_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    with (
        pytest.MonkeyPatch.context() as patched,
        copied(sqlite_template, tmp_path_factory.mktemp("sweep")) as url,
    ):
        patched.setattr(listeners, "SETTLE_SECONDS", 0)
        database = Database(url)
        bot = Bot(database)
        crawl = Crawl(bot, _fill(bot))
        bodies = {key: crawl.bodies.get(key) or _like_its_sibling(key, crawl.bodies) for key in DECLARED}
        bot.close()
        database.close()
        yield Prepared(url, bodies, bot.links, bot.unguarded)


def _like_its_sibling(key: tuple[str, str], bodies: dict[tuple[str, str], Json]) -> Json:
    """A request for what wasn't reached, with the view and the value of another of the same subject."""
    kind, id_ = key
    body, subject = plain_body(kind, id_), id_.partition("-")[0]
    like = [
        known for (of, other), known in bodies.items() if of == kind and other.partition("-")[0] == subject
    ]
    if not like:
        return body
    view = like[-1]["view"]
    if kind == "submission":
        return body | {"view": view | {"callback_id": id_}}
    [named], [action] = body["actions"], like[-1]["actions"]
    return body | {"view": view, "actions": [action | {"action_id": named["action_id"]}]}


def _fill(bot: Bot) -> list[Json]:
    """Two audiences, an archive, an export and a digest; returns the messages about them."""
    database, header = (
        bot.database,
        "Email Address,CLEAN_TIME,CLEAN_REASON,CLEAN_CAMPAIGN_TITLE,CLEAN_DIAGNOSTIC",
    )
    for audience, first in ((f"News {HOSTILE}", 0), (EVENTS, 100)):
        rows = [
            f"{SECRET}{n}@{('gmial.com', 'example.com')[n % 2]},2026-11-{n % 20 + 1:02} 08:00:00,hard,"
            f"{SECRET} {n % 3} {HOSTILE},{SECRET} {n} {HOSTILE}"
            for n in range(first, first + 30)
        ]
        id_ = import_csv(database, "\n".join([header, *rows]), audience=audience)
    news = Segment(audience_id=id_)
    plan = archives.plan(database, Segment(audience_id=id_, text="129"), by=OPERATOR, word="ARCHIVE", now=NOW)
    archives.confirm(database, plan.id, "ARCHIVE", by=OPERATOR, now=NOW)
    archived = run(database, ARCHIVE, archives.work)
    export = exports.confirm(
        database, exports.plan(database, news, by=OPERATOR, now=NOW).id, by=OPERATOR, now=NOW
    )
    desk = Desk()
    exported = run(database, EXPORT, lambda *given: exports.work(*given, sender=desk))
    assert exported.id == export.id
    digests.save(database, SETTINGS, NOW)
    done = {ARCHIVE.kind: archived, EXPORT.kind: exported}
    return [
        handler.message(database, ENGLISH, done[handler.type.kind])
        for handler in job_handlers(bot.context)
        if handler.type.kind in done
    ]


@pytest.fixture
def database(prepared: Prepared, tmp_path: Any) -> Iterator[Database]:
    with copied(prepared.url, tmp_path) as url:
        database = Database(url)
        yield database
        database.close()


def rows(database: Database) -> dict[str, list[Any]]:
    """All rows but those of requests that were received."""
    with database.reading() as session:
        names = session.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        return {
            name: sorted(map(str, session.execute(text(f"SELECT * FROM {name}")).all()))
            for name in names
            if name != "handled_request"
        }


def own_plans(database: Database) -> None:
    """Makes all plans those of the intruder, as of somebody who was an operator while making them."""
    with database.transaction() as session:
        session.execute(text("UPDATE draft SET user_id = :user"), {"user": INTRUDER})


def sweep(prepared: Prepared, database: Database, intruder: Intruder) -> dict[tuple[str, str], Outcome]:
    """What comes of each request when that person sends it."""
    named = (GROUP, DISABLED_GROUP, *([INTRUDER] if intruder.named else []))
    bot = Bot(database, operators=named)
    bot.slack.users[INTRUDER] = intruder.user
    bot.slack.group = [INTRUDER] if intruder.in_group else []
    found = {key: bot.send(body, INTRUDER, intruder.sent_from or "") for key, body in prepared.bodies.items()}
    bot.close()
    return found


@pytest.mark.parametrize(
    ("intruder", "own"),
    [*((each, False) for each in INTRUDERS), *((each, True) for each in FORMER_OPERATORS)],
    ids=lambda value: "own plans" if value is True else "" if value is False else value.name,
)
def test_nobody_without_a_role_sees_or_changes_anything(
    intruder: Intruder, own: bool, prepared: Prepared, database: Database
):
    if own:
        own_plans(database)
    before = rows(database)
    found = sweep(prepared, database, intruder)
    assert [key for key, outcome in found.items() if outcome.leaks] == []
    assert [(key, outcome.writes) for key, outcome in found.items() if outcome.writes] == []
    operators = {key: outcome for key, outcome in found.items() if DECLARED[key] is OPERATORS}
    assert [(key, outcome.shown) for key, outcome in operators.items() if not outcome.is_refused] == []
    assert rows(database) == before


def test_an_operator_who_sends_the_same_gets_at_nearly_all_of_it(prepared: Prepared, database: Database):
    """Else the sweep would prove nothing."""
    own_plans(database)
    found = sweep(prepared, database, Intruder("operator", KINDS["member"].user | FLAGS))
    assert not any(said in json.dumps(outcome.shown) for outcome in found.values() for said in REFUSALS)
    effective = [key for key, outcome in found.items() if outcome.leaks or outcome.writes]
    assert len(effective) > len(found) / 2, effective


def test_names_campaigns_and_diagnostics_bring_no_link(prepared: Prepared):
    """In all that an operator is shown."""
    assert prepared.links == []


@pytest.fixture
def other_database(sqlite_template: str, tmp_path: Any) -> Iterator[Database]:
    """Another workspace's, whose audiences have the same ids."""
    with copied(sqlite_template, tmp_path) as url:
        database = Database(url)
        for n, name in enumerate(("Theirs", "Also theirs")):
            header = "Email Address,CLEAN_TIME,CLEAN_REASON"
            addresses = [f"theirs{n}{each}@example.com,2026-11-20 08:00:00,hard" for each in range(30)]
            import_csv(database, "\n".join([header, *addresses]), audience=name)
        yield database
        database.close()


def _without_typed(shown: list[Json]) -> str:
    """What is shown, without the addresses that the person has typed."""
    text = json.dumps(shown, ensure_ascii=False).replace("\N{WORD JOINER}", "")
    return text.replace(TYPED, "").replace(IN_A_MESSAGE, "")


@pytest.mark.parametrize("shared", [False, True], ids=["in their own workspace", "in a shared channel"])
def test_an_operator_of_another_workspace_gets_at_nothing_of_this_one(
    shared: bool, prepared: Prepared, database: Database, other_database: Database
):
    """With each registration, and with true ids of this workspace's plans, archives, exports and contacts.

    In a channel that both workspaces share, the request is made where the bot's message is, by a person of the other.
    """
    ours, theirs = Bot(database), Bot(other_database, team=OTHER_TEAM)
    theirs.slack.users = {INTRUDER: KINDS["of another workspace"].user | FLAGS}
    ours.slack.users[INTRUDER] = KINDS["stranger"].user | FLAGS
    by_team = {TEAM: ours.served, OTHER_TEAM: theirs.served}
    own_plans(database)
    before = rows(database)
    sender = ours if shared else theirs
    sender.use(build_app(lambda _, team: by_team.get(team or ""), ours.context.settings))
    found = {key: sender.send(body, INTRUDER, OTHER_TEAM) for key, body in prepared.bodies.items()}
    told = {key: _without_typed(outcome.shown) for key, outcome in found.items()}
    assert [key for key, shown in told.items() if SECRET in shown] == []
    assert rows(database) == before
    if not shared:
        assert ours.slack.sent == []
        assert not any(said in json.dumps(outcome.shown) for outcome in found.values() for said in REFUSALS)
        effective = [key for key, shown in told.items() if "theirs" in shown.lower()]
        assert len(effective) > len(found) / 4, "their own is there, else this would prove nothing"
    ours.close()
    theirs.close()


def test_no_redraw_takes_the_place_of_what_the_person_went_on_to(prepared: Prepared, database: Database):
    """After each click in a modal, and nobody is told of an error."""
    assert prepared.unguarded == []
    bot = Bot(database)
    bot.slack.has_moved_on = True
    clicks = [body for (kind, _), body in prepared.bodies.items() if kind == "action" and _is_in_modal(body)]
    n_redrawn, told = 0, []
    for body in clicks:
        bot.send(body | {"view": body["view"] | {"external_id": "T.1"}}, OPERATOR)
        said = [(method, ENGLISH("error-title") in json.dumps(given)) for method, given in bot.slack.sent]
        if said and said[0] == ("views.update", False):
            n_redrawn += 1
            told += [body["actions"] for _, is_error in said if is_error]
    assert told == []
    assert n_redrawn > len(clicks) / 3
    bot.close()


def _is_in_modal(body: Json) -> bool:
    return bool(body.get("view", {}).get("type") == "modal")
