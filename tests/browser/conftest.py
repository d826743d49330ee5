"""A real browser, and the demo as a person starts it."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
ARGUMENTS = [
    "--no-sandbox",  # containers run as root
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no chromium in PATH; CHROMIUM names one elsewhere")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def demo_url(browser: Browser, tmp_path: Path) -> Iterator[str]:
    """The address of a running `cleaned demo`, this test's own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "handlers.cli", "demo", "--no-browser"],
        env=os.environ | {"PYTHONPATH": str(ROOT), "LC_ALL": "en_GB.UTF-8", "TMPDIR": str(tmp_path)},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        assert process.stdout
        try:
            yield next(found[0] for line in process.stdout if (found := re.search(r"http://[\d.:]+", line)))
        finally:
            os.killpg(process.pid, signal.SIGINT)
            process.communicate(timeout=30)
