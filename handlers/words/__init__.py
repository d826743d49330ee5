"""The bot's sentences in each language: `en/*.ftl` and `fr/*.ftl` (Project Fluent).

Fluent formats numbers and plurals. Values that go into mrkdwn are escaped, so that a mention, link or formatting in
text from outside has no effect; only `Markup` is taken as it is.
"""

import re
from datetime import date, datetime, time
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

from babel.dates import format_date, format_datetime, format_skeleton, format_time, get_day_names
from babel.numbers import format_decimal
from fluent.runtime import FluentBundle
from fluent.syntax import FluentParser

LANGUAGES = ("en", "fr")
FOLDER = Path(__file__).parent

# A sentence is parsed when it is first said: all of them take a tenth of a second, and some MB for each language.
_SENTENCE = re.compile(r"^([a-zA-Z][\w-]*) =[^\n]*(?:\n(?:[ }][^\n]*)?)*", re.MULTILINE)
_PARSER = FluentParser(with_spans=False)
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_SPACES = re.compile(r"[^\S\u00a0\u202f]+")  # but those that keep a number or a sign on its line
# Slack formats at word boundaries; a zero-width space beside the sign takes the boundary away.
_FORMATTING = re.compile(r"[*_~`]|:(?=[\w+-]+:)")


class Markup(str):
    """mrkdwn made by the bot itself, which is not escaped."""

    __slots__ = ()


class Words:
    """The sentences of one language: `words("key", n=3)`; `words.md` for mrkdwn."""

    def __init__(self, language: str, only: str = "*") -> None:
        """Reads the language's files; `only` names a single one, to start quickly."""
        self.language = language
        self._bundle = FluentBundle([language], use_isolating=False)
        self._sources: dict[str, str] = {}
        for path in sorted((FOLDER / language).glob(f"{only}.ftl")):
            found = _SENTENCE.finditer(path.read_text(encoding="utf-8"))
            self._sources |= {sentence[1]: sentence[0] for sentence in found}

    def __call__(self, key: str, **values: Any) -> str:
        """Returns the sentence as plain text. Raises LookupError for an unknown key or a missing value."""
        name, _, attribute = key.partition(".")
        if name not in self._sources:
            raise LookupError(key)
        if not self._bundle.has_message(name):
            self._bundle.add_resource(_PARSER.parse(self._sources[name]))
        message = self._bundle.get_message(name)
        pattern = message.attributes.get(attribute) if attribute else message.value
        if pattern is None:
            raise LookupError(key)
        text, errors = self._bundle.format_pattern(pattern, {k: _plain(v) for k, v in values.items()})
        if errors:
            raise LookupError(key) from errors[0]
        return str(text)

    def __contains__(self, key: str) -> bool:
        return key in self._sources

    def md(self, key: str, **values: Any) -> Markup:
        """Returns the sentence as mrkdwn, with all values but numbers escaped unless they are Markup."""
        return Markup(
            self(key, **{k: v if isinstance(v, int | float) else escaped(v) for k, v in values.items()})
        )

    def number(self, n: int) -> str:
        return str(format_decimal(n, locale=self.language))

    def day(self, value: date) -> str:
        """A date, for places where Slack's own date format can't be used."""
        return str(format_date(value, format="medium", locale=self.language))

    def long_day(self, value: date) -> str:
        """A date with its weekday."""
        return str(format_date(value, format="full", locale=self.language))

    def clock(self, value: time) -> str:
        """A time of day: `09:00`, in French `9 h`."""
        pattern = self("clock-pattern", minute=value.minute)
        return str(format_time(value, pattern, locale=self.language))

    def short_day(self, value: date) -> str:
        """Day and month, as a label in a chart."""
        return str(format_skeleton("MMMd", value, locale=self.language))

    def moment(self, value: datetime) -> str:
        """Date and time, in the value's own time zone."""
        return str(format_datetime(value, format="medium", locale=self.language, tzinfo=value.tzinfo))

    def weekdays(self) -> dict[int, str]:
        """The names of the weekdays, by number; 0 is Monday."""
        return {n: str(name) for n, name in get_day_names("wide", locale=self.language).items()}


def words(locale: str | None) -> Words:
    """Returns the sentences for a Slack locale such as `fr-FR`; English if there is no such language."""
    return _loaded(language_for(locale))


def language_for(locale: str | None) -> str:
    """Returns the language for a locale such as `fr-FR`, without reading its files."""
    language = (locale or "").partition("-")[0].lower()
    return language if language in LANGUAGES else "en"


def escaped(text: Any) -> Markup:
    """Escapes text for mrkdwn, and puts it on one line. Markup is returned as it is, anything else as its text."""
    if isinstance(text, Markup):
        return text
    plain = _SPACES.sub(" ", str(text)).strip().translate(_ENTITIES)
    return Markup(_FORMATTING.sub("\u200b\\g<0>\u200b", plain))


def unescaped(text: Markup) -> str:
    """The text of a sentence without formatting, as `Words.md` made it, for where Slack formats nothing."""
    return unescape(text.replace("\u200b", ""))


@cache
def _loaded(language: str) -> Words:
    return Words(language)


def _plain(value: Any) -> Any:
    # Fluent formats numbers itself, and raises an error for a long text.
    return value if isinstance(value, (int, float)) else _truncate(str(value))


def _truncate(text: str) -> str:
    """Shortens the text to what Fluent accepts, but never within an entity, a mention or a link."""
    return text if len(text) < _MAX_LENGTH else _UNFINISHED.sub("", text[: _MAX_LENGTH - 1]) + "…"


_MAX_LENGTH = 2_400  # Fluent's own limit is 2,500
_UNFINISHED = re.compile(r"(?:&\w{0,4}|<[^<>]*)$")
