"""A file that is there under its name only once it is whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write to; it takes the place of `path` at the end, and not if something goes wrong.

    Raises OSError, naming `path`.
    """
    try:
        file = NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False)  # noqa: SIM115  closed below
    except OSError as error:
        error.filename = str(path)
        raise
    part = Path(file.name)
    try:
        with file:
            yield file  # type: ignore[misc]  # NamedTemporaryFile's wrapper is one
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
