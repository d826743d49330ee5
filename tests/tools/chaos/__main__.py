"""`python -m tests.tools.chaos`: see `tests/tools/chaos/run.py`."""

import sys

if __name__ == "__main__":  # the processes of the bot import this module too
    from tests.tools.chaos.run import main

    sys.exit(main())
