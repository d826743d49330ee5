"""Errors of files that can't be read as spreadsheets. Each docstring is the message for the log."""

from typing import ClassVar, Literal


class SpreadsheetError(Exception):
    """The file can't be used."""

    key: ClassVar[str] = "spreadsheet"

    def __init__(self, **values: str | int) -> None:
        """`values` fill the message for the log and the one shown to people. They hold no cell of the file."""
        super().__init__((type(self).__doc__ or type(self).key).format(**values))
        self.values = values


class EmptyFile(SpreadsheetError):
    """{name} is empty."""

    key = "empty-file"


class NotASpreadsheet(SpreadsheetError):
    """{name} is not text with columns."""

    key = "not-a-spreadsheet"


class ExcelWorkbook(SpreadsheetError):
    """{name} is an Excel workbook: it has to be saved as CSV."""

    key = "excel-workbook"


class NoHeader(SpreadsheetError):
    """{name} has no header row: its first row holds an address."""

    key = "no-header"


class TooManyColumns(SpreadsheetError):
    """{name} has {columns} columns, more than {limit}."""

    key = "too-many-columns"


class TooBroken(SpreadsheetError):
    """{name} has too many rows that can't be used; the last one read is in line {line}."""

    key = "too-broken"


class BrokenArchive(SpreadsheetError):
    """The archive {name} is truncated, damaged or compressed with an unknown method."""

    key = "broken-archive"


class NoSpreadsheetInside(SpreadsheetError):
    """The archive {name} contains no CSV file."""

    key = "no-spreadsheet-inside"


Danger = Literal["path", "link", "encrypted", "nested", "members", "size", "ratio"]


class UnsafeArchive(SpreadsheetError):
    """The archive {name} is refused ({danger})."""

    key = "unsafe-archive"

    def __init__(self, name: str, danger: Danger) -> None:
        """`danger` is the reason for refusing it."""
        super().__init__(name=name, danger=danger)
        self.danger = danger
