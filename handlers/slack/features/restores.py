"""`/cleaned-restore`: earlier archives, undone whole or by contact."""

import re
from typing import Any

from slack_bolt import Ack, App

from bot.archives import restore_picker, restores
from bot.archives.restore_picker import PageTurn
from bot.archives.restores import NothingTicked
from bot.core import audiences
from handlers.slack.context import AppContext
from handlers.slack.features import outbox
from handlers.slack.long_work import JobHandler
from handlers.slack.request import Ask, Modal
from handlers.slack.views import archives as archive_views
from handlers.slack.views import restores as views
from handlers.words import words
from storage.core.tables import JobRow


def register(app: App) -> None:
    app.command("/cleaned-restore")(show)
    app.action("open-restore")(show)
    app.action(re.compile(f"{views.PAGE}-(next|previous)"))(turn_list)
    app.action(views.CONTACTS)(open_contacts)
    app.action(views.SEARCH)(search)
    app.action(views.NEXT)(next_page)
    app.action(views.PREVIOUS)(previous_page)
    app.view(views.CALLBACK)(restore)


def kind(parts: AppContext) -> JobHandler:
    """How an Undo is done and told."""
    return JobHandler(
        work=outbox.restoring(parts), title="restores-title", tell=views.tell, after=_tell_archive
    )


def show(ack: Ack, ask: Ask) -> None:
    ack()
    ask.require_operator()
    _list(ask, ask.modal(ask.words("restores-title")), 0)


def turn_list(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    ask.require_operator()
    _list(ask, ask.here, int(action["value"]))


def open_contacts(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    ask.require_operator()
    modal = ask.modal(ask.words("restores-members-title"))
    audience_id, archive_id = archive_views.archive_of(action["value"])
    draft_id = restore_picker.begin(ask.database, audience_id, archive_id, by=ask.person.id, now=ask.now)
    _draw(ask, modal, draft_id)


def search(ack: Ack, ask: Ask) -> None:
    ack()
    view = _view(ask)
    restore_picker.search(
        ask.database, view["private_metadata"], views.boxes(view), views.typed(view), by=ask.person.id
    )
    _draw(ask, ask.here, view["private_metadata"])


def next_page(ack: Ack, ask: Ask) -> None:
    ack()
    _turn(ask, "next")


def previous_page(ack: Ack, ask: Ask) -> None:
    ack()
    _turn(ask, "previous")


def restore(ack: Ack, view: dict[str, Any], ask: Ask) -> None:
    ask.require_operator()
    notify = ask.notify(view["id"])
    try:
        job = restore_picker.restore(
            ask.database,
            view["private_metadata"],
            views.boxes(view),
            by=ask.person.id,
            now=ask.now,
            notify=notify,
        )
    except NothingTicked as error:
        error.block_id = views.tick_block(view)
        raise
    audience = audiences.by_id(ask.database, job.audience_id or 0)
    ack(response_action="update", view=views.started(ask.words, job, audience.name))
    ask.start()


def _tell_archive(parts: AppContext, job: JobRow) -> None:
    """The receipt of an archive that is undone says so, and offers no Undo any more."""
    archive = restores.undone(parts.database, job)
    if archive and "ts" in archive.notify:
        audience = audiences.by_id(parts.database, archive.audience_id or 0)
        message = archive_views.tell(words(archive.notify.get("language")), archive, audience.name)
        parts.client.chat_update(channel=archive.notify["channel"], ts=archive.notify["ts"], **message)


def _list(ask: Ask, modal: Modal, number: int) -> None:
    modal.show(views.listing(ask.words, restores.earlier(ask.database, number), number))


def _turn(ask: Ask, to: PageTurn) -> None:
    view = _view(ask)
    restore_picker.turn(ask.database, view["private_metadata"], views.boxes(view), to, by=ask.person.id)
    _draw(ask, ask.here, view["private_metadata"])


def _view(ask: Ask) -> dict[str, Any]:
    """The modal that was clicked in. Raises NotAnOperator."""
    ask.require_operator()
    view: dict[str, Any] = ask.body["view"]
    return view


def _draw(ask: Ask, modal: Modal, draft_id: str) -> None:
    modal.show(views.members(ask.words, restore_picker.look(ask.database, draft_id, by=ask.person.id)))
