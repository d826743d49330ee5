"""Bolt's own stores of installations and of their states, on the bot's main database, with the tokens encrypted."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import SQLAlchemyOAuthStateStore

from bot.jobs.jobs import Clock
from storage.core.database import Database
from storage.workspaces import installation_states, installation_tables
from storage.workspaces.ciphers import TokenCipher, WrongKey

STATE_SECONDS = 600  # from the click on "Add to Slack" to the return from Slack
MOST_STATES = 10_000  # installations under way at the same time; a stranger can begin as many as they like


class TooManyStates(Exception):
    """So many installations have begun and not ended that no other may begin."""


class InstallationStore(SQLAlchemyInstallationStore):
    """Keeps the newest installation of each workspace and organization.

    Beside Bolt's methods: of a workspace, whatever organization it was in; the replacing of tokens; new keys.
    """

    def __init__(self, database: Database, client_id: str, cipher: TokenCipher) -> None:
        self._cipher = cipher
        super().__init__(client_id=client_id, engine=_engine(database))

    def build_installations_table(self, metadata: Any, table_name: str) -> Any:  # type: ignore[override]  # noqa: ARG002  a class method of Bolt's
        return installation_tables.encrypted(installation_tables.INSTALLATIONS, self._cipher)

    def build_bots_table(self, metadata: Any, table_name: str) -> Any:  # type: ignore[override]  # noqa: ARG002  a class method of Bolt's
        return installation_tables.encrypted(installation_tables.BOTS, self._cipher)

    def all(self) -> tuple[list[Installation], frozenset[str]]:
        """Returns the installations, the newest first, and the ids of the workspaces and organizations of those that
        can't be decrypted.

        Raises WrongKey if none can be, though there are some.
        """
        try:
            return self._select(), frozenset()
        except WrongKey:
            return self._decryptable()

    def newest(self, team_id: str | None, enterprise_id: str | None) -> Installation | None:
        """Of the workspace; of the organization if no workspace is given. Raises WrongKey."""
        return next(iter(self._select(team_id, enterprise_id)), None)

    def places(self) -> frozenset[str]:
        """The ids of the workspaces and organizations with an installation, of whatever app."""
        table = self.installations
        query = table.select().with_only_columns(table.c.team_id, table.c.enterprise_id)
        with self.engine.connect() as connection:
            return frozenset(team or enterprise for team, enterprise in connection.execute(query))

    def save(self, installation: Installation) -> None:
        """Stores it in the place of earlier ones, whose tokens are of no use any more."""
        super().save(installation)
        for table in (self.installations, self.bots):
            older = table.c.installed_at < installation.to_dict()["installed_at"].replace(tzinfo=None)
            condition = self._is_of(table, installation.team_id, installation.enterprise_id)
            with self.engine.begin() as connection:
                connection.execute(table.delete().where(*condition, older))

    def replace_tokens(self, old: Installation, new: Installation) -> bool:
        """Stores the new tokens; False if the installation was removed, or has others already."""
        changed = 0
        with self.engine.begin() as connection:
            for table, before, after in (
                (self.installations, old.to_dict(), new.to_dict()),
                (self.bots, old.to_bot().to_dict(), new.to_bot().to_dict()),
            ):
                same = (
                    table.c.installed_at == before["installed_at"].replace(tzinfo=None),
                    table.c.bot_token_expires_at == _naive(before["bot_token_expires_at"]),
                )
                condition = (*self._is_of(table, old.team_id, old.enterprise_id), *same)
                values = {name: _naive(after[name]) for name in after if "token" in name}
                changed += connection.execute(table.update().where(*condition).values(values)).rowcount
        return changed > 0

    def delete(self, team_id: str | None, enterprise_id: str | None, before: datetime | None = None) -> None:
        """Deletes what is kept of the workspace; of the organization if no workspace is given.

        `before`: only what was installed before that time.
        """
        with self.engine.begin() as connection:
            for table in (self.installations, self.bots):
                condition = self._is_of(table, team_id, enterprise_id)
                if before:
                    condition = (*condition, table.c.installed_at < _naive(before.astimezone(UTC)))
                connection.execute(table.delete().where(*condition))

    def encrypt_anew(self) -> tuple[int, frozenset[str]]:
        """Encrypts every token with the first key.

        Returns the number of installations, and the ids of the workspaces and organizations of those that can't be
        decrypted, which stay as they are. Raises WrongKey if none can be, though there are some.
        """
        done, others = [0, 0], set[str]()
        with self.engine.begin() as connection:
            for i, table in enumerate((self.installations, self.bots)):
                secrets = [column for column in table.c if column.name in installation_tables.SECRETS]
                places = table.select().with_only_columns(table.c.id, table.c.team_id, table.c.enterprise_id)
                for row_id, team, enterprise in connection.execute(places.with_for_update()).all():
                    is_row = table.c.id == row_id
                    try:
                        tokens = connection.execute(
                            table.select().with_only_columns(*secrets).where(is_row)
                        ).one()
                    except WrongKey:
                        others.add(team or enterprise)
                        continue
                    connection.execute(table.update().where(is_row).values(tokens._asdict()))
                    done[i] += 1
        if others and not any(done):
            raise WrongKey
        return done[0], frozenset(others)

    def _decryptable(self) -> tuple[list[Installation], frozenset[str]]:
        table = self.installations
        found: list[Installation] = []
        others: set[str] = set()
        with self.engine.connect() as connection:
            query = table.select().with_only_columns(table.c.id, table.c.team_id, table.c.enterprise_id)
            places = connection.execute(query.where(*self._is_ours(table))).all()
        for row_id, team, enterprise in places:
            try:
                found += self._where(table.c.id == row_id)
            except WrongKey:
                others.add(team or enterprise)
        if not found:
            raise WrongKey
        return sorted(found, key=lambda each: each.installed_at, reverse=True), frozenset(others)

    def _select(self, *team_and_enterprise: str | None) -> list[Installation]:
        table = self.installations
        return self._where(
            *(self._is_of(table, *team_and_enterprise) if team_and_enterprise else self._is_ours(table))
        )

    def _where(self, *condition: Any) -> list[Installation]:
        table = self.installations
        query = table.select().where(*condition).order_by(table.c.installed_at.desc(), table.c.id.desc())
        with self.engine.connect() as connection:
            return [self.build_installation_entity(row) for row in connection.execute(query).mappings()]

    def _is_ours(self, table: Any) -> tuple[Any, ...]:
        return (table.c.client_id == self.client_id,)

    def _is_of(self, table: Any, team_id: str | None, enterprise_id: str | None) -> tuple[Any, ...]:
        """The condition for a row of the workspace, which may have joined an organization since it was installed."""
        if team_id:
            return (*self._is_ours(table), table.c.team_id == team_id)
        return (*self._is_ours(table), table.c.team_id.is_(None), table.c.enterprise_id == enterprise_id)


class StateStore(SQLAlchemyOAuthStateStore):
    """Each state is used once, also by several processes; Bolt's own reads first and deletes then."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        super().__init__(expiration_seconds=STATE_SECONDS, engine=_engine(database))

    def build_oauth_states_table(self, metadata: Any, table_name: str) -> Any:  # type: ignore[override]  # noqa: ARG002  a class method of Bolt's
        return installation_tables.STATES

    def issue(self, *args: Any, **kwargs: Any) -> str:
        """Raises TooManyStates."""
        with self._database.transaction() as session:
            installation_states.delete_expired(session, self._clock())
            if installation_states.count(session) >= MOST_STATES:
                raise TooManyStates
        return str(super().issue(*args, **kwargs))

    def consume(self, state: str) -> bool:
        with self._database.transaction() as session:
            return installation_states.consume(session, state, self._clock())


def _naive(value: Any) -> Any:
    """Times as the SDK stores them; anything else as it is."""
    return value.replace(tzinfo=None) if hasattr(value, "tzinfo") else value


def _engine(database: Database) -> Any:
    """What the SDK's stores use of an engine, in transactions of the program's own: SQLite has one writer at a time."""
    return _Engine(database)


class _Engine:
    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def begin(self) -> Iterator[Any]:
        with self._database.transaction() as session:
            yield session.connection()

    @contextmanager
    def connect(self) -> Iterator[Any]:
        with self._database.reading() as session:
            yield session.connection()
