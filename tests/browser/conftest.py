"""Fixtures: a browser, a running `cleaned demo`, and a person using its page."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect, sync_playwright

from handlers.words import Words, words
from tests.support.slack import CAMILLE, OLIVIA

ROOT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
PATIENCE = 15_000  # milliseconds, for machines that are slow
NOT_SHOWN = re.compile(r"[*_`]|<[^>]*>")
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
def options() -> tuple[str, ...]:
    """Command-line options of `cleaned demo`."""
    return ()


@contextmanager
def running_demo(folder: Path, *options: str) -> Iterator[str]:
    """Starts `cleaned demo`; yields the URL of its page, with its token."""
    process = subprocess.Popen(
        [sys.executable, "-m", "handlers.cli", "demo", "--no-browser", *options],
        env=os.environ | {"PYTHONPATH": str(ROOT), "LC_ALL": "en_GB.UTF-8", "TMPDIR": str(folder)},
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        assert process.stdout
        try:
            yield next(match[0] for line in process.stdout if (match := re.search(r"http://\S+", line)))
        finally:
            os.killpg(process.pid, signal.SIGINT)
            process.communicate(timeout=30)


@pytest.fixture
def demo_url(browser: Browser, tmp_path: Path, options: tuple[str, ...]) -> Iterator[str]:
    with running_demo(tmp_path, *options) as url:
        yield url


@dataclass
class Screen:
    """The page, as one person uses it."""

    page: Page
    words: Words
    audience: str

    def says(self, key: str, **values: Any) -> str:
        """A sentence as the page shows it."""
        return NOT_SHOWN.sub("", self.words(key, audience=self.audience, **values))

    def command(self, text: str) -> None:
        composer = self.page.locator("#composer")
        composer.fill(text)
        composer.press("Escape")  # hides the completions
        composer.press("Enter")

    def element(self, action_id: str) -> Locator:
        return self.page.locator(f'[data-action-id="{action_id}"]')

    def field(self, block_id: str) -> Locator:
        return self.page.locator(f'#modal [data-block-id="{block_id}"] [data-action-id]')

    def submit(self) -> None:
        self.page.locator("[data-modal=submit]").click()

    def modal_says(self, text: str) -> None:
        expect(self.page.locator("#modal")).to_contain_text(text)

    def press_in_menu(self, action_id: str) -> None:
        """Presses a button of the last menu of buttons."""
        self.element("more").last.click()
        self.page.get_by_role("menuitem", name=self.says(action_id), exact=True).click()

    def choose(self, action_id: str, option: str) -> None:
        self.element(action_id).click()
        self.page.get_by_role("option", name=option).first.click()

    def leave(self) -> None:
        self.page.keyboard.press("Escape")
        expect(self.page.locator("#modal")).to_be_hidden()


@pytest.fixture(params=[("en", OLIVIA), ("fr", CAMILLE)], ids=["english", "french"])
def screen(request: pytest.FixtureRequest, browser: Browser, demo_url: str) -> Iterator[Screen]:
    """The page for each language; fails on console errors and on requests to other hosts."""
    language, user = request.param
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)

    def same_host_only(route: Route) -> None:
        if route.request.url.startswith(demo_url.partition("?")[0]):
            route.continue_()
        else:
            problems.append(f"request to another host: {route.request.url}")
            route.abort()

    page.route("**/*", same_host_only)
    page.goto(f"{demo_url}&user={user}&channel=C0NEWS")
    expect(page.locator("#composer")).to_be_visible()
    yield Screen(page, words(language), f"Liste {language}")
    page.close()
    assert problems == []
