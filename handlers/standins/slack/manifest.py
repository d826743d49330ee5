"""The parts of `manifest.yml` that the workspace follows: scopes, commands, shortcuts, events, feature switches."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Manifest:
    """`commands`, `shortcuts` and `functions` (by callback id) are mappings as in Slack's manifest."""

    name: str
    scopes: frozenset[str]
    commands: tuple[dict[str, Any], ...]
    shortcuts: tuple[dict[str, Any], ...]
    events: frozenset[str]
    home_tab: bool
    messages_tab: bool
    interactivity: bool
    socket_mode: bool
    functions: dict[str, dict[str, Any]] = field(default_factory=dict)
    redirect_urls: tuple[str, ...] = ()
    org_ready: bool = False
    token_rotation: bool = False

    def command(self, name: str) -> dict[str, Any] | None:
        return next((command for command in self.commands if command["command"] == name), None)

    def shortcut(self, callback_id: str) -> dict[str, Any] | None:
        return next((shortcut for shortcut in self.shortcuts if shortcut["callback_id"] == callback_id), None)


def load(path: Path) -> Manifest:
    """Reads a manifest. Raises yaml.YAMLError, which names the line; ValueError for YAML that is not a mapping."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(document, dict):
        raise ValueError(f"{path.name} is not a mapping")  # noqa: TRY004  the type of the contents, not of an argument
    features, settings = document.get("features", {}), document.get("settings", {})
    oauth = document.get("oauth_config", {})
    home = features.get("app_home", {})
    return Manifest(
        name=str(document["display_information"]["name"]),
        scopes=frozenset(oauth.get("scopes", {}).get("bot", [])),
        commands=tuple(features.get("slash_commands", [])),
        shortcuts=tuple(features.get("shortcuts", [])),
        events=frozenset(settings.get("event_subscriptions", {}).get("bot_events", [])),
        home_tab=bool(home.get("home_tab_enabled")),
        messages_tab=bool(home.get("messages_tab_enabled")),
        interactivity=bool(settings.get("interactivity", {}).get("is_enabled")),
        socket_mode=bool(settings.get("socket_mode_enabled")),
        # Slack refuses a manifest with steps of an app that is not ready for organizations.
        functions=document.get("functions", {}) if settings.get("org_deploy_enabled") else {},
        redirect_urls=tuple(oauth.get("redirect_urls", [])),
        org_ready=bool(settings.get("org_deploy_enabled")),
        token_rotation=bool(settings.get("token_rotation_enabled")),
    )
