"""One person sends 2,000 commands as fast as possible, while another one types commands.

`python -m tests.tools.fast_caller` runs it in a local workspace, over Socket Mode and over HTTP. It prints how many of the
2,000 were done, and how long the other's commands waited for their acknowledgement and their answer: before, and meanwhile.
"""

import argparse
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count

from prometheus_client import REGISTRY

from handlers.slack import limits
from handlers.standins.slack.server import Workspace
from handlers.words import words
from tests.support.slack import CAMILLE, Person
from tests.tools.slow_callers import _bot as bot
from tests.tools.slow_callers import _help as ask
from tests.tools.webhook_load import _print as print_times

SENDERS = 16  # connections of the person who doesn't stop
BUSY = "U0SLOW0"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commands", type=int, default=2_000)
    parser.add_argument("--unlimited", action="store_true", help="without the limits, to compare")
    given = parser.parse_args()
    if given.unlimited:
        limits.OF_ONE_PERSON = limits.OF_ONE_WORKSPACE = 1_000_000, 1_000_000
    for http in (False, True):
        print("HTTP" if http else "Socket Mode")
        with bot(1, http=http) as (workspace, _):
            _measure(workspace, given.commands)


def _measure(workspace: Workspace, commands: int) -> None:
    with Person(workspace, CAMILLE) as camille, ThreadPoolExecutor(SENDERS) as pool:
        camille.command("/cleaned help")  # the bot knows her from now on
        camille.wait_message(str(words("fr").md("help-more")))
        calm = [ask(camille) for _ in range(20)]
        numbers, before = count(), _refused()
        started = time.monotonic()
        sending = [pool.submit(_send, workspace, numbers, commands) for _ in range(SENDERS)]
        busy = list[tuple[float, float]]()
        while not all(each.done() for each in sending):
            busy.append(ask(camille))
            time.sleep(0.05)
        print(f"  {commands} commands sent within {time.monotonic() - started:.1f} s")
        print(f"  {commands - _refused() + before:.0f} of them were done, the others refused")
        for what, times in (("before", calm), ("meanwhile", busy)):
            print_times(f"  the other's commands, {what}: acknowledged", [ack for ack, _ in times])
            print_times(f"  the other's commands, {what}: answered", [answer for _, answer in times])


def _refused() -> float:
    return REGISTRY.get_sample_value("cleaned_requests_refused_total", {"limit": "person"}) or 0.0


def _send(workspace: Workspace, numbers: "count[int]", commands: int) -> None:
    with Person(workspace, BUSY) as person:
        while next(numbers) < commands:
            person.command("/cleaned")


if __name__ == "__main__":
    main()
