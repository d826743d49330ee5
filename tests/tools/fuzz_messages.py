"""Atheris looks for bytes that make the reading of messages fail or hang.

Atheris is no dependency of the project. In an environment of its own:

    python3.11 -m venv /tmp/fuzz && /tmp/fuzz/bin/pip install -r requirements.txt atheris
    /tmp/fuzz/bin/python -m tests.tools.fuzz_messages -max_total_time=300 -timeout=5 [CORPUS]

CORPUS is a directory of messages; without it the samples and the hostile messages of tests/bot/bounces/messages are
written to one that is thrown away.
"""

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import atheris  # type: ignore[import-not-found, import-untyped, unused-ignore]

with atheris.instrument_imports(include=["bot"]):
    from bot.bounces.messages.budget import Work
    from bot.bounces.messages.reader import read

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def one_message(raw: bytes) -> None:
    reading = read(raw, NOW)
    assert (reading.reason is None) == bool(reading.events)
    assert reading.detail != Work.TIME  # the counted work has to end it before


def main() -> None:
    from tests.bot.bounces.messages import ALL
    from tests.bot.bounces.messages.hostile import HOSTILE

    arguments = sys.argv
    with tempfile.TemporaryDirectory() as directory:
        if not any(Path(argument).is_dir() for argument in arguments[1:]):
            raws = [sample.raw for sample in ALL] + [kind(2_000) for kind in HOSTILE.values()]
            for number, raw in enumerate(raws):
                (Path(directory) / f"{number}.eml").write_bytes(raw)
            arguments = [*arguments, directory]
        atheris.Setup(arguments, one_message)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
