"""`cleaned demo`: starts a local workspace with sample audiences, and the bot of `cleaned run` in another process."""

import os
import signal
import subprocess
import sys
import webbrowser
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

from bot.core import settings
from bot.demo import samples
from bot.workspaces import databases
from handlers.clock import utc_now
from handlers.slack import manifest
from handlers.standins.mailchimp import sample
from handlers.standins.slack.server import Workspace
from handlers.terminal import imports, sync
from handlers.words import Words
from storage.mailchimp.api.client import Client

PACKAGES = Path(__file__).parents[2]  # the folder that `handlers` is in
CONNECTS_WITHIN_SECONDS = 30
STOPS_WITHIN_SECONDS = 10.0
POLL_SECONDS = 0.1


def run(
    words: Words, *, port: int, files: Sequence[str], audience: str | None, mailchimp: bool, browser: bool
) -> int:
    """Runs until Ctrl-C; returns 1 if the bot stops by itself. The database is deleted at the end.

    `files`: the CSV files to import instead of sample data. `mailchimp`: also starts a local Mailchimp account.
    Raises CleanedError, OSError.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with TemporaryDirectory(prefix="cleaned-demo-") as folder:
        url = f"sqlite:///{Path(folder) / 'cleaned.db'}"
        print(words("terminal-demo-making"), file=sys.stderr, flush=True)
        status = _fill(words, url, files, audience)
        if status:
            return status
        with (
            _account(words, url, enabled=mailchimp) as account,
            Workspace(manifest.path(), port) as workspace,
            _bot({**_environment(workspace, url), **account}) as process,
        ):
            return _watch(words, workspace, process, browser=browser)


def _fill(words: Words, url: str, files: Sequence[str], audience: str | None) -> int:
    if files:
        return imports.run(words, files=files, audience=audience or Path(files[0]).stem, url=url)
    with closing(databases.open_current(url)) as database:
        samples.add(database, utc_now())
    return 0


@contextmanager
def _account(words: Words, url: str, *, enabled: bool) -> Iterator[Mapping[str, str]]:
    """Starts a local Mailchimp account and mirrors its audiences; yields the environment variables that name it."""
    if not enabled:
        yield {}
        return
    print(words("terminal-demo-account"), file=sys.stderr, flush=True)
    with sample.account() as standin:
        with closing(databases.open_current(url)) as database, Client(standin.key, standin.url) as client:
            sync.sync(words, database, client)
        yield {"MAILCHIMP_API_KEY": standin.key, "MAILCHIMP_API_URL": standin.url}


def _environment(workspace: Workspace, url: str) -> Mapping[str, str]:
    """The environment for the bot's process. Its variables override those of a `.env` file."""
    ours = {
        "SLACK_API_URL": workspace.api_url,
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_APP_TOKEN": workspace.app_token,
        "SLACK_SIGNING_SECRET": workspace.signing_secret,
        "DATABASE_URL": url,
        "CLEANED_PORT": os.environ.get("CLEANED_PORT", "0"),
        "MAILCHIMP_API_KEY": settings.OFF,  # the demo must not archive real contacts
        "CLEANED_IMAP_URL": settings.OFF,  # nor mark real mail as read
    }
    # A secret may be given by a file too, but not in both ways.
    return {
        name: value for name, value in os.environ.items() if name.removesuffix(settings.FILE) not in ours
    } | ours


@contextmanager
def _bot(environment: Mapping[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    # The bot of this program, whatever is called `bot` or `handlers` in the folder where the demo is started.
    paths = filter(None, [str(PACKAGES), environment.get("PYTHONPATH")])
    environment = {**environment, "PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-P", "-m", "handlers.demo_bot"]
    process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE)  # noqa: S603  our own
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOPS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _watch(words: Words, workspace: Workspace, process: "subprocess.Popen[bytes]", *, browser: bool) -> int:
    try:
        if not _is_connected(workspace, process):
            _print_error(words("terminal-demo-late", seconds=CONNECTS_WITHIN_SECONDS), process, words)
            return 1
        print(words("terminal-demo-ready", url=workspace.address), flush=True)
        if browser and _has_display():
            webbrowser.open(workspace.address)
        process.wait()
    except KeyboardInterrupt:
        print(words("terminal-demo-stopped"), flush=True)
        return 0
    _print_error("", process, words)
    return 1


def _is_connected(workspace: Workspace, process: "subprocess.Popen[bytes]") -> bool:
    deadline = monotonic() + CONNECTS_WITHIN_SECONDS
    while not workspace.connections and process.poll() is None and monotonic() < deadline:
        sleep(POLL_SECONDS)
    return workspace.connections > 0


def _print_error(timeout_message: str, process: "subprocess.Popen[bytes]", words: Words) -> None:
    """Prints that the bot has crashed; if it still runs, the message."""
    status = process.poll()
    text = timeout_message if status is None else words("terminal-demo-crashed", status=status)
    print(f"cleaned: {text}", file=sys.stderr)


def _has_display() -> bool:
    return sys.platform in ("darwin", "win32") or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))
