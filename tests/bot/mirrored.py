"""A mirror and the account it is of, side by side, for tests."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from bot import jobs, mirror
from bot.jobs import LEASE
from handlers.workspace.mailchimp.account import merge_values
from handlers.workspace.mailchimp.members import Member
from handlers.workspace.mailchimp.standin import Standin
from storage.database import Database
from storage.mailchimp import Client
from storage.mailchimp_wire import Timing
from storage.tables import Job
from tests import figures
from tests.audiences import Times

LABELS = {"FNAME": "First name", "LNAME": "Last name"}


class Mirrored:
    """One audience of a stand-in, its mirror, and a clock that both go by."""

    def __init__(self, database: Database, people: int = 0) -> None:
        self.database = database
        self.times = Times()
        self.mailchimp = Standin(clock=self._seconds)
        self.people = people

    def start(self) -> None:
        self.mailchimp.start()
        self.remote_id = self.mailchimp.add_list("Trail news")
        self.mailchimp.fill(self.remote_id, self.people, seed=1)
        self.client = self.client_of(Client)
        (self.id,) = mirror.discover(self.database, self.client, self.times())

    def _seconds(self) -> float:
        return self.times.now.timestamp()

    def client_of(self, kind: type[Client]) -> Client:
        return kind(self.mailchimp.key, self.mailchimp.url, timing=Timing(pause=lambda _seconds: None))

    def request(self) -> Job:
        return mirror.request(self.database, self.id, by="U1", now=self.times())

    def claim(self) -> Job:
        """The job, taken from whoever held it."""
        self.times.now += 2 * LEASE
        job = jobs.claim(self.database, [jobs.SYNC], jobs.owner(), self.times())
        assert job
        return job

    def sync(self, client: Client | None = None) -> dict[str, Any]:
        """Brings the mirror up to date; the job's result."""
        self.request()
        *_, job = mirror.work(client or self.client, self.database, self.claim(), self.times)
        assert job.state == "done"
        jobs.told(self.database, job, self.times())
        return job.result

    def contacts(self) -> dict[str, dict[str, Any]]:
        """By lower-case address."""
        return {row["address_key"]: row for row in figures.contacts(self.database)}

    def assert_same(self) -> None:
        """The mirror is the account, contact by contact, and its figures are exact."""
        there = {
            member.email.lower(): self._shown(member) for member in self.mailchimp.members(self.remote_id)
        }
        here = {address: _kept(row) for address, row in self.contacts().items()}
        assert here == there
        figures.assert_exact(self.database)

    def address(self, status: str, n: int = 0) -> str:
        """A contact of that status: the n-th by address."""
        members = self.mailchimp.members(self.remote_id)
        return sorted(member.email for member in members if member.status == status)[n]

    def _shown(self, member: Member) -> dict[str, Any]:
        values = {LABELS[tag]: str(value) for tag, value in merge_values(member).items() if value}
        shown = {
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
        }
        return shown | (self._why(member) if member.status == "cleaned" else {})

    def _why(self, member: Member) -> dict[str, Any]:
        """Why it was cleaned, as its activity and the complaints tell."""
        account = self.mailchimp._account
        audience = account.audience(self.remote_id)
        for report in audience.abuse:
            if report.member == member.id:
                return {"clean_reason": "abuse", "clean_campaign_id": report.campaign or None}
        hard = [bounce for bounce in member.bounces if bounce.kind == "hard"]
        if not member.bounces:
            return {"clean_reason": "unknown", "clean_campaign_id": None}
        bounce = max(hard or member.bounces, key=lambda one: one.at)
        return {"clean_reason": bounce.kind, "clean_campaign_id": bounce.campaign or None}


class Disturbed(Client):
    """A client for whom something happens before each page of contacts."""

    before: Callable[[int], None]

    def page(self, read: Any, audience_id: str, offset: int = 0, *rest: Any, **named: Any) -> Any:
        self.before(offset)
        return super().page(read, audience_id, offset, *rest, **named)


@contextmanager
def mirrored(database: Database, people: int = 0) -> Iterator[Mirrored]:
    both = Mirrored(database, people)
    both.start()
    try:
        yield both
    finally:
        both.client.close()
        both.mailchimp.stop()


_ALWAYS = "address domain status merge_fields tags member_rating optin_time optin_ip confirm_time confirm_ip leid euid"


def _kept(row: dict[str, Any]) -> dict[str, Any]:
    names = _ALWAYS.split()
    if row["status"] == "cleaned":
        names += ["clean_reason", "clean_campaign_id"]
        assert row["cleaned_at"] is not None
    return {name: row[name] for name in names}


def _time(seconds: int) -> str | None:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S") if seconds else None
