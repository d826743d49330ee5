"""The CSV file of the rows that an import refused, to be corrected and imported again."""

from collections.abc import Iterator, Sequence
from itertools import chain, groupby

from bot.imports import refused
from handlers.slack.views import imports as views
from handlers.words import Words
from storage.core.database import Database
from storage.files.csv_files import CsvFormat, csv_bytes


def csv(words: Words, database: Database, job_ids: Sequence[str]) -> Iterator[bytes]:
    """Yields the file, for Excel: the reason in words, then the row in its own columns, in the order of the jobs.

    The reason comes first, so that surplus cells of a row have room behind it.
    """
    table = refused.table(database, job_ids)
    rows = (views.refused_row(words, line, several=table.n_files > 1) for line in table.lines)
    header, form = (words("import-refused-reason"), *table.columns), CsvFormat.for_excel(words.language)
    by_width = groupby(rows, len)
    body = (csv_bytes(("",) * width, some, first=False, form=form) for width, some in by_width)
    return chain(csv_bytes(header, (), form=form), chain.from_iterable(body))
