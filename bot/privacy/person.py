"""All that is kept of one person: by the same list of places by which they are erased."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.privacy import forget
from bot.privacy.uploads import naming
from storage.audiences import audiences
from storage.core.database import Database
from storage.privacy import traces
from storage.privacy.traces import Person


@dataclass(frozen=True, slots=True, repr=False)  # it holds an address
class PersonRecord:
    """What is kept: the rows of each table, with the columns that are about the person.

    `is_forgotten`: whether the person was erased, of which a keyed hash is kept.
    """

    address: str
    is_forgotten: bool
    tables: Mapping[str, Sequence[Mapping[str, Any]]]

    def to_json(self) -> dict[str, Any]:
        return {
            "address": self.address,
            "forgotten": self.is_forgotten,
            "tables": {table: list(rows) for table, rows in self.tables.items()},
        }


def kept(database: Database, text: str) -> PersonRecord:
    """Everything that is kept of the person with that address. Raises NoAddressToForget."""
    keys = forget.address_keys(text)
    who = Person.of(keys)
    tables: dict[str, Sequence[Mapping[str, Any]]] = dict(traces.find(database, who))
    if files := list(naming(database, who)):
        tables["upload_part"] = [{"job_id": file.job_id, "file": file.name} for file in files]
    return PersonRecord(keys[0], forget.is_forgotten(database, text), tables)


def audiences_of(database: Database, text: str) -> Sequence[str]:
    """The names of the audiences that have the address. Raises NoAddressToForget."""
    who = Person.of(forget.address_keys(text))
    with database.reading() as session:
        ids = traces.contact_ids(session, who)
        return [row.name for row in audiences.list_all(session) if row.id in ids]
