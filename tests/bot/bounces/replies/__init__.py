"""Replies of mail servers, each with what it means: a line each, `kind cause|- ; status of the report ; words`.

Written for these tests in the manner of many servers and languages; names and addresses are invented. The rules were
made with `developed` in view. The other files were written apart from them, measured, and only then looked at;
`messages_figures` of tests/tools prints how many are judged right. A new server's words belong into `developed`.
"""

from dataclasses import dataclass
from pathlib import Path

from bot.bounces.events import Cause, EventKind


@dataclass(frozen=True)
class Reply:
    file: str
    kind: EventKind
    cause: Cause | None  # None: any will do
    code: str
    words: str


def _read(path: Path) -> list[Reply]:
    replies = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            expected, code, words = (part.strip() for part in line.split(";", 2))
            kind, cause = expected.split()
            known = None if cause == "-" else Cause(cause)
            replies.append(Reply(path.stem, EventKind(kind), known, code, words))
    return replies


REPLIES = [reply for path in sorted(Path(__file__).parent.glob("*.txt")) for reply in _read(path)]
