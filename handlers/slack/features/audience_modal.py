"""Modals about one audience, opened by a command or a button.

They begin with the audience that the person used last, below a menu of the others; who has used none is asked first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.audiences import audiences
from bot.audiences.audiences import Audience
from bot.core.errors import UnknownAudience
from handlers.slack.elements import audiences as audience_views
from handlers.slack.elements import blocks
from handlers.slack.listeners import OPERATORS, Listeners
from handlers.slack.request import Request
from handlers.slack.web_api.modals import Modal

Begin = Callable[[Request, Modal, Audience], None]
"""Shows the modal's first step for the audience."""


@dataclass(frozen=True)
class AudienceModal:
    """The listeners that open the modal. The command may name the audience; `button` and `choose` are action ids."""

    command: str
    button: str
    choose: str
    title: str
    """A sentence's key."""
    begin: Begin
    has_menu: bool = False
    """Whether the modal itself has a menu of audiences."""

    def register(self, listeners: Listeners) -> None:
        listeners.command(self.command, self.from_command, who=OPERATORS)
        listeners.action(self.button, self.from_button, who=OPERATORS)
        listeners.action(self.choose, self.chosen, who=OPERATORS)
        listeners.options(self.choose, suggest_audiences, who=OPERATORS)

    def from_command(self, request: Request) -> None:
        self.named(request, request.open_modal(self.title), request.text)

    def from_button(self, request: Request) -> None:
        """Opens the modal for the audience whose id is the button's value, or for the one used last if that is ""."""
        modal = request.open_modal(self.title)
        if request.value:
            self.start(request, modal, audiences.by_id(request.database, int(request.value)))
        else:
            self.named(request, modal, "")

    def chosen(self, request: Request) -> None:
        audience = audiences.by_id(request.database, int(request.value))
        self.start(request, request.here, audience)

    def named(self, request: Request, modal: Modal, name: str) -> None:
        """Begins with the audience of that name, or without one with the audience used last; or asks which."""
        title = request.words(self.title)
        try:
            audience = audiences.choose_or_last(request.database, name, request.user_id)
        except UnknownAudience as error:
            if not error.values["near"]:
                raise
            rows = offer(request, error, self.choose)
            modal.show(blocks.modal(title, rows, close=request.words("cancel")))
            return
        if audience:
            self.start(request, modal, audience)
        else:
            all_audiences = audiences.list_all(request.database)
            modal.show(audience_views.choose(request.words, all_audiences, self.choose, title))

    def start(self, request: Request, modal: Modal, audience: Audience) -> None:
        """Begins with the audience, and remembers it."""
        audiences.remember(request.database, audience, request.user_id, request.now)
        all_audiences = audiences.list_all(request.database)
        if len(all_audiences) > 1 and not self.has_menu:
            menu = audience_views.picker(request.words, all_audiences, self.choose, audience.id)
            modal = modal.below([menu])
        self.begin(request, modal, audience)


def offer(request: Request, error: UnknownAudience, action_id: str) -> list[blocks.Block]:
    """The audiences that may be meant by the name that none has, each with a button of that action id."""
    near = [audiences.by_id(request.database, audience_id) for audience_id in error.values["near"]]
    return audience_views.offer(request.words, error.values["name"], near, action_id)


def suggest_audiences(request: Request) -> Sequence[dict[str, Any]]:
    """The audiences that a menu offers for the typed text."""
    return audience_views.options(audiences.list_all(request.database), request.payload["value"])
