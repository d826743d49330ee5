"""`/cleaned`: how many addresses are cleaned, and why."""

from bot.contacts import counts
from bot.core import audiences
from bot.core.audiences import Audience
from handlers.slack.features.audience_modal import suggest_audiences
from handlers.slack.listeners import EVERYONE, Listeners
from handlers.slack.request import Request
from handlers.slack.views import counts as views

HELP = {"help", "aide", "?"}


def register(listeners: Listeners) -> None:
    listeners.command("/cleaned", show, who=EVERYONE)
    listeners.action(views.CHOOSE, choose, who=EVERYONE)
    listeners.options(views.CHOOSE, suggest_audiences, who=EVERYONE)


def show(request: Request) -> None:
    if request.text.casefold() in HELP:
        request.answer(views.help_message(request.words))
    elif audience := audiences.choose(request.database, request.text):
        _answer(request, audience)
    else:
        request.answer(views.choose(request.words, audiences.list_all(request.database)))


def choose(request: Request) -> None:
    _answer(request, audiences.by_id(request.database, int(request.value)))


def _answer(request: Request, audience: Audience) -> None:
    figures = counts.figures(request.database, audience, request.now, request.context.zone)
    all_audiences = audiences.list_all(request.database)
    request.answer(views.message(request.words, figures, all_audiences, is_operator=request.is_operator))
