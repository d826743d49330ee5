"""Everything a person does, in a real browser against `cleaned demo`, once in English and once in French."""

import csv
import io
import zipfile
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import expect

from storage.files.csv_files import CsvFormat
from storage.files.formulas import undefuse_cell
from tests.browser.conftest import Screen
from tests.support import samples

CONTACTS = 5_000
CLEANED = samples.counts(CONTACTS)["cleaned"]


def test_from_the_import_to_the_weekly_digest(screen: Screen, tmp_path: Path):
    archive = tmp_path / "export.zip"
    samples.write(archive, CONTACTS)
    import_it(screen, archive)
    count(screen)
    filter_and_tick_over_three_pages(screen)
    archive_the_ticked_and_undo(screen)
    export_is_what_went_in(screen, archive)
    fix_a_typo(screen)
    send_the_digest(screen)


def import_it(screen: Screen, archive: Path) -> None:
    screen.command("/cleaned-import")
    screen.page.locator('[data-block-id="import-file"] input[type=file]').set_input_files(archive)
    expect(screen.page.locator('[data-block-id="import-file"] li')).to_contain_text(archive.name)  # uploaded
    screen.field("import-name").fill(screen.audience)
    screen.submit()
    screen.modal_says(screen.says("import-done", n=CONTACTS))
    screen.leave()


def count(screen: Screen) -> None:
    screen.command(f"/cleaned {screen.audience}")
    last = screen.page.locator(".message").last
    expect(last).to_contain_text(screen.says("counts-headline", n=CLEANED))
    expect(last).to_contain_text(screen.says("counts-counted", n=CONTACTS - CLEANED))


