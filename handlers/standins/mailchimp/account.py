"""State of the stand-in: one account, its audiences, and the requests it received."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import RLock

from handlers.standins.mailchimp.api.problems import not_found
from handlers.standins.mailchimp.faults import MailchimpFaults
from handlers.standins.mailchimp.members import StoredMember, StoredMembers
from handlers.standins.mailchimp.rules import Rules
from handlers.standins.types import Json

EVENTS = ("subscribe", "unsubscribe", "profile", "cleaned", "upemail", "campaign")
SOURCES = ("user", "admin", "api")


@dataclass(frozen=True)
class StoredMergeField:
    """`kind`: the API's field type; `choices`: the options of a radio or dropdown field."""

    tag: str
    name: str
    kind: str = "text"
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Campaign:
    """`sent`: seconds since the epoch."""

    id: str
    title: str
    sent: int


@dataclass(frozen=True)
class StoredAbuseReport:
    id: int
    campaign: str
    member: str
    address: str
    at: int


@dataclass
class StoredWebhook:
    """`secret`: key of the signature; empty for an unsigned webhook."""

    id: str
    url: str
    events: dict[str, bool]
    sources: dict[str, bool]
    secret: str = ""


@dataclass
class ListState:
    """`count_errors`: added to the counts in `stats`, by status; `total_error`: to the `total_items` of members.

    `permissions`: texts of marketing permissions by id. `interests`: ids of groups.
    """

    id: str
    web_id: int
    name: str
    created: int
    double_optin: bool = False
    merge_fields: tuple[StoredMergeField, ...] = ()
    permissions: dict[str, str] = field(default_factory=dict)
    interests: tuple[str, ...] = ()
    members: StoredMembers = field(default_factory=StoredMembers)
    campaigns: dict[str, Campaign] = field(default_factory=dict)
    webhooks: dict[str, StoredWebhook] = field(default_factory=dict)
    abuse: list[StoredAbuseReport] = field(default_factory=list)
    count_errors: dict[str, int] = field(default_factory=dict)
    total_error: int = 0
    next_web_id: int = 500_000_001

    @property
    def last_sent(self) -> int:
        return max((campaign.sent for campaign in self.campaigns.values()), default=0)

    def member(self, key: str) -> StoredMember:
        """Raises ProblemResponse 404."""
        member = self.members.get(key)
        if member is None:
            raise not_found()
        return member


@dataclass
class RecordedRequest:
    """A request as received.

    `body`: the parsed JSON, or `marketing_api.UNREADABLE`; `at`: seconds since the epoch;
    `concurrent`: requests of the same key in progress on arrival, including this one;
    `status`: None until answered, 0 when the connection was reset.
    """

    method: str
    path: str
    query: dict[str, str]
    body: object
    at: float
    concurrent: int
    status: int | None = None


FireEvent = Callable[[ListState, str, str, dict[str, str]], None]


@dataclass
class AccountState:
    """Everything the stand-in keeps; `lock` guards every change.

    `read_only_key` may only read, `key_without_rights` may do nothing; `token` is for Bearer authentication.
    `permanent_deletions`: descriptions of requests to delete for good, which the bot must never send.
    `fire`: sends an event (audience, event, source, data) to the webhooks of an audience.
    """

    clock: Callable[[], float]
    data_centre: str
    rules: Rules
    url: str = ""
    id: str = "8d3a3db4d97663a9074efcc16"
    faults: MailchimpFaults = field(default_factory=MailchimpFaults)
    lock: RLock = field(default_factory=RLock)
    audiences: dict[str, ListState] = field(default_factory=dict)
    requests: list[RecordedRequest] = field(default_factory=list)
    permanent_deletions: list[str] = field(default_factory=list)
    fire: FireEvent = lambda *_: None

    def __post_init__(self) -> None:
        self.key, self.read_only_key, self.key_without_rights = (
            f"{secrets.token_hex(16)}-{self.data_centre}" for _ in range(3)
        )
        self.token = secrets.token_hex(16)

    @property
    def now(self) -> int:
        return int(self.clock())

    def audience(self, key: str) -> ListState:
        """Raises ProblemResponse 404."""
        audience = self.audiences.get(key)
        if audience is None:
            raise not_found()
        return audience

    def put(self, audience: ListState, member: StoredMember) -> StoredMember:
        """Stores a member with the current time as its last change."""
        changed = member._replace(changed=self.now)
        audience.members.put(changed)
        return changed


def merge_values(member: StoredMember) -> Json:
    """The values of a member's merge fields, by tag."""
    values: Json = json.loads(member.merge)
    return values
