"""What a person does in Slack's client: sends the payload, awaits the acknowledgement, applies it."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from handlers.standins.slack import messages, payloads
from handlers.standins.slack.delivery import Delivery, DeliveryError
from handlers.standins.slack.limits.blocks import elements_of
from handlers.standins.slack.manifest import Manifest
from handlers.standins.slack.messages import file_json
from handlers.standins.slack.state import (
    Channel,
    Execution,
    SlackError,
    StoredMessage,
    StoredView,
    WorkspaceState,
    new_id,
)
from handlers.standins.slack.views import client_errors, close_views, input_values, push_view, update_view
from handlers.standins.types import Json

CONNECTION_ERROR = "We had some trouble connecting. Try again?"
NOT_INSTALLED = "app_not_installed"
EVENT_RETRIES_SECONDS = (0.0, 60.0, 300.0)

OK: Json = {"ok": True}


@dataclass
class UserActions:
    """What people of one workspace do. Every coroutine returns a response for the page: {"ok": true} or
    {"ok": false, "error": …}.

    `event_retries`: seconds to wait before each retry of an event.
    """

    state: WorkspaceState
    manifest: Manifest
    delivery: Delivery
    event_retries: tuple[float, ...] = EVENT_RETRIES_SECONDS
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def command(self, user: str, channel: Channel, text: str) -> Json:
        name, _, rest = text.strip().partition(" ")
        if self.manifest.command(name) is None or not self._may_be_called:
            return self._command_error(user, channel, f"{name} is not a valid command.")
        payload = payloads.command(self.state, user, channel, name, rest.strip())
        try:
            acknowledgement = await self.delivery.send("slash_commands", payload)
            if acknowledgement:
                messages.post_response(self.state, channel, user, acknowledgement)
        except (DeliveryError, SlackError) as error:
            self._refuse("slash_commands", error)
            return self._command_error(user, channel, f'{name} failed with the error "{error.name}"')
        return OK

    async def say(self, user: str, channel: Channel, text: str) -> Json:
        """Posts a message, and tells the bot of it if it is written to or mentioned."""
        text = messages.as_sent(self.state, text)
        message = self.state.post(channel, StoredMessage(self.state.next_ts(), user, text))
        self.hear(channel, message)
        return OK

    def hear(self, channel: Channel, message: StoredMessage) -> None:
        """Tells the bot of a message that is written to it or mentions it."""
        if channel.kind == "im":
            self._tell("message.im", "im:history", payloads.written(self.state, channel, message, "message"))
        elif self.state.has_bot(channel) and f"<@{self.state.bot_user}>" in message.text:
            mention = payloads.written(self.state, channel, message, "app_mention")
            self._tell("app_mention", "app_mentions:read", mention)

    async def run_step(self, callback_id: str, inputs: Json) -> Json:
        """Runs a step as a workflow does; returns its execution's id, whose end is in the state of the page."""
        definition = self.manifest.functions.get(callback_id)
        if definition is None or not self.state.installed:
            return _failed("There is no such step.")
        if missing := required_inputs(definition) - inputs.keys():
            return _failed(f"Required: {', '.join(sorted(missing))}")
        execution = Execution(new_id("Fx"), callback_id, definition, inputs)
        self.state.executions[execution.id] = execution
        self._start(self._send_event(payloads.function_executed(self.state, execution)))
        return OK | {"execution": execution.id}

    async def message_action(
        self, user: str, channel: Channel, message: StoredMessage, action: Json, values: Json
    ) -> Json:
        action = _complete_action(message.blocks, action)
        payload = payloads.message_action(self.state, user, channel, message, action)
        payload["state"] = {"values": input_values(message.blocks, values)}
        return await self._interact(payload)

    async def view_action(self, view: StoredView, action: Json, values: Json) -> Json:
        action = _complete_action(view.content["blocks"], action)
        self._keep_values(view, values)
        return await self._interact(payloads.view_action(self.state, view, action))

    async def submit(self, view: StoredView, values: Json) -> Json:
        """Submits a modal. Also returns {"ok": false, "errors": {block id: text}}."""
        if view.id != self.state.stacks[view.user][-1]:
            return _failed("This is not the modal on top.")
        self._keep_values(view, values)
        blocks = view.content["blocks"]
        errors = client_errors(blocks, input_values(blocks, view.values))
        if errors:
            return {"ok": False, "errors": errors}
        if not self.state.installed:
            return _failed(NOT_INSTALLED)
        try:
            acknowledgement = await self.delivery.send("interactive", payloads.submission(self.state, view))
            return self._apply_acknowledgement(view, acknowledgement)
        except (DeliveryError, SlackError) as error:
            self._refuse("view_submission", error)
            return _failed(CONNECTION_ERROR)

    async def close(self, view: StoredView, *, everything: bool) -> Json:
        stack = self.state.stacks[view.user]
        view_ids = list(stack) if everything else stack[stack.index(view.id) :]
        for closed in close_views(self.state, view.user, view_ids):
            if closed.content["notify_on_close"]:
                self._start(self._interact(payloads.view_closed(self.state, closed, cleared=everything)))
        return OK

    async def shortcut(self, user: str, channel: Channel, message: StoredMessage, callback_id: str) -> Json:
        if self.manifest.shortcut(callback_id) is None or not self._may_be_called:
            return _failed("There is no such shortcut.")
        payload = payloads.shortcut(self.state, user, channel, message, callback_id)
        response = await self._interact(payload)
        if not response["ok"]:
            text = f'{callback_id} failed with the error "{response["error"]}"'
            self.state.notify(user, channel.id, text)
        return response

    async def options(self, user: str, container: Json, block_id: str, action_id: str, query: str) -> Json:
        """Loads the options of an external select: {"options": …} or {"option_groups": …}.

        `container`: the payload's properties that name the message or view with the menu.
        """
        if not self.state.installed:
            return {"options": [], "error": NOT_INSTALLED}
        payload = payloads.suggestion(self.state, user, container, block_id, action_id, query)
        try:
            acknowledgement = await self.delivery.send("interactive", payload)
        except DeliveryError as error:
            self._refuse("block_suggestion", error)
            return {"options": [], "error": error.name}
        keys = acknowledgement.keys() & {"options", "option_groups"}
        return {key: acknowledgement[key] for key in keys} or {"options": []}

    async def open_home(self, user: str, tab: str = "home") -> Json:
        """`tab`: home or messages."""
        has_tab = self.manifest.home_tab if tab == "home" else self.manifest.messages_tab
        if has_tab and "app_home_opened" in self.manifest.events and self.state.installed:
            self._start(self._send_event(payloads.home_opened(self.state, user, tab)))
        return OK

    def tell_ended(self, *events: Json) -> None:
        """Tells the bot how an installation ended, if it subscribes: all its tokens are gone already."""
        for event in events:
            if event["type"] in self.manifest.events:
                self._start(self._send_event(payloads.app_ended(self.state, event)))

    async def stop(self) -> None:
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    def view_container(self, view: StoredView) -> Json:
        """The `container` of a menu in a view, for `options`."""
        return {"container": {"type": "view", "view_id": view.id}, "view": payloads.view_with_values(view)}

    @property
    def _may_be_called(self) -> bool:
        """Whether commands and shortcuts are offered."""
        return self.state.installed and "commands" in self.state.scopes

    def _apply_acknowledgement(self, view: StoredView, acknowledgement: Json) -> Json:
        """Applies the response_action of a submission. Raises SlackError for an invalid one."""
        action = acknowledgement.get("response_action")
        if action == "errors":
            return {"ok": False, "errors": _input_errors(view, acknowledgement.get("errors"))}
        # The person may have closed it in the meantime.
        if view.id in self.state.views:
            self._change_stack(view, action, acknowledgement)
        return OK

    def _change_stack(self, view: StoredView, action: str | None, acknowledgement: Json) -> None:
        stack = self.state.stacks[view.user]
        changes: dict[str | None, Callable[[], Any]] = {
            None: lambda: close_views(self.state, view.user, stack[stack.index(view.id) :]),
            "clear": lambda: close_views(self.state, view.user, list(stack)),
            "update": lambda: update_view(self.state, view, acknowledgement.get("view")),
            "push": lambda: push_view(self.state, view.user, acknowledgement.get("view"), view.channel),
        }
        if action not in changes or (action is None and acknowledgement):
            keys = sorted(acknowledgement)
            raise SlackError("invalid_response_action", f"[ERROR] not a response action: {keys}")
        changes[action]()

    async def _interact(self, payload: Json) -> Json:
        if not self.state.installed:
            return _failed(NOT_INSTALLED)
        try:
            acknowledgement = await self.delivery.send("interactive", payload)
        except DeliveryError as error:
            self._refuse(str(payload["type"]), error)
            return _failed(error.name)
        if acknowledgement:
            # Slack silently ignores the payload of any acknowledgement but that of a submission.
            ignored = SlackError("unexpected_response", str(sorted(acknowledgement)))
            self._refuse(str(payload["type"]), ignored)
        return OK

    async def _send_event(self, payload: Json) -> None:
        """Sends an event, and again after each of `event_retries` until it is acknowledged."""
        reason = ""
        for attempt, wait in enumerate((0.0, *self.event_retries)):
            await asyncio.sleep(wait)
            try:
                await self.delivery.send("events_api", payload, attempt=attempt, reason=reason)
            except DeliveryError as error:
                self._refuse("events_api", error)
                reason = "timeout"
            else:
                return

    def _tell(self, event: str, scope: str, payload: Json) -> None:
        """Sends the event, if the manifest subscribes to it and has its scope."""
        if event in self.manifest.events and scope in self.state.scopes and self.state.installed:
            self._start(self._send_event(payload))

    def _start(self, work: Coroutine[Any, Any, Any]) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def _keep_values(self, view: StoredView, values: Json) -> None:
        """Stores input values; file inputs get whole file objects instead of the page's short ones."""
        for block_id, actions in values.items():
            for action_id, value in actions.items():
                if value.get("type") == "file_input":
                    files = [self.state.files[file["id"]] for file in value.get("files") or []]
                    value["files"] = [file_json(self.state, file) for file in files]
                view.values.setdefault(block_id, {})[action_id] = value

    def _command_error(self, user: str, channel: Channel, text: str) -> Json:
        self.state.notify(user, channel.id, text)
        return _failed(text)

    def _refuse(self, kind: str, error: DeliveryError | SlackError) -> None:
        self.state.refuse(kind, error.name, error.messages if isinstance(error, SlackError) else ())


def required_inputs(definition: Json) -> set[str]:
    """The names of a step's inputs that have to be given."""
    inputs: dict[str, Json] = definition.get("input_parameters", {})
    return {name for name, each in inputs.items() if each.get("is_required")}


def _failed(error: str) -> Json:
    return {"ok": False, "error": error}


def _input_errors(view: StoredView, errors: Any) -> dict[str, str]:
    """Returns errors of input blocks. Raises SlackError for anything else."""
    inputs = {block["block_id"] for block in view.content["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
        raise SlackError("invalid_errors", f"[ERROR] errors must be keyed by input blocks: {sorted(inputs)}")
    if not all(isinstance(text, str) and text for text in errors.values()):
        raise SlackError("invalid_errors", "[ERROR] an error must be a text")
    return errors


def _complete_action(blocks: list[Json], action: Json) -> Json:
    """Adds the element's own properties to an action. Raises SlackError when there is no such element."""
    for block in blocks:
        for element in elements_of(block):
            ids = (block["block_id"], element.get("action_id"))
            if ids == (action.get("block_id"), action.get("action_id")):
                keys = element.keys() & {"type", "text", "value", "style"}
                return {**{key: element[key] for key in keys}, **action, "type": element["type"]}
    raise SlackError("no_such_element")
