"""Tables of the people who were erased, and of the key that their hashes are made with."""

from datetime import datetime

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field

from storage.core.tables import Table


class ForgottenRow(Table, table=True):
    """A person who was erased, as a keyed hash of the address: by it they are recognised when a file names them again."""

    __tablename__ = "forgotten"

    hash: str = Field(primary_key=True)
    at: datetime
    by: str


class SecretRow(Table, table=True):
    """A random key that the program has made for itself."""

    __tablename__ = "secret"

    name: str = Field(primary_key=True)
    value: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
