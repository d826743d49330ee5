"""Searches a text for thousands of phrases at once."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import product

STOP_WORDS = frozenset(
    "a an the this that these is was are were be been has had s your you our we est ete ist le la der die das".split()
)


class Phrases:
    """Phrases by tables: one phrase a line; `a/b c/d` stands for all four, and `_` for a space within a choice."""

    def __init__(self, *tables: str) -> None:
        self._tables = tables

    def __or__(self, other: "Phrases") -> "Phrases":
        return Phrases(*self._tables, *other._tables)

    def __iter__(self) -> Iterator[str]:
        """Compiles the tables."""
        found: set[str] = set()
        for line in filter(None, (line.strip() for table in self._tables for line in table.splitlines())):
            for choices in product(*(column.split("/") for column in line.split())):
                words = without_accents(" ".join(choices).replace("_", " ")).split()
                found.add(" ".join(word for word in words if word not in STOP_WORDS))
        return iter(found)


class Rules:
    """Sets of phrases in order of precedence, all of which are searched for in one pass.

    They are compiled when they are first searched for: all rules take 2 MB and 14 ms.
    """

    def __init__(self, sets: Sequence[Iterable[str]]) -> None:
        self._sets = sets

    @cached_property
    def _index(self) -> "_Index":
        return _Index(self._sets)

    def first(self, words: str) -> int | None:
        """Returns the number of the first set with a phrase in the text, None if there is none.

        The text is normalized as phrases are, with one space before each word and after the last.
        """
        index = self._index
        best = index.none
        position = 0
        following = iter(words.split()[1:])
        for word in words.split():
            second = next(following, "")
            if by_second := index.by_words.get(word):
                for rank, phrase in by_second.get(second[:_LETTERS_OF_SECOND], ()):
                    if rank >= best:
                        break
                    if words.startswith(phrase, position):
                        best = rank
                        break
            for rank, beginning in index.by_letters.get(word[:_LETTERS], ()):
                if rank >= best:
                    break
                if word.startswith(beginning):
                    best = rank
                    break
            position += len(word) + 1
        if not words.isascii():
            best = next(
                (rank for rank, phrase in index.without_spaces if rank < best and phrase in words), best
            )
        return None if best == index.none else best


class _Index:
    def __init__(self, sets: Sequence[Iterable[str]]) -> None:
        self.none = len(sets)
        # Of several words, by the first one and how the second begins; single words, which may begin one, by letters.
        self.by_words: dict[str, dict[str, list[tuple[int, str]]]] = {}
        self.by_letters: dict[str, list[tuple[int, str]]] = {}
        self.without_spaces: list[tuple[int, str]] = []  # of scripts that separate no words
        for rank, phrase in ((rank, phrase) for rank, phrases in enumerate(sets) for phrase in phrases):
            first_word, space, rest = phrase.partition(" ")
            if space:
                by_second = self.by_words.setdefault(first_word, {})
                by_second.setdefault(rest.partition(" ")[0][:_LETTERS_OF_SECOND], []).append(
                    (rank, f" {phrase}")
                )
            elif phrase.isascii():
                self.by_letters.setdefault(phrase[:_LETTERS], []).append((rank, phrase))
            else:
                self.without_spaces.append((rank, phrase))
        by_two = [found for by_second in self.by_words.values() for found in by_second.values()]
        for found in (*by_two, *self.by_letters.values(), self.without_spaces):
            found.sort()


_LETTERS, _LETTERS_OF_SECOND = 3, 2


def without_accents(text: str) -> str:
    """Returns the text in lower case without combining marks: `é` is `e`, and `ド` is `ト`."""
    text = text.lower()
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
