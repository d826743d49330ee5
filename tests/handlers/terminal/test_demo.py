"""`cleaned demo` and `cleaned check`, with the local workspace and the bot in a process of its own."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from handlers import cli
from handlers.slack.web_api.scopes import SCOPES
from handlers.standins.mailchimp import sample
from handlers.standins.mailchimp.faults import FaultKind
from handlers.standins.mailchimp.standin import Standin
from handlers.standins.slack.server import Workspace
from handlers.terminal.checks import private_files
from handlers.terminal.checks.finding import Finding
from handlers.words import LANGUAGES, words
from storage.mailchimp.api.client import Client
from storage.mailchimp.api.values import Account
from tests.support.slack import CAMILLE, Person

ROOT = Path(__file__).parents[3]
ENGLISH = words("en")


class Address:
    """Where a workspace of another process is."""

    def __init__(self, address: str) -> None:
        self.address = address


@contextmanager
def demo(folder: Path, *arguments: str) -> Iterator[tuple[Address, "subprocess.Popen[str]"]]:
    """A running demo, once its bot is connected."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "LC_ALL": "en_GB.UTF-8", "TMPDIR": str(folder)}
    command = [sys.executable, "-m", "handlers.cli", "demo", "--no-browser", *arguments]
    process = subprocess.Popen(
        command,
        env=environment,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        assert process.stdout
        try:
            printed = next(found[0] for line in process.stdout if (found := re.search(r"http://\S+", line)))
            yield Address(printed), process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def test_the_sample_audiences_are_there_and_ctrl_c_leaves_nothing(tmp_path: Path):
    with demo(tmp_path) as (address, process):
        with Person(address, CAMILLE) as camille:
            camille.command("/cleaned Newsletter")
            camille.wait_message("455 contacts nettoyés dans «\u00a0Newsletter\u00a0»")
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the bot too
        out, err = process.communicate(timeout=30)
    assert (process.returncode, ENGLISH("terminal-demo-stopped") in out) == (cli.DONE, True)
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_killed_it_leaves_no_bot_behind(tmp_path: Path):
    with demo(tmp_path) as (_, process):
        os.kill(process.pid, signal.SIGKILL)
        # The bot writes to the same pipe: its end is the bot's too.
        _, err = process.communicate(timeout=30)
    assert "The bot is stopping." in err
    assert "Traceback" not in err


def test_the_audiences_of_an_account_are_there_beside_the_samples(tmp_path: Path):
    with demo(tmp_path, "--mailchimp") as (address, process):
        with Person(address) as olivia:
            olivia.command("/cleaned")
            told = olivia.wait_message("audiences")
            assert {f"*{sample.EASY} · Mailchimp*", f"*{sample.STRICT} · Mailchimp*", "*Newsletter*"} <= {
                block["text"]["text"].partition("\n")[0]
                for block in told["blocks"]
                if block["type"] == "section"
            }
            olivia.command(f"/cleaned {sample.STRICT}")
            shown = olivia.wait_message(f"in {sample.STRICT}")
            assert ENGLISH("mirror-as-of", at="") in json.dumps(shown, ensure_ascii=False)
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == cli.DONE
    assert "Traceback" not in err


def test_a_file_of_one_s_own_and_sigterm(tmp_path: Path):
    (tmp_path / "mine.csv").write_text("Email,CLEAN_TIME\na@example.com,2026-11-01 10:00:00\n")
    with demo(tmp_path, "--import", "mine.csv") as (address, process):
        with Person(address) as olivia:
            olivia.command("/cleaned")
            olivia.wait_message("1 cleaned contact in mine")
        process.terminate()
        process.communicate(timeout=30)
    assert process.returncode == cli.DONE
    assert [path.name for path in tmp_path.iterdir()] == ["mine.csv"]


def test_a_bot_that_stops_by_itself_is_reported(tmp_path: Path):
    with demo(tmp_path) as (_, process):
        children = Path(f"/proc/{process.pid}/task").glob("*/children")
        [bot] = {int(pid) for each in children for pid in each.read_text().split()}
        os.kill(bot, signal.SIGKILL)
        _, err = process.communicate(timeout=30)
    assert process.returncode == cli.FAILED
    assert ENGLISH("terminal-demo-crashed", status=-9) in err


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, workspace: Workspace) -> Workspace:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    monkeypatch.setenv("SLACK_API_URL", workspace.api_url)
    monkeypatch.setenv("SLACK_BOT_TOKEN", workspace.bot_token)
    monkeypatch.setenv("SLACK_APP_TOKEN", workspace.app_token)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'x.db'}")
    return workspace


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with Workspace(ROOT / "manifest.yml") as running:
        yield running


