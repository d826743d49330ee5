"""Mirrored audiences for tests, on the stand-in for Mailchimp."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from bot.jobs import jobs
from bot.jobs.jobs import LEASE, AnyJob
from bot.mailchimp.mirror import sync as mirror_sync
from bot.mailchimp.mirror.jobs import SYNC, SyncJob, SyncResult
from handlers.standins.mailchimp.account import StoredMergeField, merge_values
from handlers.standins.mailchimp.faults import FaultKind
from handlers.standins.mailchimp.members import StoredMember
from handlers.standins.mailchimp.standin import NAMES, Standin
from storage.core.database import Database
from storage.mailchimp.api.client import Client
from storage.mailchimp.api.transport import Timing
from storage.mailchimp.api.values import member_hash
from tests.handlers.standins.mailchimp.specification import Specification
from tests.support import figures
from tests.support.audiences import Times

ME = "U0OLIVIA"
OLD, NEW = "ada@gmial.com", "ada@gmail.com"
TEXTS = ("Email", "Customised online advertising")
LABELS = {"FNAME": "First name", "LNAME": "Last name"}

JobT = TypeVar("JobT", bound=AnyJob)

MEMBER_PATH = "/lists/[^/]+/members/[^/]+"


def now() -> datetime:
    """The current time, as the stand-in's default clock has it."""
    return datetime.now(UTC)


@contextmanager
def watched() -> Iterator[Standin]:
    """A running stand-in; at the end, fails on requests that the specification doesn't allow and permanent deletions."""
    with Standin() as mailchimp:
        yield mailchimp
    assert_allowed(mailchimp)


def assert_allowed(mailchimp: Standin) -> None:
    assert mailchimp.permanent_deletions == []
    assert Specification().not_allowed(mailchimp.requests) == set()


def client_of(mailchimp: Standin, key: str | None = None, kind: type[Client] = Client) -> Client:
    """A client of the stand-in that retries without pauses."""
    timing = Timing(pause=lambda _seconds: None, jitter=lambda _most: 0.0)
    return kind(key or mailchimp.key, mailchimp.url, timing=timing)


def add(mailchimp: Standin, n: int, *, name: str = "News", others: int = 5) -> str:
    """Adds an audience with `n` cleaned members and `others` subscribed ones; returns its id at Mailchimp."""
    remote = mailchimp.add_list(name)
    for i in range(n):
        mailchimp.put(remote, f"person{i}@example.com", "cleaned")
    for i in range(others):
        mailchimp.put(remote, f"reader{i}@example.com", "subscribed")
    return remote


def audience_of(
    mailchimp: Standin,
    *,
    fields: Iterable[StoredMergeField] = (),
    permissions: Iterable[str] = (),
    double_optin: bool = False,
    groups: Iterable[str] = (),
    **old: Any,
) -> str:
    """Adds an audience with one cleaned member, the mistyped `OLD`; returns its id. `old`: other fields of the member."""
    audience = mailchimp.add_list(
        "News",
        double_optin=double_optin,
        merge_fields=(*NAMES, *fields),
        permissions=permissions,
        interests=groups,
    )
    merge = '{"FNAME": "Ada", "LNAME": "Roy"}'
    mailchimp.put(audience, OLD, **{"merge": merge, **old})
    mailchimp.clean(audience, OLD)
    return audience


def sync(database: Database, client: Client, at: datetime | None = None) -> int:
    """Synchronizes the only mirror and returns its id. `at`: default, the current time."""
    clock = now if at is None else lambda: at
    [audience_id] = mirror_sync.discover(database, client, clock())
    _work(database, client, clock)  # left by a crashed process
    mirror_sync.request(database, audience_id, by="U1", now=clock())
    _work(database, client, clock)
    return audience_id


def truth(mailchimp: Standin, remote: str) -> dict[str, str]:
    """Status by address, as stored at Mailchimp."""
    return {member.email: member.status for member in mailchimp.members(remote)}


def effects(mailchimp: Standin) -> Counter[str]:
    """Successful archive calls by path, including those in batches."""
    counts = Counter(
        call.path for call in mailchimp.requests if (call.method, call.status) == ("DELETE", 204)
    )
    for batch in mailchimp._api.batches.all.values():
        for operation, (status, _) in zip(batch.operations, batch.outcomes, strict=True):
            counts[operation["path"]] += (operation["method"], status) == ("DELETE", 204)
    return counts


def never(mailchimp: Standin, method: str = "*", path: str = MEMBER_PATH) -> None:
    """Makes these calls fail from now on."""
    mailchimp.faults.add(FaultKind.SERVER_ERROR, method, path, times=None)


def steps(work: Iterator[JobT]) -> JobT:
    """Runs a job to its end and returns it."""
    *_, last = work
    return last


