"""All workspaces behind one server."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from handlers.standins.slack.state import LOCAL, SlackError, WorkspaceState
from handlers.standins.slack.teams import population
from handlers.standins.slack.teams.values import Installation, Organization, Team

SHARED = ("is_shared", "is_ext_shared")


@dataclass
class Directory:
    """`states`: by team, the local workspace first; `organizations`: by id."""

    clock: Callable[[], float]
    folder: Path
    states: dict[str, WorkspaceState] = field(default_factory=dict)
    organizations: dict[str, Organization] = field(default_factory=dict)

    def __post_init__(self) -> None:
        first = WorkspaceState(clock=self.clock, folder=self.folder)
        population.populate(first)
        self.states[LOCAL.id] = first

    @property
    def first(self) -> WorkspaceState:
        return self.states[LOCAL.id]

    def __iter__(self) -> Iterator[WorkspaceState]:
        return iter(self.states.values())

    def add_team(self, team_id: str, name: str, organization: Organization | None = None) -> WorkspaceState:
        """Adds a workspace without the app. The people and channels have ids of their own."""
        team = Team(team_id, name, team_id.lower(), organization)
        place = population.suffix(team_id)
        first = self.first
        state = WorkspaceState(
            clock=self.clock,
            folder=self.folder,
            team=team,
            url=first.url,
            push=first.push,
            refused=first.refused,
            bot_user=population.new_bot_user(team, None),
        )
        population.populate(state, population.people_of(team), place)
        self.states[team_id] = state
        return state

    def add_organization(self, organization_id: str, name: str, teams: dict[str, str]) -> Organization:
        """Adds an Enterprise Grid organization with its workspaces. `teams`: their names by id."""
        owner = f"U0{population.suffix(organization_id)}OLIVIA"
        organization = Organization(organization_id, name, tuple(teams), frozenset({owner}))
        self.organizations[organization_id] = organization
        for team_id, team_name in teams.items():
            self.add_team(team_id, team_name, organization)
        return organization

    def connect(self, channel_id: str, host: str, guest: str) -> None:
        """Shares a channel of `host` with the workspace `guest` through Slack Connect; all its people join."""
        there, here = self.states[host], self.states[guest]
        channel = there.channels[channel_id]
        channel.host = there.team
        channel.sharing |= set(SHARED)
        joining = {
            person.id for person in here.people.values() if not person.is_bot and not person.is_stranger
        }
        for state, other in ((there, here), (here, there)):
            state.partners[other.team.id] = other.team
            for person in other.people.values():
                if person.id not in state.people:
                    state.people[person.id] = replace(person, is_stranger=not person.is_bot)
        channel.members |= joining
        here.channels[channel_id] = channel

    def introduce(self, states: Iterable[WorkspaceState], bot_user: str) -> None:
        """Makes a new bot known to the workspaces that share a channel with its own."""
        for state in states:
            for partner in state.partners:
                self.states[partner].people[bot_user] = state.people[bot_user]

    def state_of(self, team_id: str) -> WorkspaceState:
        """Raises `team_not_found`."""
        if team_id not in self.states:
            raise SlackError("team_not_found")
        return self.states[team_id]

    def of_installation(self, installation: Installation) -> list[WorkspaceState]:
        return [self.states[team] for team in installation.teams]

    def homes_of(self, user: str) -> list[WorkspaceState]:
        """The workspaces that a person belongs to."""
        return [
            state for state in self if user in state.people and state.people[user].belongs_to(state.team.id)
        ]

    def with_view(self, view_id: str) -> WorkspaceState:
        """The workspace whose app opened the modal. Raises `view_not_found`."""
        for state in self:
            if view_id in state.views:
                return state
        raise SlackError("view_not_found")

    def with_bot(self, bot_user: str, channel_id: str) -> WorkspaceState | None:
        """The workspace whose bot this is, in which the channel is."""
        return next(
            (state for state in self if state.bot_user == bot_user and channel_id in state.channels), None
        )
