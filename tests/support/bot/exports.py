"""Exports in tests: a channel that keeps the files it is given, and checks of their contents."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.exports import exports
from bot.jobs.files import Contents, ExpectedFile, SharedFiles
from storage.contacts.contacts import Segment
from storage.core.database import Database
from tests.conftest import NOW


@dataclass
class Desk:
    """Takes files as Slack does, and can be told to fail."""

    taken: dict[str, bytes] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    shown: list[tuple[str, str | None]] = field(default_factory=list)
    fail_after_showing: bool = False

    def expect(self, name: str, size: int) -> ExpectedFile:
        file_id = f"F{len(self.names)}"
        self.names[file_id] = name
        assert size > 0
        self.taken[file_id] = b" " * size
        return ExpectedFile(file_id, "https://files.example/1")

    def send(self, upload: ExpectedFile, contents: Contents) -> Iterator[int]:
        body = b""
        for piece in contents.pieces():
            body += piece
            yield len(body)
        assert len(body) == len(self.taken[upload.file_id]) == contents.size
        self.taken[upload.file_id] = body

    def shared(self, file_ids: Sequence[str]) -> SharedFiles | None:
        shown = any(each == file_ids[0] for each, _ in self.shown)
        return SharedFiles(tuple(map(link, file_ids))) if shown else None

    def share(self, names: Mapping[str, str], channel: str | None) -> SharedFiles:
        assert all(name == self.names[file_id] for file_id, name in names.items())
        self.shown += [(file_id, channel) for file_id in names]
        if self.fail_after_showing:
            self.fail_after_showing = False
            raise ConnectionError
        return SharedFiles(tuple(map(link, names)))


def link(file_id: str) -> str:
    return f"https://x.example/{file_id}"


def confirmed(database: Database, segment: Segment) -> exports.ExportPlan:
    preview = exports.plan(database, segment, by="U1", now=NOW)
    exports.confirm(database, preview.id, by="U1", now=NOW, channel="D1")
    return preview


def written(database: Database, **how) -> tuple[int, str]:
    out = io.BytesIO()
    n = exports.write(database, "News", out, now=NOW, **how)
    return n, out.getvalue().decode()


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


MOST = 500  # bytes of a file: the header and three rows


def assert_whole(database: Database, desk: Desk) -> None:
    """What is shown is every contact once, in files that can each be read."""
    shown = [desk.taken[file_id] for file_id, _ in desk.shown]
    assert len({body.partition(b"\r\n")[0] for body in shown}) == 1
    found = [row for body in shown for row in rows(body.decode())]
    assert found == rows(written(database)[1])
