"""axe-core finds nothing on any view and any modal, in both languages, wide and light, narrow and dark.

A person opens them by the page's API, which is quicker than by clicks; the page shows them, as it is the same person's.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT as AXE
from playwright.sync_api import Browser, Page, expect
from slack_sdk import WebClient

import handlers.slack
from bot.bounces.events import Fault
from bot.bounces.verdicts.notices import Incident
from bot.demo import samples
from bot.workspaces import databases
from handlers.clock import utc_now
from handlers.slack import manifest
from handlers.slack.elements import newer
from handlers.slack.views.bounces import held, incidents
from handlers.slack.views.digests import reports
from handlers.standins.mailchimp import sample
from handlers.standins.mailchimp.sample import STRICT
from handlers.standins.slack.manifest import load
from handlers.standins.slack.server import Workspace
from handlers.terminal import sync
from handlers.words import Words
from handlers.words import words as words_for
from storage.mailchimp.api.client import Client
from tests.browser.conftest import PATIENCE
from tests.conftest import NOW
from tests.support.bots import bot
from tests.support.features.listeners import declared
from tests.support.slack import CAMILLE, NEWS, OLIVIA, Json, Person, has_action, says
from tests.support.slack import words as words_of
from tests.support.views.digests import part, report
from tests.support.views.reversals import a_batch

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "experimental"]
LOOKS: tuple[tuple[int, int, Literal["light", "dark"]], ...] = ((1400, 900, "light"), (390, 800, "dark"))
RUN = """async ([within, options]) => {
  const { violations } = await axe.run(within ? document.querySelector(within) : document, options);
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
}"""
SCROLLS = """document.documentElement.scrollHeight > innerHeight
  || document.documentElement.scrollWidth > innerWidth"""
AUDIENCE, CLUB = "Newsletter", "Club fidélité"
# Titles that are none of a modal: of questions before a click, of the Home tab, and of jobs that the clock starts.
NO_MODALS = {
    "held-confirm-title",
    "restores-confirm-title",
    "evidence-confirm-title",
    "home-title",
    "incidents-title",
    "held-title",
}


@pytest.fixture(scope="module")
def workspace(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The demo's audiences, with a Mailchimp account, and the bot in this process: for all tests of the module."""
    url = f"sqlite:///{tmp_path_factory.mktemp('looked-at') / 'cleaned.db'}"
    with ExitStack() as stack:
        account = stack.enter_context(sample.account())
        with closing(databases.open_current(url)) as database, Client(account.key, account.url) as client:
            samples.add(database, utc_now())
            sync.sync(words_for("en"), database, client)
        keys = {"mailchimp_api_key": account.key, "mailchimp_api_url": account.url}
        started, _ = stack.enter_context(bot(url, CLEANED_OPERATORS=f"{OLIVIA},{CAMILLE}", **keys))
        yield started


class Look:
    """A person, and the page that shows what they open; `seen` are the modals that were looked at.

    Modals have the one look in English and the other one in French, so that each is seen in both, and soon.
    """

    def __init__(self, person: Person, page: Page, said: Words, slack: WebClient) -> None:
        self.person, self.page, self.said, self.slack = person, page, said, slack
        self.direct = person.direct_messages()
        self.look = LOOKS[said.language == "fr"]
        self.seen: set[str] = set()

    def at_page(self, name: str) -> None:
        """The whole page, in every look."""
        for look in LOOKS:
            self._look(name, "", look)
            assert not self.page.evaluate(SCROLLS), f"{name}, {look[0]} px: a scrollbar of the page"

    def at_modal(self, action: str = "", *, form: str = "", text: str = "") -> Json:
        """The modal with this element, of this form or with this text, once the page shows it."""

        def wanted(view: Json) -> bool:
            is_there = not action or has_action(action)(view)
            is_meant = is_there and form in ("", view["callback_id"]) and says(text)(view)
            return is_meant and modal.get_attribute("data-view-hash") == view["hash"]

        modal = self.page.locator("#modal")
        view = self.person.wait_modal(wanted, seconds=30)
        self.seen |= {view["callback_id"], view["title"]["text"]}
        self._look(action or form or text, "#modal", self.look)
        return view

    def message(self, key: str, **values: Any) -> Json:
        """The direct message that says it."""
        return self.person.wait_message(self.said.md(key, **values), channel=self.direct, seconds=30)

    def _look(self, name: str, within: str, look: tuple[int, int, Literal["light", "dark"]]) -> None:
        width, height, scheme = look
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        options = {"runOnly": TAGS, "resultTypes": ["violations"]}
        assert self.page.evaluate(RUN, [within, options]) == [], f"{name}, {width} px"


