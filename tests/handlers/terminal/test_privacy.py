"""`cleaned forget` and `cleaned person`: what they print, in both languages, and the typed word."""

import io
import json
from pathlib import Path

import pytest

from bot.privacy import forget
from handlers import cli
from handlers.terminal.checks import command as check
from handlers.words import words
from storage.core.database import Database
from tests.support.audiences import import_csv, statuses

ANN = "ann@example.com"


@pytest.fixture(autouse=True)
def audience(database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> int:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    monkeypatch.delenv("CLEANED_CONFIRMATION_WORD", raising=False)
    return import_csv(database, f"Email,First Name\n{ANN},Ann\nbob@example.com,Bob")


def typed(monkeypatch: pytest.MonkeyPatch, text: str, *options: str) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    return cli.main(["forget", ANN, *options])


def test_a_person_is_shown_erased_and_let_in_again(
    database: Database, audience: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    assert cli.main(["person", ANN, "--json"]) == cli.DONE
    shown = json.loads(capsys.readouterr().out)
    assert shown["tables"]["contact"][0]["merge_fields"] == {"First Name": "Ann"}
    assert typed(monkeypatch, "Forget\n") == cli.DONE
    printed = capsys.readouterr()
    assert "1 audience: News" in printed.err
    assert "The person is erased: 1 entry" in printed.out
    assert ANN not in printed.out
    assert statuses(database, audience).keys() == {"bob@example.com"}
    assert cli.main(["person", ANN]) == cli.DONE
    assert "was forgotten" in capsys.readouterr().out
    Path("list.csv").write_text(f"Email\n{ANN}\n", encoding="utf-8")
    assert cli.main(["import", "list.csv", "--audience", "News"]) == cli.DONE
    assert "1 row is about a person who was forgotten here" in capsys.readouterr().out
    assert [cli.main(["forget", ANN, "--lift"]) for _ in range(2)] == [cli.DONE, cli.FAILED]


@pytest.mark.parametrize(
    ("locale", "word", "said"), [("en", "oublier", "FORGET"), ("fr_FR", "forget", "OUBLIER")]
)
def test_another_word_erases_nobody(
    database: Database,
    audience: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    locale: str,
    word: str,
    said: str,
):
    monkeypatch.setenv("LC_ALL", locale)
    for text in (f"{word}\n", "", "\n"):
        assert typed(monkeypatch, text) == cli.FAILED
        assert said in capsys.readouterr().err.splitlines()[-1]
    assert not forget.is_forgotten(database, ANN)
    assert ANN in statuses(database, audience)


def test_what_is_no_address_is_one_line(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["person", "ann"]) == cli.FAILED
    assert capsys.readouterr().err == f"cleaned: {words('en')('error-forget-no-address')}\n"


def test_check_says_how_long_things_are_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("CLEANED_KEEP_BOUNCES", "365")
    check.run(words("en"))
    assert (
        "Kept: bounces 365 days, journal without end, records of exports without end, what was set aside 30 days."
        in capsys.readouterr().out
    )
