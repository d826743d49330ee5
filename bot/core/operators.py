"""Who is an operator: may see addresses and make changes. `handlers.slack.listeners` checks it."""

from collections.abc import Collection

from bot.core.errors import NotAnOperator


def is_operator(user_id: str, *, runs_workspace: bool, operators: Collection[str]) -> bool:
    """Whether the person may see addresses and change contacts.

    `runs_workspace`: an owner or admin of the workspace. `operators`: the users of `CLEANED_OPERATORS`,
    those of its user groups included.
    """
    return runs_workspace or user_id in operators


def require_operator(
    user_id: str, *, runs_workspace: bool, operators: Collection[str], helpers: Collection[str]
) -> None:
    """Raises NotAnOperator, with the users who may, unless the person is an operator."""
    if not is_operator(user_id, runs_workspace=runs_workspace, operators=operators):
        raise NotAnOperator(helpers=tuple(helpers))
