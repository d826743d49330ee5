"""What the workspace holds: people, channels, messages, views, files, triggers. One event loop owns it."""

import secrets
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from handlers.standins.types import Json

TEAM = "T0WORKSPACE"
DOMAIN = "local"
APP = "A0CLEANED"
BOT = "B0CLEANED"
BOT_USER = "U0CLEANED"
TRIGGER_SECONDS = 3.0
RESPONSE_URL_SECONDS = 30 * 60.0
RESPONSE_URL_USES = 5


class SlackError(Exception):
    """What Slack answers instead of doing it: `{"ok": false, "error": name, …}`."""

    def __init__(self, name: str, *messages: str, **more: Any) -> None:
        super().__init__(name)
        self.name = name
        self.messages = messages
        self.more = more


@dataclass(frozen=True)
class Person:
    id: str
    name: str
    real_name: str
    locale: str
    tz: str
    title: str
    is_admin: bool = False
    is_owner: bool = False
    is_bot: bool = False


@dataclass
class File:
    """`path`: its bytes on disk; None until they have come. `shared`: (channel, ts) of its messages."""

    id: str
    name: str
    size: int
    mimetype: str
    owner: str
    made: int
    title: str = ""
    path: Path | None = None
    complete: bool = False
    shared: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Message:
    """`only_for`: the one person who sees it, of an ephemeral message. `metadata`: what only apps see."""

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
    messages: list[Message] = field(default_factory=list)

    @property
    def bot_in(self) -> bool:
        return BOT_USER in self.members


@dataclass
class View:
    """`content`: as Slack gives it back. `values`: what was last typed in it. `channel`: where it came from."""

    content: Json
    user: str
    channel: str | None = None
    values: Json = field(default_factory=dict)

    @property
    def id(self) -> str:
        return str(self.content["id"])


@dataclass
class Trigger:
    """`in_modal`: it came from inside a modal, so that it may push."""

    user: str
    channel: str | None
    made: float
    in_modal: bool
    used: bool = False


@dataclass
class Reply:
    """A response_url: where it answers, and the message whose button was pressed, if any."""

    user: str
    channel: str
    made: float
    original: str | None = None
    uses: int = 0


@dataclass
class State:
    """`clock`: seconds since the epoch. `push`: tells open pages (a person or None for all, the event)."""

    clock: Callable[[], float]
    folder: Path
    url: str = ""
    push: Callable[[str | None, Json], None] = lambda _user, _event: None
    people: dict[str, Person] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    groups: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    stacks: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    homes: dict[str, View] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    uploads: dict[str, File] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    replies: dict[str, Reply] = field(default_factory=dict)
    notices: dict[str, list[Json]] = field(default_factory=lambda: defaultdict(list))
    refused: list[Json] = field(default_factory=list)
    last_ts: int = 0

    def next_ts(self) -> str:
        """A message's id: its time in seconds with six decimals, never twice."""
        self.last_ts = max(self.last_ts + 1, int(self.clock() * 1_000_000))
        return f"{self.last_ts // 1_000_000}.{self.last_ts % 1_000_000:06d}"

    def post(self, channel: Channel, message: Message) -> Message:
        channel.messages.append(message)
        shown = self.shown_message(message)
        for user in self.readers(channel, message):
            self.push(user, {"type": "message", "channel": channel.id, "message": shown})
        return message

    def change(self, channel: Channel, message: Message) -> None:
        shown = self.shown_message(message)
        for user in self.readers(channel, message):
            self.push(user, {"type": "message_changed", "channel": channel.id, "message": shown})

    def remove(self, channel: Channel, message: Message) -> None:
        channel.messages.remove(message)
        for user in self.readers(channel, message):
            self.push(user, {"type": "message_deleted", "channel": channel.id, "ts": message.ts})

    def message(self, channel: Channel, ts: str) -> Message | None:
        return next((message for message in channel.messages if message.ts == ts), None)

    def readers(self, channel: Channel, message: Message) -> list[str]:
        if message.only_for is not None:
            return [message.only_for]
        return [user for user in sorted(channel.members) if user != BOT_USER]

    def direct(self, user: str) -> Channel:
        """The direct messages of this person with the bot."""
        return self.channels["D0" + user.removeprefix("U0")]

    def trigger(self, user: str, channel: str | None, *, in_modal: bool) -> str:
        made = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self.triggers[made] = Trigger(user, channel, self.clock(), in_modal)
        return made

    def use_trigger(self, trigger_id: str) -> Trigger:
        """Raises `invalid_trigger_id`, `expired_trigger_id` (3 s), `exchanged_trigger_id` (used already)."""
        trigger = self.triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if self.clock() - trigger.made > TRIGGER_SECONDS:
            raise SlackError("expired_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        trigger.used = True
        return trigger

    def response_url(self, user: str, channel: str, original: str | None = None) -> str:
        token = secrets.token_urlsafe(18)
        self.replies[token] = Reply(user, channel, self.clock(), original)
        return f"{self.url}/respond/{token}"

    def show_views(self, user: str) -> None:
        self.push(user, {"type": "views", "views": self.stack(user)})

    def stack(self, user: str) -> list[Json]:
        return [self.views[view_id].content for view_id in self.stacks[user]]

    def notice(self, user: str, channel: str, text: str) -> None:
        said = {"channel": channel, "text": text}
        self.notices[user].append(said)
        self.push(user, {"type": "notice", **said})

    def shown_message(self, message: Message) -> Json:
        """A message as the page gets it."""
        shown: Json = {"ts": message.ts, "user": message.user, "text": message.text}
        if message.blocks:
            shown["blocks"] = message.blocks
        if message.files:
            shown["files"] = [shown_file(file) for file in message.files]
        if message.only_for is not None:
            shown["ephemeral"] = True
        if message.edited:
            shown["edited"] = True
        return shown


def shown_file(file: File) -> Json:
    """A file as the page gets it."""
    url = f"/files/{file.id}/{quote(file.name)}"
    return {"id": file.id, "name": file.name, "size": file.size, "mimetype": file.mimetype, "url": url}


def new_id(prefix: str) -> str:
    return prefix + "0" + secrets.token_hex(5).upper()


def fill(state: State, bot_name: str) -> None:
    """The people and places of the demonstration."""
    owner = Person(
        "U0OLIVIA",
        "olivia",
        "Olivia Reed",
        "en-US",
        "Europe/London",
        "Newsletter lead",
        is_admin=True,
        is_owner=True,
    )
    admin = Person(
        "U0CAMILLE", "camille", "Camille Moreau", "fr-FR", "Europe/Paris", "Responsable CRM", is_admin=True
    )
    member = Person("U0SAM", "sam", "Sam Patel", "en-GB", "Europe/London", "Designer")
    bot = Person(BOT_USER, bot_name.lower(), bot_name, "en-US", "Etc/UTC", "", is_bot=True)
    people = [owner, admin, member]
    state.people = {person.id: person for person in [*people, bot]}
    everyone = {person.id for person in people}
    rooms = [
        Channel("C0NEWS", "newsletter", "channel", everyone | {BOT_USER}),
        Channel("C0GENERAL", "general", "channel", everyone | {BOT_USER}),
        Channel("C0RANDOM", "random", "channel", set(everyone)),
    ]
    direct = [
        Channel("D0" + person.id.removeprefix("U0"), "", "im", {person.id, BOT_USER}) for person in people
    ]
    state.channels = {channel.id: channel for channel in [*rooms, *direct]}
    state.groups = {"S0DESIGN": ("design", [member.id])}
