"""What a message to the bot asks for: the commands' own words, in any language, and nothing beyond them."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from bot.core.addresses import find_addresses
from handlers.words import LANGUAGES, words

_MENTION = re.compile(r"<[@!#][^<>]*>")
_LINK = re.compile(r"<(?:mailto:)?[^<>|]*\|([^<>]*)>|<(?:mailto:)?([^<>|]*)>")
_COMMAND = re.compile(r"/?cleaned(?:-|\s+|$)", re.IGNORECASE)
_END = " \t\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}?!.…"


class Subject(StrEnum):
    """What may be asked for. The keys `asked-…` of the sentences have the words for each, divided by commas."""

    COUNTS = "counts"
    LIST = "list"
    EXPORT = "export"
    ARCHIVE = "archive"
    RESTORE = "restore"
    FIX = "fix"
    DIGEST = "digest"
    IMPORT = "import"
    WHY = "why"
    HELP = "help"


@dataclass(frozen=True, slots=True, repr=False)  # it may hold an address
class Question:
    """`subject` is None if no word of ours comes first; `about` is the rest: the name of an audience, or an address."""

    subject: Subject | None
    about: str


def read(text: str) -> Question:
    """Reads a message as Slack sends it, with links, mentions and escapes."""
    plain = _COMMAND.sub("", _plain(text), count=1) if _COMMAND.match(_plain(text)) else _plain(text)
    first, _, rest = plain.partition(" ")
    if subject := _vocabulary().get(_folded(first)):
        return Question(subject, rest.strip())
    addresses = find_addresses(plain)
    if len(addresses) == 1 and len(plain.split()) == 1:
        return Question(Subject.WHY, addresses[0])
    return Question(None, plain)


def _plain(text: str) -> str:
    text = _LINK.sub(lambda link: link[1] or link[2], _MENTION.sub(" ", text))
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return " ".join(text.split()).strip(_END)


@cache
def _vocabulary() -> dict[str, Subject]:
    return {
        _folded(word): subject
        for language in LANGUAGES
        for subject in Subject
        for word in words(language)(f"asked-{subject}").split(",")
    }


def _folded(word: str) -> str:
    """In lower case, without accents and punctuation."""
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(character for character in decomposed if character.isalnum())
