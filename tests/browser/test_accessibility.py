"""axe-core finds nothing on any view and any modal, in both languages, wide and light, narrow and dark."""

from typing import Literal

from axe_playwright_python.base import AXE_SCRIPT as AXE
from playwright.sync_api import expect

from tests.browser.conftest import Screen

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "experimental"]
LOOKS: tuple[tuple[int, int, Literal["light", "dark"]], ...] = ((1400, 900, "light"), (390, 800, "dark"))
RUN = """async (options) => {
  const { violations } = await axe.run(document, options);
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
}"""
SCROLLS = """document.documentElement.scrollHeight > innerHeight
  || document.documentElement.scrollWidth > innerWidth"""
AUDIENCE = "Newsletter"


def test_axe_finds_nothing(screen: Screen):
    at = Screen(screen.page, screen.words, AUDIENCE)
    look(at, "channel")
    for command in ("/cleaned help", f"/cleaned {AUDIENCE}"):
        at.command(command)
        expect(at.page.locator(".message").last).to_be_visible()
        look(at, command)
    at.page.locator("#composer").fill("/clea")
    look(at, "commands")
    at.page.locator("#composer").fill("")
    for command in ("list", "fix", "import", "digest", "restore", "export", "archive"):
        at.command(f"/cleaned-{command} {AUDIENCE if command not in ('fix', 'digest', 'restore') else ''}")
        opened(at, command)
        inside(at, command)
        at.page.keyboard.press("Escape")
        while at.page.locator("#modal").is_visible():
            at.page.keyboard.press("Escape")
    at.page.locator('[data-channel^="D0"]').click()
    expect(at.page.locator("a.file-card").last).to_be_visible()
    look(at, "direct messages")
    at.page.locator("[data-tab=home]").click()
    expect(at.page.locator("#home button").first).to_be_visible()
    look(at, "home")


def inside(at: Screen, command: str) -> None:
    """What the modal of the command leads to."""
    if command == "list":
        at.element("contact-menu").first.click()
        at.page.get_by_role("menuitem").first.click()
        expect(at.page.locator("[data-modal=back]")).to_be_visible()
        opened(at, "why")
    if command == "export":
        at.submit()
        at.modal_says(at.says("exports-open"))
        look(at, "exported")
        at.leave()
        at.command(f"/cleaned-export {AUDIENCE}")
        at.element("exports-past").click()
        at.modal_says(at.says("exports-past-title"))
        opened(at, "past exports")
    if command == "archive":
        at.field("archives-word").fill("perhaps")
        at.submit()
        at.modal_says(at.says("error-wrong-word", word=at.words("archives-word")))
        look(at, "a wrong word")
        at.field("archives-word").fill(at.words("archives-word"))
        at.submit()
        at.modal_says(at.says("archives-undo"))
        look(at, "archived")
        at.leave()
        at.command("/cleaned-restore")
        opened(at, "earlier archives")
        at.element("restores-contacts").first.click()
        at.modal_says(at.says("restores-members-title"))
        opened(at, "archived contacts")


def opened(at: Screen, name: str) -> None:
    modal = at.page.locator("#modal")
    expect(modal).to_be_visible()
    expect(modal).not_to_contain_text(at.words("loading"))
    look(at, name)


def look(at: Screen, name: str) -> None:
    page = at.page
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    for width, height, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = page.evaluate(RUN, {"runOnly": TAGS, "resultTypes": ["violations"]})
        assert found == [], f"{name}, {width} px"
        assert not page.evaluate(SCROLLS), f"{name}, {width} px: a scrollbar of the page"
    width, height, _ = LOOKS[0]
    page.set_viewport_size({"width": width, "height": height})
