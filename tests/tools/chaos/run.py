"""Everything at once, at random, with a model of what people were told.

`python -m tests.tools.chaos --minutes N [--engine sqlite|postgresql] [--seed S] [--processes P] [--people P]` runs
several processes of the bot in a local workspace. People do all works; meanwhile processes are killed with -9,
PostgreSQL is shut down at once or the SQLite file locked, and Slack is slow, refuses calls and delivers twice. At
checkpoints all is left in quiet, and what people were told is compared with what is there. The exit status is 1 if
there was a difference. Ctrl-C ends it after a last checkpoint.
"""

import argparse
import logging
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from threading import Event, Lock, Thread

from sqlalchemy.exc import SQLAlchemyError

from handlers.slack import manifest
from handlers.slack.features.digests import EVENT
from handlers.standins.slack.server import Workspace
from handlers.standins.slack.state import BOT_USER, Channel, WorkspacePerson
from handlers.terminal.demo import _environment
from handlers.words import words
from storage.core import schema
from storage.core.database import Database
from tests.support.figures import assert_exact
from tests.support.slack import GENERAL, Person
from tests.tools.chaos import found, model, places
from tests.tools.chaos.beside import DigestKeeper, Terminal
from tests.tools.chaos.model import AudienceModel, Digests, Work
from tests.tools.chaos.people import DOMAINS, NOT_BEGUN, Gate, Someone, Tally, write

NAMES = ("Ash", "Beech", "Cedar", "Fir", "Hazel", "Larch", "Maple", "Pine", "Rowan", "Willow")
CONTACTS = 160  # of each audience at the beginning
ROUND_SECONDS = 45.0  # between two checkpoints
QUIET_SECONDS = 240.0  # until all work has ended; a digest whose process died is taken over after two minutes
DIGEST_SECONDS = 25.0  # the scheduler looks every twenty
# Seconds between two troubles, on average.
KILLS, STORE, SLACK, TWICE, SOCKETS = 12.0, 25.0, 8.0, 5.0, 40.0


