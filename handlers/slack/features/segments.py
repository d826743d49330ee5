"""`/cleaned-list`: the cleaned contacts, filtered, paged and ticked in one modal."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from bot.contacts import segments
from bot.contacts.segments import TickedBoxes
from bot.core import audiences
from bot.core.audiences import Audience
from handlers.slack.elements.blocks import View
from handlers.slack.elements.weeks import week_in
from handlers.slack.features import lookup
from handlers.slack.features.audience_modal import AudienceModal, suggest_audiences
from handlers.slack.listeners import OPERATORS, Listeners
from handlers.slack.request import Modal, Request
from handlers.slack.views import segments as views
from storage.contacts.contacts import Segment
from storage.core.database import Database

MAX_DRAWS = 5  # for one click


def register(listeners: Listeners) -> None:
    listeners.command("/cleaned-list", show, who=OPERATORS)
    listeners.action("open-list", ENTRY.from_button, who=OPERATORS)
    listeners.action("open-worth-a-look", open_worth_a_look, who=OPERATORS)
    listeners.action("open-list-week", open_week, who=OPERATORS)
    listeners.action("open-worth-a-look-week", open_worth_a_look_week, who=OPERATORS)
    listeners.action(views.CHOOSE, choose, who=OPERATORS)
    listeners.options(views.CHOOSE, suggest_audiences, who=OPERATORS)
    listeners.action(views.REASON, by_reason, who=OPERATORS)
    listeners.action(views.SINCE, by_date, who=OPERATORS)
    listeners.action(views.CAMPAIGN, by_campaign, who=OPERATORS)
    listeners.options(views.CAMPAIGN, suggest_campaigns, who=OPERATORS)
    listeners.action(views.DOMAIN, by_domain, who=OPERATORS)
    listeners.options(views.DOMAIN, suggest_domains, who=OPERATORS)
    listeners.action(views.TEXT, by_text, who=OPERATORS)
    listeners.action(views.WORTH_A_LOOK, by_worth_a_look, who=OPERATORS)
    listeners.submission(views.CALLBACK, apply, who=OPERATORS)
    listeners.action(views.CLEAR, clear, who=OPERATORS)
    listeners.action(views.TICK, tick, who=OPERATORS)
    listeners.action(views.TICK_PAGE, tick_page, who=OPERATORS)
    listeners.action(views.UNTICK, untick, who=OPERATORS)
    listeners.action(views.NEXT, turn, who=OPERATORS)
    listeners.action(views.PREVIOUS, turn, who=OPERATORS)


def chosen(request: Request) -> Segment:
    """The segment that the pressed button of the list is about. Raises PlanGone, NothingTicked."""
    plan_id, ticked = views.plan_of(request.value)
    return segments.chosen(request.database, plan_id, request.user_id, ticked=ticked, boxes=_boxes(request))


def begin(request: Request, modal: Modal, audience: Audience) -> None:
    """Shows the audience's list."""
    _draw(request, modal, segments.begin(request.database, request.user_id, audience.id, request.now))


ENTRY = AudienceModal("/cleaned-list", "open-list", views.CHOOSE, "segments-title", begin, has_menu=True)


def show(request: Request) -> None:
    """The list of an audience, or the contact with the typed address."""
    if lookup.is_address(request, request.text):
        lookup.open_address(request, request.text)
    else:
        ENTRY.from_command(request)


def open_worth_a_look(request: Request) -> None:
    modal = request.open_modal("segments-title")
    audience = audiences.by_id(request.database, int(request.value))
    segment = Segment(audience_id=audience.id, worth_a_look=True)
    plan_id = segments.begin(request.database, request.user_id, audience.id, request.now, segment)
    _draw(request, modal, plan_id)


def open_week(request: Request, *, worth_a_look: bool | None = None) -> None:
    """The digest's button: the contacts cleaned in its week."""
    audience_id, week = week_in(request.value)
    modal = request.open_modal("segments-title")
    segment = Segment(audience_id=audience_id, worth_a_look=worth_a_look, **week.filters())
    _draw(
        request, modal, segments.begin(request.database, request.user_id, audience_id, request.now, segment)
    )


