"""`/cleaned-fix`, the message shortcut and the Fix buttons: a corrected address, with consent."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from slack_bolt import Ack, App
from slack_sdk.errors import SlackApiError

from bot.core import audiences
from bot.core.addresses import find_addresses
from bot.corrections import corrections, mail_exchanges, typos
from bot.corrections.cleaned_contact import CleanedContact
from bot.corrections.corrections import AddressFault, Form, NoPermission
from bot.corrections.typos import Step
from bot.mailchimp.additions import FieldMissing
from handlers.slack.elements import audiences as audience_views
from handlers.slack.elements.blocks import View
from handlers.slack.request import Ask, Modal, suggest_audiences
from handlers.slack.views import corrections as views


def register(app: App) -> None:
    app.command("/cleaned-fix")(fix)
    app.message_shortcut(views.SHORTCUT)(fix_message)
    app.action(views.OPEN)(open_picker)
    app.action(views.OPEN_CONTACT)(open_contact)
    app.action(views.AUDIENCE)(choose_audience)
    app.options(views.AUDIENCE)(suggest_audiences)
    app.action(re.compile(f"{views.PAGE}-(next|previous)"))(turn)
    app.action(views.ALL)(show_all)
    app.action(views.SEARCH)(choose_found)
    app.options(views.SEARCH)(search)
    app.action(views.CHOSEN_ADDRESS)(choose_address)
    app.action(re.compile(f"{views.NEXT}|{views.SKIP}|{views.BACK}"))(go_on)
    app.action(views.NOT_TYPO)(say_not_a_typo)
    app.action(views.MAYBE_TYPO)(take_back)
    app.action(views.OTHER)(type_another)
    app.action(views.CHECK)(check_domain)
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


def turn(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    ask.require_operator()
    audience_id, place, back = views.place_in(action["value"])
    after, before = (None, place) if back else (place, None)
    ask.show(views.picker(ask.words, typos.page(ask.database, audience_id, after=after, before=before)))


def show_all(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    ask.require_operator()
    ask.show(views.picker(ask.words, typos.page(ask.database, int(action["value"]))))


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


def go_on(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    ask.require_operator()
    # A modal more for each address would soon be too many: Slack stacks three.
    modal = ask.here if ask.body.get("view") else _opened(ask)
    audience_id, _, step = views.step_in(action["value"])
    walk(ask, modal, audience_id, step, back=action["action_id"] == views.BACK)


def say_not_a_typo(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    ask.require_operator()
    audience_id, contact_id, step = views.step_in(action["value"])
    kept = typos.mark_not_a_typo(ask.database, audience_id, contact_id, by=ask.person.id, now=ask.now)
    if step:
        walk(ask, ask.here, audience_id, step, kept=kept)
    else:
        ask.show(views.kept(ask.words, kept))


def take_back(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    ask.require_operator()
    audience_id, contact_id, step = views.step_in(action["value"])
    typos.unmark_not_a_typo(ask.database, audience_id, contact_id, by=ask.person.id, now=ask.now)
    ask.show(views.form(ask.words, _form(ask, audience_id, contact_id, step)))


def type_another(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    """The suggested address is there already, and the person knows another one."""
    ack()
    ask.require_operator()
    form = _form(ask, *views.step_in(action["value"]))
    ask.show(views.form(ask.words, replace(form, suggestion=None, already=None)))


def check_domain(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    ask.require_operator()
    view = ask.body["view"]
    old = corrections.written(ask.database, view["private_metadata"], by=ask.person.id)
    new = views.address_in(view, action.get("value") or "")
    domains = dict.fromkeys(each.rpartition("@")[2].strip().lower() for each in (old, new) if "@" in each)
    shown = _shown_over(ask, view, views.answered(ask.words, view, domains))
    found = mail_exchanges.check_domains(domains, ask.parts.make_resolver)
    if shown:
        _shown_over(ask, view | shown, views.answered(ask.words, view, found))


def add(ack: Ack, view: dict[str, Any], ask: Ask) -> None:
    ask.require_operator()
    filled = views.filled(view["state"]["values"])
    with under_its_field(view["state"]["values"]):
        done = corrections.add(ask.database, view["private_metadata"], filled, by=ask.person.id, now=ask.now)
    ack(response_action="update", view=views.receipt(ask.words, done))
    ask.client.chat_postMessage(channel=ask.person.id, **views.receipt_message(ask.words, done))


def begin(ask: Ask, modal: Modal, audience: audiences.Audience | None) -> None:
    """The first likely typo of an audience; the choice of the audience first, where it isn't known."""
    if audience:
        walk(ask, modal, audience.id)
    else:
        every, title = audiences.every(ask.database), ask.words("corrections-title")
        modal.show(audience_views.choose(ask.words, every, views.AUDIENCE, title))


