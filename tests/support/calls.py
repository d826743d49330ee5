"""The calls of an app's listeners that run in threads."""

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

from slack_bolt import App

from handlers.slack.threads import Threads


def remembered(app: App) -> list[Future[Any]]:
    """The calls that the app submits to its threads from now on. One of them may submit another."""
    threads = app.listener_runner.listener_executor
    assert isinstance(threads, Threads)
    running: list[Future[Any]] = []

    def submit(original: Callable[..., Future[Any]], *given: Any) -> Future[Any]:
        running.append(original(*given))
        return running[-1]

    for name in ("submit", "submit_slow"):
        setattr(threads, name, partial(submit, getattr(threads, name)))
    return running
