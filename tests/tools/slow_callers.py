"""Thirty people submit forms while each method of the Web API takes four seconds; another person types commands.

`python -m tests.tools.slow_callers` runs it in a local workspace, over Socket Mode and over HTTP, and prints how long
menus, forms and the other's commands waited for their acknowledgement, and the commands for their answer.
"""

import argparse
import socket
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pydantic import SecretStr

from handlers import serve
from handlers.slack import manifest
from handlers.slack.context import AppContext
from handlers.standins.slack.server import Workspace
from handlers.standins.slack.state import BOT_USER, Channel, WorkspacePerson
from handlers.standins.slack.web_api import methods
from handlers.words import words
from storage.core import schema
from storage.core.database import Database
from tests.support.audiences import import_csv
from tests.support.bots import settings_of
from tests.support.slack import CAMILLE, NEWS, Person
from tests.tools.webhook_load import _print as print_times

SLOW_SECONDS = 4.0
COMMANDS_SECONDS = 8.0  # that the other person goes on typing
ENOUGH = 15.0  # in place of Slack's three, so that late answers are measured


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--callers", type=int, default=30)
    given = parser.parse_args()
    for http in (False, True):
        print("HTTP" if http else "Socket Mode")
        with _bot(given.callers, http=http) as (workspace, context):
            _measure(workspace, context, given.callers)


def _measure(workspace: Workspace, context: AppContext, callers: int) -> None:
    with ExitStack() as stack:
        people = [stack.enter_context(Person(workspace, f"U0SLOW{n}")) for n in range(callers)]
        camille = stack.enter_context(Person(workspace, CAMILLE))
        for person in people:
            person.command("/cleaned-digest")
            person.wait_modal(str(words("en").md("digest-none")))
        camille.command("/cleaned help")  # the bot knows her from now on
        camille.wait_message(str(words("fr").md("help-more")))
        for person in people:
            context.people._cache.pop(person.user, None)
        for method in methods.METHODS:
            workspace.faults.slow_down(method, SLOW_SECONDS)
        pool = stack.enter_context(ThreadPoolExecutor(callers))
        menus = list(pool.map(_ask_menu, people))
        for person in people:
            context.people._cache.pop(person.user, None)
        forms = [pool.submit(_submit, person) for person in people]
        acks, answers = list[float](), list[float]()
        until = time.monotonic() + COMMANDS_SECONDS
        while time.monotonic() < until:
            ack, answer = _help(camille)
            acks.append(ack)
            answers.append(answer)
            time.sleep(0.1)
        results = [form.result() for form in forms]
        for method in methods.METHODS:
            workspace.faults.slow_down(method, 0)
        print_times("  menus answered", menus)
        print_times("  forms answered", [took for took, _ in results])
        print(f"  forms that failed: {sum(not ok for _, ok in results)} of {callers}")
        print_times("  the other's commands acknowledged", acks)
        print_times("  the other's commands answered", answers)


def _submit(person: Person) -> tuple[float, bool]:
    started = time.monotonic()
    try:
        ok = person.submit(**{"digest-channel": NEWS}) == {}
    except AssertionError:
        ok = False
    return time.monotonic() - started, ok


def _ask_menu(person: Person) -> float:
    started = time.monotonic()
    person.options("digest-zone", "Par")
    return time.monotonic() - started


def _help(person: Person) -> tuple[float, float]:
    before = len(person.messages())
    started = time.monotonic()
    person.command("/cleaned help")
    ack = time.monotonic() - started
    while len(person.messages()) == before and time.monotonic() - started < ENOUGH:
        time.sleep(0.01)
    return ack, time.monotonic() - started


@contextmanager
def _bot(callers: int, *, http: bool) -> Iterator[tuple[Workspace, AppContext]]:
    ids = [f"U0SLOW{n}" for n in range(callers)]
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        url = f"sqlite:///{Path(folder, 'cleaned.db')}"
        database = Database(url)
        schema.migrate(database)
        import_csv(database, "Email Address\nada@example.com", name="cleaned_x_export.csv")
        database.close()
        port = _free_port() if http else 0
        request_url = f"http://127.0.0.1:{port}/slack/events" if http else None
        workspace = running.enter_context(
            Workspace(manifest.path(), request_url=request_url, ack_seconds=ENOUGH)
        )
        for user in ids:
            workspace.state.people[user] = WorkspacePerson(user, user, user, "en-US", "Etc/UTC", "")
            workspace.state.channels["D0" + user[2:]] = Channel("D0" + user[2:], "", "im", {user, BOT_USER})
            workspace.state.channels[NEWS].members.add(user)
        settings = settings_of(workspace, url, CLEANED_OPERATORS=",".join(ids))
        if http:
            settings = settings.model_copy(
                update={
                    "port": port,
                    "slack_app_token": None,
                    "slack_signing_secret": SecretStr(workspace.signing_secret),
                }
            )
        context = serve.start(settings, running)
        if not http:
            with Person(workspace, CAMILLE) as camille:
                camille.wait_bot()
        yield workspace, context


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


if __name__ == "__main__":
    main()