def walk(
    ask: Ask,
    modal: Modal,
    audience_id: int,
    step: Step | None = None,
    *,
    back: bool = False,
    kept: CleanedContact | None = None,
) -> None:
    """The likely typo after that step, or before it. `kept`: the one that was just said to be right."""
    found = typos.next_step(ask.database, audience_id, step, back=back)
    if back and not found:  # those before it are done
        found = typos.next_step(ask.database, audience_id)
    if found:
        modal.show(views.form(ask.words, _form(ask, audience_id, *found), kept))
    elif kept:
        modal.show(views.kept(ask.words, kept))
    elif step:
        modal.show(views.walked(ask.words, audience_id))
    else:
        modal.show(views.picker(ask.words, typos.page(ask.database, audience_id)))


def begin_with_address(ask: Ask, modal: Modal, text: str) -> None:
    found = corrections.look_up(ask.database, text)
    if len(found) == 1:
        show_form(ask, modal, views.contact_value(found[0]))
    else:
        modal.show(views.choose_contact(ask.words, found))


def show_form(ask: Ask, modal: Modal, value: str) -> None:
    """The form for a contact, given as audience id:contact id."""
    audience_id, _, contact_id = value.partition(":")
    modal.show(views.form(ask.words, _form(ask, int(audience_id), int(contact_id), None)))


def _form(ask: Ask, audience_id: int, contact_id: int, step: Step | None) -> Form:
    return corrections.begin(
        ask.database,
        audience_id,
        contact_id,
        by=ask.person.id,
        now=ask.now,
        wording=views.permission(ask.words),
        language=ask.words.language,
        step=step,
        mailchimp=ask.parts.mailchimp,
    )


def _shown_over(ask: Ask, seen: Mapping[str, Any], view: View) -> dict[str, Any] | None:
    """Shows a view over the one that was seen, and returns it; None when the person has gone on meanwhile."""
    over = {"hash": seen["hash"]} if seen.get("hash") else {}
    try:
        shown: dict[str, Any] = ask.client.views_update(view_id=seen["id"], view=view, **over)["view"]
    except SlackApiError as error:
        if error.response["error"] in ("hash_conflict", "not_found"):
            return None
        raise
    return shown


def _opened(ask: Ask) -> Modal:
    """A loading modal for an operator. Raises NotAnOperator."""
    ask.require_operator()
    return ask.modal(ask.words("corrections-title"))


def _audience(ask: Ask, value: str) -> audiences.Audience:
    return audiences.by_id(ask.database, int(value))


@contextmanager
def under_its_field(values: Mapping[str, Mapping[str, Any]]) -> Iterator[None]:
    """What is wrong with an input is told under it; a plan that is gone or done, on top."""
    try:
        yield
    except AddressFault as fault:
        fault.block_id = views.block_of(values, views.ADDRESS)
        raise
    except NoPermission as fault:
        fault.block_id = views.block_of(values, views.CONSENT)
        raise
    except FieldMissing as fault:
        fault.block_id = views.block_of(values, views.input_of(fault.values["field"]))
        raise
