"""The whole bot under load: every contact imported, counted, exported and archived in a local workspace.

`python -m tests.tools.benchmarks --whole` runs it, on SQLite. All contacts are cleaned, so each work touches all of them.
"""

import csv
import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Self

from handlers.slack.views import imports
from handlers.slack.views.archives import archives
from handlers.standins.slack.server import Workspace
from tests.support import samples
from tests.support.slack import CAMILLE, OLIVIA, Person, says, titled

MANIFEST = Path(__file__).parents[3] / "manifest.yml"
AUDIENCE = "Newsletter"
WITHIN = 1_800.0  # seconds, for each work
EVERY = 0.2  # seconds between two commands


def run(n: int) -> None:
    """Prints, for each work, its seconds, the bot's memory and the time until a command is acknowledged."""
    with tempfile.TemporaryDirectory() as name, Workspace(MANIFEST) as workspace:
        folder = Path(name)
        archive = _archive(folder, n)
        url = f"sqlite:///{folder / 'cleaned.db'}"
        with bot(workspace, folder, url) as process, Person(workspace, OLIVIA) as olivia:
            olivia.wait_bot(seconds=60)
            _answer(olivia)
            print(
                f"{'work':<10} {'seconds':>8} {'RSS, MB':>8} {'acks':>6} {'p50, ms':>8} {'p99, ms':>8} {'max':>6}"
            )
            with _Watch("idle", workspace, process):
                time.sleep(5)
            with _Watch("import", workspace, process):
                _import(olivia, archive, f"{n:,} contacts imported")
            with _Watch("count", workspace, process):
                _answer(olivia)
            for work, field, done in (
                ("export", {}, f"{n:,} contacts exported from {AUDIENCE}"),
                ("archive", {archives.WORD: "ARCHIVE"}, f"{n:,} contacts archived in {AUDIENCE}"),
            ):
                with _Watch(work, workspace, process):
                    olivia.command(f"/cleaned-{work} {AUDIENCE}")
                    olivia.wait_modal(says(f"{n:,}"), seconds=60)
                    olivia.submit(**field)
                    olivia.wait_message(done, channel=olivia.direct_messages(), seconds=WITHIN)


def _archive(folder: Path, n: int) -> Path:
    path = folder / "export.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed,
        packed.open(f"cleaned_email_audience_export_{samples.ID}.csv", "w") as raw,
        io.TextIOWrapper(raw, "utf-8", newline="") as text,
    ):
        writer = csv.writer(text)
        writer.writerow(samples.HEADERS["cleaned"])
        writer.writerows(samples.rows("cleaned", 10 * n))  # a tenth of a sample is cleaned
    return path


@contextmanager
def bot(workspace: Workspace, folder: Path, url: str) -> Iterator["subprocess.Popen[bytes]"]:
    """The process of `cleaned run` on that database; its log is in the folder."""
    environment = os.environ | {
        "SLACK_API_URL": workspace.api_url,
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_APP_TOKEN": workspace.app_token,
        "DATABASE_URL": url,
        "CLEANED_PORT": "0",
    }
    log = (folder / "log").open("wb")
    process = subprocess.Popen([sys.executable, "-m", "handlers.cli", "run"], env=environment, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)
        log.close()


def _import(olivia: Person, archive: Path, done: str) -> None:
    olivia.command("/cleaned-import")
    olivia.wait_modal(titled("Import"), seconds=60)
    file = olivia.upload(archive)
    olivia.submit(**{imports.FILE: [file], imports.NAME: AUDIENCE})
    olivia.wait_message(done, channel=olivia.direct_messages(), seconds=WITHIN)


def _answer(olivia: Person) -> None:
    assert olivia.command("/cleaned")["ok"]


class _Watch:
    """Sends commands and reads the bot's memory (Linux) from a thread while a work runs; prints what it saw."""

    def __init__(self, work: str, workspace: Workspace, bot: "subprocess.Popen[bytes]") -> None:
        self._work, self._workspace, self._bot = work, workspace, bot
        self._over = Event()
        self._acks: list[float] = []
        self._memory = 0
        self._refused = 0
        self._thread = Thread(target=self._look)

    def __enter__(self) -> Self:
        self._start = time.perf_counter()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        seconds = time.perf_counter() - self._start
        self._over.set()
        self._thread.join()
        acks = sorted(self._acks)
        p99 = acks[min(len(acks) - 1, len(acks) * 99 // 100)]
        print(
            f"{self._work:<10} {seconds:8.1f} {self._memory / 1024:8.0f} {len(acks):6}"
            f" {statistics.median(acks) * 1000:8.0f} {p99 * 1000:8.0f} {acks[-1] * 1000:6.0f}"
            f"{f'  {self._refused} not acknowledged' if self._refused else ''}",
            flush=True,
        )

    def _look(self) -> None:
        with Person(self._workspace, CAMILLE) as camille:
            while True:
                start = time.perf_counter()
                self._refused += not camille.command("/cleaned help")["ok"]
                self._acks.append(time.perf_counter() - start)
                status = Path(f"/proc/{self._bot.pid}/status").read_text()
                self._memory = max(self._memory, int(status.split("VmRSS:")[1].split()[0]))
                if self._over.wait(EVERY):
                    return
