"""Makes a release: `python -m tests.tools.release [--dry-run] [--to DIR]`.

Builds the wheel and the source archive in a copy of the checkout, compares the wheel with the checkout, and puts the
changelog's section and the software bill of materials beside them. Then the commit is tagged. A dry run makes the same
files of a version that is not ready yet, and tags nothing. Exits with 1 if something stands against the release.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.tools.release import bill

ROOT = Path(__file__).parents[3]
PACKAGES = ("bot", "handlers", "storage")
# With the setuptools of this environment, which is pinned.
BUILD = "import sys, setuptools.build_meta as b; print(getattr(b, f'build_{sys.argv[1]}')(sys.argv[2]))"
NEXT = """Next:
  git push origin v{version}
  twine upload {files}
An index that takes attestations (PEP 740) takes them from a job of the host that publishes the project, with its own
identity; by hand there is none to attest with."""


class NotReady(Exception):
    """Something stands against the release; the message says what."""


@dataclass(frozen=True)
class Release:
    name: str
    version: str
    committed_at: datetime
    heading: str  # of the changelog's newest section
    notes: str


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="release", description=__doc__)
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("--to", type=Path, default=ROOT / "build/dist", metavar="DIR")
    options = parser.parse_args(arguments)
    try:
        release = read(ROOT)
        against = tuple(obstacles(release))
        if not options.dry_run:
            _refuse(against)
        made = make(release, options.to)
    except NotReady as error:
        sys.stderr.write(f"{error}\n")
        return 1
    print("\n".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in made))
    if options.dry_run:
        print("\n".join(f"Against a release: {each}" for each in against))
        return 0
    _git("tag", f"v{release.version}")
    print(NEXT.format(version=release.version, files=" ".join(str(path) for path in made[:2])))
    return 0


def read(root: Path) -> Release:
    """What is to be released. Raises NotReady if the changelog has no section for the version."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changelog = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    section = re.search(
        rf"^## ({re.escape(project['version'])}\b.*)\n((?:(?!## ).*\n?)*)", changelog, re.MULTILINE
    )
    if not section:
        raise NotReady(f"CHANGELOG.md has no section for {project['version']}.")
    committed_at = datetime.fromtimestamp(int(_git("show", "--no-patch", "--format=%ct")), UTC)
    return Release(project["name"], project["version"], committed_at, section[1], section[2].strip() + "\n")


def obstacles(release: Release) -> Iterator[str]:
    """What has to be done before the release."""
    if _git("status", "--porcelain"):
        yield "there are changes that are not committed."
    if not re.search(r" \d{4}-\d\d-\d\d$", release.heading):
        yield f"CHANGELOG.md has no date after {release.version}."
    if re.search(r"^## Unreleased", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE):
        yield "CHANGELOG.md has a section “Unreleased”: its lines belong into that of the version."
    if _git("tag", "--list", f"v{release.version}"):
        yield f"there is a tag v{release.version} already."


def _refuse(against: Sequence[str]) -> None:
    if against:
        raise NotReady("\n".join(f"Against a release: {each}" for each in against))


def make(release: Release, folder: Path) -> list[Path]:
    """Builds and checks. Returns the files: source archive, wheel, notes, bill of materials. Raises NotReady."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="cleaned-release-") as temporary:
        # Not in the checkout: `build/lib` there may hold what has been deleted since.
        source = Path(temporary)
        copy(source)
        sdist, wheel = (_build(kind, source, folder, release.committed_at) for kind in ("sdist", "wheel"))
        check(wheel, source)
        requirements = (source / "requirements.txt").read_text(encoding="utf-8")
    stem = f"{release.name}-{release.version}"
    notes, materials = folder / f"{stem}.md", folder / f"{stem}.cdx.json"
    notes.write_text(release.notes, encoding="utf-8")
    made = bill.of(release.name, release.version, requirements, release.committed_at)
    materials.write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
    return [sdist, wheel, notes, materials]


def copy(folder: Path) -> None:
    """Copies what Git has or would take: neither what was built nor anyone's settings."""
    for name in _git("ls-files", "--cached", "--others", "--exclude-standard", "-z").split("\0"):
        path = ROOT / name
        if name and path.is_file():  # a file that was deleted is listed until that is committed
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, folder / name, follow_symlinks=False)


def check(wheel: Path, source: Path) -> None:
    """Compares the wheel with the packages of a checkout. Raises NotReady with what one has and the other lacks."""
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.startswith(PACKAGES)}
        changed = {name for name in packed if _of(source, name) not in (None, archive.read(name))}
    files = {path for package in PACKAGES for path in (source / package).rglob("*") if path.is_file()}
    expected = {path.relative_to(source).as_posix() for path in files}
    if different := sorted((packed ^ expected) | changed):
        raise NotReady(f"The wheel differs from the checkout in: {', '.join(different)}.")


def _of(source: Path, name: str) -> bytes | None:
    path = source / name
    return path.read_bytes() if path.exists() else None


def _build(kind: str, source: Path, folder: Path, at: datetime) -> Path:
    """Returns the file. Equal commits give equal wheels: the times in it are the commit's."""
    command = [sys.executable, "-c", BUILD, kind, str(folder.resolve())]
    environment = {"PATH": os.defpath, "SOURCE_DATE_EPOCH": str(int(at.timestamp()))}
    built = subprocess.run(command, cwd=source, env=environment, capture_output=True, text=True, check=False)
    if built.returncode:
        raise NotReady(f"The build failed.\n{built.stderr}")
    return folder / built.stdout.splitlines()[-1]


def _git(*arguments: str) -> str:
    result = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return result.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
