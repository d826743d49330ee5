"""A person at the local workspace, in plain Python: what they type, press, tick, submit and see.

    olivia = Person(workspace, "U0OLIVIA")
    olivia.command("/cleaned-archive newsletter")
    olivia.wait_modal(titled("Archive"))
    errors = olivia.submit(word="ARCHIVE")

Every wait has a deadline; when it passes, the failure tells what the person sees and what the workspace refused.
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

# What an element's answer is called in a payload's state.
ANSWERS = {
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


# A modal that a person closed while the bot was about to change it: nobody can help that.
CLOSED = {"method": "views.update", "error": "not_found", "messages": []}


def refusals(workspace: Workspace) -> list[Json]:
    """What the bot asked for wrongly."""
    return [each for each in workspace.refused if each != CLOSED]


class HasAddress(Protocol):
    """A running workspace, in this process or another."""

    @property
    def url(self) -> str: ...


class Person:
    """One of the workspace's people. `channel`: where they look and type when nothing else is said."""

    def __init__(self, workspace: HasAddress, user: str = OLIVIA, channel: str = NEWS) -> None:
        self.user = user
        self.channel = channel
        # Loading the system's certificates takes 30 ms, and the page is served without TLS.
        self._page = httpx.Client(base_url=workspace.url, params={"user": user}, timeout=30, verify=False)
        self._typed: Json = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._page.close()

    # What they do

    def command(self, text: str, *, channel: str | None = None) -> Json:
        """Types a slash command; returns {"ok": True} or {"ok": False, "error": …}."""
        return self._post("command", channel=channel or self.channel, text=text)

    def say(self, text: str, *, channel: str | None = None) -> Json:
        return self._post("say", channel=channel or self.channel, text=text)

    def shortcut(self, callback_id: str, message: Json, *, channel: str | None = None) -> Json:
        """Chooses a message shortcut on a message."""
        return self._post("shortcut", callback_id=callback_id, **_container(message, channel or self.channel))

    def open_home(self) -> Json:
        return self._post("home")

    def click(self, action_id: str, *, in_: Json | None = None, **answer: Any) -> Json:
        """Presses the button (or uses the element) with this action id.

        `in_` is a message or a view; without it: the open modal, else the newest message that has it.
        `answer` is the element's own: value=…, selected_option={…}, selected_date="2026-11-24".
        """
        place = in_ or self._place_of(action_id)
        block, element = self._element(place, action_id)
        if element["type"] == "button":
            answer = {"text": element["text"], **answer}
            answer.setdefault("value", element.get("value"))
        action = {"type": element["type"], "action_id": action_id, "block_id": block["block_id"], **answer}
        self._remember(place, block["block_id"], action)
        action = {key: value for key, value in action.items() if value is not None}
        return self._post(
            "action",
            container=_container(place, self.channel),
            block_id=block["block_id"],
            action=action,
            state={"values": self._values(place)},
        )

    def select(self, action_id: str, value: Any, *, in_: Json | None = None) -> Json:
        """Chooses in a menu or picker: an option's value (or its text), or the id, date or time itself."""
        place = in_ or self._place_of(action_id)
        _, element = self._element(place, action_id)
        return self.click(action_id, in_=place, **self._answer(element, value))

    def tick(self, action_id: str, *values: str, in_: Json | None = None) -> Json:
        """Leaves exactly these options of the checkboxes ticked."""
        return self.select(action_id, list(values), in_=in_)

    def options(self, action_id: str, typed: str, *, in_: Json | None = None) -> Json:
        """What an external select offers for what was typed."""
        place = in_ or self._place_of(action_id)
        block, _ = self._element(place, action_id)
        asked = {"block_id": block["block_id"], "action_id": action_id, "value": typed}
        return self._post("options", container=_container(place, self.channel), **asked)

    def fill(self, **inputs: Any) -> None:
        """Types into the open modal without submitting; keys are block ids."""
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

        Returns the errors under fields by block id; {} when it was taken. Anything else fails the test.
        """
        view = self._open_modal()
        self.fill(**inputs)
        said = self._post("submit", view_id=view["id"], state={"values": self._values(view)})
        if said["ok"]:
            self._typed = {key: kept for key, kept in self._typed.items() if key != _key(view)}
            return {}
        if "errors" not in said:
            raise AssertionError(f"The submission failed: {said['error']}{self._seen()}")
        return dict(said["errors"])

    def dismiss(self, *, everything: bool = False) -> Json:
        """Closes the open modal, or the whole stack."""
        return self._post("close", view_id=self._open_modal()["id"], all=everything)

    def upload(self, path: Path) -> Json:
        """Uploads a file for a file input: pass what it returns, in a list, to `submit`."""
        with path.open("rb") as file:
            answer = self._page.post("/page/upload", files={"file": (path.name, file)})
        return dict(_checked(answer)["file"])

    def download(self, file: Json) -> bytes:
        answer = self._page.get(file["url"])
        answer.raise_for_status()
        return answer.content

    # What they see

    def state(self) -> Json:
        return _checked(self._page.get("/page/state"))

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
        """Oldest first, with what only they see; each has `channel`, for `click(in_=…)`."""
        where = channel or self.channel
        said = _checked(self._page.get("/page/messages", params={"channel": where}))["messages"]
        return [{**message, "channel": where} for message in said]

    def notices(self) -> list[str]:
        """What Slackbot said only to them, oldest first."""
        return [str(notice["text"]) for notice in self.state()["notices"]]

    def wait_message(
        self, predicate: Predicate | str = "", *, channel: str | None = None, seconds: float = WAIT_SECONDS
    ) -> Json:
        """The newest message that fits; a string fits when it is in the message's words."""
        fits = says(predicate) if isinstance(predicate, str) else predicate

        def look() -> Json | None:
            return next(filter(fits, reversed(self.messages(channel))), None)

        return self._wait(look, f"a message in {channel or self.channel} with {predicate!r}", seconds)

    def wait_modal(self, predicate: Predicate | str = "", *, seconds: float = WAIT_SECONDS) -> Json:
        """The modal on top, once it fits; a string fits when it is in the modal's words."""
        fits = says(predicate) if isinstance(predicate, str) else predicate

        def look() -> Json | None:
            view = self.modal()
            return view if view is not None and fits(view) else None

        return self._wait(look, f"a modal with {predicate!r}", seconds)

    def wait_home(self, predicate: Predicate | str = "", *, seconds: float = WAIT_SECONDS) -> Json:
        fits = says(predicate) if isinstance(predicate, str) else predicate

        def look() -> Json | None:
            view = self.home()
            return view if view is not None and fits(view) else None

        return self._wait(look, f"a Home tab with {predicate!r}", seconds)

    def wait_notice(self, text: str, *, seconds: float = WAIT_SECONDS) -> str:
        def look() -> Json | None:
            return next(({"text": notice} for notice in self.notices() if text in notice), None)

        return str(self._wait(look, f"a notice with {text!r}", seconds)["text"])

    def wait_bot(self, *, connected: bool = True, seconds: float = WAIT_SECONDS) -> None:
        """Waits until the bot's socket is there (or gone)."""

        def look() -> Json | None:
            bot = dict(self.state()["bot"])
            return bot if bot["connected"] is connected else None

        self._wait(look, f"the bot connected: {connected}", seconds)

    # Within

    def _post(self, path: str, **body: Any) -> Json:
        return _checked(self._page.post(f"/page/{path}", json={"user": self.user, **body}))

    def _wait(self, look: Callable[[], Json | None], what: str, seconds: float) -> Json:
        deadline = time.monotonic() + seconds
        while True:
            found = look()
            if found is not None:
                return found
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

    def _place_of(self, action_id: str) -> Json:
        view = self.modal()
        if view is not None:
            return view
        for message in reversed(self.messages()):
            if any(element.get("action_id") == action_id for _, element in _elements(message)):
                return message
        raise AssertionError(f"Nothing has {action_id!r}.{self._seen()}")

    def _element(self, place: Json, action_id: str) -> tuple[Json, Json]:
        found = list(_elements(place))
        for block, element in found:
            if element.get("action_id") == action_id:
                return block, element
        ids = [element.get("action_id") for _, element in found]
        raise AssertionError(f"No element {action_id!r}; there are {ids}.{self._seen()}")

    def _answer(self, element: Json, value: Any) -> Json:
        kind = str(element["type"])
        name = ANSWERS.get(kind, "value")
        if name == "selected_options":
            return {name: [self._option(element, one) for one in value or []]}
        if name == "selected_option":
            return {name: None if value is None else self._option(element, value)}
        return {name: value}

    def _option(self, element: Json, wanted: Any) -> Json:
        if isinstance(wanted, dict):
            return wanted
        offered = [*element.get("options", [])]
        for group in element.get("option_groups", []):
            offered += group["options"]
        for option in offered:
            if wanted in (option["value"], option["text"]["text"]):
                return dict(option)
        raise AssertionError(f"No option {wanted!r}; there are {[option['value'] for option in offered]}")

    def _remember(self, place: Json, block_id: str, action: Json) -> None:
        kept = {key: value for key, value in action.items() if key not in {"action_id", "block_id", "text"}}
        if action["type"] != "button":
            self._typed.setdefault(_key(place), {}).setdefault(block_id, {})[action["action_id"]] = kept

    def _values(self, place: Json) -> Json:
        """What was typed here; the workspace fills in initial values for the rest."""
        return dict(self._typed.get(_key(place), {}))


