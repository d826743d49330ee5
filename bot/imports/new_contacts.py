"""A first import: all its rows are new contacts, which the thread that reads them also makes ready to be added.

The other thread then waits for the database most of the time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from bot.contacts.rows import address_key_of, count_figures, is_complete, new_contact
from bot.imports import reading, refused
from bot.imports.jobs import ImportJob
from bot.imports.reading import Chunk
from bot.jobs import jobs
from bot.jobs.jobs import Clock
from storage.contacts import bulk, figures
from storage.contacts.figures import FigureChanges
from storage.core.database import Database
from storage.privacy import forgotten

_FEW = 1_000


class NotNew(Exception):
    """One of the contacts is there already, or its person was erased."""


@dataclass(frozen=True, slots=True)
class _NewContacts:
    """The contacts of a chunk as text, and the chunk without its rows."""

    chunk: Chunk
    address_keys: list[str]
    lines: bulk.Lines
    changes: FigureChanges


def add_all(
    database: Database, job: ImportJob, clock: Clock, chunks: Iterator[Chunk], step_size: jobs.StepSize
) -> Iterator[ImportJob]:
    """Adds the rows of each chunk as contacts. Raises NotNew; the chunks that were added before stay."""
    prepared = (_prepare(chunk, job.task.status, for_sqlite=database.is_sqlite) for chunk in chunks)
    with reading.read_ahead(prepared) as ahead:
        for new in ahead:
            refused.check(job, new.chunk, len(new.address_keys))
            began = clock()
            job = _add(database, job, began, new)
            if new.address_keys:
                step_size.adapt(clock() - began)
            yield job


def _prepare(chunk: Chunk, default_status: str, *, for_sqlite: bool) -> _NewContacts:
    contacts = [row if is_complete(row) else new_contact(row, 0, 0, default_status) for row in chunk.rows]
    # Numbered in the order of their addresses, they are written in order, as is the index of addresses. Of few there is
    # nothing to gain: they keep the order of the file.
    if len(contacts) > _FEW:
        contacts.sort(key=address_key_of)
    return _NewContacts(
        replace(chunk, rows=[]),
        list(map(address_key_of, contacts)),
        bulk.lines(contacts, for_sqlite=for_sqlite),
        count_figures(contacts),
    )


def _add(database: Database, job: ImportJob, now: datetime, new: _NewContacts) -> ImportJob:
    with database.transaction() as session:
        audience = bulk.lock(session, job.audience_id)
        reading.add_labels(audience, new.chunk)
        if (erased := forgotten.load(session)) and any(key in erased for key in new.address_keys):
            raise NotNew
        first_id = audience.next_contact_id
        if not bulk.insert_lines(
            session, audience.id, new.lines, first_id=first_id, revision=audience.revision
        ):
            raise NotNew
        audience.next_contact_id += len(new.address_keys)
        figures.apply_changes(session, audience.id, new.changes)
        so_far = refused.keep(session, job, new.chunk)
        progress = replace(
            job.progress,
            sheet=new.chunk.next_sheet,
            row=new.chunk.next_row,
            outcome=replace(so_far, added=so_far.added + len(new.address_keys)),
        )
        return jobs.step(session, job, now, progress=progress, done=new.chunk.bytes_read)
