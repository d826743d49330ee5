"""Every view and message of an import: within Slack's limits in both languages, and no sentence is missing."""

import json
from typing import Any, get_args

import pytest

from bot.audiences.audiences import Audience
from bot.core.addresses import BadAddressReason
from bot.imports.imports import ImportReceipt
from bot.imports.jobs import IMPORT, ImportJob
from bot.imports.reading import NoAddressColumnInFile
from bot.imports.refused import RefusedLine
from handlers.slack.features import imports as handler
from handlers.slack.views import imports as views
from handlers.words import LANGUAGES, Words
from handlers.words import words as words_for
from storage.files import spreadsheet_errors
from storage.files.formulas import is_refused_file
from storage.files.spreadsheet_errors import Danger, SpreadsheetError, UnsafeArchive
from storage.files.spreadsheets import RefusedRecord
from tests.support.jobs import job_value
from tests.support.limits import HOSTILE, problems

COUNTS = (0, 1, 2, 11, 1_000_000)
LONG = f"Lettre d\u2019information & {HOSTILE} *de* l\u2019association " * 40
REASONS = [
    *BadAddressReason,
    "bad-status",
    "bad-time",
    *(f"row-{reason}" for reason in get_args(RefusedRecord.__annotations__["reason"])),
]
# What any of the errors about files may name.
VALUES: dict[str, Any] = {"name": LONG, "columns": LONG, "limit": 1024, "line": 7, "size": 600, "most": 512}


@pytest.fixture(params=LANGUAGES, scope="module")
def words(request: pytest.FixtureRequest) -> Words:
    return words_for(request.param)


def a_job(task: dict[str, Any] | None = None, **columns: Any) -> ImportJob:
    return job_value(IMPORT, {"name": LONG, "audience": LONG, "status": "pending", **(task or {})}, **columns)


def a_result(n: int) -> dict[str, int]:
    return {"added": n, "changed": n, "unchanged": n, "refused": n}


def errors() -> list[tuple[str, dict[str, Any]]]:
    plain = [each.key for each in _kinds(SpreadsheetError) if each is not UnsafeArchive]
    unsafe = [(UnsafeArchive.key, {"name": LONG, "danger": danger}) for danger in get_args(Danger)]
    ours = [NoAddressColumnInFile.key, handler.FileTooLarge.key, handler.NotFetched.key]
    return [*((key, VALUES) for key in plain + ours), *unsafe]


def _kinds(error: type[SpreadsheetError]) -> list[type[SpreadsheetError]]:
    return [error, *error.__subclasses__()]


@pytest.mark.parametrize("audiences", [0, 1, 100, 101])
def test_the_form(words: Words, audiences: int):
    everyone = [Audience(n, LONG) for n in range(1, audiences + 1)]
    for chosen in (None, 1):
        assert problems("modal", views.form(words, everyone, chosen, LONG)) == []
    assert problems("modal", views.started(words, LONG, LONG)) == []


@pytest.mark.parametrize("n", COUNTS)
def test_progress_and_receipt(words: Words, n: int):
    kept = {"name": LONG, "audience": LONG, "size": 1}
    for job in (
        a_job(),
        a_job(kept, state="running", done=n, total=1_000_000),
        a_job(kept, state="done", result=a_result(n)),
        a_job(kept, state="done", result=a_result(n), cursor={"refused_file": "F1"}),
    ):
        for audience in ("", LONG):
            assert problems("message", views.message(words, ImportReceipt(job, audience))) == []


@pytest.mark.parametrize(("key", "values"), errors())
def test_each_way_a_file_can_be_unusable_has_a_sentence(words: Words, key: str, values: dict[str, Any]):
    for outcome in ({}, {"outcome": a_result(3)}):
        failed = a_job(state="failed", result={"error": key, "values": values}, cursor=outcome)
        assert problems("message", views.message(words, ImportReceipt(failed, ""))) == []
    assert words(key, **values)


def test_the_dangers_of_an_archive_are_told_apart(words: Words):
    told = {words(UnsafeArchive.key, name="x", danger=danger) for danger in get_args(Danger)}
    assert len(told) == len(get_args(Danger))


@pytest.mark.parametrize("reason", REASONS)
def test_each_reason_for_a_refused_row_has_a_sentence(words: Words, reason: str):
    line = RefusedLine(file="x.csv", line=3, reason=reason, cells=("a", "b"))
    why, *cells = views.refused_row(words, line, several=False)
    assert cells == ["a", "b"]
    assert words(f"import-reason-{reason}") in why
    assert "3" in why
    assert "x.csv" in views.refused_row(words, line, several=True)[0]


def test_the_column_of_reasons_is_known_when_it_is_imported(words: Words):
    assert is_refused_file([words("import-refused-reason")])


def test_names_from_outside_bring_no_mention_and_no_link():
    said = json.dumps(
        views.message(
            words_for("en"), ImportReceipt(a_job({"name": "<!channel>", "audience": "<@U1>"}), "<@U1>")
        )
    )
    assert "<!" not in said
    assert "<@" not in said


def test_every_error_about_files_is_one_that_is_known_here():
    found = {each for each in vars(spreadsheet_errors).values() if isinstance(each, type)}
    assert {each for each in found if issubclass(each, SpreadsheetError)} == set(_kinds(SpreadsheetError))
