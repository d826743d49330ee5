"""The documents can't lie: README, pages, manifest, settings and code say the same."""

import argparse
import re
import subprocess
import sysconfig
import tomllib
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.core.settings import Settings
from handlers.cli import build_parser
from handlers.slack import app
from handlers.slack.web_api import scopes
from handlers.words import LANGUAGES, words
from tests.tools import pictures

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
NOW_TRUE = [path for path in DOCUMENTS if path.parent.name != "decisions"]  # a record tells of its day
PICTURES = ROOT / "docs/pictures"
FOLDER = re.compile(r"(bot|handlers|storage|tests|docs)/")
ENDING = "(?:py|md|ftl|toml|yml)"
MANIFEST: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))

# docs.slack.dev/reference/methods: what each method that the bot calls needs.
SCOPES = {
    "auth_test": set(),
    "apps_connections_open": set(),  # the app-level token's
    "chat_postEphemeral": {"chat:write"},
    "chat_postMessage": {"chat:write"},
    "chat_update": {"chat:write"},
    "chat_delete": {"chat:write"},
    "conversations_history": {"channels:history", "groups:history", "im:history"},
    "conversations_info": {"channels:read", "groups:read"},
    "conversations_open": {"im:write"},
    "files_completeUploadExternal": {"files:write"},
    "files_getUploadURLExternal": {"files:write"},
    "files_info": {"files:read"},
    "functions_completeError": set(),
    "functions_completeSuccess": set(),
    "usergroups_users_list": {"usergroups:read"},
    "users_info": {"users:read"},
    "users_list": {"users:read"},
    "views_open": set(),
    "views_publish": set(),
    "views_push": set(),
    "views_update": set(),
}


# docs.slack.dev/reference/events: what each event that is subscribed to needs.
EVENT_SCOPES = {"app_mention": "app_mentions:read", "message.im": "im:history"}


def bot_events() -> list[str]:
    return list(MANIFEST["settings"]["event_subscriptions"]["bot_events"])


class Recorder:
    """Takes the place of `Listeners` and keeps what is registered."""

    def __init__(self) -> None:
        self.registered: defaultdict[str, set[str]] = defaultdict(set)

    def __getattr__(self, kind: str) -> Callable[..., Callable[..., None]]:
        def register(what: Any, *_: Any, **__: Any) -> Callable[..., None]:
            self.registered[kind].add(what if isinstance(what, str) else repr(what))
            return lambda *_: None

        return register


def name_of(document: Path) -> str:
    return document.relative_to(ROOT).as_posix()


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def terminal_commands() -> dict[str, set[str]]:
    """The commands of `cleaned`, each with its long options."""
    [subcommands] = [action for action in build_parser(words("en"))._actions if action.dest == "command"]
    assert subcommands.choices is not None
    choices: dict[str, argparse.ArgumentParser] = dict(subcommands.choices)
    return {name: set(parser._option_string_actions) for name, parser in choices.items()}


SETTINGS = {
    str(field.validation_alias or name).upper(): field for name, field in Settings.model_fields.items()
}
TERMINAL = terminal_commands()


def registered() -> dict[str, set[str]]:
    recorder = Recorder()
    for feature in app.FEATURES:
        feature.register(recorder)
    return recorder.registered


def test_the_manifest_has_exactly_the_commands_events_and_shortcuts_that_the_code_listens_to():
    found = registered()
    features, settings = MANIFEST["features"], MANIFEST["settings"]
    assert {each["command"] for each in features["slash_commands"]} == found["command"]
    # Slack subscribes to the messages of a kind of channel, and delivers them as `message`.
    assert {each.partition(".")[0] for each in settings["event_subscriptions"]["bot_events"]} == found[
        "event"
    ]
    assert MANIFEST.get("functions", {}).keys() == found["step"]
    assert {each["callback_id"] for each in features["shortcuts"]} == found["message_shortcut"]


def test_the_manifest_has_exactly_the_scopes_that_the_code_needs():
    paths = [path for path in (ROOT / "handlers").rglob("*.py") if "standins" not in path.parts]
    code = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    called = set(
        re.findall(
            r"\b(?:client|_client|send)\.((?:chat|views|users|usergroups|conversations|files|functions|auth|apps)_\w+)",
            code,
        )
    )
    assert called <= SCOPES.keys()
    needed = {"commands"}.union(*(SCOPES[method] for method in called))
    needed |= {scope for event, scope in EVENT_SCOPES.items() if event in bot_events()}
    assert set(MANIFEST["oauth_config"]["scopes"]["bot"]) == needed == scopes.SCOPES