@dataclass
class Chaos:
    """A run: where it is, who takes part, and what was counted."""

    seed: str
    folder: Path
    workspace: Workspace
    store: places.Store
    processes: places.Processes
    slack: places.SlackTrouble
    audiences: Sequence[AudienceModel]
    gate: Gate
    tally: Tally
    digests: Digests = field(default_factory=Digests)
    messages: found.Messages = field(default_factory=found.Messages)
    troubles: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)
    checkpoints: int = 0
    is_stopped: Event = field(default_factory=Event)
    store_trouble: Thread | None = None

    def round(self, random: Random, seconds: float, every: float = 1.0) -> None:
        """Troubles for so long; `every`: how much rarer than usual."""
        now = time.monotonic()
        end = now + seconds
        doings: dict[Callable[[Random], None], float] = {
            self._kill: KILLS,
            self._trouble_store: STORE,
            lambda _: self.slack.begin(): SLACK,
            lambda _: self.slack.end(): SLACK / 2,
            lambda _: self.slack.deliver_twice(): TWICE,
            lambda _: self.slack.cut_sockets(): SOCKETS,
        }
        due = {doing: now + every * random.expovariate(1 / mean) for doing, mean in doings.items()}
        while (now := time.monotonic()) < end and not self.is_stopped.is_set():
            for doing, mean in doings.items():
                if due[doing] <= now:
                    doing(random)
                    due[doing] = time.monotonic() + every * random.expovariate(1 / mean)
            time.sleep(0.1)

    def check(self) -> None:
        """Waits until all is quiet, and compares."""
        self.gate.close()
        self.slack.end()
        if self.store_trouble:
            self.store_trouble.join()
        self.checkpoints += 1
        database = Database(self.store.url)
        try:
            self._compare(database)
        finally:
            database.close()

    def _compare(self, database: Database) -> None:
        until = datetime.now(UTC).isoformat()
        came = time.monotonic() + DIGEST_SECONDS
        self._wait(lambda: not self.digests.missing(self.posted(), until) or time.monotonic() > came)
        if not self._wait(lambda: found.is_quiet(database)):
            self._differ("work is still under way")
        self.messages.read(self.workspace.state)
        there = found.worlds(database, self.workspace.state)
        for audience in self.audiences:
            self._differ(*audience.compare(there.get(audience.name, model.World())))
        self._differ(*model.compare_jobs(found.jobs(database, self.messages)))
        self._differ(*found.surplus_exports(database, self.messages))
        self._differ(*self.digests.compare(found.digest_runs(database), self.messages.n_digests(), until))
        if self.processes.ended:
            self._differ(f"{self.processes.ended} processes ended by themselves")
        try:
            assert_exact(database)
        except AssertionError as error:
            self._differ(f"figures: {error}")

    def posted(self) -> set[str]:
        """Due times of the digests that are in Slack."""
        marks = [message.metadata for message in self.workspace.state.channels[GENERAL].messages]
        return {mark["event_payload"]["due_at"] for mark in marks if mark and mark["event_type"] == EVENT}

    def _differ(self, *lines: str) -> None:
        """Prints those that are new: what is wrong once is wrong at each checkpoint that follows."""
        for line in lines:
            if line not in self.differences:
                self.differences.append(line)
                print(f"DIFFERENCE at checkpoint {self.checkpoints}: {line}", flush=True)
                self.tally.log(f"DIFFERENCE {line}")

    def _wait(self, fact: Callable[[], bool]) -> bool:
        until = time.monotonic() + QUIET_SECONDS
        while not fact():
            if time.monotonic() > until:
                return False
            time.sleep(0.3)
        return True

    def _kill(self, random: Random) -> None:
        self.processes.kill(random, self._busy())
        self.troubles["processes killed"] += 1
        self.tally.log("a process was killed")
        time.sleep(random.choice((0.0, 0.0, 2.0)))
        self.processes.start()

    def _busy(self) -> list[int]:
        database = Database(self.store.url)
        try:
            return found.busy_processes(database)
        except SQLAlchemyError:
            return []
        finally:
            database.close()

    def _trouble_store(self, random: Random) -> None:
        """Kills and a slow Slack go on meanwhile."""

        def trouble() -> None:
            self.tally.log("the database is troubled")
            self.troubles[f"database: {self.store.trouble(random)}"] += 1
            self.tally.log("the database is back")

        if not (self.store_trouble and self.store_trouble.is_alive()):
            self.store_trouble = Thread(target=trouble)
            self.store_trouble.start()

    def tell(self) -> None:
        """The summary."""
        not_begun = sum(n for (_, told), n in self.tally.works.items() if told == NOT_BEGUN)
        works = sum(self.tally.works.values()) - not_begun
        print(
            f"\n{self.seed}: {self.checkpoints} checkpoints, {works} works, {not_begun} more whose form never came"
        )
        for work in dict.fromkeys(sorted(work for work, _ in self.tally.works)):
            told = {told: n for (name, told), n in sorted(self.tally.works.items()) if name == work}
            print(f"  {work}: {', '.join(f'{n} {each}' for each, n in told.items())}")
        self.troubles["processes that ended by themselves"] = self.processes.ended_by_themselves
        print(
            "troubles:",
            *[f"  {what}: {n}" for what, n in (self.troubles + self.slack.counted).items()],
            sep="\n",
        )
        print(f"sentences with a reference to the log: {len(self.tally.unexpected)}")
        print(f"differences: {len(self.differences)}", *[f"  {line}" for line in self.differences], sep="\n")
        print(f"what was done, and the bots' log: {self.folder}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.tools.chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seed", default="1")
    parser.add_argument(
        "--processes", type=int, help="default: 3 on PostgreSQL; 1 on SQLite, which takes no more"
    )
    parser.add_argument("--people", type=int, default=4)
    parser.add_argument(
        "--calm", action="store_true", help="no troubles: what differs then is this tool's fault"
    )
    parser.add_argument(
        "--keep", action="store_true", help="keep the folder with the logs, without a difference too"
    )
    given = parser.parse_args()
    given.processes = given.processes or (1 if given.engine == "sqlite" else 3)
    logging.getLogger("aiohttp").setLevel(logging.CRITICAL)  # of calls that a kill cut
    folder = Path(tempfile.mkdtemp(prefix="cleaned-chaos-"))
    with ExitStack() as stack:
        store = stack.enter_context(places.store(given.engine, folder))
        workspace = stack.enter_context(Workspace(manifest.path()))
        chaos = _begin(stack, given, folder, store, workspace)
        _run(chaos, given)
        chaos.tell()
    if not chaos.differences and not given.keep:
        shutil.rmtree(folder)
    return 1 if chaos.differences else 0


