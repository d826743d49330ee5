"""The page in a real browser, against canned answers: every block, the keyboard, and texts that stay texts."""

import os
import shutil
from collections.abc import Iterator
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from handlers.standins.slack.server import Workspace
from tests.handlers.standins.conftest import MANIFEST
from tests.handlers.standins.slack import page_payloads as payloads
from tests.handlers.standins.slack.page_app import PageApp

CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium in PATH; CHROMIUM names one elsewhere")
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
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def app() -> Iterator[PageApp]:
    running = PageApp().start()
    yield running
    running.stop()


@pytest.fixture
def page(browser: Browser, app: PageApp) -> Iterator[Page]:
    """The page, opened; at its end nothing stands in the console and nothing was asked of another origin."""
    opened = browser.new_page(viewport={"width": 1200, "height": 800})
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda said: faults.append(said.text) if said.type in {"error", "warning"} else None)

    def only_here(route: Route) -> None:
        if route.request.url.startswith(app.url):
            route.continue_()
        else:
            faults.append(f"asked of another origin: {route.request.url}")
            route.abort()

    opened.route("**/*", only_here)
    opened.goto(app.url)
    expect(opened.locator(".message")).to_have_count(len(payloads.MESSAGES))
    yield opened
    opened.close()
    assert faults == []


def show_modal(app: PageApp, page: Page, *views: payloads.Json) -> None:
    app.tell({"type": "views", "views": list(views)})
    expect(page.locator("#modal")).to_have_attribute("data-view-id", views[-1]["id"])


def test_every_block_and_element_is_drawn(page: Page, app: PageApp) -> None:
    for blocks in (payloads.TEXTS, payloads.FIGURES, payloads.PROGRESS, payloads.ACTIONS):
        for block in blocks:
            assert page.locator(f'.message [data-block-type="{block["type"]}"]').count() > 0
    show_modal(app, page, payloads.MODAL)
    for block in payloads.INPUTS:
        expect(page.locator(f'[data-block-id="{block["block_id"]}"] [data-action-id]')).to_have_count(1)
    app.tell({"type": "views", "views": []})
    page.click("[data-channel=D0BOT]")
    page.click("[data-tab=home]")
    app.tell({"type": "home", "view": payloads.HOME})
    expect(page.locator(".home [data-block-type]")).to_have_count(len(payloads.HOME["blocks"]))
    assert page.locator(".unsupported").count() == 0
    # Two requests of a browser, which may overtake each other.
    assert {asked.get("tab", "home") for asked in app.asked_for("home")} == {"messages", "home"}


def test_a_block_unknown_to_the_page_says_so(page: Page, app: PageApp) -> None:
    said = payloads.message(20, payloads.BOT, "New", blocks=[{"type": "hologram"}])
    app.tell({"type": "message", "channel": "C0NEWS", "message": said})
    expect(page.locator(".unsupported")).to_have_text("Unsupported block: hologram")


def test_script_in_a_text_stays_text(page: Page) -> None:
    assert page.title() == "Local workspace"
    assert page.locator(".message script, .message img[onerror], .message [href^='javascript:']").count() == 0
    assert page.get_by_text("<script>document.title='broken in'</script>").count() >= 6


def test_mrkdwn_is_formatted_in_the_readers_zone_and_language(page: Page, app: PageApp) -> None:
    text = page.locator('[data-block-type="section"]').first
    expect(text.locator("strong").first).to_have_text("Bold")
    expect(text).to_contain_text("2*3*4 and snake_case_name stay")
    expect(text).to_contain_text("@Sam Patel, #newsletter, @here, <b> & more")
    expect(text.locator("time")).to_contain_text("9:30\u202fAM")
    assert text.locator("strong").count() == 2, "a sign beside a zero-width space formats nothing"
    page.click("[data-person=U0CAMILLE]")
    expect(page.get_by_role("heading", name="Espace de travail local")).to_be_visible()
    expect(page.locator('[data-block-type="section"] time').first).to_contain_text("10:30")


