"""Whether a text names a person who was erased, of whom only a keyed hash is kept."""

import re

from bot.core.addresses import BadAddressReason, try_validate
from storage.privacy.forgotten import Forgotten

_SEPARATORS = re.compile(r"[\s,;:<>()\[\]{}|\"'=]+")


def names_forgotten(text: str, erased: Forgotten) -> bool:
    """Whether an address in the text is that of a person who was erased. The time is linear in the text's length."""
    return bool(erased) and any(_is_erased(part, erased) for part in _SEPARATORS.split(text) if "@" in part)


def _is_erased(part: str, erased: Forgotten) -> bool:
    part = part.strip(".!?*_`").lower()
    address = try_validate(part)
    return part in erased or (not isinstance(address, BadAddressReason) and address[1] in erased)
