"""Who is an operator: may see addresses and make changes. `handlers.slack.listeners` checks it."""

from collections.abc import Callable
from enum import Enum


class Standing(Enum):
    """What a person is to the workspace that the bot is installed in."""

    UNKNOWN = "unknown"  # Slack couldn't be asked
    NOBODY = "nobody"  # deactivated, or a bot
    OUTSIDER = "outsider"  # a guest, or of another workspace
    MEMBER = "member"
    RUNS_WORKSPACE = "runs workspace"  # an owner or admin


def is_operator(standing: Standing, *, is_named: bool, is_in_group: Callable[[], bool]) -> bool:
    """Whether the person may see addresses and change contacts.

    `is_named`: their own id is in `CLEANED_OPERATORS`; `is_in_group`: whether one of its user groups has them, asked
    only where it counts. A group brings in members of the workspace, and never an outsider: who fills a group need not
    know that it opens addresses.
    """
    match standing:
        case Standing.RUNS_WORKSPACE:
            return True
        case Standing.MEMBER:
            return is_named or is_in_group()
        case Standing.OUTSIDER:
            return is_named
    return False
