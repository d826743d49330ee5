"""`/cleaned-list`: the cleaned contacts, filtered, paged and ticked in one modal."""

import re
from collections.abc import Sequence
from typing import Any

from bot.audiences import audiences
from bot.audiences.audiences import Audience
from bot.contacts import segments
from bot.contacts.segments import Listing, Preset, TickedBoxes
from bot.contacts.weeks import DAY, Week, week_at
from bot.corrections import likely_typos
from handlers.slack.elements.blocks import Block, View
from handlers.slack.elements.weeks import week_in
from handlers.slack.features import lookup
from handlers.slack.features.audience_modal import AudienceModal, suggest_audiences
from handlers.slack.listeners import OPERATORS, Listeners
from handlers.slack.request import Request
from handlers.slack.views.contacts import segment_filters as filter_views
from handlers.slack.views.contacts import segments as views
from handlers.slack.web_api.modals import Modal
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
    listeners.action(re.compile(f"{views.PRESET}-.*"), show_preset, who=OPERATORS)
    listeners.action(views.CLEAR, clear, who=OPERATORS)
    listeners.action(views.FILTERS, open_filters, who=OPERATORS)
    listeners.options(filter_views.CAMPAIGN, suggest_campaigns, who=OPERATORS)
    listeners.options(filter_views.DOMAIN, suggest_domains, who=OPERATORS)
    listeners.submission(filter_views.CALLBACK, filter_by, who=OPERATORS)
    listeners.action(filter_views.BACK, close_filters, who=OPERATORS)
    listeners.action(views.TICK, tick, who=OPERATORS)
    listeners.action(views.TICK_PAGE, tick_page, who=OPERATORS)
    listeners.action(views.UNTICK, untick, who=OPERATORS)
    listeners.action(views.NEXT, turn, who=OPERATORS)
    listeners.action(views.PREVIOUS, turn, who=OPERATORS)


def chosen_ticked(request: Request) -> Segment:
    """The ticked contacts of the list that was submitted. Raises PlanGone, NothingTicked."""
    return segments.chosen(*_plan(request), ticked=True, boxes=_boxes(request))


def chosen(request: Request) -> Segment:
    """The segment that the pressed button of the list is about. Raises PlanGone, NothingTicked."""
    plan_id, ticked = views.plan_of(request.value)
    return segments.chosen(request.database, plan_id, request.user_id, ticked=ticked, boxes=_boxes(request))


def begin(request: Request, modal: Modal, audience: Audience) -> None:
    """Shows the audience's list."""
    draw(request, modal, segments.begin(request.database, request.user_id, audience.id, request.now))


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
    preset = Preset.WORTH_A_LOOK
    plan_id = segments.begin(request.database, request.user_id, audience.id, request.now, segment, preset)
    draw(request, modal, plan_id)


def open_week(request: Request, *, worth_a_look: bool | None = None) -> None:
    """The digest's button: the contacts cleaned in its week."""
    audience_id, week = week_in(request.value)
    modal = request.open_modal("segments-title")
    segment = Segment(audience_id=audience_id, worth_a_look=worth_a_look, **week.filters())
    plan_id = segments.begin(request.database, request.user_id, audience_id, request.now, segment)
    draw(request, modal, plan_id)


def open_worth_a_look_week(request: Request) -> None:
    open_week(request, worth_a_look=True)


def choose(request: Request) -> None:
    """The menu of audiences: above a list, which is switched to the audience, or before there is a list."""
    if request.metadata:
        audience = audiences.by_id(request.database, int(request.value))
        audiences.remember(request.database, audience, request.user_id, request.now)
        segments.switch(*_list(request), audience_id=audience.id)
        redraw(request)
    else:
        ENTRY.chosen(request)


def show_preset(request: Request) -> None:
    preset = Preset(request.value)
    segments.show_only(*_list(request), preset=preset, **_preset_filters(request, preset))
    redraw(request)


def clear(request: Request) -> None:
    segments.show_only(*_list(request))
    redraw(request)


