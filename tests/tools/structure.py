"""Measures how the code is divided: `python -m tests.tools.structure [--json] [--before FILE] [--repo DIR]`.

Counts in the checkout it is run in, or in DIR. `--json` prints the figures with the places behind them; `--before`
compares with figures printed that way. Works on the flat layout of 0.1.0 too. Exits with 1 if there is a circle
between subjects or an import upward.
"""

import argparse
import ast
import json
import os
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tests.tools import structure_paths

RANKS = {"storage": 0, "bot": 1, "handlers": 2, "tests": 3}
CODE = ("bot", "handlers", "storage")
MOST_MODULES = 12
JOB_ATTRIBUTES = {"data", "cursor", "notify", "result"}

Figure = float | list[str]
"""A number, or the places that are counted."""
Figures = dict[str, Figure]
Function = ast.FunctionDef | ast.AsyncFunctionDef

UPWARD = "imports upward"
CIRCLES = "circles between subjects"
CROWDED = f"folders with more than {MOST_MODULES} modules"
SAME_NAME = "public class names in several modules"
SHOWN_PLACES = (CROWDED, SAME_NAME, CIRCLES, UPWARD)


@dataclass(frozen=True)
class Module:
    path: PurePosixPath  # within the checkout
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        return ".".join(self.path.with_suffix("").parts).removesuffix(".__init__")

    @property
    def package(self) -> str:
        return self.path.parts[0]

    def at(self, node: ast.expr | ast.stmt) -> str:
        return f"{self.path}:{node.lineno}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--before", type=Path, metavar="FILE")
    parser.add_argument("--repo", type=Path, default=Path(), metavar="DIR")
    options = parser.parse_args()
    repo = options.repo.resolve()
    figures = {**count(read(repo)), **traced(repo)}
    if options.json:
        print(json.dumps(figures, indent=1, ensure_ascii=False))
    else:
        print(table(figures, json.loads(options.before.read_text("utf-8")) if options.before else None))
    return 1 if figures[CIRCLES] or figures[UPWARD] else 0


def read(repo: Path) -> list[Module]:
    """The Python modules of the program and of its tests."""
    modules = []
    for package in RANKS:
        for path in sorted((repo / package).rglob("*.py")):
            text = path.read_text("utf-8")
            modules.append(Module(PurePosixPath(path.relative_to(repo)), text, ast.parse(text)))
    return modules


