"""Every sentence the bot says, in both languages: `en/*.ftl` and `fr/*.ftl` (Project Fluent).

Numbers and plurals are Fluent's, by the language. Text from outside that goes into mrkdwn is escaped here,
so that no mention, link or formatting gets through: the default is safe, `Markup` says otherwise.
"""

import re
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_date, format_datetime, format_skeleton, get_day_names
from babel.numbers import format_decimal
from fluent.runtime import FluentBundle, FluentResource

LANGUAGES = ("en", "fr")
FOLDER = Path(__file__).parent

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# Slack formats at word boundaries; a zero-width space beside the sign takes the boundary away.
_FORMATTING = re.compile(r"[*_~`]|:(?=[\w+-]+:)")


class Markup(str):
    """mrkdwn that we made ourselves: it is not escaped."""

    __slots__ = ()


class Words:
    """The sentences of one language: `words("key", n=3)`; `words.md` for mrkdwn."""

    def __init__(self, language: str, only: str = "*") -> None:
        """`only`: the one file that is read, where that has to be quick."""
        self.language = language
        self._bundle = FluentBundle([language], use_isolating=False)
        for path in sorted((FOLDER / language).glob(f"{only}.ftl")):
            self._bundle.add_resource(FluentResource(path.read_text(encoding="utf-8")))

    def __call__(self, key: str, **values: Any) -> str:
        """The sentence as plain text. Raises LookupError for an unknown key or a value that it lacks."""
        name, _, attribute = key.partition(".")
        if not self._bundle.has_message(name):
            raise LookupError(key)
        message = self._bundle.get_message(name)
        pattern = message.attributes.get(attribute) if attribute else message.value
        if pattern is None:
            raise LookupError(key)
        text, errors = self._bundle.format_pattern(pattern, {k: _plain(v) for k, v in values.items()})
        if errors:
            raise LookupError(key) from errors[0]
        return str(text)

    def __contains__(self, key: str) -> bool:
        return bool(self._bundle.has_message(key))

    def md(self, key: str, **values: Any) -> Markup:
        """The sentence as mrkdwn, text from outside escaped."""
        return Markup(self(key, **{k: escaped(v) if isinstance(v, str) else v for k, v in values.items()}))

    def number(self, n: int) -> str:
        return str(format_decimal(n, locale=self.language))

    def day(self, value: date) -> str:
        """A date where Slack can't write it in the reader's own way."""
        return str(format_date(value, format="medium", locale=self.language))

    def short_day(self, value: date) -> str:
        """Day and month: a label in a chart."""
        return str(format_skeleton("MMMd", value, locale=self.language))

    def moment(self, value: datetime) -> str:
        """A date and a time, in the zone that the value has."""
        return str(format_datetime(value, format="medium", locale=self.language, tzinfo=value.tzinfo))

    def weekdays(self) -> dict[int, str]:
        """0 (Monday) to 6 → its name."""
        return {n: str(name) for n, name in get_day_names("wide", locale=self.language).items()}


def words(locale: str | None) -> Words:
    """The words for a Slack locale such as `fr-FR`; English for what we don't speak."""
    return _loaded(language_for(locale))


def language_for(locale: str | None) -> str:
    """The language we speak for a locale such as `fr-FR`, without loading its words."""
    language = (locale or "").partition("-")[0].lower()
    return language if language in LANGUAGES else "en"


def escaped(text: str) -> Markup:
    """Text from outside for mrkdwn. What is Markup already stays."""
    if isinstance(text, Markup):
        return text
    plain = " ".join(text.split()).translate(_ENTITIES)
    return Markup(_FORMATTING.sub("\u200b\\g<0>\u200b", plain))


@cache
def _loaded(language: str) -> Words:
    return Words(language)


def _plain(value: Any) -> Any:
    # Fluent formats numbers by itself; of the rest it takes text, and fails on a long one.
    return value if isinstance(value, (int, float)) else _cut(str(value))


def _cut(text: str) -> str:
    """The text as Fluent takes it, never cut within an entity, a mention or a link."""
    return text if len(text) < _MOST else _UNFINISHED.sub("", text[: _MOST - 1]) + "…"


_MOST = 2_400  # Fluent's own limit is 2,500
_UNFINISHED = re.compile(r"(?:&\w{0,4}|<[^<>]*)$")
