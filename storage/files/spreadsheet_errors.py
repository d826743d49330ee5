"""What can be wrong with a file that should be a spreadsheet. Each docstring is the message, for the log."""

from typing import ClassVar, Literal


class SpreadsheetError(Exception):
    """The file can't be used."""

    key: ClassVar[str] = "spreadsheet"

    def __init__(self, **values: str | int) -> None:
        """`values` fill the message, here and in the words people read. They hold no cell of the file."""
        super().__init__((type(self).__doc__ or type(self).key).format(**values))
        self.values = values


class EmptyFile(SpreadsheetError):
    """{name} is empty."""

    key = "empty-file"


class NotASpreadsheet(SpreadsheetError):
    """{name} is not a text with columns."""

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
    """In {name}, quotes don't match in too many places; the last one seen is in line {line}."""

    key = "too-broken"


class BrokenArchive(SpreadsheetError):
    """The archive {name} is cut short, damaged or packed in an unknown way."""

    key = "broken-archive"


class NoSpreadsheetInside(SpreadsheetError):
    """The archive {name} holds no CSV file."""

    key = "no-spreadsheet-inside"


Danger = Literal["path", "link", "encrypted", "nested", "members", "size", "ratio"]


class UnsafeArchive(SpreadsheetError):
    """The archive {name} is refused ({danger})."""

    key = "unsafe-archive"

    def __init__(self, name: str, danger: Danger) -> None:
        """`danger`: what it is refused for."""
        super().__init__(name=name, danger=danger)
        self.danger = danger