def count(modules: Sequence[Module]) -> Figures:
    """What can be counted without running anything."""
    code = [module for module in modules if module.package in CODE]
    own = [module for module in code if not structure_paths.is_standin(module.path)]
    folders = modules_by_folder(modules)
    lengths = sorted(function_lengths(code)) or [0]
    return {
        **{
            f"modules in the fullest folder of {package}": max(
                (n for folder, n in folders.items() if folder.parts[0] == package), default=0
            )
            for package in RANKS
        },
        CROWDED: [f"{folder} {n}" for folder, n in sorted(folders.items()) if n > MOST_MODULES],
        "string-keyed reads of job rows": list(keyed_reads(own)),
        "calls of require_operator": list(permission_calls(own)),
        "`or 0` on an id": list(id_defaults(own)),
        SAME_NAME: list(same_names(own)),
        "lines of a function, median": statistics.median(lengths),
        "lines of a function, 90th percentile": lengths[len(lengths) * 9 // 10],
        "lines of Python without tests": sum(len(module.text.splitlines()) for module in code),
        CIRCLES: list(circles(code, modules)),
        UPWARD: list(upward_imports(code, modules)),
    }


def traced(repo: Path) -> Figures:
    """Files and functions entered on each path of `structure_paths`."""
    figures: Figures = {}
    for path in structure_paths.PATHS:
        functions = entered(repo, path)
        figures[f"{path}, files entered"] = sorted({function.partition(":")[0] for function in functions})
        figures[f"{path}, functions entered"] = functions
    return figures


def entered(repo: Path, path: str) -> list[str]:
    """The functions entered on the path, by a fresh process: functions whose results are cached are entered once."""
    run = subprocess.run(
        [sys.executable, "-P", structure_paths.__file__, path],
        cwd=repo,
        env={**os.environ, "PYTHONPATH": str(repo)},
        check=True,
        stdout=subprocess.PIPE,
    )
    return list(json.loads(run.stdout))


def table(figures: Figures, before: Figures | None = None) -> str:
    """The figures, beside those of before, then the places that should be few."""
    lines = ["| | before | now |" if before else "| | now |", "|---|---:|---:|" if before else "|---|---:|"]
    for name, figure in figures.items():
        cells = [name, *([_number(before.get(name))] if before else []), _number(figure)]
        lines.append(f"| {' | '.join(cells)} |")
    for name in SHOWN_PLACES:
        if places := figures[name]:
            assert isinstance(places, list)
            lines += ["", f"{name}:", *(f"  {place}" for place in places)]
    return "\n".join(lines)


def modules_by_folder(modules: Iterable[Module]) -> Mapping[PurePosixPath, int]:
    """How many modules each folder holds, without `__init__` and the schema's versions."""
    folders: dict[PurePosixPath, int] = defaultdict(int)
    for module in modules:
        if module.path.name != "__init__.py" and module.path.parts[:3] != (
            "storage",
            "migrations",
            "versions",
        ):
            folders[module.path.parent] += 1
    return folders


def keyed_reads(modules: Iterable[Module]) -> Iterator[str]:
    """Reads of `….data["key"]` and `….data.get("key")`; not those of a variable that holds the same."""
    for module in modules:
        for node in ast.walk(module.tree):
            match node:
                case ast.Subscript(value=holder, slice=ast.Constant(value=str()), ctx=ast.Load()):
                    pass
                case ast.Call(
                    func=ast.Attribute(value=holder, attr="get"), args=[ast.Constant(value=str()), *_]
                ):
                    pass
                case _:
                    continue
            if isinstance(holder, ast.BoolOp):  # (job.result or {})["key"]
                holder = holder.values[0]
            if isinstance(holder, ast.Attribute) and holder.attr in JOB_ATTRIBUTES:
                yield module.at(node)


def permission_calls(modules: Iterable[Module]) -> Iterator[str]:
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and _last_name(node.func) == "require_operator":
                yield module.at(node)


def id_defaults(modules: Iterable[Module]) -> Iterator[str]:
    """Expressions such as `job.id or 0` and `audience_id or 0`."""
    for module in modules:
        for node in ast.walk(module.tree):
            match node:
                case ast.BoolOp(op=ast.Or(), values=[*_, value, ast.Constant(value=0)]):
                    name = _last_name(value)
                    if name == "id" or name.endswith("_id"):
                        yield module.at(node)


def same_names(modules: Iterable[Module]) -> Iterator[str]:
    """Public classes at the top of more than one module."""
    places: dict[str, list[str]] = defaultdict(list)
    for module in modules:
        for node in module.tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(str(module.path))
    for name, paths in sorted(places.items()):
        if len(paths) > 1:
            yield f"{name}: {', '.join(paths)}"


def function_lengths(modules: Iterable[Module]) -> Iterator[int]:
    """Lines of each function's body without its docstring."""
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, Function):
                body = node.body[ast.get_docstring(node, clean=False) is not None :]
                yield (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def circles(code: Iterable[Module], modules: Iterable[Module]) -> Iterator[str]:
    """Groups of subjects (`bot.archives`) that import one another, directly or through others."""
    imports: dict[str, set[str]] = defaultdict(set)
    for module, target in _imports(code, modules):
        imports[_subject(module.name)].add(_subject(target))
    reached = {subject: _reached(subject, imports) for subject in imports}
    groups = {
        frozenset(other for other in reached[subject] if subject in reached.get(other, ()))
        for subject in reached
    }
    for group in sorted(map(sorted, groups)):
        if len(group) > 1:
            yield ", ".join(group)


def upward_imports(code: Iterable[Module], modules: Iterable[Module]) -> Iterator[str]:
    for module, target in _imports(code, modules):
        if RANKS[target.partition(".")[0]] > RANKS[module.package]:
            yield f"{module.path} imports {target}"


def _imports(code: Iterable[Module], modules: Iterable[Module]) -> Iterator[tuple[Module, str]]:
    """Each import of one of our modules or packages, wherever it stands in the file."""
    names = {module.name for module in modules}
    for module in code:
        for node in ast.walk(module.tree):
            targets: list[str] = []
            if isinstance(node, ast.Import):
                targets = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                source = _source(module, node)
                qualified = [f"{source}.{alias.name}" for alias in node.names]
                targets = [name if name in names else source for name in qualified]
            for target in dict.fromkeys(targets):
                if target.partition(".")[0] in RANKS:
                    yield module, target


def _source(module: Module, node: ast.ImportFrom) -> str:
    """The absolute name of what is imported from."""
    if not node.level:
        return node.module or ""
    folder = module.path.parts[: -node.level]
    return ".".join([*folder, *([node.module] if node.module else [])])


def _subject(name: str) -> str:
    return ".".join(name.split(".")[:2])


def _reached(start: str, imports: Mapping[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        new = imports.get(waiting.pop(), set()) - reached
        reached |= new
        waiting += new
    return reached


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def _number(figure: Figure | None) -> str:
    if figure is None:
        return "?"
    return f"{len(figure) if isinstance(figure, list) else figure:,g}"


if __name__ == "__main__":
    sys.exit(main())
