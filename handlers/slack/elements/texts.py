"""Text from outside, made safe to show within the bot's own sentences."""

import unicodedata

from handlers.words import Markup, escaped


def isolated(text: str) -> Markup:
    """Escapes the text; right-to-left text is isolated, so that it does not change the direction of what follows."""
    directions = {unicodedata.bidirectional(character) for character in text}
    if not directions & _AFFECTS_DIRECTION:
        return escaped(text)
    plain = "".join(character for character in text if unicodedata.bidirectional(character) not in _CONTROLS)
    return Markup(f"\u2068{escaped(plain)}\u2069")


def capital(text: str) -> str:
    """Returns the text with a capital first letter."""
    return text[:1].upper() + text[1:]


_CONTROLS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
_AFFECTS_DIRECTION = {"R", "AL", "AN"} | _CONTROLS
