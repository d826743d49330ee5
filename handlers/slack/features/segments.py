"""`/cleaned-list`: the segment of cleaned contacts, filtered, paged and ticked in one modal."""

from datetime import date
from threading import Event, Lock
from typing import Any

from slack_bolt import Ack, App

from bot.contacts import segments
from bot.contacts.segments import TickedBoxes
from bot.core import audiences
from bot.core.audiences import Audience
from handlers.slack.elements import audiences as audience_views
from handlers.slack.request import Ask, Modal, suggest_audiences
from handlers.slack.views import segments as views
from storage.contacts.contacts import Segment
from storage.core.database import Database

# Slack may show the view that answers a submission after one that is sent just behind it.
SETTLE_SECONDS = 0.6
_DRAWING = [Lock() for _ in range(64)]


def register(app: App) -> None:
    app.command("/cleaned-list")(show)
    app.action("open-list")(open_)
    app.action("open-worth-a-look")(open_worth_a_look)
    app.action(views.CHOOSE)(choose)
    app.options(views.CHOOSE)(suggest_audiences)
    app.action(views.REASON)(by_reason)
    app.action(views.SINCE)(by_date)
    app.action(views.CAMPAIGN)(by_campaign)
    app.options(views.CAMPAIGN)(suggest_campaigns)
    app.action(views.DOMAIN)(by_domain)
    app.options(views.DOMAIN)(suggest_domains)
    app.action(views.TEXT)(by_text)
    app.action(views.WORTH_A_LOOK)(by_worth)
    app.view(views.CALLBACK)(apply)
    app.action(views.CLEAR)(clear)
    app.action(views.TICK)(tick)
    app.action(views.TICK_PAGE)(tick_page)
    app.action(views.UNTICK)(untick)
    app.action(views.NEXT)(turn)
    app.action(views.PREVIOUS)(turn)


def chosen(ask: Ask) -> Segment:
    """What the pressed button of the list is about. Raises NotAnOperator, PlanGone, NothingTicked."""
    ask.require_operator()
    draft_id, ticked = views.draft_of(ask.body["actions"][0]["value"])
    return segments.chosen(ask.database, draft_id, ask.person.id, ticked=ticked, boxes=_boxes(ask))


def show(ack: Ack, command: dict[str, Any], ask: Ask) -> None:
    ack()
    ask.require_operator()
    modal = ask.modal(ask.words("segments-title"))
    begin(ask, modal, audiences.choose(ask.database, command.get("text") or ""))


def open_(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    ask.require_operator()
    modal = ask.modal(ask.words("segments-title"))
    value = action.get("value")
    begin(
        ask,
        modal,
        audiences.by_id(ask.database, int(value)) if value else audiences.choose(ask.database, ""),
    )


def open_worth_a_look(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    ask.require_operator()
    modal = ask.modal(ask.words("segments-title"))
    audience = audiences.by_id(ask.database, int(action["value"]))
    segment = Segment(audience_id=audience.id, worth_a_look=True)
    draft_id = segments.begin(ask.database, ask.person.id, audience.id, ask.now, segment)
    _draw(ask, modal, draft_id)


def begin(ask: Ask, modal: Modal, audience: Audience | None) -> None:
    """The list of the audience, or the question which one."""
    if audience is None:
        everyone, title = audiences.every(ask.database), ask.words("segments-title")
        modal.show(audience_views.choose(ask.words, everyone, views.CHOOSE, title))
    else:
        draft_id = segments.begin(ask.database, ask.person.id, audience.id, ask.now)
        _draw(ask, modal, draft_id)


def choose(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    audience = audiences.by_id(ask.database, int(action["selected_option"]["value"]))
    if ask.body["view"]["private_metadata"]:
        segments.switch(*_list(ask), audience_id=audience.id)
        _redraw(ask, keep_text=False)
    else:
        ask.require_operator()
        begin(ask, ask.here, audience)


def by_reason(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    value = action["selected_option"]["value"]
    segments.narrow(*_list(ask), reason=None if value == views.ANY else value)
    _redraw(ask)


def by_date(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    day = action.get("selected_date")
    segments.narrow(*_list(ask), since=date.fromisoformat(day) if day else None)
    _redraw(ask)


def by_campaign(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    value = action["selected_option"]["value"]
    if views.is_cut(value):
        value = views.named(segments.campaigns(*_draft(ask), value[:-1]), value)
    segments.narrow(*_list(ask), campaign=value)
    _redraw(ask)


def by_domain(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    value = action["selected_option"]["value"]
    if views.is_cut(value):
        value = views.named(segments.domains(*_draft(ask), value[:-1]), value)
    segments.narrow(*_list(ask), domain=value)
    _redraw(ask)


def suggest_campaigns(ack: Ack, payload: dict[str, Any], ask: Ask) -> None:
    ask.require_operator()
    ack(options=views.suggestions(ask.words, segments.campaigns(*_draft(ask), payload["value"])))


def suggest_domains(ack: Ack, payload: dict[str, Any], ask: Ask) -> None:
    ask.require_operator()
    ack(options=views.suggestions(ask.words, segments.domains(*_draft(ask), payload["value"])))


def by_text(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    segments.narrow(*_list(ask), text=action.get("value") or None)
    _redraw(ask)


def by_worth(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    segments.narrow(*_list(ask), worth_a_look=bool(action.get("selected_options")))
    _redraw(ask)


def apply(ack: Ack, view: dict[str, Any], ask: Ask) -> None:
    ack(response_action="update", view=views.same(view))
    segments.narrow(*_list(ask), text=views.typed(view))
    Event().wait(SETTLE_SECONDS)
    _redraw(ask)


def clear(ack: Ack, ask: Ask) -> None:
    ack()
    segments.clear(*_list(ask))
    _redraw(ask, keep_text=False)


def tick(ack: Ack, ask: Ask) -> None:
    ack()
    segments.tick(*_list(ask))
    _redraw(ask)


def tick_page(ack: Ack, ask: Ask) -> None:
    ack()
    segments.tick_page(*_list(ask))
    _redraw(ask)


def untick(ack: Ack, ask: Ask) -> None:
    ack()
    segments.untick_all(*_list(ask))
    _redraw(ask)


def turn(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    page, after = views.page_of(action["value"])
    segments.turn(*_list(ask), page=page, after=after)
    _redraw(ask)


def _draft(ask: Ask) -> tuple[Database, str, str]:
    return ask.database, ask.body["view"]["private_metadata"], ask.person.id


def _list(ask: Ask) -> tuple[Database, str, str, TickedBoxes]:
    """The list that was clicked in, with its page's boxes. Raises NotAnOperator."""
    ask.require_operator()
    return *_draft(ask), _boxes(ask)


def _boxes(ask: Ask) -> TickedBoxes:
    actions = ask.body.get("actions") or [{}]
    return views.boxes(ask.body["view"], actions[0].get("action_ts", ""))


def _redraw(ask: Ask, *, keep_text: bool = True) -> None:
    typed = views.typed(ask.body["view"]) if keep_text else None
    _draw(ask, ask.here, ask.body["view"]["private_metadata"], typed)


def _draw(ask: Ask, modal: Modal, draft_id: str, typed: str | None = None) -> None:
    """Shows the list as it is by now, one drawing at a time: the last of quick clicks shows what all of them did."""
    with _DRAWING[hash(draft_id) % len(_DRAWING)]:
        listing = segments.look(ask.database, draft_id, ask.person.id)
        modal.show(views.listing(ask.words, listing, audiences.every(ask.database), typed))
