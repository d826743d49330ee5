"""How long a person waits for `/cleaned` in the whole bot, on a database of so many contacts made by SQL.

`python -m tests.tools.benchmarks --answers [--contacts N] [--engine sqlite|postgresql]` runs it; `--database URL` on a
database that `tests.support.large` has filled before. The bot has a process of its own. Each command is timed from the
request until Slack has its acknowledgement, and until the answer has arrived at the command's `response_url`.
"""

import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from handlers.slack import manifest
from handlers.standins.slack.server import Workspace
from storage.core.database import Database
from tests.support import large
from tests.support.slack import OLIVIA, Person
from tests.tools.benchmarks import engines
from tests.tools.benchmarks.whole import bot

COMMANDS = ("/cleaned", "/cleaned Newsletter", "/cleaned help")
TIMES = 60
EVERY = 0.2  # seconds between two commands


def run(n: int, engine: str, url: str | None) -> None:
    """Prints, for each command, the median, the slowest tenth and the slowest, in milliseconds."""
    with tempfile.TemporaryDirectory(prefix="cleaned-bench-") as name, engines.server(engine) as new:
        folder = Path(name)
        url = url or _filled(new(folder), n)
        with (
            Workspace(manifest.path()) as workspace,
            bot(workspace, folder, url),
            Person(workspace, OLIVIA) as olivia,
        ):
            olivia.wait_bot(seconds=60)
            print("| command | | median | 90 % | slowest |\n|---|---|---|---|---|")
            for command in COMMANDS:
                _measure(workspace, olivia, command)


def _filled(url: str, n: int) -> str:
    database = Database(url)
    large.build(database, n)
    database.close()
    return url


def _measure(workspace: Workspace, person: Person, command: str) -> None:
    with ThreadPoolExecutor(1) as sender:
        first, *times = [_ask(workspace, person, command, sender) for _ in range(1 + TIMES)]
    for what, each in zip(("acknowledged", "answered"), zip(*times, strict=True), strict=True):
        found = sorted(each)
        figures = (statistics.median(found), found[len(found) * 9 // 10], found[-1])
        print(f"| `{command}` | {what} | {' | '.join(f'{each * 1000:.1f}' for each in figures)} |")
    print(f"| | answered the first time | {first[1] * 1000:.1f} | | |", flush=True)


def _ask(
    workspace: Workspace, person: Person, command: str, sender: ThreadPoolExecutor
) -> tuple[float, float]:
    """Seconds until the command is acknowledged, and until its answer is there; either may come first."""
    time.sleep(EVERY)
    before, start = _answers(workspace), time.perf_counter()
    acknowledged = sender.submit(_send, person, command)
    while _answers(workspace) == before:
        time.sleep(0.0005)
    answered = time.perf_counter()
    return acknowledged.result() - start, answered - start


def _send(person: Person, command: str) -> float:
    """Sends the command; returns when it was acknowledged."""
    assert person.command(command)["ok"]
    return time.perf_counter()


def _answers(workspace: Workspace) -> int:
    """How many have arrived."""
    return sum(each.uses for each in tuple(workspace.state.response_urls.values()))
