"""Who asks: language and role from Slack, kept for five minutes; operators from the workspace and the settings."""

from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.core.errors import NotAnOperator
from handlers.slack import people
from handlers.slack.people import People

USERS: dict[str, dict[str, Any]] = {
    "UOWNER": {"locale": "en-US", "tz": "Europe/London", "is_owner": True, "is_admin": False},
    "UADMIN": {"locale": "fr-FR", "tz": "Europe/Paris", "is_admin": True},
    "UGROUP": {"locale": "fr-CA", "tz": "America/Toronto"},
    "UNAMED": {"locale": "de-DE", "tz": "Europe/Berlin"},
    "UOTHER": {},
}


class Slack(WebClient):
    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.down = False

    def users_info(self, *, user: str, include_locale: bool | None = None, **_: Any) -> Any:
        assert include_locale
        self._count(user)
        return {"user": USERS[user]}

    def usergroups_users_list(self, *, usergroup: str, **_: Any) -> Any:
        self._count(usergroup)
        return {"users": ["UGROUP"]}

    def _count(self, what: str) -> None:
        self.asked.append(what)
        if self.down:
            raise SlackApiError("", {"error": "ratelimited"})  # type: ignore[no-untyped-call]  # the SDK's


def test_slack_is_asked_once_in_five_minutes(monkeypatch: pytest.MonkeyPatch):
    now = 1000.0
    monkeypatch.setattr(people, "monotonic", lambda: now)
    slack = Slack()
    known = People(slack, ())
    assert known.person("UADMIN").words.language == "fr"
    assert known.person("UADMIN").timezone == "Europe/Paris"
    now += people.CACHED_SECONDS
    known.person("UADMIN")
    assert slack.asked == ["UADMIN", "UADMIN"]


@pytest.mark.parametrize("user", ["UOWNER", "UADMIN", "UGROUP", "UNAMED"])
def test_owners_admins_and_those_of_the_settings_are_operators(user: str):
    known = People(Slack(), ("UNAMED", "SGROUP"))
    assert known.is_operator(known.person(user))


def test_others_are_told_who_can_help():
    known = People(Slack(), ("UNAMED", "SGROUP"))
    with pytest.raises(NotAnOperator) as caught:
        known.require_operator(known.person("UOTHER"))
    assert caught.value.values == {"helpers": ("<@UNAMED>", "<!subteam^SGROUP>")}


def test_where_slack_does_not_answer_one_has_english_and_no_rights_until_it_does():
    slack = Slack()
    slack.down = True
    known = People(slack, ("SGROUP",))
    person = known.person("UOWNER")
    assert (person.words.language, person.timezone, known.is_operator(person)) == ("en", "UTC", False)
    slack.down = False
    assert known.is_operator(known.person("UOWNER"))
