"""What stands in an export's files: a segment as CSV with suggested addresses, in one file or split into several.

The files are read from the database while they are written or sent; of none is there a second copy.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from bot.contacts.rows import SYSTEM_COLUMNS
from bot.core import audiences
from bot.corrections.suggestions import Suggester
from storage.contacts import contacts, figures
from storage.contacts.contacts import PageKey, Segment
from storage.contacts.values import CleanReason
from storage.core.database import Database, Session
from storage.core.tables import AudienceRow
from storage.corrections import corrections
from storage.exports import cells
from storage.exports.cells import CsvBlock
from storage.files.spreadsheets import csv_bytes

MOST_BYTES = 1_000_000_000  # of one file, at Slack
ADDRESS, SUGGESTED = "Email Address", "SUGGESTED_ADDRESS"
# In the order of Mailchimp's own export of cleaned contacts, then what it doesn't give.
COLUMNS = (
    *("MEMBER_RATING", "OPTIN_TIME", "OPTIN_IP", "CONFIRM_TIME", "CONFIRM_IP", "LATITUDE", "LONGITUDE"),
    *("GMTOFF", "DSTOFF", "TIMEZONE", "CC", "REGION", "CLEAN_TIME", "CLEAN_CAMPAIGN_TITLE"),
    *("CLEAN_CAMPAIGN_ID", "LEID", "EUID", "NOTES", "TAGS", "CLEAN_REASON", "CLEAN_DIAGNOSTIC"),
)


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file with its header. `pieces` may be called more than once and gives the same each time."""

    audience: str
    rows: int
    size: int
    """In bytes."""
    pieces: Callable[[], Iterator[bytes]]
    last: PageKey | None = None
    """The contact of the last row."""


class ExportSource:
    """The segment's rows as the session sees them, in blocks of CSV, in one file or several.

    A file is not kept: it is read when it is written or sent, and once more before, for where it ends and for
    its size, which Slack wants first.
    """

    def __init__(self, session: Session, audience: AudienceRow, segment: Segment) -> None:
        self.header = b"".join(csv_bytes(header(audience), ()))
        self._session, self._audience, self._segment = session, audience, segment
        self._suggester = Suggester(figures.subscribed_domains(session, segment.audience_id))
        self._never = corrections.excluded_from_suggestions(session, segment.audience_id)

    def blocks(self, after: PageKey | None = None, most: int | None = None) -> Iterator[CsvBlock]:
        """At most so many rows, those after that contact."""
        columns = ["address", *(SYSTEM_COLUMNS[name] for name in COLUMNS)]
        labels = self._audience.merge_labels
        return cells.csv_blocks(
            self._session, self._segment, columns, labels, self._suggest, after=after, most=most
        )

    def split(self, found: list[ExportFile], most: int, after: PageKey | None = None) -> Iterator[int]:
        """Finds the files of so many bytes at most; gives how many bytes were read, now and then.

        A block is not divided: a file of a single one may be larger. There is no file without a row.
        """
        start, n, size, last, seen = after, 0, len(self.header), 0, 0
        for block in self.blocks(after):
            if n and size + len(block.body) > most:
                found.append(self._file(start, n, size, last))
                start, n, size = found[-1].last, 0, len(self.header)
            n, size, last = n + block.rows, size + len(block.body), block.last
            seen += len(block.body)
            yield seen
        if n:
            found.append(self._file(start, n, size, last))

    def _file(self, start: PageKey | None, n: int, size: int, last: int) -> ExportFile:
        def pieces() -> Iterator[bytes]:
            yield self.header
            for block in self.blocks(start, n):
                yield block.body

        contact = contacts.by_id(self._session, self._segment.audience_id, last)
        place = PageKey(contact.cleaned_at, last) if contact and contact.cleaned_at else None
        return ExportFile(self._audience.name, n, size, pieces, place)

    def _suggest(
        self, addresses: Sequence[str], reasons: Sequence[str], ids: Sequence[int]
    ) -> Mapping[int, str]:
        return {
            i: address
            for i, address in self._suggester.correct_all(addresses).items()
            if reasons[i] != CleanReason.ABUSE and ids[i] not in self._never
        }


@contextmanager
def source(database: Database, segment: Segment) -> Iterator[ExportSource]:
    """The segment's rows, all of one moment, while the context lasts. Raises NoAudience."""
    with database.reading() as session:
        yield ExportSource(session, audiences.require(session, segment.audience_id), segment)


def header(audience: AudienceRow) -> tuple[str, ...]:
    """The names of the columns."""
    return (ADDRESS, *audience.merge_labels, *COLUMNS, SUGGESTED)


def file_name(audience: str, now: datetime, part: int = 1, of: int = 1) -> str:
    """`cleaned_<audience>_<day>.csv`, in letters that every system takes; `…_1of3.csv` for a part."""
    ascii_name = unicodedata.normalize("NFKD", audience).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-")[:60] or "audience"
    return f"cleaned_{slug}_{now:%Y-%m-%d}{f'_{part}of{of}' if of > 1 else ''}.csv"
