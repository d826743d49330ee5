"""`/cleaned-export`: the preview, where the file goes, the work, the exports of before."""

import re
from collections.abc import Iterator
from typing import Any

from slack_bolt import Ack, App
from slack_sdk.errors import SlackApiError

from bot.core import audiences
from bot.core.audiences import Audience
from bot.core.errors import NothingThere
from bot.core.jobs import Clock
from bot.exports import exports
from bot.exports.exports import NotInChannel
from handlers.slack.context import AppContext
from handlers.slack.elements import audiences as audience_views
from handlers.slack.features import segments
from handlers.slack.long_work import JobHandler
from handlers.slack.request import Ask, Modal, suggest_audiences
from handlers.slack.uploads import UNREACHABLE_CHANNEL, Uploads
from handlers.slack.views import exports as views
from handlers.slack.views import segments as segment_views
from handlers.slack.views.exports import Destination
from handlers.words import words
from storage.contacts.contacts import Segment
from storage.core.database import Database
from storage.core.tables import JobRow


def register(app: App) -> None:
    app.command("/cleaned-export")(show)
    app.action("open-export")(open_)
    app.action(segment_views.EXPORT)(open_segment)
    app.action(views.CHOOSE)(choose)
    app.options(views.CHOOSE)(suggest_audiences)
    app.action(views.WHERE)(send_to)
    app.action(views.TO_ME)(send_to_me)
    app.view(views.CALLBACK)(confirm)
    app.action(views.PAST)(open_past)
    app.action(re.compile(f"{views.PAST_PAGE}-(next|previous)"))(turn_past)
    app.action(views.AGAIN)(again)
    app.action(re.compile(rf"{views.FILE}(-\d+)?"))(open_file)


def kind(parts: AppContext) -> JobHandler:
    """How an export is done and told."""

    def work(database: Database, job: JobRow, clock: Clock) -> Iterator[JobRow]:
        comment = views.comment(words(job.notify.get("language")), job.made_by)
        return exports.work(database, job, clock, delivery=Uploads(parts.client, comment))

    return JobHandler(work=work, title="exports-title", tell=views.tell)


def show(ack: Ack, command: dict[str, Any], ask: Ask) -> None:
    ack()
    ask.require_operator()
    modal = ask.modal(ask.words("exports-title"))
    begin(ask, modal, audiences.choose(ask.database, command.get("text") or ""))


def open_(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    ask.require_operator()
    modal = ask.modal(ask.words("exports-title"))
    value = action.get("value")
    begin(
        ask,
        modal,
        audiences.by_id(ask.database, int(value)) if value else audiences.choose(ask.database, ""),
    )


def open_segment(ack: Ack, ask: Ask) -> None:
    ack()
    segment = segments.chosen(ask)
    modal = ask.modal(ask.words("exports-title"))
    _preview(ask, modal, audiences.by_id(ask.database, segment.audience_id), segment)


def choose(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    ask.require_operator()
    begin(ask, ask.here, audiences.by_id(ask.database, int(action["selected_option"]["value"])))


def begin(ask: Ask, modal: Modal, audience: Audience | None) -> None:
    """What is about to be exported, or the question of which audience."""
    if audience is None:
        everyone, title = audiences.every(ask.database), ask.words("exports-title")
        modal.show(audience_views.choose(ask.words, everyone, views.CHOOSE, title))
    else:
        _preview(ask, modal, audience, Segment(audience_id=audience.id))


def send_to(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    ask.require_operator()
    channel = action.get("selected_conversation")
    _redraw(ask, _destination(ask, channel) if channel else None)


def send_to_me(ack: Ack, ask: Ask) -> None:
    ack()
    ask.require_operator()
    _redraw(ask, None)


def confirm(ack: Ack, view: dict[str, Any], ask: Ask) -> None:
    ask.require_operator()
    channel, block_id = views.chosen(view)
    if channel:
        with ask.under(block_id):
            _require_in(ask, channel)
    notify = ask.notify(view["id"])
    job = exports.confirm(
        ask.database,
        view["private_metadata"],
        by=ask.person.id,
        now=ask.now,
        channel=channel or notify["channel"],
        notify=notify,
    )
    audience = audiences.by_id(ask.database, job.audience_id or 0)
    ack(response_action="update", view=views.started(ask.words, job, audience.name))
    ask.start()


def open_past(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    ask.require_operator()
    _past(ask, ask.modal(ask.words("exports-past-title")), int(action["value"]), 0)


def turn_past(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    ask.require_operator()
    audience_id, number = views.parts_of(action["value"])
    _past(ask, ask.here, audience_id, int(number))


def again(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    ask.require_operator()
    audience_id, export_id = views.parts_of(action["value"])
    segment = exports.again(ask.database, audience_id, export_id)
    # In place of the list: Slack stacks three modals at most.
    _preview(ask, ask.here, audiences.by_id(ask.database, audience_id), segment)


def open_file(ack: Ack) -> None:
    ack()  # the button is a link


def _preview(ask: Ask, modal: Modal, audience: Audience, segment: Segment) -> None:
    try:
        preview = exports.preview(ask.database, segment, by=ask.person.id, now=ask.now)
    except NothingThere:
        modal.show(views.nothing(ask.words, audience.name, segment))
    else:
        modal.show(views.form(ask.words, preview))


def _redraw(ask: Ask, to: Destination | None) -> None:
    preview = exports.look(ask.database, ask.body["view"]["private_metadata"], by=ask.person.id)
    ask.show(views.form(ask.words, preview, to, edition=ask.body["view"]["hash"]))


def _destination(ask: Ask, channel: str) -> Destination:
    """How many people see what is posted there; unknown where the bot can't see the channel."""
    try:
        answer = ask.client.conversations_info(channel=channel, include_num_members=True)
    except SlackApiError:
        return Destination(channel, None)
    people = answer["channel"].get("num_members")
    return Destination(channel, None if people is None else int(people))


def _require_in(ask: Ask, channel: str) -> None:
    """Raises NotInChannel: Slack takes no file from the bot there."""
    try:
        found = ask.client.conversations_info(channel=channel)["channel"]
    except SlackApiError as error:
        if error.response.get("error") in UNREACHABLE_CHANNEL:
            raise NotInChannel(channel=channel) from error
        raise
    if not found.get("is_member") or found.get("is_archived"):
        raise NotInChannel(channel=channel)


def _past(ask: Ask, modal: Modal, audience_id: int, number: int) -> None:
    audience = audiences.by_id(ask.database, audience_id)
    found, has_more = exports.past(ask.database, audience_id, number)
    modal.show(views.past(ask.words, audience, found, number, has_more=has_more))
