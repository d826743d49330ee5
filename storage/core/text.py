"""Text that both databases can store."""

import re

# PostgreSQL's text has no NUL; a lone surrogate has no encoding in UTF-8, which both drivers send.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def storable(text: str) -> str:
    """Returns the text without NUL characters and lone surrogates (halves of a UTF-16 pair); the rest is unchanged.

    Length is not limited here: both databases store text of any length, and callers cut what is indexed or shown.
    """
    if text.isascii() and "\0" not in text:  # nearly all text, and a third of the time
        return text
    return _UNSTORABLE.sub("", text)


def storable_line(text: str, longest: int) -> str:
    """Returns storable text on one line, with single spaces, of at most `longest` characters."""
    return " ".join(storable(text).split())[:longest]
