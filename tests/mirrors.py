"""Mirrored audiences for tests, on the stand-in for Mailchimp."""

from datetime import UTC, datetime

from bot import jobs, mirror
from handlers.workspace.mailchimp.standin import Standin
from storage.database import Database
from storage.mailchimp import Client
from storage.mailchimp_wire import Timing


def now() -> datetime:
    """The stand-in's clock is the real one."""
    return datetime.now(UTC)


def client_of(standin: Standin, key: str | None = None) -> Client:
    """Whose second tries don't wait long."""
    timing = Timing(pause=lambda _seconds: None, jitter=lambda _most: 0.0)
    return Client(key or standin.key, standin.url, timing=timing)


def add(standin: Standin, n: int, *, name: str = "News", others: int = 5) -> str:
    """A list of so many cleaned contacts, and some subscribed; its id at Mailchimp."""
    remote = standin.add_list(name)
    for i in range(n):
        standin.put(remote, f"person{i}@example.com", "cleaned")
    for i in range(others):
        standin.put(remote, f"reader{i}@example.com", "subscribed")
    return remote


def sync(database: Database, client: Client) -> int:
    """Copies the account; the id of its one audience here."""
    [audience_id] = mirror.discover(database, client, now())
    _work(database, client)  # what a process that died has left
    mirror.request(database, audience_id, by="U1", now=now())
    _work(database, client)
    return audience_id


def truth(standin: Standin, remote: str) -> dict[str, str]:
    """Address → status, as Mailchimp has it."""
    return {member.email: member.status for member in standin.members(remote)}


def _work(database: Database, client: Client) -> None:
    while job := jobs.claim(database, [jobs.SYNC], jobs.owner(), now()):
        if job.state == "running":
            *_, job = mirror.work(client, database, job, now)
        jobs.told(database, job, now())
