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

# One more than there are processors: many tests wait for a browser, a process or a database.
PYTEST = ["-m", "pytest", "-n", str((os.cpu_count() or 1) + 1), "--dist", "worksteal"]


def main(arguments: list[str]) -> int:
    if arguments:
        return _run([sys.executable, *PYTEST, *arguments])
    failed = [name for name, command in _steps().items() if _step(name, command)]
    # pytest's own last line, "N passed in …", ends the output when all is well.
    if failed:
        print(f"Failed: {', '.join(failed)}", flush=True)
    return 1 if failed else 0


def _steps() -> dict[str, list[str]]:
    lint_imports = Path(sysconfig.get_path("scripts")) / "lint-imports"
    return {
        "format": [sys.executable, "-m", "ruff", "format", "--check", "--quiet"],
        "lint": [sys.executable, "-m", "ruff", "check", "--quiet"],
        "types": [sys.executable, "-m", "mypy", "--no-error-summary"],
        "imports": [str(lint_imports)],
        "tests": [sys.executable, *PYTEST, "--cov", "--cov-report=term"],
    }


def _step(name: str, command: list[str]) -> bool:
    """Whether it failed."""
    print(f"{name} …", flush=True)
    start = time.monotonic()
    failed = _run(command) != 0
    if failed or name != "tests":
        print(f"{name}: {'failed' if failed else 'fine'} after {time.monotonic() - start:.0f} s", flush=True)
    return failed


def _run(command: list[str]) -> int:
    return subprocess.run(command, cwd=bootstrap.ROOT, check=False).returncode


if __name__ == "__main__":
    bootstrap.ensure_environment("tests", bootstrap.TESTS)
    sys.exit(main(sys.argv[1:]))
