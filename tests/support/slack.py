"""Drives the local workspace as a person does: types, clicks, submits, and reads what is shown.

    olivia = Person(workspace, "U0OLIVIA")
    olivia.command("/cleaned-archive newsletter")
    olivia.wait_modal(titled("Archive"))
    errors = olivia.submit(word="ARCHIVE")

Every wait has a deadline; a failure shows what the person sees and which calls the workspace refused.
"""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import httpx
from slack_sdk.socket_mode.builtin.client import SocketModeClient

from handlers.standins.slack.server import Workspace

Json = dict[str, Any]
Predicate = Callable[[Json], bool]

OLIVIA, CAMILLE, SAM = "U0OLIVIA", "U0CAMILLE", "U0SAM"
NEWS, GENERAL, RANDOM = "C0NEWS", "C0GENERAL", "C0RANDOM"

WAIT_SECONDS = 10.0
LOOK_EVERY_SECONDS = 0.05

# The property of an element's value in a payload's state.
VALUE_KEYS = {
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "checkboxes": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "file_input": "files",
}


# No mistakes of the bot: the person closed the modal before the update, or it shows something else by now.
LATE: list[Json] = [
    {"method": "views.update", "error": error, "messages": []} for error in ("not_found", "hash_conflict")
]


def refusals(workspace: Workspace) -> list[Json]:
    """The bot's mistaken calls."""
    return [refusal for refusal in workspace.refused if refusal not in LATE]


class HasAddress(Protocol):
    """A running workspace, in this process or another."""

    @property
    def address(self) -> str:
        """The URL of the page, with its token."""
        ...


