"""The file of refused rows: once corrected, it is imported as if the first file had been right."""

import csv
import io
import zipfile
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.imports import imports
from bot.imports.jobs import IMPORT, ImportJob
from handlers.slack.jobs import refused_rows
from handlers.words import Words
from handlers.words import words as words_for
from storage.core.database import Database
from tests.conftest import NOW
from tests.support.audiences import run
from tests.support.figures import contacts, emptied

WRONG = "§"  # where an address that is refused should have its @
CELLS = st.one_of(
    st.text(st.characters(exclude_characters="\0§\ufffd", exclude_categories=["Cs"]), max_size=6),
    st.text(st.sampled_from("=+-@'\"\t\r\n,; aé\x1f\u2028"), max_size=6),
)
ROWS = st.lists(st.tuples(st.sampled_from("@§"), CELLS, CELLS, st.sampled_from("12")), min_size=1, max_size=6)
NAMES = ["list.csv", "subscribed_members_export.csv", "unsubscribed_email_audience_export_1.csv"]
HEADERS = [
    ("Email", "Likes, dislikes", "=Note", "MEMBER_RATING"),
    ("Courriel", "", "Note", "CLEAN_TIME"),
    ("E-mail", "CLEAN_DIAGNOSTIC", "SUGGESTED_ADDRESS", "Note"),
    ("Email", "Motif du refus", "Note", "Statut"),
]


def import_(database: Database, audience: str, name: str, content: bytes) -> ImportJob:
    file = io.BytesIO(content)
    imports.receive(database, file, name=name, audience=audience, by="U1", now=NOW, status="pending")
    return run(database, IMPORT, imports.work)


def refused(database: Database, job: ImportJob, words: Words) -> bytes:
    return b"".join(refused_rows.csv(words, database, [job.id]))


def in_audience(database: Database, job: ImportJob) -> list[dict[str, Any]]:
    found = contacts(database, without=("id", "revision"))
    return [contact for contact in found if contact.pop("audience_id") == job.audience_id]


def written(header: tuple[str, ...], rows: Sequence[tuple[str, ...]], delimiter: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([header, *rows])
    return text.getvalue().encode()


@settings(max_examples=15)
@given(
    ROWS,
    st.sampled_from(HEADERS),
    st.sampled_from(",;\t"),
    st.sampled_from(NAMES),
    st.sampled_from(["en", "fr"]),
)
@example([("§", "+33 1", "'=x", "1"), ("§", "a;b,c", '"', "2")], HEADERS[0], ";", NAMES[1], "fr")
def test_what_was_refused_is_imported_as_it_stands_once_it_is_corrected(
    database: Database, rows, header: tuple[str, ...], delimiter: str, name: str, language: str
):
    times = ("", "", "2026-11-01", "2026-11-02")
    lines = [
        (f"p{n}{at}example.com", a, b, times[int(c) + 1] if "CLEAN_TIME" in header else "")
        for n, (at, a, b, c) in enumerate(rows)
    ]
    with_errors = written(header, lines, delimiter)
    job = import_(database, "A", name, with_errors)
    assert job.outcome.refused == sum(at == WRONG for at, *_ in rows)
    if job.outcome.refused:
        file = refused(database, job, words_for(language))
        import_(database, "A", f"{name}.refused.csv", file.replace("§".encode(), b"@"))
    right = import_(database, "B", name, with_errors.replace("§".encode(), b"@"))
    assert in_audience(database, job) == in_audience(database, right)
    emptied(database)


def test_files_of_an_archive_keep_the_status_that_their_names_tell(database: Database):
    words = words_for("en")
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr("subscribed_members_export_1.csv", "Email Address,Name\nann§b.fr,Ann\n")
        archive.writestr("cleaned_members_export_1.csv", "Name,E-mail,CLEAN_TIME\nBob,bob§b.fr,2026-11-01\n")
        archive.writestr("unsubscribed_members_export_1.csv", "Email Address,Town\nzoé,Lyon\n")
    job = import_(database, "News", "all.zip", body.getvalue())
    file = refused(database, job, words)
    header, *rows = csv.reader(io.StringIO(file.decode("utf-8-sig")))
    assert header == [words("import-refused-reason"), "Email Address", "Name", "CLEAN_TIME", "Town", "Status"]
    assert sorted(row[1:] for row in rows) == [
        ["ann§b.fr", "Ann", "", "", "subscribed"],
        ["bob§b.fr", "Bob", "2026-11-01", "", "cleaned"],
        ["zoé", "", "", "Lyon", "unsubscribed"],
    ]
    assert "subscribed_members_export_1.csv" in str(rows)
    again = import_(database, "News", "all.zip.refused.csv", file.replace("§".encode(), b"@"))
    assert (again.outcome.added, again.outcome.refused) == (2, 1)
    assert {c["address"]: c["status"] for c in in_audience(database, again)} == {
        "ann@b.fr": "subscribed",
        "bob@b.fr": "cleaned",
    }


@pytest.mark.parametrize("bad", ["a@b.fr,x,y", "no,x,y", 'a@b.fr,"x" y', 'a@b.fr,"x'])
def test_a_row_that_could_not_be_read_stands_in_its_columns(database: Database, bad: str):
    job = import_(database, "News", "list.csv", f"Email,Note\n{bad}\n".encode())
    [_, row] = csv.reader(io.StringIO(refused(database, job, words_for("en")).decode("utf-8-sig")))
    assert row[1:] == bad.split(",")


def test_what_is_not_corrected_is_refused_again(database: Database):
    content = b"Email,Note\nno,\na@b.fr,x,y\n\xc3\xa9@c.fr,\0\n"
    job = import_(database, "News", "list.csv", content)
    again = import_(database, "News", "list.csv.refused.csv", refused(database, job, words_for("fr")))
    assert (again.outcome.added, again.outcome.refused) == (0, job.outcome.refused)
