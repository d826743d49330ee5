"""A first import: all its rows are new contacts, which the thread that reads them also makes ready to be added.

The other thread then waits for the database most of the time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from bot.contacts.columns import ColumnMap
from bot.contacts.rows import address_key_of, count_figures, is_complete, new_contact
from bot.imports import reading, refused
from bot.imports.jobs import ImportJob
from bot.imports.reading import Chunk
from bot.jobs import jobs
from bot.jobs.jobs import Clock
from storage.contacts import bulk, figures
from storage.contacts.figures import FigureChanges
from storage.contacts.values import Row
from storage.core.database import Database
from storage.privacy import forgotten

_FEW = 1_000
_BLOCK = 200  # rows that are made text together, while they are in the processor's cache


class NotNew(Exception):
    """One of the contacts is there already, or its person was erased."""


@dataclass(frozen=True, slots=True)
class NewContacts:
    """The contacts of a chunk as text, with their lower-case addresses and their figures."""

    columns: tuple[str, ...]
    address_keys: Sequence[str]
    texts: Sequence[str]
    changes: FigureChanges

    def __len__(self) -> int:
        return len(self.texts)


def prepare(columns: ColumnMap, rows: Iterator[Row], default_status: str, *, for_sqlite: bool) -> NewContacts:
    """Makes the rows text as they are read. Few of them are held as rows at any time."""
    keys: list[str] = []
    texts: list[str] = []
    changes = FigureChanges()
    while block := [
        row if is_complete(row) else new_contact(row, 0, 0, default_status) for row in islice(rows, _BLOCK)
    ]:
        keys += map(address_key_of, block)
        texts += bulk.lines(block, columns.columns, for_sqlite=for_sqlite)
        changes.update(count_figures(block))
    # Numbered in the order of their addresses, they are written in order, as is the index of addresses. Of few there is
    # nothing to gain: they keep the order of the file.
    if len(keys) > _FEW:
        order = sorted(range(len(keys)), key=keys.__getitem__)
        keys, texts = [keys[i] for i in order], [texts[i] for i in order]
    return NewContacts(columns.columns, keys, texts, changes)


def add_all(
    database: Database,
    job: ImportJob,
    clock: Clock,
    chunks: Iterator[Chunk[NewContacts]],
    step_size: jobs.StepSize,
) -> Iterator[ImportJob]:
    """Adds each chunk's contacts. Raises NotNew; the chunks that were added before stay."""
    with reading.read_ahead(chunks) as ahead:
        for chunk in ahead:
            refused.check(job, chunk)
            began = clock()
            job = _add(database, job, began, chunk)
            if chunk.rows:
                step_size.adapt(clock() - began)
            yield job


def _add(database: Database, job: ImportJob, now: datetime, chunk: Chunk[NewContacts]) -> ImportJob:
    new = chunk.rows
    with database.transaction() as session:
        audience = bulk.lock(session, job.audience_id)
        reading.add_labels(audience, chunk)
        if (erased := forgotten.load(session)) and any(key in erased for key in new.address_keys):
            raise NotNew
        if not bulk.insert_lines(
            session,
            audience.id,
            new.texts,
            new.columns,
            first_id=audience.next_contact_id,
            revision=audience.revision,
        ):
            raise NotNew
        audience.next_contact_id += len(new)
        figures.apply_changes(session, audience.id, new.changes)
        so_far = refused.keep(session, job, chunk)
        progress = replace(
            job.progress,
            sheet=chunk.next_sheet,
            row=chunk.next_row,
            outcome=replace(so_far, added=so_far.added + len(new)),
        )
        return jobs.step(session, job, now, progress=progress, done=chunk.bytes_read)
