"""Creates `.venv` in the checkout with the pinned packages and runs the command in it.

Uses only the standard library and the syntax of Python 3.6, so that an older Python shows an error message instead of
a SyntaxError; newer annotations are quoted.
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
from typing import Iterator, NoReturn  # noqa: UP035  an old Python can't subscript the one in collections.abc

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
RUN = ROOT / "requirements.txt"
TESTS = ROOT / "tests" / "requirements.txt"  # includes all of RUN
OLDEST_PYTHON = (3, 11)
OLDEST_PIP = (22, 3)  # the first with --python, which installs into another environment

_STAMP = VENV / "cleaned-set-up"  # written last: an environment without it is incomplete
_LOCK = ROOT / ".venv.lock"
_PINNED = re.compile(
    r"^([\w.-]+)==([^\s;]+) \\?$", re.MULTILINE
)  # without packages that only some systems need


class CannotSetUp(Exception):
    """The message says what is wrong and how to fix it."""


def ensure_environment(module: str, requirements: Path) -> None:
    """Returns if this Python has the pinned packages; else creates `.venv` if needed and runs `module` in it instead."""
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
        oldest, current = _dotted(OLDEST_PYTHON), _dotted(sys.version_info[:2])
        raise CannotSetUp(
            f"Cleaned needs Python {oldest} or newer, and this is {current}: install a newer one and run the"
            f" same command with it, for instance python{oldest}."
        )


def _runs_in_venv() -> bool:
    return Path(sys.prefix).resolve() == VENV.resolve()


def _has_all(requirements: Path) -> bool:
    """Whether the pinned versions are installed. True if the file is missing, as in an installed copy."""
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
    stamp = _new_stamp(requirements)
    if _is_ready(stamp):
        return
    _check_pip()
    try:
        with _locked():
            if not _is_ready(stamp):
                _set_up(requirements, stamp)
    except OSError as error:
        raise CannotSetUp(
            f"Set-up can't write in {ROOT} ({error.strerror}): make room or give yourself the right, then run"
            " the same command again."
        ) from None


def _new_stamp(requirements: Path) -> "dict[str, str]":
    """The stamp of an environment made now: one with another stamp is stale."""
    import tomllib  # here, because an old Python lacks it

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    metadata = [project["project"], project["build-system"], project["tool"]["setuptools"]]
    inputs = [sys.version.encode(), json.dumps(metadata).encode(), RUN.read_bytes(), TESTS.read_bytes()]
    return {
        "made from": hashlib.sha256(b"\0".join(inputs)).hexdigest(),
        "at": str(VENV),  # scripts contain this path: they break when the checkout is moved
        "holds": _name(requirements),
    }


def _is_ready(stamp: "dict[str, str]") -> bool:
    old = _old_stamp()
    return _is_current(old, stamp) and old["holds"] in {stamp["holds"], _name(TESTS)}


def _name(requirements: Path) -> str:
    return requirements.relative_to(ROOT).as_posix()


def _is_current(old: "dict[str, str]", stamp: "dict[str, str]") -> bool:
    return {**old, "holds": ""} == {**stamp, "holds": ""}


def _old_stamp() -> "dict[str, str]":
    """The stamp of the existing environment; empty if it is incomplete or its Python is gone."""
    try:
        stamp = json.loads(_STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) and PYTHON.exists() else {}


def _check_pip() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "pip", "--version"], capture_output=True, text=True, check=False
    )
    version = re.match(r"pip (\d+)\.(\d+)", result.stdout)
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
def _locked() -> Iterator[None]:
    """A lock between processes: a second set-up waits. The system releases it when its process dies."""
    with _LOCK.open("a+b") as file:
        os.set_inheritable(
            file.fileno(), True
        )  # a pip that outlives this process keeps the lock until it ends
        if not _try_lock(file.fileno(), wait=False):
            _print("Waiting for another set-up to finish.")
            while not _try_lock(file.fileno(), wait=True):
                pass
        yield


if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: int, *, wait: bool) -> bool:
        try:
            msvcrt.locking(file, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)  # waits at most ten seconds
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


def _set_up(requirements: Path, stamp: "dict[str, str]") -> None:
    old = _old_stamp()
    _STAMP.unlink(missing_ok=True)
    if _is_current(old, stamp):
        _print(f"Adding to the Python environment in {VENV}.")
    else:
        _print(f"Making a Python environment in {VENV} (once).")
        _create_venv()
    pinned = len(_PINNED.findall(requirements.read_text(encoding="utf-8")))
    _print(f"Installing the {pinned} packages of {stamp['holds']}; this takes a minute or two.")
    # Python compiles a module when it is first imported: most of the packages' never are.
    _pip("install", "--no-user", "--no-deps", "--no-compile", "--require-hashes", "-r", str(requirements))
    _print("Installing Cleaned itself.")
    _pip("install", "--no-user", "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    _pip("check")
    _STAMP.write_text(json.dumps(stamp), encoding="utf-8")
    _print("Set-up is done.")


def _create_venv() -> None:
    import venv

    # Without pip, which Debian's Python can't install there; the pip of this Python is used.
    try:
        if VENV.is_symlink() or VENV.is_file():
            VENV.unlink()
        elif VENV.exists():
            shutil.rmtree(VENV)
        venv.EnvBuilder(symlinks=os.name != "nt").create(VENV)
    except subprocess.CalledProcessError as error:
        raise CannotSetUp(f"Python could not make an environment in {VENV}: {error}") from None


def _pip(*arguments: str) -> None:
    options = ["--quiet", "--no-input", "--disable-pip-version-check"]
    result = subprocess.run(  # noqa: S603  our own arguments
        [sys.executable, "-m", "pip", "--python", str(PYTHON), *options, *arguments],
        cwd=ROOT,
        env={**os.environ, "PIP_ROOT_USER_ACTION": "ignore"},
        stdout=sys.stderr,  # standard output belongs to the command, and may be a file
        close_fds=False,  # pip inherits the lock
        check=False,
    )
    if result.returncode:
        raise CannotSetUp(
            "Set-up stopped: pip failed, and its error is above. The same command starts set-up again."
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


def _print(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
