"""Pages of contacts are read by a process of its own where there are many: this one writes contacts meanwhile.

Where no such process can be had, and if it ends, the pages are read in this one.
"""

import gc
import pickle
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from threading import Lock
from typing import Self

from bot.mailchimp.mirror import members
from bot.mailchimp.mirror.members import MemberPage

MANY = 10_000  # contacts: with fewer, all is over before a process has begun


class PageReader:
    """Reads the pages of one audience. Threads may share it."""

    def __init__(self, audience_id: int, labels: Mapping[str, str]) -> None:
        self._audience_id, self._labels = audience_id, labels
        self._guard = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._may_start = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def read(self, body: bytes) -> MemberPage:
        """Raises ValueError."""
        page = self._told(body) or members.page(body, self._audience_id, self._labels)
        if page.total >= MANY and self._may_start:
            self._start()
        return page

    def close(self) -> None:
        self._may_start = False
        if process := self._process:
            process.kill()  # who waits for its answer gets none, and lets go of the guard
        with self._guard:
            self._end()

    def _start(self) -> None:
        with self._guard:
            if not self._may_start:
                return
            self._may_start = False
            # It finds this very module. It ends with its input, so at the latest with this process.
            code = f"import sys; sys.path = {sys.path!r}; from bot.mailchimp.mirror import page_reader; page_reader.main()"
            try:
                self._process = subprocess.Popen(  # noqa: S603  nothing from outside is in it
                    [sys.executable, "-c", code],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,  # what breaks may name an address
                )
                _send(self._process, (self._audience_id, dict(self._labels)))
            except OSError:
                self._end()

    def _told(self, body: bytes) -> MemberPage | None:
        """What the process makes of it; None where there is none, and for what can't be read."""
        with self._guard:
            if self._process is None:
                return None
            try:
                _send(self._process, body)
                assert self._process.stdout
                page: MemberPage | None = pickle.load(self._process.stdout)  # noqa: S301  our own process wrote it
            except (OSError, EOFError, pickle.UnpicklingError):
                self._end()
                return None
            return page

    def _end(self) -> None:
        if process := self._process:
            self._process = None
            process.kill()
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):  # what was still to be sent
                    if pipe:
                        pipe.close()
            process.wait()


def main() -> None:
    """The process: whose audience, then page after page from its input to its output."""
    gc.disable()  # nothing here refers to itself, and looking for that takes a tenth of the time
    audience_id, labels = pickle.load(sys.stdin.buffer)  # noqa: S301  the process that started this one wrote it
    while True:
        try:
            body = pickle.load(sys.stdin.buffer)  # noqa: S301  as above
        except EOFError:
            return
        try:
            page = members.page(body, audience_id, labels)
        except ValueError:
            page = None
        pickle.dump(page, sys.stdout.buffer, pickle.HIGHEST_PROTOCOL)
        sys.stdout.buffer.flush()


def _send(process: subprocess.Popen[bytes], what: object) -> None:
    assert process.stdin
    pickle.dump(what, process.stdin, pickle.HIGHEST_PROTOCOL)
    process.stdin.flush()
