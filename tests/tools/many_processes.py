"""Several processes on one PostgreSQL, thirty people's worth of commands a second, and processes killed meanwhile.

`python -m tests.tools.many_processes` runs it in a local workspace with a PostgreSQL server of its own: a tenth of the deliveries comes
twice, two processes are killed with -9 and replaced, people import, export and archive, a digest falls due. It prints
when commands were acknowledged, and what was done other than once.
"""

import argparse
import csv
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

from sqlmodel import func, select

from bot.digests import digests
from bot.digests.digests import DigestSettings
from handlers.slack import manifest
from handlers.slack.features.digests import EVENT
from handlers.standins.slack.server import Workspace
from handlers.standins.slack.state import BOT_USER, Channel, WorkspacePerson
from handlers.terminal.demo import _environment
from storage.archives.tables import Archive
from storage.audiences.tables import JournalRow
from storage.contacts.tables import Contact
from storage.core import schema
from storage.core.database import Database
from storage.core.tables import AudienceRow
from storage.digests.tables import DigestRun
from storage.exports.tables import Export
from storage.jobs.tables import JobRow
from tests.support.audiences import import_csv
from tests.support.slack import GENERAL, Json, Person
from tests.support.slack import words as words_of
from tests.tools.webhook_load import _print as print_times
from tests.tools.webhook_load import database_url

PROCESSES, PEOPLE, WORKERS = 3, 30, 3
KILLED_AT = (1 / 3, 2 / 3)  # of the time
REPLACED_AFTER = 2.0  # seconds
CONTACTS = 100_000  # there before
ROWS = 1_000  # of each import
DOUBLED = 3  # deliveries a second
BETWEEN_WORKS = 3.0  # seconds
STEP_SECONDS = 60.0  # a lease of a process that died runs out after thirty


@dataclass
class Figures:
    """What happened, as the people saw it."""

    acks: list[tuple[float, float]] = field(default_factory=list)  # when, seconds
    replacing: list[tuple[float, float]] = field(default_factory=list)  # from the kill until another is there
    bare: list[float] = field(default_factory=list)  # requests that no bot answers, in the same seconds
    failed: list[tuple[float, str]] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    names: list[str] = field(default_factory=list)
    works: set[tuple[str, str]] = field(default_factory=set)  # audience, work
    submitted: Counter[tuple[str, str]] = field(
        default_factory=Counter
    )  # again where the answer came too late


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--people", type=int, default=PEOPLE, help="each types a command a second")
    given = parser.parse_args()
    with (
        database_url(postgresql=True) as url,
        tempfile.TemporaryDirectory() as folder,
        Workspace(manifest.path()) as workspace,
    ):
        database = Database(url)
        schema.migrate(database)
        rows = "\n".join(f"person{n}@example.com" for n in range(CONTACTS))
        import_csv(database, f"Email Address\n{rows}", name="subscribed_x_export.csv", audience="Everyone")
        people = [_join(workspace, f"P{n:02}") for n in range(given.people)]
        workers = [_join(workspace, f"W{n:02}") for n in range(WORKERS)]
        figures = Figures()
        with _processes(workspace, url, Path(folder) / "log") as processes:
            _set_digest(database)
            _run(workspace, database, processes, people, workers, figures, given.seconds, Path(folder))
        _tell(workspace, database, figures, people, given.seconds)
        database.close()


def _join(workspace: Workspace, name: str) -> str:
    """A person more; their id."""
    user, room = f"U0{name}", f"D0{name}"
    state = workspace.state
    state.people[user] = WorkspacePerson(user, name.lower(), name, "en-US", "Etc/UTC", "", is_admin=True)
    state.channels[room] = Channel(room, "", "im", {user, BOT_USER})
    state.channels[GENERAL].members.add(user)
    return user


