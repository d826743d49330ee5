"""The program where there is no checkout: as a package, in a container, as a service, and from Slack's own tool."""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest
import yaml

from bot.core.settings import Settings
from handlers import cli, serve
from handlers.slack import manifest
from handlers.terminal import running
from handlers.words import words
from tests.tools.release import __main__ as release
from tests.tools.release import bill

ROOT = Path(__file__).parents[1]
DEPLOYMENT = ROOT / "docs/deployment"
HAS_PIP = sys.executable if find_spec("pip") else sys._base_executable  # type: ignore[attr-defined]
DEPENDENCIES = {Path(sysconfig.get_path(name)) for name in ("purelib", "platlib")}


class Empty:
    """A home and a folder with nothing of the checkout in them. `bin`: where the program's environment is."""

    def __init__(self, folder: Path, program: Path) -> None:
        self.folder, self.program = folder / "folder", program
        self.folder.mkdir()
        self.environment = {
            "HOME": str(folder),
            "LANG": "en_GB.UTF-8",
            "PATH": f"{program}{os.pathsep}{os.defpath}",
            "TMPDIR": str(folder),
        }

    def start(self, *command: str, **more: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [str(self.program / command[0]), *command[1:]],
            cwd=self.folder,
            env=self.environment | more,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *command: str, **more: str) -> tuple[int, str, str]:
        process = self.start(*command, **more)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err


def lend(environment: Path, *folders: Path) -> None:
    """Has the environment find packages there too. The checkout that is installed in ours stays out of it."""
    [packages] = environment.glob("lib/python*/site-packages")
    (packages / "lent.pth").write_text("".join(f"{folder}\n" for folder in folders))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a dry run of a release makes."""
    folder = tmp_path_factory.mktemp("release")
    assert release.main(["--dry-run", "--to", str(folder)]) == 0
    return folder


def stages() -> list[list[tuple[str, str]]]:
    """The instructions of each stage of the Containerfile."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Containerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    found: list[list[tuple[str, str]]] = []
    for line in filter(None, text.replace("\\\n", " ").splitlines()):
        instruction, _, rest = line.partition(" ")
        if instruction == "FROM":
            found.append([])
        found[-1].append((instruction, rest.strip()))
    return found


def of_stage(n: int, instruction: str) -> list[str]:
    return [rest for name, rest in stages()[n] if name == instruction]


class Image:
    """The folders of the image's first stage, made below another root by the commands of the Containerfile."""

    def __init__(self, root: Path, wheel: Path) -> None:
        self.root = root
        self.folder = root
        self.tools = root / "tools"
        self.tools.mkdir()
        # Nothing is downloaded or built once more: the packages are lent, and the program is in the wheel.
        self._tool("python", f'exec {shlex.quote(HAS_PIP)} "$@"')
        install = f'exec {shlex.quote(HAS_PIP)} -m pip "$@" --no-compile --no-index --quiet'
        self._tool(
            "pip",
            f"""case "$*" in
*" --require-hashes -r requirements.txt"|*" uninstall --yes setuptools") test -f requirements.txt;;
*" .") test -f pyproject.toml; for each; do
    shift; test "$each" != . || each={shlex.quote(str(wheel))}; set -- "$@" "$each"; done; {install};;
*) exit 2;;
esac""",
        )

    def _tool(self, name: str, script: str) -> None:
        (self.tools / name).write_text(f"#!/bin/sh\n{script}\n")
        (self.tools / name).chmod(0o755)

    def path(self, path: str) -> Path:
        return self.root / path.lstrip("/") if path.startswith("/") else self.folder / path

    def carry_out(self, instruction: str, rest: str, source: Path) -> None:
        if instruction == "WORKDIR":
            self.folder = self.path(rest)
            self.folder.mkdir(parents=True)
        if instruction == "COPY":
            *names, to = rest.split()
            for name in names:
                self._copy(source / name, self.path(to) / name if to in (".", "./") else self.path(to))
        if instruction == "RUN":
            self._run(rest)

    def _copy(self, source: Path, to: Path) -> None:
        if source.is_dir():
            shutil.copytree(source, to, symlinks=True)
        else:
            shutil.copy(source, to)

    def _run(self, command: str) -> None:
        moved = re.sub(r"(?<=\s)/(?=opt|data|src)", f"{self.root}/", command)
        environment = {"PATH": f"{self.tools}{os.pathsep}{os.defpath}", "HOME": str(self.root / "tools")}
        subprocess.run(["sh", "-e", "-c", moved], cwd=self.folder, env=environment, check=True, timeout=120)