class Person:
    """A person using the page's API. `channel`: the default channel for commands and messages.

    `team`: where they act, for somebody of several workspaces (default: the first of theirs).
    """

    def __init__(
        self, workspace: HasAddress, user: str = OLIVIA, channel: str = NEWS, team: str = ""
    ) -> None:
        self.user = user
        self.channel = channel
        self.team = team
        # Loading the system's certificates takes 30 ms, and the page is served without TLS.
        address = httpx.URL(workspace.address)
        params = {"user": user, "team": team, "token": address.params["token"]}
        self._page = httpx.Client(
            base_url=address.copy_with(query=None), params=params, timeout=30, verify=False
        )
        self._typed: Json = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._page.close()

    # Actions

    def command(self, text: str, *, channel: str | None = None) -> Json:
        """Sends a slash command; returns {"ok": True} or {"ok": False, "error": …}."""
        return self._post("command", channel=channel or self.channel, text=text)

    def say(self, text: str, *, channel: str | None = None) -> Json:
        return self._post("say", channel=channel or self.channel, text=text)

    def shortcut(self, callback_id: str, message: Json, *, channel: str | None = None) -> Json:
        """Chooses a message shortcut on a message."""
        return self._post("shortcut", callback_id=callback_id, **_reference(message, channel or self.channel))

    def open_home(self, tab: str = "home") -> Json:
        return self._post("home", tab=tab)

    def run_step(self, callback_id: str, **inputs: str) -> str:
        """Runs a step as a workflow does; returns its execution's id."""
        return str(self._post("step", callback_id=callback_id, inputs=inputs)["execution"])

    def wait_step(self, execution: str, *, seconds: float = WAIT_SECONDS) -> Json:
        """Waits until the step has ended: its state, outputs and error."""

        def look() -> Json | None:
            found = dict(self.state()["executions"][execution])
            return found if found["state"] != "running" else None

        return self._wait(look, f"the end of {execution}", seconds)

    def click(self, action_id: str, *, in_: Json | None = None, **answer: Any) -> Json:
        """Clicks the button, or uses the element, with this action id.

        `in_`: a message or a view; default: the open modal, else the newest message with the element.
        `answer`: the element's value: value=…, selected_option={…}, selected_date="2026-11-24".
        """
        container = in_ or self._container_of(action_id)
        block, element = self._element(container, action_id)
        if element["type"] == "button":
            answer = {"text": element["text"], **answer}
            answer.setdefault("value", element.get("value"))
        action = {"type": element["type"], "action_id": action_id, "block_id": block["block_id"], **answer}
        self._remember(container, block["block_id"], action)
        action = {key: value for key, value in action.items() if value is not None}
        return self._post(
            "action",
            container=_reference(container, self.channel),
            block_id=block["block_id"],
            action=action,
            state={"values": self._values(container)},
        )

    def select(self, action_id: str, value: Any, *, in_: Json | None = None) -> Json:
        """Selects in a menu or picker: by an option's value or text, or an id, date or time."""
        container = in_ or self._container_of(action_id)
        _, element = self._element(container, action_id)
        return self.click(action_id, in_=container, **self._answer(element, value))

    def press_in_menu(self, action_id: str) -> Json:
        """Chooses the button with this action id in the newest menu of buttons."""
        return self.choose_in_menu("more", f"{action_id}|")

    def choose_in_menu(self, action_id: str, beginning: str) -> Json:
        """Chooses the option whose value begins so in the first menu with that action id."""
        container = self._container_of(action_id)
        _, menu = self._element(container, action_id)
        values = [str(option["value"]) for option in menu["options"]]
        return self.select(action_id, next(v for v in values if v.startswith(beginning)), in_=container)

    def tick(self, action_id: str, *values: str, in_: Json | None = None) -> Json:
        """Ticks exactly these options of the checkboxes."""
        return self.select(action_id, list(values), in_=in_)

    def options(self, action_id: str, typed: str, *, in_: Json | None = None) -> Json:
        """The options of an external select for a query."""
        container = in_ or self._container_of(action_id)
        block, _ = self._element(container, action_id)
        query = {"block_id": block["block_id"], "action_id": action_id, "value": typed}
        return self._post("options", container=_reference(container, self.channel), **query)

    def fill(self, **inputs: Any) -> None:
        """Fills in the open modal without submitting it; keys are block ids."""
        view = self._open_modal()
        for block_id, value in inputs.items():
            block = next((block for block in view["blocks"] if block["block_id"] == block_id), None)
            if block is None:
                ids = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
                raise AssertionError(f"No block {block_id!r} in the modal; its inputs are {ids}")
            element = block.get("element") or block.get("accessory") or block["elements"][0]
            answer = self._answer(element, value)
            self._remember(
                view, block_id, {"type": element["type"], "action_id": element["action_id"], **answer}
            )

    def submit(self, **inputs: Any) -> dict[str, str]:
        """Fills in and submits the open modal.

        Returns errors by block id, {} on success. Any other failure fails the test.
        """
        view = self._open_modal()
        self.fill(**inputs)
        response = self._post("submit", view_id=view["id"], state={"values": self._values(view)})
        if response["ok"]:
            self._typed = {key: values for key, values in self._typed.items() if key != _key(view)}
            return {}
        if "errors" not in response:
            raise AssertionError(f"The submission failed: {response['error']}{self._seen()}")
        return dict(response["errors"])

    def dismiss(self, *, everything: bool = False) -> Json:
        """Closes the open modal, or the whole stack."""
        return self._post("close", view_id=self._open_modal()["id"], all=everything)

    def upload(self, path: Path) -> Json:
        """Uploads a file for a file input; pass the result, in a list, to `submit`."""
        with path.open("rb") as file:
            response = self._page.post("/page/upload", files={"file": (path.name, file)})
        return dict(_json(response)["file"])

    def download(self, file: Json) -> bytes:
        response = self._page.get(file["url"])
        response.raise_for_status()
        return response.content

    # State

    def state(self) -> Json:
        return _json(self._page.get("/page/state"))

    def modal(self) -> Json | None:
        """The modal on top, as a view; None when there is none."""
        views = self.state()["views"]
        return dict(views[-1]) if views else None

    def home(self) -> Json | None:
        home = self.state()["home"]
        return dict(home) if home else None

    def direct_messages(self) -> str:
        """The id of this person's direct messages with the bot."""
        return next(str(channel["id"]) for channel in self.state()["channels"] if channel["kind"] == "im")

    def messages(self, channel: str | None = None) -> list[Json]:
        """Messages, oldest first, including ephemeral ones; each with `channel`, for `click(in_=…)`."""
        channel = channel or self.channel
        messages = _json(self._page.get("/page/messages", params={"channel": channel}))["messages"]
        return [{**message, "channel": channel} for message in messages]

    def notices(self) -> list[str]:
        """Texts of Slackbot's notices to this person, oldest first."""
        return [str(notice["text"]) for notice in self.state()["notices"]]

    def wait_message(
        self, predicate: Predicate | str = "", *, channel: str | None = None, seconds: float = WAIT_SECONDS
    ) -> Json:
        """Waits for a message that matches, and returns the newest; a string must occur in its text."""
        matches = says(predicate) if isinstance(predicate, str) else predicate

        def look() -> Json | None:
            return next(filter(matches, reversed(self.messages(channel))), None)

        return self._wait(look, f"a message in {channel or self.channel} with {predicate!r}", seconds)

    def wait_modal(self, predicate: Predicate | str = "", *, seconds: float = WAIT_SECONDS) -> Json:
        """Waits until the top modal matches, and returns it; a string must occur in its text."""
        matches = says(predicate) if isinstance(predicate, str) else predicate

        def look() -> Json | None:
            view = self.modal()
            return view if view is not None and matches(view) else None

        return self._wait(look, f"a modal with {predicate!r}", seconds)

    def wait_home(self, predicate: Predicate | str = "", *, seconds: float = WAIT_SECONDS) -> Json:
        matches = says(predicate) if isinstance(predicate, str) else predicate

        def look() -> Json | None:
            view = self.home()
            return view if view is not None and matches(view) else None

        return self._wait(look, f"a Home tab with {predicate!r}", seconds)

    def wait_notice(self, text: str, *, seconds: float = WAIT_SECONDS) -> str:
        def look() -> Json | None:
            return next(({"text": notice} for notice in self.notices() if text in notice), None)

        return str(self._wait(look, f"a notice with {text!r}", seconds)["text"])

    def wait_bot(self, *, connected: bool = True, seconds: float = WAIT_SECONDS) -> None:
        """Waits until the bot is connected (or not)."""

        def look() -> Json | None:
            bot = dict(self.state()["bot"])
            return bot if bot["connected"] is connected else None

        self._wait(look, f"the bot connected: {connected}", seconds)

    # Internals

    def _post(self, path: str, **body: Any) -> Json:
        return _json(self._page.post(f"/page/{path}", json={"user": self.user, "team": self.team, **body}))

    def _wait(self, look: Callable[[], Json | None], what: str, seconds: float) -> Json:
        deadline = time.monotonic() + seconds
        while True:
            value = look()
            if value is not None:
                return value
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.user} waited {seconds:.0f} s for {what}.{self._seen()}")
            time.sleep(LOOK_EVERY_SECONDS)

    def _seen(self) -> str:
        state = self.state()
        modal = words(state["views"][-1])[:2000] if state["views"] else "none"
        last = [words(message)[:500] for message in self.messages()[-3:]]
        refused = json.dumps(state["refused"][-5:], ensure_ascii=False)[:3000]
        return (
            f"\n  modal: {modal}\n  last messages: {last}\n  notices: {self.notices()[-3:]}"
            f"\n  bot connected: {state['bot']['connected']}\n  the workspace refused: {refused}"
        )

    def _open_modal(self) -> Json:
        view = self.modal()
        if view is None:
            raise AssertionError(f"{self.user} has no modal open.{self._seen()}")
        return view

    def _container_of(self, action_id: str) -> Json:
        view = self.modal()
        if view is not None:
            return view
        for message in reversed(self.messages()):
            if any(element.get("action_id") == action_id for _, element in _elements(message)):
                return message
        raise AssertionError(f"Nothing has {action_id!r}.{self._seen()}")

    def _element(self, container: Json, action_id: str) -> tuple[Json, Json]:
        elements = list(_elements(container))
        for block, element in elements:
            if element.get("action_id") == action_id:
                return block, element
        ids = [element.get("action_id") for _, element in elements]
        raise AssertionError(f"No element {action_id!r}; there are {ids}.{self._seen()}")

    def _answer(self, element: Json, value: Any) -> Json:
        kind = str(element["type"])
        name = VALUE_KEYS.get(kind, "value")
        if name == "selected_options":
            return {name: [self._option(element, choice) for choice in value or []]}
        if name == "selected_option":
            return {name: None if value is None else self._option(element, value)}
        return {name: value}

    def _option(self, element: Json, choice: Any) -> Json:
        if isinstance(choice, dict):
            return choice
        options = [*element.get("options", [])]
        for group in element.get("option_groups", []):
            options += group["options"]
        for option in options:
            if choice in (option["value"], option["text"]["text"]):
                return dict(option)
        raise AssertionError(f"No option {choice!r}; there are {[option['value'] for option in options]}")

    def _remember(self, container: Json, block_id: str, action: Json) -> None:
        value = {key: part for key, part in action.items() if key not in {"action_id", "block_id", "text"}}
        if action["type"] != "button":
            self._typed.setdefault(_key(container), {}).setdefault(block_id, {})[action["action_id"]] = value

    def _values(self, container: Json) -> Json:
        """Values entered so far; the workspace adds initial values for the rest."""
        return dict(self._typed.get(_key(container), {}))


