"""Taking and printing times."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def timed(times: list[float]) -> Iterator[None]:
    """Adds how long the block took, in seconds."""
    start = time.perf_counter()
    yield
    times.append(time.perf_counter() - start)


def unit(seconds: float) -> str:
    """The time as text."""
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"
