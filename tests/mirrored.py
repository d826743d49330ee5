"""A Mailchimp audience with a mistyped contact, mirrored: what tests of corrections start from."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from bot import jobs, mirror
from handlers.workspace.mailchimp.account import MergeField
from handlers.workspace.mailchimp.faults import Kind
from handlers.workspace.mailchimp.standin import NAMES, Standin
from storage.database import Database
from storage.mailchimp import Client
from storage.mailchimp_wire import Timing
from storage.tables import Job
from tests.conftest import NOW

ME = "U0OLIVIA"
OLD, NEW = "ada@gmial.com", "ada@gmail.com"
TEXTS = ("Email", "Customised online advertising")

MEMBER_PATH = "/lists/[^/]+/members/[^/]+"


def client_of(mailchimp: Standin) -> Client:
    """Its client, which never sleeps between two tries."""
    return Client(mailchimp.key, mailchimp.url, timing=Timing(pause=lambda _seconds: None))


def audience_of(
    mailchimp: Standin,
    *,
    fields: Iterable[MergeField] = (),
    permissions: Iterable[str] = (),
    double_optin: bool = False,
    **old: Any,
) -> str:
    """Its id; with one cleaned contact, `OLD`. `old`: any other part of it, such as `tags` or `merge`."""
    audience = mailchimp.add_list(
        "News", double_optin=double_optin, merge_fields=(*NAMES, *fields), permissions=permissions
    )
    merge = '{"FNAME": "Ada", "LNAME": "Roy"}'
    mailchimp.put(audience, OLD, **{"merge": merge, **old})
    mailchimp.clean(audience, OLD)
    return audience


def mirrored(database: Database, client: Client, now: datetime = NOW) -> int:
    """Brings the only mirror up to date; its id."""
    [audience_id] = mirror.discover(database, client, now)
    job = mirror.request(database, audience_id, by="cli", now=now)
    claimed = jobs.claim_one(database, job.id, "test", now)
    assert claimed
    for step in mirror.work(client, database, claimed, lambda: now):
        claimed = step
    jobs.told(database, claimed, now)
    return audience_id


def never(mailchimp: Standin, method: str = "*", path: str = MEMBER_PATH) -> None:
    """From now on it fails at these calls."""
    mailchimp.faults.add(Kind.SERVER_ERROR, method, path, times=None)


def steps(work: Iterator[Job]) -> Job:
    """Works to the end; the job then."""
    last = None
    for last in work:  # noqa: B007  the last one is what is wanted
        pass
    assert last
    return last