def open_filters(request: Request) -> None:
    """The form takes the list's place: what is ticked is stored."""
    segments.tick(*_list(request))
    listing = segments.look(*_plan(request))
    request.show(filter_views.form(request.words, listing.plan_id, listing.segment))


def close_filters(request: Request) -> None:
    redraw(request)


def filter_by(request: Request) -> View:
    """Shows the list with the filters of the form."""
    chosen = filter_views.chosen(request.inputs)
    for name, find in (("campaign", segments.campaigns), ("domain", segments.domains)):
        value = chosen[name] or ""
        if filter_views.is_truncated(value):
            chosen[name] = filter_views.full_name(find(*_plan(request), value[:-1]), value)
    if chosen["since"] or chosen["until"]:
        shown = segments.look(*_plan(request)).segment
        # The days of a digest are those of its time zone.
        is_same = (chosen["since"], chosen["until"]) == (shown.since, shown.until)
        chosen["zone"] = shown.zone if is_same else request.context.zone
    segments.show_only(*_plan(request), segments.NO_BOXES, **chosen)
    return _view(request, _look(request, request.metadata))


def suggest_campaigns(request: Request) -> Sequence[dict[str, Any]]:
    titles = segments.campaigns(*_plan(request), request.payload["value"])
    return filter_views.suggestions(request.words, titles)


def suggest_domains(request: Request) -> Sequence[dict[str, Any]]:
    domains = segments.domains(*_plan(request), request.payload["value"])
    return filter_views.suggestions(request.words, domains)


def tick(request: Request) -> None:
    segments.tick(*_list(request))
    redraw(request)


def tick_page(request: Request) -> None:
    segments.tick_page(*_list(request))
    redraw(request)


def untick(request: Request) -> None:
    segments.untick_all(*_list(request))
    redraw(request)


def turn(request: Request) -> None:
    page, after = views.page_of(request.value)
    segments.turn(*_list(request), page=page, after=after)
    redraw(request)


def _plan(request: Request) -> tuple[Database, str, str]:
    return request.database, request.metadata, request.user_id


def _list(request: Request) -> tuple[Database, str, str, TickedBoxes]:
    """The list that was clicked in, with the boxes of its page."""
    return *_plan(request), _boxes(request)


def _boxes(request: Request) -> TickedBoxes:
    actions = request.body.get("actions") or [{}]
    return views.boxes(request.body["view"], actions[0].get("action_ts", ""))


def redraw(request: Request, notice: Block | None = None) -> None:
    """Shows the list that was clicked in as it is now. `notice` says what has just been done."""
    draw(request, request.here, request.metadata, notice)


def _preset_filters(request: Request, preset: Preset) -> dict[str, Any]:
    week = _this_week(request)
    match preset:
        case Preset.WEEK:
            return week.filters()
        case Preset.TODAY:
            today = week.last + DAY
            return {"since": today, "until": today, "zone": week.zone}
        case Preset.WORTH_A_LOOK:
            return {"worth_a_look": True}
        case Preset.TYPOS:
            return {"likely_typos": True}
        case Preset.ALL:
            return {}


def _look(request: Request, plan_id: str) -> Listing:
    return segments.look(request.database, plan_id, request.user_id, likely_typos.ids)


def _view(request: Request, listing: Listing, notice: Block | None = None) -> View:
    all_audiences = audiences.list_all(request.database)
    return views.listing(request.words, listing, all_audiences, _this_week(request), notice)


def _this_week(request: Request) -> Week:
    return week_at(request.now, request.context.zone)


def draw(request: Request, modal: Modal, plan_id: str, notice: Block | None = None) -> None:
    """Shows a list in a modal, as it is now.

    Several quick clicks draw it at the same time, in any process, and the view that reaches Slack last may be older
    than another one. So the list is drawn again if it changed while it was drawn.
    """
    listing = _look(request, plan_id)
    for _ in range(MAX_DRAWS):
        if modal.show(_view(request, listing, notice)) is None:
            return  # it shows the answer to a later click
        drawn, listing = listing, _look(request, plan_id)
        if listing == drawn:
            return
