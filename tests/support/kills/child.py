"""A bot in a process of its own, to be killed."""

from handlers.standins.slack.server import Workspace
from handlers.terminal.demo import _environment
from tests.flows.conftest import Someone
from tests.support.kills.forked_run import ForkedRun
from tests.support.slack import OLIVIA

STARTS_WITHIN, STOPS_WITHIN = 30, 10


class Child:
    """`cleaned run` in a process of its own, started again after each kill."""

    def __init__(self, workspace: Workspace, someone: Someone, database_url: str) -> None:
        self._environment = {**_environment(workspace, database_url), "CLEANED_OPERATORS": OLIVIA}
        self._someone = someone
        self._process: ForkedRun | None = None
        self.unnoted = 0

    def start(self) -> None:
        self._process = ForkedRun(self._environment)
        self._someone.person.wait_bot(seconds=STARTS_WITHIN)

    def kill(self) -> None:
        assert self._process
        self._process.kill()
        self._someone.person.wait_bot(connected=False)

    def terminate(self) -> int | None:
        """Its exit status."""
        assert self._process
        return self._process.terminate(STOPS_WITHIN)

    def close(self) -> None:
        if self._process:
            self._process.kill()
