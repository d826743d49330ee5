"""Base class of errors that a person can do something about, and those that several subjects raise.

Each error is a class with the key of a sentence in `handlers/words` and the sentence's values. Values may hold what the
person typed: they are shown to that person and never logged.
"""

from collections.abc import Sequence
from typing import Any, ClassVar


class CleanedError(Exception):
    """An error that a person can do something about. `key` names the sentence, `values` are its placeholders."""

    key: ClassVar[str]

    def __init__(self, **values: Any) -> None:
        super().__init__(self.key)
        self.values = values
        self.block_id: str | None = None
        """The id of the modal's input that has the fault, if there is one."""


class Faults(Exception):
    """Several errors, found together so that they can be corrected together."""

    def __init__(self, faults: Sequence[Exception]) -> None:
        super().__init__(", ".join(type(fault).__qualname__ for fault in faults))
        self.faults = tuple(faults)


class UnknownAudience(CleanedError):
    """No audience has that name. Values: name, known (names of audiences), near (ids of those that may be meant)."""

    key = "error-unknown-audience"


class NoAudience(CleanedError):
    """There is no such audience, or none at all yet."""

    key = "error-no-audience"


class IsMirrored(CleanedError):
    """The audience is mirrored, and that has to be done at Mailchimp. Values: name."""

    key = "error-is-mirrored"


class NotAnOperator(CleanedError):
    """Only operators may do that. Values: helpers (users who may)."""

    key = "error-not-an-operator"


class RoleUnknown(CleanedError):
    """Slack could not be asked whether the person is an operator."""

    key = "error-role-unknown"


class NothingThere(CleanedError):
    """The segment is empty."""

    key = "error-nothing-there"


class WrongWord(CleanedError):
    """The typed confirmation is not the word. Values: word."""

    key = "error-wrong-word"


class AlreadyDone(CleanedError):
    """The plan was confirmed before."""

    key = "error-already-done"


class PlanGone(CleanedError):
    """The plan does not exist any more, or is another person's."""

    key = "error-plan-gone"
