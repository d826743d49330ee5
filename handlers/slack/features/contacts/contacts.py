"""What can be done with one contact of the list, or with the ticked ones: why, fix, archive, reviewed."""

from collections.abc import Collection

from bot.bounces.verdicts import reviews
from handlers.slack.elements.audiences import split_value
from handlers.slack.features import corrections, lookup
from handlers.slack.features.archives import archives
from handlers.slack.features.contacts import segments
from handlers.slack.listeners import OPERATORS, Listeners
from handlers.slack.request import Request
from handlers.slack.views.bounces import evidence as evidence_views
from handlers.slack.views.contacts import segments as list_views


def register(listeners: Listeners) -> None:
    listeners.action(list_views.MENU, choose, who=OPERATORS)
    listeners.action(list_views.REVIEW, review_ticked, who=OPERATORS)
    listeners.action(list_views.TAKE_BACK, take_back, who=OPERATORS)
    listeners.action(evidence_views.REVIEWED, review_explained, who=OPERATORS)
    listeners.action(evidence_views.NOT_REVIEWED, take_back_explained, who=OPERATORS)


def choose(request: Request) -> None:
    """An option of a contact's menu."""
    action, _, value = request.value.partition(":")
    audience_id, contact_id = split_value(value)
    match action:
        case "why":
            modal = request.open_modal("evidence-title")
            lookup.show(request, modal, audience_id, int(contact_id), list_plan=request.metadata)
        case "fix":
            corrections.show_form(request, request.open_modal("corrections-title"), value)
        case "archive":
            modal = request.open_modal("archives-title")
            archives.begin_with_contact(request, modal, audience_id, int(contact_id))
        case "reviewed":
            _review(request, audience_id, [int(contact_id)], value)
        case _:
            reviews.take_back(
                request.database, audience_id, [int(contact_id)], by=request.user_id, now=request.now
            )
            segments.redraw(request)


def review_ticked(request: Request) -> None:
    segment = segments.chosen(request)
    _review(request, segment.audience_id, segment.ids or (), request.value)


def take_back(request: Request) -> None:
    """Undo, beside what was just reviewed: one contact, or the ticked ones."""
    if list_views.plan_of(request.value)[0] == request.metadata:
        segment = segments.chosen(request)
        audience_id, ids = segment.audience_id, list(segment.ids or ())
    else:
        audience_id, contact_id = split_value(request.value)
        ids = [int(contact_id)]
    reviews.take_back(request.database, audience_id, ids, by=request.user_id, now=request.now)
    segments.redraw(request)


def review_explained(request: Request) -> None:
    audience_id, contact_id = split_value(request.value)
    reviews.mark(request.database, audience_id, [int(contact_id)], by=request.user_id, now=request.now)
    _explain_again(request)


def take_back_explained(request: Request) -> None:
    audience_id, contact_id = split_value(request.value)
    reviews.take_back(request.database, audience_id, [int(contact_id)], by=request.user_id, now=request.now)
    _explain_again(request)


def _review(request: Request, audience_id: int, ids: Collection[int], value: str) -> None:
    n = reviews.mark(request.database, audience_id, ids, by=request.user_id, now=request.now)
    segments.redraw(request, list_views.reviewed(request.words, n, value))


def _explain_again(request: Request) -> None:
    """Shows what is known now, also in the list below."""
    audience_id, contact_id = split_value(request.value)
    lookup.show(request, request.here, audience_id, int(contact_id), list_plan=request.metadata)
    if request.underneath and request.metadata:
        segments.draw(request, request.underneath, request.metadata)