@pytest.mark.parametrize(("language", "others"), [("en", {}), ("fr", {"address": "adresse", "or": "ou"})])
def test_people_read_of_every_command_as_the_manifest_has_it(language: str, others: dict[str, str]):
    expected = set()
    for each in MANIFEST["features"]["slash_commands"]:
        hint = each.get("usage_hint", "").replace(" | help", "")
        expected.add((each["command"], re.sub(r"\w+", lambda word: others.get(word[0], word[0]), hint)))
    rows = re.findall(
        r"^\| `(/cleaned\S*?) ?(\[[\w ]+\])?` \|", text(f"docs/people.{language}.md"), re.MULTILINE
    )
    assert len(rows) == len(expected)
    assert set(rows) == expected


def test_every_setting_is_listed_once_with_its_default():
    rows = re.findall(r"^\| `([A-Z_]+)` \|.*\| (.*) \|$", text("docs/settings.md"), re.MULTILINE)
    assert sorted(name for name, _ in rows) == sorted(SETTINGS)
    for name, default in rows:
        if isinstance(SETTINGS[name].default, str | int):
            assert default == f"`{SETTINGS[name].default}`"
    elsewhere = [path for path in NOW_TRUE if path.name != "settings.md"]
    assert [
        name_of(path)
        for path in elsewhere
        if re.search(r"^\| `CLEANED_\w+` \|", path.read_text(encoding="utf-8"), re.MULTILINE)
    ] == []


@pytest.mark.parametrize("document", NOW_TRUE, ids=name_of)
def test_every_setting_command_and_option_that_a_document_names_exists(document: Path):
    """Settings by their names; commands as `/cleaned-…`, or as `cleaned …` at the start of code, or behind a pipe."""
    page = document.read_text(encoding="utf-8")
    settings = set(re.findall(r"\b(?:CLEANED|SLACK|MAILCHIMP)_[A-Z_]*[A-Z]\b", page))
    assert {re.sub("_FILE$", "", name) for name in settings} <= SETTINGS.keys()
    slash = {each["command"] for each in MANIFEST["features"]["slash_commands"]}
    example = {"/cleaned-hello"} if document.name == "contributing.md" else set()
    assert set(re.findall(r"`(/cleaned[\w-]*)", page)) <= slash | example
    program = r"(?:python3 -m handlers|(?:\.venv/bin/)?cleaned)"
    for line in re.findall(rf"(?:^    (?:[^|\n]*\| )?|`){program}((?: [^`\n]+)?)", page, re.MULTILINE):
        command, *_ = re.findall(r"^ ([a-z]\w*)", line) or [None]
        assert command is None or command in TERMINAL, line
        options = set(re.findall(r"--[a-z][a-z-]*", line.partition("   ")[0]))
        assert options <= (TERMINAL[command] if command else {"--print-completion"}), line


def test_every_command_of_the_terminal_is_listed():
    assert set(re.findall(r"^    cleaned (\w+)", text("docs/operating.md"), re.MULTILINE)) == TERMINAL.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_labels_in_bold_of_the_pages_for_people_are_the_program_s(language: str):
    """Without the figures that a label may end with."""
    folder = ROOT / "handlers/words" / language
    sentences = "\n".join(path.read_text(encoding="utf-8") for path in folder.glob("*.ftl"))
    shown = {plain(value) for value in re.findall(r"= (.+)$", sentences, re.MULTILINE)}
    shown |= {re.sub(r" ?[:(] ?\{ \$\w+ \}\)?$", "", value) for value in shown}
    labels = {
        plain(label) for label in re.findall(r"\*\*(.+?)\*\*", text(f"docs/people.{language}.md"), re.DOTALL)
    }
    assert labels
    assert {label for label in labels if not shown & {label, label.capitalize()}} == set()


def plain(label: str) -> str:
    """With one ordinary space for each space, line end or space that doesn't break."""
    return " ".join(label.split())