def test_check_finds_nothing_wrong_with_the_local_workspace(
    told: Workspace, capsys: pytest.CaptureFixture[str]
):
    assert cli.main(["check"]) == cli.DONE
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 6
    assert all(line.startswith("ok ") for line in lines)


@pytest.mark.parametrize(
    ("setting", "value", "key", "values"),
    [
        ("SLACK_BOT_TOKEN", "", "check-bot-token-missing", {}),
        ("SLACK_BOT_TOKEN", "xapp-x", "check-bot-token-malformed", {}),
        ("SLACK_BOT_TOKEN", "xoxb-wrong", "check-bot-token-refused", {"error": "invalid_auth"}),
        ("SLACK_APP_TOKEN", "", "error-no-way-in", {}),
        ("SLACK_APP_TOKEN", "xoxb-x", "check-app-token-malformed", {}),
        ("SLACK_APP_TOKEN", "xapp-wrong", "check-app-token-refused", {"error": "invalid_auth"}),
        ("SLACK_API_URL", "http://127.0.0.1:9/", "check-slack-unreachable", {"url": "http://127.0.0.1:9/"}),
        ("DATABASE_URL", "mysql://x", "error-database-url", {}),
    ],
)
def test_check_names_each_fault_and_its_mend(
    told: Workspace,
    setting: str,
    value: str,
    key: str,
    values: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setenv(setting, value)
    assert cli.main(["check"]) == cli.FAILED
    faults = [line for line in capsys.readouterr().out.splitlines() if line.startswith("FAULT")]
    assert f"FAULT   {ENGLISH(key, **values)}" in faults


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o666, 0o602])
def test_check_says_when_others_can_read_settings_or_contacts_and_how_to_close_them(
    told: Workspace, tmp_path: Path, mode: int, capsys: pytest.CaptureFixture[str]
):
    database = tmp_path / "x.db"
    names = [".env", *(f"{database}{suffix}" for suffix in ("", "-wal", "-shm"))]
    for name in names:
        Path(name).touch()
        Path(name).chmod(mode)
    assert cli.main(["check"]) == cli.FAILED
    said = capsys.readouterr().out.splitlines()
    for name in names[:2]:  # SQLite deletes the others when nothing uses the database
        sentence = ENGLISH("check-file-open", path=name, command=f"chmod 600 {name}")
        assert f"FAULT   {sentence}" in said
        subprocess.run(["chmod", "600", name], check=True)
    assert cli.main(["check"]) == cli.DONE


def test_check_looks_at_the_files_beside_the_database_too(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'two words.db'}"
    for suffix in ("", "-wal", "-shm"):
        file = tmp_path / f"two words.db{suffix}"
        file.touch()
        file.chmod(0o644)

    def fault(_key: str, *, path: str, command: str) -> Finding:
        assert Path(path).exists()
        return Finding(is_fault=True, text=command)

    commands = [found.text for found in private_files.findings(url, fault)]
    assert commands == [f"chmod 600 '{tmp_path}/two words.db{suffix}'" for suffix in ("", "-wal", "-shm")]
    for no_files in ("postgresql://user@127.0.0.1/x", "mysql://x", "not a url"):
        assert list(private_files.findings(no_files, fault)) == []


def test_what_the_check_itself_makes_is_closed_to_others(
    told: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    before = os.umask(0)
    try:
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'new' / 'x.db'}")
        assert cli.main(["check"]) == cli.DONE
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "new" / "x.db").stat().st_mode) == 0o600


