"""Searches a text for thousands of phrases at once."""

import unicodedata
from collections.abc import Sequence
from itertools import product

STOP_WORDS = frozenset(
    "a an the this that these is was are were be been has had s your you our we est ete ist le la der die das".split()
)


def phrases(table: str) -> frozenset[str]:
    """Compiles a table: one phrase a line; `a/b c/d` stands for all four, and `_` for a space within a choice."""
    found: set[str] = set()
    for line in filter(None, map(str.strip, table.splitlines())):
        for choices in product(*(column.split("/") for column in line.split())):
            words = without_accents(" ".join(choices).replace("_", " ")).split()
            found.add(" ".join(word for word in words if word not in STOP_WORDS))
    return frozenset(found)


class Rules:
    """Sets of phrases in order of precedence, all of which are searched for in one pass."""

    def __init__(self, sets: Sequence[frozenset[str]]) -> None:
        self._none = len(sets)
        # Of several words, by the first one and how the second begins; single words, which may begin one, by letters.
        self._by_words: dict[str, dict[str, list[tuple[int, str]]]] = {}
        self._by_letters: dict[str, list[tuple[int, str]]] = {}
        self._without_spaces: list[tuple[int, str]] = []  # of scripts that separate no words
        for rank, phrase in ((rank, phrase) for rank, phrases in enumerate(sets) for phrase in phrases):
            first_word, space, rest = phrase.partition(" ")
            if space:
                by_second = self._by_words.setdefault(first_word, {})
                by_second.setdefault(rest.partition(" ")[0][:_LETTERS_OF_SECOND], []).append(
                    (rank, f" {phrase}")
                )
            elif phrase.isascii():
                self._by_letters.setdefault(phrase[:_LETTERS], []).append((rank, phrase))
            else:
                self._without_spaces.append((rank, phrase))
        by_two = [found for by_second in self._by_words.values() for found in by_second.values()]
        for found in (*by_two, *self._by_letters.values(), self._without_spaces):
            found.sort()

    def first(self, words: str) -> int | None:
        """Returns the number of the first set with a phrase in the text, None if there is none.

        The text is normalized as phrases are, with one space before each word and after the last.
        """
        best = self._none
        position = 0
        following = iter(words.split()[1:])
        for word in words.split():
            second = next(following, "")
            if by_second := self._by_words.get(word):
                for rank, phrase in by_second.get(second[:_LETTERS_OF_SECOND], ()):
                    if rank >= best:
                        break
                    if words.startswith(phrase, position):
                        best = rank
                        break
            for rank, beginning in self._by_letters.get(word[:_LETTERS], ()):
                if rank >= best:
                    break
                if word.startswith(beginning):
                    best = rank
                    break
            position += len(word) + 1
        if not words.isascii():
            best = next(
                (rank for rank, phrase in self._without_spaces if rank < best and phrase in words), best
            )
        return None if best == self._none else best


_LETTERS, _LETTERS_OF_SECOND = 3, 2


def without_accents(text: str) -> str:
    """Returns the text in lower case without combining marks: `é` is `e`, and `ド` is `ト`."""
    text = text.lower()
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