@pytest.fixture(scope="module")
def image(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Image:
    """The first stage, carried out with what Git has and the wheel of the release."""
    source = tmp_path_factory.mktemp("context")
    release.copy(source)
    [wheel] = made.glob("*.whl")
    image = Image(tmp_path_factory.mktemp("image"), wheel)
    for instruction, rest in stages()[0]:
        image.carry_out(instruction, rest, source)
    lend(image.path("/opt/cleaned"), *DEPENDENCIES)
    return image


@pytest.fixture
def empty(tmp_path: Path, image: Image) -> Empty:
    return Empty(tmp_path, image.path("/opt/cleaned/bin"))


def test_an_installed_program_says_what_it_can_and_has_its_manifest(empty: Empty):
    status, out, _ = empty.run("cleaned", "--help")
    assert status == cli.DONE
    assert all(re.search(rf"^ +{name} ", out, re.MULTILINE) for name in cli._COMMANDS)
    assert empty.run("cleaned", "manifest")[1] == (ROOT / "manifest.yml").read_text(encoding="utf-8")
    version = f"cleaned {release.read(ROOT).version}\n"
    assert empty.run("python", "-m", "handlers", "--version") == (cli.DONE, version, "")
    assert list(empty.folder.iterdir()) == []


def test_an_installed_program_keeps_its_data_in_the_home(empty: Empty):
    status, out, err = empty.run("cleaned", "counts")
    assert (status, out, err) == (cli.FAILED, "", f"cleaned: {words('en')('error-no-audience.terminal')}\n")
    assert list(empty.folder.parent.rglob("cleaned.db"))
    assert list(empty.folder.iterdir()) == []


def test_the_demo_answers_in_a_folder_that_has_packages_of_the_same_names(empty: Empty):
    """And the container's health check knows whether a bot is there."""
    for name in ("bot", "handlers", "storage"):
        (empty.folder / name).mkdir()
        (empty.folder / name / "__init__.py").write_text("raise SystemExit('not this one')")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    check = json.loads(of_stage(-1, "HEALTHCHECK")[0].partition("CMD ")[2])
    with empty.start("cleaned", "demo", "--no-browser", CLEANED_PORT=port) as process:
        assert process.stdout
        try:
            page = next(found[0] for line in process.stdout if (found := re.search(r"http://\S+", line)))
            assert "<title>" in httpx.get(page, follow_redirects=True).text
            assert empty.run(*check, CLEANED_PORT=port)[0] == 0
            os.killpg(process.pid, signal.SIGINT)
            _, err = process.communicate(timeout=30)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    assert (process.returncode, "Traceback" in err) == (cli.DONE, False)
    assert empty.run(*check, CLEANED_PORT=port)[0] != 0


def test_a_wheel_that_lacks_a_file_or_has_another_one_is_not_released(made: Path, tmp_path: Path):
    [wheel] = made.glob("*.whl")
    release.copy(tmp_path)
    release.check(wheel, tmp_path)
    (tmp_path / "handlers/words/en/new.ftl").touch()
    (tmp_path / "bot/core/errors.py").unlink()
    (tmp_path / "manifest.yml").write_text("changed: true\n")
    with pytest.raises(release.NotReady) as refusal:
        release.check(wheel, tmp_path)
    assert re.findall(r"[\w/]+\.\w+", str(refusal.value)) == [
        "bot/core/errors.py",
        "handlers/slack/manifest.yml",
        "handlers/words/en/new.ftl",
    ]


def test_the_release_has_its_notes_and_its_bill_of_materials(made: Path):
    version = release.read(ROOT).version
    [notes], [materials] = made.glob("*.md"), made.glob("*.cdx.json")
    assert notes.read_text(encoding="utf-8").strip() in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    listed = json.loads(materials.read_text(encoding="utf-8"))
    assert listed["metadata"]["component"]["purl"] == f"pkg:pypi/cleaned@{version}"
    requirements = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    pinned = dict(re.findall(r"^([\w.-]+)==([^\s;]+)", requirements, re.MULTILINE))
    assert {each["name"]: each["version"] for each in listed["components"]} == pinned
    hashes = [
        each["content"] for part in listed["components"] for each in part["externalReferences"][0]["hashes"]
    ]
    assert sorted(hashes) == sorted(re.findall(r"--hash=sha256:(\w+)", requirements))


IMPORT_ALL = """
import importlib, pkgutil, sys
from importlib.metadata import packages_distributions

import bot, handlers, storage

for package in bot, handlers, storage:
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if "__main__" not in module.name and ".migrations" not in module.name:
            importlib.import_module(module.name)
of_package = packages_distributions()
print(*{name for module in list(sys.modules) for name in of_package.get(module, ())})
"""
# What httpx imports where it is there, for a command line of its own.
OF_HTTPX = {"click", "rich", "pygments"}


def test_every_package_that_a_module_imports_is_installed():
    """Those of the tests are there too, where tests run: SQLAlchemy's asyncio once found its greenlet among them."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL], cwd=ROOT, timeout=60, check=True, capture_output=True, text=True
    )
    imported = {re.sub(r"[._]", "-", name).lower() for name in done.stdout.split()}
    pinned = re.findall(
        r"^([\w.-]+)==", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert "sqlalchemy" in imported
    assert imported - OF_HTTPX - {"cleaned"} <= set(pinned)


def test_the_bill_says_who_needs_whom_and_what_only_builds():
    text = """\
one==1.0 ; sys_platform == 'win32' \\
    --hash=sha256:{0}
    # via cleaned (pyproject.toml)
two==2.0.1 \\
    --hash=sha256:{0} \\
    --hash=sha256:{1}
    # via
    #   cleaned (pyproject.toml)
    #   one
builder==3 \\
    --hash=sha256:{1}
    # via cleaned (pyproject.toml:build)
""".format("a" * 64, "b" * 64)
    at = release.read(ROOT).committed_at
    made = bill.of("cleaned", "9.1", text, at)
    assert made == bill.of("cleaned", "9.1", text, at) != bill.of("cleaned", "9.2", text, at)
    assert {each["ref"]: each["dependsOn"] for each in made["dependencies"]} == {
        "pkg:pypi/cleaned@9.1": ["pkg:pypi/one@1.0", "pkg:pypi/two@2.0.1"],
        "pkg:pypi/one@1.0": ["pkg:pypi/two@2.0.1"],
        "pkg:pypi/two@2.0.1": [],
        "pkg:pypi/builder@3": [],
    }
    one, two, builder = made["components"]
    assert one["properties"] == [{"name": "python:marker", "value": "sys_platform == 'win32'"}]
    assert len(two["externalReferences"][0]["hashes"]) == 2
    assert [each.get("scope") for each in (one, two, builder)] == [None, None, "excluded"]


@pytest.mark.parametrize(
    ("heading", "against"),
    [("0.0.1 - unreleased", 1), ("0.0.1 - 2026-11-30", 0)],
    ids=["unreleased", "dated"],
)
def test_a_version_without_a_date_is_not_released(
    heading: str, against: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    (tmp_path / "CHANGELOG.md").write_text(
        f"# Changelog\n\n## {heading}\n\n- one\n\n## 0.0.0 - 2025-01-01\n\n- none\n"
    )
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "cleaned"\nversion = "0.0.1"\n')
    read = release.read(tmp_path)
    monkeypatch.setattr(release, "ROOT", tmp_path)
    monkeypatch.setattr(release, "_git", lambda *_: "")
    assert (read.notes, len(list(release.obstacles(read)))) == ("- one\n", against)
    monkeypatch.setattr(release, "_git", lambda *_: "something")
    assert len(list(release.obstacles(read))) == against + 2


def values() -> Mapping[str, str]:
    """The variables of the image."""
    return dict(pair.split("=", 1) for rest in of_stage(-1, "ENV") for pair in rest.split())


def test_the_image_runs_its_command_and_writes_in_its_volume_alone(image: Image, tmp_path: Path):
    for copied in of_stage(-1, "COPY"):
        assert image.path(copied.split()[-2]).exists()
    [command] = (json.loads(rest) for rest in of_stage(-1, "CMD"))
    program = image.path("/opt/cleaned/bin") / command[0]
    assert os.access(program, os.X_OK)
    variables = {
        name: re.sub(r"/(opt|data)\b", rf"{image.root}/\1", value) for name, value in values().items()
    }
    variables["DATABASE_URL"] = f"sqlite:///{image.path('/data/cleaned.db')}"
    before = sorted(image.path("/opt").rglob("*"))
    done = subprocess.run(
        [program, "counts"],
        cwd=image.path("/data"),
        env=variables,
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (cli.FAILED, "", 1)
    assert image.path("/data/cleaned.db").exists()
    assert sorted(image.path("/opt").rglob("*")) == before


def test_the_image_has_no_root_and_all_that_is_written_is_in_its_volume():
    assert [int(part) for part in of_stage(-1, "USER")[0].split(":")] == [1000, 1000]
    assert of_stage(-1, "VOLUME") == ["/data"]
    assert of_stage(-1, "RUN") == []  # what the last stage runs as root, and leaves behind
    variables = values()
    assert (variables["HOME"], variables["TMPDIR"]) == ("/data", "/data")
    assert (
        Settings(_env_file=None, database_url=variables["DATABASE_URL"]).database_url
        == "sqlite:////data/cleaned.db"
    )
    assert {variables["CLEANED_PORT"]} == set(of_stage(-1, "EXPOSE"))


def test_what_is_not_the_program_s_stays_out_of_the_image_s_context():
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".env", ".git", ".venv"} <= set(ignored)
    copied = [name for rest in of_stage(0, "COPY") for name in rest.split()[:-1]]
    assert not set(copied) & set(ignored)


def test_the_compose_file_has_two_bots_that_wait_for_the_migration():
    compose = yaml.safe_load((DEPLOYMENT / "compose.yml").read_text(encoding="utf-8"))
    services = compose["services"]
    bot, migrate, database = (services[name] for name in ("bot", "migrate", "database"))
    assert bot["deploy"]["replicas"] == 2
    assert migrate["command"] == ["cleaned", "migrate"]
    assert bot["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    assert migrate["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert "test" in database["healthcheck"]
    assert all(each["read_only"] for each in (bot, migrate))
    assert (DEPLOYMENT / bot["build"]["context"] / bot["build"]["dockerfile"]).exists()
    assert (DEPLOYMENT / bot["env_file"]).resolve() == ROOT / ".env"
    assert bot["environment"]["DATABASE_URL"] == "postgresql://cleaned@database/cleaned"
    assert bot["environment"]["PGPASSWORD"] == database["environment"]["POSTGRES_PASSWORD"]
    assert {volume.partition(":")[0] for volume in database["volumes"]} == compose["volumes"].keys()


def test_the_unit_starts_what_the_program_can(tmp_path: Path):
    unit = (DEPLOYMENT / "cleaned.service").read_text(encoding="utf-8")
    started = re.findall(r"^Exec\w+=/opt/cleaned/bin/cleaned (\w+)$", unit, re.MULTILINE)
    assert started == ["migrate", "run"]
    assert set(started) <= cli._COMMANDS.keys()
    assert re.search(r"sqlite:///(/var/lib/\w+)/", unit)[1] in unit.replace("StateDirectory=", "/var/lib/")  # type: ignore[index]
    if analyze := shutil.which("systemd-analyze"):
        copy = tmp_path / "cleaned.service"
        copy.write_text(unit.replace("/opt/cleaned/bin/cleaned", sys.executable))
        verified = subprocess.run([analyze, "verify", copy], capture_output=True, text=True, check=False)
        assert (verified.returncode, verified.stderr) == (0, "")


def hooks() -> Mapping[str, str]:
    found: Mapping[str, str] = json.loads((ROOT / ".slack/hooks.json").read_text(encoding="utf-8"))["hooks"]
    return found


def test_slack_s_own_tool_gets_the_manifest():
    """It adds the folder to the hook's command, and gives the line to a shell."""
    line = f"{hooks()['get-manifest']} --source=/home/some one/cleaned"
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}"
    environment = os.environ | {"PATH": path, "PYTHONPATH": str(ROOT)}
    printed = subprocess.run(["sh", "-c", line], cwd=ROOT, env=environment, check=True, capture_output=True)
    assert json.loads(printed.stdout) == yaml.safe_load(manifest.path().read_text(encoding="utf-8"))


def test_slack_s_own_tool_starts_the_app_that_it_has_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    assert hooks()["start"].split()[-1] in cli._COMMANDS
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("SLACK_BOT_TOKEN=xoxb-company\nSLACK_APP_TOKEN=xapp-company\n")
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"):
        monkeypatch.setenv(name, "of the company")
    monkeypatch.setenv("SLACK_CLI_XOXB", "xoxb-tool")
    monkeypatch.setenv("SLACK_CLI_XAPP", "xapp-tool")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'cleaned.db'}")
    started: list[Settings] = []
    monkeypatch.setattr(serve, "run", started.append)
    running.run(words("en"))
    assert started[0].slack_bot_token
    assert started[0].slack_app_token
    assert started[0].slack_bot_token.get_secret_value() == "xoxb-tool"
    assert started[0].slack_app_token.get_secret_value() == "xapp-tool"
