"""Strangers at the web port: half-open connections, compressed bombs, slow bodies, malformed requests.

`python -m tests.tools.strangers` starts the real bot over HTTP in a local workspace, and attacks it from another process
while right requests are sent: `/cleaned help`, `/health` and a signed webhook, each over a new connection. It prints how
long these took, by how much the bot's memory grew, and how many lines its log has. `--only bombs slow` names attacks.
"""

import argparse
import asyncio
import gzip
import http.client
import os
import resource
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

from handlers.slack import manifest
from handlers.standins.slack.server import Workspace
from storage.core import schema
from storage.core.database import Database
from tests.handlers.web.webhooks import conftest as senders
from tests.handlers.web.webhooks import samples
from tests.support.audiences import import_csv
from tests.support.slack import CAMILLE, Person

HOST = "127.0.0.1"
CONNECTIONS = 5_000
BOMBS = 50
SLOW, SLOW_BYTES = 4, 400_000  # clients, and bytes a second of each
FILES_OF_THE_BOT = 1_024  # the usual limit of a service
PROBE_SECONDS = 0.1
FAILED_AFTER = 10.0  # seconds

BOMB_BYTES = 400 << 20
COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "deflate": zlib.compress}
BOMBS_MADE: dict[str, bytes] = {}

HALVES = (
    b"",
    b"POST /slack/events HTTP/1.1\r\nHost: bot\r\nX-A: ",
    b"POST /slack/events HTTP/1.1\r\nHost: bot\r\nContent-Length: 1000\r\n\r\n{",
    b"POST /bounces/json HTTP/1.1\r\nHost: bot\r\nContent-Length: 1000\r\n\r\n{",
)
MALFORMED = (
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03secret-of-someone\r\n\r\n",
    b"GET / HTTP/1.1\r\nAuthorization secret-of-someone\r\n\r\n",
    b"POST /slack/events HTTP/1.1\r\nContent-Length: secret-of-someone\r\n\r\n",
    b"POST /bounces/json HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nsecret-of-someone\r\n",
    b"GET /" + b"secret-of-someone" * 1_000 + b" HTTP/1.1\r\n\r\n",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--only", nargs="+", choices=ATTACKS, default=["half-open", "bombs"])
    parser.add_argument("--connections", type=int, default=CONNECTIONS)
    parser.add_argument("--attack", type=int, metavar="PORT", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.attack:
        asyncio.run(_attack(given.attack, given.only, given.connections))
        return
    with tempfile.TemporaryDirectory(prefix="cleaned-strangers-") as folder, _bot(Path(folder)) as bot:
        bot.probe(3.0).print("before")
        idle = bot.memory()
        command = [
            sys.executable,
            "-m",
            "tests.tools.strangers",
            "--attack",
            str(bot.port),
            "--only",
            *given.only,
        ]
        attacker = subprocess.Popen(
            [*command, "--connections", str(given.connections)], stdout=subprocess.PIPE
        )
        assert attacker.stdout
        attacker.stdout.readline()  # the bombs are made
        bot.probe(given.seconds).print(f"during {', '.join(given.only)}")
        print(f"memory: {idle:.0f} MB idle, {bot.memory():.0f} MB now, {bot.memory('VmHWM'):.0f} MB at most")
        attacker.send_signal(signal.SIGINT)
        attacker.wait()
        bot.probe(3.0).print("after")
        print(f"log: {len(bot.log.read_bytes().splitlines())} lines, {bot.log.stat().st_size:,} bytes")
        print("bytes of strangers in the log:", b"secret-of-someone" in bot.log.read_bytes())


@dataclass
class _Figures:
    took: dict[str, list[float]] = field(default_factory=dict)  # seconds
    failed: dict[str, int] = field(default_factory=dict)

    def print(self, when: str) -> None:
        for name, seconds in self.took.items():
            print(
                f"{when}: {name}: {len(seconds)} answered, {self.failed.get(name, 0)} failed, median "
                f"{statistics.median(seconds or [0]) * 1000:.0f} ms, longest {max(seconds, default=0) * 1000:.0f} ms",
                flush=True,
            )


@dataclass
class _Bot:
    port: int
    pid: int
    log: Path
    person: Person

    def memory(self, which: str = "VmRSS") -> float:
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.split(f"{which}:")[1].split()[0]) / 1024

    def probe(self, seconds: float) -> _Figures:
        """Sends right requests of each kind, one after another."""
        figures, over = _Figures(), Event()
        probes = {"/cleaned help": self._command, "/health": self._health, "webhook": self._webhook}
        threads = [
            Thread(target=_repeat, args=(name, probe, figures, over)) for name, probe in probes.items()
        ]
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        over.set()
        for thread in threads:
            thread.join()
        return figures

    def _command(self) -> bool:
        return bool(self.person.command("/cleaned help")["ok"])

    def _health(self) -> bool:
        return self._request("GET", "/health") == 200

    def _webhook(self) -> bool:
        now = datetime.now(UTC)
        event = samples.own("soft", email="person1@example.com", id=str(time.time_ns()), at=now.isoformat())
        return self._request("POST", "/bounces/json", *senders.own([event], at=now)) == 200

    def _request(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> int:
        with closing(http.client.HTTPConnection(HOST, self.port, timeout=FAILED_AFTER)) as connection:
            connection.request(method, path, body, headers or {})
            return connection.getresponse().status


def _repeat(name: str, probe: Callable[[], bool], figures: _Figures, over: Event) -> None:
    took = figures.took[name] = []
    while not over.wait(PROBE_SECONDS):
        started = time.perf_counter()
        try:
            is_right = probe()
        except (OSError, http.client.HTTPException):
            is_right = False
        if is_right:
            took.append(time.perf_counter() - started)
        else:
            figures.failed[name] = figures.failed.get(name, 0) + 1


@contextmanager
def _bot(folder: Path) -> Iterator[_Bot]:
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = int(free.getsockname()[1])
    url, log = f"sqlite:///{folder}/cleaned.db", folder / "log"
    with closing(Database(url)) as database:
        schema.migrate(database)
        import_csv(database, "Email Address\nperson1@example.com", name="subscribed_x_export.csv")
    secret = senders.SETTINGS.bounce_secret
    assert secret
    with (
        Workspace(manifest.path(), request_url=f"http://{HOST}:{port}/slack/events") as workspace,
        Person(workspace, CAMILLE) as person,
        log.open("wb") as output,
    ):
        environment = os.environ | {
            "SLACK_API_URL": workspace.api_url,
            "SLACK_BOT_TOKEN": workspace.bot_token,
            "SLACK_APP_TOKEN": "",
            "SLACK_SIGNING_SECRET": workspace.signing_secret,
            "DATABASE_URL": url,
            "CLEANED_PORT": str(port),
            "CLEANED_BOUNCE_SECRET": secret.get_secret_value(),
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "handlers.cli", "run"],
            env=environment,
            stderr=output,
        )
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (FILES_OF_THE_BOT, FILES_OF_THE_BOT))
        bot = _Bot(port, process.pid, log, person)
        try:
            _wait(bot)
            yield bot
        finally:
            process.terminate()
            process.wait(30)


