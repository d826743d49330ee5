"""Token rotation: before expiry, on demand, each refresh token used once, and a refusal said."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Event
from time import time
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from handlers.clock import utc_now
from handlers.slack.installation import rotation as rotations
from handlers.slack.installation.installations import Installations, Installed
from handlers.slack.installation.rotation import RenewingClient, Rotation
from storage.core.database import Database
from tests.support.every_table import rows_of
from tests.support.oauth import FakeOAuth, installation, settings

HOUR = 3600


@pytest.fixture
def process(database: Database, slack: FakeOAuth) -> Callable[..., tuple[Installations, Rotation]]:
    """A process of the bot: what it has of installations, and its rotation."""

    def start(
        at: Database = database, clock: Callable[[], datetime] = utc_now
    ) -> tuple[Installations, Rotation]:
        config = settings(slack_api_url=slack.url)
        installations = Installations(at, config)
        return installations, Rotation(installations, at, config, clock)

    return start


def expiring(slack: FakeOAuth, team: str, seconds: float) -> dict[str, Any]:
    slack.refresh_tokens.add(f"xoxe-hush-{team}")
    return {"bot_refresh_token": f"xoxe-hush-{team}", "bot_token_expires_at": int(time() + seconds)}


def test_what_expires_within_two_hours_is_renewed_and_nothing_else(process, slack: FakeOAuth):
    installations, rotation = process()
    for team, seconds in (("T1", 2 * HOUR - 60), ("T2", 2 * HOUR + 60), ("T3", -HOUR)):
        installations.save(installation(team, **expiring(slack, team, seconds)))
    installations.save(installation("T4"))
    org = {"enterprise_id": "E1", "enterprise_name": "Z", "is_enterprise_install": True}
    installations.save(installation(None, **org, **expiring(slack, "E1", HOUR)))
    assert rotation.rotate_due()
    assert sorted(slack.used) == ["xoxe-hush-E1", "xoxe-hush-T1", "xoxe-hush-T3"]
    found = {each.id: each for each in installations.all()}
    assert {id_ for id_, each in found.items() if each.bot_token.startswith("xoxe.")} == {"E1", "T1", "T3"}
    assert all(
        each.expires_at > utc_now() + timedelta(hours=11) for each in found.values() if each.id in "E1T1T3"
    )
    bot = installations.store.find_bot(enterprise_id=None, team_id="T1")
    assert bot.bot_token == found["T1"].bot_token
    assert rotation.rotate_due()
    assert len(slack.used) == 3


def test_the_next_renewal_uses_the_new_refresh_token(process, slack: FakeOAuth):
    installations, _ = process()
    installations.save(installation(**expiring(slack, "T1", HOUR)))
    for hours in (0, 11, 22):
        _, rotation = process(clock=lambda hours=hours: utc_now() + timedelta(hours=hours))
        rotation.rotate_due()
    assert slack.used == ["xoxe-hush-T1", "xoxe-1-hush-1", "xoxe-1-hush-2"]


def test_a_token_that_slack_calls_expired_is_renewed_at_once_however_its_clock_goes(
    process, slack: FakeOAuth
):
    installations, rotation = process()
    old = installations.save(installation(**expiring(slack, "T1", 9 * HOUR)))
    new = rotation.refresh(old)
    assert new == installations.find("T1") != old
    assert rotation.refresh(old) == new
    assert len(slack.used) == 1
    installations.remove("T1")
    assert rotation.refresh(new) is None


def test_a_call_with_an_expired_token_is_sent_again_with_a_new_one(process, slack: FakeOAuth):
    installations, rotation = process()
    old = installations.save(installation(**expiring(slack, "T1", 9 * HOUR)))
    slack.expired.add(old.bot_token)
    client = RenewingClient(old, rotation, base_url=slack.url)
    assert client.chat_postMessage(channel="C1", text="hello")["ok"]
    assert client.token == installations.find("T1").bot_token != old.bot_token
    assert RenewingClient(old, rotation, base_url=slack.url).auth_test()["ok"]
    assert len(slack.used) == 1
    slack.expired.add(str(client.token))
    slack.refresh_tokens.clear()
    with pytest.raises(SlackApiError, match="token_expired"):
        client.auth_test()
    assert slack.calls["chat.postMessage"] == 2
    slack.refusal = "invalid_auth"
    with pytest.raises(SlackApiError, match="invalid_auth"):
        client.auth_test()


def test_many_who_need_it_at_once_use_a_refresh_token_once(
    process, slack: FakeOAuth, database: Database, database_url: str
):
    """Threads of one process, and on PostgreSQL several processes: SQLite has one."""
    slack.seconds = 0.1
    others = [] if database.is_sqlite else [Database(database_url) for _ in range(3)]
    installations, first = process()
    all_rotations = [first, *(process(other)[1] for other in others)] * 3
    old = installations.save(installation(**expiring(slack, "T1", HOUR)))
    with ThreadPoolExecutor(2 * len(all_rotations)) as threads:
        on_demand = [threads.submit(each.refresh, old) for each in all_rotations]
        on_time = [threads.submit(each.rotate_due) for each in all_rotations]
        renewed = {each.result() for each in on_demand}
        assert all(each.result() for each in on_time)
    assert slack.used == ["xoxe-hush-T1"]
    assert renewed == {installations.find("T1")}
    for other in others:
        other.close()


def test_whoever_waits_too_long_for_another_process_goes_on_with_the_token_that_there_is(
    process, slack: FakeOAuth, database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
):
    if database.is_sqlite:
        pytest.skip("one process")
    monkeypatch.setattr(rotations, "WAIT_SECONDS", 0.0)
    begun, go_on, other = Event(), Event(), Database(database_url)

    def wait() -> None:
        begun.set()
        go_on.wait(30)

    slack.on_refresh = wait
    installations, rotation = process()
    old = installations.save(installation(**expiring(slack, "T1", HOUR)))
    with ThreadPoolExecutor(1) as threads:
        under_way = threads.submit(process(other)[1].refresh, old)
        assert begun.wait(30)
        assert rotation.refresh(old) == old
        go_on.set()
        assert under_way.result() == installations.find("T1") != old
    assert len(slack.used) == 1
    other.close()


def test_one_that_was_removed_meanwhile_stays_removed_and_one_installed_again_keeps_the_new_token(
    process, slack: FakeOAuth, database: Database
):
    installations, rotation = process()
    old = installations.save(installation(**expiring(slack, "T1", HOUR), installed_at=time() - 60))
    slack.on_refresh = lambda: installations.save(installation(bot_token="xoxb-again"))
    found = rotation.refresh(old)
    assert found
    assert found.bot_token == "xoxb-again"
    old = installations.save(installation("T2", **expiring(slack, "T2", HOUR)))
    slack.on_refresh = lambda: installations.remove("T2")
    assert rotation.refresh(old) is None
    assert [each.id for each in installations.all()] == ["T1"]
    assert len(rows_of(database, "slack_bots")) == 1


@pytest.mark.parametrize("is_on_demand", [True, False])
def test_a_refused_refresh_is_said_once_and_asks_for_an_installation(
    process, slack: FakeOAuth, caplog: pytest.LogCaptureFixture, is_on_demand: bool
):
    installations, rotation = process()
    old = installations.save(installation(**expiring(slack, "T1", HOUR)))
    slack.refresh_tokens.clear()

    def run() -> None:
        if is_on_demand:
            assert rotation.refresh(old).bot_token == old.bot_token
        else:
            rotation.rotate_due()

    run()
    run()
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "T1" in record.getMessage()
    assert "invalid_refresh_token" in record.getMessage()
    assert "hush" not in caplog.text
    assert len(slack.used) == 1
    assert installations.find("T1").needs_reinstall
    installations.save(installation(**expiring(slack, "T1", 12 * HOUR)))
    assert not installations.find("T1").needs_reinstall


@pytest.mark.parametrize("refusal", ["ratelimited", "internal_error", "bad_client_secret", 503, 429])
def test_what_may_be_put_right_is_tried_again(
    process, slack: FakeOAuth, refusal: str | int, caplog: pytest.LogCaptureFixture
):
    installations, rotation = process()
    old = installations.save(installation(**expiring(slack, "T1", HOUR)))
    slack.refusal = refusal
    assert not rotation.rotate_due()
    assert rotation.refresh(old) == old == installations.find("T1")
    assert "hush" not in caplog.text
    slack.refusal = ""
    assert rotation.rotate_due()
    assert slack.used == ["xoxe-hush-T1"]


def test_while_slack_is_down_the_token_stays(process, slack: FakeOAuth, caplog: pytest.LogCaptureFixture):
    installations, rotation = process()
    old = installations.save(installation(**expiring(slack, "T1", HOUR)))
    slack.stop()
    assert not rotation.rotate_due()
    assert installations.find("T1") == old
    assert "hush" not in caplog.text


def test_a_process_that_lost_the_task_s_lease_renews_no_more(process, slack: FakeOAuth):
    installations, rotation = process()
    for team in ("T1", "T2"):
        installations.save(installation(team, **expiring(slack, team, HOUR)))
    answers = iter([True, False])
    rotation.rotate_due(lambda: next(answers))
    assert len(slack.used) == 1


def test_new_tokens_are_not_lost_because_the_database_was_away_for_a_moment(
    process, slack: FakeOAuth, monkeypatch: pytest.MonkeyPatch
):
    installations, rotation = process()
    old = installations.save(installation(**expiring(slack, "T1", HOUR)))
    monkeypatch.setattr(rotations, "STORING_AGAIN_SECONDS", 0.0)
    store, failures = installations.store.replace_tokens, iter([OSError(), OSError()])

    def replace_tokens(*given):
        for failure in failures:
            raise failure
        return store(*given)

    monkeypatch.setattr(installations.store, "replace_tokens", replace_tokens)
    new = rotation.refresh(old)
    assert isinstance(new, Installed)
    assert new.bot_token == "xoxe.xoxb-hush-1"
