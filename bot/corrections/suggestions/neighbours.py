"""Finding the known words that are at most one typing error away from a word, without comparing it with each."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from rapidfuzz.distance import OSA


class Neighbours:
    """Known words, found by what is left of them without one letter.

    Two words one error apart (optimal string alignment) are the same, or become so when each loses at most one letter.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._by_rest = defaultdict[str, list[str]](list)
        self._longest = 0
        for word in words:
            self._longest = max(self._longest, len(word))
            for rest in {word, *_without_a_letter(word)}:
                self._by_rest[rest].append(word)

    def find(self, word: str) -> Collection[str]:
        """Returns the known words at most one error away, the word itself included."""
        if len(word) > self._longest + 1:
            return ()
        rests = [rest for rest in (word, *_without_a_letter(word)) if rest in self._by_rest]
        if not rests:  # nearly always
            return ()
        found = dict.fromkeys(known for rest in rests for known in self._by_rest[rest])
        return [known for known in found if OSA.distance(word, known, score_cutoff=1) <= 1]


def _without_a_letter(word: str) -> list[str]:
    return [word[:i] + word[i + 1 :] for i in range(len(word))]
