"""Neighbours are the words that comparing with each would find; the likelihood of two errors is that of both."""

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from bot.corrections.suggestions.domains import COMMON
from bot.corrections.suggestions.neighbours import Neighbours
from bot.corrections.suggestions.slips import classify_slip, two_slips_likelihood

WORDS = st.text(alphabet="ab.", max_size=6)
KNOWN = Neighbours(COMMON)


@given(st.sets(WORDS, max_size=30), WORDS)
def test_the_words_found_are_those_at_most_one_error_away(words: set[str], word: str):
    expected = {known for known in words if OSA.distance(word, known) <= 1}
    assert set(Neighbours(words).find(word)) == expected


def test_what_is_longer_than_all_is_near_none():
    assert list(KNOWN.find("gmail.comm")) == ["gmail.com"]
    assert list(KNOWN.find("gmail.com" * 100_000)) == []


def test_two_errors_are_less_likely_than_one_and_likelier_if_each_is():
    one = classify_slip("gmial.com", "gmail.com").likelihood
    swapped_twice = two_slips_likelihood("gmila.com", "gmail.com")
    any_letters = two_slips_likelihood("wmaiz.com", "gmail.com")
    assert one > swapped_twice > any_letters > 0


@given(st.sampled_from(COMMON), st.data())
def test_two_errors_have_a_likelihood_wherever_they_are(domain: str, data: st.DataObject):
    places = data.draw(st.sets(st.integers(0, len(domain) - 1), min_size=2, max_size=2))
    typed = "".join("#" if i in places else letter for i, letter in enumerate(domain))
    assert 0 < two_slips_likelihood(typed, domain) < 1e-3
