"""A million contacts through the real bot: how much memory, how quick the acknowledgements.

`python3 -m tests.million [CONTACTS]` starts `cleaned run` on SQLite against the local workspace, imports a generated
export archive, counts, exports and archives, types `/cleaned` all the while, and prints what it saw.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from threading import Event, Thread

from handlers.workspace.server import Workspace
from tests import samples
from tests.slack import OLIVIA, Person, has_action, says

ROOT = Path(__file__).parents[1]
AUDIENCE = "Million"
WAIT = 900  # seconds


def main(contacts: int) -> None:
    with TemporaryDirectory() as folder, Workspace(ROOT / "manifest.yml") as workspace:
        archive = Path(folder) / "export.zip"
        samples.write(archive, contacts)
        with bot(workspace, Path(folder)) as pid, Person(workspace, OLIVIA) as olivia:
            olivia.wait_bot(seconds=30)
            print(f"idle: {mebibytes(pid):.0f} MiB")
            for name, work in works(olivia, archive, contacts).items():
                watched(name, work, pid, workspace)


def works(olivia: Person, archive: Path, contacts: int) -> dict[str, Callable[[], None]]:
    cleaned = f"{samples.counts(contacts)['cleaned']:,}"
    direct = olivia.direct_messages()

    def take_in() -> None:
        olivia.command("/cleaned-import")
        olivia.wait_modal(has_action("import-file"))
        file = olivia.upload(archive)
        olivia.submit(**{"import-file": [file], "import-name": AUDIENCE})
        olivia.wait_message(says(f"{contacts:,} contacts imported"), channel=direct, seconds=WAIT)
        olivia.dismiss()

    def count() -> None:
        olivia.command(f"/cleaned {AUDIENCE}")
        olivia.wait_message(says(f"{cleaned} cleaned contacts"), seconds=WAIT)

    def export() -> None:
        olivia.command(f"/cleaned-export {AUDIENCE}")
        olivia.wait_modal(says(cleaned))
        olivia.submit()
        olivia.wait_message(says(f"{cleaned} contacts of {AUDIENCE} exported"), channel=direct, seconds=WAIT)
        olivia.dismiss()

    def archive_all() -> None:
        olivia.command(f"/cleaned-archive {AUDIENCE}")
        olivia.wait_modal(has_action("archives-word"))
        olivia.submit(**{"archives-word": "ARCHIVE"})
        olivia.wait_message(says(f"{cleaned} contacts of {AUDIENCE} archived"), channel=direct, seconds=WAIT)
        olivia.dismiss()

    return {"import": take_in, "counts": count, "export": export, "archive": archive_all}


def watched(name: str, work: Callable[[], None], pid: int, workspace: Workspace) -> None:
    """Does the work; prints how long it took, the most memory, and how long Slack waited for its answers."""
    over = Event()
    memory: list[float] = []
    waits: list[float] = []

    def look() -> None:
        with Person(workspace, OLIVIA, channel="C0GENERAL") as other:
            while not (waits and over.is_set()):
                start = time.perf_counter()
                other.command("/cleaned help")
                waits.append(1000 * (time.perf_counter() - start))
                memory.append(mebibytes(pid))
                over.wait(0.1)

    looking = Thread(target=look)
    looking.start()
    start = time.monotonic()
    try:
        work()
    finally:
        took = time.monotonic() - start
        over.set()
        looking.join()
    p99 = quantiles([*waits, waits[-1]], n=100, method="inclusive")[-1]
    print(
        f"{name}: {took:.1f} s, at most {max(memory):.0f} MiB; {len(waits)} commands, "
        f"acknowledged in {median(waits):.0f} ms (median), {p99:.0f} ms (99 %), {max(waits):.0f} ms (the slowest)"
    )


@contextmanager
def bot(workspace: Workspace, folder: Path) -> Iterator[int]:
    environment = os.environ | {
        "SLACK_API_URL": workspace.api_url,
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_APP_TOKEN": workspace.app_token,
        "DATABASE_URL": f"sqlite:///{folder / 'cleaned.db'}",
        "CLEANED_PORT": "0",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "handlers.cli", "run"], env=environment, stderr=subprocess.DEVNULL
    )
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def mebibytes(pid: int) -> float:
    """What the process has in memory now (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
