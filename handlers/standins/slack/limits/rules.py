"""A small language for rules about JSON: a rule takes a value and where it stands, and yields what is wrong."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Rule = Callable[[Any, str], Iterator[str]]


def at(where: str, problem: str) -> str:
    """A problem as Slack words it."""
    return f"[ERROR] {problem} [json-pointer:{where}]"


def string(most: int = 100_000, least: int = 1) -> Rule:
    """A string of `least` to `most` characters."""

    def rule(value: Any, where: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield at(where, "must provide a string")
        elif len(value) > most:
            yield at(where, f"must be less than {most + 1} characters")
        elif len(value) < least:
            yield at(where, f"must be more than {least - 1} characters")

    return rule


def number(least: float, most: float) -> Rule:
    def rule(value: Any, where: str) -> Iterator[str]:
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield at(where, "must provide a number")
        elif not least <= value <= most:
            yield at(where, f"must be between {least} and {most}")

    return rule


def boolean(value: Any, where: str) -> Iterator[str]:
    if not isinstance(value, bool):
        yield at(where, "must provide a boolean")


def one_of(*allowed: Any) -> Rule:
    def rule(value: Any, where: str) -> Iterator[str]:
        if value not in allowed:
            yield at(where, f"invalid value: {value!r}; must be one of {', '.join(map(str, allowed))}")

    return rule


def array(item: Rule, most: int, least: int = 1) -> Rule:
    def rule(value: Any, where: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield at(where, "must provide an array")
            return
        if len(value) > most:
            yield at(where, f"no more than {most} items allowed")
        if len(value) < least:
            yield at(where, f"no fewer than {least} items allowed")
        for place, inner in enumerate(value):
            yield from item(inner, f"{where}/{place}")

    return rule


def thing(required: Mapping[str, Rule], optional: Mapping[str, Rule] | None = None) -> Rule:
    """An object with exactly these keys."""
    known = {**required, **(optional or {})}

    def rule(value: Any, where: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield at(where, "must provide an object")
            return
        for key in required:
            if key not in value:
                yield at(where, f"missing required field: {key}")
        for key, inner in value.items():
            if key in known:
                yield from known[key](inner, f"{where}/{key}")
            else:
                yield at(where, f"invalid additional property: {key}")

    return rule


def typed(rules: Mapping[str, Rule], what: str) -> Rule:
    """An object whose `type` says which rule holds."""

    def rule(value: Any, where: str) -> Iterator[str]:
        kind = value.get("type") if isinstance(value, dict) else None
        if kind is None:
            yield at(where, "missing required field: type")
        elif kind not in rules:
            yield at(f"{where}/type", f"unsupported type for {what}: {kind}")
        else:
            yield from rules[kind](value, where)

    return rule


def both(first: Rule, *others: Rule) -> Rule:
    """The further rules are asked only where the earlier ones find nothing."""

    def rule(value: Any, where: str) -> Iterator[str]:
        for one in (first, *others):
            found = list(one(value, where))
            yield from found
            if found:
                return

    return rule
