"""What a person does, as Slack's window would: tell the bot, await its answer, show what comes of it."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from handlers.standins.slack import messages, payloads
from handlers.standins.slack.delivery import Delivery, NotAnswered
from handlers.standins.slack.limits.views import elements_of
from handlers.standins.slack.manifest import Manifest
from handlers.standins.slack.messages import file_as_slack
from handlers.standins.slack.state import Channel, Message, SlackError, State, View
from handlers.standins.slack.views import answers, client_errors, close_views, push_view, update_view
from handlers.standins.types import Json

TROUBLE = "We had some trouble connecting. Try again?"
EVENT_RETRIES_SECONDS = (0.0, 60.0, 300.0)

OK: Json = {"ok": True}


@dataclass
class Doings:
    """Every method answers the page: {"ok": true} or {"ok": false, "error": …}."""

    state: State
    manifest: Manifest
    delivery: Delivery
    event_retries: tuple[float, ...] = EVENT_RETRIES_SECONDS
    running: set[asyncio.Task[None]] = field(default_factory=set)

    async def command(self, user: str, channel: Channel, text: str) -> Json:
        name, _, rest = text.strip().partition(" ")
        if self.manifest.command(name) is None:
            said = f"{name} is not a valid command."
            self.state.notice(user, channel.id, said)
            return _failed(said)
        payload = payloads.command(self.state, user, channel, name, rest.strip())
        try:
            answer = await self.delivery.send("slash_commands", payload)
            if answer:
                messages.answer(self.state, channel, user, answer)
        except (NotAnswered, SlackError) as error:
            self._refuse("slash_commands", error)
            said = f'{name} failed with the error "{error.name}"'
            self.state.notice(user, channel.id, said)
            return _failed(said)
        return OK

    async def say(self, user: str, channel: Channel, text: str) -> Json:
        self.state.post(channel, Message(self.state.next_ts(), user, text))
        return OK

    async def message_action(
        self, user: str, channel: Channel, message: Message, action: Json, typed: Json
    ) -> Json:
        action = _checked(message.blocks, action)
        payload = payloads.message_action(self.state, user, channel, message, action)
        payload["state"] = {"values": answers(message.blocks, typed)}
        return await self._interact(payload)

    async def view_action(self, view: View, action: Json, typed: Json) -> Json:
        action = _checked(view.content["blocks"], action)
        self._type(view, typed)
        return await self._interact(payloads.view_action(self.state, view, action))

    async def submit(self, view: View, typed: Json) -> Json:
        """Also {"ok": false, "errors": {block id: text}}."""
        if view.id != self.state.stacks[view.user][-1]:
            return _failed("This is not the modal on top.")
        self._type(view, typed)
        blocks = view.content["blocks"]
        errors = client_errors(blocks, answers(blocks, view.values))
        if errors:
            return {"ok": False, "errors": errors}
        try:
            answer = await self.delivery.send("interactive", payloads.submission(self.state, view))
            return self._after_submission(view, answer)
        except (NotAnswered, SlackError) as error:
            self._refuse("view_submission", error)
            return _failed(TROUBLE)

    async def close(self, view: View, *, everything: bool) -> Json:
        stack = self.state.stacks[view.user]
        view_ids = list(stack) if everything else stack[stack.index(view.id) :]
        for closed in close_views(self.state, view.user, view_ids):
            if closed.content["notify_on_close"]:
                self._later(self._interact(payloads.closed(self.state, closed, cleared=everything)))
        return OK

    async def shortcut(self, user: str, channel: Channel, message: Message, callback_id: str) -> Json:
        if self.manifest.shortcut(callback_id) is None:
            return _failed("There is no such shortcut.")
        payload = payloads.shortcut(self.state, user, channel, message, callback_id)
        answer = await self._interact(payload)
        if not answer["ok"]:
            self.state.notice(user, channel.id, f'{callback_id} failed with the error "{answer["error"]}"')
        return answer

    async def options(self, user: str, place: Json, block_id: str, action_id: str, typed: str) -> Json:
        """`place`: the fields that say where the menu stands. → {"options"} or {"option_groups"}"""
        payload = payloads.suggestion(self.state, user, place, block_id, action_id, typed)
        try:
            answer = await self.delivery.send("interactive", payload)
        except NotAnswered as error:
            self._refuse("block_suggestion", error)
            return {"options": [], "error": error.name}
        return {key: answer[key] for key in ("options", "option_groups") if key in answer} or {"options": []}

    async def open_home(self, user: str) -> Json:
        if self.manifest.home_tab and "app_home_opened" in self.manifest.events:
            self._later(self._event(payloads.home_opened(self.state, user)))
        return OK

    async def stop(self) -> None:
        for task in list(self.running):
            task.cancel()
        await asyncio.gather(*self.running, return_exceptions=True)

    def place(self, view: View) -> Json:
        """Where a menu stands, for `options`."""
        return {"container": {"type": "view", "view_id": view.id}, "view": payloads.view_now(view)}

    def _after_submission(self, view: View, answer: Json) -> Json:
        """Does what the acknowledgement says. Raises SlackError for what Slack doesn't take."""
        action = answer.get("response_action")
        if action == "errors":
            return {"ok": False, "errors": _input_errors(view, answer.get("errors"))}
        # The person may have closed it while the bot was thinking.
        if view.id in self.state.views:
            self._move_on(view, action, answer)
        return OK

    def _move_on(self, view: View, action: str | None, answer: Json) -> None:
        stack = self.state.stacks[view.user]
        moves: dict[str | None, Callable[[], Any]] = {
            None: lambda: close_views(self.state, view.user, stack[stack.index(view.id) :]),
            "clear": lambda: close_views(self.state, view.user, list(stack)),
            "update": lambda: update_view(self.state, view, answer.get("view")),
            "push": lambda: push_view(self.state, view.user, answer.get("view"), view.channel),
        }
        if action not in moves or (action is None and answer):
            raise SlackError("invalid_response_action", f"[ERROR] not a response action: {sorted(answer)}")
        moves[action]()

    async def _interact(self, payload: Json) -> Json:
        try:
            answer = await self.delivery.send("interactive", payload)
        except NotAnswered as error:
            self._refuse(str(payload["type"]), error)
            return _failed(error.name)
        if answer:
            # Only a submission may be answered with something; Slack says nothing, and does nothing.
            self._refuse(str(payload["type"]), SlackError("unexpected_response", str(sorted(answer))))
        return OK

    async def _event(self, payload: Json) -> None:
        """An event that isn't acknowledged is sent up to three times more."""
        reason = ""
        for attempt, wait in enumerate((0.0, *self.event_retries)):
            await asyncio.sleep(wait)
            try:
                await self.delivery.send("events_api", payload, attempt=attempt, reason=reason)
            except NotAnswered as error:
                self._refuse("events_api", error)
                reason = "timeout"
            else:
                return

    def _later(self, work: Coroutine[Any, Any, Any]) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self.running.add(task)
        task.add_done_callback(self.running.discard)

    def _type(self, view: View, typed: Json) -> None:
        """Keeps what is typed, with whole file objects in place of the page's short ones."""
        for block_id, actions in typed.items():
            for action_id, answer in actions.items():
                if answer.get("type") == "file_input":
                    files = [self.state.files[one["id"]] for one in answer.get("files") or []]
                    answer["files"] = [file_as_slack(self.state, file) for file in files]
                view.values.setdefault(block_id, {})[action_id] = answer

    def _refuse(self, what: str, error: NotAnswered | SlackError) -> None:
        said = list(error.messages) if isinstance(error, SlackError) else []
        self.state.refused.append({"method": what, "error": error.name, "messages": said})


def _failed(error: str) -> Json:
    return {"ok": False, "error": error}


def _input_errors(view: View, errors: Any) -> dict[str, str]:
    """Errors stand under inputs only. Raises SlackError."""
    inputs = {block["block_id"] for block in view.content["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
        raise SlackError("invalid_errors", f"[ERROR] errors must be keyed by input blocks: {sorted(inputs)}")
    if not all(isinstance(text, str) and text for text in errors.values()):
        raise SlackError("invalid_errors", "[ERROR] an error must be a text")
    return errors


def _checked(blocks: list[Json], action: Json) -> Json:
    """The action with what the element itself says. Raises SlackError when there is no such element."""
    for block in blocks:
        for one in elements_of(block):
            if (block["block_id"], one.get("action_id")) == (action.get("block_id"), action.get("action_id")):
                own: Json = {key: one[key] for key in ("type", "text", "value", "style") if key in one}
                return {**own, **action, "type": one["type"]}
    raise SlackError("no_such_element")
