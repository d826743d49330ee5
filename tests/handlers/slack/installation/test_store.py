"""Installations in the database: encrypted, the newest of each workspace, gone with the app."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import SQLAlchemyOAuthStateStore
from sqlalchemy import MetaData, String, Text

from bot.maintenance.cleanup import delete_expired
from handlers.clock import utc_now
from handlers.slack.installation import store as stores
from handlers.slack.installation.installations import (
    Installations,
    Installed,
    WrongTokenKey,
    install_url,
    missing_scopes,
)
from handlers.slack.installation.store import STATE_SECONDS, StateStore, TooManyStates
from handlers.slack.web_api.scopes import SCOPES
from handlers.words import LANGUAGES, words
from storage.core.database import Database
from storage.workspaces import installation_tables
from tests.support.every_table import bytes_of, rows_of
from tests.support.oauth import KEY, OTHER_KEY, installation, settings

ALL: dict[str, Any] = {
    "bot_refresh_token": "xoxe-hush-refresh",
    "bot_token_expires_at": 1_900_000_000,
    "user_token": "xoxp-hush-user",
    "user_refresh_token": "xoxe-hush-user-refresh",
    "incoming_webhook_url": "https://hooks.example.com/hush",
}


@pytest.fixture
def installations(database: Database) -> Installations:
    return Installations(database, settings())


def at(seconds: float) -> datetime:
    return datetime(2026, 11, 24, 9, 30, 0, 123_457, UTC) + timedelta(seconds=seconds)


def test_the_tables_are_the_sdk_s_with_texts_of_any_length():
    theirs = MetaData()
    SQLAlchemyInstallationStore.build_installations_table(theirs, "slack_installations")
    SQLAlchemyInstallationStore.build_bots_table(theirs, "slack_bots")
    SQLAlchemyOAuthStateStore.build_oauth_states_table(theirs, "slack_oauth_states")
    for name, table in theirs.tables.items():
        ours = installation_tables.INSTALLATIONS.metadata.tables[name]
        assert [column.name for column in ours.columns] == [column.name for column in table.columns]
        for column in table.columns:
            own = ours.c[column.name]
            assert (own.nullable, own.primary_key) == (column.nullable, column.primary_key)
            assert type(own.type) is (Text if isinstance(column.type, String) else type(column.type))
        described = [(each.name, [column.name for column in each.columns]) for each in table.indexes]
        assert described == [(each.name, [column.name for column in each.columns]) for each in ours.indexes]
    assert {
        name
        for name in [column.name for column in installation_tables.INSTALLATIONS.c]
        if name.endswith(("_token", "_url"))
    } - {*("enterprise_url", "incoming_webhook_configuration_url")} == set(installation_tables.SECRETS)


def test_no_secret_is_in_the_database_and_all_of_them_come_back(
    database: Database, installations: Installations
):
    installations.save(installation(**ALL))
    stored = [*rows_of(database, "slack_installations"), *rows_of(database, "slack_bots")]
    assert len(stored) == 2
    assert "hush" not in str(stored)
    if database.is_sqlite:
        content = bytes_of(database)
        assert b"Team T1" in content
        assert b"hush" not in content
    found = installations.store.find_installation(enterprise_id=None, team_id="T1")
    assert found
    assert {name: found.__dict__[name] for name in ALL} == ALL
    bot = installations.store.find_bot(enterprise_id=None, team_id="T1")
    assert bot
    assert (bot.bot_token, bot.bot_refresh_token) == ("xoxb-hush-T1", "xoxe-hush-refresh")


def test_what_is_known_of_an_installation_does_not_show_its_token(installations: Installations):
    saved = installations.save(installation(**ALL))
    assert installations.find("T1") == saved
    assert "hush" not in repr(saved)
    assert saved == Installed(
        team_id="T1",
        team_name="Team T1",
        enterprise_id=None,
        is_org=False,
        bot_token="xoxb-hush-T1",
        bot_id="B1",
        bot_user_id="UB1",
        app_id="A1",
        scopes=SCOPES,
        expires_at=datetime.fromtimestamp(1_900_000_000, UTC),
        installed_by="U1",
        installed_at=saved.installed_at,
        needs_reinstall=False,
    )
    who = saved.authorize_result()
    assert (who.team_id, who.bot_token, who.bot_user_id, who.bot_id) == ("T1", "xoxb-hush-T1", "UB1", "B1")


def test_installing_again_replaces_the_tokens_of_that_workspace_alone(
    database: Database, installations: Installations
):
    for team, when in (("T1", 0), ("T2", 0), ("T1", 60)):
        installations.save(
            installation(team, bot_token=f"xoxb-{team}-{when}", installed_at=at(when).timestamp())
        )
    assert [each.bot_token for each in installations.all()] == ["xoxb-T1-60", "xoxb-T2-0"]
    assert len(rows_of(database, "slack_installations")) == len(rows_of(database, "slack_bots")) == 2


def test_a_workspace_goes_before_its_organization_and_keeps_its_installation_when_it_joins_one(
    installations: Installations,
):
    org = {"enterprise_id": "E1", "enterprise_name": "Acme", "is_enterprise_install": True}
    installations.save(installation("T1"))
    installations.save(installation(None, team_name=None, bot_token="xoxb-org", **org))
    installations.save(installation("T2", enterprise_id="E1", bot_token="xoxb-own"))

    def token(team: str | None, enterprise: str | None) -> str | None:
        found = installations.find(team, enterprise)
        return found.bot_token if found else None

    assert token("T2", "E1") == token("T2", None) == "xoxb-own"
    assert token("T1", "E1") == token("T1", None) == "xoxb-hush-T1"
    assert token("T3", "E1") == token(None, "E1") == "xoxb-org"
    assert token("T3", "E2") is token("T3", None) is token(None, None) is None
    found = installations.find("T3", "E1")
    assert found
    assert (found.team_id, found.team_name, found.is_org, found.id) == (None, "Acme", True, "E1")
    assert found.authorize_result("T3").team_id == "T3"
    assert [each.id for each in installations.all()] == ["E1", "T1", "T2"]


@pytest.mark.parametrize(("removed", "left"), [(("T1", None), ["E1", "T2"]), ((None, "E1"), ["T1", "T2"])])
def test_removal_deletes_the_tokens_of_one_and_no_other(
    database: Database, installations: Installations, removed, left
):
    installations.save(installation("T1"))
    installations.save(installation("T2", enterprise_id="E1"))
    installations.save(installation(None, enterprise_id="E1", is_enterprise_install=True))
    installations.remove(*removed)
    assert sorted(each.id for each in installations.all()) == left
    for table in ("slack_installations", "slack_bots"):
        rows = rows_of(database, table)
        assert sorted(row["team_id"] or row["enterprise_id"] for row in rows) == left
    installations.remove(*removed)


def test_a_removal_that_is_told_late_leaves_what_was_installed_since(installations: Installations):
    for seconds, is_left in ((0, False), (0.8, False), (1, True), (60, True)):
        installations.save(installation(installed_at=at(seconds).timestamp()))
        installations.remove("T1", None, at(0).replace(microsecond=0))
        assert bool(installations.all()) is is_left


def test_another_app_of_the_same_database_is_not_seen(database: Database, installations: Installations):
    installations.save(installation("T1"))
    other = Installations(database, settings(slack_client_id="333.444"))
    assert other.all() == []
    other.remove("T1")
    assert len(installations.all()) == 1


def test_keys_are_changed_without_a_moment_in_which_a_token_is_lost(database: Database):
    def opened(keys: str) -> Installations:
        return Installations(database, settings(CLEANED_TOKEN_KEY=keys))

    opened(KEY).save(installation(**ALL))
    opened(KEY).save(installation("T2"))
    with pytest.raises(WrongTokenKey) as caught:
        opened(OTHER_KEY).all()
    assert all("CLEANED_TOKEN_KEY" in words(language)(caught.value.key) for language in LANGUAGES)
    for ask in (lambda: opened(OTHER_KEY).find("T1"), opened(OTHER_KEY).renew):
        with pytest.raises(WrongTokenKey):
            ask()
    both = opened(f"{OTHER_KEY} {KEY}")
    before = both.all()
    assert both.renew() == (2, frozenset())
    assert opened(OTHER_KEY).all() == before
    found = opened(OTHER_KEY).store.find_installation(enterprise_id=None, team_id="T1")
    assert found
    assert found.user_token == ALL["user_token"]
    assert opened(OTHER_KEY).store.find_bot(enterprise_id=None, team_id="T1")
    with pytest.raises(WrongTokenKey):
        opened(KEY).all()


def test_a_token_of_a_lost_key_keeps_no_other_from_being_encrypted_anew(database: Database):
    def opened(keys: str) -> Installations:
        return Installations(database, settings(CLEANED_TOKEN_KEY=keys))

    opened(KEY).save(installation("T1"))
    opened(OTHER_KEY).save(installation("T2"))
    opened(OTHER_KEY).save(installation(None, enterprise_id="E1", is_enterprise_install=True))
    before = rows_of(database, "slack_installations")[0]
    assert opened(OTHER_KEY).renew() == (2, frozenset({"T1"}))
    assert rows_of(database, "slack_installations")[0] == before
    assert [each.id for each in opened(KEY).all()] == ["T1"]


def test_tokens_are_replaced_only_where_they_are_still_the_ones_that_were_read(
    installations: Installations,
):
    store = installations.store
    old = installation(**ALL, installed_at=at(0).timestamp())
    new = installation(
        **{**ALL, "bot_token": "xoxb-new", "bot_token_expires_at": 1_900_043_200},
        installed_at=at(0).timestamp(),
    )
    assert not store.replace_tokens(old, new)
    store.save(old)
    assert store.replace_tokens(old, new)
    assert not store.replace_tokens(old, installation(**ALL))
    again = installation(**ALL, bot_token="xoxb-again", installed_at=at(9).timestamp())
    store.save(again)
    assert not store.replace_tokens(new, old)
    assert [each.bot_token for each in installations.all()] == ["xoxb-again"]


def test_a_state_is_used_once_even_by_many_at_once(database: Database):
    store = StateStore(database, utc_now)
    for _ in range(5):
        state = store.issue()
        with ThreadPoolExecutor(4) as browsers:
            assert sorted(browsers.map(store.consume, [state] * 4)) == [False, False, False, True]
    assert not store.consume("never issued")


def test_an_expired_state_is_refused_and_deleted_by_the_clean_up(database: Database):
    later = utc_now() + timedelta(seconds=STATE_SECONDS + 1)
    state = StateStore(database, utc_now).issue()
    assert delete_expired(database, utc_now()) == 0
    assert not StateStore(database, lambda: later).consume(state)
    assert delete_expired(database, later) == 1
    assert rows_of(database, "slack_oauth_states") == []


def test_strangers_can_begin_only_so_many(database: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stores, "MOST_STATES", 2)
    store = StateStore(database, utc_now)
    store.issue()
    store.issue()
    with pytest.raises(TooManyStates):
        store.issue()
    later = utc_now() + timedelta(seconds=STATE_SECONDS + 1)
    StateStore(database, lambda: later).issue()
    assert len(rows_of(database, "slack_oauth_states")) == 1


def test_scopes_that_are_missing_and_where_to_install_again(installations: Installations):
    granted = installations.save(installation(bot_scopes=["commands", "chat:write", "extra"])).scopes
    assert missing_scopes(granted) == sorted(SCOPES - {"commands", "chat:write"})
    assert missing_scopes(SCOPES) == []
    assert install_url(settings(CLEANED_PUBLIC_URL="https://b.example.com/x/"), "T1") == (
        "https://b.example.com/x/slack/install?team=T1"
    )
