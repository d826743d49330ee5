"""What the bot answers to messages and mentions, and to `/cleaned` with anything behind it."""

import json
from typing import Any

import pytest

from bot.archives import archives, restores
from bot.archives.jobs import ARCHIVE, RESTORE
from bot.audiences import audiences
from handlers.slack.elements import questions
from handlers.slack.elements.blocks import MORE
from handlers.slack.elements.questions import Subject
from handlers.slack.views import conversation as views
from handlers.slack.views.bounces import evidence as evidence_views
from handlers.words import words
from storage.contacts.contacts import Segment
from storage.core.database import Database
from tests.conftest import NOW
from tests.support.audiences import cleaned, import_csv, run
from tests.support.features.listeners import body
from tests.support.features.sweep import FLAGS, OPERATOR, Bot, Json
from tests.support.figures import contacts
from tests.support.limits import problems
from tests.support.persons import KINDS

MEMBER = "UMEMBER"
ENGLISH = words("en")


@pytest.mark.parametrize(
    ("text", "subject", "about"),
    [
        ("counts Newsletter", Subject.COUNTS, "Newsletter"),
        ("<@U0CLEANED> counts", Subject.COUNTS, ""),
        ("Export  newsletter\nof May.", Subject.EXPORT, "newsletter of May"),
        ("pourquoi <mailto:ann@x.fr|ann@x.fr> ?", Subject.WHY, "ann@x.fr"),
        ("Pourquoi\u00a0ann@x.fr\u202f?", Subject.WHY, "ann@x.fr"),
        ("<mailto:ann@x.fr|ann@x.fr>", Subject.WHY, "ann@x.fr"),
        ("RETABLIR", Subject.RESTORE, ""),
        ("/cleaned-export R&amp;D &lt;new&gt;", Subject.EXPORT, "R&D <new>"),
        ("/cleaned", None, ""),
        ("cleaned help", Subject.HELP, ""),
        ("chiffres <http://ete.fr|ete.fr>", Subject.COUNTS, "ete.fr"),
        ("", None, ""),
        ("<@U0CLEANED>", None, ""),
        ("hello there", None, "hello there"),
        ("exportation", None, "exportation"),
        ("why", Subject.WHY, ""),
    ],
)
def test_only_the_commands_own_words_are_understood(text: str, subject: Subject | None, about: str):
    question = questions.read(text)
    assert (question.subject, question.about) == (subject, about)


@pytest.fixture
def bot(database: Database) -> Any:
    """News: 4 cleaned contacts, Club: 2, one of them of both; ann is subscribed to News."""
    cleaned(database, 4)
    cleaned(database, 2, audience="Club")
    import_csv(database, "Email Address\nann@example.com", name="subscribed_x_export.csv")
    made = Bot(database)
    made.slack.users[MEMBER] = KINDS["member"].user
    for user, locale in (("UFRENCH", "fr-FR"), ("UENGLISH", "en-US")):
        made.slack.users[user] = KINDS["member"].user | FLAGS | {"locale": locale}
    yield made
    made.close()


def written(text: str, **event: Any) -> Json:
    """A direct message."""
    made = body("event", "message")
    return made | {"event": made["event"] | {"text": text} | event}


def command(text: str, name: str = "/cleaned") -> Json:
    return body("command", name) | {"text": text}


def answers(bot: Bot, sent: Json, user: str = OPERATOR) -> list[Json]:
    shown = [each for each in bot.send(sent, user).shown if "view" in each or "text" in each]
    for each in shown:
        view = each.get("view")
        assert problems("modal", view) == [] if view else problems("message", each) == []
    return shown


def said(shown: list[Json]) -> str:
    return json.dumps(shown[-1], ensure_ascii=False) if shown else ""


def buttons(shown: list[Json]) -> dict[str, str]:
    """What can be pressed in what was shown last: action id → value."""
    content = shown[-1].get("view") or shown[-1]
    found = [
        element
        for block in content["blocks"]
        for element in [*block.get("elements", []), block.get("accessory")]
        if element
    ]
    return {element["action_id"]: element.get("value", "") for element in found if "action_id" in element}


