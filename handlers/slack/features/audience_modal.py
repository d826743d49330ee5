"""Modals about one audience, opened by a command or a button. If there are several audiences, they ask which first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.core import audiences
from bot.core.audiences import Audience
from handlers.slack.elements import audiences as audience_views
from handlers.slack.listeners import OPERATORS, Listeners
from handlers.slack.request import Modal, Request

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

    def register(self, listeners: Listeners) -> None:
        listeners.command(self.command, self.from_command, who=OPERATORS)
        listeners.action(self.button, self.from_button, who=OPERATORS)
        listeners.action(self.choose, self.chosen, who=OPERATORS)
        listeners.options(self.choose, suggest_audiences, who=OPERATORS)

    def from_command(self, request: Request) -> None:
        modal = request.open_modal(self.title)
        self._begin(request, modal, audiences.choose(request.database, request.text))

    def from_button(self, request: Request) -> None:
        """Opens the modal for the audience whose id is the button's value; if that is "", it may ask which."""
        modal = request.open_modal(self.title)
        if request.value:
            self._begin(request, modal, audiences.by_id(request.database, int(request.value)))
        else:
            self._begin(request, modal, audiences.choose(request.database, ""))

    def chosen(self, request: Request) -> None:
        audience = audiences.by_id(request.database, int(request.value))
        self.begin(request, request.here, audience)

    def _begin(self, request: Request, modal: Modal, audience: Audience | None) -> None:
        if audience:
            self.begin(request, modal, audience)
        else:
            all_audiences, title = audiences.list_all(request.database), request.words(self.title)
            modal.show(audience_views.choose(request.words, all_audiences, self.choose, title))


def suggest_audiences(request: Request) -> Sequence[dict[str, Any]]:
    """The audiences that a menu offers for the typed text."""
    return audience_views.options(audiences.list_all(request.database), request.payload["value"])
