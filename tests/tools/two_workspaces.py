"""Fifty requests a second over HTTP, of people in two workspaces, to two processes on one PostgreSQL.

`python -m tests.tools.two_workspaces --seconds 600` installs the app by OAuth in two workspaces of the local Slack, which
sends commands, clicks and forms to two `cleaned run` in turn. It prints when they were acknowledged and answered, what
failed, and the memory of each process at each minute.
"""

import argparse
import asyncio
import io
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, cycle
from pathlib import Path

import httpx

from bot.imports import imports
from bot.jobs import jobs
from handlers.clock import utc_now
from handlers.slack import manifest
from handlers.slack.views.contacts.counts import OPEN
from handlers.slack.views.digests.digests import CHANNEL
from handlers.standins.slack.delivery import Delivery, DeliveryError, HttpDelivery
from handlers.standins.slack.server import Workspace
from handlers.standins.slack.state import Channel, StoredView, WorkspacePerson
from handlers.standins.slack.user_actions import UserActions
from handlers.standins.types import Json
from storage.core import schema
from storage.core.database import Database
from tests.support import oauth
from tests.tools.slow_callers import _free_port
from tests.tools.webhook_load import _print as print_times
from tests.tools.webhook_load import database_url

TEAMS = {"T0FIRST": "First", "T0SECOND": "Second"}
PROCESSES, PEOPLE = 2, 40  # people: of each workspace
CONTACTS = 10_000  # of each workspace
KEPT = 1_000  # URLs and triggers of each workspace
ANSWER_SECONDS = 10.0  # an answer that comes later counts as missing
LIST = f"open-{OPEN[0]}"


@dataclass
class Figures:
    """What happened, as Slack and the people saw it."""

    acks: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--rate", type=float, default=50, help="requests a second")
    given = parser.parse_args()
    ports = [_free_port() for _ in range(PROCESSES)]
    with (
        database_url(postgresql=True) as url,
        tempfile.TemporaryDirectory() as folder,
        Workspace(manifest.path(), request_url=f"http://127.0.0.1:{ports[0]}/slack/events") as slack,
    ):
        database = Database(url)
        schema.migrate(database)
        log = Path(folder) / "log"
        with _processes(slack, url, ports, log) as processes:
            _install(slack, database, ports)
            figures = Figures()
            _deliver_in_turn(slack, ports, figures)
            _run(slack, processes, figures, given.rate, given.seconds)
        _tell(slack, database, figures, log, given.seconds)


@contextmanager
def _processes(
    slack: Workspace, url: str, ports: list[int], log: Path
) -> Iterator[list[subprocess.Popen[bytes]]]:
    environment = os.environ | {
        "SLACK_API_URL": slack.api_url,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_CLIENT_ID": slack.client_id,
        "SLACK_CLIENT_SECRET": slack.client_secret,
        "CLEANED_TOKEN_KEY": oauth.KEY,
        "CLEANED_PUBLIC_URL": f"http://127.0.0.1:{ports[0]}",
        "DATABASE_URL": url,
    }
    processes = []
    with log.open("ab") as to:
        for port in ports:
            own = environment | {"CLEANED_PORT": str(port)}
            command = [sys.executable, "-m", "handlers.cli", "run"]
            processes.append(subprocess.Popen(command, env=own, stderr=to))
    try:
        for port in ports:
            _wait(lambda port=port: _is_ready(port), "a process did not come")  # type: ignore[misc]
        yield processes
    finally:
        for process in processes:
            process.terminate()
        print("status of the processes:", [process.wait(30) for process in processes])


def _is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
    except httpx.TransportError:
        return False


def _install(slack: Workspace, database: Database, ports: list[int]) -> None:
    slack.redirect_urls.append(f"http://127.0.0.1:{ports[0]}/slack/oauth_redirect")
    for team, name in TEAMS.items():
        state = slack.add_team(team, name)
        owner = next(person.id for person in state.people.values() if person.is_owner)
        for n in range(PEOPLE):
            user = f"U0{name.upper()}{n:02}"
            person = WorkspacePerson(
                user, user.lower(), user, "en-US", "Etc/UTC", "", is_admin=True, team=team
            )
            state.people[user] = person
            state.channels[f"C0{name.upper()}NEWS"].members.add(user)
        page = oauth.install(slack, f"http://127.0.0.1:{ports[0]}", team, owner)
        assert page.status_code == 200, page.text
        beside = database.beside(team.lower())
        rows = "\n".join(f"{team.lower()}-{n}@example.com" for n in range(CONTACTS))
        file = io.BytesIO(f"Email Address\n{rows}".encode())
        imports.receive(beside, file, name="cleaned_x_export.csv", audience=name, by=owner, now=utc_now())
        _wait(lambda beside=beside: _is_idle(beside), "an import does not end")  # type: ignore[misc]
        print(f"installed in {team}")


def _is_idle(database: Database) -> bool:
    return not jobs.backlog(database, utc_now())


class _InTurn:
    """Delivers to the processes in turn, and takes the time."""

    connected = True

    def __init__(self, deliveries: list[HttpDelivery], figures: Figures) -> None:
        self._turns, self._figures = cycle(deliveries), figures

    async def send(self, kind: str, payload: Json, *, attempt: int = 0, reason: str = "") -> Json:
        began = time.perf_counter()
        try:
            answer = await next(self._turns).send(kind, payload, attempt=attempt, reason=reason)
        except DeliveryError as error:
            self._figures.failed[f"{kind}: {error.name}"] += 1
            raise
        self._figures.acks.append(time.perf_counter() - began)
        return answer