@pytest.fixture(params=[("en", OLIVIA), ("fr", CAMILLE)], ids=["english", "french"])
def at(request: pytest.FixtureRequest, browser: Browser, workspace: Workspace) -> Iterator[Look]:
    language, user = request.param
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    with Person(workspace, user) as person:
        person.wait_bot()
        page.goto(f"{workspace.address}&user={user}&channel={NEWS}")
        expect(page.locator("#composer")).to_be_visible()
        page.evaluate(AXE)
        slack = WebClient(workspace.bot_token, base_url=workspace.api_url)
        yield Look(person, page, words_for(language), slack)
    page.close()


def test_axe_finds_nothing(at: Look) -> None:
    at.at_page("channel")
    at.page.locator("#composer").fill("/clea")
    at.at_page("commands")
    at.page.locator("#composer").fill("")
    for open_them in (the_list, contact, typos, exports, archives, restores, the_rest, figures, at_mailchimp):
        open_them(at)
        while at.person.modal():
            at.person.dismiss(everything=True)
    messages(at)
    workflows(at)
    assert at.seen >= modals(at.said), modals(at.said) - at.seen


def modals(said: Words) -> set[str]:
    """What there is to be looked at: the form of each submission, and each title of a modal."""
    forms = {id_ for kind, id_ in declared() if kind == "submission"}
    folder = Path(handlers.slack.__file__).parent
    paths = [path for path in folder.rglob("*.py") if path.parent.name != "installation"]  # pages of the web
    found = [re.findall(r'"([a-z]+(?:-[a-z]+)*-title)"', path.read_text("utf-8")) for path in paths]
    titles = {key for keys in found for key in keys} - NO_MODALS
    return forms | {said(key)[:24] for key in titles}


def the_list(at: Look) -> None:
    person = at.person
    person.command(f"/cleaned-list {AUDIENCE}")
    at.at_modal("segments-tick-page")
    person.click("segments-tick-page")
    at.at_modal("segments-untick")
    person.click("segments-filters")
    at.at_modal(form="segment-filters")
    person.submit(**{"segments-text": "nobody at all"})
    at.at_modal("segments-clear")
    for preset in ("week", "today", "typos", "worth-a-look"):
        person.click(f"segments-preset-{preset}")
        at.at_modal("segments-filters")


def contact(at: Look) -> None:
    """What is worth a look, reviewed, archived, never cleaned, unknown."""
    person = at.person
    person.command(f"/cleaned-list {AUDIENCE}")
    person.wait_modal(has_action("segments-preset-worth-a-look"))
    person.click("segments-preset-worth-a-look")
    person.wait_modal(at.said("evidence-weak-help")[:20])
    person.choose_in_menu("contact-menu", "reviewed")
    at.at_modal("reviews-take-back")
    person.choose_in_menu("contact-menu", "why")
    view = at.at_modal("evidence-reviewed")
    [address] = re.findall(r"[^\s*<>|]+@[^\s*<>|]+", words_of(view))[:1]
    person.click("evidence-reviewed")
    at.at_modal("evidence-not-reviewed")
    person.click("evidence-archive")
    at.at_modal(form="archives-confirm")
    assert person.submit(**{"archives-word": at.said("archives-word")}) == {}
    at.at_modal("archives-undo")
    person.dismiss(everything=True)
    person.command(f"/cleaned-list {address}")
    at.at_modal("evidence-restore")
    person.click("evidence-restore")
    at.at_modal(text=at.said("restores-title"))
    person.dismiss(everything=True)
    person.command("/cleaned-list nobody@nowhere.example")
    at.at_modal(text=at.said("evidence-searched", audiences="")[:8])


