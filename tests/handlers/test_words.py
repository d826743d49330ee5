"""Words: the language of the reader, and nothing from outside gets through as markup."""

from datetime import UTC, date, datetime

import pytest
from fluent.syntax import FluentParser
from fluent.syntax.ast import BaseComment, Message
from hypothesis import given
from hypothesis import strategies as st

from bot.bounces.mailbox import QUARANTINED_REASONS
from handlers.words import FOLDER, LANGUAGES, Markup, Words, escaped, words

OUTSIDE = st.text(st.sampled_from("*_~`<>&!@#:|/ab \n\u200b"), max_size=40)


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("fr-FR", "fr"),
        ("fr-CA", "fr"),
        ("FR", "fr"),
        ("en-GB", "en"),
        ("zxx", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_a_locale_is_answered_in_its_language_or_in_english(locale, language):
    assert words(locale).language == language


@pytest.mark.parametrize("locale", ["en-GB", "fr-FR"])
def test_each_reason_why_a_message_is_set_aside_has_its_sentence(locale):
    assert all(words(locale)(f"aside-{reason}") for reason in QUARANTINED_REASONS)


def test_numbers_and_dates_are_written_as_the_language_does():
    english, french = words("en-US"), words("fr-FR")
    assert english.number(1_234_567) == "1,234,567"
    assert french.number(1_234_567) == "1\u202f234\u202f567"
    assert english.day(date(2026, 11, 3)) == "Nov 3, 2026"
    assert french.day(date(2026, 11, 3)) == "3 nov. 2026"
    assert "09:30" in french.moment(datetime(2026, 11, 3, 9, 30, tzinfo=UTC))
    assert french.weekdays()[0] == "lundi"


def test_a_missing_sentence_or_value_is_an_error():
    with pytest.raises(LookupError):
        words("en")("no-such-sentence")
    with pytest.raises(LookupError):
        words("en")("loading.no-such-attribute")
    with pytest.raises(LookupError):
        words("en")("error-unexpected")


@given(OUTSIDE)
def test_nothing_from_outside_is_markup(text):
    found = escaped(text)
    assert "<" not in found
    assert ">" not in found
    assert "\n" not in found
    for sign in "*_~`":
        pieces = found.split(sign)
        assert all(piece.endswith("\u200b") for piece in pieces[:-1])
        assert all(piece.startswith("\u200b") for piece in pieces[1:])
    back = found.replace("\u200b", "").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert back == " ".join(text.split()).replace("\u200b", "")


def test_sentences_escape_text_and_leave_our_own_markup():
    said = words("en").md("error-wrong-word", word="<!channel>")
    assert "<!channel>" not in said
    assert "&lt;!channel&gt;" in said
    assert "<@U1>" in words("en").md("error-wrong-word", word=Markup("<@U1>"))
    assert "<!channel>" in words("en")("error-wrong-word", word="<!channel>")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_sentence_alone_is_what_it_is_in_its_file(language: str):
    parser = FluentParser(with_spans=False)
    texts = [path.read_text(encoding="utf-8") for path in sorted((FOLDER / language).glob("*.ftl"))]
    entries = [each for text in texts for each in parser.parse(text).body]
    whole = {each.id.name: each for each in entries if isinstance(each, Message)}
    assert len(whole) == len([each for each in entries if not isinstance(each, BaseComment)])
    sources = Words(language)._sources
    assert list(sources) == list(whole)
    for name, source in sources.items():
        [alone] = parser.parse(source).body
        assert isinstance(alone, Message)
        whole[name].comment = None
        assert alone.equals(whole[name]), name
