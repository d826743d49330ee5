"""Who asks: language and role from Slack, kept for a minute; operators from the workspace and the settings."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.core.errors import NotAnOperator, RoleUnknown
from bot.workspaces.operators import Standing
from handlers.slack import people
from handlers.slack.people import People, teams_named
from tests.support.persons import GROUP, KINDS, NAMED, TEAM

USERS: dict[str, dict[str, Any]] = {
    "UOWNER": {"team_id": TEAM, "locale": "en-US", "tz": "Europe/London", "is_owner": True},
    "UADMIN": {"team_id": TEAM, "locale": "fr-FR", "tz": "Europe/Paris", "is_admin": True},
    "UGROUP": {"team_id": TEAM, "locale": "fr-CA", "tz": "America/Toronto"},
    NAMED: {"team_id": TEAM, "locale": "de-DE", "tz": "Europe/Berlin"},
    "UOTHER": {"team_id": TEAM},
}
OPERATORS = (NAMED, GROUP)


class Slack(WebClient):
    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.error = ""
        self.users = dict(USERS)
        self.group: list[str] = ["UGROUP"]

    def users_info(self, *, user: str, include_locale: bool | None = None, **_: Any) -> Any:
        assert include_locale
        self._count(user)
        return {"user": self.users[user]}

    def usergroups_users_list(self, *, usergroup: str, **_: Any) -> Any:
        self._count(usergroup)
        return {"users": self.group}

    def _count(self, what: str) -> None:
        self.asked.append(what)
        if self.error:
            raise SlackApiError("", {"error": self.error})  # type: ignore[no-untyped-call]  # the SDK's


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(people, "monotonic", clock)
    return clock


@pytest.fixture
def slack() -> Slack:
    return Slack()


@pytest.fixture
def known(slack: Slack) -> People:
    return People(slack, OPERATORS, TEAM)


def test_slack_is_asked_once_in_a_minute(clock: Clock, slack: Slack, known: People):
    assert known.person("UADMIN").words.language == "fr"
    clock.now += 59
    assert known.person("UADMIN").timezone == "Europe/Paris"
    clock.now += 1
    known.person("UADMIN")
    assert slack.asked == ["UADMIN", "UADMIN"]


@pytest.mark.parametrize("user", ["UOWNER", "UADMIN", "UGROUP", NAMED])
def test_owners_admins_and_those_of_the_settings_are_operators(user: str, known: People):
    assert known.is_operator(known.person(user))


def test_others_are_told_who_can_help(known: People):
    with pytest.raises(NotAnOperator) as caught:
        known.require_operator(known.person("UOTHER"))
    assert caught.value.values == {"helpers": (f"<@{NAMED}>", f"<!subteam^{GROUP}>")}


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("flags", [{}, {"is_owner": True}, {"is_admin": True, "is_primary_owner": True}])
@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("in_group", [False, True])
def test_what_a_flag_a_name_and_a_group_are_worth(
    kind: str, flags: dict[str, bool], named: bool, in_group: bool, slack: Slack
):
    """Gone or a bot: nothing. A guest, or of another workspace: the name. A member: all three."""
    slack.users["U1"] = KINDS[kind].user | flags
    slack.group = ["U1"] if in_group else []
    known = People(slack, (GROUP, "U1") if named else (GROUP,), TEAM)
    standing = KINDS[kind].standing
    allowed = named and standing is not Standing.NOBODY
    if standing is Standing.MEMBER:
        allowed = allowed or in_group or bool(flags)
    assert known.is_operator(known.person("U1")) is allowed


FLAGS = ("deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger", "is_admin", "is_owner")


@given(
    user=st.fixed_dictionaries(
        {},
        optional={flag: st.sampled_from([None, False, True]) for flag in FLAGS}
        | {
            "team_id": st.sampled_from([TEAM, "T2", "", None]),
            "enterprise_user": st.sampled_from(
                [None, {}, {"teams": None}, {"teams": ["T2", TEAM]}, {"teams": ["T2"], "enterprise_id": "E1"}]
            ),
        },
    )
)
def test_a_flag_counts_for_active_full_members_of_this_workspace_alone(user: dict[str, Any]):
    slack = Slack()
    slack.users["U1"] = user
    known = People(slack, (), TEAM)
    teams = {user.get("team_id"), *((user.get("enterprise_user") or {}).get("teams") or ())}
    expected = TEAM in teams and not any(map(user.get, FLAGS[:5])) and any(map(user.get, FLAGS[5:]))
    assert known.is_operator(known.person("U1")) is expected


@pytest.mark.parametrize(
    ("body", "theirs"),
    [
        ({"team_id": TEAM}, True),
        ({"team_id": "T2"}, False),
        ({"team": {"id": TEAM}, "user": {"id": "UOWNER", "team_id": TEAM}}, True),
        ({"team": {"id": TEAM}, "user": {"id": "UOWNER", "team_id": "T2"}}, False),
        ({"team": {"id": "T2"}, "user": {"id": "UOWNER"}}, False),
        ({"team": None, "user": {"id": "UOWNER", "team_id": TEAM}}, True),
        ({"team": {"domain": "x"}, "user": "UOWNER"}, True),
    ],
)
def test_a_request_from_another_workspace_is_somebody_else_s(
    body: dict[str, Any], theirs: bool, known: People
):
    assert known.is_operator(known.person("UOWNER", teams_named(body))) is theirs
    assert known.is_operator(known.person("UOWNER")), "what the request says is not kept"


def test_in_an_organization_a_request_may_come_from_any_workspace_of_the_person(slack: Slack, known: People):
    slack.users["UADMIN"] = {
        "team_id": "T2",
        "is_admin": True,
        "enterprise_user": {"enterprise_id": "E1", "teams": ["T2", TEAM]},
    }
    for team, allowed in ((TEAM, True), ("T2", True), ("E1", True), ("T3", False)):
        assert known.is_operator(known.person("UADMIN", [team])) is allowed


@pytest.mark.parametrize(
    ("user", "later", "group"),
    [
        ("UADMIN", {"UADMIN": USERS["UADMIN"] | {"is_admin": False}}, ["UGROUP"]),
        ("UADMIN", {"UADMIN": USERS["UADMIN"] | {"deleted": True}}, ["UGROUP"]),
        ("UADMIN", {"UADMIN": USERS["UADMIN"] | {"is_restricted": True}}, ["UGROUP"]),
        ("UGROUP", {}, []),
    ],
)
def test_a_role_that_is_taken_away_counts_no_longer_than_a_minute(
    user: str, later: dict[str, Any], group: list[str], clock: Clock, slack: Slack, known: People
):
    """Also where the answer to the last question came late: what it says may be as old as the question."""
    asked, answer = clock.now, slack.users_info

    def slowly(**given: Any) -> Any:
        clock.now += 20
        return answer(**given)

    slack.users_info = slowly  # type: ignore[method-assign]
    assert known.is_operator(known.person(user))
    slack.users_info, slack.users, slack.group = answer, USERS | later, group  # type: ignore[method-assign]
    clock.now = asked + people.CACHED_SECONDS - 1
    assert known.is_operator(known.person(user))
    clock.now = asked + people.CACHED_SECONDS + 20
    assert not known.is_operator(known.person(user))


def test_where_slack_does_not_answer_one_has_no_rights_until_it_does(slack: Slack, known: People):
    slack.error = "ratelimited"
    person = known.person("UOWNER")
    assert (person.words.language, person.timezone, known.is_operator(person)) == ("en", "UTC", False)
    with pytest.raises(RoleUnknown):
        known.require_operator(person)
    slack.error = ""
    assert known.is_operator(known.person("UOWNER"))


def test_where_slack_does_not_answer_any_more_one_keeps_the_language_and_no_role(
    clock: Clock, slack: Slack, known: People
):
    known.person("UADMIN")
    slack.error = "internal_error"
    clock.now += people.CACHED_SECONDS
    person = known.person("UADMIN")
    assert (person.words.language, person.timezone, known.is_operator(person)) == (
        "fr",
        "Europe/Paris",
        False,
    )
    assert not known.is_known("UADMIN", within=1)


def test_where_a_group_s_members_are_not_told_nobody_is_said_to_be_no_operator(clock: Clock, slack: Slack):
    known = People(slack, OPERATORS, TEAM)
    person = known.person("UOTHER")
    slack.error = "ratelimited"
    with pytest.raises(RoleUnknown):
        known.require_operator(person)
    slack.error = "no_such_subteam"  # it is disabled
    with pytest.raises(NotAnOperator):
        known.require_operator(person)
    assert known.is_known("UOTHER", within=0), "that is an answer, which is kept"


def test_somebody_whom_slack_does_not_know_has_no_role_and_that_is_kept(slack: Slack):
    known = People(slack, ["UGHOST"], TEAM)
    slack.error = "user_not_found"
    assert known.is_known("UGHOST", within=1)
    assert not known.is_operator(known.person("UGHOST"))
    assert slack.asked == ["UGHOST"]


@pytest.mark.parametrize(("user", "asked"), [("UOWNER", 0), (NAMED, 0), ("UGUEST", 0), ("UOTHER", 1)])
def test_groups_are_asked_for_only_where_they_count(user: str, asked: int, slack: Slack, known: People):
    slack.users["UGUEST"] = {"team_id": TEAM, "is_restricted": True}
    assert known.is_known(user, within=1)
    assert slack.asked.count(GROUP) == asked