def typos(at: Look) -> None:
    person = at.person
    person.command("/cleaned-fix newslettr")
    at.at_modal("corrections-audience")
    person.dismiss()
    person.command(f"/cleaned-fix {AUDIENCE}")
    at.at_modal("typos-walk")
    person.choose_in_menu("typos-menu", "not-typo")
    before = at.at_modal("typos-maybe")["hash"]
    person.click("typos-maybe")
    # Drawn later, it would take the place of what follows.
    person.wait_modal(lambda view: view["hash"] != before)
    person.click("typos-tick-all")
    at.at_modal("consent")
    person.click("typos-walk")
    at.at_modal(form="corrections-submit")
    person.click("corrections-check")
    blocks = at.at_modal("corrections-check")["blocks"]
    [consent] = [block["block_id"] for block in blocks if block["block_id"].startswith("consent")]
    assert person.submit(**{consent: ["permission"]}) == {}
    at.at_modal("corrections-next")


def exports(at: Look) -> None:
    person = at.person
    person.command(f"/cleaned-export {AUDIENCE}")
    at.at_modal(form="exports-confirm")
    person.select("exports-where", NEWS)
    at.at_modal("exports-to-me")
    person.click("exports-to-me")
    assert person.submit() == {}
    at.at_modal("exports-open")
    person.dismiss(everything=True)
    person.command(f"/cleaned-export {AUDIENCE}")
    person.wait_modal(has_action("exports-past"))
    person.click("exports-past")
    at.at_modal("exports-again")


def archives(at: Look) -> None:
    person = at.person
    person.command(f"/cleaned-archive {CLUB}")
    at.at_modal(form="archives-confirm")
    [(_, error)] = person.submit(**{"archives-word": "perhaps"}).items()
    assert error == at.said("error-wrong-word", word=at.said("archives-word"))
    at.at_modal(form="archives-confirm")
    assert person.submit(**{"archives-word": at.said("archives-word")}) == {}
    view = at.at_modal("archives-undo")
    n = int(re.findall(r"\d+", words_of(view))[0])
    person.dismiss(everything=True)
    person.click("archives-share", in_=at.message("archives-done", n=n, audience=CLUB))
    at.at_modal(form="archives-share-in")
    assert person.submit(**{"archives-where": NEWS}) == {}
    at.at_modal(text=at.said("archives-share-title"))


def restores(at: Look) -> None:
    person = at.person
    person.command("/cleaned-restore")
    at.at_modal("restores-contacts")
    person.click("restores-contacts")
    view = at.at_modal(form="restores-members")
    ticks = next(b for b in view["blocks"] if b.get("element", {}).get("action_id") == "restores-tick")
    person.tick("restores-tick", ticks["element"]["options"][0]["value"])
    at.at_modal(text=at.said("restores-ticked", n=1).strip("*")[:8])
    person.dismiss(everything=True)
    person.command("/cleaned-restore")
    person.wait_modal(has_action("open-reversals"))
    person.click("archives-undo")
    at.at_modal(text=at.said("restores-title"))
    person.dismiss(everything=True)
    person.command("/cleaned-restore")
    person.wait_modal(has_action("open-reversals"))
    person.click("open-reversals")
    at.at_modal("reversals-batch")
    person.click("reversals-batch")
    at.at_modal(form="reversals-confirm")


