"""A line of `cleaned check`."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """`text` is a sentence, `key` names it for programs; `mark` is printed before it instead of the words for ok or fault."""

    is_fault: bool
    text: str
    mark: str = ""
    key: str = ""


Make = Callable[..., Finding]
