"""Why, worth a look and the cleaning rules, from Slack's payloads to the modals it is sent."""

import io
from datetime import date, timedelta
from typing import Any

import pytest

from bot.archives import archives, restores
from bot.archives.jobs import ARCHIVE, RESTORE
from bot.audiences import audiences, journal
from bot.bounces import intake
from bot.bounces.events import Cause, EventKind, MailEvent
from bot.bounces.verdicts import saved_policies
from bot.bounces.verdicts.policy import Policy
from bot.contacts import counts
from bot.contacts.weeks import Week
from bot.digests import reports
from bot.exports import exports
from handlers.slack.views.bounces import evidence as views
from handlers.slack.views.bounces import policies as policy_views
from handlers.slack.views.contacts import segments as list_views
from storage.contacts.contacts import Segment
from storage.core.database import Database
from tests.conftest import NOW
from tests.support.audiences import import_csv, run
from tests.support.bot.digests import SETTINGS
from tests.support.features.evidence import Pushing
from tests.support.features.segments import (
    MEMBER,
    OPERATOR,
    Person,
    View,
    addresses,
    says,
)
from tests.support.figures import assert_exact, contacts
from tests.support.views.segments import elements


def event(address: str, kind: EventKind, ago: float, **given: Any) -> MailEvent:
    values: dict[str, Any] = {"code": "5.1.1", "cause": Cause.NO_MAILBOX, "diagnostic": "550 5.1.1 <!here>"}
    at = NOW - timedelta(days=ago)
    return MailEvent(
        address=address, kind=kind, at=at, source="ses", uid=f"{address} {ago}", **(values | given)
    )


@pytest.fixture
def news(database: Database) -> int:
    """ann: gone; ben: opened shortly before; eve: complained; zoe: imported as cleaned; 1 to 5 in that order."""
    text = "Email Address\nann@example.com\nben@example.com\neve@example.com\ndan@example.com"
    news = import_csv(database, text, name="subscribed_x_export.csv")
    import_csv(database, "Email Address,CLEAN_TIME\nzoe@example.com,2026-01-02 03:04:05")
    told = [
        event("ann@example.com", EventKind.HARD, 2, campaign="July & August"),
        event("ben@example.com", EventKind.ACTIVE, 9),
        event("ben@example.com", EventKind.HARD, 1),
        event("eve@example.com", EventKind.COMPLAINT, 1, code="", cause=Cause.UNKNOWN, diagnostic=""),
        event("dan@example.com", EventKind.SOFT, 1),
    ]
    intake.take_in(database, told, NOW)
    return news


def choose(person: Person, view: View, action: str, address: str) -> View:
    """Chooses from the menu in the row of an address."""
    for menu in (e for e in elements(view) if e.get("action_id") == list_views.MENU):
        for option in menu["options"]:
            if option["text"]["text"].endswith(address) and option["value"].startswith(f"{action}:"):
                return person.click(view, list_views.MENU, selected_option=option)
    raise AssertionError(f"no menu of {address} with {action}")


def pressed(person: Person, view: View, action_id: str) -> View:
    """Presses the button beside a text."""
    [button] = [
        b["accessory"] for b in view["blocks"] if b.get("accessory", {}).get("action_id") == action_id
    ]
    return person.click(view, action_id, value=button["value"])


def test_why_tells_and_fix_takes_its_place(database: Database, news: int):
    slack = Pushing()
    olivia = Person(database, slack=slack)
    first = olivia.command()
    assert "Hard bounce · no such mailbox" in says(first)
    told = choose(olivia, first, "why", "ann@example.com")
    for part in ("*ann@example.com* in News", "after “July &amp; August”", "550 5.1.1 &lt;!here&gt;"):
        assert part in says(told)
    form = olivia.press(told, views.FIX)
    assert "Fix an address" in form["title"]["text"]
    assert slack.pushed == 1, "the form is where the evidence was: two modals, not three"


def test_why_of_a_complaint_and_of_an_import_in_french(database: Database, news: int):
    camille = Person(database, slack=Pushing("fr-FR"))
    first = camille.command()
    eve = choose(camille, first, "why", "eve@example.com")
    assert "cette personne a signalé l’e-mail comme spam" in says(eve)
    assert not [e for e in elements(eve) if e.get("action_id") == views.FIX]
    zoe = choose(camille, first, "why", "zoe@example.com")
    assert "n’a vu aucun bounce" in says(zoe)


