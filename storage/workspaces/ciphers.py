"""Encrypts Slack's tokens before they are stored, with keys that are not in the database.

Every process reads the keys, few encrypt: cryptography, which takes 10 MB, is imported only for that.
"""

import base64
import binascii
from collections.abc import Sequence

KEY_BYTES = 32
FEWEST_DIFFERENT_BYTES = 16  # random keys have about thirty; a word repeated has few
_ENCODED = (43, 44)  # characters of 32 bytes in base64, without and with its padding
_STANDARD = str.maketrans("-_", "+/")


class WrongKey(Exception):
    """None of the keys opens what is stored."""


def parse_keys(text: str) -> tuple[bytes, ...]:
    """Reads keys in base64, in either alphabet, with commas or spaces between. Raises ValueError."""
    keys = tuple(_parse(each) for each in text.replace(",", " ").split())
    if not keys:
        raise ValueError
    return keys


class TokenCipher:
    """The first key encrypts; every key decrypts, so that a new one can be put before the old."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        from cryptography.fernet import Fernet, InvalidToken, MultiFernet  # noqa: PLC0415  see above

        self._invalid_token = InvalidToken
        self._fernet = MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])

    def encrypt(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode("ascii")

    def decrypt(self, stored: str) -> str:
        """Raises WrongKey."""
        try:
            return self._fernet.decrypt(stored.encode()).decode()
        except self._invalid_token:
            raise WrongKey from None


def _parse(text: str) -> bytes:
    if len(text) not in _ENCODED:
        raise ValueError
    try:
        key = base64.b64decode(text.translate(_STANDARD).rstrip("=") + "=", validate=True)
    except binascii.Error:
        raise ValueError from None
    if len(key) != KEY_BYTES or len(set(key)) < FEWEST_DIFFERENT_BYTES:
        raise ValueError
    return key
