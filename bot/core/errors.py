"""What can go wrong in a way that a person can mend.

Each error is a type with a key and values; `handlers` turns it into a sentence of `handlers/words`. Its
docstring says what happened. Values may hold what the person typed: they are shown to that person, never
logged.
"""

from typing import Any, ClassVar


class CleanedError(Exception):
    """Something a person can mend. `key` names the sentence, `values` fill it."""

    key: ClassVar[str]

    def __init__(self, **values: Any) -> None:
        super().__init__(self.key)
        self.values = values
        self.block_id: str | None = None
        """The input it was typed in, where there is one."""


class UnknownAudience(CleanedError):
    """No audience has that name. Values: name, known (the names there are)."""

    key = "error-unknown-audience"


class NoAudience(CleanedError):
    """There is no audience yet: import one first."""

    key = "error-no-audience"


class IsMirrored(CleanedError):
    """The audience's truth is with Mailchimp: that is done there. Values: name."""

    key = "error-is-mirrored"


class NotAnOperator(CleanedError):
    """Only operators may do that. Values: helpers (who can)."""

    key = "error-not-an-operator"


class NothingThere(CleanedError):
    """The segment is empty."""

    key = "error-nothing-there"


class WrongWord(CleanedError):
    """The typed confirmation is not the word. Values: word."""

    key = "error-wrong-word"


class AlreadyDone(CleanedError):
    """This plan was confirmed before."""

    key = "error-already-done"


class PlanGone(CleanedError):
    """The plan is not there any more, or is another person's."""

    key = "error-plan-gone"
