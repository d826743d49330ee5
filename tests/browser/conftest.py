"""A real browser, the demo as a person starts it, and a person at its page."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
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
    """Of `cleaned demo`."""
    return ()


@pytest.fixture
def demo_url(browser: Browser, tmp_path: Path, options: tuple[str, ...]) -> Iterator[str]:
    """The address of a running `cleaned demo`, this test's own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "handlers.cli", "demo", "--no-browser", *options],
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


@dataclass
class Screen:
    """A person at the page."""

    page: Page
    words: Words
    audience: str

    def says(self, key: str, **values: Any) -> str:
        """The sentence as it is shown."""
        return NOT_SHOWN.sub("", self.words(key, audience=self.audience, **values))

    def command(self, text: str) -> None:
        composer = self.page.locator("#composer")
        composer.fill(text)
        composer.press("Escape")  # puts the completions away
        composer.press("Enter")

    def element(self, action_id: str) -> Locator:
        return self.page.locator(f'[data-action-id="{action_id}"]')

    def field(self, block_id: str) -> Locator:
        return self.page.locator(f'#modal [data-block-id="{block_id}"] [data-action-id]')

    def submit(self) -> None:
        self.page.locator("[data-modal=submit]").click()

    def modal_says(self, text: str) -> None:
        expect(self.page.locator("#modal")).to_contain_text(text)

    def choose(self, action_id: str, option: str) -> None:
        self.element(action_id).click()
        self.page.get_by_role("option", name=option).first.click()

    def leave(self) -> None:
        self.page.keyboard.press("Escape")
        expect(self.page.locator("#modal")).to_be_hidden()


@pytest.fixture(params=[("en", OLIVIA), ("fr", CAMILLE)], ids=["english", "french"])
def screen(request: pytest.FixtureRequest, browser: Browser, demo_url: str) -> Iterator[Screen]:
    """At the end nothing stands in the console, and nothing was asked of another machine."""
    language, user = request.param
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)

    def only_here(route: Route) -> None:
        if route.request.url.startswith(demo_url):
            route.continue_()
        else:
            faults.append(f"asked of another machine: {route.request.url}")
            route.abort()

    page.route("**/*", only_here)
    page.goto(f"{demo_url}/?user={user}&channel=C0NEWS")
    expect(page.locator("#composer")).to_be_visible()
    yield Screen(page, words(language), f"Liste {language}")
    page.close()
    assert faults == []
