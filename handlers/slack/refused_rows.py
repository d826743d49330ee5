"""The CSV file of the rows that an import refused, to be corrected and imported again."""

from collections.abc import Iterable, Iterator
from itertools import chain

from bot.imports import imports
from handlers.slack.views import imports as views
from handlers.words import Words
from storage.core.database import Database
from storage.files.spreadsheets import csv_bytes


def csv(words: Words, database: Database, job_ids: Iterable[str]) -> Iterator[bytes]:
    """Yields the file: of each row the file, the line, the reason in words and the row itself, in the order of the jobs."""
    lines = chain.from_iterable(imports.refused(database, job_id) for job_id in job_ids)
    return csv_bytes(views.refused_header(words), (views.refused_row(words, line) for line in lines))