def test_the_composer_completes_commands_by_keyboard(page: Page, app: PageApp) -> None:
    composer = page.locator("#composer")
    expect(composer).to_be_focused()
    page.keyboard.type("/cl")
    expect(page.locator("[data-command]")).to_have_count(3)
    page.keyboard.press("Escape")
    expect(page.locator("[data-command]:visible")).to_have_count(0)
    page.keyboard.type("e")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(composer).to_have_value("/cleaned-list ")
    page.keyboard.type("News")
    page.keyboard.press("Enter")
    expect(composer).to_have_value("")
    page.keyboard.type("Hello")
    with page.expect_response("**/page/say"):
        page.keyboard.press("Enter")
    assert app.asked_for("command") == [
        {"user": "U0OLIVIA", "channel": "C0NEWS", "text": "/cleaned-list News"}
    ]
    assert app.asked_for("say") == [{"user": "U0OLIVIA", "channel": "C0NEWS", "text": "Hello"}]


def test_a_modal_keeps_the_focus_and_escape_closes_it(page: Page, app: PageApp) -> None:
    show_modal(app, page, payloads.MODAL)
    expect(page.get_by_label("Type ARCHIVE")).to_be_focused()
    for _ in range(40):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('#modal') !== null")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.closest('#modal') !== null")
    with page.expect_response("**/page/close"):
        page.keyboard.press("Escape")
    expect(page.locator("#modal")).to_be_hidden()
    expect(page.locator("#composer")).to_be_focused()
    assert app.asked_for("close") == [{"user": "U0OLIVIA", "view_id": "V1", "all": True}]


def test_back_returns_to_the_view_below_with_what_was_typed(page: Page, app: PageApp) -> None:
    show_modal(app, page, payloads.MODAL)
    page.get_by_label("Type ARCHIVE").fill("ARCH")
    show_modal(app, page, payloads.MODAL, payloads.PUSHED)
    page.get_by_role("button", name="Back").click()
    expect(page.locator("#modal")).to_have_attribute("data-view-id", "V1")
    expect(page.get_by_label("Type ARCHIVE")).to_have_value("ARCH")
    expect(page.get_by_label("Type ARCHIVE")).to_be_focused()


def test_errors_stand_under_their_fields_and_nothing_typed_is_lost(page: Page, app: PageApp) -> None:
    wrong = "The word is ARCHIVE."
    app.answers["submit"] = {"ok": False, "errors": {"in-plain_text_input": wrong}}
    show_modal(app, page, payloads.MODAL)
    word = page.get_by_label("Type ARCHIVE")
    address = page.get_by_label("Corrected address")
    word.fill("ARCHVE")
    page.keyboard.press("Enter")
    expect(page.locator('[data-block-id="in-email_text_input"] [data-error]')).to_have_text(
        "Please complete this required field."
    )
    assert app.asked_for("submit") == [], "as in Slack, the bot hears of a form only once it is filled in"
    address.fill("freddie@mailchimp.com")
    page.keyboard.press("Enter")
    expect(page.locator('[data-block-id="in-plain_text_input"] [data-error]')).to_have_text(wrong)
    expect(word).to_be_focused()
    expect(word).to_have_accessible_description(f"In capitals or not {wrong}")
    expect(word).to_have_value("ARCHVE")
    values = app.asked_for("submit")[0]["state"]["values"]
    assert values["in-plain_text_input"]["plain_text_input"] == {
        "type": "plain_text_input",
        "value": "ARCHVE",
    }
    assert values["in-notes"]["notes"]["value"] is None
    assert values["in-static_select"]["static_select"]["selected_option"] == payloads.OPTIONS[0]
    assert values["in-conversations_select"]["conversations_select"]["selected_conversation"] == "C0NEWS"
    assert values["in-datepicker"]["datepicker"]["selected_date"] == "2026-11-24"


