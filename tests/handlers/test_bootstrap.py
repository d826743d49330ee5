"""Set-up from nothing. That it works as a whole is shown by `.ci/run`, which starts with it."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from handlers import bootstrap

ROOT = Path(__file__).parents[2]
PINNED = re.compile(r"^([\w.-]+)==(\S+)((?: ;[^\\]*)?) \\$", re.MULTILINE)


def _pins(path: Path) -> dict[str, tuple[str, str]]:
    return {name: (version, marker) for name, version, marker in PINNED.findall(path.read_text())}


def test_the_tests_requirements_hold_all_of_the_bots_in_the_same_versions():
    run, tests = _pins(bootstrap.RUN), _pins(bootstrap.TESTS)
    assert len(run) > 30
    assert run.items() <= tests.items()


@pytest.mark.parametrize("path", [bootstrap.RUN, bootstrap.TESTS], ids=["run", "tests"])
def test_the_requirements_hold_no_download_address(path: Path):
    assert not re.search(r"://| @ |^-|--(?!hash=)", _pip_reads(path), re.MULTILINE)


@pytest.mark.parametrize("path", [bootstrap.RUN, bootstrap.TESTS], ids=["run", "tests"])
def test_every_requirement_is_pinned_with_its_hashes(path: Path):
    for requirement in re.split(r"(?<!\\)\n", _pip_reads(path)):
        assert re.match(r"[\w.-]+==", requirement)
        assert "--hash=sha256:" in requirement


def _pip_reads(path: Path) -> str:
    lines = path.read_text().splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("#"))


def test_every_dependency_of_the_project_is_pinned():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for path, wanted in (
        (bootstrap.RUN, project["project"]["dependencies"] + project["dependency-groups"]["build"]),
        (bootstrap.TESTS, project["dependency-groups"]["test"]),
    ):
        names = {re.split(r"[\[<>=]", name)[0].replace(".", "-") for name in wanted}
        assert names <= _pins(path).keys()


def test_it_has_nothing_that_an_old_python_can_not_read():
    """Python 3.6 to 3.10 get the sentence that says which one is needed."""
    for path in ("handlers/bootstrap.py", "handlers/__main__.py", "tests/__main__.py"):
        ast.parse((ROOT / path).read_text(), feature_version=(3, 6))


def test_an_old_python_is_told_which_one_is_needed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(
        SystemExit, match=r"^Cleaned needs Python 3.11 or newer, and this is 3.9: install .+\.$"
    ):
        bootstrap.ensure_environment("handlers", bootstrap.RUN)


def test_where_all_is_installed_nothing_is_set_up(monkeypatch: pytest.MonkeyPatch):
    """A container, or a developer's own environment."""
    monkeypatch.setattr(bootstrap, "_prepare", lambda _path: pytest.fail("set up"))
    bootstrap.ensure_environment("handlers", bootstrap.RUN)


