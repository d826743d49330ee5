"""The bot that `cleaned demo` starts: `cleaned run`, stopped when the demo's process ends, even by SIGKILL.

The demo holds the other end of this process's standard input; the system closes it when the demo ends.
"""

import os
import signal
import sys
from threading import Thread

from handlers import cli


def main() -> int:
    """Runs the bot until it is told to stop or the demo ends; returns the exit status."""
    Thread(target=_stop_with_demo, name="demo", daemon=True).start()
    return cli.main(["run"])


def _stop_with_demo() -> None:
    while os.read(0, 1):
        pass  # nothing is written; read returns b"" at the end of the demo
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