def test_what_is_worth_a_look_is_reviewed_and_taken_back(database: Database, news: int):
    olivia = Person(database, slack=Pushing())
    first = olivia.command()
    assert len(addresses(first)) == 4
    narrowed = olivia.press(first, f"{list_views.PRESET}-worth-a-look")
    assert addresses(narrowed) == ["ben@example.com"]
    assert "*1* of 4 cleaned contacts" in says(narrowed)
    reviewed = choose(olivia, narrowed, "reviewed", "ben@example.com")
    assert "*1 contact reviewed.*" in says(reviewed)
    assert addresses(reviewed) == []
    assert counts.figures(database, audiences.by_id(database, news), NOW, "UTC").worth_a_look == 0
    again = pressed(olivia, reviewed, list_views.TAKE_BACK)
    assert addresses(again) == ["ben@example.com"]
    ticked = olivia.press(again, list_views.TICK_PAGE)
    several = olivia.press(ticked, list_views.REVIEW, 2)
    assert "*1 contact reviewed.*" in says(several)
    assert addresses(pressed(olivia, several, list_views.TAKE_BACK)) == ["ben@example.com"]


def test_why_says_what_can_be_done_and_who_reviewed_it(database: Database, news: int):
    olivia = Person(database, slack=Pushing())
    narrowed = olivia.press(olivia.command(), f"{list_views.PRESET}-worth-a-look")
    told = choose(olivia, narrowed, "why", "ben@example.com")
    assert "Worth a look: this person opened or clicked a mail shortly before" in says(told)
    assert "set it in the *Cleaning rules*" in says(told)
    reviewed = pressed(olivia, told, views.REVIEWED)
    assert f"Reviewed by <@{OPERATOR}>" in says(reviewed)
    assert "*What you can do*" not in says(reviewed)
    assert "*What you can do*" in says(pressed(olivia, reviewed, views.NOT_REVIEWED))
    form = olivia.press(told, views.ARCHIVE)
    assert "*Archive 1 contact*" in says(form)


def test_the_button_of_the_digest_opens_the_list_so_filtered(database: Database, news: int):
    olivia = Person(database, slack=Pushing())
    body = olivia.body("block_actions", {}, actions=[{"action_id": "open-worth-a-look", "value": str(news)}])
    olivia.send(body | {"view": {}, "container": {"type": "message"}})
    assert addresses(olivia.slack.shown.get(timeout=10)) == ["ben@example.com"]


def test_the_digest_counts_those_of_its_week(database: Database, news: int):
    def worth_a_look(last: date) -> int:
        return reports.report(database, SETTINGS, Week(last, "UTC")).parts[0].worth_a_look

    assert worth_a_look(NOW.date()) == worth_a_look(NOW.date() + timedelta(days=6)) == 1
    assert worth_a_look(NOW.date() - timedelta(days=1)) == worth_a_look(NOW.date() + timedelta(days=7)) == 0


def test_only_operators_see_why_or_the_rules(database: Database, news: int):
    for action_id in (views.OPEN, "open-worth-a-look", policy_views.OPEN):
        sam = Person(database, MEMBER, Pushing())
        body = sam.body("block_actions", {}, actions=[{"action_id": action_id, "value": f"{news}"}])
        sam.send(body | {"view": {}, "container": {"type": "message"}})
        said = sam.slack.shown.get(timeout=10)
        assert "Only operators can do that" in str(said)
        assert "@example.com" not in str(said)


def test_an_archive_of_those_worth_a_look_takes_the_figure_with_it_and_undo_gives_it_back(
    database: Database, news: int
):
    [audience] = audiences.list_all(database)

    def figures() -> tuple[int, int]:
        assert_exact(database)
        found = counts.figures(database, audience, NOW, "UTC")
        return found.worth_a_look, found.cleaned

    assert figures() == (1, 4)
    plan = archives.plan(
        database, Segment(audience_id=news, worth_a_look=True), by="U1", word="ARCHIVE", now=NOW
    )
    assert plan.n == 1
    # ann turns out to be worth a look too, after the count was shown.
    told = event("ann@example.com", EventKind.DELIVERED, 1)
    intake.take_in(database, [told], NOW)
    assert figures() == (2, 4)
    archives.confirm(database, plan.id, "ARCHIVE", by="U1", now=NOW)
    done = run(database, ARCHIVE, archives.work)
    assert figures() == (1, 3), "who was not seen is not swept along"
    restores.undo(database, news, done.id, by="U1", now=NOW)
    run(database, RESTORE, restores.work)
    assert figures() == (2, 4)