def open_worth_a_look_week(request: Request) -> None:
    open_week(request, worth_a_look=True)


def choose(request: Request) -> None:
    """The menu of audiences: above a list, which is switched to the audience, or before there is a list."""
    if request.metadata:
        audience = audiences.by_id(request.database, int(request.value))
        audiences.remember(request.database, audience, request.user_id, request.now)
        segments.switch(*_list(request), audience_id=audience.id)
        _redraw(request, keep_text=False)
    else:
        ENTRY.chosen(request)


def by_reason(request: Request) -> None:
    value = request.value
    segments.narrow(*_list(request), reason=None if value == views.ANY else value)
    _redraw(request)


def by_date(request: Request) -> None:
    day = request.payload.get("selected_date")
    since = date.fromisoformat(day) if day else None
    segments.narrow(*_list(request), since=since, until=None, zone=request.context.zone)
    _redraw(request)


def by_campaign(request: Request) -> None:
    value = request.value
    if views.is_truncated(value):
        value = views.full_name(segments.campaigns(*_plan(request), value[:-1]), value)
    segments.narrow(*_list(request), campaign=value)
    _redraw(request)


def by_domain(request: Request) -> None:
    value = request.value
    if views.is_truncated(value):
        value = views.full_name(segments.domains(*_plan(request), value[:-1]), value)
    segments.narrow(*_list(request), domain=value)
    _redraw(request)


def suggest_campaigns(request: Request) -> Sequence[dict[str, Any]]:
    titles = segments.campaigns(*_plan(request), request.payload["value"])
    return views.suggestions(request.words, titles)


def suggest_domains(request: Request) -> Sequence[dict[str, Any]]:
    domains = segments.domains(*_plan(request), request.payload["value"])
    return views.suggestions(request.words, domains)


def by_text(request: Request) -> None:
    segments.narrow(*_list(request), text=request.value or None)
    _redraw(request)


def by_worth_a_look(request: Request) -> None:
    segments.narrow(*_list(request), worth_a_look=bool(request.payload.get("selected_options")))
    _redraw(request)


def apply(request: Request) -> View:
    """The submit button: filters by the typed text, and leaves the modal open."""
    view = request.payload

    def filter_by_text() -> None:
        segments.narrow(*_list(request), text=views.typed(view))
        _redraw(request)

    request.then(filter_by_text)
    return views.same(view)


def clear(request: Request) -> None:
    segments.clear(*_list(request))
    _redraw(request, keep_text=False)


def tick(request: Request) -> None:
    segments.tick(*_list(request))
    _redraw(request)


def tick_page(request: Request) -> None:
    segments.tick_page(*_list(request))
    _redraw(request)


def untick(request: Request) -> None:
    segments.untick_all(*_list(request))
    _redraw(request)


def turn(request: Request) -> None:
    page, after = views.page_of(request.value)
    segments.turn(*_list(request), page=page, after=after)
    _redraw(request)


def _plan(request: Request) -> tuple[Database, str, str]:
    return request.database, request.metadata, request.user_id


def _list(request: Request) -> tuple[Database, str, str, TickedBoxes]:
    """The list that was clicked in, with the boxes of its page."""
    return *_plan(request), _boxes(request)


def _boxes(request: Request) -> TickedBoxes:
    actions = request.body.get("actions") or [{}]
    return views.boxes(request.body["view"], actions[0].get("action_ts", ""))


def _redraw(request: Request, *, keep_text: bool = True) -> None:
    typed = views.typed(request.body["view"]) if keep_text else None
    _draw(request, request.here, request.metadata, typed)


def _draw(request: Request, modal: Modal, plan_id: str, typed: str | None = None) -> None:
    """Shows the list as it is now.

    Several quick clicks draw it at the same time, in any process, and the view that reaches Slack last may be older
    than another one. So the list is drawn again if it changed while it was drawn.
    """
    listing = segments.look(request.database, plan_id, request.user_id)
    for _ in range(MAX_DRAWS):
        modal.show(views.listing(request.words, listing, audiences.list_all(request.database), typed))
        drawn, listing = listing, segments.look(request.database, plan_id, request.user_id)
        if listing == drawn:
            return