def press(action_id: str, value: str, view: Json | None = None) -> Json:
    made = body("action", action_id)
    made["actions"][0] |= {"action_id": action_id, "value": value}
    return made | {"view": made["view"] | (view or {})}


@pytest.mark.parametrize(
    ("user", "asked", "expected"),
    [
        (OPERATOR, "", "*6 cleaned contacts in 2 audiences*"),
        (MEMBER, "", "*6 cleaned contacts in 2 audiences*"),
        (OPERATOR, "counts news", "*4 cleaned contacts in News*"),
        ("UFRENCH", "chiffres club", "2 contacts nettoyés dans «\u00a0Club\u00a0»"),
        (MEMBER, "club", "*2 cleaned contacts in Club*"),
        (OPERATOR, "counts newz", "Did you mean *News*?"),
        (OPERATOR, "counts nowhere", "There is no audience named “nowhere”"),
        (OPERATOR, "hello", "Commands"),
        (MEMBER, "aide", "Commands"),
        (OPERATOR, "why person1@example.com", "*person1@example.com* in Club"),
        (OPERATOR, "fix nobody@example.com", "Searched: Club, News"),
        (OPERATOR, "ann@example.com", "Status: *subscribed*"),
        (MEMBER, "why person1@example.com", "Only operators can do that"),
        (MEMBER, "export news", "Only operators can do that"),
        (MEMBER, "import", "Only operators can do that"),
        (MEMBER, "ann@example.com", "Only operators can do that"),
    ],
)
def test_a_message_is_answered_with_what_its_words_ask(bot: Bot, user: str, asked: str, expected: str):
    shown = answers(bot, written(asked), user)
    assert len(shown) == 1
    assert expected in said(shown)


@pytest.mark.parametrize(
    ("asked", "action_id"),
    [
        ("export news", "open-export"),
        ("lister news", "open-list"),
        ("archive News?", "open-archive"),
        ("corriger news", "open-fix"),
        ("rétablir", "open-restore"),
        ("import", "open-import"),
        ("récap", "open-digest"),
    ],
)
def test_what_needs_a_window_is_offered_as_its_button(bot: Bot, asked: str, action_id: str):
    found = buttons(answers(bot, written(asked)))
    assert set(found) == {action_id}
    news = next(each for each in audiences.list_all(bot.database) if each.name == "News")
    assert found[action_id] in ("", str(news.id))
    assert "view" in answers(bot, press(action_id, found[action_id]))[-1]


def test_a_mention_is_answered_to_the_person_alone_and_where_it_was(bot: Bot):
    mention = body("event", "app_mention")
    mention["event"] |= {"text": "<@U0CLEANED> counts news", "channel": "C1", "thread_ts": "1.5"}
    bot.send(mention, OPERATOR)
    [(method, given)] = bot.slack.sent
    assert method == "chat.postEphemeral"
    assert (given["channel"], given["user"], given["thread_ts"]) == ("C1", OPERATOR, "1.5")


@pytest.mark.parametrize(
    "event",
    [
        {"bot_id": "B1"},
        {"subtype": "message_changed"},
        {"subtype": "message_deleted"},
        {"channel_type": "channel"},
    ],
    ids=str,
)
def test_what_nobody_wrote_to_the_bot_is_left_alone(bot: Bot, event: Json):
    assert answers(bot, written("counts", **event)) == []


@pytest.mark.parametrize("kind", [name for name in KINDS if "workspace" in name or "deactivated" in name])
def test_strangers_in_a_shared_channel_get_no_answer(bot: Bot, kind: str):
    bot.slack.users["USTRANGER"] = KINDS[kind].user
    mention = body("event", "app_mention")
    mention["event"]["text"] = "counts"
    assert answers(bot, mention, "USTRANGER") == []