@pytest.fixture
def rules(database: Database, news: int) -> tuple[Person, View]:
    olivia = Person(database, slack=Pushing())
    body = olivia.body("block_actions", {}, actions=[{"action_id": policy_views.OPEN, "value": str(news)}])
    olivia.send(body | {"view": {}, "container": {"type": "message"}})
    return olivia, olivia.slack.shown.get(timeout=10)


def submit(person: Person, view: View, *numbers: str, signup: str | None = None) -> dict[str, Any]:
    ids = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    values = {each: {each: {"value": n}} for each, n in zip(ids, (*numbers, signup), strict=True)}
    return person.send(person.body("view_submission", view | {"state": {"values": values}}))


@pytest.mark.parametrize(
    ("numbers", "field", "least"),
    [
        (("0", "15", "10"), "soft-without-activity", 1),
        (("7", "6", "10"), "soft-with-activity", 7),
        (("7", "15", "1"), "outage-addresses", 2),
        (("7", "15", "1000001"), "outage-addresses", 2),
        (("1.5", "15", "10"), "soft-without-activity", 1),
        (("9" * 5000, "15", "10"), "soft-without-activity", 1),
    ],
)
def test_a_bad_number_is_told_under_its_own_field(
    rules: tuple[Person, View],
    database: Database,
    news: int,
    numbers: tuple[str, ...],
    field: str,
    least: int,
):
    olivia, form = rules
    answer = submit(olivia, form, *numbers)
    assert answer["errors"] == {field: f"Type a whole number from {least} to 1,000,000."}
    assert saved_policies.get(database, news) == Policy()


def test_the_rules_are_kept_with_a_receipt_and_a_line_in_the_journal(
    rules: tuple[Person, View], database: Database, news: int
):
    olivia, form = rules
    assert "When addresses in News are cleaned" in says(form)
    answer = submit(olivia, form, "3", "4", "50")
    assert answer["response_action"] == "update"
    assert "The cleaning rules of News are saved." in says(answer["view"])
    assert saved_policies.get(database, news) == Policy(3, 4, 50)
    line = journal.latest(database, 1)[0]
    assert (line.what, line.who, line.audience) == ("policy", olivia.user, "News")


def test_the_link_of_the_sign_up_form_is_kept_shown_and_removed(
    rules: tuple[Person, View], database: Database, news: int
):
    olivia, form = rules
    for bad in ("example.com", "javascript:x", "https://a b", "https://a|b", "https://" + "x" * 501):
        answer = submit(olivia, form, "3", "4", "50", signup=bad)
        assert answer["errors"] == {"signup-url": "Type a whole link that begins with https://."}
    assert saved_policies.get(database, news) == Policy(), "nothing is saved in part"
    submit(olivia, form, "3", "4", "50", signup=" https://example.com/join ")
    narrowed = olivia.press(olivia.command(), f"{list_views.PRESET}-worth-a-look")
    told = choose(olivia, narrowed, "why", "ben@example.com")
    assert "Link to copy: `https://example.com/join`" in says(told)
    submit(olivia, form, "3", "4", "50", signup=None)
    assert audiences.by_id(database, news).signup_url is None


def test_an_export_read_back_gives_the_contacts_that_bounces_cleaned(database: Database, news: int):
    out = io.BytesIO()
    exports.write(database, "News", out, now=NOW, segment=Segment(audience_id=news))
    text = out.getvalue().decode()
    assert "550 5.1.1 <!here>" in text
    other = import_csv(database, text, audience="Other")
    ours = ("address", "status", "cleaned_at", "clean_reason", "clean_diagnostic", "clean_campaign_title")

    def of(audience_id: int) -> list[dict[str, Any]]:
        return [
            {name: row[name] for name in ours}
            for row in contacts(database)
            if row["audience_id"] == audience_id and row["status"] == "cleaned"
        ]

    assert of(other) == of(news)
    assert [row["clean_reason"] for row in of(news)] == ["hard", "hard", "abuse", "unknown"]
