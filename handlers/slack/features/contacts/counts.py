"""`/cleaned`: how many addresses are cleaned, and why, in each audience or in one; or one contact."""

from bot.audiences import audiences
from bot.audiences.audiences import Audience
from bot.contacts import counts
from bot.core.errors import UnknownAudience
from handlers.slack.features import lookup
from handlers.slack.features.audience_modal import suggest_audiences
from handlers.slack.listeners import EVERYONE, Listeners
from handlers.slack.request import Request
from handlers.slack.views.contacts import counts as views

HELP = {"help", "aide", "?"}


def register(listeners: Listeners) -> None:
    listeners.command("/cleaned", show, who=EVERYONE)
    listeners.action(views.CHOOSE, choose, who=EVERYONE)
    listeners.options(views.CHOOSE, suggest_audiences, who=EVERYONE)


def show(request: Request) -> None:
    if request.text.casefold() in HELP:
        request.answer(views.help_message(request.words))
    elif lookup.is_address(request, request.text):
        request.require_operator()
        lookup.open_address(request, request.text)
    else:
        answer(request, request.text)


def choose(request: Request) -> None:
    _answer(request, audiences.by_id(request.database, int(request.value)))


def answer(request: Request, name: str) -> None:
    """Answers with the figures of the audience of that name; without one, of the only audience or of each.

    Raises UnknownAudience, NoAudience.
    """
    if audience := named(request, name):
        _answer(request, audience)


def named(request: Request, name: str) -> Audience | None:
    """The audience of that name, or the only one; None once another answer is given.

    That is: the audiences that may be meant by the name, or a line for each. Raises UnknownAudience, NoAudience.
    """
    try:
        audience = audiences.choose(request.database, name)
    except UnknownAudience as error:
        if not error.values["near"]:
            raise
        near = [audiences.by_id(request.database, audience_id) for audience_id in error.values["near"]]
        request.answer(views.near(request.words, name, near))
        return None
    if not audience:
        _overview(request)
    return audience


def _overview(request: Request) -> None:
    """Answers with a line for each audience, the one used last first."""
    all_audiences = audiences.last_used_first(request.database, request.user_id)
    shown = all_audiences[: views.MOST_LINES]
    figures = counts.figures_of_each(request.database, shown, request.now, request.context.zone)
    request.answer(views.overview(request.words, figures, all_audiences, is_operator=request.is_operator))


def _answer(request: Request, audience: Audience) -> None:
    if request.is_operator:  # whoever has no role changes nothing here
        audiences.remember(request.database, audience, request.user_id, request.now)
    figures = counts.figures(request.database, audience, request.now, request.context.zone)
    all_audiences = audiences.list_all(request.database)
    request.answer(views.message(request.words, figures, all_audiences, is_operator=request.is_operator))
