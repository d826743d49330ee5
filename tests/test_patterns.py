"""Every regular expression of the program takes time in proportion to its text, also text that is made for it."""

import ast
import importlib
import pkgutil
import re
import time
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from types import BuiltinMethodType, ModuleType
from typing import Any

import pytest

import bot
import handlers
import storage

parser: Any = importlib.import_module("re._parser")
METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "split")
SHORT = range(
    14, 41, 2
)  # repetitions that show exponential time: none takes more than about four times as long
LONG = 2_000  # characters
MOST = 0.1  # seconds for a short text
FLOOR = 0.0001  # seconds for a long text, below which no pattern is suspicious
RATIO = 8.0  # of the times for a text and one four times as long: linear gives 4, quadratic 16
COMMON = [*" \t\n.-@<>()\"':;,=/1a", "a.", "a@", "a-", "1.", "<a", "a ", " (", ": ", "\n ", "\n>"]

Found = tuple[str, "re.Pattern[Any]", str]


def _patterns() -> Iterator[Found]:
    """Name, pattern and method of each use of a module's pattern."""
    for module in _modules():
        called = _methods_called(module)
        for name, value in vars(module).items():
            for pattern, method in _inside(value):
                for used in [method] if method else called.get(name, {"search"}):
                    yield f"{module.__name__}.{name}.{used}", pattern, used


def _modules() -> Iterator[ModuleType]:
    for package in (bot, handlers, storage):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith(("__main__", "migrations.env")):
                yield importlib.import_module(found.name)


def _methods_called(module: ModuleType) -> dict[str, set[str]]:
    methods: dict[str, set[str]] = {}
    for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text())):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr in METHODS:
            methods.setdefault(node.value.id, set()).add(node.attr)
    return methods


def _inside(value: Any, depth: int = 3) -> Iterator[tuple["re.Pattern[Any]", str | None]]:
    """The patterns in a value, each with its method if that alone is kept."""
    if isinstance(value, re.Pattern):
        yield value, None
    elif isinstance(value, BuiltinMethodType) and isinstance(value.__self__, re.Pattern):
        yield value.__self__, value.__name__
    elif depth and isinstance(value, dict):
        yield from _inside([*value.keys(), *value.values()], depth)
    elif depth and isinstance(value, list | tuple | set | frozenset):
        for inner in value:
            yield from _inside(inner, depth - 1)


def _texts(pattern: "re.Pattern[Any]") -> Iterator[tuple[str, str, str]]:
    """Beginning, repeated part and end of texts: they begin as the pattern does and repeat what it repeats, or all of it."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    flags = pattern.flags & ~re.UNICODE if isinstance(pattern.pattern, bytes) else pattern.flags
    repeated = {("", unit) for unit in COMMON} | set(_repeated(parser.parse(source, flags), ""))
    for before, unit in sorted(repeated):
        yield before, unit, "\0"
        if before:
            yield "", before + unit * 3, ""


def _repeated(parsed: Iterable[Any], before: str) -> Iterator[tuple[str, str]]:
    """What the pattern repeats, each with a text that leads to it."""
    for kind, value in parsed:
        name = str(kind)
        if name.endswith("_REPEAT"):
            _, most, inner = value
            if most > 1:
                for unit in _examples(inner):
                    yield before, unit
                    yield from ((before, unit + other) for other in " .@" if len(unit) < 3)
            yield from _repeated(inner, before)
        elif name == "SUBPATTERN":
            yield from _repeated(value[3], before)
        elif name == "BRANCH":
            for branch in value[1]:
                yield from _repeated(branch, before)
        elif name == "ATOMIC_GROUP":
            yield from _repeated(value, before)
        before += _example([(kind, value)])


def _examples(parsed: Any) -> set[str]:
    """Some texts that the repeated part matches: each of a class's kinds of character."""
    items = list(parsed)
    if len(items) == 1 and str(items[0][0]) in ("IN", "ANY", "NOT_LITERAL"):
        one = re.compile(_class(items[0]), re.DOTALL)
        return set([c for c in " \na1.-@>)\"'<(:\\ /" if one.fullmatch(c)][:6]) or {_example(items)}
    return {text for text in [_example(items)] if text}