@pytest.mark.parametrize("locale", ["en_GB.UTF-8", "fr_FR.UTF-8"])
def test_check_says_whose_mailchimp_account_it_is_or_what_is_wrong_with_the_key(
    told: Workspace,
    locale: str,
    account: Standin,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    """Each fault has its own sentence, the key is in none."""
    monkeypatch.setenv("LC_ALL", locale)
    said = words(locale[:2])

    def line(key: str, url: str | None) -> str:
        monkeypatch.setenv("MAILCHIMP_API_KEY", key)
        if url:
            monkeypatch.setenv("MAILCHIMP_API_URL", url)
        else:
            monkeypatch.delenv("MAILCHIMP_API_URL", raising=False)
        cli.main(["check"])
        printed = capsys.readouterr().out
        assert key not in printed
        [found] = [each for each in printed.splitlines() if "ailchimp" in each or "MAILCHIMP" in each]
        return found.partition("  ")[2].strip()

    with Client(account.key, account.url) as client:
        owner = client.account()
    right = said("check-mailchimp", name=owner.name, role="owner")
    unreachable = said("mailchimp-unavailable", reason="ConnectError")
    assert line(account.key, account.url) == right
    assert line("0" * 32 + "-us6", account.url) == said("mailchimp-key-refused")
    assert line(account.key_without_rights, account.url) == said("mailchimp-forbidden", title="Forbidden")
    assert line(account.key, "http://127.0.0.1:9/3.0") == unreachable
    assert line("0" * 32, None) == said("mailchimp-bad-key")
    assert line(account.key, "mailchimp") == said("mailchimp-bad-base")
    elsewhere = account.key.replace("-us6", "-us77")
    assert line(elsewhere, account.url) == said("mailchimp-wrong-data-centre", centre="us77")
    real, is_online = socket.getaddrinfo, True

    def look_up(host: str, *rest: Any, **named: Any) -> Any:
        """A network where Mailchimp has no such data centre, or none."""
        if "mailchimp.com" not in str(host):
            return real(host, *rest, **named)
        if host == "mailchimp.com" and is_online:
            return real("127.0.0.1", *rest, **named)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    assert line(elsewhere, None) == said("mailchimp-wrong-data-centre", centre="us77")
    is_online = False
    assert line(elsewhere, None) == unreachable


def test_check_asks_mailchimp_once(
    told: Workspace, account: Standin, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("MAILCHIMP_API_KEY", account.key)
    monkeypatch.setenv("MAILCHIMP_API_URL", account.url)
    account.faults.add(FaultKind.SERVER_ERROR, times=None)
    assert cli.main(["check"]) == cli.FAILED
    assert ENGLISH("mailchimp-unavailable", reason="500") in capsys.readouterr().out
    assert len(account.requests) == 1


def test_check_says_when_the_key_s_user_may_only_look(
    told: Workspace, account: Standin, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("MAILCHIMP_API_KEY", account.key)
    monkeypatch.setenv("MAILCHIMP_API_URL", account.url)
    monkeypatch.setattr(Client, "account", lambda _: Account("1", "Trails", "viewer", 0))
    assert cli.main(["check"]) == cli.FAILED
    assert ENGLISH("check-mailchimp-reader", role="viewer") in capsys.readouterr().out


def test_check_names_the_scopes_that_were_not_granted(
    told: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    from handlers.terminal.checks import command as check

    monkeypatch.setattr(check, "SCOPES", SCOPES | {"pins:read"})
    assert cli.main(["check"]) == cli.FAILED
    assert ENGLISH("check-scopes-missing", scopes="pins:read", n=1) in capsys.readouterr().out


@pytest.mark.parametrize("language", LANGUAGES)
def test_check_knows_what_does_not_work_without_each_scope(language: str):
    said = words(language)
    told = {said("check-scope-without", scope="", what=scope.replace(":", "-")) for scope in SCOPES}
    assert len(told) == len(SCOPES)
    assert said("check-scope-without", scope="", what="other") not in told


def test_a_token_that_slack_refuses_ends_the_run_with_a_sentence(
    told: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-wrong")
    assert cli.main(["run"]) == cli.FAILED
    assert capsys.readouterr().err.splitlines()[-1] == "cleaned: " + ENGLISH(
        "terminal-slack-refused", error="invalid_auth"
    )


def test_a_demo_looks_into_nobody_s_mailbox(monkeypatch: pytest.MonkeyPatch):
    """It would mark real bounces as read, and then throw its database away."""
    from bot.core import settings
    from handlers.terminal.demo import _environment

    monkeypatch.setenv("CLEANED_IMAP_URL", "imaps://user:secret@mail.example.com/INBOX")
    with Workspace(ROOT / "manifest.yml", 0) as workspace:
        for name, value in _environment(workspace, "sqlite://").items():
            monkeypatch.setenv(name, value)
    assert settings.load().mailbox is None


def test_a_demo_touches_nobody_s_account(monkeypatch: pytest.MonkeyPatch):
    from bot.core import settings
    from handlers.terminal.demo import _environment

    monkeypatch.setenv("MAILCHIMP_API_KEY", "0123456789-us6")
    with Workspace(ROOT / "manifest.yml", 0) as workspace:
        for name, value in _environment(workspace, "sqlite://").items():
            monkeypatch.setenv(name, value)
    assert settings.load().mailchimp_api_key is None