class Processes:
    """`cleaned run`, several times."""

    def __init__(self, workspace: Workspace, url: str, log: Path) -> None:
        self._workspace, self._environment = workspace, _environment(workspace, url)
        self._log = log.open("ab")
        self.running: dict[int, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        before = self._workspace.connections
        command = [sys.executable, "-m", "handlers.cli", "run"]
        process = subprocess.Popen(command, env=self._environment, stderr=self._log)
        self.running[process.pid] = process
        until = time.monotonic() + 60
        while self._workspace.connections <= before:
            assert time.monotonic() < until, "the process did not come"
            time.sleep(0.05)

    def kill(self, database: Database) -> int:
        """Kills one with -9, where there is work the one that does it; its number."""
        with database.reading() as session:
            owners = session.exec(select(JobRow.owner).where(JobRow.state == "running")).all()
        busy = [int(owner.split(":")[1]) for owner in owners if owner]
        pid = next((pid for pid in busy if pid in self.running), next(iter(self.running)))
        os.kill(pid, signal.SIGKILL)
        self.running.pop(pid).wait()
        return pid

    def stop(self) -> list[float]:
        """Seconds until each had stopped."""
        began = time.monotonic()
        for process in self.running.values():
            process.terminate()
        return [time.monotonic() - began for process in self.running.values() if process.wait(30) == 0]


@contextmanager
def _processes(workspace: Workspace, url: str, log: Path) -> Iterator[Processes]:
    processes = Processes(workspace, url, log)
    try:
        for _ in range(PROCESSES):
            processes.start()
        yield processes
    finally:
        print(f"stopped by SIGTERM after {[round(each, 1) for each in processes.stop()]} s")
        faults = [line for line in log.read_text().splitlines() if " INFO " not in line]
        print(f"in the log: {len(faults)} lines that are not news", *faults[:20], sep="\n  ")


def _set_digest(database: Database) -> None:
    """Due at the next minute but one."""
    now = datetime.now(UTC)
    due = now + timedelta(minutes=1)
    wanted = DigestSettings(
        channel=GENERAL,
        weekday=due.weekday(),
        at=due.time().replace(second=0, microsecond=0),
        timezone="Etc/UTC",
        language="en",
        set_by="U0OLIVIA",
        set_at=now,
    )
    digests.save(database, wanted, now)


def _run(
    workspace: Workspace,
    database: Database,
    processes: Processes,
    people: list[str],
    workers: list[str],
    figures: Figures,
    seconds: int,
    folder: Path,
) -> None:
    over = Event()
    threads = [Thread(target=_type, args=(workspace, user, over, figures)) for user in people]
    threads.append(Thread(target=_ask_nobody, args=(workspace, over, figures)))
    threads += [Thread(target=_work, args=(workspace, user, over, figures, folder)) for user in workers]
    began = time.monotonic()
    for thread in threads:
        thread.start()
        time.sleep(1 / len(threads))
    kills = [began + part * seconds for part in KILLED_AT]
    while (now := time.monotonic()) < began + seconds:
        workspace.faults.deliver_twice(DOUBLED)
        if kills and now >= kills[0]:
            kills.pop(0)
            killed = time.perf_counter()
            pid = processes.kill(database)
            print(f"{now - began:.0f} s: process {pid} killed", flush=True)
            time.sleep(REPLACED_AFTER)
            processes.start()
            figures.replacing.append((killed, time.perf_counter()))
            print(f"{time.monotonic() - began:.0f} s: another is there", flush=True)
        time.sleep(1)
    over.set()
    for thread in threads:
        thread.join()
    _wait_for_all(database)


def _type(workspace: Workspace, user: str, over: Event, figures: Figures) -> None:
    """A command a second, at its time; a name that nobody has makes its answer known by it."""
    with Person(workspace, user, channel="D0" + user.removeprefix("U0")) as person:
        began, n = time.perf_counter(), 0
        while not over.wait(max(0.0, began + n - time.perf_counter())):
            n += 1
            name = f"nobody-{user.lower()}-{n}"
            start = time.perf_counter()
            said = person.command("/cleaned" if n % 2 else f"/cleaned {name}")
            if said["ok"]:
                figures.acks.append((start, time.perf_counter() - start))
                figures.asked[user] += 1
                if not n % 2:
                    figures.names.append(name)
            else:
                figures.failed.append((time.perf_counter() - start, str(said["error"])))


def _ask_nobody(workspace: Workspace, over: Event, figures: Figures) -> None:
    """A reference: what the same way takes without a bot, on this machine, as busy as it is."""
    with Person(workspace, "U0SAM") as person:
        while not over.wait(0.2):
            start = time.perf_counter()
            person.say("hello")
            figures.bare.append(time.perf_counter() - start)


def _work(workspace: Workspace, user: str, over: Event, figures: Figures, folder: Path) -> None:
    """Imports an audience, exports it, archives it; then the next."""
    room = "D0" + user.removeprefix("U0")
    with Person(workspace, user, channel=room) as person:
        n = 0
        while not over.wait(BETWEEN_WORKS):
            n += 1
            name = f"list {user.removeprefix('U0')}-{n:03}"
            path = folder / f"{name}.csv"
            _write(path, name.replace(" ", "-"))
            _Step(person, figures, name, "import", f"{ROWS:,} contacts imported into {name}").take(file=path)
            _Step(person, figures, name, "export", f"{ROWS:,} contacts exported from {name}").take()
            _Step(person, figures, name, "archive", f"{ROWS:,} contacts archived in {name}").take(
                word="ARCHIVE"
            )


def _write(path: Path, name: str) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["Email Address", "CLEAN_TIME"])
        writer.writerows([f"{name}-{n}@example.com", "2026-11-20 10:00:00"] for n in range(ROWS))


