"""The Why button: why a contact was cleaned, with the evidence."""

from bot.bounces import evidence
from handlers.slack.elements.audiences import split_value
from handlers.slack.features import corrections
from handlers.slack.listeners import OPERATORS, Listeners
from handlers.slack.request import Modal, Request
from handlers.slack.views import evidence as views


def register(listeners: Listeners) -> None:
    listeners.action(views.OPEN, show, who=OPERATORS)
    listeners.action(views.FIX, fix, who=OPERATORS)


def show(request: Request) -> None:
    explain(request, request.open_modal("evidence-title"), request.value)


def explain(request: Request, modal: Modal, value: str, list_plan: str = "") -> None:
    """Shows why a contact was cleaned. `value`: audience id:contact id; `list_plan`: the id of the list below, if any."""
    audience_id, contact_id = split_value(value)
    explanation = evidence.explain(request.database, audience_id, int(contact_id))
    modal.show(views.why(request.words, explanation, list_plan))


def fix(request: Request) -> None:
    # The form replaces this modal, because Slack stacks three at most and the form may show an error on top.
    corrections.show_form(request, request.here, request.value)
