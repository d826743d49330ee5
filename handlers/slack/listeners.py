"""Checks who may press, submit or call, runs the listener, and answers Slack before anything slow.

Each listener declares at its registration who may call it.

Commands, actions, shortcuts and events are acknowledged first; then, in a thread that may wait for Slack, the person's
role is checked and the listener runs. The answer to a submission and to a menu is what their listener returns. It comes
from what is known: if the person's role is not cached and Slack doesn't tell it at once, a submission is answered with a
modal that is loading, which shows the result as soon as it is there.
"""

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from threading import Event
from typing import Any

from slack_bolt import Ack, App, BoltContext

from handlers import logs, tracing
from handlers.slack import errors, limits
from handlers.slack.dedupe import SeenRequests
from handlers.slack.elements import blocks
from handlers.slack.elements.blocks import View
from handlers.slack.request import IN_TIME_SECONDS, Request, loading
from handlers.slack.web_api.client import in_answer
from handlers.slack.web_api.metrics import REQUESTS
from handlers.words import words

# Slack may show the view that answers a submission after one that is sent just behind it.
SETTLE_SECONDS = 0.6
REQUEST, SEEN = "cleaned_request", "cleaned_seen"  # keys of Bolt's context

Listener = Callable[[Request], None]


@dataclass(frozen=True, slots=True)
class OnTop:
    """A view that a submission opens on top of the modal, which stays as it is."""

    view: View


Submission = Callable[[Request], View | OnTop]
"""Returns the view that replaces the modal, or one on top. Raises CleanedError, told under its input or on top."""
Step = Callable[[Request], Mapping[str, int] | None]
"""Returns the step's outputs; None if it ends later. Raises CleanedError, which fails the step."""
Options = Callable[[Request], Sequence[dict[str, Any]]]
Handle = Callable[[Ack, Request, SeenRequests], None]
"""Answers Slack, and does what belongs to the request or has it done later."""
Id = str | re.Pattern[str]

log = logging.getLogger(__name__)


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
        listen = self._declared("command", name, who, _acknowledged_first(listener, who))
        self._app.command(name)(listen)

    def action(self, action_id: Id, listener: Listener, *, who: Who) -> None:
        listen = self._declared("action", action_id, who, _acknowledged_first(listener, who))
        self._app.action(action_id)(listen)

    def message_shortcut(self, callback_id: str, listener: Listener, *, who: Who) -> None:
        listen = self._declared("message_shortcut", callback_id, who, _acknowledged_first(listener, who))
        self._app.message_shortcut(callback_id)(listen)

    def event(self, name: str, listener: Listener, *, who: Who) -> None:
        listen = self._declared("event", name, who, _acknowledged_first(listener, who))
        self._app.event(name)(listen)

    def link(self, action_id: Id) -> None:
        """A button that is a link: Slack tells of the click, and nothing is to be done."""
        self.action(action_id, lambda _: None, who=EVERYONE)

    def options(self, action_id: str, listener: Options, *, who: Who) -> None:
        """What a menu offers for the text that is typed (`payload["value"]`)."""
        listen = self._declared("options", action_id, who, _offering(listener, who))
        self._app.options(action_id)(listen)

    def step(self, callback_id: str, listener: Step, *, who: Who) -> None:
        """A step of a workflow. Its input `operator`, if it has one, is the person whose role is checked."""
        listen = self._declared("step", callback_id, who, _completed(listener, who))
        self._app.function(callback_id, auto_acknowledge=False)(listen)

    def submission(self, callback_id: str, listener: Submission, *, who: Who) -> None:
        listen = self._declared("submission", callback_id, who, _answered(listener, who))
        self._app.view(callback_id)(listen)

    def _declared(self, kind: str, id_: Id, who: Who, handle: Handle) -> Callable[..., None]:
        """Returns what Bolt calls: it counts the request, and gives it a span and the reference that its log lines have."""
        name = id_ if isinstance(id_, str) else id_.pattern
        self.declared[kind, name] = who
        count, title = REQUESTS.labels(kind, name), f"{kind} {name}"

        def listen(ack: Ack, payload: dict[str, Any], context: BoltContext) -> None:
            request = _request(context, payload)
            workspace = request.context.workspace.id
            with logs.referenced(), tracing.span(title, kind=kind, name=name, workspace=workspace):
                handle(ack, request, _seen(context))
            count.inc()

        return listen


def _acknowledged_first(listener: Listener, who: Who) -> Handle:
    def handle(ack: Ack, request: Request, seen: SeenRequests) -> None:
        def handle_later() -> None:
            if seen.is_first(request.body):
                _check(request, who)
                listener(request)

        ack()
        _later(request, handle_later)

    return handle


