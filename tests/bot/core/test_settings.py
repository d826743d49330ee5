"""Settings from the environment."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path
from typing import get_args

import pytest
from pydantic import SecretStr

from bot.core import settings
from bot.mailchimp import account
from handlers import cli
from handlers.words import LANGUAGES, words
from tests.support.oauth import KEY


@pytest.fixture(autouse=True)
def nothing_set(tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    for name, field in settings.Settings.model_fields.items():
        monkeypatch.delenv(str(field.validation_alias or name.upper()), raising=False)
        monkeypatch.delenv(str(field.validation_alias or name.upper()) + "_FILE", raising=False)


@contextmanager
def own_log() -> Iterator[None]:
    """Has `cleaned run` set up the log, which pytest has done otherwise."""
    root, ours = logging.getLogger(), logging.getLogger("handlers")
    handlers, level = root.handlers[:], ours.level
    root.handlers.clear()
    yield
    root.handlers[:] = handlers
    ours.setLevel(level)


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
    "CLEANED_METRICS_TOKEN",
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
        "SLACK_CLIENT_SECRET",
        "CLEANED_TOKEN_KEY",  # 32 random bytes
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


def test_what_is_wrong_stops_the_start_all_of_it_at_once_each_with_its_mend(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    wrong = {
        "CLEANED_BREAK": "ignored",
        "CLEANED_BREVO_TOKEN": "hush",
        "CLEANED_PORT": "hush",
        "CLEANED_PROXIES": "127.0.0.1, hush, hush",
        "SLACK_BOT_TOKEN": "xapp-hush",
        "SLACK_APP_TOKEN": "xoxb-hush",
        "CLEANED_POSTAL_KEY": "hush",
        "CLEANED_RESEND_SECRET": "hush!" * 4,
        "DATABASE_URL": "mysql://hush",
        "MAILCHIMP_API_KEY_FILE": "hush",
    }
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)
    for locale in ("en_GB.UTF-8", "fr_FR.UTF-8"):
        monkeypatch.setenv("LC_ALL", locale)
        assert cli.main(["run"]) == cli.FAILED
        said = capsys.readouterr()
        lines = said.err.splitlines()
        assert said.out == ""
        assert all(line.startswith("cleaned: ") for line in lines)
        named = [name for name in wrong if any(line.startswith(f"cleaned: {name}") for line in lines)]
        assert {*named, "MAILCHIMP_API_KEY_FILE"} == wrong.keys() - {"CLEANED_BREAK"}
        assert len(lines) == len(wrong) - 1
        assert "MAILCHIMP_API_KEY_FILE" in said.err
        assert "hush" not in said.err


def test_with_nothing_set_the_two_that_are_missing_are_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    assert cli.main(["run"]) == cli.FAILED
    assert [line.split()[1:4] for line in capsys.readouterr().err.splitlines()] == [
        ["SLACK_BOT_TOKEN", "is", "not"],
        ["Neither", "SLACK_APP_TOKEN", "(Socket"],
    ]


OAUTH = {
    "SLACK_CLIENT_ID": "111.222",
    "SLACK_CLIENT_SECRET": "hush-client-secret",
    "CLEANED_TOKEN_KEY": KEY,
    "CLEANED_PUBLIC_URL": "https://bot.example.com",
}


@pytest.mark.parametrize("locale", ["en_GB.UTF-8", "fr_FR.UTF-8"])
@pytest.mark.parametrize(
    "given",
    [given for n in (1, 2, 3) for given in combinations(OAUTH, n) if given != ("CLEANED_PUBLIC_URL",)],
)
def test_whatever_is_missing_for_oauth_is_said_at_once(
    given: tuple[str, ...], locale: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("LC_ALL", locale)
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "s" * 16)
    for name in given:
        monkeypatch.setenv(name, OAUTH[name])
    assert cli.main(["run"]) == cli.FAILED
    said = capsys.readouterr().err
    assert "hush" not in said
    assert {line.split()[1] for line in said.splitlines()} == OAUTH.keys() - set(given)


def test_a_faulty_setting_of_oauth_is_not_said_to_be_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    wrong = {"CLEANED_TOKEN_KEY": "hush", "SLACK_CLIENT_ID": "hush hush", "CLEANED_PUBLIC_URL": "hush"}
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "s" * 16)
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)
    assert cli.main(["run"]) == cli.FAILED
    lines = capsys.readouterr().err.splitlines()
    assert sorted(line.split()[1] for line in lines) == sorted([*wrong, "SLACK_CLIENT_SECRET"])
    assert "openssl rand -base64 32" in str(lines)
    assert "hush" not in str(lines)


def test_a_program_that_logs_json_says_so_too_what_keeps_it_from_starting(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("CLEANED_LOG", "json")
    monkeypatch.setenv("CLEANED_PORT", "none")
    with own_log():
        assert cli.main(["run"]) == cli.FAILED
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert len(lines) == 3
    assert all(line["level"] == "CRITICAL" for line in lines)


def test_check_tells_every_fault_of_the_settings_and_goes_on_with_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'cleaned.db'}")
    monkeypatch.setenv("CLEANED_PORT", "none")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "short")
    assert cli.main(["check", "--json"]) == cli.FAILED
    told = json.loads(capsys.readouterr().out)
    checks = {each["check"]: each["fault"] for each in told}
    assert checks == {
        "error-short-secret": True,
        "error-bad-setting": True,
        "check-bot-token-missing": True,
        "check-database-new": False,
        "check-retention": False,
        "check-time-zones": False,
    }
    assert cli.main(["check"]) == cli.FAILED
    assert len(capsys.readouterr().out.splitlines()) == len(checks)


def test_check_makes_no_database_elsewhere_while_the_file_of_its_url_can_not_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(settings, "data_folder", lambda: tmp_path / "data")
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "none"))
    assert cli.main(["check", "--deep", "--webhooks", "--json"]) == cli.FAILED
    assert "DATABASE_URL_FILE" in capsys.readouterr().out
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("name", sorted(settings._IN_FILES.values()))
def test_a_secret_may_stand_in_a_file(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    value = {
        "DATABASE_URL": "sqlite:///x.db",
        "CLEANED_IMAP_URL": "imaps://u:p@h/I",
        "CLEANED_TOKEN_KEY": KEY,
    }.get(name, "ab:cd" + "e" * 16)
    (tmp_path / "secret").write_text(f"\ufeff{value}\r\n", encoding="utf-8")
    monkeypatch.setenv(f"{name}_FILE", str(tmp_path / "secret"))
    reading = settings.read()
    assert reading.faults == ()
    found = reading.settings.model_dump()[
        next(
            field
            for field, given in settings.Settings.model_fields.items()
            if str(given.validation_alias or field).upper() == name
        )
    ]
    assert (found if isinstance(found, str) else found.get_secret_value()) == value


def test_a_file_that_gives_no_secret_is_a_fault_and_what_it_was_called_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "empty").write_text(" \n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for path in ("none-xoxb-1", "empty", "binary", "."):
        monkeypatch.setenv("SLACK_BOT_TOKEN_FILE", str(tmp_path / path))
        with pytest.raises(settings.UnreadableFile) as caught:
            settings.load()
        assert caught.value.values == {"name": "SLACK_BOT_TOKEN_FILE"}
        assert "none-xoxb-1" not in words("en")(caught.value.key, **caught.value.values)


def test_the_environment_goes_before_the_file_of_settings_with_either_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def token() -> str:
        found = settings.load().slack_bot_token
        assert found
        return found.get_secret_value()

    (tmp_path / "secret").write_text("xoxb-file")
    (tmp_path / ".env").write_text("SLACK_BOT_TOKEN=xoxb-dot-env\n")
    monkeypatch.setenv("SLACK_BOT_TOKEN_FILE", "secret")
    assert token() == "xoxb-file"
    monkeypatch.delenv("SLACK_BOT_TOKEN_FILE")
    (tmp_path / ".env").write_text("SLACK_BOT_TOKEN_FILE=secret\n")
    assert token() == "xoxb-file"
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-environment")
    assert token() == "xoxb-environment"
    monkeypatch.setenv("SLACK_BOT_TOKEN_FILE", "secret")
    with pytest.raises(settings.SetTwice):
        settings.load()


def test_every_setting_that_can_be_wrong_has_its_own_mend():
    """The sentence for the others is about characters that don't fit into a header."""
    others = {name.upper() for name in settings._FIELDS} - set(SECRETS)
    checked = {
        str(settings.Settings.model_fields[field].validation_alias or field).upper()
        for decorator in settings.Settings.__pydantic_decorators__.field_validators.values()
        for field in decorator.info.fields
    }
    unchecked = {"MAILCHIMP_API_KEY", "CLEANED_MAILGUN_DOMAINS"}  # only trimmed, or split
    in_header = {name for name in checked if name.endswith(("_API_KEY", "_API_TOKEN"))}
    for language in LANGUAGES:
        sentences = {name: words(language)("error-bad-setting", name=name) for name in others}
        plain = words(language)("error-bad-setting", name="NAME")
        same = {name for name, said in sentences.items() if said.replace(name, "NAME") == plain}
        assert not same & (checked - unchecked - in_header)


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