def _example(parsed: Iterable[Any]) -> str:
    """A text that the parsed pattern matches, if it looks neither ahead nor back."""
    text = ""
    for kind, value in parsed:
        name = str(kind)
        if name == "LITERAL":
            text += chr(value)
        elif name in ("IN", "ANY", "NOT_LITERAL"):
            text += _first_in(_class((kind, value)))
        elif name.endswith("_REPEAT"):
            least, most, inner = value
            text += _example(inner) * (least or min(most, 1))
        elif name == "SUBPATTERN":
            text += _example(value[3])
        elif name == "BRANCH":
            text += _example(value[1][0])
        elif name == "ATOMIC_GROUP":
            text += _example(value)
    return text


@cache
def _first_in(source: str) -> str:
    """A character, a letter if possible, that the pattern of one matches; "" if there is none."""
    one = re.compile(source, re.DOTALL)
    return next((c for c in map(chr, [*range(97, 123), *range(0x3000)]) if one.fullmatch(c)), "")


CATEGORIES = {
    "SPACE": r"\s",
    "DIGIT": r"\d",
    "WORD": r"\w",
    "NOT_SPACE": r"\S",
    "NOT_DIGIT": r"\D",
    "NOT_WORD": r"\W",
}


def _class(item: tuple[Any, Any]) -> str:
    """The source of a pattern of one character."""
    kind, value = str(item[0]), item[1]
    if kind == "ANY":
        return "."
    if kind == "NOT_LITERAL":
        return f"[^{re.escape(chr(value))}]"
    source = ""
    for inner, of in value:
        match str(inner):
            case "NEGATE":
                source += "^"
            case "LITERAL":
                source += re.escape(chr(of))
            case "RANGE":
                source += f"{re.escape(chr(of[0]))}-{re.escape(chr(of[1]))}"
            case "CATEGORY":
                source += CATEGORIES[str(of).removeprefix("CATEGORY_")]
    return f"[{source}]"


def _time(pattern: "re.Pattern[Any]", method: str, text: str) -> float:
    """Processor time of one call."""
    given: Any = text.encode("utf-8") if isinstance(pattern.pattern, bytes) else text
    start = time.process_time()
    if method == "finditer":
        for _ in pattern.finditer(given):
            pass
    elif method == "sub":
        pattern.sub(given[:0], given)
    else:
        getattr(pattern, method)(given)
    return time.process_time() - start


def grows_faster_than_its_text(pattern: "re.Pattern[Any]", method: str) -> str | None:
    """Returns the beginning of a text for which the time grows faster than linearly; None if no text was found."""
    for before, unit, end in _texts(pattern):
        if any(_time(pattern, method, before + unit * n + end) > MOST for n in SHORT):
            return before + unit * 3
        times = [_time(pattern, method, before + unit * (n // len(unit)) + end) for n in (LONG // 4, LONG)]
        # Other programs disturb single measurements: a suspicion is confirmed by the best of several, on longer texts.
        if times[1] > max(FLOOR, RATIO * 0.75 * times[0]):
            shorter, longer = (
                min(_time(pattern, method, before + unit * (n // len(unit)) + end) for _ in range(4))
                for n in (LONG, 4 * LONG)
            )
            if longer > RATIO * shorter:
                return before + unit * 3
    return None


@pytest.mark.parametrize(
    ("source", "method"),
    [
        (r"\s*x", "search"),
        (r"^(a+)+b", "match"),
        (r"[-.]*\.[-.]*", "sub"),
        (r"^[\s>]*(?:to)?[ :]*$", "match"),
        (r"to: [^;]*;", "search"),
    ],
)
def test_a_pattern_whose_time_grows_faster_is_found(source, method):
    assert grows_faster_than_its_text(re.compile(source), method)


def test_every_pattern_takes_time_in_proportion_to_its_text():
    found = {(pattern, method): (name, pattern, method) for name, pattern, method in _patterns()}
    assert len(found) > 50
    slow = {name: grows_faster_than_its_text(pattern, method) for name, pattern, method in found.values()}
    assert {name: text for name, text in slow.items() if text} == {}