def test_the_pictures_are_those_that_are_made_and_shown():
    shown = {
        (document.parent / link).resolve()
        for document in DOCUMENTS
        for link in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", document.read_text(encoding="utf-8"))
    }
    assert shown == set(PICTURES.iterdir()) == {PICTURES / name for name in pictures.names()}
    assert max(path.stat().st_size for path in shown) < 1_000_000


def test_the_readme_and_the_set_up_are_short():
    assert len(text("README.md").splitlines()) <= 150
    told = [prose(ROOT / "docs" / name) for name in ("installing.md", "set-up.md")]
    assert len("".join(told).split()) <= 2_000  # ten minutes, at 200 words a minute


def prose(document: Path) -> str:
    """The text without its fenced blocks, whose brackets and backticks are code."""
    return re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def anchors(document: Path) -> set[str]:
    """What a link to one of its headings ends with."""
    headings = re.findall(r"^#+ (.+)$", prose(document), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", [*DOCUMENTS, ROOT / "CHANGELOG.md"], ids=name_of)
def test_every_link_within_the_project_leads_somewhere(document: Path):
    broken = []
    for link in re.findall(r"\]\((?!https?:)([^)]+)\)", prose(document)):
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_path_that_a_document_names_exists(document: Path):
    """A name in backticks is a path if it is below one of our folders, or has a slash and a file's ending."""
    page = document.read_text(encoding="utf-8")
    names = re.findall(r"`([\w./*-]*/[\w./*-]*)`", prose(document))
    paths = [name for name in names if FOLDER.match(name) or re.search(rf"\.{ENDING}$", name)]
    paths += re.findall(rf"\b(?:bot|handlers|storage|tests|docs)/[\w./*-]+\.{ENDING}\b", page)  # in diagrams
    assert [path for path in paths if not any(ROOT.glob(path.rstrip("/")))] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_module_that_a_document_runs_exists(document: Path):
    """`-m tests.tools.kills` and the like, also in blocks."""
    named = re.findall(r"-m ((?:tests|handlers)[\w.]*\w)", document.read_text(encoding="utf-8"))
    paths = [ROOT / name.replace(".", "/") for name in named]
    runnable = [path.with_suffix(".py").exists() or (path / "__main__.py").exists() for path in paths]
    assert [name for name, can_run in zip(named, runnable, strict=True) if not can_run] == []


def test_the_index_of_decisions_has_every_record_with_its_title_status_and_date():
    folder = ROOT / "docs/decisions"
    records = sorted(folder.glob("[0-9]*.md"))
    rows = []
    for n, path in enumerate(records, 1):
        title, status, date, *sections = re.findall(
            r"^(?:# |- Status: |- Date: |## )(.+)$", path.read_text(encoding="utf-8"), re.MULTILINE
        )
        number, _, name = title.partition(". ")
        assert path.name.startswith(f"{n:04}-")
        assert number == f"{n:04}"
        assert sections == ["Context", "Decision", "Consequences"]
        rows.append(f"| [{number}]({path.name}) | {name} | {status} | {date} |")
    index = (folder / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| \[.*$", index, re.MULTILINE) == rows


def test_the_newest_version_of_the_changelog_is_the_project_s():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    [newest, *_] = re.findall(r"^## (\d\S+)", changelog, re.MULTILINE)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert newest == project["version"]


def test_the_hooks_before_a_commit_run_commands_of_the_project_s_own_environment():
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [repository["repo"] for repository in config["repos"]] == ["local"]
    hooks = config["repos"][0]["hooks"]
    assert {hook["language"] for hook in hooks} == {"system"}
    for hook in hooks:
        command, *arguments = hook["entry"].split()
        name = command.removeprefix(".venv/bin/")
        assert name != command
        # With `--help`, a command reads its other arguments and checks nothing.
        own = [Path(sysconfig.get_path("scripts"), name), *arguments, "--help"]
        shown = subprocess.run(own, cwd=ROOT, capture_output=True, text=True, check=False)
        assert shown.returncode == 0, shown.stderr


def test_no_address_of_a_package_registry_stands_in_any_file():
    """The requirements pin versions and hashes; where they come from is the installer's matter."""
    registries = re.compile(r"https?://[\w.]*(?:pythonhosted|pypi|npmjs)\.\w+")
    for path in (ROOT / "requirements.txt", ROOT / "tests/requirements.txt", ROOT / "pyproject.toml"):
        assert not registries.search(path.read_text(encoding="utf-8"))
