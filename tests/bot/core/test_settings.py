"""Settings from the environment."""

from typing import get_args

import pytest
from pydantic import SecretStr

from bot.core import settings
from bot.mailchimp import account
from handlers import cli
from handlers.words import LANGUAGES, words


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


SECRETS = [
    "SLACK_SIGNING_SECRET",
    "CLEANED_MAILGUN_KEY",
    "CLEANED_BREVO_TOKEN",
    "CLEANED_RESEND_SECRET",
    "CLEANED_MAILTRAP_SECRET",
    "CLEANED_BOUNCE_SECRET",
    "CLEANED_RETURN_PATH_KEY",
    "CLEANED_MAILCHIMP_WEBHOOK_SECRET",
    "CLEANED_POSTMARK_PASSWORD",
]


def value_of(name: str, secret: str) -> str:
    return f"user:{secret}" if name == "CLEANED_POSTMARK_PASSWORD" else secret


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_that_could_be_guessed_is_refused_by_name_and_a_longer_one_is_not(
    name: str, monkeypatch: pytest.MonkeyPatch
):
    for secret in ("x", "hush", "hush-hush-hush-", "   hush-hush   ", " " * 40, "\u00e9" * 15):
        monkeypatch.setenv(name, value_of(name, secret))
        with pytest.raises(settings.ShortSecret) as caught:
            settings.load()
        assert caught.value.values == {"name": name, "n": 16}
        for language in LANGUAGES:
            sentence = words(language)(caught.value.key, **caught.value.values)
            assert name in sentence
            assert "16" in sentence
        assert "hush" not in f"{sentence}{caught.value!r}{caught.value.__cause__}"
    monkeypatch.setenv(name, value_of(name, "hush-hush-hush-!"))
    assert "hush" not in repr(settings.load())


@pytest.mark.parametrize(
    "value", [":", "user", "user:", ":" + "p" * 16, " :" + "p" * 16, "p" * 40, "user:" + "p" * 15]
)
def test_user_and_password_of_postmark_are_both_needed(value: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CLEANED_POSTMARK_PASSWORD", value)
    with pytest.raises(settings.ShortSecret):
        settings.load()


def test_a_time_zone_has_to_exist(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CLEANED_TIMEZONE", "Europe/Paris")
    assert settings.load().timezone == "Europe/Paris"
    for zone in ("Paris", "../etc/passwd", "GMT+25"):
        monkeypatch.setenv("CLEANED_TIMEZONE", zone)
        with pytest.raises(settings.BadSetting):
            settings.load()


def test_every_secret_that_a_request_is_compared_with_has_a_shortest_length(monkeypatch: pytest.MonkeyPatch):
    """A new one has to be added to SECRETS, or here."""
    others = {
        "SLACK_BOT_TOKEN",  # proves the bot to Slack
        "SLACK_APP_TOKEN",
        "MAILCHIMP_API_KEY",
        "CLEANED_IMAP_URL",
        "CLEANED_SENDGRID_KEY",  # a public key
        "CLEANED_POSTAL_KEY",
        "CLEANED_SES_KEY",  # proves the bot to the provider, as the four below
        "CLEANED_SENDGRID_API_KEY",
        "CLEANED_POSTMARK_API_TOKEN",
        "CLEANED_MAILGUN_API_KEY",
        "CLEANED_BREVO_API_KEY",
    }
    found = {
        str(field.validation_alias or name.upper())
        for name, field in settings.Settings.model_fields.items()
        if SecretStr in get_args(field.annotation)
    }
    assert found == others | set(SECRETS)


def test_a_short_secret_stops_each_start_with_one_plain_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("CLEANED_BREVO_TOKEN", "hush")
    for locale, language in (("en_GB.UTF-8", "en"), ("fr_FR.UTF-8", "fr")):
        monkeypatch.setenv("LC_ALL", locale)
        for command in ("run", "check"):
            assert cli.main([command]) == cli.FAILED
            said = capsys.readouterr()
            expected = words(language)("error-short-secret", name="CLEANED_BREVO_TOKEN", n=16)
            assert (said.out, said.err) == ("", f"cleaned: {expected}\n")


def test_the_mailbox_of_a_dot_env_file_can_be_switched_off(tmp_path, monkeypatch: pytest.MonkeyPatch):
    """An empty variable would not: the demo relies on it."""
    (tmp_path / ".env").write_text("CLEANED_IMAP_URL=imaps://user:pa55word@mail.example.com/INBOX\n")
    found = settings.load()
    assert found.mailbox
    assert found.mailbox.host == "mail.example.com"
    assert "pa55word" not in repr(found)
    monkeypatch.setenv("CLEANED_IMAP_URL", settings.OFF)
    assert settings.load().mailbox is None


def test_a_key_of_return_paths_that_can_be_guessed_is_refused_and_none_shows(monkeypatch: pytest.MonkeyPatch):
    for length in (1, 15):
        monkeypatch.setenv("CLEANED_RETURN_PATH_KEY", "k" * length)
        with pytest.raises(settings.ShortSecret) as caught:
            settings.load(_env_file=None)
        assert caught.value.values == {"name": "CLEANED_RETURN_PATH_KEY", "n": 16}
    monkeypatch.setenv("CLEANED_RETURN_PATH_KEY", "k" * 16)
    found = settings.load(_env_file=None)
    assert found.return_path_secret == "k" * 16
    assert "k" * 16 not in repr(found)


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
