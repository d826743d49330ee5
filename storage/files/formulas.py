"""Cells that spreadsheet programs would run as formulas, and the apostrophe that keeps them from it."""

import re
from typing import Final

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
# Matches where a cell may need defusing, in text of cells with \x1f before each.
PERHAPS_FORMULA: Final = re.compile("\x1f['=+\\-@\t\r]")


def defuse_cell(cell: str) -> str:
    """Returns the cell, with an apostrophe before it if spreadsheet programs would run it as a formula.

    See OWASP, "CSV Injection". A cell that looks defused gets another apostrophe, so that `undefuse_cell` is the inverse.
    """
    return "'" + cell if cell.lstrip("'").startswith(FORMULA) else cell


def undefuse_cell(cell: str) -> str:
    """Returns the cell that was passed to `defuse_cell`."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA) else cell
