"""The terminal: exit statuses, one line for each error, both languages, files whole or not there."""

import contextlib
import csv
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.demo.samples import SAMPLES, archive
from bot.imports import imports, new_contacts
from bot.imports.jobs import ImportJob
from bot.jobs import jobs
from bot.jobs.jobs import Clock
from bot.workspaces import databases
from handlers import cli
from handlers.clock import utc_now
from handlers.terminal.arguments import SHELLS
from handlers.words import Words
from handlers.words import words as words_for
from storage.core.database import Database
from storage.jobs.jobs import LeaseLost
from tests.conftest import NOW

ROOT = Path(__file__).parents[3]
Run = Callable[..., int]


@pytest.fixture(params=["en_GB.UTF-8", "fr_FR.UTF-8"], ids=["en", "fr"])
def words(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Words:
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LANG", request.param)
    return words_for(request.param[:2])


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test reads this machine's settings."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith(("SLACK_", "CLEANED_", "DATABASE_", "MAILCHIMP_", "OTEL_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'cleaned.db'}")


@pytest.fixture
def on_both(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("DATABASE_URL", database_url)
    return database_url


def started(*arguments: str, **more: object) -> "subprocess.Popen[str]":
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "handlers.cli", *arguments]
    return subprocess.Popen(  # type: ignore[call-overload,no-any-return]  # pytest's environment, and text
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more
    )


def test_help_loads_nothing_that_takes_long():
    """It is there at once: neither SQL nor Slack nor Mailchimp is needed to say what can be asked for."""
    looking = "import sys\nfrom handlers import cli\ntry: cli.main(['--help'])\nfinally: print(*sys.modules)"
    shown = subprocess.run(
        [sys.executable, "-c", looking], cwd=ROOT, check=False, capture_output=True, text=True
    ).stdout
    assert "migrate" in shown
    slow = {"sqlalchemy", "sqlmodel", "pydantic", "slack_bolt", "slack_sdk", "httpx", "apscheduler"}
    assert slow.isdisjoint(shown.split())


@pytest.mark.parametrize("arguments", [["--help"], ["import", "--help"]])
def test_all_of_the_help_is_in_the_language(
    arguments: list[str], words: Words, capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert shown.startswith(words("terminal-usage"))
    assert words("terminal-help") in shown
    assert ("show" in shown) == (words.language == "en")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["foo"],
        ["--foo"],
        ["import"],
        ["import", "x.csv"],
        ["import", "x.csv", "--audience"],
        ["import", "x.csv", "--audience", "N", "--status", "archived"],
        ["counts", "extra"],
        *(["demo", "--port", number] for number in ("many", "-1", "65536", "9" * 30, "9" * 5_000, "1.5")),
        ["demo", "--mailchimp=x"],
        ["export"],
        ["export", "--audience", "N", "--json"],
        ["bounces"],
        ["bounces", "--from"],
        ["--print-completion", "tcsh"],
    ],
)
def test_wrong_use_is_one_line_and_2(arguments: list[str], words: Words, capsys: pytest.CaptureFixture[str]):
    assert cli.main(arguments) == cli.WRONG_USE
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("cleaned: ")
    assert "--help" in err
    assert ("Voyez" in err) == (words.language == "fr")


@pytest.mark.parametrize(
    ("arguments", "choices"),
    [
        (["foo"], cli._COMMANDS),
        (["import", "x.csv", "--audience", "N", "--status", "archived"], cli.STATUSES),
        (["import", "x.csv", "--audience", "N", "--status"], cli.STATUSES),
        (["bounces", "--from", "nobody"], cli.PROVIDERS),
        (["bounces", "--from"], cli.PROVIDERS),
        (["--print-completion", "tcsh"], SHELLS),
        (["demo", "--port", "65536"], ["0", "65535"]),
    ],
)
def test_a_wrong_value_gets_the_values_to_choose_from(
    arguments: list[str], choices: Iterable[str], words: Words, capsys: pytest.CaptureFixture[str]
):
    assert cli.main(arguments) == cli.WRONG_USE
    err = capsys.readouterr().err
    assert all(choice in err for choice in choices)
    assert arguments[0] == "foo" or arguments[-2] in err or arguments[-1] in err


