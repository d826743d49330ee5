"""Validation rules for JSON: a rule takes a value and its JSON pointer, and yields error messages."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Rule = Callable[[Any, str], Iterator[str]]


def error_at(pointer: str, message: str) -> str:
    """An error message in Slack's format."""
    return f"[ERROR] {message} [json-pointer:{pointer}]"


def string(most: int = 100_000, least: int = 1) -> Rule:
    """A string of `least` to `most` characters."""

    def rule(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield error_at(pointer, "must provide a string")
        elif len(value) > most:
            yield error_at(pointer, f"must be less than {most + 1} characters")
        elif len(value) < least:
            yield error_at(pointer, f"must be more than {least - 1} characters")

    return rule


def number(least: float, most: float) -> Rule:
    def rule(value: Any, pointer: str) -> Iterator[str]:
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield error_at(pointer, "must provide a number")
        elif not least <= value <= most:
            yield error_at(pointer, f"must be between {least} and {most}")

    return rule


def boolean(value: Any, pointer: str) -> Iterator[str]:
    if not isinstance(value, bool):
        yield error_at(pointer, "must provide a boolean")


def one_of(*allowed: Any) -> Rule:
    def rule(value: Any, pointer: str) -> Iterator[str]:
        if value not in allowed:
            yield error_at(
                pointer, f"invalid value: {value!r}; must be one of {', '.join(map(str, allowed))}"
            )

    return rule


def array(item: Rule, most: int, least: int = 1) -> Rule:
    def rule(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield error_at(pointer, "must provide an array")
            return
        if len(value) > most:
            yield error_at(pointer, f"no more than {most} items allowed")
        if len(value) < least:
            yield error_at(pointer, f"no fewer than {least} items allowed")
        for index, inner in enumerate(value):
            yield from item(inner, f"{pointer}/{index}")

    return rule


def object_with(required: Mapping[str, Rule], optional: Mapping[str, Rule] | None = None) -> Rule:
    """An object with all required and no unknown keys."""
    rules = {**required, **(optional or {})}

    def rule(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield error_at(pointer, "must provide an object")
            return
        for key in required:
            if key not in value:
                yield error_at(pointer, f"missing required field: {key}")
        for key, inner in value.items():
            if key in rules:
                yield from rules[key](inner, f"{pointer}/{key}")
            else:
                yield error_at(pointer, f"invalid additional property: {key}")

    return rule


def by_type(rules: Mapping[str, Rule], what: str) -> Rule:
    """An object checked by the rule of its `type`."""

    def rule(value: Any, pointer: str) -> Iterator[str]:
        kind = value.get("type") if isinstance(value, dict) else None
        if kind is None:
            yield error_at(pointer, "missing required field: type")
        elif kind not in rules:
            yield error_at(f"{pointer}/type", f"unsupported type for {what}: {kind}")
        else:
            yield from rules[kind](value, pointer)

    return rule


def all_of(first: Rule, *others: Rule) -> Rule:
    """Rules checked in order, up to the first that fails."""

    def rule(value: Any, pointer: str) -> Iterator[str]:
        for check in (first, *others):
            errors = list(check(value, pointer))
            yield from errors
            if errors:
                return

    return rule