@dataclass
class _Step:
    """One work, asked for until it is taken: a command whose process was killed is typed again."""

    person: Person
    figures: Figures
    name: str
    work: str
    done: str

    def take(self, *, file: Path | None = None, word: str | None = None) -> None:
        while not self._is_taken(file, word):
            pass
        self.figures.works.add((self.name, self.work))
        self.person.wait_message(self.done, seconds=STEP_SECONDS)

    def _is_taken(self, file: Path | None, word: str | None) -> bool:
        person = self.person
        if person.modal():
            person.dismiss(everything=True)
        try:
            said = person.command(f"/cleaned-{self.work} {self.name}")
            assert said["ok"], said["error"]
            shown = person.wait_modal(self._is_form)
            inputs: Json = {"import-file": [person.upload(file)]} if file else {}
            if word:
                inputs["archives-word"] = word
            self.figures.submitted[self.name, self.work] += 1
            assert person.submit(**inputs) == {}, words_of(shown)
        except AssertionError as error:
            self.figures.failed.append((0.0, f"{self.work}: {str(error)[:60]}"))
            # The answer may be lost, and the work there.
            return any(self.done in words_of(message) for message in person.messages())
        return True

    def _is_form(self, view: Json) -> bool:
        return bool(view.get("submit"))


def _wait_for_all(database: Database) -> None:
    until = time.monotonic() + 120
    while True:
        with database.reading() as session:
            left = session.exec(select(func.count()).select_from(JobRow).where(JobRow.told_at == None)).one()  # noqa: E711  SQL's
        if not left:
            return
        assert time.monotonic() < until, f"{left} jobs are left"
        time.sleep(0.5)


def _tell(
    workspace: Workspace, database: Database, figures: Figures, people: list[str], seconds: int
) -> None:
    print_times("commands acknowledged", [took for _, took in figures.acks])
    calm = [took for at, took in figures.acks if not any(a <= at <= b for a, b in figures.replacing)]
    print_times("of these, while no process was being replaced", calm)
    print_times("requests that no bot answers", figures.bare)
    print(f"a second: {len(figures.acks) / seconds:.1f}; not acknowledged: {len(figures.failed)}")
    for reason, n in Counter(reason for _, reason in figures.failed).most_common():
        print(f"  {n} x {reason}")
    _tell_answers(workspace, figures, people)
    _tell_work(workspace, database, figures)
    marked = [one for one in workspace.state.channels[GENERAL].messages if one.metadata]
    with database.reading() as session:
        runs = session.exec(select(DigestRun)).all()
    assert all(one.metadata and one.metadata["event_type"] == EVENT for one in marked)
    print(f"digests due: {len(runs)}; posted: {len(marked)}")


def _tell_answers(workspace: Workspace, figures: Figures, people: list[str]) -> None:
    """Answers that name nobody's audience are counted one by one."""
    told: Counter[str] = Counter()
    in_all = 0
    for user in people:
        for message in workspace.state.channels["D0" + user.removeprefix("U0")].messages:
            in_all += 1
            said = words_of({"text": message.text, "blocks": message.blocks})
            told.update({word.strip(".,:;*_“”\"'") for word in said.split() if "nobody-" in word})
    missing = [name for name in figures.names if not told[name]]
    doubled = [name for name, n in told.items() if n > 1]
    print(
        f"answers: {in_all} to {len(figures.acks)} commands; of {len(figures.names)} that are told apart,"
        f" {len(missing)} without one (their process was killed), {len(doubled)} with two"
    )


def _tell_work(workspace: Workspace, database: Database, figures: Figures) -> None:
    wrong: list[str] = []
    with database.reading() as session:
        for name, work in sorted(figures.works):
            asked = figures.submitted[name, work]
            audience = session.exec(select(AudienceRow).where(AudienceRow.name == name)).one()
            lines = session.exec(
                select(JournalRow.n).where(JournalRow.audience_id == audience.id, JournalRow.what == work)
            ).all()
            table = {"export": Export, "archive": Archive}.get(work)
            effects = lines
            if table:
                effects = session.exec(select(table.n).where(table.audience_id == audience.id)).all()  # type: ignore[attr-defined]
            # What was submitted again is found done already: nothing is left to archive, no row is new.
            once = sum(lines) == sum(effects) == ROWS or work == "export"
            if not once or not 1 <= len(lines) <= asked or sorted(effects) != sorted(lines):
                wrong.append(f"{work} of {name}: submitted {asked}, journal {lines}, effects {effects}")
        unfinished = session.exec(
            select(func.count()).select_from(JobRow).where(JobRow.state != "done")
        ).one()
        contacts = session.exec(select(func.count()).select_from(Contact)).one()
    imported = sum(work == "import" for _, work in figures.works)
    said: Counter[str] = Counter()
    files: Counter[str] = Counter()
    for channel in workspace.state.channels.values():
        if channel.id.startswith("D0W"):
            for message in channel.messages:
                said[message.text] += 1
                files.update(file.name for file in message.files)
    print(
        f"works: {dict(Counter(work for _, work in figures.works))}, submitted {figures.submitted.total()} times;"
        f" not done exactly once: {len(wrong)}"
    )
    print("".join(f"  {line}\n" for line in wrong), end="")
    print(f"contacts: {contacts}, of {CONTACTS + imported * ROWS}; jobs not done: {unfinished}")
    twice = [text for text, n in said.items() if "list W" in text and n > 1]
    print(f"receipts told twice: {len(twice)}", *twice, sep="\n  ")
    print(f"files handed out: {sum(files.values())}, of {sum(work == 'export' for _, work in figures.works)}")


if __name__ == "__main__":
    main()
