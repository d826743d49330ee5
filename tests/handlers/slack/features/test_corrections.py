"""`/cleaned-fix` from Slack's payloads to the modals, errors and messages it is sent."""

from datetime import timedelta

import pytest

from bot.contacts.weeks import Week
from bot.jobs import jobs
from bot.mailchimp.jobs import FIX
from handlers.slack.elements import audiences as audience_views
from handlers.slack.elements.weeks import week_value
from handlers.slack.views.corrections import corrections as views
from handlers.slack.views.corrections import tick_list as tick_views
from storage.contacts import bulk
from storage.core.database import Database
from storage.corrections import corrections as store
from tests.conftest import NOW
from tests.support.bot.corrections import fill
from tests.support.features.corrections import (
    FRENCH_OPERATOR,
    MEMBER,
    OPERATOR,
    Json,
    Person,
    buttons,
    rows,
    said,
)
from tests.support.limits import problems


def menu(view: Json, action: str, address: str) -> Json:
    """The option of a typo's menu."""
    options: list[Json] = [option for row in rows(view) for option in row["elements"][1]["options"]]
    return next(o for o in options if o["value"].startswith(action) and o["text"]["text"].endswith(address))


def with_ticks(view: Json, *ids: int, consent: bool = False) -> Json:
    """The tick list with its state, as Slack sends it."""
    values: Json = {}
    for row in rows(view):
        option = row["elements"][0]["options"][0]
        on = int(option["value"]) in ids
        values[row["block_id"]] = {tick_views.TICK: {"selected_options": [option] if on else []}}
    for block in view["blocks"]:
        if block["type"] == "input":
            on = block["element"]["options"] if consent else []
            values[block["block_id"]] = {tick_views.CONSENT: {"selected_options": on}}
    return view | {"id": "V1", "state": {"values": values}}


@pytest.mark.parametrize(
    ("user", "wording", "once_more"),
    [
        (OPERATOR, "These 2 people gave me permission to email them", "2 addresses are ticked"),
        (
            FRENCH_OPERATOR,
            "Ces 2 personnes m\u2019ont donné leur accord pour recevoir nos e-mails",
            "2 adresses sont cochées",
        ),
    ],
)
def test_typos_are_ticked_and_corrected_together_with_one_consent(
    database: Database, user: str, wording: str, once_more: str
):
    news = fill(database, [{"address": f"u{n}@gmial.com"} for n in range(3)])
    person = Person(database, user)
    first = person.command()
    assert "submit" not in first
    one = person.press(with_ticks(first, 1), tick_views.TICK, "")
    two = person.press(with_ticks(one, 1, 2), tick_views.TICK, "")
    assert wording in said(two)
    stale = person.send(person.body("view_submission", view=with_ticks(one, 1, 2, consent=True)))
    assert once_more in stale["errors"]["consent-1"]
    again = person.shown()
    assert wording in said(again)
    kept = person.press(again, tick_views.MENU, selected_option=menu(again, "not-typo", "u2@gmial.com"))
    assert len(rows(kept)) == 2
    back = person.press(kept, tick_views.MAYBE_TYPO)
    assert len(rows(back)) == 3
    started = person.send(person.body("view_submission", view=with_ticks(back, 1, 2, consent=True)))
    assert started["response_action"] == "update"
    with database.reading() as session:
        [job] = jobs.unfinished(session, FIX, audience_id=news)
        assert store.consents(session, news) == []
    assert [item.wording for item in job.task.items] == [wording] * 2


