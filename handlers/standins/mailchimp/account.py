"""What the stand-in knows: one account, its audiences, and what was asked of it."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import RLock

from handlers.standins.mailchimp.api.problems import Json, not_found
from handlers.standins.mailchimp.faults import Faults
from handlers.standins.mailchimp.members import Member, Members
from handlers.standins.mailchimp.rules import Rules

EVENTS = ("subscribe", "unsubscribe", "profile", "cleaned", "upemail", "campaign")
SOURCES = ("user", "admin", "api")


@dataclass(frozen=True)
class MergeField:
    """`kind`: one of the API's types; `choices` for radio and dropdown."""

    tag: str
    name: str
    kind: str = "text"
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Campaign:
    """`sent`: seconds since 1970."""

    id: str
    title: str
    sent: int


@dataclass(frozen=True)
class AbuseReport:
    id: int
    campaign: str
    member: str
    address: str
    at: int


@dataclass
class Webhook:
    """`secret` is empty for one that isn't signed."""

    id: str
    url: str
    events: dict[str, bool]
    sources: dict[str, bool]
    secret: str = ""


@dataclass
class ListState:
    """`misreported`: what its figures in `stats` are off by; `permissions`: texts by id."""

    id: str
    web_id: int
    name: str
    created: int
    double_optin: bool = False
    merge_fields: tuple[MergeField, ...] = ()
    permissions: dict[str, str] = field(default_factory=dict)
    members: Members = field(default_factory=Members)
    campaigns: dict[str, Campaign] = field(default_factory=dict)
    webhooks: dict[str, Webhook] = field(default_factory=dict)
    abuse: list[AbuseReport] = field(default_factory=list)
    misreported: dict[str, int] = field(default_factory=dict)
    next_web_id: int = 500_000_001

    @property
    def last_sent(self) -> int:
        return max((campaign.sent for campaign in self.campaigns.values()), default=0)

    def member(self, key: str) -> Member:
        """Raises Problem 404."""
        member = self.members.get(key)
        if member is None:
            raise not_found()
        return member


@dataclass
class Asked:
    """A request as it came in. `together`: how many of its key were in work then, this one counted.

    `at`: seconds since 1970; `body`: the JSON, or the text where it was none; `status`: None as long as no answer
    was sent, and 0 when the connection was reset.
    """

    method: str
    path: str
    query: dict[str, str]
    body: object
    at: float
    together: int
    status: int | None = None


Fire = Callable[[ListState, str, str, dict[str, str]], None]


@dataclass
class Account:
    """Everything is changed under `lock` only. `failures`: what no client of this bot may ever ask for.

    `readers` and `powerless`: keys that may only read, or nothing. `fire`: tells the webhooks of an audience
    about an event of a source, with its data.
    """

    clock: Callable[[], float]
    data_centre: str
    rules: Rules
    url: str = ""
    faults: Faults = field(default_factory=Faults)
    lock: RLock = field(default_factory=RLock)
    audiences: dict[str, ListState] = field(default_factory=dict)
    requests: list[Asked] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    fire: Fire = lambda *_: None

    def __post_init__(self) -> None:
        self.key, self.key_of_reader, self.key_without_rights = (
            f"{secrets.token_hex(16)}-{self.data_centre}" for _ in range(3)
        )

        self.token = secrets.token_hex(16)

    @property
    def now(self) -> int:
        return int(self.clock())

    def audience(self, key: str) -> ListState:
        """Raises Problem 404."""
        audience = self.audiences.get(key)
        if audience is None:
            raise not_found()
        return audience

    def put(self, audience: ListState, member: Member) -> Member:
        """Keeps a changed contact, with the time of its change."""
        changed = member._replace(changed=self.now)
        audience.members.put(changed)
        return changed


def merge_values(member: Member) -> Json:
    values: Json = json.loads(member.merge)
    return values
