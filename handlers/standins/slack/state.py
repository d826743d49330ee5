"""State of one workspace: people, channels, messages, views, files, triggers. Used from one event loop only."""

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from handlers.standins.slack.teams.values import Installation, Team, bot_id
from handlers.standins.types import Json

TEAM = "T0WORKSPACE"
ORGANIZATION = "E0ORGANIZATION"
DOMAIN = "local"
APP = "A0CLEANED"
BOT_USER = "U0CLEANED"  # of the first workspace; those of others begin with it
BOT = bot_id(BOT_USER)
LOCAL = Team(TEAM, "Local workspace", DOMAIN)
TRIGGER_SECONDS = 3.0
RESPONSE_URL_SECONDS = 30 * 60.0
RESPONSE_URL_USES = 5


class SlackError(Exception):
    """Raised to answer `{"ok": false, "error": name, …}`.

    `messages`: for `response_metadata`; `details`: further properties of the response.
    """

    def __init__(self, name: str, *messages: str, **details: Any) -> None:
        super().__init__(name)
        self.name = name
        self.messages = messages
        self.details = details


@dataclass(frozen=True)
class WorkspacePerson:
    """`team`: the workspace they are of; `organization_teams`: in Enterprise Grid, all that they are of."""

    id: str
    name: str
    real_name: str
    locale: str
    tz: str
    title: str
    is_admin: bool = False
    is_owner: bool = False
    is_bot: bool = False
    deleted: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    team: str = TEAM
    organization_teams: tuple[str, ...] = ()

    def belongs_to(self, team: str) -> bool:
        return team == self.team or team in self.organization_teams


@dataclass
class File:
    """`path`: the bytes on disk, None until uploaded; `created`: seconds since the epoch; `shared`: (channel, ts) of messages."""

    id: str
    name: str
    size: int
    mimetype: str
    owner: str
    created: int
    title: str = ""
    path: Path | None = None
    complete: bool = False
    shared: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class StoredMessage:
    """`only_for`: the person who sees an ephemeral message, None for a normal one. `metadata`: visible to apps only."""

    ts: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    only_for: str | None = None
    edited: bool = False
    metadata: Json | None = None


@dataclass
class Channel:
    id: str
    name: str
    kind: str  # "channel", "private" or "im"
    members: set[str]
    messages: list[StoredMessage] = field(default_factory=list)
    sharing: set[str] = field(
        default_factory=set
    )  # the flags of a conversation that are true: is_ext_shared …
    host: Team | None = None  # of a channel shared through Slack Connect: the workspace that made it

    @property
    def bot_in(self) -> bool:
        """Whether a bot of the app is in it, of whichever workspace."""
        return any(member.startswith(BOT_USER) for member in self.members)


@dataclass
class StoredView:
    """`content`: the view object as Slack returns it; `values`: last input, by block and action id; `channel`: where it was opened."""

    content: Json
    user: str
    channel: str | None = None
    values: Json = field(default_factory=dict)

    @property
    def id(self) -> str:
        return str(self.content["id"])


@dataclass
class Execution:
    """A step of a workflow that ran, or runs. `definition`: of the function, in the manifest.

    `state`: running, done or failed.
    """

    id: str
    callback_id: str
    definition: Json
    inputs: Json
    state: str = "running"
    outputs: Json = field(default_factory=dict)
    error: str = ""


@dataclass
class Trigger:
    """A `trigger_id`. `in_modal`: it comes from a modal, so it may push a view."""

    user: str
    channel: str | None
    created: float
    in_modal: bool
    used: bool = False


@dataclass
class ResponseUrl:
    """A `response_url`. `original`: ts of the message that contains the pressed button, None for a command."""

    user: str
    channel: str
    created: float
    original: str | None = None
    uses: int = 0


