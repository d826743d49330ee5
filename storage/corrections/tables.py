"""Tables of consents, and of addresses that a person confirmed to be right."""

from datetime import datetime

from sqlalchemy import BigInteger, Integer
from sqlmodel import Field

from storage.core.tables import Table


class NotTypo(Table, table=True):
    """A person confirmed that this cleaned contact's address is right."""

    __tablename__ = "not_typo"
    audience_id: int = Field(primary_key=True, foreign_key="audience.id")
    contact_id: int = Field(primary_key=True, sa_type=BigInteger)
    said_by: str
    said_at: datetime


class Consent(Table, table=True):
    """The record of a correction: who ticked the permission, when, the text shown, the old and the new address."""

    id: int = Field(
        default=None,  # set once it is written
        primary_key=True,
        sa_type=BigInteger().with_variant(Integer, "sqlite"),
    )
    audience_id: int = Field(foreign_key="audience.id")
    old_contact_id: int | None = Field(default=None, sa_type=BigInteger)
    old_address: str | None = None
    contact_id: int = Field(sa_type=BigInteger)
    address: str
    given_by: str
    given_at: datetime
    wording: str
    language: str
