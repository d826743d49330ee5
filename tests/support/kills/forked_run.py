"""`cleaned run` in processes that are forked from one that has imported everything: that is most of a start's time.

What starts from nothing is tested elsewhere: tests/flows/kills/test_several.py, tests/test_installing.py.
"""

import os
import signal
import sys
from collections.abc import Mapping
from multiprocessing.context import ForkServerProcess

from tests.support.kills.killed_bot import CONTEXT


class ForkedRun:
    """A running process."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process: ForkServerProcess = CONTEXT.Process(target=_run, args=(dict(environment),))
        self._process.start()

    @property
    def has_ended(self) -> bool:
        return not self._process.is_alive()

    def kill(self) -> None:
        """By SIGKILL; returns when it is gone."""
        self._send(signal.SIGKILL)
        self._process.join()

    def terminate(self, seconds: float) -> int | None:
        """Tells it to stop; its exit status if it does so in time."""
        self._send(signal.SIGTERM)
        self._process.join(seconds)
        return self._process.exitcode

    def _send(self, number: signal.Signals) -> None:
        if not self.has_ended:
            assert self._process.pid
            os.kill(self._process.pid, number)


def _run(environment: dict[str, str]) -> None:
    from handlers import cli

    os.environ.clear()
    os.environ.update(environment)
    sys.exit(cli.main(["run"]))
