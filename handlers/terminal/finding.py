"""What `cleaned check` finds."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: whether it is as it should be, and the sentence."""

    is_fault: bool
    text: str


Make = Callable[..., Finding]
