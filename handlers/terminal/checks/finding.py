"""What `cleaned check` finds."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: whether it is as it should be, and the sentence. `mark`: what stands before it instead of ok or fault."""

    is_fault: bool
    text: str
    mark: str = ""


Make = Callable[..., Finding]
