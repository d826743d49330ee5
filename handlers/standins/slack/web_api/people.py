"""`users.*`, `usergroups.*`, `bots.info` and `team.info`."""

from handlers.standins.slack.state import APP, ORGANIZATION, SlackError, WorkspacePerson
from handlers.standins.slack.web_api.calls import MethodCall, MethodTable, page_of
from handlers.standins.types import Json


def users_info(call: MethodCall) -> Json:
    person = call.state.people.get(call.optional("user") or "")
    if person is None:
        raise SlackError("user_not_found")
    return {"user": _person_json(call, person, locale=call.flag("include_locale"))}


def users_list(call: MethodCall) -> Json:
    page, metadata = page_of(call, list(call.state.people.values()))
    members = [_person_json(call, person, locale=call.flag("include_locale")) for person in page]
    return {"members": members, "cache_ts": int(call.state.clock()), **metadata}


def usergroups_list(call: MethodCall) -> Json:
    groups = []
    for group_id, (handle, users) in call.state.groups.items():
        group: Json = {"id": group_id, "team_id": call.state.team.id, "handle": handle, "name": handle}
        group["user_count"] = len(users)
        groups.append(group | ({"users": users} if call.flag("include_users") else {}))
    return {"usergroups": groups}


def usergroups_users_list(call: MethodCall) -> Json:
    group = call.state.groups.get(call.required("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return {"users": group[1]}


def bots_info(call: MethodCall) -> Json:
    bot, user = call.state.bot, call.state.bot_user
    if call.optional("bot") not in {None, bot}:
        raise SlackError("bot_not_found")
    name = call.state.people[user].real_name
    return {"bot": {"id": bot, "deleted": False, "name": name, "app_id": APP, "user_id": user}}


def team_info(call: MethodCall) -> Json:
    team = call.state.team
    if call.optional("team") not in {None, team.id}:
        raise SlackError("team_not_found")
    document = {"id": team.id, "name": team.name, "domain": team.domain}
    if team.organization is not None:
        document |= {"enterprise_id": team.organization.id, "enterprise_name": team.organization.name}
    return {"team": document}


METHODS: MethodTable = {
    "users.info": (("users:read",), users_info),
    "users.list": (("users:read",), users_list),
    "usergroups.list": (("usergroups:read",), usergroups_list),
    "usergroups.users.list": (("usergroups:read",), usergroups_users_list),
    "bots.info": (("users:read",), bots_info),
    "team.info": (("team:read",), team_info),
}


def _person_json(call: MethodCall, person: WorkspacePerson, *, locale: bool) -> Json:
    document: Json = {
        "id": person.id,
        "team_id": person.team if not call.state.team.organization else call.state.team_of(person.id).id,
        "name": person.name,
        "real_name": person.real_name,
        "deleted": person.deleted,
        "tz": person.tz,
        "tz_label": person.tz,
        "profile": {"real_name": person.real_name, "display_name": person.name, "title": person.title},
        "is_admin": person.is_admin,
        "is_owner": person.is_owner,
        "is_primary_owner": person.is_owner,
        "is_restricted": person.is_restricted or person.is_ultra_restricted,
        "is_ultra_restricted": person.is_ultra_restricted,
        "is_bot": person.is_bot,
        "is_app_user": False,
        "updated": 1_700_000_000,
    }
    if person.is_stranger:
        document["is_stranger"] = True
    if person.organization_teams:
        teams, own = list(person.organization_teams), call.state.team.organization
        organization = own.id if own is not None else ORGANIZATION
        document["enterprise_user"] = {"id": person.id, "enterprise_id": organization, "teams": teams}
    return document | ({"locale": person.locale} if locale else {})
