"""Pages come out the same whoever reads them, and a process that reads them leaves nothing behind."""

import json
import os
import signal
from collections.abc import Iterator
from threading import Thread

import pytest

from bot.mailchimp.mirror import members, page_reader
from bot.mailchimp.mirror.members import MemberPage
from bot.mailchimp.mirror.page_reader import PageReader
from storage.contacts import values
from storage.contacts.contacts import TABLE

LABELS = {"FNAME": "First name"}


def _body(person: int = 1, total: int = page_reader.MANY) -> bytes:
    member = {
        "email_address": f"zoé{person}@x.example",
        "status": "cleaned",
        "web_id": person,
        "merge_fields": {"FNAME": "Zoé “Z” \\ \ud800", "AGE": 7},
        "last_changed": "2026-01-02T03:04:05+01:00",
        "tags": [{"name": "a, b"}],
    }
    return json.dumps({"members": [member, {"web_id": 9}], "total_items": total}).encode()


def _read(body: bytes) -> MemberPage:
    return members.page(body, 3, LABELS)


@pytest.fixture
def reader() -> Iterator[PageReader]:
    with PageReader(3, LABELS) as reader:
        yield reader


def test_the_process_reads_pages_as_this_one_does(reader: PageReader):
    first = reader.read(_body())
    process = reader._process
    assert process
    assert first == _read(_body())
    row = dict(zip(values.COLUMNS, first.rows[0], strict=True))
    assert json.loads(row["merge_fields"]) == {"First name": "Zoé “Z” \\ ?", "AGE": "7"}
    assert (row["status"], row["cleaned_at"]) == ("cleaned", "2026-01-02 02:04:05.000000")
    assert [reader.read(_body(n)) for n in range(2, 5)] == [_read(_body(n)) for n in range(2, 5)]
    assert reader._process is process, "it was the process that read them"


def test_columns_are_those_of_the_table():
    assert tuple(column.name for column in TABLE.columns) == values.COLUMNS


def test_a_small_audience_starts_no_process(reader: PageReader):
    reader.read(_body(total=page_reader.MANY - 1))
    assert reader._process is None


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"\xff"'])
def test_what_is_no_page_is_told_and_the_next_one_read(reader: PageReader, body: bytes):
    reader.read(_body())
    with pytest.raises(ValueError):
        reader.read(body)
    assert reader.read(_body(2)) == _read(_body(2))


def test_pages_are_read_on_when_the_process_is_killed(reader: PageReader):
    reader.read(_body())
    assert reader._process
    os.kill(reader._process.pid, signal.SIGKILL)
    assert [reader.read(_body(n)) for n in range(3)] == [_read(_body(n)) for n in range(3)]
    assert reader._process is None


def test_pages_are_read_where_no_process_can_be_had(reader: PageReader, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.executable", "/no/such/python")
    assert [reader.read(_body(n)) for n in range(3)] == [_read(_body(n)) for n in range(3)]


def test_the_process_ends_with_its_input(reader: PageReader):
    """So also when its parent is killed, which closes it."""
    reader.read(_body())
    process = reader._process
    assert process
    assert process.stdin
    process.stdin.close()
    assert process.wait(10) == 0


def test_closing_ends_the_process_while_threads_still_read():
    pages: list[MemberPage] = []
    reader = PageReader(3, LABELS)
    reader.read(_body())
    process = reader._process
    assert process
    threads = [Thread(target=lambda n=n: pages.append(reader.read(_body(n)))) for n in range(8)]
    for thread in threads:
        thread.start()
    reader.close()
    for thread in threads:
        thread.join(10)
    assert process.returncode is not None
    assert sorted(page.ids[0] for page in pages) == list(range(8))
