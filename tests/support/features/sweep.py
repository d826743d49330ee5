"""A bot that notes what each request of a person showed and changed."""

import json
import re
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from typing import Any

from slack_bolt import App, BoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy import event

from bot.core.settings import load
from handlers.slack.app import build_app
from handlers.slack.context import AppContext
from handlers.slack.people import People
from handlers.slack.threads import Threads
from handlers.slack.workspaces import Only, Served
from handlers.words import words
from storage.core.database import Database
from tests.conftest import NOW
from tests.support.limits import links
from tests.support.persons import DISABLED_GROUP, GROUP, KINDS, TEAM

Json = dict[str, Any]


OPERATOR, INTRUDER = "UOPERATOR", "UINTRUDER"


SECRET = "leaky"  # in each address, campaign and diagnostic


FLAGS = {"is_admin": True, "is_owner": True, "is_primary_owner": True}


ENGLISH = words("en")


REFUSALS = ("Only operators can do that", str(ENGLISH.md("error-role-unknown")))


# Writes that are no change: which requests were received.
HANDLED = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM)\s+\"?(handled_request)?", re.IGNORECASE)


class Slack(WebClient):
    """Remembers what it is sent. `users`: what it says of people; `group`: of the one that is enabled.

    `has_moved_on`: whether every modal shows something else by now than what was clicked in.
    """

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, Json]] = []
        self.users: dict[str, Json | str] = {OPERATOR: KINDS["member"].user | FLAGS}
        self.group: list[str] = []
        self.has_moved_on = False

    def api_call(self, api_method: str, **more: Any) -> Any:
        given = {**(more.get("params") or {}), **(more.get("json") or {})}
        match api_method:
            case "users.info":
                user = self.users[given["user"]]
                if isinstance(user, str):
                    raise SlackApiError("", {"ok": False, "error": user})  # type: ignore[no-untyped-call]
                return {"ok": True, "user": user}
            case "usergroups.users.list":
                if given["usergroup"] == DISABLED_GROUP:
                    raise SlackApiError("", {"ok": False, "error": "no_such_subteam"})  # type: ignore[no-untyped-call]
                return {"ok": True, "users": self.group}
        self.sent.append((api_method, given))
        if api_method == "views.update" and self.has_moved_on:
            error = "not_found" if "external_id" in given else "hash_conflict"
            raise SlackApiError("", {"ok": False, "error": error})  # type: ignore[no-untyped-call]
        view = _read(given.get("view")) or {}
        return {
            "ok": True,
            "view": view | {"id": "V1", "hash": "1.2"},
            "ts": "1.2",
            "channel": {"id": "D1", "is_member": True, "num_members": 3},
        }


class AtOnce(Executor):
    """Runs in the calling thread, so that all has happened when a request is answered."""

    def submit(self, call: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(call(*args, **named))
        except BaseException as error:  # noqa: BLE001  as any executor does
            future.set_exception(error)
        return future


@dataclass
class Outcome:
    """What a request led to. `writes`: statements that change the database."""

    shown: list[Json]
    writes: list[str]

    @property
    def leaks(self) -> bool:
        return SECRET in json.dumps(self.shown)

    @property
    def is_refused(self) -> bool:
        """Nothing was shown but that, or that more will come."""
        loading = str(ENGLISH.md("loading"))
        return all(
            not shown
            or shown == {"options": []}
            or any(said in json.dumps(shown, ensure_ascii=False) for said in (*REFUSALS, loading))
            for shown in self.shown
        )


@dataclass
class Bot:
    """The app on a database, and what it does. `team`: where its requests are made."""

    database: Database
    slack: Slack = field(default_factory=Slack)
    team: str = TEAM
    operators: tuple[str, ...] = (GROUP, DISABLED_GROUP)
    requests: int = 0
    writes: list[str] = field(default_factory=list)
    links: list[tuple[Any, str]] = field(default_factory=list)
    unguarded: list[Any] = field(
        default_factory=list
    )  # requests after which a view was updated whatever it shows

    def __post_init__(self) -> None:
        self.context = AppContext(
            database=self.database,
            settings=load(_env_file=None),
            client=self.slack,
            people=People(self.slack, self.operators, self.team),
            clock=lambda: NOW,
        )
        identity = AuthorizeResult(enterprise_id=None, team_id=self.team, bot_token="x")
        self.served = replace(Served.of(self.context, identity), asked=self.context)
        self.use(build_app(Only(self.served).find, self.context.settings))
        event.listen(self.database.engine, "before_cursor_execute", self._execute)

    def use(self, app: App) -> None:
        """Sends requests to that app, each of which is over when it is answered."""
        self.app = app
        threads = self.app.listener_runner.listener_executor
        assert isinstance(threads, Threads)
        threads._answering = threads._slow = AtOnce()  # type: ignore[assignment]

    def _execute(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if (match := HANDLED.match(statement)) and not match[2]:
            self.writes.append(statement)

    def send(self, body: Json, user: str, team: str = "") -> Outcome:
        """Sends it as that person's, as a request of its own. `team`: the person's, if it is another one."""
        team = team or self.team
        self.requests += 1
        body = json.loads(json.dumps(body))
        own = f"{id(self)}.{self.requests}"
        if "user_id" in body:
            body |= {"user_id": user, "team_id": team, "trigger_id": own}
        elif "event" in body:
            event = body["event"] | {"user": user}
            if "inputs" in event:
                event["inputs"] |= {"operator": user}
            body |= {"event": event, "event_id": own, "team_id": team}
        else:
            who = {"id": user, "team_id": team}
            body |= {"user": who, "team": {"id": self.team}, "trigger_id": own}
        self.slack.sent.clear()
        self.writes.clear()
        answer = self.app.dispatch(BoltRequest(body=body, mode="socket_mode"))
        assert answer.status == 200, body
        shown = [_unfolded(given) for _, given in self.slack.sent]
        for each in shown:
            self.links += [(body.get("command") or body, fault) for fault in links(each)]
        updates = [given for method, given in self.slack.sent if method == "views.update"]
        if not all(given.get("hash") or given.get("external_id") for given in updates):
            self.unguarded.append(body)
        return Outcome([json.loads(answer.body) if answer.body else {}, *shown], list(self.writes))

    def close(self) -> None:
        event.remove(self.database.engine, "before_cursor_execute", self._execute)


def _read(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value[:1] in "[{" else value


def _unfolded(given: Json) -> Json:
    return {key: _read(value) for key, value in given.items()}
