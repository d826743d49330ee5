"""Writing CSV as a stream, for programs and for spreadsheets."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import islice
from types import SimpleNamespace
from typing import Final

from storage.files.formulas import PERHAPS_FORMULA, defuse_cell


class CsvFormat(StrEnum):
    """What a file is written for.

    Excel takes a file for UTF-8 only by its byte-order mark, and splits it at the list separator of the computer: a
    semicolon wherever numbers have a decimal comma.
    """

    PLAIN = "plain"
    EXCEL = "excel"
    EXCEL_SEMICOLONS = "excel-semicolons"

    @classmethod
    def for_excel(cls, language: str) -> "CsvFormat":
        """The format that Excel opens by a double click where people speak that language."""
        return cls.EXCEL_SEMICOLONS if language in _DECIMAL_COMMA else cls.EXCEL

    @property
    def delimiter(self) -> str:
        return ";" if self is CsvFormat.EXCEL_SEMICOLONS else ","

    @property
    def mark(self) -> str:
        """What the file begins with."""
        return "" if self is CsvFormat.PLAIN else "\ufeff"


_DECIMAL_COMMA: Final = ("fr",)


def csv_bytes(
    header: Sequence[str],
    rows: Iterable[Sequence[str | None]],
    *,
    first: bool = True,
    form: CsvFormat = CsvFormat.PLAIN,
) -> Iterator[bytes]:
    """Yields CSV (RFC 4180) in UTF-8, in pieces of about 64 KiB. None is an empty cell.

    `first=False` leaves the header out, to continue a file. Cells are defused. Raises ValueError for a row with more or
    fewer cells than the header.
    """
    lines: list[str] = []
    writer = csv.writer(SimpleNamespace(write=lines.append), delimiter=form.delimiter)
    if first:
        lines.append(form.mark)
        writer.writerows(_defused_rows([header]))
    remaining = iter(rows)
    while batch := list(islice(remaining, _ROWS_A_PIECE)):
        if set(map(len, batch)) != {len(header)}:
            raise ValueError("a row is not as wide as the header")
        writer.writerows(_defused_rows(batch))
        yield "".join(lines).encode()
        lines.clear()
    if lines:
        yield "".join(lines).encode()


_ROWS_A_PIECE: Final = 300


def _defused_rows(rows: Sequence[Sequence[str | None]]) -> Iterable[Sequence[str | None]]:
    # Each column is searched as one text: a look at every cell would double the time of writing.
    columns: list[Sequence[str | None]] = list(zip(*rows, strict=True))
    for i, column in enumerate(columns):
        if PERHAPS_FORMULA.search("\x1f" + "\x1f".join(filter(None, column))):
            columns[i] = [cell and defuse_cell(cell) for cell in column]
    return zip(*columns, strict=True)
