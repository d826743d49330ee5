"""The files of an export: a segment as CSV with suggested addresses, in one file or split into several.

They are read from the database while they are written or sent, and never stored.
"""

import re
import unicodedata
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime

from bot.audiences import audiences
from bot.contacts.columns import SYSTEM_COLUMNS
from bot.corrections import likely_typos
from storage.contacts import contacts
from storage.contacts.contacts import PageKey, Segment
from storage.contacts.values import CleanReason
from storage.core.database import Database, Session
from storage.core.tables import AudienceRow
from storage.corrections import corrections
from storage.exports import cells
from storage.exports.cells import CsvBlock
from storage.files.csv_files import CsvFormat, csv_bytes

MOST_BYTES = 1_000_000_000  # Slack's limit for a file
ADDRESS, SUGGESTED = "Email Address", "SUGGESTED_ADDRESS"
# As in Mailchimp's own export of cleaned contacts, followed by columns that it doesn't have.
COLUMNS = (
    *("MEMBER_RATING", "OPTIN_TIME", "OPTIN_IP", "CONFIRM_TIME", "CONFIRM_IP", "LATITUDE", "LONGITUDE"),
    *("GMTOFF", "DSTOFF", "TIMEZONE", "CC", "REGION", "CLEAN_TIME", "CLEAN_CAMPAIGN_TITLE"),
    *("CLEAN_CAMPAIGN_ID", "LEID", "EUID", "NOTES", "TAGS", "CLEAN_REASON", "CLEAN_DIAGNOSTIC"),
)


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A CSV file with header. `pieces` may be called more than once and yields the same bytes each time."""

    audience: str
    rows: int
    size: int
    """In bytes."""
    pieces: Callable[[], Iterator[bytes]]
    last: PageKey | None = None
    """The page key of the last row's contact."""


class ExportSource:
    """The segment's rows as the session sees them, in blocks of CSV.

    A file's rows are read twice: first to find where it ends and its size, which Slack needs in advance, then to write
    or send it.
    """

    def __init__(
        self,
        session: Session,
        audience: AudienceRow,
        segment: Segment,
        form: CsvFormat = CsvFormat.PLAIN,
    ) -> None:
        self.header = b"".join(csv_bytes(header(audience), (), form=form))
        self._session, self._audience, self._segment, self._form = session, audience, segment, form
        self._blocks: Generator[CsvBlock, None, None] | None = None  # that are being read, or were
        self._suggester = likely_typos.suggester(session, segment.audience_id)
        self._never = corrections.excluded_from_suggestions(session, segment.audience_id)

    def blocks(self, after: PageKey | None = None, most: int | None = None) -> Iterator[CsvBlock]:
        """Yields the rows after that contact, at most `most` of them. Ends an earlier reading."""
        self.close()
        columns = ["address", *(SYSTEM_COLUMNS[name] for name in COLUMNS)]
        labels = self._audience.merge_labels
        self._blocks = cells.csv_blocks(
            self._session,
            self._segment,
            columns,
            labels,
            self._suggest,
            after=after,
            most=most,
            form=self._form,
        )
        return self._blocks

    def close(self) -> None:
        """Ends a reading that was given up, so that the session can be used."""
        if self._blocks:
            self._blocks.close()

    def split(self, files: list[ExportFile], most: int, after: PageKey | None = None) -> Iterator[int]:
        """Appends to `files` the files of at most `most` bytes; yields the number of bytes read so far, now and then.

        Blocks are not divided, so a file of a single block may be larger. No file is without rows.
        """
        parts: list[tuple[int, int, int]] = []  # rows, bytes, and the id of the last contact
        n, size, last, bytes_read = 0, len(self.header), 0, 0
        for block in self.blocks(after):
            if n and size + len(block.body) > most:
                parts.append((n, size, last))
                n, size = 0, len(self.header)
            n, size, last = n + block.rows, size + len(block.body), block.last
            bytes_read += len(block.body)
            yield bytes_read
        if n:
            parts.append((n, size, last))
        for part in parts:  # while the blocks were read, the session was in use
            files.append(self._file(after, *part))
            after = files[-1].last

    def _file(self, start: PageKey | None, n: int, size: int, last: int) -> ExportFile:
        def pieces() -> Iterator[bytes]:
            yield self.header
            for block in self.blocks(start, n):
                yield block.body

        contact = contacts.by_id(self._session, self._segment.audience_id, last)
        page_key = PageKey(contact.cleaned_at, last) if contact and contact.cleaned_at else None
        return ExportFile(self._audience.name, n, size, pieces, page_key)

    def _suggest(
        self, addresses: Sequence[str], reasons: Sequence[str], ids: Sequence[int]
    ) -> Mapping[int, str]:
        return {
            i: address
            for i, address in self._suggester.correct_all(addresses).items()
            if reasons[i] != CleanReason.ABUSE and ids[i] not in self._never
        }


@contextmanager
def source(database: Database, segment: Segment, form: CsvFormat = CsvFormat.PLAIN) -> Iterator[ExportSource]:
    """Opens the segment's rows, all read from one snapshot. Raises NoAudience."""
    with (
        database.reading() as session,
        closing(
            ExportSource(session, audiences.require(session, segment.audience_id), segment, form)
        ) as opened,
    ):
        yield opened


def header(audience: AudienceRow) -> tuple[str, ...]:
    """The names of the columns, in order."""
    return (ADDRESS, *audience.merge_labels, *COLUMNS, SUGGESTED)


def file_name(audience: str, segment: Segment, now: datetime, part: int = 1, n_parts: int = 1) -> str:
    """`cleaned_<audience>_<day>.csv` in ASCII, which every file system accepts; `…_1of3.csv` for a part.

    With a filter it is `cleaned_<audience>_filtered-<what can be named>_<day>.csv`. A searched text may be an address,
    and is not named.
    """
    parts = ["cleaned", _slug(audience) or "audience"]
    if not segment.is_whole:
        since = f"since-{segment.since}" if segment.since else None
        parts.append(_slug(" ".join(filter(None, ("filtered", segment.reason, since, segment.domain)))))
    parts.append(f"{now:%Y-%m-%d}")
    if n_parts > 1:
        parts.append(f"{part}of{n_parts}")
    return f"{'_'.join(parts)}.csv"


def _slug(text: str) -> str:
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text).strip("-")[:60]
