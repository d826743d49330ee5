"""One request of a person: who asks, in which language, and the ways to answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import Any

from slack_bolt import Ack, Respond
from slack_sdk import WebClient

from bot.core import audiences
from bot.core.errors import CleanedError
from bot.core.settings import Settings
from handlers.slack.context import AppContext
from handlers.slack.elements import audiences as audience_views
from handlers.slack.elements import blocks
from handlers.slack.elements.blocks import Message, View
from handlers.slack.people import Person
from handlers.words import Words
from storage.core.database import Database


class Modal:
    """A modal that is open. `show` replaces what it shows."""

    def __init__(self, client: WebClient, view_id: str) -> None:
        self.id = view_id
        self._client = client

    def show(self, view: View) -> None:
        self._client.views_update(view_id=self.id, view=view)


class Ask:
    """What a listener gets of the person who asks. Making one asks nothing of Slack: `ack` comes first."""

    def __init__(self, parts: AppContext, body: dict[str, Any], user_id: str, respond: Respond) -> None:
        self.parts = parts
        self.body = body
        self.now: datetime = parts.clock()
        self.modal_open: Modal | None = None  # where an error is told
        self._user_id = user_id
        self._respond = respond

    @cached_property
    def person(self) -> Person:
        return self.parts.people.person(self._user_id)

    @property
    def words(self) -> Words:
        return self.person.words

    @property
    def database(self) -> Database:
        """Slack is answered with what came of a submission: it can't wait long for another program's lock."""
        database = self.parts.database
        return database.hurried() if self.body.get("type") == "view_submission" else database

    @property
    def settings(self) -> Settings:
        return self.parts.settings

    @property
    def client(self) -> WebClient:
        return self.parts.client

    @property
    def is_operator(self) -> bool:
        return self.parts.people.is_operator(self.person)

    def require_operator(self) -> None:
        """Raises NotAnOperator."""
        self.parts.people.require_operator(self.person)

    def answer(self, message: Message) -> None:
        """Tells that person alone; replaces the answer whose button was pressed."""
        if self._respond.response_url:
            replaces = self.body.get("container", {}).get("is_ephemeral", False)
            self._respond(**message, response_type="ephemeral", replace_original=replaces)
        else:
            self.client.chat_postMessage(channel=self._user_id, **message)

    def modal(self, title: str) -> Modal:
        """Opens a modal that is loading, on top of the one that was clicked in, while the trigger lasts."""
        view = blocks.modal(title, [blocks.section(self.words.md("loading"))], close=self.words("close"))
        in_modal = self.body.get("view", {}).get("type") == "modal"
        send = self.client.views_push if in_modal else self.client.views_open
        opened: dict[str, Any] = send(trigger_id=self.body["trigger_id"], view=view)["view"]
        self.modal_open = Modal(self.client, opened["id"])
        return self.modal_open

    def show(self, view: View) -> None:
        """Replaces the modal that was clicked in."""
        self.here.show(view)

    @property
    def here(self) -> Modal:
        """The modal that was clicked in."""
        return Modal(self.client, self.body["view"]["id"])

    @contextmanager
    def under(self, block_id: str) -> Iterator[None]:
        """What a person can mend is told under that input of the modal they submit."""
        try:
            yield
        except CleanedError as error:
            error.block_id = block_id
            raise

    def notify(self, view_id: str | None = None) -> dict[str, Any]:
        """Whom long work tells, where, in which language: their direct messages, and a modal while it is open."""
        channel = self.client.conversations_open(users=self._user_id)["channel"]["id"]
        told = {"user": self._user_id, "channel": channel, "language": self.words.language}
        return told | ({"view": view_id} if view_id else {})

    def start(self) -> None:
        """A job's row is there: wakes the worker."""
        self.parts.wake()


def suggest_audiences(ack: Ack, payload: dict[str, Any], ask: Ask) -> None:
    """The listener of every menu of audiences in which one types."""
    ack(options=audience_views.options(audiences.every(ask.database), payload["value"]))
