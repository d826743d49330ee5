"""`cleaned check` of workspaces that were installed by OAuth."""

from collections.abc import Iterator
from pathlib import Path
from time import time
from typing import Any

import pytest

from handlers.slack.installation.installations import Installations
from handlers.slack.web_api.scopes import SCOPES
from handlers.terminal.checks import command as check
from handlers.words import LANGUAGES, words
from storage.core.database import Database
from tests.support import oauth
from tests.support.databases import copied
from tests.support.oauth import OTHER_KEY, installation


@pytest.fixture
def installed(sqlite_template: str, tmp_path: Path) -> Iterator[Installations]:
    with copied(sqlite_template, tmp_path) as url:
        database = Database(url)
        yield Installations(database, oauth.settings())
        database.close()


@pytest.fixture
def url(installed: Installations, tmp_path: Path) -> str:
    (path,) = tmp_path.glob("*.db")
    return f"sqlite:///{path}"


def found(url: str, language: str = "en", **given: Any) -> dict[str, tuple[bool, str]]:
    """The findings about installations, by key."""
    settings = oauth.settings(slack_signing_secret="s" * 16, database_url=url, **given)
    return {
        each.key: (each.is_fault, each.text)
        for each in check.findings(words(language), settings)
        if each.key.startswith(("check-workspace", "check-bot", "error"))
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_workspace_has_a_line_and_what_is_wrong_says_where_to_install_again(
    installed: Installations, url: str, language: str
):
    none = found(url, language)
    assert none.keys() == {"check-workspace-none"}
    assert "https://bot.example.com/slack/install" in none["check-workspace-none"][1]
    installed.save(installation("T1"))
    installed.save(installation("T2", bot_scopes=sorted(SCOPES - {"commands"})))
    installed.save(installation("T3", bot_token_expires_at=int(time())))
    lines = found(url, language)
    assert {key: is_fault for key, (is_fault, _) in lines.items()} == {
        "check-workspace": False,
        "check-workspace-scopes": True,
        "check-workspace-expired": True,
    }
    assert "Team T1 (T1)" in lines["check-workspace"][1]
    assert "commands" in lines["check-workspace-scopes"][1]
    assert "/slack/install?team=T2" in lines["check-workspace-scopes"][1]
    assert "/slack/install?team=T3" in lines["check-workspace-expired"][1]
    assert "hush" not in str(lines)


def test_a_key_that_opens_nothing_is_a_fault(installed: Installations, url: str):
    installed.save(installation("T1"))
    assert found(url, CLEANED_TOKEN_KEY=OTHER_KEY).keys() == {"error-wrong-token-key"}


def test_what_oauth_lacks_is_a_fault_and_the_workspaces_are_not_looked_at(installed: Installations, url: str):
    assert found(url, CLEANED_PUBLIC_URL=None).keys() == {"error-oauth-incomplete"}
    assert found(url, CLEANED_PUBLIC_URL="http://bot.example.com").keys() >= {"error-oauth-needs-https"}
    assert "error-oauth-needs-https" not in found(url, CLEANED_PUBLIC_URL="http://127.0.0.1:3000")
