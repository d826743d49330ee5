"""Set-up from nothing: `.venv` in the checkout is made with what is pinned, and the command carries on in it.

Runs on the standard library alone, and any Python since 3.6 can read it: an old one gets a sentence, not a syntax
error. So annotations that are new stand in quotes.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, NoReturn  # noqa: UP035  an old Python can't subscript that of collections.abc

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
RUN = ROOT / "requirements.txt"
TESTS = ROOT / "tests" / "requirements.txt"  # all of the above and what the tests need
OLDEST_PYTHON = (3, 11)
OLDEST_PIP = (22, 3)  # the first that installs into another environment

_STAMP = VENV / "cleaned-set-up"  # written last: an environment without it was never finished
_LOCK = ROOT / ".venv.lock"
_PINNED = re.compile(r"^([\w.-]+)==([^\s;]+) \\?$", re.MULTILINE)  # what only some systems need is left out


class CannotSetUp(Exception):
    """The message says what is wrong and what to do."""


def carry_on(module: str, requirements: Path) -> None:
    """Returns if this Python has what `requirements` pins; else runs `module` anew in `.venv`, made if need be."""
    try:
        _check_python()
        if _runs_in_venv() or _has_all(requirements):
            return
        _prepare(requirements)
    except CannotSetUp as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("Set-up was interrupted; the same command starts it again.")
    _hand_over(module)


def _check_python() -> None:
    if sys.version_info < OLDEST_PYTHON:
        wanted, found = _dotted(OLDEST_PYTHON), _dotted(sys.version_info[:2])
        raise CannotSetUp(
            f"Cleaned needs Python {wanted} or newer, and this is {found}: install a newer one and run the"
            f" same command with it, for instance python{wanted}."
        )


def _runs_in_venv() -> bool:
    return Path(sys.prefix).resolve() == VENV.resolve()


def _has_all(requirements: Path) -> bool:
    """Whether what is pinned is installed already, in those versions. True for an installed copy without the file."""
    if not requirements.exists():
        return True
    pinned = _PINNED.findall(requirements.read_text(encoding="utf-8"))
    return all(_installed(name) == version for name, version in pinned)


def _installed(name: str) -> "str | None":
    from importlib import metadata

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _prepare(requirements: Path) -> None:
    wanted = _state(requirements)
    if _is_ready(wanted):
        return
    _check_pip()
    try:
        with _alone():
            if not _is_ready(wanted):
                _set_up(requirements, wanted)
    except OSError as error:
        raise CannotSetUp(
            f"Set-up can't write in {ROOT} ({error.strerror}): make room or give yourself the right, then run"
            " the same command again."
        ) from None


def _state(requirements: Path) -> "dict[str, str]":
    """What the environment is made from: it is stale when this differs."""
    import tomllib  # here, because an older Python lacks it

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    installed_from = [project["project"], project["build-system"], project["tool"]["setuptools"]]
    parts = [sys.version.encode(), json.dumps(installed_from).encode(), RUN.read_bytes(), TESTS.read_bytes()]
    return {
        "made from": hashlib.sha256(b"\0".join(parts)).hexdigest(),
        "at": str(VENV),  # a checkout that was moved has scripts that point to where it was
        "holds": _name(requirements),
    }


def _is_ready(wanted: "dict[str, str]") -> bool:
    there = _stamp()
    return _is_current(there, wanted) and there["holds"] in {wanted["holds"], _name(TESTS)}


def _name(requirements: Path) -> str:
    return requirements.relative_to(ROOT).as_posix()


def _is_current(there: "dict[str, str]", wanted: "dict[str, str]") -> bool:
    return {**there, "holds": ""} == {**wanted, "holds": ""}


def _stamp() -> "dict[str, str]":
    """What the environment was made from; empty if it was never finished, or can't run any more."""
    try:
        there = json.loads(_STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return there if isinstance(there, dict) and PYTHON.exists() else {}


def _check_pip() -> None:
    found = subprocess.run(
        [sys.executable, "-m", "pip", "--version"], capture_output=True, text=True, check=False
    )
    version = re.match(r"pip (\d+)\.(\d+)", found.stdout)
    if not version:
        raise CannotSetUp(
            f"Cleaned needs pip, and {sys.executable} has none: install it"
            " (on Debian and Ubuntu: apt install python3-pip) and run the same command again."
        )
    if tuple(map(int, version.groups())) < OLDEST_PIP:
        raise CannotSetUp(
            f"Cleaned needs pip {_dotted(OLDEST_PIP)} or newer, and this is {'.'.join(version.groups())}: run"
            f" {sys.executable} -m pip install --upgrade pip, then the same command again."
        )


@contextmanager
def _alone() -> Iterator[None]:
    """One set-up at a time; a second one waits here. The system lets go of the lock of a process that dies."""
    with _LOCK.open("a+b") as file:
        os.set_inheritable(file.fileno(), True)  # a pip that outlives us holds the lock until it ends
        if not _try_lock(file.fileno(), wait=False):
            _say("Another set-up is under way; waiting for it.")
            while not _try_lock(file.fileno(), wait=True):
                pass
        yield


if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: int, *, wait: bool) -> bool:
        try:
            msvcrt.locking(file, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)  # waits ten seconds
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(file: int, *, wait: bool) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _set_up(requirements: Path, wanted: "dict[str, str]") -> None:
    there = _stamp()
    _STAMP.unlink(missing_ok=True)
    if _is_current(there, wanted):
        _say(f"Adding to the Python environment in {VENV}.")
    else:
        _say(f"Making a Python environment in {VENV} (once).")
        _make_venv()
    pinned = len(_PINNED.findall(requirements.read_text(encoding="utf-8")))
    _say(f"Installing the {pinned} packages of {wanted['holds']}; this takes a minute or two.")
    _pip("install", "--no-user", "--no-deps", "--require-hashes", "-r", str(requirements))
    _say("Installing Cleaned itself.")
    _pip("install", "--no-user", "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    _pip("check")
    _STAMP.write_text(json.dumps(wanted), encoding="utf-8")
    _say("Set-up is done.")


def _make_venv() -> None:
    import venv

    # Without pip: Debian's Python can't put it there, and this Python's own does the work.
    try:
        if VENV.is_symlink() or VENV.is_file():
            VENV.unlink()
        elif VENV.exists():
            shutil.rmtree(VENV)
        venv.EnvBuilder(symlinks=os.name != "nt").create(VENV)
    except subprocess.CalledProcessError as error:
        raise CannotSetUp(f"Python could not make an environment in {VENV}: {error}") from None


def _pip(*arguments: str) -> None:
    quietly = ["--quiet", "--no-input", "--disable-pip-version-check"]
    done = subprocess.run(  # noqa: S603  our own arguments
        [sys.executable, "-m", "pip", "--python", str(PYTHON), *quietly, *arguments],
        cwd=ROOT,
        env={**os.environ, "PIP_ROOT_USER_ACTION": "ignore"},
        stdout=sys.stderr,  # a command's own output may go to a file
        close_fds=False,  # it inherits the lock
        check=False,
    )
    if done.returncode:
        raise CannotSetUp(
            "Set-up stopped: pip could not do it, and said why above. The same command starts it again."
        )


def _hand_over(module: str) -> NoReturn:
    command = [str(PYTHON), "-m", module, *sys.argv[1:]]
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name != "nt":
        os.execv(PYTHON, command)  # noqa: S606  our own interpreter
    try:
        sys.exit(subprocess.run(command, check=False).returncode)  # noqa: S603  our own interpreter
    except KeyboardInterrupt:
        sys.exit(130)


def _dotted(version: "tuple[int, ...]") -> str:
    return ".".join(map(str, version))


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
