"""Everything a person does with a Mailchimp audience, in a real browser against `cleaned demo --mailchimp`."""

import csv
import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from handlers.standins.mailchimp.sample import EASY, STRICT
from tests.browser.conftest import Screen

OUTCOMES = ("done", "refused")


@pytest.fixture
def options() -> tuple[str, ...]:
    return ("--mailchimp",)


def test_from_the_figures_to_the_weekly_digest(screen: Screen):
    at = replace(screen, audience=EASY)
    cleaned = count(at)
    bring_up_to_date(at)
    archive_all_and_undo(at, cleaned)
    export(at, cleaned)
    fix_a_typo(replace(screen, audience=STRICT))
    send_the_digest(at)


def count(at: Screen) -> int:
    """The figures say where they are from; Mailchimp's audience is imported into and cleaned there."""
    at.command(f"/cleaned {at.audience}")
    last = at.page.locator(".message").last
    expect(last).to_contain_text(at.says("mirror-as-of", at=""))
    expect(last.locator("[data-action-id=more]")).to_be_visible()
    expect(last.get_by_role("combobox")).to_have_value(f"{at.audience} · Mailchimp")
    found = re.search(r"(\d+) (?:cleaned|contacts nettoyés)", last.inner_text())
    assert found
    return int(found[1])


def bring_up_to_date(at: Screen) -> None:
    at.press_in_menu("open-sync")
    at.modal_says(at.says("mirror-done", n=0))
    at.leave()


def archive_all_and_undo(at: Screen, cleaned: int) -> None:
    """Mailchimp refuses some: the receipt says how many and why, and the file has each address's outcome."""
    page = at.page
    at.command(f"/cleaned-archive {at.audience}")
    at.modal_says(at.says("archives-headline", n=cleaned))
    at.field("archives-word").fill(at.words("archives-word"))
    at.submit()
    at.modal_says(at.says("archives-refused", n=9, why=at.words("archives-refusal-method-refused")))
    at.modal_says(at.says("archives-done", n=cleaned - 9))
    at.leave()
    page.locator('[data-channel^="D0"]').click()
    with page.expect_download() as waiting:
        page.locator("[data-file-id]").last.click()
    rows = list(csv.reader(Path(waiting.value.path()).read_text(encoding="utf-8-sig").splitlines()))[1:]
    done, refused = (
        [row for row in rows if row[1] == at.words(f"archives-state-{each}")] for each in OUTCOMES
    )
    assert (len(done), len(refused)) == (cleaned - 9, 9)
    receipt = page.locator(".message").filter(has_text=at.says("archives-done", n=cleaned - 9))
    receipt.locator("[data-action-id=archives-undo]").click()
    expect(page.locator(".message").last).to_contain_text(at.says("restores-done", n=cleaned - 9))


def export(at: Screen, cleaned: int) -> None:
    at.command(f"/cleaned-export {at.audience}")
    at.modal_says(at.says("exports-headline", n=cleaned))
    at.submit()
    at.modal_says(at.says("exports-done", n=cleaned))
    at.leave()


def fix_a_typo(at: Screen) -> None:
    """Double opt-in, a required field and marketing permissions are asked for."""
    at.command(f"/cleaned-fix {at.audience}")
    at.element("typos-walk").click()
    consent = at.page.locator('#modal [data-block-id^="consent"] input')
    address = at.page.locator("#modal [data-action-id=address]")
    expect(at.page.locator("#modal [data-action-id=field-TOWN]")).to_have_value("Lausanne")
    at.page.locator('#modal [data-block-id^="permissions"] input').first.check()
    right = address.input_value()
    at.submit()
    expect(at.page.locator('#modal [data-block-id^="consent"] [data-error]')).to_be_visible()
    consent.check()
    at.submit()
    at.modal_says(at.says("corrections-added-there", address=right, status="pending"))
    at.leave()


def send_the_digest(at: Screen) -> None:
    page = at.page
    page.locator('[data-channel="C0NEWS"]').click()
    at.command("/cleaned-digest")
    at.choose("digest-channel", "newsletter")
    at.choose("digest-audiences", at.audience)
    page.keyboard.press("Tab")  # puts the menu away
    at.submit()
    at.modal_says(at.says("digest-saved"))
    at.element("digest-send").click()
    at.modal_says(at.says("digest-sent", channel="#newsletter"))
    at.leave()
    expect(page.locator('[data-block-type="data_visualization"] svg')).to_have_count(1)
