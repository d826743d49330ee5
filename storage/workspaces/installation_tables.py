"""Where the Slack SDK keeps installations and the states of those under way: its own tables, with texts of any length.

An encrypted token is longer than the SDK's columns. A test compares them with the SDK's. Times are UTC without a zone, as the SDK writes them.
"""

from typing import Any

from sqlalchemy import Boolean, Column, DateTime, Dialect, Index, Integer, MetaData, Table, Text
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

import storage.core.tables  # noqa: F401  names the constraints
from storage.workspaces.ciphers import TokenCipher

# A bot's webhook is a secret too: who knows its address can post.
SECRETS = ("bot_token", "bot_refresh_token", "user_token", "user_refresh_token", "incoming_webhook_url")


def _bot_columns() -> tuple[Column[Any], ...]:
    return (
        Column("bot_token", Text),
        Column("bot_id", Text),
        Column("bot_user_id", Text),
        Column("bot_scopes", Text),
        Column("bot_refresh_token", Text),
        Column("bot_token_expires_at", DateTime),
    )


INSTALLATIONS = Table(
    "slack_installations",
    SQLModel.metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("client_id", Text, nullable=False),
    Column("app_id", Text, nullable=False),
    Column("enterprise_id", Text),
    Column("enterprise_name", Text),
    Column("enterprise_url", Text),
    Column("team_id", Text),
    Column("team_name", Text),
    *_bot_columns(),
    Column("user_id", Text, nullable=False),
    Column("user_token", Text),
    Column("user_scopes", Text),
    Column("user_refresh_token", Text),
    Column("user_token_expires_at", DateTime),
    Column("incoming_webhook_url", Text),
    Column("incoming_webhook_channel", Text),
    Column("incoming_webhook_channel_id", Text),
    Column("incoming_webhook_configuration_url", Text),
    Column("is_enterprise_install", Boolean, default=False, nullable=False),
    Column("token_type", Text),
    Column("installed_at", DateTime, nullable=False),
    Index("slack_installations_idx", "client_id", "enterprise_id", "team_id", "user_id", "installed_at"),
)

BOTS = Table(
    "slack_bots",
    SQLModel.metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("client_id", Text, nullable=False),
    Column("app_id", Text, nullable=False),
    Column("enterprise_id", Text),
    Column("enterprise_name", Text),
    Column("team_id", Text),
    Column("team_name", Text),
    *_bot_columns(),
    Column("is_enterprise_install", Boolean, default=False, nullable=False),
    Column("installed_at", DateTime, nullable=False),
    Index("slack_bots_idx", "client_id", "enterprise_id", "team_id", "installed_at"),
)

STATES = Table(
    "slack_oauth_states",
    SQLModel.metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("state", Text, nullable=False),
    Column("expire_at", DateTime, nullable=False),
)


def encrypted(table: Table, cipher: TokenCipher) -> Table:
    """The same table with its secrets encrypted on their way in and decrypted on their way out."""
    copied = table.to_metadata(MetaData())
    for column in copied.columns:
        if column.name in SECRETS:
            column.type = _EncryptedText(cipher)
    return copied


class _EncryptedText(TypeDecorator[str]):
    """A text that the database has in encrypted form. Reading raises WrongKey."""

    impl = Text
    cache_ok = True

    def __init__(self, cipher: TokenCipher) -> None:
        super().__init__()
        self.cipher = cipher

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002  SQLAlchemy's
        return None if value is None else self.cipher.encrypt(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002  SQLAlchemy's
        return None if value is None else self.cipher.decrypt(value)
