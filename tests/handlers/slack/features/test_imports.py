"""`/cleaned-import` in the local workspace, from the modal to the receipt."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import select

from bot.audiences import audiences
from bot.demo.samples import SAMPLES, archive
from bot.imports import imports
from bot.imports.jobs import IMPORT, ImportJob
from bot.jobs.jobs import Recipient
from handlers.slack.context import AppContext
from handlers.slack.features import imports as handler
from handlers.slack.views import imports as views
from handlers.standins.slack.server import Workspace
from handlers.words import Words
from handlers.words import words as words_for
from storage.imports.tables import RefusedRow
from tests.conftest import NOW
from tests.support import bots
from tests.support.figures import assert_exact
from tests.support.jobs import job_value
from tests.support.slack import CAMILLE, OLIVIA, SAM, Person, refusals

ROOT = Path(__file__).parents[4]
ENGLISH, FRENCH = words_for("en"), words_for("fr")


@pytest.fixture
def bot(database_url: str) -> Iterator[tuple[Workspace, AppContext]]:
    """A workspace and the bot in it, on each engine."""
    with bots.bot(database_url) as made:
        yield made
        assert refusals(made[0]) == []


def begin(workspace: Workspace, user: str = OLIVIA, text: str = "") -> Person:
    person = Person(workspace, user)
    person.command(f"/cleaned-import {text}".strip())
    person.wait_modal(lambda view: view.get("callback_id") == views.SUBMIT)
    return person


def chosen(person: Person, path: Path, content: bytes) -> list[dict[str, Any]]:
    path.write_bytes(content)
    return [person.upload(path)]


def receipt(person: Person, key: str, words: Words = ENGLISH, **values: Any) -> dict[str, Any]:
    return person.wait_message(words(key, **values), channel=person.direct_messages(), seconds=30)


@pytest.mark.parametrize(("user", "words"), [(OLIVIA, ENGLISH), (CAMILLE, FRENCH)], ids=["en", "fr"])
def test_an_archive_goes_in_and_the_receipt_has_its_figures(
    bot: tuple[Workspace, AppContext], user: str, words: Words, tmp_path: Path
):
    workspace, parts = bot
    with begin(workspace, user) as person:
        file = chosen(person, tmp_path / "all.zip", archive(SAMPLES[1], NOW))
        assert person.submit(**{views.FILE: file, views.NAME: "Club"}) == {}
        message = receipt(person, "import-done", words, n=763, audience="Club")
        assert words("import-added", n=763) in json.dumps(message, ensure_ascii=False)
        modal = person.wait_modal(lambda view: "763" in str(view))
        assert modal["title"]["text"] == words("import-title")
    assert len(audiences.list_all(parts.database)) == 1
    assert_exact(parts.database)


def test_refused_rows_come_as_a_file_and_a_second_import_goes_into_the_chosen_audience(
    bot: tuple[Workspace, AppContext], tmp_path: Path
):
    workspace, parts = bot
    with begin(workspace, text="News") as person:
        file = chosen(person, tmp_path / "a.csv", b"Email,Town\na@example.com,Lyon\nbad,\n")
        assert person.submit(**{views.FILE: file, views.STATUS: "pending"}) == {}
        receipt(person, "import-refused-sent", n=1)
        [shared] = [
            file for message in person.messages(person.direct_messages()) for file in message.get("files", [])
        ]
        corrected = person.download(shared)
        rows = list(csv.reader(io.StringIO(corrected.decode("utf-8-sig"))))
        why = ENGLISH("import-refused-at", line="3", why=ENGLISH("import-reason-no-at"))
        assert rows == [[ENGLISH("import-refused-reason"), "Email", "Town"], [why, "bad", ""]]
        [news] = audiences.list_all(parts.database)
        person.dismiss(everything=True)
        person.command("/cleaned-import News")
        person.wait_modal(lambda view: view.get("callback_id") == views.SUBMIT)
        file = chosen(person, tmp_path / "b.csv", corrected.replace(b"bad", b"b@example.com"))
        assert person.submit(**{views.FILE: file, views.AUDIENCE: str(news.id)}) == {}
        receipt(person, "import-from", name="b.csv")
    with parts.database.reading() as session:
        assert session.exec(select(RefusedRow)).all() == []
    assert len(audiences.list_all(parts.database)) == 1


def test_what_is_missing_is_told_where_it_is_chosen_and_nothing_is_lost(
    bot: tuple[Workspace, AppContext], tmp_path: Path
):
    workspace, parts = bot
    with begin(workspace) as first:
        file = chosen(first, tmp_path / "a.csv", b"Email\na@example.com\n")
        assert first.submit(**{views.FILE: file, views.NAME: "News"}) == {}
        receipt(first, "import-done", n=1, audience="News")
        first.dismiss(everything=True)
        first.command("/cleaned-import nonesuch")
        modal = first.wait_modal(lambda view: view.get("callback_id") == views.SUBMIT)
        assert "nonesuch" in str(modal)
        errors = first.submit(**{views.FILE: file, views.NAME: ""})
        assert errors == {views.NAME: ENGLISH("error-import-no-audience")}
        assert first.submit(**{views.NAME: "Other"}) == {}
        receipt(first, "import-done", n=1, audience="Other")
    assert len(audiences.list_all(parts.database)) == 2


def test_a_workbook_fails_with_a_sentence_and_leaves_no_audience(
    bot: tuple[Workspace, AppContext], tmp_path: Path
):
    workspace, parts = bot
    with begin(workspace, CAMILLE) as person:
        book = bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 100
        file = chosen(person, tmp_path / "book.csv", book)
        assert person.submit(**{views.FILE: file, views.NAME: "Club"}) == {}
        receipt(person, "excel-workbook", FRENCH, name="book.csv")
    assert audiences.list_all(parts.database) == []


def test_who_is_no_operator_is_told_so(bot: tuple[Workspace, AppContext]):
    workspace, _ = bot
    with Person(workspace, SAM) as sam:
        sam.command("/cleaned-import")
        sam.wait_message("Only operators can do that")


def test_a_file_that_slack_no_longer_hands_out_is_told_and_not_tried_forever(
    bot: tuple[Workspace, AppContext],
):
    workspace, parts = bot
    with Person(workspace) as olivia:
        imports.request(
            parts.database,
            slack_file="F0GONE",
            name="gone.csv",
            audience="News",
            by=OLIVIA,
            now=parts.clock(),
            status="pending",
            recipient=Recipient(OLIVIA, "en"),
            once="V1",
        )
        parts.wake()
        receipt(olivia, "error-import-not-fetched", name="gone.csv")
        workspace.refused.clear()


def a_job() -> ImportJob:
    return job_value(IMPORT, {"name": "x.csv", "audience": "News", "status": "pending", "slack_file": "F1"})


def test_slack_s_sign_in_page_is_not_taken_for_the_file(monkeypatch: pytest.MonkeyPatch):
    """A token without files:read is answered 200, with a page."""
    pages = httpx.MockTransport(lambda _: httpx.Response(200, html="<html>Sign in</html>"))
    monkeypatch.setattr(httpx, "stream", httpx.Client(transport=pages).stream)
    client = _Client({"url_private_download": "https://files.example.com/x", "size": 1})
    with pytest.raises(handler.NotFetched):
        list(handler._fetch(client, a_job(), io.BytesIO()))  # type: ignore[arg-type]


def test_a_file_beyond_the_limit_is_not_fetched():
    client = _Client({"url_private_download": "https://files.example.com/x", "size": 10**9})
    with pytest.raises(handler.FileTooLarge):
        list(handler._fetch(client, a_job(), io.BytesIO()))  # type: ignore[arg-type]


class _Client:
    """Answers files.info and nothing else."""

    token = "xoxb-x"

    def __init__(self, file: dict[str, Any]) -> None:
        self._file = {"name": "x.csv"} | file

    def files_info(self, **_: Any) -> dict[str, Any]:
        return {"file": self._file}
