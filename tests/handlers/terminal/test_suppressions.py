"""`cleaned bounces --from`: what it prints, its exit statuses, both languages; the process killed between pages."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from handlers import cli
from handlers.words import Words
from storage.core.database import Database
from tests.support.audiences import import_csv, statuses
from tests.support.suppression_lists import ACCOUNTS, KEY, SETTINGS, Brevo, SendGrid, listed, serving

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def audience_id(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> int:
    """Some of the list's addresses in an audience; the settings of every provider."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith(("SLACK_", "CLEANED_")):
            monkeypatch.delenv(name)
    for name, value in (SETTINGS | {"DATABASE_URL": database_url}).items():
        monkeypatch.setenv(name, value)
    rows = "\n".join(each.address for each in listed(120))
    return import_csv(database, f"Email\n{rows}", name="subscribed_x_export.csv")


def figures(out: str) -> dict[str, str]:
    """Name → number, of the summary."""
    rows = (line.strip().rsplit("  ", 1) for line in out.splitlines())
    return {row[0].strip(): row[1].strip() for row in rows if len(row) == 2}


@pytest.mark.parametrize("provider", list(ACCOUNTS))
def test_each_provider_s_list_is_read_over_http(
    provider: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    with serving(ACCOUNTS[provider](listed(300))) as url:
        monkeypatch.setenv("CLEANED_PROVIDER_URL", url)
        assert cli.main(["bounces", "--from", provider, "--json"]) == cli.DONE
    assert json.loads(capsys.readouterr().out) == {
        "from": provider,
        "listed": 300,
        "in_audience": 120,
        "cleaned": 120,
        "already_cleaned": 0,
        "kept": 0,
        "mirrored": 0,
        "not_in_audience": 180,
        "left_out": 0,
    }


def test_the_summary_is_in_both_languages_and_a_second_run_cleans_nobody(
    words: Words, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    account = Brevo(listed(300) + listed(3, first=300, kind="other"))
    with serving(account) as url:
        monkeypatch.setenv("CLEANED_PROVIDER_URL", url)
        for cleaned, already in ((120, 0), (0, 120)):
            assert cli.main(["bounces", "--from", "brevo", "--audience", "news"]) == cli.DONE
            assert figures(capsys.readouterr().out) == {
                words("suppressions-listed"): "303",
                words("suppressions-in-audience"): "120",
                words("suppressions-cleaned"): str(cleaned),
                words("suppressions-already-cleaned"): str(already),
                words("suppressions-kept"): "0",
                words("suppressions-not-in-audience"): "180",
                words("suppressions-left-out"): "3",
            }


def test_an_error_is_one_sentence_without_the_key(
    words: Words, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    with serving(SendGrid(listed(1))) as url:
        monkeypatch.setenv("CLEANED_PROVIDER_URL", url)
        monkeypatch.setenv("CLEANED_SENDGRID_API_KEY", f"{KEY}-wrong")
        assert cli.main(["bounces", "--from", "sendgrid"]) == cli.FAILED
    expected = words("suppressions-key-refused", provider="SendGrid")
    assert capsys.readouterr().err == f"cleaned: {expected}\n"


def test_a_missing_setting_is_named(
    words: Words, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.delenv("CLEANED_SES_REGION")
    assert cli.main(["bounces", "--from", "ses"]) == cli.FAILED
    expected = words("error-list-not-set-up", name="CLEANED_SES_REGION")
    assert capsys.readouterr().err == f"cleaned: {expected}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--from", "mailchimp"],
        ["--from"],
        ["--from", "ses", "bounces.mbox"],
        ["--from", "ses", "--aside", "aside.csv"],
        ["--json"],
    ],
)
def test_what_makes_no_sense_is_wrong_use(arguments: list[str], capsys: pytest.CaptureFixture[str]):
    assert cli.main(["bounces", *arguments]) == cli.WRONG_USE
    assert "cleaned bounces --help" in capsys.readouterr().err


def test_the_process_killed_between_pages_and_started_again_is_complete(
    database: Database, audience_id: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    account = Brevo(listed(300))
    with serving(account) as url:
        monkeypatch.setenv("CLEANED_PROVIDER_URL", url)
        child: subprocess.Popen[bytes] | None = None

        def kill(request: int) -> None:
            if child and request == 2:
                os.kill(child.pid, signal.SIGKILL)

        account.before = kill
        child = subprocess.Popen(
            [sys.executable, "-m", "handlers", "bounces", "--from", "brevo"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert child.wait(60) == -signal.SIGKILL
        child = None
        done = list(statuses(database, audience_id).values()).count("cleaned")
        assert 0 < done < 120
        assert cli.main(["bounces", "--from", "brevo", "--json"]) == cli.DONE
    assert set(statuses(database, audience_id).values()) == {"cleaned"}
    outcome = json.loads(capsys.readouterr().out)
    assert (outcome["cleaned"], outcome["already_cleaned"]) == (120 - done, done)
