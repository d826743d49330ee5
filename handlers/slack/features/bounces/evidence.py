"""One contact: its status, why it was cleaned, the evidence, what can be done. Opened by *Why* or by its address."""

from bot.archives import restores
from bot.bounces import evidence
from bot.core.errors import PlanGone
from handlers.slack.elements.audiences import split_value
from handlers.slack.features import corrections, lookup
from handlers.slack.features.archives import archives
from handlers.slack.listeners import OPERATORS, Listeners
from handlers.slack.request import Request
from handlers.slack.views.archives import restores as restore_views
from handlers.slack.views.bounces import evidence as views


def register(listeners: Listeners) -> None:
    listeners.action(views.OPEN, show, who=OPERATORS)
    listeners.action(views.SHOW, show_here, who=OPERATORS)
    listeners.action(views.FIX, fix, who=OPERATORS)
    listeners.action(views.ARCHIVE, archive, who=OPERATORS)
    listeners.action(views.RESTORE, restore, who=OPERATORS)


def show(request: Request) -> None:
    lookup.show(request, request.open_modal("evidence-title"), *_contact(request))


def show_here(request: Request) -> None:
    lookup.show(request, request.here, *_contact(request))


def fix(request: Request) -> None:
    # The form replaces this modal, because Slack stacks three at most and the form may show an error on top.
    corrections.show_form(request, request.here, request.value)


def archive(request: Request) -> None:
    """The preview replaces this modal too."""
    archives.begin_with_contact(request, request.here, *_contact(request))


def restore(request: Request) -> None:
    """Raises PlanGone if the contact is in no archive any more."""
    audience_id, contact_id = _contact(request)
    archive_id = evidence.explain(request.database, audience_id, contact_id).archive
    if archive_id is None:
        raise PlanGone
    job = restores.undo(
        request.database,
        audience_id,
        archive_id,
        by=request.user_id,
        now=request.now,
        ids=[contact_id],
        recipient=request.recipient(request.here),
    )
    request.show(restore_views.started(request.words, restores.receipt(request.database, job)))
    request.wake_worker()


def _contact(request: Request) -> tuple[int, int]:
    audience_id, contact_id = split_value(request.value)
    return audience_id, int(contact_id)
