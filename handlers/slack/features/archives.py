"""`/cleaned-archive`: the typed word, the work, the receipt with Undo, and sharing it."""

from typing import Any

from slack_bolt import Ack, App
from slack_sdk.errors import SlackApiError

from bot.archives import archives, restores
from bot.core import audiences
from bot.core.audiences import Audience
from bot.core.errors import CleanedError, NothingThere
from handlers.slack.context import AppContext
from handlers.slack.elements import audiences as audience_views
from handlers.slack.features import outbox, segments
from handlers.slack.long_work import JobHandler
from handlers.slack.request import Ask, Modal, suggest_audiences
from handlers.slack.uploads import UNREACHABLE_CHANNEL
from handlers.slack.views import archives as views
from handlers.slack.views import restores as restore_views
from handlers.slack.views import segments as segment_views
from handlers.slack.views.mailchimp import outcomes as outcome_views
from storage.contacts.contacts import Segment

CLOSED = {*UNREACHABLE_CHANNEL, "restricted_action"}


class NotInChannel(CleanedError):
    """The bot can't post in the channel."""

    key = "error-archives-not-in-channel"


def register(app: App) -> None:
    app.command("/cleaned-archive")(show)
    app.action("open-archive")(open_)
    app.action(segment_views.ARCHIVE)(open_segment)
    app.action(views.CHOOSE)(choose)
    app.options(views.CHOOSE)(suggest_audiences)
    app.view(views.CALLBACK)(confirm)
    app.action(views.UNDO)(undo)
    app.action(outcome_views.OPEN)(open_mailchimp)
    app.action(views.SHARE)(open_share)
    app.view(views.SHARE_CALLBACK)(share)


def kind(parts: AppContext) -> JobHandler:
    """How an archive is done and told."""
    return JobHandler(work=outbox.archiving(parts), title="archives-title", tell=views.tell)


def show(ack: Ack, command: dict[str, Any], ask: Ask) -> None:
    ack()
    ask.require_operator()
    modal = ask.modal(ask.words("archives-title"))
    begin(ask, modal, audiences.choose(ask.database, command.get("text") or ""))


def open_(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    ask.require_operator()
    modal = ask.modal(ask.words("archives-title"))
    value = action.get("value")
    begin(
        ask,
        modal,
        audiences.by_id(ask.database, int(value)) if value else audiences.choose(ask.database, ""),
    )


def open_segment(ack: Ack, ask: Ask) -> None:
    ack()
    segment = segments.chosen(ask)
    modal = ask.modal(ask.words("archives-title"))
    _preview(ask, modal, audiences.by_id(ask.database, segment.audience_id), segment)


def choose(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    ask.require_operator()
    begin(ask, ask.here, audiences.by_id(ask.database, int(action["selected_option"]["value"])))


def begin(ask: Ask, modal: Modal, audience: Audience | None) -> None:
    """What is about to be archived, or the question of which audience."""
    if audience is None:
        everyone, title = audiences.every(ask.database), ask.words("archives-title")
        modal.show(audience_views.choose(ask.words, everyone, views.CHOOSE, title))
    else:
        _preview(ask, modal, audience, Segment(audience_id=audience.id))


def confirm(ack: Ack, view: dict[str, Any], ask: Ask) -> None:
    ask.require_operator()
    typed = view["state"]["values"][views.WORD][views.WORD].get("value") or ""
    plan_id, notify = view["private_metadata"], ask.notify(view["id"])
    with ask.under(views.WORD):
        job = archives.confirm(ask.database, plan_id, typed, by=ask.person.id, now=ask.now, notify=notify)
    audience = audiences.by_id(ask.database, job.audience_id or 0)
    ack(response_action="update", view=views.started(ask.words, job, audience.name))
    ask.start()


def undo(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    ask.require_operator()
    in_modal = ask.body.get("view", {}).get("type") == "modal"
    notify = ask.notify(ask.here.id if in_modal else None)
    audience_id, archive_id = views.archive_of(action["value"])
    job = restores.undo(ask.database, audience_id, archive_id, by=ask.person.id, now=ask.now, notify=notify)
    if in_modal:
        audience = audiences.by_id(ask.database, audience_id)
        ask.show(restore_views.started(ask.words, job, audience.name))
    ask.start()


def open_mailchimp(ack: Ack) -> None:
    ack()  # the button is a link


def open_share(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    ask.require_operator()
    ask.modal(ask.words("archives-share-title")).show(views.share_form(ask.words, action["value"]))


def share(ack: Ack, view: dict[str, Any], ask: Ask) -> None:
    ask.require_operator()
    channel = view["state"]["values"][views.WHERE][views.WHERE]["selected_conversation"]
    archive = restores.one(ask.database, *views.archive_of(view["private_metadata"]))
    message = views.shared_message(ask.words, archive.n, archive.audience, archive.made_by)
    with ask.under(views.WHERE):
        _post(ask, channel, message)
    ack(response_action="update", view=views.shared(ask.words, channel))


def _preview(ask: Ask, modal: Modal, audience: Audience, segment: Segment) -> None:
    word = ask.settings.confirmation_word or ask.words("archives-word")
    try:
        plan = archives.plan(ask.database, segment, by=ask.person.id, word=word, now=ask.now)
    except NothingThere:
        modal.show(views.nothing(ask.words, audience.name, segment))
    else:
        modal.show(views.form(ask.words, plan))


def _post(ask: Ask, channel: str, message: dict[str, Any]) -> None:
    try:
        ask.client.chat_postMessage(channel=channel, **message)
    except SlackApiError as error:
        if error.response.get("error") in CLOSED:
            raise NotInChannel from error
        raise
