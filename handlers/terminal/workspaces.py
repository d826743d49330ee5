"""`cleaned workspaces`, and the settings of the workspace that a command is about."""

import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import datetime

from bot.core import settings
from bot.core.errors import CleanedError, Faults
from bot.core.settings import Reading, Settings
from bot.workspaces import databases, workspaces
from bot.workspaces.workspaces import Workspace
from handlers.terminal.files import print_json
from handlers.words import Words


class ChooseWorkspace(CleanedError):
    """There are several workspaces, and it isn't said which one is meant. Values: known."""

    key = "error-choose-workspace"


def load() -> Settings:
    """The settings of the workspace that the command is about. Raises CleanedError, Faults."""
    reading = read(settings.load())
    if reading.faults:
        raise Faults(reading.faults)
    return reading.settings


def read(main: Settings) -> Reading:
    """The settings of the workspace of CLEANED_WORKSPACE, else of the only one, with what is wrong with them.

    The main settings are those of the bot token's workspace. Raises UnknownWorkspace, ChooseWorkspace, and what opening
    the database raises.
    """
    chosen = _chosen(main) if main.workspace or main.uses_oauth else None
    if chosen is None:
        return Reading(main, ())
    return settings.of_workspace(main, chosen.id, chosen.place)


def run(words: Words, *, erase: str | None, renew_keys: bool, as_json: bool) -> int:
    """Lists the workspaces, after what is asked for is done. Raises CleanedError.

    Returns 1 if tokens could not be encrypted anew, else 0.
    """
    config, unreadable = settings.load(), frozenset[str]()
    out = sys.stderr if as_json else sys.stdout  # standard output is for the list
    with closing(databases.open_current(config.database_url)) as database:
        if renew_keys and config.uses_oauth:
            # Only here: it imports Bolt, and every command imports this module.
            from handlers.slack.installation.installations import Installations  # noqa: PLC0415

            n, unreadable = Installations(database, config).renew()
            print(words("terminal-keys-renewed", n=n), file=out)
        if erase:
            workspaces.erase(database, erase)
            print(words("terminal-workspace-erased", workspace=erase), file=out)
        known = workspaces.list_all(database)
    if as_json:
        print_json(
            [
                {**asdict(each), "added_at": _at(each.added_at), "removed_at": _at(each.removed_at)}
                for each in known
            ]
        )
    elif not known:
        print(words("terminal-workspace-none"))
    for each in () if as_json else known:
        print(_line(words, each))
    if unreadable:
        names = ", ".join(sorted(unreadable))
        print(f"cleaned: {words('terminal-keys-unreadable', workspaces=names)}", file=sys.stderr)
    return 1 if unreadable else 0


def _chosen(main: Settings) -> Workspace | None:
    with closing(databases.open_current(main.database_url)) as database:
        chosen = _named(main, workspaces.list_all(database))
        if chosen:
            workspaces.check_there(database, chosen.place)
    return chosen


def _named(main: Settings, known: Sequence[Workspace]) -> Workspace | None:
    names = _names(known)
    if main.workspace:
        for each in known:
            if each.id == main.workspace.upper():
                return each
        raise workspaces.UnknownWorkspace(workspace=main.workspace, known=names)
    present = [each for each in known if not each.is_removed]
    if main.slack_bot_token or not present:
        return None
    if len(present) > 1:
        raise ChooseWorkspace(known=_names(present))
    return present[0]


def _names(known: Sequence[Workspace]) -> str:
    return ", ".join(f"{each.id} ({each.name})" for each in known)


def _line(words: Words, workspace: Workspace) -> str:
    since = workspace.removed_at or workspace.added_at
    key = "terminal-workspace-removed" if workspace.is_removed else "terminal-workspace"
    at = words.moment(since.astimezone()) if since else ""
    return f"{workspace.id:<12}  {workspace.name}  {words(key, at=at)}"


def _at(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