@pytest.mark.parametrize(
    ("user", "no_permission", "no_address", "wording"),
    [
        (OPERATOR, "Tick this", "@ is missing", "This person gave me permission to email them"),
        (
            FRENCH_OPERATOR,
            "Cochez cette case",
            "Il manque le @",
            "Cette personne m\u2019a donné son accord pour recevoir nos e-mails",
        ),
    ],
)
def test_a_fix_without_consent_then_with_a_bad_address_then_right(
    database: Database, user: str, no_permission: str, no_address: str, wording: str
):
    news = fill(database, [{"address": "ada@gmial.com"}, {"address": "bob@gmial.com"}])
    person = Person(database, user)
    form = person.command("ada@gmial.com")
    answer = person.submit(form, ticked=False)
    assert answer["response_action"] == "errors"
    assert no_permission in answer["errors"]["consent"]
    answer = person.submit(form, ticked=True, address="ada.gmail.com")
    assert no_address in answer["errors"]["address"]
    answer = person.submit(form, ticked=True)
    assert answer["response_action"] == "update"
    assert problems("modal", answer["view"]) == []
    receipt = person.shown()
    assert receipt["channel"] == user
    assert "ada@gmail.com" in said(receipt)
    with database.reading() as session:
        [consent] = store.consents(session, news)
    assert (consent.given_by, consent.wording) == (user, wording)

    again = person.submit(form, ticked=True)
    assert again["response_action"] == "push"
    following = person.press(receipt, views.NEXT)
    assert "bob@gmail.com" in said(following)
    answer = person.submit(following, ticked=False)
    assert no_permission in answer["errors"]["consent-2"]
    done = person.submit(following, ticked=True)["view"]
    assert buttons(done) == []
    person.shown()


def test_all_likely_typos_come_by_pages_and_the_rest_by_search(database: Database):
    fill(
        database,
        [*({"address": f"u{n}@gmial.com"} for n in range(12)), {"address": "odd@ville-lens.fr"}],
    )
    person = Person(database)
    picker = person.command()
    assert len(rows(picker)) == 10
    second = person.press(picker, f"{views.PAGE}-next")
    assert len(rows(second)) == 2
    assert rows(person.press(second, f"{views.PAGE}-previous")) == rows(picker)
    form = person.press(second, tick_views.MENU, selected_option=menu(second, "edit", "u10@gmial.com"))
    assert form["callback_id"] == views.SUBMIT
    [option] = person.options(picker, views.SEARCH, "odd@")
    assert option["text"]["text"] == "odd@ville-lens.fr"
    found = person.press(picker, views.SEARCH, selected_option=option)
    assert "odd@ville-lens.fr" in said(found)
    address = next(block for block in found["blocks"] if block.get("block_id") == views.ADDRESS)
    assert "initial_value" not in address["element"]


def test_the_menu_of_audiences_stays_above_the_tick_list(database: Database):
    fill(database, [{"address": "ada@gmial.com"}], "News")
    letters = fill(database, [{"address": f"u{n}@gmial.com"} for n in range(12)], "Letters")
    person = Person(database)
    first = person.press({}, views.OPEN, str(letters))
    [block] = audience_views.menu_of(first)
    not_typo = menu(first, "not-typo", "u0@gmial.com")
    for shown in (
        person.press(first, tick_views.TICK_ALL, ""),
        person.press(first, tick_views.MENU, selected_option=not_typo),
        person.press(first, f"{views.PAGE}-next"),
    ):
        assert audience_views.menu_of(shown) == [block]
    walk = person.press(shown, tick_views.WALK)
    assert audience_views.menu_of(person.press(walk, views.ALL)) == [block]


def test_the_digests_button_opens_the_tick_list_of_its_week(database: Database):
    week = Week(NOW.date(), "UTC")
    old = {"cleaned_at": bulk.encode_time(NOW - timedelta(days=30))}
    news = fill(
        database,
        [
            *({"address": f"u{n}@gmial.com"} for n in range(12)),
            *({"address": f"o{n}@gmial.com"} | old for n in range(2)),
        ],
    )
    person = Person(database)
    first = person.press({}, views.OPEN_WEEK, week_value(news, week))
    assert "12 likely typos" in said(first)
    assert "cleaned from" in said(first)
    second = person.press(first, f"{views.PAGE}-next")
    assert len(rows(second)) == 2
    assert "12 likely typos" in said(second)
    assert "o0@gmial.com" not in said(second)
    assert "1 of 12 likely typos" in said(person.press(second, tick_views.WALK))
    everything = person.press(second, views.ALL)
    assert "cleaned from" not in said(everything)
    assert "o0@gmial.com" in said(person.press(everything, f"{views.PAGE}-next"))
    before = person.press({}, views.OPEN_WEEK, week_value(news, week.before))
    assert rows(before) == []
    assert "cleaned from" in said(before)