def filter_and_tick_over_three_pages(screen: Screen) -> None:
    screen.command(f"/cleaned-list {screen.audience}")
    screen.modal_says(screen.says("segments-headline", total=CLEANED))
    screen.element("segments-filters").click()
    screen.element("segments-text").fill("@gmial.com")
    screen.submit()
    expect(screen.element("segments-clear")).to_be_visible()
    expect(screen.element("segments-tick").first).to_contain_text("@gmial.com")
    screen.element("segments-clear").click()
    screen.modal_says(screen.says("segments-headline", total=CLEANED))
    for number in (1, 2, 3):
        screen.modal_says(screen.says("segments-page", page=number, pages=-(-CLEANED // 10)))
        screen.element("segments-tick").nth(number).locator("input").check()
        screen.modal_says(screen.says("segments-ticked", n=number))
        if number < 3:
            screen.element("segments-next").click()


def archive_the_ticked_and_undo(screen: Screen) -> None:
    page = screen.page
    screen.submit()
    screen.modal_says(screen.says("archives-headline", n=3))
    word = screen.words("archives-word")
    screen.field("archives-word").fill("perhaps")
    screen.submit()
    screen.modal_says(screen.says("error-wrong-word", word=word))
    screen.field("archives-word").fill(f" {word.lower()} ")
    screen.submit()
    screen.modal_says(screen.says("archives-done", n=3))
    screen.leave()
    page.locator('[data-channel^="D0"]').click()
    receipt = page.locator(".message").filter(has_text=screen.says("archives-done", n=3))
    undo = receipt.locator("[data-action-id=archives-undo]")
    undo.click()
    expect(page.locator(".message").last).to_contain_text(screen.says("restores-done", n=3))
    expect(undo).to_have_count(0)


def export_is_what_went_in(screen: Screen, archive: Path) -> None:
    screen.command(f"/cleaned-export {screen.audience}")
    screen.modal_says(screen.says("exports-headline", n=CLEANED))
    screen.submit()
    screen.modal_says(screen.says("exports-done", n=CLEANED))
    screen.leave()
    with screen.page.expect_download() as waiting:
        screen.page.locator("[data-file-id]").last.click()
    delimiter = CsvFormat.for_excel(screen.words.language).delimiter
    file = read(Path(waiting.value.path()))
    came_out = {row["Email Address"]: row for row in csv.DictReader(file, delimiter=delimiter)}
    with zipfile.ZipFile(archive) as files:
        [name] = [each for each in files.namelist() if each.startswith("cleaned_")]
        went_in = list(csv.DictReader(io.StringIO(files.read(name).decode("utf-8"), newline="")))
    assert len(came_out) == len(went_in) == CLEANED
    for row in went_in:
        found = came_out[row["Email Address"]]
        assert {key: undefuse_cell(found[key]) for key in row} == row


def fix_a_typo(screen: Screen) -> None:
    screen.command(f"/cleaned-fix {screen.audience}")
    screen.element("typos-walk").click()
    consent = screen.page.locator('#modal [data-block-id^="consent"] input')
    address = screen.page.locator("#modal [data-action-id=address]")
    first = address.input_value()
    consent.check()
    screen.element("corrections-skip").click()
    expect(address).not_to_have_value(first)
    expect(consent).not_to_be_checked()  # each needs its own
    screen.element("corrections-back").click()
    expect(address).to_have_value(first)
    screen.element("corrections-check").click()
    unknown = screen.says("corrections-dns", domain=first.partition("@")[2], answer="unknown")
    screen.modal_says(unknown)
    screen.element("corrections-not-typo").click()
    undo = screen.element("corrections-maybe-typo")
    expect(address).not_to_have_value(first)
    undo.click()
    expect(address).to_have_value(first)
    right = f"right.{screen.words.language}@gmail.com"
    address.fill(right)
    consent.uncheck()
    screen.submit()
    expect(screen.page.locator('#modal [data-block-id^="consent"] [data-error]')).to_be_visible()
    consent.check()
    address.fill("no spaces@gmail.com")
    screen.submit()
    screen.modal_says(screen.says("error-not-an-address", reason="spaces"))
    expect(consent).to_be_checked()
    address.fill(right)
    screen.submit()
    screen.modal_says(screen.says("corrections-added", address=right))
    screen.element("corrections-next").last.click()
    expect(address).not_to_have_value(first)
    expect(consent).not_to_be_checked()
    screen.leave()


def send_the_digest(screen: Screen) -> None:
    page = screen.page
    page.locator('[data-channel="C0NEWS"]').click()
    charts = page.locator('[data-block-type="data_visualization"] svg')
    screen.command("/cleaned-digest")
    screen.choose("digest-channel", "newsletter")
    screen.choose("digest-audiences", screen.audience)
    page.keyboard.press("Tab")  # puts the menu away
    screen.submit()
    screen.modal_says(screen.says("digest-saved"))
    screen.element("digest-send").click()
    screen.modal_says(screen.says("digest-sent", channel="#newsletter"))
    screen.leave()
    expect(charts).to_have_count(1)


def test_why_an_address_was_cleaned_and_the_rules(screen: Screen):
    at = replace(screen, audience="Newsletter")
    page = at.page
    at.command("/cleaned-list Newsletter")
    at.element("segments-preset-worth-a-look").click()
    expect(at.element("segments-preset-worth-a-look")).to_have_class("button primary")
    why = page.get_by_role("menuitem", name=at.words("segments-menu-why", address=""))
    at.element("contact-menu").first.click()
    why.click()
    at.modal_says(at.says("evidence-look", why=at.words("evidence-weak-active")))
    expect(at.element("evidence-fix")).to_be_visible()
    for key in ("evidence-for", "evidence-kind-hard"):
        at.modal_says(at.says(key))
    page.locator("[data-modal=back]").click()
    expect(at.element("segments-preset-worth-a-look")).to_be_visible()
    at.element("contact-menu").first.click()
    why.click()
    at.element("evidence-fix").click()
    expect(at.field("address")).to_be_visible()
    at.leave()
    set_the_rules(at)


def set_the_rules(at: Screen) -> None:
    at.command("/cleaned Newsletter")
    at.press_in_menu("open-rules")
    at.modal_says(at.says("policies-intro"))
    at.field("soft-with-activity").fill("3")
    at.submit()
    at.modal_says(at.says("error-bad-threshold", least=7, most=1_000_000))
    at.field("soft-with-activity").fill("9")
    at.submit()
    at.modal_says(at.says("policies-saved"))
    at.modal_says(at.says("policies-is-soft-with-activity", n=9))
    at.leave()


def test_the_keyboard_is_enough(screen: Screen):
    page = screen.page
    page.locator("#composer").focus()
    page.keyboard.type("/cleaned-arch")
    page.keyboard.press("Tab")  # takes the command that is offered
    page.keyboard.type("Club fidélité")
    page.keyboard.press("Enter")
    word = screen.words("archives-word")
    expect(screen.field("archives-word")).to_be_visible()
    screen.field("archives-word").focus()
    page.keyboard.type("no")
    page.keyboard.press("Enter")
    screen.modal_says(screen.says("error-wrong-word", word=word))
    expect(screen.field("archives-word")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#modal")).to_be_hidden()


def read(path: Path) -> io.StringIO:
    return io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")
