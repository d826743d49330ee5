"""`/cleaned-fix`, the message shortcut and the Fix buttons: a corrected address, with consent."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from slack_bolt import Ack, App

from bot import audiences, corrections
from bot.addresses import find_addresses
from bot.corrections import AddressFault, NoPermission
from handlers.ask import Ask, Modal
from handlers.views import audiences as audience_views
from handlers.views import corrections as views
from storage.contacts import Place


def register(app: App) -> None:
    app.command("/cleaned-fix")(fix)
    app.shortcut(views.SHORTCUT)(fix_message)
    app.action(views.OPEN)(open_picker)
    app.action(views.OPEN_CONTACT)(open_contact)
    app.action(views.AUDIENCE)(choose_audience)
    app.options(views.AUDIENCE)(suggest_audience)
    app.action(views.PAGE)(turn)
    app.action(views.SEARCH)(choose_found)
    app.options(views.SEARCH)(search)
    app.action(views.CHOSEN_ADDRESS)(choose_address)
    app.action(views.NEXT)(fix_next)
    app.view(views.SUBMIT)(add)


def fix(ack: Ack, command: dict[str, Any], ask: Ask) -> None:
    ack()
    modal = _opened(ask)
    if text := (command.get("text") or "").strip():
        begin_with_address(ask, modal, text)
    else:
        begin(ask, modal, audiences.choose(ask.database, ""))


def fix_message(ack: Ack, shortcut: dict[str, Any], ask: Ask) -> None:
    ack()
    modal = _opened(ask)
    found = find_addresses(shortcut["message"].get("text") or "")
    if len(found) == 1:
        begin_with_address(ask, modal, found[0])
    elif found:
        modal.show(views.choose_address(ask.words, found))
    else:
        modal.show(views.nothing(ask.words, "corrections-no-address"))


def open_picker(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    modal = _opened(ask)
    value = action.get("value")
    begin(ask, modal, _audience(ask, value) if value else audiences.choose(ask.database, ""))


def open_contact(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    show_form(ask, _opened(ask), action["value"])


def choose_audience(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    ask.require_operator()
    begin(ask, ask.here, _audience(ask, action["selected_option"]["value"]))


def suggest_audience(ack: Ack, payload: dict[str, Any], ask: Ask) -> None:
    ack(options=audience_views.options(audiences.every(ask.database), payload["value"]))


def turn(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    ask.require_operator()
    audience_id, cleaned_at, contact_id = action["value"].split("|")
    after = Place(datetime.fromisoformat(cleaned_at), int(contact_id))
    ask.show(views.picker(ask.words, corrections.typos(ask.database, int(audience_id), after)))


def search(ack: Ack, payload: dict[str, Any], ask: Ask) -> None:
    audience_id = ask.body.get("view", {}).get("private_metadata")
    allowed = audience_id and ask.is_operator
    found = corrections.search(ask.database, int(audience_id), payload["value"]) if allowed else []
    ack(options=views.found_options(ask.words, found))


def choose_found(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    show_form(ask, _opened(ask), action["selected_option"]["value"])


def choose_address(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    begin_with_address(ask, _opened(ask), action["value"])


def fix_next(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    ask.require_operator()
    # A modal more for each address would soon be too many: Slack stacks three.
    modal = ask.here if ask.body.get("view") else _opened(ask)
    found = corrections.typos(ask.database, int(action["value"]), size=1).found
    if found:
        show_form(ask, modal, views.contact_value(found[0].contact))
    else:
        modal.show(views.nothing(ask.words, "corrections-no-typos"))


def add(ack: Ack, view: dict[str, Any], ask: Ask) -> None:
    ask.require_operator()
    filled = views.filled(view["state"]["values"])
    with _under_its_field():
        done = corrections.add(ask.database, view["private_metadata"], filled, by=ask.person.id, now=ask.now)
    ack(response_action="update", view=views.receipt(ask.words, done))
    ask.client.chat_postMessage(channel=ask.person.id, **views.receipt_message(ask.words, done))


def begin(ask: Ask, modal: Modal, audience: audiences.Audience | None) -> None:
    """The picker of an audience's likely typos; the choice of the audience first, where it isn't known."""
    if audience:
        modal.show(views.picker(ask.words, corrections.typos(ask.database, audience.id)))
    else:
        every, title = audiences.every(ask.database), ask.words("corrections-title")
        modal.show(audience_views.choose(ask.words, every, views.AUDIENCE, title))


def begin_with_address(ask: Ask, modal: Modal, text: str) -> None:
    found = corrections.look_up(ask.database, text)
    if len(found) == 1:
        show_form(ask, modal, views.contact_value(found[0]))
    else:
        modal.show(views.choose_contact(ask.words, found))


def show_form(ask: Ask, modal: Modal, value: str) -> None:
    """The form for a contact, given as audience id:contact id."""
    audience_id, _, contact_id = value.partition(":")
    form = corrections.begin(
        ask.database,
        int(audience_id),
        int(contact_id),
        by=ask.person.id,
        now=ask.now,
        wording=views.permission(ask.words),
        language=ask.words.language,
    )
    modal.show(views.form(ask.words, form))


def _opened(ask: Ask) -> Modal:
    """A loading modal for an operator. Raises NotAnOperator."""
    ask.require_operator()
    return ask.modal(ask.words("corrections-title"))


def _audience(ask: Ask, value: str) -> audiences.Audience:
    return audiences.by_id(ask.database, int(value))


@contextmanager
def _under_its_field() -> Iterator[None]:
    """What is wrong with an input is told under it; a plan that is gone or done, on top."""
    try:
        yield
    except AddressFault as fault:
        fault.block_id = views.ADDRESS
        raise
    except NoPermission as fault:
        fault.block_id = views.CONSENT
        raise