def hang_up(workspace: Workspace, client: SocketModeClient) -> None:
    """Closes the bot's connection at once; the SDK's own `close` waits 1 to 3 s for something to read."""
    client.auto_reconnect_enabled = False
    # Or it might reconnect.
    client.current_app_monitor.shutdown()  # type: ignore[no-untyped-call]
    workspace.drop_socket()
    deadline = time.monotonic() + WAIT_SECONDS
    while workspace.connections and time.monotonic() < deadline:
        time.sleep(LOOK_EVERY_SECONDS)
    client.enqueue_message('{"type": "hello"}')
    try:
        client.close()
    except AttributeError:  # its own thread has already dropped the socket
        client.close()


def words(content: Json) -> str:
    """All text of a message or view, in order."""
    return "\n".join(_texts(content))


def says(*texts: str) -> Predicate:
    """Matches messages and views that contain all these texts."""
    return lambda content: all(text in words(content) for text in texts)


def titled(text: str) -> Predicate:
    """Matches a view by part of its title."""
    return lambda view: text in str(view["title"]["text"])


def has_action(action_id: str) -> Predicate:
    """Matches messages and views with an element of this action id."""
    return lambda content: any(element.get("action_id") == action_id for _, element in _elements(content))


def _elements(content: Json) -> Iterator[tuple[Json, Json]]:
    for block in content.get("blocks") or []:
        for element in [block.get("element"), block.get("accessory"), *block.get("elements", [])]:
            if element and element.get("action_id"):
                yield block, element


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, str) and key in {"text", "label", "name", "title", "caption"}:
                yield inner
            else:
                yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _reference(container: Json, channel: str) -> Json:
    if "ts" in container:
        return {"channel": container.get("channel", channel), "ts": container["ts"]}
    return {"home": True} if container["type"] == "home" else {"view_id": container["id"]}


def _key(container: Json) -> str:
    return str(container.get("ts") or container["id"])


def _json(response: httpx.Response) -> Json:
    response.raise_for_status()
    return dict(response.json())
