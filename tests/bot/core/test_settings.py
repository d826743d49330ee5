"""Settings from the environment."""

import pytest

from bot.core import settings
from bot.mailchimp import account


@pytest.fixture(autouse=True)
def nothing_set(tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    for name, field in settings.Settings.model_fields.items():
        monkeypatch.delenv(str(field.validation_alias or name.upper()), raising=False)


def test_with_nothing_set_there_is_a_sqlite_file_and_no_operator():
    found = settings.load()
    assert found.database_url == f"sqlite:///{settings.data_folder() / 'cleaned.db'}"
    assert found.operators == ()
    assert found.slack_bot_token is None


def test_operators_are_split_at_commas_and_spaces(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CLEANED_OPERATORS", "U1, S2  U3")
    assert settings.load().operators == ("U1", "S2", "U3")


def test_a_dot_env_file_is_read_and_the_environment_goes_before_it(tmp_path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / ".env").write_text("CLEANED_PORT=4000\nSLACK_API_URL=http://127.0.0.1:1/api\nOTHER=1\n")
    assert settings.load().port == 4000
    assert settings.load().slack_api_url == "http://127.0.0.1:1/api/"
    monkeypatch.setenv("CLEANED_PORT", "5000")
    assert settings.load().port == 5000


def test_a_setting_that_can_not_be_read_is_named_without_its_value(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CLEANED_PORT", "secret")
    with pytest.raises(settings.BadSetting) as caught:
        settings.load()
    assert caught.value.values == {"name": "CLEANED_PORT"}
    assert "secret" not in str(caught.value)


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1-secret")
    assert "xoxb-1-secret" not in repr(settings.load())


def test_the_mailbox_of_a_dot_env_file_can_be_switched_off(tmp_path, monkeypatch: pytest.MonkeyPatch):
    """An empty variable would not: the demo relies on it."""
    (tmp_path / ".env").write_text("CLEANED_IMAP_URL=imaps://user:pa55word@mail.example.com/INBOX\n")
    found = settings.load()
    assert found.mailbox
    assert found.mailbox.host == "mail.example.com"
    assert "pa55word" not in repr(found)
    monkeypatch.setenv("CLEANED_IMAP_URL", settings.OFF)
    assert settings.load().mailbox is None


def test_the_account_of_a_dot_env_file_can_be_switched_off_and_its_key_does_not_show(
    tmp_path, monkeypatch: pytest.MonkeyPatch
):
    """The demo must not touch real contacts."""
    (tmp_path / ".env").write_text("MAILCHIMP_API_KEY=0123456789-us6\n")
    found = settings.load()
    assert account.account(found)
    assert "0123456789" not in repr(found)
    monkeypatch.setenv("MAILCHIMP_API_KEY", settings.OFF)
    assert account.account(settings.load()) is None
