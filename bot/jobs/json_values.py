"""Converts frozen dataclasses to JSON objects and back, for columns that store values.

Fields that have their default are left out, and unknown keys are ignored, so that two versions of the program can
read each other's rows as long as fields are only added, with a default.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

ValueT = TypeVar("ValueT")


def to_json(value: object) -> dict[str, Any]:
    """Returns the JSON object of a dataclass, with its nested values."""
    json: dict[str, Any] = _adapter(cast(Any, type(value))).dump_python(
        value, mode="json", exclude_defaults=True
    )
    return json


def from_json(value_type: type[ValueT], json: Mapping[str, Any]) -> ValueT:
    """Returns the value of a JSON object that `to_json` returned. Raises pydantic.ValidationError.

    A type whose JSON was different in an earlier version has a class method `upgrade`, which converts old objects and
    returns current ones unchanged.
    """
    upgrade = getattr(value_type, "upgrade", None)
    value: ValueT = _adapter(cast(Any, value_type)).validate_python(upgrade(json) if upgrade else json)
    return value


@cache
def _adapter(value_type: Any) -> TypeAdapter[Any]:
    return TypeAdapter(value_type)
