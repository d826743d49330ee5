"""Text from outside, made fit to stand among our own words."""

import unicodedata

from handlers.words import Markup, escaped


def isolated(text: str) -> Markup:
    """Text from outside, escaped; written from right to left, it keeps its direction to itself."""
    directions = {unicodedata.bidirectional(character) for character in text}
    if not directions & _TURNING:
        return escaped(text)
    plain = "".join(each for each in text if unicodedata.bidirectional(each) not in _CONTROLS)
    return Markup(f"\u2068{escaped(plain)}\u2069")


def capital(text: str) -> str:
    """The same, as a sentence begins."""
    return text[:1].upper() + text[1:]


_CONTROLS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
_TURNING = {"R", "AL", "AN"} | _CONTROLS
