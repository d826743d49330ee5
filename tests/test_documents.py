"""The documents can't lie: README, manifest, settings and code say the same."""

import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from bot.core.settings import Settings
from handlers.slack import app, scopes
from handlers.words import words

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MANIFEST: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))

# docs.slack.dev/reference/methods: what each method that the bot calls needs.
SCOPES = {
    "auth_test": set(),
    "apps_connections_open": set(),  # the app-level token's
    "chat_postMessage": {"chat:write"},
    "chat_update": {"chat:write"},
    "conversations_history": {"channels:history", "groups:history", "im:history"},
    "conversations_info": {"channels:read", "groups:read"},
    "conversations_open": {"im:write"},
    "files_completeUploadExternal": {"files:write"},
    "files_getUploadURLExternal": {"files:write"},
    "files_info": {"files:read"},
    "usergroups_users_list": {"usergroups:read"},
    "users_info": {"users:read"},
    "views_open": set(),
    "views_publish": set(),
    "views_push": set(),
    "views_update": set(),
}


class Recorder:
    """Takes the place of the Bolt app and keeps what is registered."""

    def __init__(self) -> None:
        self.registered: defaultdict[str, set[str]] = defaultdict(set)

    def __getattr__(self, kind: str) -> Callable[..., Callable[..., None]]:
        def register(what: Any, *_: Any) -> Callable[..., None]:
            self.registered[kind].add(what if isinstance(what, str) else repr(what))
            return lambda *_: None

        return register


def registered() -> dict[str, set[str]]:
    recorder = Recorder()
    for feature in app.FEATURES:
        feature.register(recorder)
    return recorder.registered


def test_the_manifest_has_exactly_the_commands_events_and_shortcuts_that_the_code_listens_to():
    found = registered()
    features, settings = MANIFEST["features"], MANIFEST["settings"]
    assert {each["command"] for each in features["slash_commands"]} == found["command"]
    assert set(settings["event_subscriptions"]["bot_events"]) == found["event"]
    assert {each["callback_id"] for each in features["shortcuts"]} == found["message_shortcut"]


def test_the_manifest_has_exactly_the_scopes_that_the_code_needs():
    paths = [path for path in (ROOT / "handlers").rglob("*.py") if "workspace" not in path.parts]
    code = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    called = set(
        re.findall(
            r"\b(?:client|_client|send)\.((?:chat|views|users|usergroups|conversations|files|auth|apps)_\w+)",
            code,
        )
    )
    assert called <= SCOPES.keys()
    needed = {"commands"}.union(*(SCOPES[method] for method in called))
    assert set(MANIFEST["oauth_config"]["scopes"]["bot"]) == needed == scopes.SCOPES


def test_the_readme_lists_every_command_as_the_manifest_has_it():
    commands = MANIFEST["features"]["slash_commands"]
    expected = {(each["command"], each.get("usage_hint", "").replace(" | help", "")) for each in commands}
    rows = re.findall(r"^\| `(/cleaned\S*?) ?(\[\w+\])?` \|", README, re.MULTILINE)
    assert set(rows) == expected


def test_the_readme_s_table_has_every_setting_and_its_default():
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \|.*\| (.*) \|$", README, re.MULTILINE))
    fields = {
        str(field.validation_alias or name).upper(): field for name, field in Settings.model_fields.items()
    }
    assert rows.keys() == fields.keys()
    for name, field in fields.items():
        if isinstance(field.default, str | int):
            assert rows[name] == f"`{field.default}`"


def test_the_readme_names_every_terminal_command():
    from handlers.cli import build_parser

    [subcommands] = [action for action in build_parser(words("en"))._actions if action.dest == "command"]
    assert subcommands.choices is not None
    assert set(re.findall(r"^    cleaned (\w+)", README, re.MULTILINE)) == set(subcommands.choices)


def test_what_the_readme_points_at_is_there():
    targets = re.findall(r"\]\((?!https?:|#)([^)]+)\)", README)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_no_address_of_a_package_registry_stands_in_any_file():
    """The requirements pin versions and hashes; where they come from is the installer's matter."""
    registries = re.compile(r"https?://[\w.]*(?:pythonhosted|pypi|npmjs)\.\w+")
    for path in (ROOT / "requirements.txt", ROOT / "tests/requirements.txt", ROOT / "pyproject.toml"):
        assert not registries.search(path.read_text(encoding="utf-8"))
