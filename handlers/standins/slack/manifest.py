"""What the workspace needs of manifest.yml: scopes, commands, shortcuts, events, switches.

A reader for the part of YAML that a manifest is written in (mappings, lists, plain and quoted scalars,
comments): a YAML library would be a dependency of the bot for this alone.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Manifest:
    """`commands` and `shortcuts` are as Slack's manifest has them, each a mapping."""

    name: str
    scopes: frozenset[str]
    commands: tuple[dict[str, Any], ...]
    shortcuts: tuple[dict[str, Any], ...]
    events: frozenset[str]
    home_tab: bool
    messages_tab: bool
    interactivity: bool
    socket_mode: bool

    def command(self, name: str) -> dict[str, Any] | None:
        return next((command for command in self.commands if command["command"] == name), None)

    def shortcut(self, callback_id: str) -> dict[str, Any] | None:
        return next((one for one in self.shortcuts if one["callback_id"] == callback_id), None)


def load(path: Path) -> Manifest:
    """Reads a manifest. Raises ValueError with the line for what it can't read."""
    whole = parse(path.read_text(encoding="utf-8"))
    features, settings = whole.get("features", {}), whole.get("settings", {})
    home = features.get("app_home", {})
    return Manifest(
        name=str(whole["display_information"]["name"]),
        scopes=frozenset(whole.get("oauth_config", {}).get("scopes", {}).get("bot", [])),
        commands=tuple(features.get("slash_commands", [])),
        shortcuts=tuple(features.get("shortcuts", [])),
        events=frozenset(settings.get("event_subscriptions", {}).get("bot_events", [])),
        home_tab=bool(home.get("home_tab_enabled")),
        messages_tab=bool(home.get("messages_tab_enabled")),
        interactivity=bool(settings.get("interactivity", {}).get("is_enabled")),
        socket_mode=bool(settings.get("socket_mode_enabled")),
    )


@dataclass(frozen=True)
class _Line:
    number: int
    indent: int
    text: str


def parse(text: str) -> dict[str, Any]:
    """The mapping that a text in our part of YAML says."""
    lines = []
    for number, raw in enumerate(text.splitlines(), 1):
        stripped = raw.strip()
        if stripped and not stripped.startswith("#") and stripped != "---":
            lines.append(_Line(number, len(raw) - len(raw.lstrip(" ")), stripped))
    value, rest = _value(lines)
    if rest or not isinstance(value, dict):
        raise ValueError(f"line {rest[0].number if rest else 1}: not a mapping")
    return value


def _value(lines: list[_Line]) -> tuple[Any, list[_Line]]:
    """The value that begins at the first line, and the lines after it."""
    if not lines:
        return None, []
    return _list(lines) if lines[0].text.startswith("- ") else _mapping(lines)


def _mapping(lines: list[_Line]) -> tuple[dict[str, Any], list[_Line]]:
    made: dict[str, Any] = {}
    indent = lines[0].indent
    while lines and lines[0].indent == indent and not lines[0].text.startswith("- "):
        line, lines = lines[0], lines[1:]
        key, colon, said = line.text.partition(":")
        if not colon or (said and not said.startswith(" ")):
            raise ValueError(f"line {line.number}: expected `key: value`")
        if said.strip() and not said.strip().startswith("#"):
            made[key.strip().strip("\"'")] = _scalar(said.strip(), line)
            continue
        # A list may stand at its key's own indent.
        deeper = lines and (
            lines[0].indent > indent or (lines[0].indent == indent and lines[0].text.startswith("- "))
        )
        made[key.strip().strip("\"'")], lines = _value(lines) if deeper else (None, lines)
    return made, lines


def _list(lines: list[_Line]) -> tuple[list[Any], list[_Line]]:
    made = []
    indent = lines[0].indent
    while lines and lines[0].indent == indent and lines[0].text.startswith("- "):
        line, lines = lines[0], lines[1:]
        inner = line.text[2:].lstrip()
        if inner[0] in "\"'" or not (": " in inner or inner.endswith(":")):
            made.append(_scalar(inner, line))
            continue
        within = _Line(line.number, indent + len(line.text) - len(inner), inner)
        item, lines = _mapping([within, *lines])
        made.append(item)
    return made, lines


def _scalar(said: str, line: _Line) -> Any:
    if said.startswith('"'):
        end = said.rindex('"')
        return json.loads(said[: end + 1])
    if said.startswith("'"):
        return said[1 : said.rindex("'")].replace("''", "'")
    plain = said.split(" #", maxsplit=1)[0].rstrip()
    if plain[0] in "[{|>&*!":
        if plain in {"[]", "{}"}:
            return json.loads(plain)
        raise ValueError(f"line {line.number}: {plain[0]!r} is more YAML than this reader knows")
    words = {"true": True, "false": False, "null": None}
    return words[plain] if plain in words else int(plain) if plain.isdecimal() else plain