def _wait(bot: _Bot) -> None:
    for _ in range(300):
        with suppress(OSError):
            if bot._request("GET", "/health") == 200:
                return
        time.sleep(0.1)
    raise SystemExit(f"The bot did not start:\n{bot.log.read_text()}")


# The strangers, in a process of their own


async def _attack(port: int, names: Sequence[str], connections: int) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    BOMBS_MADE.update({name: compress(bytes(BOMB_BYTES)) for name, compress in COMPRESSIONS.items()})
    print("ready", flush=True)
    with suppress(asyncio.CancelledError, KeyboardInterrupt):
        await asyncio.gather(*(ATTACKS[name](port, connections) for name in names))


async def _half_open(port: int, connections: int) -> None:
    await asyncio.gather(*(_hold(port, HALVES[n % len(HALVES)]) for n in range(connections)))


async def _hold(port: int, half: bytes) -> None:
    """Holds a connection; opens another a second after it was closed."""
    while True:
        with suppress(OSError):
            reader, writer = await asyncio.open_connection(HOST, port)
            writer.write(half)
            while await reader.read(1_000):
                pass
            writer.close()
        await asyncio.sleep(1)


async def _bombs(port: int, _connections: int) -> None:
    each = [
        _repeat_request(port, f"POST {path} HTTP/1.1\r\nHost: bot\r\nContent-Encoding: {name}\r\n", bomb)
        for path in ("/slack/events", "/bounces/json")
        for name, bomb in BOMBS_MADE.items()
    ]
    await asyncio.gather(*(each[n % len(each)]() for n in range(BOMBS)))


