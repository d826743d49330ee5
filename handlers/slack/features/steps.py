"""Steps of Workflow Builder: the figures of an audience, and an export to a channel.

Whoever makes a workflow chooses the operator of its export, so that person is asked before the file is made.
"""

from collections.abc import Mapping

from bot.audiences import audiences
from bot.audiences.audiences import Audience
from bot.contacts import counts
from bot.core.errors import NothingThere, PlanGone, UnknownAudience
from bot.exports import exports
from handlers.slack import errors
from handlers.slack.features import exports as export_feature
from handlers.slack.listeners import EVERYONE, OPERATORS, Listeners
from handlers.slack.request import Request
from handlers.slack.views import steps as views
from handlers.words import words
from storage.contacts.contacts import Segment

COUNTS, EXPORT = "cleaned_counts", "cleaned_export"  # callback ids in the manifest


def register(listeners: Listeners) -> None:
    listeners.step(COUNTS, count, who=EVERYONE)
    listeners.step(EXPORT, ask_for_export, who=OPERATORS)
    listeners.action(views.EXPORT, export, who=OPERATORS)
    listeners.action(views.DECLINE, decline, who=OPERATORS)


def count(request: Request) -> Mapping[str, int]:
    """Raises UnknownAudience, NoAudience."""
    figures = counts.figures(request.database, _audience(request), request.now, request.context.zone)
    return {
        "cleaned": figures.cleaned,
        "new_this_week": figures.this_week,
        "worth_a_look": figures.worth_a_look,
        "archived": figures.archived,
        "counted": figures.counted,
    }


def ask_for_export(request: Request) -> Mapping[str, int] | None:
    """Ends at once if there is nothing to export, else once the operator has answered.

    Raises UnknownAudience, NoAudience, NotInExportChannel, SharedWithCompany.
    """
    segment = Segment(audience_id=_audience(request).id)
    to = export_feature.destination(request, str(request.payload["inputs"]["channel"]))
    exports.require_takes_files(to)
    try:
        plan = exports.plan(request.database, segment, by=request.user_id, now=request.now)
    except NothingThere:
        return {"contacts": 0}
    exports.set_destination(request.database, plan.id, to, by=request.user_id)
    request.tell(views.question(request.words, plan, to, request.step))
    return None


def export(request: Request) -> None:
    plan_id, channel, step = _answer(request)
    exports.confirm(
        request.database,
        plan_id,
        by=request.user_id,
        now=request.now,
        channel=channel,
        recipient=request.recipient(),
        step=step,
    )
    request.wake_worker()
    _replace(request, "steps-exporting")


def decline(request: Request) -> None:
    plan_id, _, step = _answer(request)
    exports.drop(request.database, plan_id, by=request.user_id, now=request.now)
    errors.fail_step(request.client, step, words(None)("steps-error-declined"))
    _replace(request, "steps-declined")


def _answer(request: Request) -> tuple[str, str, str]:
    """Raises PlanGone for a value that is none of ours."""
    try:
        return views.value_in(request.value)
    except ValueError as error:
        raise PlanGone from error


def _audience(request: Request) -> Audience:
    """Raises UnknownAudience, NoAudience."""
    name = str(request.payload["inputs"].get("audience") or "").strip()
    if audience := audiences.choose(request.database, name):
        return audience
    known = ", ".join(each.name for each in audiences.list_all(request.database)[:10])
    raise UnknownAudience(name=name, known=known, near=())


def _replace(request: Request, key: str) -> None:
    place = request.body["container"]
    message = views.answered(request.words, key)
    request.client.chat_update(channel=place["channel_id"], ts=place["message_ts"], **message)
