"""The contact with a typed address, in whichever audience it is."""

from bot.audiences import audiences
from bot.bounces import evidence
from handlers.slack.request import Request
from handlers.slack.views.bounces import evidence as views
from handlers.slack.web_api.modals import Modal

TITLE = "evidence-contact"


def is_address(request: Request, text: str) -> bool:
    """Whether the text is an address, or means to be one, and nothing else; not the name of an audience."""
    if "@" not in text or len(text.split()) != 1:
        return False
    names = {audience.name.casefold() for audience in audiences.list_all(request.database)}
    return text.casefold() not in names


def open_address(request: Request, text: str) -> None:
    """Opens the contact with that address, the choice if several audiences have it, or says which were searched."""
    modal = request.open_modal(TITLE)
    lookup = evidence.look_up(request.database, text)
    if not lookup.found:
        modal.show(views.not_found(request.words, lookup))
    elif len(lookup.found) > 1:
        modal.show(views.which(request.words, lookup))
    elif lookup.found[0].reason:
        show(request, modal, lookup.found[0].audience.id, lookup.found[0].id)
    else:
        modal.show(views.never_cleaned(request.words, lookup.found[0]))


def show(request: Request, modal: Modal, audience_id: int, contact_id: int, list_plan: str = "") -> None:
    """Shows why the contact was cleaned. `list_plan` is the id of the list below, if any. Raises PlanGone if it never was."""
    explanation = evidence.explain(request.database, audience_id, contact_id)
    modal.show(views.why(request.words, explanation, list_plan))