def _begin(
    stack: ExitStack, given: argparse.Namespace, folder: Path, store: places.Store, workspace: Workspace
) -> Chaos:
    database = Database(store.url)
    database.probe()
    schema.migrate(database)
    database.close()
    processes = places.Processes(workspace, _environment(workspace, store.url), folder / "bots.log")
    stack.callback(processes.stop)
    audiences = [AudienceModel(name) for name in NAMES[: 2 * given.people]]
    _fill(processes, audiences, folder)
    tally = Tally(Counter(), Counter(), _log(folder / "works.log"))
    slack = places.SlackTrouble(workspace, Random(f"{given.seed} slack"))
    gate = Gate(given.people + 2)
    chaos = Chaos(given.seed, folder, workspace, store, processes, slack, audiences, gate, tally)
    for _ in range(given.processes):
        processes.start()
    for n in range(given.people):
        people = [_join(stack, chaos, f"{part}{n}", ("en-US", "fr-FR")[n % 2]) for part in "PQ"]
        _work(stack, chaos, people)
    _work_beside(stack, chaos)
    return chaos


def _run(chaos: Chaos, given: argparse.Namespace) -> None:
    random, end = Random(f"{given.seed} troubles"), time.monotonic() + given.minutes * 60
    every = 1e9 if given.calm else 1.0
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: chaos.is_stopped.set())
    try:
        while (left := end - time.monotonic()) > 0 and not chaos.is_stopped.is_set():
            chaos.round(random, min(left, ROUND_SECONDS), every)
            chaos.check()
            done, so_far = sum(chaos.tally.works.values()), len(chaos.differences)
            print(
                f"{time.strftime('%H:%M:%S')} checkpoint {chaos.checkpoints}: {done} works, {so_far} differences",
                flush=True,
            )
            chaos.gate.open()
    finally:
        chaos.gate.open(is_over=True)


def _fill(processes: places.Processes, audiences: Sequence[AudienceModel], folder: Path) -> None:
    """Each audience has contacts before people come."""
    for audience in audiences:
        addresses = [f"{audience.name.lower()}-{i}@{DOMAINS[i % len(DOMAINS)]}" for i in range(CONTACTS)]
        path = write(folder / f"{audience.name}.csv", addresses)
        process = processes.terminal("import", str(path), "--audience", audience.name, "--status", "cleaned")
        process.join()
        assert process.exitcode == 0, (folder / "bots.log").read_text()
        audience.add("imported", Work(model.import_("terminal", addresses), certain=True))


def _join(stack: ExitStack, chaos: Chaos, name: str, locale: str) -> Someone:
    """A person more, who is an operator and works in their direct messages."""
    user, room, state = f"U0{name}", f"D0{name}", chaos.workspace.state
    state.people[user] = WorkspacePerson(user, name.lower(), name, locale, "Etc/UTC", "", is_admin=True)
    state.channels[room] = Channel(room, "", "im", {user, BOT_USER})
    state.channels[GENERAL].members.add(user)
    person = stack.enter_context(Person(chaos.workspace, user, channel=room))
    return Someone(person, words(locale[:2]), chaos.tally, Random(f"{chaos.seed} {name}"), chaos.folder)


def _work(stack: ExitStack, chaos: Chaos, people: Sequence[Someone]) -> None:
    someone, partner = people

    def work() -> None:
        audience = someone.random.choice(chaos.audiences)
        with audience.held() as is_free:
            if is_free:
                someone.work(audience, partner)
        time.sleep(someone.random.uniform(0.0, 0.5))

    _start(stack, chaos, work)


def _work_beside(stack: ExitStack, chaos: Chaos) -> None:
    random = Random(f"{chaos.seed} terminal")
    terminal = Terminal(chaos.processes.terminal, chaos.tally, random, chaos.folder)
    last: list[AudienceModel] = []

    def import_() -> None:
        audience = random.choice([each for each in chaos.audiences if each not in last])
        last[:] = [audience]
        terminal.work(audience)
        time.sleep(random.uniform(2, 6))

    _start(stack, chaos, import_)
    keeper = _join(stack, chaos, "KEEPER", "en-US")
    _start(stack, chaos, DigestKeeper(keeper, chaos.gate, chaos.digests, chaos.posted).work)


def _start(stack: ExitStack, chaos: Chaos, work: Callable[[], None]) -> None:
    """Works in a thread of its own, until the gate is over."""

    def run() -> None:
        try:
            while chaos.gate.pass_():
                work()
        except Exception as error:
            chaos.differences.append(f"the tool itself failed: {type(error).__name__}: {error}")
            raise
        finally:
            chaos.gate.leave()

    thread = Thread(target=run)
    thread.start()
    stack.callback(thread.join)
    stack.callback(chaos.gate.open, is_over=True)


def _log(path: Path) -> Callable[[str], None]:
    lock = Lock()

    def log(line: str) -> None:
        with lock, path.open("a", encoding="utf-8") as file:
            file.write(f"{time.strftime('%H:%M:%S')} {line}\n")

    return log
