"""Lists the functions of the program that a task enters: `python -m tests.tools.structure_paths PATH`.

PATH is one of `PATHS`. Prints a JSON list of `file:line name`. The bot runs in this process, on SQLite, as it does in
the tests; only its own threads are recorded. Stand-ins, class bodies, comprehensions and lambdas are left out.
"""

import inspect
import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partialmethod
from importlib import import_module
from pathlib import Path, PurePosixPath
from types import CodeType, FrameType
from typing import Any

import pytest
from apscheduler.schedulers.background import BackgroundScheduler

REPO = Path.cwd()
CODE = ("bot", "handlers", "storage")
STANDINS = ("handlers/standins", "handlers/workspace")  # now, and in 0.1.0
FLAT_LAYOUT = (REPO / "tests/bots.py").exists()  # 0.1.0
PLACES_IN_0_1_0 = {
    "handlers.standins.slack.state": "handlers.workspace.state",
    "storage.core.database": "storage.database",
    "storage.core.schema": "storage.schema",
    "tests.support.audiences": "tests.audiences",
    "tests.support.bots": "tests.bots",
    "tests.support.mirrors": "tests.mirrors",
    "tests.support.slack": "tests.slack",
    "tests.handlers.web.webhooks.conftest": "tests.handlers.webhooks.conftest",
    "tests.handlers.web.webhooks.samples": "tests.handlers.webhooks.samples",
}
CONTACTS = 12
TRIGGER_SECONDS = 60.0  # instead of 3: the bot is slow while it is recorded
IDLE_SECONDS = 1.5  # longer than a worker sleeps between two looks for a job
LATENCY_SECONDS = 0.7  # of Mailchimp: long enough that progress is always reported


class Recorder:
    """A profile function that keeps the code objects entered while it is `on`."""

    def __init__(self) -> None:
        self.on = False
        self.entered: set[CodeType] = set()

    def __call__(self, frame: FrameType, event: str, _argument: object) -> None:
        if self.on and event == "call":
            self.entered.add(frame.f_code)

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Records from when the bot has started up until it is idle again: it still works after a receipt is seen."""
        self.on = True
        self._wait_idle()
        self.entered.clear()
        yield
        self._wait_idle()
        self.on = False

    def _wait_idle(self) -> None:
        """Waits until nothing is entered that was not entered before."""
        n = -1
        while n < len(self.entered):
            n = len(self.entered)
            time.sleep(IDLE_SECONDS)

    def functions(self, repo: Path) -> list[str]:
        """`file:line name` of the functions entered that are the program's own."""
        functions = []
        for code in self.entered:
            path = Path(code.co_filename)
            if not path.is_relative_to(repo) or not is_function(code):
                continue
            inside = PurePosixPath(path.relative_to(repo))
            if inside.parts[0] in CODE and not is_standin(inside):
                functions.append(f"{inside}:{code.co_firstlineno} {code.co_qualname}")
        return sorted(functions)


def is_standin(path: PurePosixPath) -> bool:
    return any(path.is_relative_to(folder) for folder in STANDINS)


def is_function(code: CodeType) -> bool:
    """Whether this is a `def`: neither a module's or class's body, nor a lambda or comprehension."""
    return bool(code.co_flags & inspect.CO_OPTIMIZED) and not code.co_name.startswith("<")


def local_archive(recorder: Recorder, url: str) -> None:
    _add_cleaned(url)
    with _bot(url) as olivia:
        _archive(recorder, olivia)


def mailchimp_archive(recorder: Recorder, url: str) -> None:
    mirrors = _module("tests.support.mirrors")
    with mirrors.watched() as mailchimp:
        mirrors.add(mailchimp, CONTACTS)
        mailchimp.rules.archive_cleaned_allowed = True
        with _database(url) as database, mirrors.client_of(mailchimp) as client:
            mirrors.sync(database, client)
        with _bot(url, mailchimp_api_key=mailchimp.key, mailchimp_api_url=mailchimp.url) as olivia:
            mailchimp.rules.latency = LATENCY_SECONDS
            _archive(recorder, olivia)


