"""`cleaned sync`, and what the other commands say of an audience that is Mailchimp's."""

import json
import os
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.mailchimp.mirror import pages
from bot.mailchimp.outbox import roads
from bot.workspaces import databases
from handlers import cli
from handlers.standins.mailchimp.faults import FaultKind
from handlers.standins.mailchimp.standin import Standin
from handlers.words import Words
from handlers.words import words as words_for
from storage.audiences import audiences
from storage.mailchimp.api.client import Client

NAME = "Trail news"


@pytest.fixture(params=["en_GB.UTF-8", "fr_FR.UTF-8"], ids=["en", "fr"])
def words(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Words:
    monkeypatch.setenv("LC_ALL", request.param)
    return words_for(request.param[:2])


@pytest.fixture(autouse=True)
def settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str, account: Standin
) -> pytest.MonkeyPatch:
    """On each engine, with the key of the test's own account."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith(("SLACK_", "CLEANED_", "DATABASE_", "MAILCHIMP_", "OTEL_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("MAILCHIMP_API_KEY", account.key)
    monkeypatch.setenv("MAILCHIMP_API_URL", account.url)
    return monkeypatch


def filled(account: Standin, name: str = NAME) -> str:
    """Three contacts, one of them cleaned."""
    made = account.add_list(name)
    account.put(made, "ann@example.com")
    account.put(made, "zoé@example.com", "unsubscribed")
    account.put(made, "bob@example.com")
    account.clean(made, "bob@example.com")
    return made


def figures(added: int = 0, changed: int = 0, unchanged: int = 0, refused: int = 0) -> dict[str, int]:
    return {"added": added, "changed": changed, "unchanged": unchanged, "refused": refused}


def counts(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert cli.main(["counts", "--json"]) == cli.DONE
    return list(json.loads(capsys.readouterr().out))


def test_every_audience_is_copied_then_only_what_changed_is(
    account: Standin, words: Words, capsys: pytest.CaptureFixture[str]
):
    made = filled(account)
    filled(account, "Refuges")
    assert cli.main(["sync"]) == cli.DONE
    told = capsys.readouterr().out.splitlines()
    assert words("terminal-synced", name=NAME, **figures(added=3)) in told
    assert words("terminal-synced", name="Refuges", **figures(added=3)) in told
    account.clean(made, "ann@example.com")
    assert cli.main(["sync", "--audience", "trail news"]) == cli.DONE
    [line] = capsys.readouterr().out.splitlines()
    assert line == words("terminal-synced", name=NAME, **figures(changed=1, unchanged=2))
    mirror = counts(capsys)[-1]
    assert mirror["audience"] == NAME
    assert (mirror["cleaned"], mirror["by_reason"]["hard"], mirror["source"]) == (2, 2, "mailchimp")
    assert mirror["mirrored_until"]


def test_counts_say_where_an_audience_is_from_and_how_fresh_it_is(
    account: Standin, words: Words, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    filled(account)
    (tmp_path / "a.csv").write_text("Email\na@example.com\n")
    assert cli.main(["import", "a.csv", "--audience", "Club"]) == cli.DONE
    assert cli.main(["sync"]) == cli.DONE
    capsys.readouterr()
    assert cli.main(["counts"]) == cli.DONE
    local, mirror = [line for line in capsys.readouterr().out.splitlines() if line[:1].strip()]
    assert local == "Club"
    assert mirror.startswith(f"{NAME} · " + words("mirror-as-of", at="")[:10])


def test_counts_that_differ_from_mailchimp_s_own_are_told(
    account: Standin, words: Words, capsys: pytest.CaptureFixture[str]
):
    made = filled(account)
    account.misreport(made, cleaned=3, subscribed=-1)
    assert cli.main(["sync"]) == cli.DONE
    more = words("mirror-more", status=words("statuses-cleaned"), n=3)
    fewer = words("mirror-fewer", status=words("statuses-subscribed"), n=1)
    assert words("mirror-differs", which=f"{fewer}, {more}") in capsys.readouterr().out


def test_without_a_key_there_is_one_sentence_and_2(
    settings: pytest.MonkeyPatch, words: Words, capsys: pytest.CaptureFixture[str]
):
    settings.setenv("MAILCHIMP_API_KEY", "off")
    assert cli.main(["sync"]) == cli.WRONG_USE
    assert capsys.readouterr().err == f"cleaned: {words('error-no-mailchimp-key')}\n"


@pytest.mark.parametrize(
    ("key", "sentence", "values"),
    [
        ("0123456789abcdef0123456789abcdef-us6", "mailchimp-key-refused", {}),
        ("without rights", "mailchimp-forbidden", {"title": "Forbidden"}),
    ],
)
def test_a_key_that_mailchimp_refuses_is_one_sentence_without_the_key(
    account: Standin,
    settings: pytest.MonkeyPatch,
    words: Words,
    key: str,
    sentence: str,
    values: dict[str, str],
    capsys: pytest.CaptureFixture[str],
):
    key = account.key_without_rights if key == "without rights" else key
    settings.setenv("MAILCHIMP_API_KEY", key)
    assert cli.main(["sync"]) == cli.FAILED
    assert capsys.readouterr().err == f"cleaned: {words(sentence, **values)}\n"


def test_what_is_no_audience_of_mailchimp_is_told(
    words: Words, account: Standin, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert cli.main(["sync"]) == cli.DONE
    assert words("terminal-sync-none") in capsys.readouterr().out
    (tmp_path / "a.csv").write_text("Email\na@example.com\n")
    assert cli.main(["import", "a.csv", "--audience", "Club"]) == cli.DONE
    capsys.readouterr()
    assert cli.main(["sync", "--audience", "Club"]) == cli.FAILED
    assert capsys.readouterr().err == f"cleaned: {words('error-not-mirrored', name='Club')}\n"
    assert cli.main(["sync", "--audience", "Klub"]) == cli.FAILED
    assert words("error-unknown-audience", name="Klub", known="Club") in capsys.readouterr().err


def test_an_interrupted_sync_is_carried_on_by_the_same_command(
    account: Standin, words: Words, settings: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    settings.setattr(pages, "MAX_STORED", pages.MIN_STORED)
    made = account.add_list(NAME)
    account.fill(made, 11_000, seed=3)
    real = Client.page

    def interrupted(
        client: Client, read: Any, audience_id: str, offset: int = 0, *given: Any, **more: Any
    ) -> Any:
        if offset > 8_000:
            raise KeyboardInterrupt
        return real(client, read, audience_id, offset, *given, **more)

    settings.setattr(Client, "page", interrupted)
    assert cli.main(["sync"]) == cli.INTERRUPTED
    assert words("terminal-sync-interrupted") in capsys.readouterr().err
    assert 0 < sum(counts(capsys)[0]["by_status"].values()) < 11_000
    settings.setattr(Client, "page", real)
    assert cli.main(["sync"]) == cli.DONE
    out, err = capsys.readouterr()
    assert words("terminal-sync-carries-on", name=NAME) in err
    assert words("terminal-synced", name=NAME, **figures(added=11_000))[:25] in out
    [found] = counts(capsys)
    assert sum(found["by_status"].values()) == 11_000
    theirs = [member.status for member in account.members(made)]
    assert found["cleaned"] == theirs.count("cleaned")


def test_mailchimp_s_trouble_is_one_sentence_and_what_was_begun_is_carried_on(
    account: Standin, words: Words, capsys: pytest.CaptureFixture[str]
):
    filled(account)
    account.faults.add(FaultKind.SERVER_ERROR, path="/lists/.*/members", times=None)
    assert cli.main(["sync"]) == cli.FAILED
    assert capsys.readouterr().err == f"cleaned: {NAME}: {words('mailchimp-unavailable', reason='500')}\n"
    account.faults.clear()
    assert cli.main(["sync"]) == cli.DONE
    assert words("terminal-synced", name=NAME, **figures(added=3)) in capsys.readouterr().out


def test_one_bad_audience_of_three_stops_no_other(
    account: Standin, words: Words, capsys: pytest.CaptureFixture[str]
):
    names = ("One", "Two", "Three")
    bad = [filled(account, name) for name in names][1]
    for path, sentence in (
        ("merge-fields", words("mirror-unreadable", audience="Two")),
        ("members", words("mailchimp-unavailable", reason="500")),
    ):
        account.faults.add(FaultKind.SERVER_ERROR, path=f"/lists/{bad}/{path}", times=None)
        assert cli.main(["sync"]) == cli.FAILED
        out, err = capsys.readouterr()
        assert f"Two: {sentence}" in err
        assert [line.split(":")[0].strip() for line in out.splitlines()] == ["One", "Three"]
        account.faults.clear()
    assert cli.main(["sync"]) == cli.DONE
    assert [each["cleaned"] for each in counts(capsys)] == [1, 1, 1]


@pytest.mark.parametrize("words", ["en_GB.UTF-8"], indirect=True)
@pytest.mark.parametrize("trouble", ["gone", "other-account"])
def test_an_audience_that_is_gone_is_told_wherever_it_is_shown_and_its_mirror_stays(
    account: Standin, words: Words, trouble: str, capsys: pytest.CaptureFixture[str]
):
    made = filled(account)
    other = filled(account, "Other")
    assert cli.main(["sync"]) == cli.DONE
    before = [each for each in counts(capsys) if each["audience"] == NAME]
    kept, own = account._account.audiences[made], account.account_id
    account.remove_list(made)
    if trouble == "other-account":
        account.account_id = "another"
    sentence = words(f"mirror-{trouble}", audience=NAME)
    capsys.readouterr()
    assert cli.main(["check"]) == cli.FAILED
    assert f"{words('check-fault'):<6}  {sentence}" in capsys.readouterr().out
    for _ in range(2):
        assert cli.main(["sync"]) == cli.DONE, "what is missing for good fails no timer every day"
        out, err = capsys.readouterr()
        assert sentence in out
        assert not err
    assert cli.main(["sync", "--audience", NAME]) == cli.FAILED
    assert sentence in capsys.readouterr().err
    assert cli.main(["counts"]) == cli.DONE
    assert sentence in capsys.readouterr().out
    assert before == [each for each in counts(capsys) if each["audience"] == NAME]
    account._account.audiences[made], account.account_id = kept, own
    assert cli.main(["sync"]) == cli.DONE
    assert cli.main(["counts"]) == cli.DONE
    assert sentence not in capsys.readouterr().out
    assert account.member(other, "bob@example.com")


@pytest.mark.parametrize("words", ["en_GB.UTF-8"], indirect=True)
def test_the_check_says_which_call_archives_and_when_last(
    account: Standin, words: Words, database_url: str, capsys: pytest.CaptureFixture[str]
):
    filled(account)
    assert cli.main(["sync"]) == cli.DONE
    at = datetime(2026, 11, 20, 8, tzinfo=UTC)
    with closing(databases.open_current(database_url)) as database, database.transaction() as session:
        audience_id = audiences.list_all(session)[0].id
        roads.note(session, audience_id, by_list=at, by_contact=at, no_contact_api=at)
    capsys.readouterr()
    cli.main(["check"])
    out = capsys.readouterr().out
    for name in ("by-list", "by-contact", "no-contact-api"):
        assert words(f"check-mailchimp-{name}", at=words.moment(at.astimezone())) in out


def test_an_audience_of_mailchimp_is_neither_imported_into_nor_named_for_bounces(
    account: Standin, words: Words, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    filled(account)
    assert cli.main(["sync"]) == cli.DONE
    (tmp_path / "a.csv").write_text("Email\na@example.com\n")
    for command in ("import", "bounces"):
        capsys.readouterr()
        assert cli.main([command, "a.csv", "--audience", NAME]) == cli.FAILED
        assert capsys.readouterr().err == f"cleaned: {words('error-is-mirrored', name=NAME)}\n"
    assert sum(counts(capsys)[0]["by_status"].values()) == 3
