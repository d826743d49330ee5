"""Many phrases looked for at once in a text of words."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product


@dataclass(frozen=True)
class Phrases:
    """Looked up by their first word, for there are thousands; `loose` ones are of one word, or of no spaced script."""

    loose: tuple[str, ...]
    by_first: Mapping[str, tuple[str, ...]]

    def are_in(self, words: str) -> bool:
        """Whether one is in a text of `diagnosis`, which has one space before each word and after the last."""
        if any(phrase in words for phrase in self.loose):
            return True
        position = 0
        for word in words.split():
            for phrase in self.by_first.get(word, ()):
                if words.startswith(phrase, position):
                    return True
            position += len(word) + 1
        return False


def phrases(table: str) -> Phrases:
    """One phrase a line; `a/b c/d` stands for all four, and `_` for a space within one of the choices."""
    loose: list[str] = []
    by_first: dict[str, tuple[str, ...]] = {}
    for line in filter(None, map(str.strip, table.splitlines())):
        for parts in product(*(choice.split("/") for choice in line.split())):
            phrase = plain(" ".join(parts).replace("_", " "))
            first, several, _ = phrase.partition(" ")
            if several:
                by_first[first] = (*by_first.get(first, ()), f" {phrase}")
            else:
                loose.append(f" {phrase}" if phrase.isascii() else phrase)
    return Phrases(tuple(loose), by_first)


def plain(text: str) -> str:
    """Lower case, no accents: `é` is `e`, and `ド` is `ト`, both in the phrases and in what is looked through."""
    text = text.lower()
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