def the_rest(at: Look) -> None:
    person = at.person
    for command, form in (("import", "import"), ("digest", "digest"), ("forget", "forget-confirm")):
        person.command(f"/cleaned-{command}")
        at.at_modal(form=form)
        if command == "forget":
            assert (
                person.submit(
                    **{"forget-address": "nobody@nowhere.example", "forget-word": at.said("forget-word")}
                )
                == {}
            )
            at.at_modal(text=at.said("forget-rest")[:20])
        person.dismiss(everything=True)
    person.command(f"/cleaned {AUDIENCE}")
    person.wait_message(lambda message: "open-rules|" in str(message))
    person.press_in_menu("open-rules")
    at.at_modal(form="policies-submit")
    person.dismiss()
    person.command("/cleaned-list nowhere at all")
    at.at_modal(text=at.said("error-title"))


def figures(at: Look) -> None:
    """Those of an audience, from its menu in Home."""
    person = at.person
    person.open_home()
    home = person.wait_home(has_action("more"))
    elements = [block["accessory"] for block in home["blocks"] if "accessory" in block]
    values = [option["value"] for element in elements for option in element.get("options", [])]
    person.select("more", next(value for value in values if value.startswith("home-figures|")), in_=home)
    at.at_modal(text=at.said("home-figures-title"))


def at_mailchimp(at: Look) -> None:
    person = at.person
    person.command(f"/cleaned-fix {STRICT}")
    person.wait_modal(has_action("typos-walk"))
    person.click("typos-walk")
    at.at_modal(form="corrections-submit-mailchimp")
    person.dismiss(everything=True)
    person.command(f"/cleaned {STRICT}")
    person.wait_message(lambda message: "open-sync|" in str(message))
    person.press_in_menu("open-sync")
    at.at_modal(text=at.said("mirror-title"))


def messages(at: Look) -> None:
    """The channel, the direct messages and Home, with what the modals have left there and what comes by itself."""
    person, said = at.person, at.said
    for command in ("/cleaned help", "/cleaned", f"/cleaned {AUDIENCE}"):
        person.command(command)
    person.wait_message(said.md("help-headline"))
    at.at_page("channel with messages")
    person.say(said("conversation-counts"), channel=at.direct)
    person.run_step("cleaned_export", audience=AUDIENCE, channel=NEWS, operator=person.user)
    person.wait_message(has_action("steps-export"), channel=at.direct)
    incident = Incident(
        [(1, AUDIENCE)],
        NOW,
        NOW,
        list(Fault),
        [("firm.example", 30)],
        99,
        ["Spamhaus"],
        ("firm.example", "550"),
        3,
        is_over=False,
    )
    digest = reports.message(said, report(part(37, before=8)))
    for message in (
        incidents.begun(said, incident),
        incidents.over(said, incident),
        held.question(said, replace(a_batch(AUDIENCE, 5, 0), n_held=70)),
        digest,
        digest | {"blocks": newer.all_older(digest["blocks"])},
    ):
        at.slack.chat_postMessage(channel=at.direct, **message)
    at.page.set_viewport_size({"width": 1400, "height": 900})
    at.page.locator('[data-channel^="D0"]').click()
    expect(at.page.locator("a.file-card").last).to_be_visible()
    at.at_page("direct messages")
    at.page.set_viewport_size({"width": 1400, "height": 900})
    at.page.locator("[data-tab=home]").click()
    expect(at.page.locator("#home button").first).to_be_visible()
    at.at_page("home")


def workflows(at: Look) -> None:
    """The steps, what one gives and why one fails."""
    at.page.set_viewport_size({"width": 1400, "height": 900})
    at.page.locator("[data-place=workflows]").click()
    step = at.page.locator("[data-step=cleaned_counts]")
    for audience, outcome in (("nowhere", "nowhere"), (AUDIENCE, "New this week")):
        step.get_by_label("Audience").fill(audience)
        step.locator("[type=submit]").click()
        expect(step.get_by_role("status")).to_contain_text(outcome)
    assert at.page.locator("[data-step]").count() == len(load(manifest.path()).functions)
    at.at_page("workflows")
