"""The part of `cleaned check` that looks at the workspaces where the app was installed by OAuth."""

from collections.abc import Iterator
from contextlib import closing

from bot.core import settings
from bot.core.errors import CleanedError
from bot.core.settings import Settings
from bot.workspaces import databases, workspaces
from handlers.slack.installation.installations import (
    Installations,
    Installed,
    WrongTokenKey,
    install_url,
    missing_scopes,
)
from handlers.slack.web_api.scopes import SCOPES
from handlers.terminal.checks.finding import Finding, Make


def findings(config: Settings, right: Make, fault: Make) -> Iterator[Finding]:
    """One line for each workspace and organization; none while a setting is missing, which another check reports."""
    if not (config.slack_client_id and config.slack_client_secret and config.token_key and config.public_url):
        return
    try:
        with closing(databases.open_any_version(config.database_url)) as database:
            databases.check_version(database)
            installed = Installations(database, config).all()
            known = workspaces.list_all(database)
    except WrongTokenKey as error:
        yield fault(error.key)
        return
    except CleanedError:
        return  # the check of the database reports it
    if not installed:
        yield right("check-workspace-none", url=install_url(config))
    for workspace in known:
        if workspace.place != workspaces.MAIN and not workspace.is_removed:
            for each in settings.of_workspace(config, workspace.id, workspace.place).faults:
                yield fault(each.key, **each.values)
    for one in installed:
        yield _finding(one, install_url(config, one.id), right, fault)


def _finding(installed: Installed, url: str, right: Make, fault: Make) -> Finding:
    name = f"{installed.team_name} ({installed.id})"
    if installed.needs_reinstall:
        return fault("check-workspace-expired", team=name, url=url)
    if missing := missing_scopes(installed.scopes):
        return fault("check-workspace-scopes", team=name, scopes=", ".join(missing), url=url)
    return right("check-workspace", team=name, who=installed.installed_by, n=len(SCOPES))
