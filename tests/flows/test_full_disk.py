"""`cleaned import` and `cleaned export` on a disk that is full: nothing half, a sentence, and the rest once there is room.

`ulimit -f` in a child process limits how long a file may grow, which anybody may set; root tries a real small disk too.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.workspaces import databases
from handlers.words import words
from storage.core.database import Database
from tests.support.audiences import cleaned
from tests.support.figures import assert_exact, contacts

CONTACTS = 2_000
LIMITED = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
from bot import imports
from handlers import cli
imports.ROWS_PER_CHUNK = 200
sys.exit(cli.main(sys.argv[2:]))
"""
DISK_BYTES = 700_000
ROOM = 200_000  # for a part of the contacts
said = words("en")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own. Only root may have one, and not in every container."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("no disk can be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "cleaned_x_export.csv"
    rows = "".join(f"person{n}@example.com,Ann,2026-11-01 09:30:00\n" for n in range(CONTACTS))
    path.write_text(f"Email Address,First Name,CLEAN_TIME\n{rows}")
    return path


def test_an_import_stops_with_a_sentence_and_carries_on_with_room(
    tmp_path: Path, sheet: Path, sqlite_template: str
) -> None:
    path = tmp_path / "cleaned.db"
    shutil.copy(sqlite_template.removeprefix("sqlite:///"), path)
    told = _cleaned(path, path.stat().st_size + ROOM, "import", str(sheet), "--audience", "News")
    assert told == (1, f"cleaned: {said('trouble-full')}\n")
    _assert_carried_on(path, sheet)


def test_an_import_fills_a_real_disk_and_carries_on_with_room(small_disk: Path, sheet: Path) -> None:
    path = small_disk / "cleaned.db"
    status, told = _cleaned(path, 1 << 40, "import", str(sheet), "--audience", "News")
    assert (status, told.splitlines()[-1]) == (1, f"cleaned: {said('trouble-full')}")
    subprocess.run(["mount", "-o", "remount,size=50m", str(small_disk)], check=True)
    _assert_carried_on(path, sheet)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_an_export_leaves_no_half_file(tmp_path: Path, database: Database) -> None:
    path, out = Path(str(database.url.database)), tmp_path / "out.csv"
    out.write_text("what was there before")
    cleaned(database, CONTACTS)
    before = {each.name for each in tmp_path.iterdir()}
    status, told = _cleaned(path, 50_000, "export", "--audience", "News", "-o", str(out))
    assert (status, told) == (1, f"cleaned: {said('terminal-file', kind='full', name='')}\n")
    assert out.read_text() == "what was there before"
    assert {each.name for each in tmp_path.iterdir()} == before
    assert _cleaned(path, 1 << 40, "export", "--audience", "News", "-o", str(out))[0] == 0
    assert len(out.read_text().splitlines()) == 1 + CONTACTS


def _assert_carried_on(path: Path, sheet: Path) -> None:
    half = databases.open_current(f"sqlite:///{path}")
    assert_exact(half)
    assert len(contacts(half)) < CONTACTS
    half.close()
    status, told = _cleaned(path, 1 << 40, "import", str(sheet), "--audience", "News")
    assert status == 0, told
    whole = databases.open_current(f"sqlite:///{path}")
    assert_exact(whole)
    assert len(contacts(whole)) == CONTACTS
    whole.close()


def _cleaned(database: Path, largest_file: int, *arguments: str) -> tuple[int, str]:
    """The command's exit status, and what it says on standard error."""
    # Coverage has a file to write too, and would tell of the full disk in its own words.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    environment = kept | {"DATABASE_URL": f"sqlite:///{database}", "LC_ALL": "en_GB.UTF-8"}
    command = [sys.executable, "-c", LIMITED, str(largest_file), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr
