"""The counters of `structure` on small made-up trees, and the recorder of `structure_paths`."""

import ast
import re
import threading
from pathlib import Path

import pytest

from tests.tools import structure, structure_paths
from tests.tools.structure import Figures


def figures(repo: Path, **files: str) -> Figures:
    """The figures of a checkout with these files: `bot__archives__plans` is `bot/archives/plans.py`."""
    for name, text in files.items():
        path = repo / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return structure.count(structure.read(repo))


def test_the_fullest_folder_and_the_crowded_ones(tmp_path: Path):
    names = [f"bot__core__m{n}" for n in range(structure.MOST_MODULES)]
    versions = [f"storage__migrations__versions__m{n}" for n in range(20)]
    (tmp_path / "bot/core").mkdir(parents=True)
    (tmp_path / "bot/core/__init__.py").touch()
    files = dict.fromkeys([*names, *versions, "storage__core__jobs", "tests__test_all"], "")
    counted = figures(tmp_path, **files)
    assert counted["modules in the fullest folder of bot"] == structure.MOST_MODULES
    assert counted["modules in the fullest folder of storage"] == 1
    assert counted["modules in the fullest folder of handlers"] == 0
    assert counted[structure.CROWDED] == []
    counted = figures(tmp_path, bot__core__another="")
    assert counted[structure.CROWDED] == [f"bot/core {structure.MOST_MODULES + 1}"]


def test_string_keyed_reads_of_job_rows(tmp_path: Path):
    counted = figures(
        tmp_path,
        bot__a='job.data["x"]\njob.cursor.get("x", 0)\n(job.result or {}).get("x")\nself._job.notify["x"]["y"]',
        bot__b='job.data["x"] = 1\njob.data[0]\njob.data[key]\nlabels["x"]\njob.data.pop("x")\njob.state.get("x")',
        handlers__standins__slack='view.data["x"]',
        tests__a='job.data["x"]',
    )
    assert counted["string-keyed reads of job rows"] == [
        "bot/a.py:1",
        "bot/a.py:2",
        "bot/a.py:3",
        "bot/a.py:4",
    ]


def test_permission_calls_and_defaults_of_ids(tmp_path: Path):
    counted = figures(
        tmp_path,
        handlers__a="ask.require_operator()\nrequire_operator(1)\nhandler = ask.require_operator",
        storage__a="job.id or 0\naudience_id or 0\njob.count or 0\njob.id or None\njob.id and 0",
    )
    assert counted["calls of require_operator"] == ["handlers/a.py:1", "handlers/a.py:2"]
    assert counted["`or 0` on an id"] == ["storage/a.py:1", "storage/a.py:2"]


def test_public_classes_of_the_same_name(tmp_path: Path):
    counted = figures(
        tmp_path,
        bot__a="class Page: ...\nclass _Own: ...\nclass Other: ...",
        bot__b="class _Own: ...\ndef f():\n    class Other: ...",
        handlers__standins__slack="class Other: ...",
        storage__a="class Page: ...",
    )
    assert counted[structure.SAME_NAME] == ["Page: storage/a.py, bot/a.py"]


def test_lines_of_functions_and_of_everything(tmp_path: Path):
    three = 'def three():\n    """Says.\n\n    More.\n    """\n    x = [\n        1,\n    ]\n'
    counted = figures(
        tmp_path,
        bot__a=three + "class A:\n    async def one(self): ...\n",
        storage__a='def none():\n    """Says."""\n' + "def one(): return 1\n" * 7,
        tests__a="def long():\n" + "    1\n" * 90,
    )
    assert counted["lines of a function, median"] == 1
    assert counted["lines of a function, 90th percentile"] == 3
    assert counted["lines of Python without tests"] == 8 + 2 + 2 + 7


def test_circles_are_between_subjects_also_through_others_and_by_late_imports(tmp_path: Path):
    counted = figures(
        tmp_path,
        bot__archives__a="from bot.core import jobs\nfrom bot.archives import b",
        bot__archives__b="import bot.archives.a\nimport os",
        bot__core__jobs="def f():\n    from ..exports.files import g",
        bot__exports__files="from bot.archives.a import x",
        bot__digests__a="from bot.core.jobs import x",
    )
    assert counted[structure.CIRCLES] == ["bot.archives, bot.core, bot.exports"]
    assert counted[structure.UPWARD] == []


@pytest.mark.parametrize(
    ("importer", "line", "target"),
    [
        ("storage__a", "from bot import b", "bot.b"),
        ("storage__a", "import handlers.h", "handlers.h"),
        ("bot__b", "def f():\n    from handlers.h import x", "handlers.h"),
        ("handlers__h", "from tests.support import bots", "tests.support"),
    ],
)
def test_an_import_upward_is_reported(tmp_path: Path, importer: str, line: str, target: str):
    files = {"storage__a": "", "bot__b": "import storage.a", "handlers__h": "from bot import b"}
    assert figures(tmp_path, **files)[structure.UPWARD] == []
    counted = figures(tmp_path, **{**files, importer: line})
    assert counted[structure.UPWARD] == [f"{importer.replace('__', '/')}.py imports {target}"]


def test_the_table_has_both_columns_and_the_places_that_should_be_few(tmp_path: Path):
    before = figures(tmp_path, bot__b="import handlers.h")
    now = figures(tmp_path, bot__b="", bot__c="job.id or 0")
    lines = structure.table(now, before).splitlines()
    assert lines[0] == "| | before | now |"
    assert "| modules in the fullest folder of bot | 1 | 2 |" in lines
    assert "| imports upward | 1 | 0 |" in lines
    assert structure.table(before).endswith("imports upward:\n  bot/b.py imports handlers.h")


def test_the_recorder_lists_the_functions_that_other_threads_call(tmp_path: Path):
    text = (
        "class A:\n  def f(self):\n    return [x for x in (lambda: (y for y in [1]))()]\n  def g(self): ...\n"
    )
    kinds: dict[str, type] = {}
    for name in ("bot/a.py", "handlers/standins/a.py", "elsewhere/a.py"):
        names: dict[str, type] = {}
        exec(compile(text, tmp_path / name, "exec"), names)
        kinds[name] = names["A"]
    recorder = structure_paths.Recorder()

    def call() -> None:
        kinds["bot/a.py"]().g()
        recorder.on = True
        exec(compile("class Inner: ...", tmp_path / "bot/b.py", "exec"), {})
        for kind in kinds.values():
            kind().f()
        recorder.on = False

    threading.setprofile(recorder)
    try:
        thread = threading.Thread(target=call)
        thread.start()
        thread.join()
    finally:
        threading.setprofile(None)
    assert recorder.functions(tmp_path) == ["bot/a.py:2 A.f"]


def test_no_test_imports_another_one():
    """What several tests need is in tests/support."""
    found = [
        f"{path}: {node.module}"
        for path in Path("tests").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and re.match(r"tests\..*\btest_", node.module or "")
    ]
    assert found == []


def test_a_path_is_traced_through_the_three_floors():
    """The shortest of the four, in a process of its own: the tool still fits the program."""
    repo = Path(structure.__file__).parents[2]
    functions = structure.entered(repo, "bounce webhook")
    assert {function.partition("/")[0] for function in functions} == {"handlers", "bot", "storage"}
    assert not [function for function in functions if "standins" in function]
