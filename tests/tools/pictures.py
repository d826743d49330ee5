"""`python -m tests.tools.pictures`: makes the pictures of the documents, `docs/pictures/*.png`, in both languages.

Starts `cleaned demo` for each language and uses its page with a headless Chromium, as a person does. Takes about a minute.
"""

import argparse
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from handlers.words import words
from tests.browser.conftest import ARGUMENTS, CHROMIUM, PATIENCE, ROOT, Screen, running_demo
from tests.support.slack import CAMILLE, OLIVIA
from tests.tools import moving_picture

FOLDER = ROOT / "docs/pictures"
SIZE = ViewportSize(width=1000, height=720)
TALL = ViewportSize(width=1000, height=980)  # for the digest
PEOPLE = {"en": OLIVIA, "fr": CAMILLE}
STILLS = ("counts", "list", "fix", "digest", "home")
MOVING = "fix-archive-undo"
READING, LOOKING = 2_500, 1_200  # milliseconds that a frame is shown
SETTLES = 300  # milliseconds until the page has drawn


def names() -> set[str]:
    """The files that `main` makes."""
    return {f"{name}.{language}.png" for name in (*STILLS, MOVING) for language in PEOPLE}


@dataclass
class Camera:
    screen: Screen
    frames: list[tuple[bytes, int]] = field(default_factory=list)

    def still(self, name: str) -> None:
        path = FOLDER / f"{name}.{self.screen.words.language}.png"
        path.write_bytes(moving_picture.shrink(self._shot()))

    def frame(self, milliseconds: int = LOOKING) -> None:
        self.frames.append((self._shot(), milliseconds))

    def moving(self, name: str) -> None:
        path = FOLDER / f"{name}.{self.screen.words.language}.png"
        path.write_bytes(moving_picture.join(self.frames))

    def _shot(self) -> bytes:
        page = self.screen.page
        page.mouse.move(1, 1)
        page.wait_for_timeout(SETTLES)
        return page.screenshot(animations="disabled", caret="hide")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--language", choices=PEOPLE, action="append")
    chosen = parser.parse_args().language or PEOPLE
    if CHROMIUM is None:
        print("no chromium in PATH; CHROMIUM names one elsewhere", file=sys.stderr)
        return 1
    FOLDER.mkdir(exist_ok=True)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for language in chosen:
            take(browser, language)
        browser.close()
    for path in sorted(FOLDER.glob("*.png")):
        print(f"{path.stat().st_size / 1000:6.0f} kB  {path.relative_to(ROOT)}")
    return 0


def take(browser: Browser, language: str) -> None:
    with tempfile.TemporaryDirectory() as folder, running_demo(Path(folder)) as url:
        page = browser.new_page(viewport=SIZE)
        page.set_default_timeout(PATIENCE)
        open_channel(page, url, language)
        camera = Camera(Screen(page, words(language), "Newsletter"))
        counts(camera)
        segment(camera)
        fix(camera)
        archive_and_undo(camera)
        camera.moving(MOVING)
        open_channel(page, url, language)
        digest(camera)
        home(camera)
        page.close()


def open_channel(page: Page, url: str, language: str) -> None:
    page.goto(f"{url}&user={PEOPLE[language]}&channel=C0NEWS")
    expect(page.locator("#composer")).to_be_visible()


def home(camera: Camera) -> None:
    """The dashboard, once the likely typos are counted."""
    page = camera.screen.page
    page.set_viewport_size(TALL)
    page.locator('[data-channel^="D0"]').first.click()
    page.locator("[data-tab=home]").click()
    expect(camera.screen.element("open-fix").first).to_be_visible()
    camera.still("home")


def counts(camera: Camera) -> None:
    screen = camera.screen
    screen.command("/cleaned Newsletter")
    expect(screen.element("more")).to_be_visible()
    camera.still("counts")


def segment(camera: Camera) -> None:
    screen = camera.screen
    screen.command("/cleaned-list Newsletter")
    screen.element("segments-preset-worth-a-look").click()
    expect(screen.element("segments-preset-worth-a-look")).to_have_class("button primary")
    camera.still("list")
    screen.leave()


def fix(camera: Camera) -> None:
    screen = camera.screen
    screen.command("/cleaned-fix Newsletter")
    camera.screen.element("typos-walk").wait_for()
    camera.frame()
    screen.element("typos-walk").click()
    consent = screen.page.locator('#modal [data-block-id^="consent"] input')
    consent.check()
    camera.frame(READING)
    camera.still("fix")
    address = screen.page.locator("#modal [data-action-id=address]").input_value()
    screen.submit()
    screen.modal_says(screen.says("corrections-added", address=address))
    camera.frame(READING)
    screen.leave()


def archive_and_undo(camera: Camera) -> None:
    screen = camera.screen
    page = screen.page
    screen.command("/cleaned-archive Newsletter")
    screen.field("archives-word").fill(screen.words("archives-word"))
    camera.frame(READING)
    screen.submit()
    page.locator("#modal [data-modal=submit]").wait_for(state="hidden")
    camera.frame(LOOKING)
    screen.leave()
    page.locator('[data-channel^="D0"]').click()
    undo = screen.element("archives-undo").last
    undo.wait_for()
    camera.frame(READING)
    undo.click()
    expect(undo).to_have_count(0)
    camera.frame(READING)


def digest(camera: Camera) -> None:
    screen = camera.screen
    page = screen.page
    page.set_viewport_size(TALL)
    screen.command("/cleaned-digest")
    screen.choose("digest-channel", "newsletter")
    screen.choose("digest-audiences", screen.audience)
    page.keyboard.press("Tab")  # puts the menu away
    language = screen.words(f"digest-language-{screen.words.language}")
    screen.choose("digest-language", language)
    screen.submit()
    screen.modal_says(screen.says("digest-saved"))
    screen.element("digest-send").click()
    screen.modal_says(screen.says("digest-sent", channel="#newsletter"))
    screen.leave()
    expect(page.locator('[data-block-type="data_visualization"] svg')).to_have_count(1)
    page.locator(".message").last.evaluate("message => message.scrollIntoView(true)")
    camera.still("digest")


if __name__ == "__main__":
    sys.exit(main())
