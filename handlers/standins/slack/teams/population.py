"""The people and channels of a local workspace, and its bot once the app is installed."""

from collections.abc import Sequence
from dataclasses import replace

from handlers.standins.slack.state import BOT_USER, Channel, WorkspacePerson, WorkspaceState
from handlers.standins.slack.teams.values import Installation, Organization, Team

ROSTER = (
    WorkspacePerson(
        "U0OLIVIA",
        "olivia",
        "Olivia Reed",
        "en-US",
        "Europe/London",
        "Newsletter lead",
        is_admin=True,
        is_owner=True,
    ),
    WorkspacePerson(
        "U0CAMILLE", "camille", "Camille Moreau", "fr-FR", "Europe/Paris", "Responsable CRM", is_admin=True
    ),
    WorkspacePerson("U0SAM", "sam", "Sam Patel", "en-GB", "Europe/London", "Designer"),
)
# By name: whether people have added the bot.
CHANNELS = {"newsletter": True, "general": True, "random": False}
CHANNEL_IDS = {"newsletter": "NEWS", "general": "GENERAL", "random": "RANDOM"}


def suffix(place: str) -> str:
    """What tells the ids of another workspace's or organization's people from the first's: SECOND of T0SECOND."""
    return place[2:]


def people_of(team: Team) -> list[WorkspacePerson]:
    """The people of another workspace than the first: an owner, an admin and a member.

    In an organization the first two belong to all its workspaces, with one id.
    """
    organization = team.organization
    people = []
    for person in ROSTER:
        everywhere = organization is not None and person.is_admin
        place = suffix(organization.id) if organization is not None and everywhere else suffix(team.id)
        renamed = replace(
            person,
            id=f"U0{place}{person.id.removeprefix('U0')}",
            real_name=f"{person.real_name} ({team.name if not everywhere else place.title()})",
            team=organization.teams[0] if organization is not None and everywhere else team.id,
        )
        if organization is not None:
            teams = organization.teams if everywhere else (team.id,)
            renamed = replace(renamed, organization_teams=teams)
        people.append(renamed)
    return people


def populate(state: WorkspaceState, people: Sequence[WorkspacePerson] = ROSTER, place: str = "") -> None:
    """Adds people, channels and a user group. `place`: for the channels' ids, "" for the first workspace."""
    state.people = {person.id: person for person in people}
    for name, key in CHANNEL_IDS.items():
        channel = Channel(f"C0{place}{key}", name, "channel", {person.id for person in people})
        state.channels[channel.id] = channel
    state.groups = {f"S0{place}DESIGN": ("design", [people[-1].id])}


def add_bot(states: Sequence[WorkspaceState], installation: Installation, bot_name: str) -> None:
    """Adds the bot of a new installation: its user, its place in channels, direct messages with everybody."""
    bot_user = installation.bot_user
    organization = installation.organization if installation.is_enterprise_install else None
    if organization is not None:
        _share(states)
    direct: dict[str, Channel] = {}
    for state in states:
        bot = WorkspacePerson(
            bot_user, bot_name.lower(), bot_name, "en-US", "Etc/UTC", "", is_bot=True, team=state.team.id
        )
        state.bot_user, state.installation = bot_user, installation
        state.people[bot_user] = bot
        for channel in state.channels.values():
            if channel.host in (None, state.team) and CHANNELS.get(channel.name):
                channel.members.add(bot_user)
        for person in [each for each in state.people.values() if not each.is_bot]:
            if person.belongs_to(state.team.id):
                channel = direct.setdefault(person.id, _direct(state, person, installation))
                state.channels[channel.id] = channel
                state.directs[person.id] = channel.id


def remove_bot(states: Sequence[WorkspaceState], bot_user: str) -> None:
    """Deactivates the bot of an ended installation, which takes it out of its channels."""
    for state in states:
        state.people[bot_user] = replace(state.people[bot_user], deleted=True)
        for channel in state.channels.values():
            if channel.kind != "im":
                channel.members.discard(bot_user)


def new_bot_user(team: Team | None, organization: Organization | None) -> str:
    """The bot user's id of an installation: one in each workspace, or one for an organization."""
    place = team.id if team is not None else organization.id if organization is not None else ""
    return BOT_USER + suffix(place)


def _direct(state: WorkspaceState, person: WorkspacePerson, installation: Installation) -> Channel:
    # Somebody of several workspaces has one conversation with each bot.
    several = len(person.organization_teams) > 1 and not installation.is_enterprise_install
    key = person.id.removeprefix("U0") + (suffix(state.team.id) if several else "")
    known = state.channels.get("D0" + key)
    return known or Channel("D0" + key, "", "im", {person.id, installation.bot_user})


def _share(states: Sequence[WorkspaceState]) -> None:
    """An app installed for an organization has one Home tab for a person, and its files in all workspaces."""
    first = states[0]
    for state in states[1:]:
        first.files |= state.files
        first.uploads |= state.uploads
        state.homes, state.files, state.uploads = first.homes, first.files, first.uploads