def test_a_failed_submission_says_so_and_can_be_tried_again(page: Page, app: PageApp) -> None:
    app.answers["submit"] = {"ok": False, "error": "operation_timeout"}
    show_modal(app, page, payloads.PUSHED | {"submit": payloads.plain("Go on")})
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("We had some trouble connecting. Try again?")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("[data-modal=submit]")).not_to_have_attribute("aria-busy", "true")
    assert len(app.asked_for("submit")) == 2


def test_an_update_keeps_what_was_typed_and_the_focus(page: Page, app: PageApp) -> None:
    show_modal(app, page, payloads.MODAL)
    page.get_by_label("Type ARCHIVE").fill("half a wo")
    changed = [payloads.INPUTS[0] | {"label": payloads.plain("Type it")}, *payloads.INPUTS[1:]]
    app.tell({"type": "views", "views": [payloads.MODAL | {"blocks": changed}]})
    expect(page.get_by_label("Type it")).to_have_value("half a wo")
    expect(page.get_by_label("Type it")).to_be_focused()


def test_a_changed_message_is_replaced_in_place(page: Page, app: PageApp) -> None:
    ephemeral = payloads.MESSAGES[-1]
    page.get_by_label("Abuse complaint").first.check()
    page.get_by_role("button", name="See the list").last.focus()
    changed = ephemeral | {
        "blocks": [{"type": "section", "text": payloads.md("Moved on")}, *payloads.ACTIONS]
    }
    app.tell({"type": "message_changed", "channel": "C0NEWS", "message": changed})
    expect(page.get_by_text("Moved on")).to_be_visible()
    expect(page.get_by_role("button", name="See the list").last).to_be_focused()
    expect(page.get_by_label("Abuse complaint").first).to_be_checked()


def test_actions_carry_the_state_and_a_question_is_asked_first(page: Page, app: PageApp) -> None:
    page.get_by_role("button", name="Archive them").click()
    expect(page.get_by_role("dialog", name="Archive 12 contacts?")).to_be_visible()
    page.get_by_role("button", name="Keep").click()
    assert app.asked_for("action") == []
    page.get_by_role("button", name="Archive them").click()
    with page.expect_response("**/page/action"):
        page.get_by_role("button", name="Archive", exact=True).click()
    [asked] = app.asked_for("action")
    assert asked["container"] == {"channel": "C0NEWS", "ts": payloads.MESSAGES[-1]["ts"]}
    assert asked["action"]["type"] == "button"
    assert asked["action"]["value"] == "2"
    assert asked["block_id"] == asked["action"]["block_id"] == "buttons"
    assert asked["state"]["values"]["ticks"]["checkboxes"]["selected_options"] == payloads.OPTIONS[1:2]


def test_menus_are_narrowed_chosen_and_asked_of_the_bot(page: Page, app: PageApp) -> None:
    app.answers["options"] = lambda asked: {
        "options": [payloads.option(f"{asked['value']}@example.com", "7")]
    }
    show_modal(app, page, payloads.MODAL)
    page.get_by_label("Choose: static_select").click()
    page.keyboard.type("abu")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Choose: static_select")).to_have_value("Abuse complaint")
    page.get_by_label("Choose: external_select").click()
    expect(page.get_by_text("Type at least 2 characters")).to_be_visible()
    page.keyboard.type("freddie")
    page.get_by_role("option", name="freddie@example.com").click()
    expect(page.get_by_label("Choose: external_select")).to_have_value("freddie@example.com")
    page.get_by_label("Choose: external_select").click()
    page.keyboard.press("Escape")
    expect(page.locator("#modal")).to_be_visible()


def test_a_file_is_uploaded_shown_and_removed(page: Page, app: PageApp) -> None:
    show_modal(app, page, payloads.MODAL)
    chooser = page.locator("[data-action-id=file_input]")
    chooser.set_input_files({"name": "cleaned.csv", "mimeType": "text/csv", "buffer": b"a" * 2500})
    expect(page.locator("#modal .file-card")).to_contain_text("2.5 kB")
    page.get_by_role("button", name="Remove cleaned.csv").click()
    expect(page.locator("#modal .file-card")).to_have_count(0)


