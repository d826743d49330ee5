"""Both languages are complete: the same sentences, the same values in them, none missing, none left over."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fluent.syntax import FluentParser
from fluent.syntax import ast as fluent
from fluent.syntax.visitor import Visitor

from handlers.slack.elements import blocks
from handlers.words import FOLDER, LANGUAGES, words
from tests.support.limits import HOSTILE, links

ROOT = Path(__file__).parents[2]


class _Variables(Visitor):
    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: fluent.VariableReference) -> None:  # noqa: N802  Fluent's name
        self.names.add(node.id.name)


def _sentences(language: str) -> dict[str, fluent.Message]:
    found: dict[str, fluent.Message] = {}
    for path in sorted((FOLDER / language).glob("*.ftl")):
        for entry in FluentParser().parse(path.read_text(encoding="utf-8")).body:
            assert not isinstance(entry, fluent.Junk), f"{path.name}: {entry.content}"
            if isinstance(entry, fluent.Message):
                assert entry.id.name not in found, f"{entry.id.name} stands twice"
                found[entry.id.name] = entry
    return found


def _variables(message: fluent.Message) -> set[str]:
    visitor = _Variables()
    visitor.visit(message)
    return visitor.names


def _constants() -> Iterator[re.Pattern[str]]:
    """What the code may ask for: its strings, and those with a value inside as patterns."""
    for folder in ("bot", "handlers", "storage"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield re.compile(re.escape(node.value))
                elif isinstance(node, ast.JoinedStr):
                    parts = [
                        re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+"
                        for part in node.values
                    ]
                    if any(part != ".+" for part in parts):
                        yield re.compile("".join(parts))


def test_both_languages_have_the_same_sentences_with_the_same_values():
    english, *others = (_sentences(language) for language in LANGUAGES)
    for other in others:
        assert english.keys() == other.keys()
        differing = [key for key in english if _variables(english[key]) != _variables(other[key])]
        assert differing == []


def test_every_sentence_is_said_somewhere():
    patterns = {pattern.pattern: pattern for pattern in _constants()}.values()
    plain = {pattern.pattern.replace("\\-", "-") for pattern in patterns}
    loose = [pattern for pattern in patterns if ".+" in pattern.pattern]
    unsaid = [
        key
        for key in _sentences("en")
        if key not in plain and not any(pattern.fullmatch(key) for pattern in loose)
    ]
    assert unsaid == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_has_an_exclamation_mark(language: str):
    texts = "".join(path.read_text(encoding="utf-8") for path in (FOLDER / language).glob("*.ftl"))
    assert "!" not in texts


def test_french_has_its_spaces_and_apostrophes():
    """A non-breaking space before : ; ? », and typographic apostrophes."""
    texts = "\n".join(path.read_text(encoding="utf-8") for path in (FOLDER / "fr").glob("*.ftl"))
    assert re.findall(r".{0,15}(?: [:;?»]|« |[^\W\d_][;?»]|\w'\w).{0,5}", texts) == []


class _Name:
    """A value that is no text itself."""

    def __str__(self) -> str:
        return HOSTILE


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("hostile", [HOSTILE, [HOSTILE], (HOSTILE, "x"), {"a": HOSTILE}, _Name()], ids=str)
def test_no_value_of_any_sentence_brings_a_link_or_mention(language: str, hostile: object):
    """In mrkdwn, and in the text of a message, where Slack also looks for addresses of its own accord."""
    spoken, told = words(language), 0
    for key, message in _sentences(language).items():
        names = _variables(message) if message.value else set()
        for name in names:
            try:
                text = spoken.md(key, **(dict.fromkeys(names, 1) | {name: hostile}))
            except LookupError:  # it takes a number
                continue
            told += HOSTILE[-8:-1] in text
            shown = blocks.message(text, [blocks.section(text)])
            assert list(links(shown)) == [], key
    assert told > 100
