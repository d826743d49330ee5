"""The Why button: why a contact was cleaned, with the evidence."""

from bot.bounces import evidence
from handlers.slack.features import corrections
from handlers.slack.listeners import OPERATORS, Listeners
from handlers.slack.request import Request
from handlers.slack.views import evidence as views


def register(listeners: Listeners) -> None:
    listeners.action(views.OPEN, show, who=OPERATORS)
    listeners.action(views.FIX, fix, who=OPERATORS)


def show(request: Request) -> None:
    modal = request.open_modal("evidence-title")
    audience_id, _, contact_id = request.value.partition(":")
    modal.show(
        views.why(request.words, evidence.explain(request.database, int(audience_id), int(contact_id)))
    )


def fix(request: Request) -> None:
    # The form replaces this modal, because Slack stacks three at most and the form may show an error on top.
    corrections.show_form(request, request.here, request.value)