def _completed(listener: Step, who: Who) -> Handle:
    def handle(ack: Ack, request: Request, seen: SeenRequests) -> None:
        request.user_id = str(request.payload.get("inputs", {}).get("operator") or "")

        def handle_later() -> None:
            if seen.is_first(request.body):
                _complete(request, who, listener)

        ack()
        _later(request, handle_later)

    return handle


def _complete(request: Request, who: Who, listener: Step) -> None:
    """Runs the step and ends it, unless that comes later. Its workflow's makers are told an error, in English."""
    try:
        _check(request, who)
        outputs = listener(request)
    except Exception as error:  # noqa: BLE001  told in the workflow
        tracing.failed(error)
        errors.fail_step(request.client, request.step, errors.sentence(words(None), error))
    else:
        if outputs is not None:
            request.client.functions_completeSuccess(
                function_execution_id=request.step, outputs=dict(outputs)
            )


def _offering(listener: Options, who: Who) -> Handle:
    def handle(ack: Ack, request: Request, _: SeenRequests) -> None:
        ack(options=_options(request, listener, who))

    return _shared_out(handle)


def _answered(listener: Submission, who: Who) -> Handle:
    def handle(ack: Ack, request: Request, seen: SeenRequests) -> None:
        answer = seen.answer(
            request.body,
            make=lambda: _shown(request, _view(request, who, listener)),
            fail=lambda error: _refusal(request, error),
        )
        ack(**answer)
        if request.follow_ups:
            _later(request, lambda: _follow_up(request))

    return _shared_out(handle)


def _shared_out(handle: Handle) -> Handle:
    """The same for requests that occupy a thread until they are answered: one person takes a few threads at most."""

    def handle_some(ack: Ack, request: Request, seen: SeenRequests) -> None:
        with request.threads.answering(request.caller) as has_room:
            if has_room:
                handle(ack, request, seen)
            else:
                limits.REFUSED.labels(limits.ANSWERING).inc()
                tracing.note(refused=limits.ANSWERING)
                ack(**limits.answer(request))

    return handle_some


def _options(request: Request, listener: Options, who: Who) -> list[dict[str, Any]]:
    """None while it isn't known who asks, and after a fault: the next letter asks again."""
    try:
        if who is EVERYONE or (_is_known(request) and request.is_operator):
            return list(listener(request))
    except Exception as error:  # noqa: BLE001  a menu has no place for a sentence
        tracing.failed(error)
        log.error("a menu is empty: %s", errors.trace(error))  # noqa: TRY400  a message may hold an address
    return []


def _shown(request: Request, view: View | OnTop) -> errors.Answer:
    if isinstance(view, OnTop):
        return {"response_action": "push", "view": in_answer(request.client, view.view)}
    request.is_form_answered = True
    request.context.modals.forget(request.here.id)
    named = view | {"external_id": request.answer_id}
    return {"response_action": "update", "view": in_answer(request.client, named)}


def _refusal(request: Request, error: Exception) -> errors.Answer:
    tracing.failed(error)
    return errors.answer(error, request.words if _is_known(request) else words(None))


def _late(view: View | OnTop) -> View:
    return view.view if isinstance(view, OnTop) else view


def _view(request: Request, who: Who, listener: Submission) -> View | OnTop:
    if _is_known(request):
        return _checked(request, who, listener)
    request.then(lambda: request.show_late(lambda: _late(_checked(request, who, listener))))
    title = request.payload.get("title", {}).get("text", "")
    return loading(words(None), title[: blocks.TITLE])


def _later(request: Request, call: Callable[[], None]) -> None:
    """Calls it in a thread that may wait for Slack, and tells the person what it raises."""

    def run() -> None:
        try:
            with tracing.span("after the acknowledgement"):
                call()
        except Exception as error:  # noqa: BLE001  told to the person
            _tell(error, request)

    request.threads.submit_slow(request.caller, run)


def _tell(error: Exception, request: Request) -> None:
    try:
        errors.tell(error, request)
    except Exception as refusal:  # noqa: BLE001  there is nobody else to tell
        log.error("an error was not told: %s", errors.trace(refusal))  # noqa: TRY400  a message may hold an address


def _follow_up(request: Request) -> None:
    Event().wait(SETTLE_SECONDS)
    for follow_up in request.follow_ups:  # one may add another
        follow_up()


def _request(context: BoltContext, payload: dict[str, Any]) -> Request:
    request: Request = context[REQUEST]
    request.payload = payload
    return request


def _seen(context: BoltContext) -> SeenRequests:
    seen: SeenRequests = context[SEEN]
    return seen


def _is_known(request: Request) -> bool:
    return request.context.people.is_known(request.user_id, within=IN_TIME_SECONDS)


def _checked(request: Request, who: Who, listener: Submission) -> View | OnTop:
    _check(request, who)
    return listener(request)


def _check(request: Request, who: Who) -> None:
    """Raises NotAnOperator."""
    if who is OPERATORS:
        request.require_operator()