def test_only_mine_is_marked_and_can_be_put_away(page: Page) -> None:
    mine = page.locator("[data-ephemeral]")
    expect(mine).to_contain_text("Only visible to you")
    mine.get_by_role("button", name="Dismiss").click()
    expect(mine).to_have_count(0)


def test_a_shortcut_is_in_the_messages_menu(page: Page, app: PageApp) -> None:
    first = page.locator(f'[data-ts="{payloads.MESSAGES[0]["ts"]}"]')
    first.get_by_role("button", name="More actions").press("Enter")
    with page.expect_response("**/page/shortcut"):
        page.get_by_role("menuitem", name="Fix this address").press("Enter")
    expected = {"callback_id": "fix_message", "channel": "C0NEWS", "ts": payloads.MESSAGES[0]["ts"]}
    assert app.asked_for("shortcut") == [{"user": "U0OLIVIA", **expected}]


def test_a_message_elsewhere_marks_its_channel_and_a_notice_is_for_me(page: Page, app: PageApp) -> None:
    said = payloads.message(30, "U0SAM", "Elsewhere")
    app.tell({"type": "message", "channel": "C0GENERAL", "message": said})
    expect(page.locator("[data-channel=C0GENERAL]")).to_have_attribute("data-unread", "true")
    app.tell(
        {"type": "notice", "channel": "C0NEWS", "text": '/cleaned failed with the error "operation_timeout"'}
    )
    expect(page.locator("[data-user=USLACKBOT]")).to_contain_text("operation_timeout")


def test_a_lost_connection_is_said_and_taken_up_again(page: Page, app: PageApp) -> None:
    app.tell({"type": "bot", "connected": False})
    expect(page.locator("[data-banner=away]")).to_be_visible()
    page.evaluate("""() => {
        window.lostSeen = false;
        new MutationObserver(() => { window.lostSeen ||= document.querySelector('[data-banner=lost]') !== null; })
            .observe(document.getElementById('banners'), { childList: true });
    }""")
    app.messages["C0NEWS"].append(payloads.message(40, "U0SAM", "Said meanwhile"))
    app.cut()
    expect(page.get_by_text("Said meanwhile")).to_be_visible()
    assert page.evaluate("window.lostSeen")
    expect(page.locator("[data-banner]")).to_have_count(0)


def test_nothing_is_wider_than_a_narrow_window(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.evaluate(
        "(() => { const s = document.querySelector('.scroller'); return s.scrollWidth <= s.clientWidth })()"
    )
    page.get_by_role("button", name="Show channels and people").click()
    page.get_by_role("button", name="general").click()
    expect(page.get_by_role("heading", name="#general")).to_be_visible()


def test_each_workspace_has_its_page_and_lets_the_app_in(browser: Browser) -> None:
    """With the workspace's own server: a browser names no origin in a form unless the page's policy lets it."""
    back = "http://127.0.0.1:9/slack/oauth_redirect"
    with Workspace(MANIFEST) as workspace:
        workspace.add_team("T0SECOND", "Second")
        workspace.redirect_urls.append(back)
        page = browser.new_page()
        page.goto(workspace.address)
        here = page.locator("a[data-team][aria-current=page]")
        expect(here).to_have_attribute("data-team", "T0WORKSPACE")
        page.locator("[data-team=T0SECOND]").click()
        expect(here).to_have_attribute("data-team", "T0SECOND")
        expect(page.get_by_role("heading", name="Second")).to_be_visible()
        expect(page.locator("[data-person]")).to_have_count(3)
        query = urlencode({"client_id": workspace.client_id, "scope": "chat:write", "state": "s1"})
        page.goto(f"{workspace.authorize_url}?{query}")
        page.get_by_label("Olivia Reed (Second), in the workspace Second").check()
        with page.expect_request(lambda request: request.url.startswith(back)) as went:
            page.get_by_role("button", name="Allow").click()
        page.close()
    sent = parse_qs(urlsplit(went.value.url).query)
    assert sent["state"] == ["s1"]
    assert sent["code"]