def _deliver_in_turn(slack: Workspace, ports: list[int], figures: Figures) -> None:
    deliveries = [
        HttpDelivery(slack.state, slack.faults, f"http://127.0.0.1:{port}/slack/events", slack.signing_secret)
        for port in ports
    ]
    delivery: Delivery = _InTurn(deliveries, figures)
    for actions in slack._by_team.values():
        actions.delivery = delivery


def _run(
    slack: Workspace, processes: list[subprocess.Popen[bytes]], figures: Figures, rate: float, seconds: int
) -> None:
    until = time.monotonic() + seconds
    pause = len(TEAMS) * PEOPLE / rate

    async def live() -> None:
        people = [_Someone(slack._by_team[team], n, figures) for n in range(PEOPLE) for team in TEAMS]
        await asyncio.gather(
            *(each.live(until, pause, n * pause / len(people)) for n, each in enumerate(people))
        )

    living = asyncio.run_coroutine_threadsafe(live(), slack._loop)
    for minute in count():
        memory = "  ".join(f"{_memory(process):.0f} MB" for process in processes)
        print(f"minute {minute}: {memory}; {len(figures.acks)} acknowledged", flush=True)
        if wait([living], 60.0).done:
            break
    living.result()
    print(f"end: {'  '.join(f'{_memory(process):.0f} MB' for process in processes)}")


def _memory(process: "subprocess.Popen[bytes]") -> float:
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


class _Someone:
    """Types `/cleaned`, opens the list from its answer, opens the digest's form and submits it; again and again."""

    def __init__(self, actions: UserActions, n: int, figures: Figures) -> None:
        self._actions, self._state, self._figures = actions, actions.state, figures
        self._name = self._state.team.name.upper()
        self._user = f"U0{self._name}{n:02}"

    async def live(self, until: float, pause: float, wait: float) -> None:
        next_at = time.monotonic() + wait
        steps: Iterator[Callable[[], object]] = cycle((self._count, self._list, self._digest, self._submit))
        while next_at < until:
            await asyncio.sleep(max(0.0, next_at - time.monotonic()))
            try:
                await next(steps)()  # type: ignore[misc]
            except (TimeoutError, LookupError) as error:
                self._figures.failed[f"{type(error).__name__}: {error}"] += 1
            # What nobody looks at any more would make Slack's side slow.
            for kept in (self._state.response_urls, self._state.triggers):
                while len(kept) > KEPT:
                    del kept[next(iter(kept))]
            next_at = max(next_at + pause, time.monotonic())

    @property
    def _room(self) -> Channel:
        return self._state.direct(self._user)

    async def _count(self) -> None:
        self._room.messages.clear()
        await self._answered(
            self._actions.command(self._user, self._room, "/cleaned"), lambda: bool(self._room.messages)
        )

    async def _list(self) -> None:
        message = self._room.messages[-1]
        found = [
            (block["block_id"], element["value"])
            for block in message.blocks
            for element in block.get("elements", ())
            if element.get("action_id") == LIST
        ]
        if not found:
            raise LookupError(message.text)
        block_id, value = found[0]
        action = {"type": "button", "action_id": LIST, "block_id": block_id, "value": value}
        click = self._actions.message_action(self._user, self._room, message, action, {})
        await self._answered(click, lambda: "@example.com" in str(self._top().content))
        await self._actions.close(self._top(), everything=True)

    async def _digest(self) -> None:
        typed = self._actions.command(self._user, self._room, "/cleaned-digest")
        await self._answered(typed, lambda: bool(self._top().content.get("submit")))

    async def _submit(self) -> None:
        view = self._top()
        channel = f"C0{self._name}NEWS"
        chosen = {"type": "conversations_select", "action_id": CHANNEL, "selected_conversation": channel}
        form = str(view.content["hash"])
        submitted = self._actions.submit(view, {CHANNEL: {CHANNEL: chosen}})
        await self._answered(submitted, lambda: self._shows_another_form_than(form))
        await self._actions.close(self._top(), everything=True)

    def _shows_another_form_than(self, hash_: str) -> bool:
        """A modal that is loading is no answer yet."""
        content = self._top().content
        return bool(content.get("submit")) and content["hash"] != hash_

    def _top(self) -> StoredView:
        stack = self._state.stacks[self._user]
        return self._state.views[stack[-1]] if stack else StoredView({}, self._user)

    async def _answered(self, asked: "asyncio.Future[Json] | object", is_there: Callable[[], bool]) -> None:
        """Raises TimeoutError."""
        began = time.perf_counter()
        said = await asked  # type: ignore[misc]
        if not said["ok"]:
            self._figures.failed[str(said.get("error") or said)] += 1
            return
        async with asyncio.timeout(ANSWER_SECONDS):
            while not is_there():  # noqa: ASYNC110  Slack's side tells nobody
                await asyncio.sleep(0.01)
        self._figures.answers.append(time.perf_counter() - began)


def _wait(is_so: Callable[[], bool], otherwise: str) -> None:
    until = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < until, otherwise
        time.sleep(0.1)


def _tell(slack: Workspace, database: Database, figures: Figures, log: Path, seconds: int) -> None:
    print_times("acknowledged", figures.acks)
    print_times("answered", figures.answers)
    print(f"a second: {len(figures.acks) / seconds:.1f}; failed: {dict(figures.failed) or 'none'}")
    print(f"calls of the bot that Slack refused: {Counter(each['error'] for each in slack.refused)}")
    entries = re.split(r"\n(?=\d{4}-\d\d-\d\d )", log.read_text(encoding="utf-8"))
    faults = Counter(
        re.sub(r"\b[0-9a-f]{8}\b", "…", each[24:]) for each in entries if " INFO " not in each[:40]
    )
    print(f"in the log: {faults.total()} entries that are not news")
    for entry, n in faults.most_common(5):
        print(f"  {n} x {entry[-2_000:]}")
    database.close()


if __name__ == "__main__":
    main()