def test_a_missing_package_and_another_version_of_one_are_seen(tmp_path: Path):
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("pytest==0.0.1 \\\n")
    assert not bootstrap._has_all(requirements)
    requirements.write_text("no-such-package==1.0 \\\n")
    assert not bootstrap._has_all(requirements)
    requirements.write_text("no-such-package==1.0 ; sys_platform == 'win32' \\\n")
    assert bootstrap._has_all(requirements)
    assert bootstrap._has_all(tmp_path / "an installed copy has no such file")


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout without an environment, and no pip that would really install."""
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(
        bootstrap, "PYTHON", tmp_path / ".venv" / bootstrap.PYTHON.relative_to(ROOT / ".venv")
    )
    monkeypatch.setattr(bootstrap, "_STAMP", tmp_path / ".venv" / "stamp")
    monkeypatch.setattr(bootstrap, "_LOCK", tmp_path / "lock")
    monkeypatch.setattr(bootstrap, "_check_pip", lambda: None)
    return tmp_path


@pytest.fixture
def pip(empty: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    ran: list[str] = []
    monkeypatch.setattr(bootstrap, "_pip", lambda *arguments: ran.append(" ".join(arguments)))
    return ran


def test_a_first_run_makes_the_environment_and_a_second_one_takes_it(pip: list[str]):
    bootstrap._prepare(bootstrap.RUN)
    version = subprocess.run(
        [bootstrap.PYTHON, "-c", "import sys; print(sys.prefix)"], capture_output=True, text=True, check=True
    )
    assert version.stdout.strip() == str(bootstrap.VENV)
    assert pip[0].endswith("--no-deps --no-compile --require-hashes -r " + str(bootstrap.RUN))
    assert pip[-1] == "check"
    pip.clear()
    bootstrap._prepare(bootstrap.RUN)
    assert pip == []


def test_the_tests_add_to_the_bots_environment_and_serve_it_too(pip: list[str]):
    bootstrap._prepare(bootstrap.RUN)
    kept = bootstrap.VENV / "kept"
    kept.touch()
    bootstrap._prepare(bootstrap.TESTS)
    assert any(str(bootstrap.TESTS) in line for line in pip)
    pip.clear()
    bootstrap._prepare(bootstrap.RUN)
    assert pip == []
    assert kept.exists()


def test_an_environment_made_from_something_else_is_made_anew(
    pip: list[str], monkeypatch: pytest.MonkeyPatch
):
    bootstrap._prepare(bootstrap.RUN)
    (bootstrap.VENV / "left over").touch()
    monkeypatch.setattr(sys, "version", "3.99.0")
    pip.clear()
    bootstrap._prepare(bootstrap.RUN)
    assert pip
    assert not (bootstrap.VENV / "left over").exists()


def test_a_set_up_that_was_interrupted_starts_again(pip: list[str], monkeypatch: pytest.MonkeyPatch):
    def interrupted(*arguments: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(bootstrap, "_pip", interrupted)
        with pytest.raises(KeyboardInterrupt):
            bootstrap._prepare(bootstrap.RUN)
    (bootstrap.VENV / "half done").touch()
    bootstrap._prepare(bootstrap.RUN)
    assert pip
    assert not (bootstrap.VENV / "half done").exists()


@pytest.mark.skipif(os.name == "nt", reason="flock")
def test_a_second_set_up_waits_for_the_first(pip: list[str], empty: Path, capsys: pytest.CaptureFixture[str]):
    """And then finds its work done."""
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, empty / "lock"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdin
    assert holder.stdout
    with holder:
        assert holder.stdout.readline() == b"held\n"
        real = bootstrap._print

        def let_go(line: str) -> None:
            real(line)
            if "Waiting" in line:
                bootstrap._set_up(
                    bootstrap.RUN, bootstrap._new_stamp(bootstrap.RUN)
                )  # what the other one does
                pip.clear()
                holder.communicate(b"\n")

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(bootstrap, "_print", let_go)
            bootstrap._prepare(bootstrap.RUN)
    assert pip == []
    assert "Waiting for another set-up to finish." in capsys.readouterr().err


_HOLDER = """
import fcntl, sys
with open(sys.argv[1], "a+b") as file:
    fcntl.flock(file, fcntl.LOCK_EX)
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_a_pip_that_fails_ends_in_one_sentence(empty: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bootstrap, "_has_all", lambda _path: False)
    monkeypatch.setattr(bootstrap, "_create_venv", bootstrap.VENV.mkdir)
    with pytest.raises(SystemExit, match="pip failed"):
        bootstrap.ensure_environment("handlers", bootstrap.RUN)
    assert not bootstrap._is_ready(bootstrap._new_stamp(bootstrap.RUN))


@pytest.mark.parametrize(
    ("says", "expected"),
    [("", "has none: install it"), ("pip 21.3.1 from x", "pip 22.3 or newer, and this is 21.3: run")],
)
def test_a_missing_or_old_pip_ends_in_one_sentence(says, expected, monkeypatch: pytest.MonkeyPatch):
    done = subprocess.CompletedProcess([], 0, stdout=says)
    monkeypatch.setattr(subprocess, "run", lambda *_a, **_k: done)
    with pytest.raises(bootstrap.CannotSetUp, match=expected):
        bootstrap._check_pip()


def test_a_folder_that_can_not_be_written_ends_in_one_sentence(
    pip: list[str], empty: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bootstrap, "_LOCK", empty / "no such folder" / "lock")
    with pytest.raises(bootstrap.CannotSetUp, match="can't write"):
        bootstrap._prepare(bootstrap.RUN)


@pytest.mark.skipif(os.name == "nt", reason="execv")
def test_the_command_carries_on_in_the_environment_with_its_arguments(monkeypatch: pytest.MonkeyPatch):
    ran: list[object] = []
    monkeypatch.setattr(os, "execv", lambda *arguments: ran.extend(arguments))
    monkeypatch.setattr(subprocess, "run", lambda *_a, **_k: subprocess.CompletedProcess([], 3))
    monkeypatch.setattr(sys, "argv", ["handlers", "demo", "--port", "1"])
    with pytest.raises(SystemExit):  # execv returns in this test alone
        bootstrap._hand_over("handlers")
    assert ran == [bootstrap.PYTHON, [str(bootstrap.PYTHON), "-m", "handlers", "demo", "--port", "1"]]
