"""People who were erased, recognised by a keyed hash of their address.

The key is random, and kept in the database: who has the database can test a guess, and can't read an address from it.
"""

import hashlib
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from storage.core.engines import insert_unless_there
from storage.privacy.tables import ForgottenRow, SecretRow

KEY_NAME = "forgotten"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The people who were erased. `address_key in forgotten` is quick: an import asks for each row."""

    key: bytes
    hashes: Collection[str]

    def __bool__(self) -> bool:
        return bool(self.hashes)

    def __contains__(self, address_key: str) -> bool:
        return bool(self.hashes) and hash_of(self.key, address_key) in self.hashes


NOBODY = Forgotten(b"", frozenset())


def hash_of(key: bytes, address_key: str) -> str:
    """The keyed hash of an address in lower case, in hexadecimal."""
    return hashlib.blake2b(address_key.encode("utf-8", "replace"), key=key, digest_size=16).hexdigest()


def load(session: Session) -> Forgotten:
    """Everybody who was erased so far."""
    hashes = frozenset(session.exec(select(ForgottenRow.hash)))
    return Forgotten(_key(session), hashes) if hashes else NOBODY


def add(session: Session, address_keys: Iterable[str], *, by: str, now: datetime) -> list[str]:
    """Marks these addresses as erased; returns their hashes. Marking one again changes nothing."""
    key = _key(session)
    hashes = [hash_of(key, address_key) for address_key in address_keys]
    for hash_ in hashes:
        insert_unless_there(session, ForgottenRow(hash=hash_, at=now, by=by))
    return hashes


def remove(session: Session, address_keys: Iterable[str]) -> int:
    """Takes the marks of these addresses away; returns how many had one."""
    key = _key(session)
    hashes = [hash_of(key, address_key) for address_key in address_keys]
    marked = delete(ForgottenRow).where(col(ForgottenRow.hash).in_(hashes))
    return session.connection().execute(marked).rowcount


def _key(session: Session) -> bytes:
    """The key, which is made when it is first needed, by whichever process comes first."""
    query = select(SecretRow.value).where(SecretRow.name == KEY_NAME)
    key = session.exec(query).first()
    if key is None:
        insert_unless_there(session, SecretRow(name=KEY_NAME, value=secrets.token_bytes(32)))
        key = session.exec(query).one()
    return key
