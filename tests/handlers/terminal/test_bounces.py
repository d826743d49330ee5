"""Bounced mail at the terminal and in the clock: summaries, exit statuses, both languages, no secret in a log."""

import csv
import io
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from slack_sdk import WebClient

from bot.bounces import mailbox, quarantine
from bot.bounces.quarantine import QuarantineItem
from bot.core import settings
from bot.workspaces import breakdowns
from handlers import cli
from handlers import scheduler as scheduling
from handlers.slack.context import AppContext
from handlers.slack.people import People
from handlers.terminal.checks import command as check
from handlers.words import Words
from storage.core.database import Database
from tests.conftest import NOW
from tests.support import mails
from tests.support.audiences import import_csv, statuses
from tests.support.imap import ASCII_PASSWORD, USER, Served, serving

ALL = [
    mails.bounce("ada@example.com"),
    mails.full("bob@example.com"),
    mails.complaint("cy@example.com"),
    mails.away("ada@example.com"),
    mails.LETTER,
    mails.bounce("nobody@example.com"),
    mails.nobody_s(),
]


@pytest.fixture(autouse=True)
def audience_id(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> int:
    """Three subscribed contacts in the database of the settings; no test reads this machine's."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith(("SLACK_", "CLEANED_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("DATABASE_URL", database_url)
    rows = "Email\nada@example.com\nbob@example.com\ncy@example.com\n"
    return import_csv(database, rows, name="subscribed_email_audience_export_x.csv")


@pytest.fixture
def served() -> Iterator[Served]:
    with serving(Served()) as running:
        yield running


def figures(out: str) -> dict[str, str]:
    """Name → number, of the summary."""
    rows = (line.strip().rsplit("  ", 1) for line in out.splitlines())
    return {row[0].strip(): row[1].strip() for row in rows if len(row) == 2}


def test_the_summary_says_what_became_of_all_and_a_second_run_is_safe(
    database: Database, audience_id: int, words: Words, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "in/cur").mkdir(parents=True)
    for n, raw in enumerate(ALL[:4]):
        (tmp_path / f"in/cur/{n}:2,").write_bytes(raw)
    (tmp_path / "rest.mbox").write_bytes(b"".join(b"From x\n" + raw + b"\n" for raw in ALL[4:]))
    assert cli.main(["bounces", "in", "rest.mbox"]) == cli.DONE
    out, err = capsys.readouterr()
    assert err == ""
    told = figures(out)
    expected = {
        "messages": 7, "found": 4, "hard": 2, "soft": 1, "complaint": 1, "cleaned": 2, "counted": 1,
        "unknown": 1, "none": 2, "auto-reply": 1, "not-a-bounce": 1, "unused": 1,
    }  # fmt: skip
    assert {name: told[words(f"bounces-{name}")] for name in expected} == {
        n: str(v) for n, v in expected.items()
    }
    assert words("bounces-hint", n=2) in out
    assert statuses(database, audience_id)["ada@example.com"] == "cleaned"
    assert cli.main(["bounces", "in", "rest.mbox"]) == cli.DONE
    told = figures(capsys.readouterr().out)
    assert told[words("bounces-repeated")] == "3"
    assert words("bounces-cleaned") not in told, "a figure of 0 is left out"


def test_what_was_kept_aside_is_a_csv_with_the_reason_in_words(
    database: Database, words: Words, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """Of this run with a path; without one, all of it, wherever it came from."""
    quarantine.add(
        database, [QuarantineItem("1", "ses", "unknown-address", "=x@example.com", "hard 5.1.1")], NOW
    )
    (tmp_path / "box").write_bytes(b"".join(b"From x\n" + raw + b"\n" for raw in ALL))
    assert cli.main(["bounces", "box", "--aside", "aside.csv"]) == cli.DONE
    assert words("bounces-aside-written", n=2, path="aside.csv") in capsys.readouterr().out
    header, *rows = csv.reader(io.StringIO((tmp_path / "aside.csv").read_text()))
    assert header == [words(f"aside-{name}") for name in ("when", "where", "why", "address", "detail")]
    unknown, whose = words("aside-unknown-address"), words("aside-no-recipient")
    assert [row[1:4] for row in rows] == [["box#6", unknown, "nobody@example.com"], ["box#7", whose, ""]]
    assert cli.main(["bounces", "--aside", "all.csv"]) == cli.DONE
    assert words("bounces-aside-written", n=3, path="all.csv") in capsys.readouterr().out
    rows = list(csv.reader(io.StringIO((tmp_path / "all.csv").read_text())))
    assert rows[1] == ["2026-11-24T09:30:00+00:00", "ses", unknown, "'=x@example.com", "hard 5.1.1"]


def test_nothing_asked_is_wrong_use(words: Words, capsys: pytest.CaptureFixture[str]):
    assert cli.main(["bounces"]) == cli.WRONG_USE
    err = capsys.readouterr().err
    assert "cleaned bounces --help" in err
    assert err.count("\n") == 1


def test_an_audience_that_is_not_there_is_said_before_anything_is_read(
    words: Words, capsys: pytest.CaptureFixture[str]
):
    assert cli.main(["bounces", "missing", "--audience", "Nws"]) == cli.FAILED
    assert (
        capsys.readouterr().err == f"cleaned: {words('error-unknown-audience', name='Nws', known='News')}\n"
    )


def test_a_path_that_can_t_be_read_is_named_the_others_go_in_and_the_status_is_1(
    database: Database, audience_id: int, words: Words, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "a.eml").write_bytes(ALL[0])
    assert cli.main(["bounces", "missing.eml", "a.eml"]) == cli.FAILED
    out, err = capsys.readouterr()
    assert err == f"cleaned: {words('terminal-file', kind='missing', name='missing.eml')}\n"
    assert figures(out)[words("bounces-cleaned")] == "1"


def test_standard_input_is_read(
    words: Words, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(ALL[0]))))
    assert cli.main(["bounces", "-", "--audience", "news"]) == cli.DONE
    assert figures(capsys.readouterr().out)[words("bounces-cleaned")] == "1"


def test_interrupted_what_was_taken_in_stays_and_no_half_file_is_left(
    database: Database,
    audience_id: int,
    words: Words,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setattr(mailbox, "MESSAGES_AT_ONCE", 1)
    real, calls = mailbox.take_in, iter((True, False))

    def once(*given: object) -> object:
        if not next(calls):
            raise KeyboardInterrupt
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(mailbox, "take_in", once)
    (tmp_path / "box").write_bytes(b"".join(b"From x\n" + raw + b"\n" for raw in ALL))
    assert cli.main(["bounces", "box", "--aside", "aside.csv"]) == cli.INTERRUPTED
    assert capsys.readouterr().err == f"cleaned: {words('terminal-bounces-interrupted')}\n"
    assert list(tmp_path.glob("*aside*")) == []
    assert statuses(database, audience_id)["ada@example.com"] == "cleaned"


def test_the_check_opens_the_mailbox(served: Served, words: Words, monkeypatch: pytest.MonkeyPatch):
    served.folders["INBOX"] = {1: mails.LETTER}
    there = words("bounces-imap-there", host="127.0.0.1", folder="INBOX", n=1)
    assert found(words, monkeypatch, served.url()) == [(False, there)]
    refused = words("bounces-imap-login", host="127.0.0.1")
    assert found(words, monkeypatch, served.url(password="wrong")) == [(True, refused)]
    assert served.seen == set()


def found(words: Words, monkeypatch: pytest.MonkeyPatch, url: str) -> list[tuple[bool, str]]:
    """What the check says of the mailbox."""
    monkeypatch.setenv("CLEANED_IMAP_URL", url)
    every = check.findings(words, settings.load())
    return [
        (each.is_fault, each.text) for each in every if "127.0.0.1" in each.text and ":3000" not in each.text
    ]


def test_an_address_that_is_none_is_a_bad_setting_and_is_not_repeated(
    words: Words, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("CLEANED_IMAP_URL", "imaps://user:secret@/")
    assert cli.main(["check"]) == cli.FAILED
    said = capsys.readouterr()
    assert words("error-bad-setting", name="CLEANED_IMAP_URL") in said.out
    assert "user:secret" not in said.out + said.err


def parts(database: Database) -> AppContext:
    client = WebClient("xoxb-x", "http://127.0.0.1:9/")
    return AppContext(
        database=database,
        settings=settings.load(),
        client=client,
        people=People(client, (), "T1"),
        clock=lambda: NOW,
    )


def test_the_clock_looks_into_the_mailbox_and_logs_neither_addresses_nor_secrets(
    database: Database,
    audience_id: int,
    served: Served,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    served.folders["INBOX"] = dict(enumerate(ALL, 1))
    broken = []
    for password in (ASCII_PASSWORD, "wrong-secret"):
        monkeypatch.setenv("CLEANED_IMAP_URL", served.url(password=password))
        here = parts(database)
        assert here.settings.mailbox
        with caplog.at_level(logging.INFO):
            scheduling.read_mailbox(here, here.settings.mailbox, lambda: True)
        broken.append([each.key for each in breakdowns.current(database)])
    assert broken == [[], ["bounces-imap-login"]]
    assert statuses(database, audience_id)["ada@example.com"] == "cleaned"
    good, bad = [record for record in caplog.records if record.name == "handlers.scheduler"]
    assert (good.levelname, bad.levelname) == ("INFO", "WARNING")
    assert "7 messages" in good.getMessage()
    assert "127.0.0.1 refuses" in bad.getMessage()
    for secret in (USER, "@example.com", ASCII_PASSWORD, "wrong-secret"):
        assert secret not in caplog.text


def test_the_scheduler_looks_at_once_when_a_mailbox_is_set(
    database: Database, served: Served, monkeypatch: pytest.MonkeyPatch
):
    from threading import Event

    looked = Event()
    monkeypatch.setattr(scheduling, "read_mailbox", lambda *_: looked.set())
    monkeypatch.setattr(scheduling, "send_due", lambda *_: None)
    monkeypatch.setenv("CLEANED_IMAP_URL", served.url())
    scheduler = scheduling.start("me", contexts=[parts(database)])
    assert looked.wait(20)
    scheduler.shutdown(wait=True)