def test_with_several_audiences_one_is_chosen_first(database: Database):
    fill(database, [{"address": "ada@gmial.com"}], "News")
    letters = fill(database, [{"address": "ada@gmial.com"}, {"address": "bob@gmial.com"}], "Letters")
    person = Person(database)
    option = {"value": str(letters)}
    first = person.press(person.command(), views.AUDIENCE, selected_option=option)
    assert "These addresses in Letters look mistyped" in said(first)
    both = person.command("ada@gmial.com")
    assert [b["value"] for b in buttons(both)] == ["1:1", "2:1"]
    assert "Letters" in said(person.press(both, views.OPEN_CONTACT, "2:1"))
    walk = person.press(person.press({}, views.OPEN, str(letters)), tick_views.WALK)
    assert "bob@gmial.com" in said(person.press(walk, views.SKIP))


def test_the_message_shortcut_finds_the_address(database: Database):
    fill(database, [{"address": "ada@gmial.com"}, {"address": "bob@gmial.com"}])
    person = Person(database)
    assert "ada@gmail.com" in said(person.shortcut("Bounced: <mailto:ada@gmial.com|ada@gmial.com>."))
    several = person.shortcut("ada@gmial.com and bob@gmial.com")
    assert [b["value"] for b in buttons(several)] == ["ada@gmial.com", "bob@gmial.com"]
    assert "bob@gmail.com" in said(person.press(several, views.CHOSEN_ADDRESS, "bob@gmial.com"))
    assert "no address" in said(person.shortcut("Hello"))
    assert "No audience has eve@free.fr" in said(person.shortcut("eve@free.fr"))


def test_an_abuse_complaint_is_not_fixed_and_says_why(database: Database):
    fill(database, [{"address": "angry@gmial.com", "clean_reason": "abuse"}])
    person = Person(database)
    picker = person.command()
    assert "angry" not in said(picker)
    [option] = person.options(picker, views.SEARCH, "angry")
    assert "wants no more mail" in said(person.press(picker, views.SEARCH, selected_option=option))


def test_only_operators_see_or_change_anything(database: Database):
    news = fill(database, [{"address": "ada@gmial.com"}])
    form = Person(database).command("ada@gmial.com")
    member = Person(database, MEMBER)
    refusals = [
        member.command("ada@gmial.com"),
        member.command(),
        member.shortcut("ada@gmial.com"),
        *(
            member.press({}, action, value)
            for action, value in [
                (views.OPEN, "1"),
                (views.OPEN_CONTACT, "1:1"),
                (views.NEXT, "1|0|0|2|"),
                (views.SKIP, "1|0|0|2|"),
                (views.BACK, "1|0|0|2|"),
                (views.NOT_TYPO, "1|1|||"),
                (views.MAYBE_TYPO, "1|1|||"),
                (views.OTHER, "1|1|||"),
                (views.CHECK, "ada@gmail.com"),
                (views.ALL, "1"),
                (f"{views.PAGE}-next", f"1|{NOW.isoformat()}|9|"),
                (views.CHOSEN_ADDRESS, "ada@gmial.com"),
            ]
        ),
    ]
    assert all("Only operators" in said(each) for each in refusals)
    assert not any("ada@gmail" in said(each) for each in refusals)
    assert "Only operators" in said(member.submit(form, ticked=True))
    assert member.options({"private_metadata": str(news)}, views.SEARCH, "ada") == []
    with database.reading() as session:
        assert list(store.consents(session, news)) == []


def test_no_address_gets_into_the_log(database: Database, caplog: pytest.LogCaptureFixture):
    fill(database, [{"address": "ada@gmial.com"}])
    person = Person(database)
    with caplog.at_level("INFO"):
        form = person.command("ada@gmial.com")
        person.submit(form, ticked=True, address="ada@@gmail")
        person.submit(form, ticked=True)
        person.shown()
        person.command("eve@free.fr")
    assert "ada@" not in caplog.text
    assert "eve@" not in caplog.text