@pytest.mark.parametrize("shell", SHELLS)
def test_completions_name_every_command_and_option(shell: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        cli.main(["--print-completion", shell])
    assert ended.value.code == 0
    script = capsys.readouterr().out
    assert all(name in script for name in (*cli._COMMANDS, *cli.PROVIDERS, *cli.STATUSES))
    options = [word for run in cli._COMMANDS for word in options_of(run)]
    assert all(option.removeprefix("--") in script for option in options)
    program = shutil.which(shell)
    if program and shell != "zsh":  # its completions need its own set-up
        subprocess.run([program, "-n"], input=script, text=True, check=True)


def options_of(command: str) -> list[str]:
    parser = cli.build_parser(words_for("en"))
    with pytest.raises(SystemExit), contextlib.redirect_stdout(io.StringIO()) as shown:
        parser.parse_args([command, "--help"])
    return re.findall(r"--[a-z]+", shown.getvalue())


def test_figures_for_programs_are_json_alone_on_standard_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "a.csv").write_text("Email,CLEAN_TIME\na@example.com,2026-11-01\nbad,\n")
    (tmp_path / "b.csv").write_text("Email\nb@example.com\n")

    def figures(*arguments: str, status: int = cli.DONE) -> Any:
        assert cli.main([*arguments, "--json"]) == status
        return json.loads(capsys.readouterr().out)

    first, second = figures("import", "a.csv", "b.csv", "--audience", "N")
    unchanged = {"changed": 0, "unchanged": 0, "forgotten": 0}
    assert first == {
        "file": "a.csv",
        "added": 1,
        "refused": 1,
        "refused_rows": "a.csv.refused.csv",
        **unchanged,
    }
    assert second == {"file": "b.csv", "added": 1, "refused": 0, "refused_rows": None, **unchanged}
    assert figures("export", "--audience", "N", "-o", "out.csv") == {"contacts": 1, "file": "out.csv"}
    assert [each["cleaned"] for each in figures("counts")] == [1]
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "1.eml").write_text("Subject: hello\n\nnothing\n")
    mail = figures("bounces", "mail", "--aside", "aside.csv")
    assert (mail["messages"], mail["cleaned"], mail["aside_file"]) == (1, 0, "aside.csv")
    assert {finding["fault"] for finding in figures("check", status=cli.FAILED)} == {True, False}


def test_an_export_for_excel_is_divided_as_excel_expects(
    words: Words, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "a.csv").write_text("Email,CLEAN_TIME\na@example.com,2026-11-01\n")
    assert cli.main(["import", "a.csv", "--audience", "N"]) == cli.DONE
    assert cli.main(["export", "--audience", "N", "--excel", "-o", "out.csv"]) == cli.DONE
    start = "Email Address;" if words.language == "fr" else "Email Address,"
    assert (tmp_path / "out.csv").read_bytes().startswith(f"\ufeff{start}".encode())


def test_advice_in_the_terminal_names_its_own_commands(words: Words, capsys: pytest.CaptureFixture[str]):
    assert cli.main(["export", "--audience", "N"]) == cli.FAILED
    err = capsys.readouterr().err
    assert "cleaned import" in err
    assert "/cleaned" not in err