def _repeat_request(port: int, head: str, body: bytes) -> Callable[[], Awaitable[None]]:
    request = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body

    async def send() -> None:
        while True:
            await _send(port, [request])
            await asyncio.sleep(0.1)

    return send


async def _send(port: int, parts: Sequence[bytes], pause: float = 0.0) -> None:
    """Sends the parts and reads until the bot closes the connection, or for five seconds."""
    with suppress(OSError, TimeoutError):
        reader, writer = await asyncio.open_connection(HOST, port)
        try:
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(pause)
            async with asyncio.timeout(5):
                while await reader.read(1_000):
                    pass
        finally:
            writer.close()


async def _slow(port: int, _connections: int) -> None:
    """Large bodies in small parts."""
    part = b"x" * (SLOW_BYTES // 100)
    head = f"POST /slack/events HTTP/1.1\r\nHost: bot\r\nContent-Length: {4 << 20}\r\n\r\n".encode()
    await _forever(SLOW, lambda: _send(port, [head, *[part] * 2_000], 0.01))


async def _slow_bombs(port: int, _connections: int) -> None:
    """The same, compressed: each byte would become a thousand."""
    bomb = BOMBS_MADE["gzip"]
    parts = [bomb[n : n + SLOW_BYTES // 100] for n in range(0, len(bomb), SLOW_BYTES // 100)]
    head = f"POST /slack/events HTTP/1.1\r\nHost: bot\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n"
    await _forever(SLOW, lambda: _send(port, [head.encode(), *parts], 0.01))


async def _chunks(port: int, _connections: int) -> None:
    """Chunks of one byte each."""
    head = b"POST /slack/events HTTP/1.1\r\nHost: bot\r\nTransfer-Encoding: chunked\r\n\r\n"
    part = b"1\r\nx\r\n" * (SLOW_BYTES // 600)
    await _forever(SLOW, lambda: _send(port, [head, *[part] * 2_000], 0.01))


async def _pipelined(port: int, _connections: int) -> None:
    """Many requests, none of which waits for the answer to the one before."""
    part = b"GET /health HTTP/1.1\r\nHost: bot\r\n\r\n" * (SLOW_BYTES // 3_500)
    await _forever(SLOW, lambda: _send(port, [part] * 2_000, 0.01))


async def _heads(port: int, _connections: int) -> None:
    """Heads that never end."""
    head = b"POST /slack/events HTTP/1.1\r\nHost: bot\r\n" + b"".join(
        b"X-%d: %s\r\n" % (n, b"x" * 8_000) for n in range(100)
    )
    await _forever(100, lambda: _send(port, [head], 0.01))


async def _malformed(port: int, _connections: int) -> None:
    await _forever(BOMBS, lambda: _all_malformed(port))


async def _all_malformed(port: int) -> None:
    for request in MALFORMED:
        await _send(port, [request])


async def _forever(n: int, attack: Callable[[], Awaitable[None]]) -> None:
    async def repeat() -> None:
        while True:
            await attack()
            await asyncio.sleep(0.01)

    await asyncio.gather(*(repeat() for _ in range(n)))


ATTACKS = {
    "half-open": _half_open,
    "bombs": _bombs,
    "slow": _slow,
    "slow-bombs": _slow_bombs,
    "chunks": _chunks,
    "pipelined": _pipelined,
    "heads": _heads,
    "malformed": _malformed,
}


if __name__ == "__main__":
    main()
