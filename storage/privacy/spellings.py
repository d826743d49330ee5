"""How an address may stand in a text: as it is, in links, in return paths, in the parts of a message."""

import codecs
import json
import quopri
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from functools import partial
from typing import Any
from urllib.parse import quote

ERASED = "[forgotten]"
# What may stand before an address without being part of it: an escape of a link (%3C) or of JSON (\n) ends in a letter.
_START = r"(?:(?<![\w.+\-])(?<!\w')|(?<=%[0-9A-Fa-f]{2})|(?<=\\[bfnrt]))"
_START_OF_RETURN_PATH = r"(?<![\w.])"  # bounce+ann=example.com@lists.example.com
_END = r"(?![\w\-]|\.\w)"
_PLAIN = re.compile(r"[\w.\-]+", re.ASCII)


class Spellings:
    """Finds addresses, given in lower case, in whatever case and spelling they stand."""

    def __init__(self, address_keys: Collection[str]) -> None:
        self._forms = {form for key in address_keys for form in forms(key)}
        parts = [form.rpartition("@")[::2] for form in sorted(self._forms)]
        self._pattern = re.compile("|".join(_expression(*each) for each in parts), re.IGNORECASE)
        self.likes = sorted({_like(*each) for each in parts})
        """Patterns of SQL's LIKE, escaped by a backslash, one of which matches every text that mentions an address."""

    def mentions(self, value: Any) -> bool:
        """Whether the text, or a text within the JSON value, has one of the addresses."""
        if isinstance(value, bytes):
            return self._in_message(value)
        if isinstance(value, dict):
            return any(map(self.mentions, (*value, *value.values())))
        if isinstance(value, list):
            return any(map(self.mentions, value))
        return isinstance(value, str) and bool(self._pattern.search(value))

    def are(self, value: Any) -> bool:
        """Whether the text is one of the addresses, and not only a text that ends with one."""
        return isinstance(value, str) and value.strip().lower() in self._forms

    def without(self, value: Any) -> Any:
        """The text or JSON value with ERASED in the place of each address."""
        if isinstance(value, dict):
            return {self.without(name): self.without(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self.without(each) for each in value]
        return self._pattern.sub(ERASED, value) if isinstance(value, str) else value

    def _in_message(self, content: bytes) -> bool:
        """Also in parts and headers that are encoded. A message that can't be taken apart counts as one that has it."""
        try:
            return any(map(self.mentions, _texts(content)))
        except Exception:  # noqa: BLE001  hostile mail; it is in quarantine, where little is lost
            return True


def forms(address_key: str) -> Sequence[str]:
    """The address in lower case, as people and as servers write what is not ASCII; itself first."""
    found = [address_key]
    for letters in ("NFC", "NFD"):
        local, _, domain = unicodedata.normalize(letters, address_key).rpartition("@")
        found += (f"{local}@{each}" for each in (domain, *_other_alphabet(domain)))
    return list(dict.fromkeys(found))


def _other_alphabet(domain: str) -> Iterator[str]:
    """The domain as Punycode, or what that stands for."""
    try:
        yield domain.encode("idna").decode().lower()
        yield domain.encode("idna").decode("idna").lower()
    except UnicodeError:
        return


def _expression(local: str, domain: str) -> str:
    local, domain = "".join(map(_letter, local)), "".join(map(_letter, domain))
    return rf"{_START}{local}(?:@|%40){domain}{_END}|{_START_OF_RETURN_PATH}{local}=(?:40|3D)?{domain}{_END}"


def _letter(letter: str) -> str:
    """The letter as it is, in a link, or in JSON."""
    cases = (letter,) if letter.isascii() else (letter, letter.upper())
    encode = (str, partial(quote, safe=""), lambda text: json.dumps(text)[1:-1])
    written = dict.fromkeys(each(case) for case in cases for each in encode)
    return f"(?:{'|'.join(map(re.escape, written))})" if len(written) > 1 else re.escape(letter)


def _like(local: str, domain: str) -> str:
    # What may be written in several ways is left open, also since SQLite ignores the case of ASCII letters only.
    return "%".join(("", *(part.replace("_", r"\_") for part in _PLAIN.findall(f"{local}@{domain}")), ""))


def _texts(content: bytes) -> Iterator[str]:
    yield content.decode("utf-8", "replace")
    yield quopri.decodestring(content).decode("utf-8", "replace")
    for part in message_from_bytes(content, policy=policy.compat32).walk():
        for value in part.values():
            yield str(make_header(decode_header(str(value))))
        body = part.get_payload(decode=True)
        if isinstance(body, bytes):
            yield body.decode(_charset(part.get_content_charset()), "replace")


def _charset(name: str | None) -> str:
    try:
        return codecs.lookup(name or "utf-8").name
    except LookupError:
        return "utf-8"