def test_a_whole_archive_in_its_figures_and_out_again(
    on_both: str, words: Words, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """5,012 contacts; what is exported and read back changes nothing."""
    (tmp_path / "all.zip").write_bytes(archive(SAMPLES[0], NOW))
    assert cli.main(["import", "all.zip", "--audience", "Newsletter"]) == cli.DONE
    added = {"added": 5012, "changed": 0, "unchanged": 0, "refused": 0, "forgotten": 0}
    assert words("terminal-imported", name="all.zip", **added) in capsys.readouterr().out
    assert cli.main(["counts", "--json"]) == cli.DONE
    [figures] = json.loads(capsys.readouterr().out)
    assert (figures["audience"], figures["cleaned"], figures["counted"]) == ("Newsletter", 412, 4600)
    assert (figures["week"]["timezone"], figures["date_unknown"]) == ("UTC", 0)
    assert cli.main(["counts", "--audience", "newsletter"]) == cli.DONE
    assert words.number(4600) in capsys.readouterr().out
    assert cli.main(["export", "--audience", "Newsletter", "-o", "cleaned.csv"]) == cli.DONE
    assert words("terminal-exported", n=412, path="cleaned.csv") in capsys.readouterr().out
    assert cli.main(["import", "cleaned.csv", "--audience", "Newsletter"]) == cli.DONE
    same = {"added": 0, "changed": 0, "unchanged": 412, "refused": 0, "forgotten": 0}
    assert words("terminal-imported", name="cleaned.csv", **same) in capsys.readouterr().out
    name = Path(on_both).name
    assert {path.name for path in tmp_path.iterdir()} - {"all.zip", "cleaned.csv"} <= {
        name,
        f"{name}-wal",
        f"{name}-shm",
    }


def test_refused_rows_go_to_a_file_in_their_columns_with_the_reason(
    words: Words, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "a.csv").write_text("Email,Town\ngood@example.com,Lyon\nbad,\n")
    (tmp_path / "b.csv").write_text("Email\n=x\n")
    assert cli.main(["import", "a.csv", "b.csv", "--audience", "N", "--refused", "no.csv"]) == cli.DONE
    delimiter = ";" if words.language == "fr" else ","
    with (tmp_path / "no.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=delimiter))
    why = words("import-reason-no-at")
    assert rows == [
        [words("import-refused-reason"), "Email", "Town"],
        [words("import-refused-in", file="a.csv", line="3", why=why), "bad", ""],
        [words("import-refused-in", file="b.csv", line="2", why=why), "'=x", ""],
    ]
    assert words("terminal-in-all") in capsys.readouterr().out
    assert cli.main(["import", "b.csv", "--audience", "N"]) == cli.DONE
    assert (tmp_path / "b.csv.refused.csv").exists()


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        (["import", "missing.csv", "--audience", "N"], "terminal-file"),
        (["import", "book.xlsx", "--audience", "N"], "excel-workbook"),
        (["import", "names.csv", "--audience", "N"], "error-no-address-column"),
        (["import", "good.csv", "--audience", "N", "--refused", "no/where.csv"], "terminal-file"),
        (["counts"], "error-no-audience.terminal"),
        (["export", "--audience", "N"], "error-no-audience.terminal"),
    ],
)
def test_what_can_t_be_done_is_one_line_and_1(
    arguments: list[str], key: str, words: Words, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w") as packed:
        packed.writestr("[Content_Types].xml", "<x/>")
    (tmp_path / "book.xlsx").write_bytes(book.getvalue())
    (tmp_path / "names.csv").write_text("Name\nx\n")
    (tmp_path / "good.csv").write_text("Email\nbad\n")
    assert cli.main(arguments) == cli.FAILED
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    values = {"kind": "missing", "columns": "Name", "name": arguments[1] if len(arguments) > 1 else ""}
    if "no/where.csv" in arguments:
        values["name"] = "no/where.csv"
    assert err == f"cleaned: {words(key, **values)}\n"


@pytest.mark.parametrize(
    ("key", "url", "sentence"),
    [("0" * 32, "", "mailchimp-bad-key"), ("0" * 32 + "-us6", "mailchimp", "mailchimp-bad-base")],
)
def test_a_key_that_is_none_ends_the_run_with_a_sentence_and_changes_nothing(
    key: str,
    url: str,
    sentence: str,
    words: Words,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setenv("MAILCHIMP_API_KEY", key)
    monkeypatch.setenv("MAILCHIMP_API_URL", url)
    assert cli.main(["sync"]) == cli.FAILED
    assert capsys.readouterr().err == f"cleaned: {words(sentence)}\n"


def test_a_fault_nobody_foresaw_is_one_line_without_its_text(
    words: Words, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def fail(*_: object) -> None:
        raise RuntimeError("ada@example.com")

    monkeypatch.setattr(databases, "open_current", fail)
    assert cli.main(["counts"]) == cli.FAILED
    err = capsys.readouterr().err
    assert "RuntimeError" in err
    assert "ada@" not in err
    assert err.count("\n") == 1


def test_no_audience_is_an_empty_list_for_programs(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["counts", "--json"]) == cli.DONE
    assert json.loads(capsys.readouterr().out) == []


def test_migrate_says_whether_there_was_something_to_do(words: Words, capsys: pytest.CaptureFixture[str]):
    for key in ("terminal-migrated", "terminal-up-to-date"):
        assert cli.main(["migrate"]) == cli.DONE
        assert capsys.readouterr().out == words(key) + "\n"


def test_an_interrupted_import_is_carried_on_by_the_same_command(
    words: Words,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setattr(imports, "ROWS_PER_CHUNK", 50)  # a hundred new contacts
    lines = "\n".join(f"person{n}@example.com" for n in range(300))
    (tmp_path / "list.csv").write_text(f"Email\n{lines}\n")
    real, calls = new_contacts._add, iter((True, False))

    def once(*given: object) -> object:
        if not next(calls, True):
            raise KeyboardInterrupt
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(new_contacts, "_add", once)
    assert cli.main(["import", "list.csv", "--audience", "N"]) == cli.INTERRUPTED
    assert words("terminal-import-interrupted") in capsys.readouterr().err
    assert cli.main(["counts", "--json"]) == cli.DONE
    assert json.loads(capsys.readouterr().out)[0]["counted"] == 100
    assert cli.main(["import", "list.csv", "--audience", "N"]) == cli.DONE
    out, err = capsys.readouterr()
    assert words("terminal-carries-on", name="list.csv") in err
    assert words("terminal-imported", name="list.csv", added=300, changed=0, unchanged=0, refused=0) in out


def test_an_import_that_another_process_has_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """The bot may take the job first, or take it over: its outcome is told here."""
    (tmp_path / "list.csv").write_text("Email\na@example.com\n")
    real = jobs.claim_one

    def lose(database: Database, job: ImportJob, _owner: str, now: object) -> None:
        taken = real(database, job, "the bot", utc_now())
        assert taken
        for _step in imports.work(database, taken, utc_now):
            pass
        monkeypatch.setattr(jobs, "claim_one", real)

    monkeypatch.setattr(jobs, "claim_one", lose)
    assert cli.main(["import", "list.csv", "--audience", "N"]) == cli.DONE
    assert "1 added" in capsys.readouterr().out


def test_an_import_taken_over_goes_on_being_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "list.csv").write_text("Email\na@example.com\n")
    real, times = imports.work, iter((True,))

    def lost(database: Database, job: ImportJob, clock: Clock) -> Iterator[ImportJob]:
        if not next(times, False):
            return real(database, job, clock)
        jobs.release(database, job)
        raise LeaseLost

    monkeypatch.setattr(imports, "work", lost)
    assert cli.main(["import", "list.csv", "--audience", "N"]) == cli.DONE
    assert "1 added" in capsys.readouterr().out


def test_whoever_stops_reading_ends_the_export_quietly(tmp_path: Path):
    (tmp_path / "all.zip").write_bytes(archive(SAMPLES[0], NOW))
    assert cli.main(["import", "all.zip", "--audience", "N"]) == cli.DONE
    read, write = os.pipe()
    os.close(read)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "handlers.cli", "export", "--audience", "N"]
    ended = subprocess.run(command, env=environment, stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert (ended.returncode, ended.stderr) == (cli.FAILED, b"")


def test_an_export_that_fails_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "a.csv").write_text("Email\na@example.com\n")
    (tmp_path / "out.csv").write_text("before")
    assert cli.main(["import", "a.csv", "--audience", "N"]) == cli.DONE

    from bot.exports import exports

    def fail(_database: object, _audience: str, out: io.BytesIO, **_: object) -> int:
        out.write(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(exports, "write", fail)
    assert cli.main(["export", "--audience", "N", "-o", "out.csv"]) == cli.INTERRUPTED
    assert (tmp_path / "out.csv").read_text() == "before"
    assert sorted(path.name for path in tmp_path.glob("*out.csv*")) == ["out.csv"]


def test_ctrl_c_in_the_terminal_is_one_line(tmp_path: Path):
    """The process is interrupted while it reads a pipe that never ends."""
    os.mkfifo(tmp_path / "pipe")
    process = started("import", "pipe", "--audience", "N")
    with (tmp_path / "pipe").open("w"):  # opens once the other end is being read
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == cli.INTERRUPTED
    assert err.count("\n") == 1
    assert "Traceback" not in err