@dataclass
class WorkspaceState:
    """Everything a workspace keeps.

    `installation`: of the app, None before the first; `directs`: ids of people's direct messages with the bot;
    `partners`: the workspaces that share a channel with it.
    `clock`: returns seconds since the epoch; `push`: sends an event to the windows of a person (None: of everybody);
    `groups`: handle and members of user groups that are enabled; `stacks`: ids of open modals by person, top last; `uploads`: by token;
    `notices`: what Slackbot told a person; `refused`: the bot's calls that Slack would refuse, oldest first;
    `unknown_blocks`: types of newer blocks that this workspace refuses, as one does that does not have them yet.
    """

    clock: Callable[[], float]
    folder: Path
    url: str = ""
    push: Callable[[str | None, Json], None] = lambda _user, _event: None
    people: dict[str, WorkspacePerson] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    groups: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    views: dict[str, StoredView] = field(default_factory=dict)
    stacks: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    homes: dict[str, StoredView] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    uploads: dict[str, File] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)
    notices: dict[str, list[Json]] = field(default_factory=lambda: defaultdict(list))
    refused: list[Json] = field(default_factory=list)
    executions: dict[str, Execution] = field(default_factory=dict)
    unknown_blocks: set[str] = field(default_factory=set)
    last_ts: int = 0
    team: Team = LOCAL
    bot_user: str = BOT_USER
    installation: Installation | None = None
    directs: dict[str, str] = field(default_factory=dict)
    partners: dict[str, Team] = field(default_factory=dict)

    @property
    def bot(self) -> str:
        """The `bot_id`."""
        return bot_id(self.bot_user)

    @property
    def installed(self) -> bool:
        return self.installation is not None and self.installation.active

    @property
    def scopes(self) -> set[str]:
        """The scopes that the app has here."""
        return self.installation.scopes if self.installation is not None else set()

    @property
    def is_enterprise_install(self) -> bool:
        return self.installation is not None and self.installation.is_enterprise_install

    @property
    def page_url(self) -> str:
        """URL of this workspace's page."""
        return f"{self.url}/" if self.team == LOCAL else f"{self.url}/{self.team.id}/"

    def has_bot(self, channel: Channel) -> bool:
        return self.bot_user in channel.members

    def team_of(self, user: str) -> Team:
        """The workspace that a person acts from: this one, or theirs for somebody met through Slack Connect."""
        person = self.people[user]
        if person.belongs_to(self.team.id):
            return self.team
        return self.partners.get(person.team) or Team(person.team, person.team, person.team.lower())

    def next_ts(self) -> str:
        """A new, unique message timestamp: seconds since the epoch with six decimals."""
        self.last_ts = max(self.last_ts + 1, int(self.clock() * 1_000_000))
        return f"{self.last_ts // 1_000_000}.{self.last_ts % 1_000_000:06d}"

    def post(self, channel: Channel, message: StoredMessage) -> StoredMessage:
        channel.messages.append(message)
        document = self.page_message(message)
        for user in self.recipients(channel, message):
            self.push(user, {"type": "message", "channel": channel.id, "message": document})
        return message

    def change(self, channel: Channel, message: StoredMessage) -> None:
        document = self.page_message(message)
        for user in self.recipients(channel, message):
            self.push(user, {"type": "message_changed", "channel": channel.id, "message": document})

    def remove(self, channel: Channel, message: StoredMessage) -> None:
        channel.messages.remove(message)
        for user in self.recipients(channel, message):
            self.push(user, {"type": "message_deleted", "channel": channel.id, "ts": message.ts})

    def message(self, channel: Channel, ts: str) -> StoredMessage | None:
        return next((message for message in channel.messages if message.ts == ts), None)

    def recipients(self, channel: Channel, message: StoredMessage) -> list[str]:
        if message.only_for is not None:
            return [message.only_for]
        return [user for user in sorted(channel.members) if not user.startswith(BOT_USER)]

    def direct(self, user: str) -> Channel:
        """The direct messages between a person and the bot."""
        return self.channels[self.directs.get(user, "D0" + user.removeprefix("U0"))]

    def new_trigger(self, user: str, channel: str | None, *, in_modal: bool) -> str:
        """Returns a new `trigger_id`."""
        trigger_id = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self.triggers[trigger_id] = Trigger(user, channel, self.clock(), in_modal)
        return trigger_id

    def use_trigger(self, trigger_id: str) -> Trigger:
        """Raises `invalid_trigger_id`, `expired_trigger_id` (3 s), `exchanged_trigger_id` (already used)."""
        trigger = self.triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if self.clock() - trigger.created > TRIGGER_SECONDS:
            raise SlackError("expired_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        trigger.used = True
        return trigger

    def new_response_url(self, user: str, channel: str, original: str | None = None) -> str:
        token = secrets.token_urlsafe(18)
        self.response_urls[token] = ResponseUrl(user, channel, self.clock(), original)
        return f"{self.url}/respond/{token}"

    def push_views(self, user: str) -> None:
        self.push(user, {"type": "views", "views": self.open_views(user)})

    def open_views(self, user: str) -> list[Json]:
        return [self.views[view_id].content for view_id in self.stacks[user]]

    def notify(self, user: str, channel: str, text: str) -> None:
        """Shows a text of Slackbot to a person."""
        notice = {"channel": channel, "text": text}
        self.notices[user].append(notice)
        self.push(user, {"type": "notice", **notice})

    def refuse(self, method: str, error: str, messages: Iterable[str] = ()) -> None:
        """Records what Slack would refuse. `method`: a Web API method, or the type of a payload."""
        self.refused.append({"method": method, "error": error, "messages": list(messages)})

    def page_message(self, message: StoredMessage) -> Json:
        """A message as JSON for the page."""
        document: Json = {"ts": message.ts, "user": message.user, "text": message.text}
        if message.blocks:
            document["blocks"] = message.blocks
        if message.files:
            document["files"] = [page_file(file) for file in message.files]
        if message.only_for is not None:
            document["ephemeral"] = True
        if message.edited:
            document["edited"] = True
        return document


def page_file(file: File) -> Json:
    """A file as JSON for the page."""
    url = f"/files/{file.id}/{quote(file.name)}"
    return {"id": file.id, "name": file.name, "size": file.size, "mimetype": file.mimetype, "url": url}


def new_id(prefix: str) -> str:
    return prefix + "0" + secrets.token_hex(5).upper()