def hang_up(workspace: Workspace, client: SocketModeClient) -> None:
    """Ends the bot's connection for good: at once, where the SDK's own `close` waits 1 to 3 s for something to read."""
    client.auto_reconnect_enabled = False
    # It may be about to connect anew.
    client.current_app_monitor.shutdown()  # type: ignore[no-untyped-call]
    workspace.drop_socket()
    deadline = time.monotonic() + WAIT_SECONDS
    while workspace.connections and time.monotonic() < deadline:
        time.sleep(LOOK_EVERY_SECONDS)
    client.enqueue_message('{"type": "hello"}')
    try:
        client.close()
    except AttributeError:  # its own thread was quicker to drop the socket
        client.close()


def words(shown: Json) -> str:
    """Every word in a message or view, in order."""
    return "\n".join(_texts(shown))


def says(*texts: str) -> Predicate:
    """Fits what has all these texts in its words."""
    return lambda shown: all(text in words(shown) for text in texts)


def titled(text: str) -> Predicate:
    """Fits a view with this in its title."""
    return lambda view: text in str(view["title"]["text"])


def has_action(action_id: str) -> Predicate:
    """Fits what has an element with this action id."""
    return lambda shown: any(element.get("action_id") == action_id for _, element in _elements(shown))


def _elements(shown: Json) -> Iterator[tuple[Json, Json]]:
    for block in shown.get("blocks") or []:
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


def _container(place: Json, channel: str) -> Json:
    if "ts" in place:
        return {"channel": place.get("channel", channel), "ts": place["ts"]}
    return {"home": True} if place["type"] == "home" else {"view_id": place["id"]}


def _key(place: Json) -> str:
    return str(place.get("ts") or place["id"])


def _checked(answer: httpx.Response) -> Json:
    answer.raise_for_status()
    return dict(answer.json())