class Mirrored:
    """An audience of a stand-in, its mirror, and the clock of both."""

    def __init__(self, database: Database, people: int = 0) -> None:
        self.database = database
        self.times = Times()
        self.mailchimp = Standin(clock=self._seconds)
        self.people = people

    def start(self) -> None:
        self.mailchimp.start()
        self.remote_id = self.mailchimp.add_list("Trail news")
        self.mailchimp.fill(self.remote_id, self.people, seed=1)
        self.client = client_of(self.mailchimp)
        (self.id,) = mirror_sync.discover(self.database, self.client, self.times())

    def _seconds(self) -> float:
        return self.times.now.timestamp()

    def request(self) -> SyncJob:
        return mirror_sync.request(self.database, self.id, by="U1", now=self.times())

    def claim(self) -> SyncJob:
        """Claims the job after its lease has expired."""
        self.times.now += 2 * LEASE
        job = jobs.claim(self.database, [SYNC], jobs.owner(), self.times())
        assert job
        return job

    def sync(self, client: Client | None = None) -> SyncResult:
        """Synchronizes the mirror and returns the job's result."""
        self.request()
        *_, job = mirror_sync.work(client or self.client, self.database, self.claim(), self.times)
        assert job.state == "done"
        jobs.mark_told(self.database, job, self.times())
        return job.outcome

    def contacts(self) -> dict[str, dict[str, Any]]:
        """Contacts of the mirror by lower-case address."""
        return {row["address_key"]: row for row in figures.contacts(self.database)}

    def assert_same(self) -> None:
        """Checks that the mirror equals the account, contact by contact, and that its figures are exact."""
        expected = {
            member.email.lower(): self._expected(member)
            for member in self.mailchimp.members(self.remote_id)
            if member.email
        }
        actual = {address: _compared(row) for address, row in self.contacts().items()}
        assert actual == expected
        figures.assert_exact(self.database)

    def address(self, status: str, n: int = 0) -> str:
        """The address of the n-th member of a status, sorted by address."""
        members = self.mailchimp.members(self.remote_id)
        return sorted(member.email for member in members if member.status == status)[n]

    def _expected(self, member: StoredMember) -> dict[str, Any]:
        values = {LABELS[tag]: str(value) for tag, value in merge_values(member).items() if value}
        contact = {
            "address": member.email,
            "domain": member.email.partition("@")[2].lower(),
            "status": {"transactional": "nonsubscribed"}.get(member.status, member.status),
            "merge_fields": values,
            "tags": ",".join(map(json.dumps, member.tags)) or None,
            "member_rating": str(member.rating),
            "optin_time": _time(member.signup),
            "optin_ip": member.ip_signup or None,
            "confirm_time": _time(member.opt),
            "confirm_ip": member.ip_opt or None,
            "leid": str(member.web_id),
            "euid": member.id[:10],
            "remote_hash": None if member.id == member_hash(member.email) else member.id,
        }
        return contact | (self._clean_reason(member) if member.status == "cleaned" else {})

    def _clean_reason(self, member: StoredMember) -> dict[str, Any]:
        """The reason a member was cleaned for, from its activity and the abuse reports."""
        account = self.mailchimp._account
        audience = account.audience(self.remote_id)
        for report in audience.abuse:
            if report.member == member.id:
                return {"clean_reason": "abuse", "clean_campaign_id": report.campaign or None}
        hard = [bounce for bounce in member.bounces if bounce.kind == "hard"]
        if not member.bounces:
            return {"clean_reason": "unknown", "clean_campaign_id": None}
        bounce = max(hard or member.bounces, key=lambda bounce: bounce.at)
        return {"clean_reason": bounce.kind, "clean_campaign_id": bounce.campaign or None}


class Disturbed(Client):
    """A client that calls `before` ahead of each page of members."""

    before: Callable[[int], None]

    def page(self, decode: Any, audience_id: str, offset: int = 0, *rest: Any, **named: Any) -> Any:
        self.before(offset)
        return super().page(decode, audience_id, offset, *rest, **named)


@contextmanager
def mirrored(database: Database, people: int = 0) -> Iterator[Mirrored]:
    both = Mirrored(database, people)
    both.start()
    try:
        yield both
    finally:
        both.client.close()
        both.mailchimp.stop()
    assert_allowed(both.mailchimp)


def _work(database: Database, client: Client, clock: jobs.Clock) -> None:
    while job := jobs.claim(database, [SYNC], jobs.owner(), clock()):
        if job.state == "running":
            *_, job = mirror_sync.work(client, database, job, clock)
        jobs.mark_told(database, job, clock())


_ALWAYS = "address domain status merge_fields tags member_rating optin_time optin_ip confirm_time confirm_ip leid euid remote_hash"


def _compared(row: dict[str, Any]) -> dict[str, Any]:
    names = _ALWAYS.split()
    if row["status"] == "cleaned":
        names += ["clean_reason", "clean_campaign_id"]
        assert row["cleaned_at"] is not None
    return {name: row[name] for name in names}


def _time(seconds: int) -> str | None:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S") if seconds else None
