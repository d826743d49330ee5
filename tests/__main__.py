"""`python3 -m tests` checks everything: form, types, imports, and every test with branch coverage.

With arguments it is pytest alone, with those: `python3 -m tests tests/storage -k zip`.
"""

import os
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

from handlers import bootstrap

# Two for each processor: many tests wait for a browser, a process or a database.
WORKERS = ["-n", str(2 * (os.cpu_count() or 1)), "--dist", "worksteal"]
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
    failed = [name for name, command in _steps().items() if _step(name, command)]
    if failed:
        print(f"Failed: {', '.join(failed)}", flush=True)
    return 1 if failed else 0


def _test_files(arguments: list[str]) -> int:
    """The number of test files that the paths among pytest's arguments name; 0 without a path."""
    paths = [bootstrap.ROOT / argument.partition("::")[0] for argument in arguments]
    return sum(len(list(path.rglob("test_*.py"))) if path.is_dir() else path.is_file() for path in paths)


def _steps() -> dict[str, list[str]]:
    lint_imports = Path(sysconfig.get_path("scripts")) / "lint-imports"
    return {
        "format": [sys.executable, "-m", "ruff", "format", "--check", "--quiet"],
        "lint": [sys.executable, "-m", "ruff", "check", "--quiet"],
        "types": [sys.executable, "-m", "mypy", "--no-error-summary"],
        "imports": [str(lint_imports)],
        # pyproject.toml configures it, and has pytest ignore the same warning.
        "tests": [sys.executable, "-W", f"ignore:{NO_TESTS}", "-m", "slipcover", "-m", "pytest", *WORKERS],
    }


def _step(name: str, command: list[str]) -> bool:
    """Whether it failed."""
    print(f"{name} …", flush=True)
    start = time.monotonic()
    COVERAGE.unlink(missing_ok=True)
    failed = _run(command) != 0
    print(f"{name}: {'failed' if failed else 'fine'} after {time.monotonic() - start:.0f} s", flush=True)
    return failed or (name == "tests" and _covers_too_little())


def _covers_too_little() -> bool:
    # With its own `fail-under`, SlipCover 1.1.0 reports nothing of what pytest's workers have covered.
    *_, summary = COVERAGE.read_text().rstrip().splitlines()
    covered = int(summary.split()[-1])
    print(f"coverage: {covered} % of lines and branches; what is missing is in {COVERAGE.name}", flush=True)
    return covered < LEAST_COVERED


def _run(command: list[str]) -> int:
    # Without .pyc files each worker and each bot that a test starts compiles all modules anew, and pytest their asserts.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run(command, cwd=bootstrap.ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    bootstrap.ensure_environment("tests", bootstrap.TESTS)
    sys.exit(main(sys.argv[1:]))