def test_a_workspace_has_the_main_settings_but_no_source_of_contacts(monkeypatch: pytest.MonkeyPatch):
    for name, value in {
        "DATABASE_URL": "sqlite:////data/cleaned.db",
        "CLEANED_OPERATORS": "U1",
        "CLEANED_KEEP_BOUNCES": "60",
        "MAILCHIMP_API_KEY": "main-us1",
        "CLEANED_BREVO_TOKEN": "of the main workspace",
        "CLEANED_MAILGUN_DOMAINS": "main.example",
    }.items():
        monkeypatch.setenv(name, value)
    reading = settings.of_workspace(settings.load(), "T0B", "t0b")
    assert not reading.faults
    found = reading.settings
    assert (found.database_url, found.operators, found.keep_bounces) == (
        "sqlite:////data/cleaned-t0b.db",
        ("U1",),
        60,
    )
    assert (found.mailchimp_api_key, found.brevo_token, found.mailgun_domains) == (None, None, ())


def test_a_setting_that_ends_with_the_id_holds_for_that_workspace(tmp_path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "key").write_text("of-b-us2\n")
    (tmp_path / ".env").write_text("CLEANED_TIMEZONE_T0B=Europe/Paris\nCLEANED_OPERATORS_T0B=U7\n")
    monkeypatch.setenv("CLEANED_OPERATORS", "U1")
    monkeypatch.setenv("CLEANED_OPERATORS_T0B", "U2 U3")
    monkeypatch.setenv("MAILCHIMP_API_KEY_T0B_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("CLEANED_PORT_T0B", "1")  # the process has one
    main = settings.load()
    ours = settings.of_workspace(main, "T0B", "t0b").settings
    assert (ours.operators, ours.timezone, ours.port) == (("U2", "U3"), "Europe/Paris", 3000)
    assert ours.mailchimp_api_key == SecretStr("of-b-us2")
    others = settings.of_workspace(main, "T0C", "t0c").settings
    assert (others.operators, others.timezone, others.mailchimp_api_key) == (("U1",), "UTC", None)


def test_faults_of_a_workspaces_settings_have_their_whole_names(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CLEANED_BREVO_TOKEN_T0B", "short")
    monkeypatch.setenv("CLEANED_KEEP_BOUNCES_T0B", "1")
    monkeypatch.setenv("CLEANED_IMAP_URL_T0B_FILE", "/nowhere")
    reading = settings.of_workspace(settings.load(), "T0B", "t0b")
    assert {(type(fault), fault.values["name"]) for fault in reading.faults} == {
        (settings.ShortSecret, "CLEANED_BREVO_TOKEN_T0B"),
        (settings.BadSetting, "CLEANED_KEEP_BOUNCES_T0B"),
        (settings.UnreadableFile, "CLEANED_IMAP_URL_T0B_FILE"),
    }
    assert (reading.settings.brevo_token, reading.settings.keep_bounces) == (None, None)