@pytest.mark.parametrize(("user", "prompts"), [(OPERATOR, views.PROMPTS), (MEMBER, views.PROMPTS_FIGURES)])
def test_whoever_opens_the_empty_messages_is_greeted_with_prompts_that_answer(
    bot: Bot, user: str, prompts: tuple[Subject, ...]
):
    opened = body("event", "app_home_opened")
    opened["event"]["tab"] = "messages"
    shown = answers(bot, opened, user)
    assert set(buttons(shown).values()) == set(prompts)
    for action_id, value in buttons(shown).items():
        assert "Only operators" not in said(answers(bot, press(action_id, value), user))


def test_the_audience_used_last_comes_first_and_is_where_windows_start(bot: Bot):
    def lines() -> list[str]:
        rows = answers(bot, command(""))[-1]["blocks"]
        return [row["text"]["text"].partition("\n")[0] for row in rows if row.get("accessory")]

    assert lines() == ["*Club*", "*News*"]
    assert "Which audience?" in said(answers(bot, command("", "/cleaned-export")))
    answers(bot, command("news"))
    assert lines() == ["*News*", "*Club*"]
    for name, expected in (
        ("/cleaned-list", "cleaned contacts in News"),
        ("/cleaned-export", "from News"),
        ("/cleaned-archive", "in News"),
        ("/cleaned-fix", "News"),
    ):
        shown = answers(bot, command("", name))
        assert expected in said(shown)
        assert "Club" in said(shown), "the choice is still there"
    assert "Club" in said(answers(bot, command("club", "/cleaned-fix")))
    assert lines() == ["*Club*", "*News*"]


def test_a_choice_in_the_menu_is_the_click_of_its_button_with_its_role(bot: Bot):
    [menu] = [
        e
        for b in answers(bot, command("news"))[-1]["blocks"]
        for e in b.get("elements", [])
        if e.get("action_id") == MORE
    ]
    choices = {option["value"].partition("|")[0]: option for option in menu["options"]}
    assert set(choices) == {"open-restore", "open-import", "open-digest", "open-rules"}
    chosen = press(MORE, "")
    chosen["actions"][0] = {
        "type": "overflow",
        "action_id": MORE,
        "block_id": "b",
        "action_ts": "1.0",
        "selected_option": choices["open-import"],
    }
    assert "view" in answers(bot, chosen)[-1]
    assert "Only operators" in said(answers(bot, chosen, MEMBER))


@pytest.mark.parametrize("name", ["/cleaned", "/cleaned-list"])
def test_an_address_opens_its_contact_in_any_status_and_audience(bot: Bot, name: str):
    several = answers(bot, command("PERSON1@example.com", name))
    assert "in Club" in said(several)
    assert "in News" in said(several)
    one = answers(bot, command("person3@example.com", name))
    assert set(buttons(one)) == {evidence_views.FIX, evidence_views.ARCHIVE}
    assert "never cleaned" in said(answers(bot, command("<mailto:ann@example.com|ann@example.com>", name)))
    assert "Searched: Club, News" in said(answers(bot, command("nobody@nowhere", name)))
    assert "Only operators" in said(answers(bot, command("person3@example.com", name), MEMBER))


def test_a_contact_is_archived_and_restored_where_it_is_shown(bot: Bot):
    database = bot.database
    news = next(each.id for each in audiences.list_all(database) if each.name == "News")
    [three] = [c["id"] for c in contacts(database) if c["address"] == "person3@example.com"]
    form = answers(bot, press(evidence_views.ARCHIVE, f"{news}:{three}"))[-1]["view"]
    assert str(ENGLISH.md("archives-headline", n=1, audience="News")) in json.dumps(form)
    segment = Segment(audience_id=news, ids=(three,))
    plan = archives.plan(database, segment, by=OPERATOR, word="ARCHIVE", now=NOW)
    archives.confirm(database, plan.id, "ARCHIVE", by=OPERATOR, now=NOW)
    run(database, ARCHIVE, archives.work)
    shown = answers(bot, command("person3@example.com"))
    assert "Status: *archived*" in said(shown)
    assert set(buttons(shown)) == {evidence_views.RESTORE}
    answers(bot, press(evidence_views.RESTORE, f"{news}:{three}"))
    run(database, RESTORE, restores.work)
    assert "Status" not in said(answers(bot, command("person3@example.com")))
