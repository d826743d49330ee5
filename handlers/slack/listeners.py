"""Checks who may press, submit or call, runs the listener, and answers Slack before anything slow.

Each listener declares at its registration who may call it.

Commands, actions, shortcuts and events are acknowledged first; then the person's role is checked; then the listener
runs. The answer to a submission and to a menu is what their listener returns. It comes from what is known: if the
person's role is not cached and Slack doesn't tell it at once, a submission is answered with a modal that is loading,
which shows the result as soon as it is there.
"""

import re
from collections.abc import Callable, Sequence
from enum import Enum
from threading import Event
from typing import Any

from slack_bolt import Ack, App, BoltContext

from handlers.slack.elements import blocks
from handlers.slack.elements.blocks import View
from handlers.slack.request import IN_TIME_SECONDS, Request, loading
from handlers.words import words

# Slack may show the view that answers a submission after one that is sent just behind it.
SETTLE_SECONDS = 0.6
REQUEST = "cleaned_request"  # the key of Bolt's context

Listener = Callable[[Request], None]
Submission = Callable[[Request], View]
"""Returns the view that replaces the modal. Raises CleanedError, told under its input or on top."""
Options = Callable[[Request], Sequence[dict[str, Any]]]
Id = str | re.Pattern[str]


class Who(Enum):
    """Who may call a listener."""

    EVERYONE = "everyone"
    OPERATORS = "operators"


EVERYONE, OPERATORS = Who.EVERYONE, Who.OPERATORS


class Listeners:
    """Registers listeners with a Bolt app. `declared`: who may call each, by kind and id."""

    def __init__(self, app: App) -> None:
        self._app = app
        self.declared: dict[tuple[str, str], Who] = {}

    def command(self, name: str, listener: Listener, *, who: Who) -> None:
        self._declare("command", name, who)
        self._app.command(name)(_acknowledged_first(listener, who))

    def action(self, action_id: Id, listener: Listener, *, who: Who) -> None:
        self._declare("action", action_id, who)
        self._app.action(action_id)(_acknowledged_first(listener, who))

    def message_shortcut(self, callback_id: str, listener: Listener, *, who: Who) -> None:
        self._declare("message_shortcut", callback_id, who)
        self._app.message_shortcut(callback_id)(_acknowledged_first(listener, who))

    def event(self, name: str, listener: Listener, *, who: Who) -> None:
        self._declare("event", name, who)
        self._app.event(name)(_acknowledged_first(listener, who))

    def link(self, action_id: Id) -> None:
        """A button that is a link: Slack tells of the click, and nothing is to be done."""
        self.action(action_id, lambda _: None, who=EVERYONE)

    def options(self, action_id: str, listener: Options, *, who: Who) -> None:
        """What a menu offers for the text that is typed (`payload["value"]`)."""
        self._declare("options", action_id, who)
        self._app.options(action_id)(_offering(listener, who))

    def submission(self, callback_id: str, listener: Submission, *, who: Who) -> None:
        self._declare("submission", callback_id, who)
        self._app.view(callback_id)(_answered(listener, who))

    def _declare(self, kind: str, id_: Id, who: Who) -> None:
        self.declared[kind, id_ if isinstance(id_, str) else id_.pattern] = who


def _acknowledged_first(listener: Listener, who: Who) -> Callable[..., None]:
    def listen(ack: Ack, payload: dict[str, Any], context: BoltContext) -> None:
        request = _request(context, payload)
        ack()
        _check(request, who)
        listener(request)

    return listen


def _offering(listener: Options, who: Who) -> Callable[..., None]:
    def listen(ack: Ack, payload: dict[str, Any], context: BoltContext) -> None:
        request = _request(context, payload)
        if not _is_known(request) or (who is OPERATORS and not request.is_operator):
            ack(options=[])  # the next letter asks again
        else:
            ack(options=list(listener(request)))

    return listen


def _answered(listener: Submission, who: Who) -> Callable[..., None]:
    def listen(ack: Ack, payload: dict[str, Any], context: BoltContext) -> None:
        request = _request(context, payload)
        is_late = not _is_known(request)
        if is_late:
            title = payload.get("title", {}).get("text", "")
            ack(response_action="update", view=loading(words(None), title[: blocks.TITLE]))
            Event().wait(SETTLE_SECONDS)
            request.show_late(lambda: _checked(request, who, listener))
        else:
            ack(response_action="update", view=_checked(request, who, listener))
        if request.follow_ups:
            Event().wait(SETTLE_SECONDS)
        for follow_up in request.follow_ups:
            follow_up()

    return listen


def _request(context: BoltContext, payload: dict[str, Any]) -> Request:
    request: Request = context[REQUEST]
    request.payload = payload
    return request


def _is_known(request: Request) -> bool:
    return request.context.people.is_known(request.user_id, within=IN_TIME_SECONDS)


def _checked(request: Request, who: Who, listener: Submission) -> View:
    _check(request, who)
    return listener(request)


def _check(request: Request, who: Who) -> None:
    """Raises NotAnOperator."""
    if who is OPERATORS:
        request.require_operator()