def export(recorder: Recorder, url: str) -> None:
    _add_cleaned(url)
    with _bot(url) as olivia, recorder.recording():
        olivia.command("/cleaned-export news")
        olivia.wait_modal(f"Export {CONTACTS} contacts")
        assert olivia.submit() == {}
        olivia.wait_modal("exported")
        direct = olivia.direct_messages()
        olivia.wait_message(f"{CONTACTS} contacts exported from News", channel=direct)
        olivia.wait_message(lambda message: bool(message.get("files")), channel=direct)


def bounce_webhook(recorder: Recorder, url: str) -> None:
    """A hard bounce from Amazon SES, signed by SNS."""
    senders = _module("tests.handlers.web.webhooks.conftest")
    samples = _module("tests.handlers.web.webhooks.samples")
    with _database(url) as database, pytest.MonkeyPatch.context() as patch:
        _module("tests.support.audiences").import_csv(
            database, f"Email Address\n{samples.ANN}", name="subscribed_x_export.csv"
        )
        with contextmanager(senders.serve)(database, senders.SETTINGS, patch) as bot, recorder.recording():
            status, answer = bot.post("ses", *senders.SENDERS["ses"](samples.HARD["ses"]))
            assert (status, answer["cleaned"]) == (200, 1), answer


PATHS: dict[str, Callable[[Recorder, str], None]] = {
    "local archive": local_archive,
    "export": export,
    "bounce webhook": bounce_webhook,
    "Mailchimp archive": mailchimp_archive,
}


def main(path: str) -> None:
    recorder = Recorder()
    threading.setprofile(recorder)  # the bot's threads are started after this
    with (
        pytest.MonkeyPatch.context() as patch,
        tempfile.TemporaryDirectory(prefix="cleaned-structure-") as folder,
    ):
        # What is due by the clock is not part of a path, and would be recorded in some runs only.
        patch.setattr(BackgroundScheduler, "start", partialmethod(BackgroundScheduler.start, paused=True))
        patch.setattr(_module("handlers.standins.slack.state"), "TRIGGER_SECONDS", TRIGGER_SECONDS)
        url = f"sqlite:///{folder}/cleaned.db"
        with _database(url) as database:
            _module("storage.core.schema").migrate(database)
        PATHS[path](recorder, url)
    print(json.dumps(recorder.functions(REPO), indent=1))


def _archive(recorder: Recorder, olivia: Any) -> None:
    """Command, typed word, job, receipt."""
    with recorder.recording():
        olivia.command("/cleaned-archive news")
        view = olivia.wait_modal(f"Archive {CONTACTS} contacts")
        [word] = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
        assert olivia.submit(**{word: "ARCHIVE"}) == {}
        archived = f"{CONTACTS} contacts archived in News"
        olivia.wait_message(archived, channel=olivia.direct_messages())
        olivia.wait_modal(archived)


def _add_cleaned(url: str) -> None:
    with _database(url) as database:
        _module("tests.support.audiences").cleaned(database, CONTACTS)


@contextmanager
def _bot(url: str, **settings: Any) -> Iterator[Any]:
    """An operator in the bot's workspace."""
    slack = _module("tests.support.slack")
    with (
        _module("tests.support.bots").bot(url, **settings) as (workspace, _),
        slack.Person(workspace, slack.OLIVIA) as olivia,
    ):
        olivia.wait_bot()
        yield olivia


@contextmanager
def _database(url: str) -> Iterator[Any]:
    database = _module("storage.core.database").Database(url)
    yield database
    database.close()


def _module(name: str) -> Any:
    return import_module(PLACES_IN_0_1_0[name] if FLAT_LAYOUT else name)


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]))
