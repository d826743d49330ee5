"""Searches a text for thousands of phrases at once."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product


@dataclass(frozen=True)
class Phrases:
    """Phrases of several words, indexed by the first one, and `substrings`: single words and scripts without spaces."""

    substrings: tuple[str, ...]
    by_first_word: Mapping[str, tuple[str, ...]]

    def are_in(self, words: str) -> bool:
        """Whether one of them is in a normalized text, which has one space before each word and after the last."""
        if any(phrase in words for phrase in self.substrings):
            return True
        position = 0
        for word in words.split():
            found = self.by_first_word.get(word)
            if found and words.startswith(found, position):
                return True
            position += len(word) + 1
        return False


def phrases(table: str) -> Phrases:
    """Compiles a table: one phrase a line; `a/b c/d` stands for all four, and `_` for a space within a choice."""
    substrings: list[str] = []
    by_first_word: dict[str, tuple[str, ...]] = {}
    for line in filter(None, map(str.strip, table.splitlines())):
        for words in product(*(choices.split("/") for choices in line.split())):
            phrase = without_accents(" ".join(words).replace("_", " "))
            first_word, space, _ = phrase.partition(" ")
            if space:
                by_first_word[first_word] = (*by_first_word.get(first_word, ()), f" {phrase}")
            else:
                substrings.append(f" {phrase}" if phrase.isascii() else phrase)
    return Phrases(tuple(substrings), by_first_word)


def without_accents(text: str) -> str:
    """Returns the text in lower case without combining marks: `é` is `e`, and `ド` is `ト`."""
    text = text.lower()
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
