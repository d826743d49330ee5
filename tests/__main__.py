"""`python3 -m tests` checks everything: form, types, imports, and every test with branch coverage.

With arguments it is pytest alone, with those: `python3 -m tests tests/storage -k zip`.
"""

import os
import subprocess
import sys
import sysconfig
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from handlers import bootstrap

# More than processors: many tests wait for a browser, a process or a database.
WORKERS = ["-n", str(5 * (os.cpu_count() or 1) // 2), "--dist", "worksteal"]
COVERAGE = bootstrap.ROOT / ".coverage"  # the report: pyproject.toml, [tool.slipcover]
NO_TESTS = (
    "Unable to activate pytest branch coverage"  # SlipCover's warning; branches of tests are not measured
)
LEAST_COVERED = 90  # %
FEW_FILES = 12  # run in one process: a worker needs several seconds to start and to collect every test


def main(arguments: list[str]) -> int:
    if arguments:
        workers = [] if 0 < _test_files(arguments) <= FEW_FILES else WORKERS
        return _run([sys.executable, "-m", "pytest", *workers, *arguments])
    # Beside the tests, which often wait, the other checks take hardly any time.
    with ThreadPoolExecutor(1) as beside:
        checks = beside.submit(_failed_checks)
        failed = ["tests"] if _has_failed_tests() else []
        failed += checks.result()
    if failed:
        print(f"Failed: {', '.join(failed)}", flush=True)
    return 1 if failed else 0


def _test_files(arguments: list[str]) -> int:
    """The number of test files that the paths among pytest's arguments name; 0 without a path."""
    paths = [bootstrap.ROOT / argument.partition("::")[0] for argument in arguments]
    return sum(len(list(path.rglob("test_*.py"))) if path.is_dir() else path.is_file() for path in paths)


def _checks() -> dict[str, list[str]]:
    lint_imports = Path(sysconfig.get_path("scripts")) / "lint-imports"
    return {
        "format": [sys.executable, "-m", "ruff", "format", "--check", "--quiet"],
        "lint": [sys.executable, "-m", "ruff", "check", "--quiet"],
        "types": [sys.executable, "-m", "mypy", "--no-error-summary"],
        "imports": [str(lint_imports)],
    }


def _failed_checks() -> list[str]:
    """The names of the checks that fail; each says so as it ends, below what it found."""
    failed = []
    for name, command in _checks().items():
        start = time.monotonic()
        done = subprocess.run(
            command,
            cwd=bootstrap.ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        said = "" if done.returncode == 0 else done.stdout
        failed += [name] if done.returncode else []
        print(f"\n{said}{_ended(name, start, done.returncode)}", flush=True)
    return failed


def _has_failed_tests() -> bool:
    start = time.monotonic()
    COVERAGE.unlink(missing_ok=True)
    # pyproject.toml configures SlipCover, and has pytest ignore the same warning.
    slipcover = [sys.executable, "-W", f"ignore:{NO_TESTS}", "-m", "slipcover"]
    # Else each worker compiles all modules that it imports, and pytest their asserts: 5 s of processor time per worker.
    _run([sys.executable, "-m", "pytest", "--collect-only"], stdout=subprocess.DEVNULL)
    status = _run([*slipcover, "-m", "pytest", *WORKERS])
    print(_ended("tests", start, status), flush=True)
    return status != 0 or _covers_too_little()


def _ended(name: str, start: float, status: int) -> str:
    return f"{name}: {'failed' if status else 'fine'} after {time.monotonic() - start:.0f} s"


def _covers_too_little() -> bool:
    # With its own `fail-under`, SlipCover 1.1.0 reports nothing of what pytest's workers have covered.
    *_, summary = COVERAGE.read_text().rstrip().splitlines()
    covered = int(summary.split()[-1])
    print(f"coverage: {covered} % of lines and branches; what is missing is in {COVERAGE.name}", flush=True)
    return covered < LEAST_COVERED


def _run(command: list[str], stdout: int | None = None) -> int:
    # Without .pyc files each worker and each bot that a test starts compiles all modules anew, and pytest their asserts.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run(command, cwd=bootstrap.ROOT, env=environment, stdout=stdout, check=False).returncode


if __name__ == "__main__":
    bootstrap.ensure_environment("tests", bootstrap.TESTS)
    sys.exit(main(sys.argv[1:]))
