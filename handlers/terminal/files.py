"""Atomic file writes, and figures for programs."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO


def print_json(figures: object) -> None:
    print(json.dumps(figures, ensure_ascii=False, indent=2))


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A temporary file that replaces `path` at the end; after an exception, `path` is as before.

    Raises OSError with `path` as its file name.
    """
    try:
        file = NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False)  # noqa: SIM115  closed below
    except OSError as error:
        error.filename = str(path)
        raise
    temporary = Path(file.name)
    try:
        with file:
            yield file  # type: ignore[misc]  # NamedTemporaryFile's wrapper is one
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
