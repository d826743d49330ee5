"""The app is removed from a workspace, or its token is revoked: the workspace is served no longer.

An organization's admins may also let the app into one more of its workspaces, or take it out of one.
"""

from datetime import UTC, datetime

from handlers.slack.listeners import EVERYONE, Listeners
from handlers.slack.request import Request


def register(listeners: Listeners) -> None:
    listeners.event("app_uninstalled", uninstalled, who=EVERYONE)
    listeners.event("tokens_revoked", tokens_revoked, who=EVERYONE)
    for name in ("team_access_granted", "team_access_revoked"):
        listeners.event(name, teams_changed, who=EVERYONE)


def teams_changed(request: Request) -> None:
    request.context.teams_changed()


def uninstalled(request: Request) -> None:
    request.context.removed(_time(request))


def tokens_revoked(request: Request) -> None:
    if request.payload.get("tokens", {}).get("bot"):
        request.context.removed(_time(request))


def _time(request: Request) -> datetime:
    """When it happened. Slack sends an event again for hours, and the app may be installed anew meanwhile."""
    return datetime.fromtimestamp(float(request.body.get("event_time") or request.now.timestamp()), UTC)
