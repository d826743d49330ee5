"""The demo's bot: `cleaned run` that stops once the demo is gone, however that went.

The demo holds the other end of its standard input, which the system closes with it, also after a SIGKILL.
"""

import os
import signal
import sys
from threading import Thread

from handlers import cli


def main() -> int:
    """Runs until it is told to stop, or the demo ends; the exit status."""
    Thread(target=_end_with_the_demo, name="demo", daemon=True).start()
    return cli.main(["run"])


def _end_with_the_demo() -> None:
    while os.read(0, 1):
        pass  # nobody writes
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
