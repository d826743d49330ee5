"""Cells that spreadsheet programs would run as formulas, and the apostrophe that keeps them from it."""

import re
from collections.abc import Iterable
from typing import Final

# The column with the reasons in a file of refused rows, in every language, in lower case.
REASON_COLUMNS: Final = frozenset({"why it was refused", "motif du refus"})
_EXPORT_COLUMNS: Final = {"CLEAN_DIAGNOSTIC", "SUGGESTED_ADDRESS"}

# Full-width, small, raised and lowered forms of = + - @, and the minus sign: Excel in Japanese runs full-width formulas.
_WIDE: Final = "\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u207c\u207a\u207b\u208c\u208a\u208b\u2212\u2a75\u2a76\ufb29"
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", *_WIDE)
# Matches where a cell may need defusing, in text of cells with \x1f before each.
PERHAPS_FORMULA: Final = re.compile(f"\x1f['=+\\-@\t\r{_WIDE}]")


def is_refused_file(header: Iterable[str]) -> bool:
    """Whether a file with that header is one of refused rows."""
    return any(name.strip().casefold() in REASON_COLUMNS for name in header)


def is_own_file(header: Iterable[str]) -> bool:
    """Whether the bot has written the file with that header, so that its cells are defused."""
    names = set(header)
    return names >= _EXPORT_COLUMNS or is_refused_file(names)


def defuse_cell(cell: str) -> str:
    """Returns the cell, with an apostrophe before it if spreadsheet programs would run it as a formula.

    See OWASP, "CSV Injection". A cell that looks defused gets another apostrophe, so that `undefuse_cell` is the inverse.
    """
    return "'" + cell if cell.lstrip("'").startswith(FORMULA) else cell


def undefuse_cell(cell: str) -> str:
    """Returns the cell that was passed to `defuse_cell`."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA) else cell
