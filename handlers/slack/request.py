"""A request of a person: who makes it, what it carries, and the ways to answer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from slack_bolt import Respond
from slack_sdk import WebClient

from bot.core.errors import CleanedError
from bot.core.settings import Settings
from bot.jobs.jobs import Recipient
from handlers.slack.context import AppContext
from handlers.slack.elements import blocks
from handlers.slack.elements.blocks import Message, View
from handlers.slack.people import Person, teams_named
from handlers.slack.threads import Caller, Threads
from handlers.slack.web_api.client import new_id
from handlers.slack.web_api.modals import Modal
from handlers.words import Words
from storage.core.database import Database

IN_TIME_SECONDS = 0.25  # that an answer may wait for the Web API; Slack waits three for it


class Request:
    """What a listener gets: Slack's `body`, and its `payload` (the command, action, view, shortcut, event or option).

    Making one calls nothing of Slack's, so that the acknowledgement can come first.
    """

    def __init__(
        self, context: AppContext, body: dict[str, Any], user_id: str, respond: Respond, threads: Threads
    ) -> None:
        self.context = context
        self.threads = threads
        self.body = body
        self.payload: dict[str, Any] = {}
        self.user_id = user_id
        self.now: datetime = context.clock()
        self.opened: Modal | None = None  # by this request; errors are shown in it
        self.follow_ups: list[Callable[[], None]] = []
        self.is_form_replaced = False  # by a modal that is loading; after an error the form is shown again
        self.is_form_answered = False  # by a view that replaces it
        self.answer_id = new_id(context.client)  # the `external_id` of that view, or of what a click shows
        self._respond = respond

    @property
    def person(self) -> Person:
        return self.context.people.person(self.user_id, teams_named(self.body))

    @property
    def team_id(self) -> str:
        """The workspace that the request comes from; the organization if it names no workspace; "" if neither."""
        named = (self.body.get("team_id"), self.body.get("team"), self.body.get("enterprise"))
        ids = (each.get("id") if isinstance(each, dict) else each for each in named)
        return next((str(id_) for id_ in ids if id_), "")

    @property
    def caller(self) -> Caller:
        return Caller(self.user_id, self.team_id)

    @property
    def words(self) -> Words:
        return self.person.words

    @property
    def database(self) -> Database:
        """For a submission, one that doesn't wait long for another program's lock: Slack waits for the answer."""
        database = self.context.database
        return database.with_short_wait() if self.is_submission else database

    @property
    def settings(self) -> Settings:
        return self.context.settings

    @property
    def client(self) -> WebClient:
        return self.context.client

    @property
    def is_submission(self) -> bool:
        return self.body.get("type") == "view_submission"

    @property
    def is_in_modal(self) -> bool:
        """Whether it was made in a modal."""
        return bool(self.body.get("view", {}).get("type") == "modal")

    @property
    def is_operator(self) -> bool:
        return self.context.people.is_operator(self.person)

    def require_operator(self) -> None:
        """Raises NotAnOperator."""
        self.context.people.require_operator(self.person)

    @property
    def text(self) -> str:
        """What was typed after a command."""
        return (self.payload.get("text") or "").strip()

    @property
    def value(self) -> str:
        """The value of the button that was pressed, or of the option that was chosen."""
        option = self.payload.get("selected_option") or {}
        return str(self.payload.get("value") or option.get("value") or "")

    @property
    def inputs(self) -> dict[str, Any]:
        """The values of a submitted modal's inputs: block id → action id → state."""
        state: dict[str, Any] = self.body["view"]["state"]["values"]
        return state

    @property
    def metadata(self) -> str:
        """What the modal carries unseen: most often a plan's id."""
        return str(self.body["view"]["private_metadata"])

    @property
    def step(self) -> str:
        """The id of the execution of a workflow's step."""
        return str(self.payload["function_execution_id"])

    def answer(self, message: Message) -> None:
        """Tells that person alone; replaces the answer whose button was pressed. A message is answered where it is."""
        if self._respond.response_url:
            replaces = self.body.get("container", {}).get("is_ephemeral", False)
            self._respond(**message, response_type="ephemeral", replace_original=replaces)
        elif self.payload.get("type") == "app_mention":
            self.client.chat_postEphemeral(user=self.user_id, **self._place, **message)
        elif self.payload.get("type") == "message":
            self.client.chat_postMessage(**self._place, **message)
        else:
            self.tell(message)

    @property
    def _place(self) -> dict[str, Any]:
        """Where the message is that was written to the bot."""
        return {key: self.payload[key] for key in ("channel", "thread_ts") if self.payload.get(key)}

    def tell(self, message: Message) -> None:
        """Posts to the person's direct messages."""
        self.client.chat_postMessage(channel=self.user_id, **message)

    def open_modal(self, title: str) -> Modal:
        """Opens a modal that is loading, on top of the one that was clicked in, while the trigger lasts.

        `title` is a sentence's key.
        """
        view = self.loading(title)
        send = self.client.views_push if self.is_in_modal else self.client.views_open
        opened: dict[str, Any] = send(trigger_id=self.body["trigger_id"], view=view)["view"]
        self.opened = replace(self._modal(opened), next_id=self.answer_id)
        return self.opened

    def loading(self, title: str) -> View:
        """A modal that says that more will come."""
        return loading(self.words, self.words(title))

    def show(self, view: View) -> None:
        """Replaces what the modal shows that was clicked in."""
        self.here.show(view)

    @property
    def here(self) -> Modal:
        """The modal that was clicked in, or submitted."""
        return replace(
            self._modal(self.body["view"]), next_id=self.answer_id, is_answered=self.is_form_answered
        )

    @property
    def underneath(self) -> Modal | None:
        """The modal below the one that was clicked in, if there is one."""
        below = self.body["view"].get("previous_view_id")
        return self._modal({"id": below}) if below else None

    def _modal(self, view: View) -> Modal:
        actions = self.body.get("actions") or [{}]
        sent = actions[0].get("action_ts")
        return Modal(self.client, self.context.modals, view, float(sent) if sent else None)

    @contextmanager
    def under(self, block_id: str) -> Iterator[None]:
        """Tells what a person can mend under that input of the modal they submit."""
        try:
            yield
        except CleanedError as error:
            error.block_id = block_id
            raise

    def recipient(self, modal: Modal | None = None) -> Recipient:
        """Whom long work tells: the person's direct messages, which the worker opens, and a modal while it is open."""
        return Recipient(self.user_id, self.words.language, view=modal.next_id if modal else None)

    def in_time(self, call: Callable[[], View], title: str) -> View:
        """The view that `call` returns, if it does so in time for the answer to a submission.

        Else a modal that is loading, titled by the sentence of that key: the view replaces it once it is there. For
        calls that need the Web API.
        """
        future = self.threads.submit_slow(self.caller, call)
        try:
            return future.result(IN_TIME_SECONDS)
        except TimeoutError:
            self.then(lambda: self.show_late(future.result))
            return self.loading(title)

    def show_late(self, call: Callable[[], View]) -> None:
        """Shows the view that `call` returns in the submitted modal, which is loading. After an error, it's the form."""
        self.is_form_replaced = True
        view = call()
        self.is_form_replaced = False
        self.show(view)

    def then(self, follow_up: Callable[[], None]) -> None:
        """Calls it once a submission is acknowledged: what may be slow."""
        self.follow_ups.append(follow_up)

    def wake_worker(self) -> None:
        """To be called when a job was created."""
        self.context.wake()


def loading(words: Words, title: str) -> View:
    return blocks.modal(title, [blocks.section(words.md("loading"))], close=words("close"))
