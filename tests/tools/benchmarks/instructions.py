"""How many processor instructions each work takes: a figure that is the same on a noisy machine.

valgrind counts them in a process of its own, on SQLite; those of a process that only opens the database are taken off.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bot.workspaces import databases
from tests.tools.benchmarks import engines, memory
from tests.tools.benchmarks.data import csv_file

WORKS = ("import", "export", "archive", "restore")  # each works on what the one before left
IDLE = "idle"
VALGRIND = ("valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null")


def run(contacts: int) -> None:
    """Prints the instructions of each work, and how many these are for each contact of the file."""
    if not shutil.which(VALGRIND[0]):
        print("valgrind is not installed, so no instructions are counted.")
        return
    with tempfile.TemporaryDirectory(prefix="cleaned-bench-") as name, engines.server("sqlite") as new:
        folder = Path(name)
        url, file = new(folder), csv_file(folder / "all.csv", contacts)
        _count(IDLE, url, file)  # compiles the modules
        idle = _count(IDLE, url, file)
        print(f"{contacts:,} contacts, a tenth cleaned, sqlite\n")
        print("| work | million instructions | thousands for each contact |\n|---|---|---|")
        for work in WORKS:
            n = _count(work, url, file) - idle
            print(f"| {work} | {n / 1e6:,.0f} | {n / contacts / 1e3:,.1f} |", flush=True)


def child(work: str, url: str, file: Path) -> None:
    """Does one of the works in this process."""
    database = databases.open_any_version(url)
    if work != IDLE:
        memory.do(work, database, file)
    database.close()


def _count(work: str, url: str, file: Path) -> int:
    """The instructions of a process that does the work."""
    command = [*VALGRIND, sys.executable, "-m", "tests.tools.benchmarks", "--count", work, url, str(file)]
    # Python's hashes are random otherwise.
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    [counted] = re.findall(r"I +refs: +([\d,]+)", done.stderr)
    return int(counted.replace(",", ""))
