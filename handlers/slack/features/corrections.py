"""`/cleaned-fix`, the message shortcut and the Fix buttons: a corrected address, with consent."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

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
from handlers.slack.features.audience_modal import suggest_audiences
from handlers.slack.listeners import OPERATORS, Listeners
from handlers.slack.request import Modal, Request
from handlers.slack.views import corrections as views


def register(listeners: Listeners) -> None:
    listeners.command("/cleaned-fix", fix, who=OPERATORS)
    listeners.message_shortcut(views.SHORTCUT, fix_message, who=OPERATORS)
    listeners.action(views.OPEN, open_picker, who=OPERATORS)
    listeners.action(views.OPEN_CONTACT, open_contact, who=OPERATORS)
    listeners.action(views.AUDIENCE, choose_audience, who=OPERATORS)
    listeners.options(views.AUDIENCE, suggest_audiences, who=OPERATORS)
    listeners.action(re.compile(f"{views.PAGE}-(next|previous)"), turn, who=OPERATORS)
    listeners.action(views.ALL, show_all, who=OPERATORS)
    listeners.action(views.SEARCH, choose_found, who=OPERATORS)
    listeners.options(views.SEARCH, search, who=OPERATORS)
    listeners.action(views.CHOSEN_ADDRESS, choose_address, who=OPERATORS)
    listeners.action(re.compile(f"{views.NEXT}|{views.SKIP}|{views.BACK}"), go_on, who=OPERATORS)
    listeners.action(views.NOT_TYPO, say_not_a_typo, who=OPERATORS)
    listeners.action(views.MAYBE_TYPO, take_back, who=OPERATORS)
    listeners.action(views.OTHER, type_another, who=OPERATORS)
    listeners.action(views.CHECK, check_domain, who=OPERATORS)
    listeners.submission(views.SUBMIT, add, who=OPERATORS)


def fix(request: Request) -> None:
    modal = request.open_modal("corrections-title")
    if text := (request.text).strip():
        begin_with_address(request, modal, text)
    else:
        begin(request, modal, audiences.choose(request.database, ""))


def fix_message(request: Request) -> None:
    modal = request.open_modal("corrections-title")
    found = find_addresses(request.payload["message"].get("text") or "")
    if len(found) == 1:
        begin_with_address(request, modal, found[0])
    elif found:
        modal.show(views.choose_address(request.words, found))
    else:
        modal.show(views.nothing(request.words, "corrections-no-address"))


def open_picker(request: Request) -> None:
    modal = request.open_modal("corrections-title")
    value = request.value
    begin(request, modal, _audience(request, value) if value else audiences.choose(request.database, ""))


def open_contact(request: Request) -> None:
    show_form(request, request.open_modal("corrections-title"), request.value)


def choose_audience(request: Request) -> None:
    begin(request, request.here, _audience(request, request.value))


def turn(request: Request) -> None:
    audience_id, place, back = views.place_in(request.value)
    after, before = (None, place) if back else (place, None)
    request.show(
        views.picker(request.words, typos.page(request.database, audience_id, after=after, before=before))
    )


def show_all(request: Request) -> None:
    request.show(views.picker(request.words, typos.page(request.database, int(request.value))))


def search(request: Request) -> Sequence[dict[str, Any]]:
    """The addresses that hold what was typed, of the audience that the picker shows."""
    audience_id = request.body.get("view", {}).get("private_metadata")
    if not audience_id:
        return []
    matches = corrections.search(request.database, int(audience_id), request.payload["value"])
    return views.found_options(request.words, matches)


def choose_found(request: Request) -> None:
    show_form(request, request.open_modal("corrections-title"), request.value)


def choose_address(request: Request) -> None:
    begin_with_address(request, request.open_modal("corrections-title"), request.value)


def go_on(request: Request) -> None:
    # A modal more for each address would soon be too many: Slack stacks three.
    modal = request.here if request.body.get("view") else request.open_modal("corrections-title")
    audience_id, _, step = views.step_in(request.value)
    walk(request, modal, audience_id, step, back=request.payload["action_id"] == views.BACK)


def say_not_a_typo(request: Request) -> None:
    audience_id, contact_id, step = views.step_in(request.value)
    kept = typos.mark_not_a_typo(
        request.database, audience_id, contact_id, by=request.user_id, now=request.now
    )
    if step:
        walk(request, request.here, audience_id, step, kept=kept)
    else:
        request.show(views.kept(request.words, kept))


def take_back(request: Request) -> None:
    audience_id, contact_id, step = views.step_in(request.value)
    typos.unmark_not_a_typo(request.database, audience_id, contact_id, by=request.user_id, now=request.now)
    request.show(views.form(request.words, _form(request, audience_id, contact_id, step)))


def type_another(request: Request) -> None:
    """The suggested address is there already, and the person knows another one."""
    form = _form(request, *views.step_in(request.value))
    request.show(views.form(request.words, replace(form, suggestion=None, already=None)))


def check_domain(request: Request) -> None:
    view = request.body["view"]
    old = corrections.cleaned_address(request.database, request.metadata, by=request.user_id)
    new = views.address_in(view, request.payload.get("value") or "")
    domains = dict.fromkeys(each.rpartition("@")[2].strip().lower() for each in (old, new) if "@" in each)
    shown = _shown_over(request, view, views.answered(request.words, view, domains))
    found = mail_exchanges.check_domains(domains, request.context.make_resolver)
    if shown:
        _shown_over(request, view | shown, views.answered(request.words, view, found))


def add(request: Request) -> View:
    filled = views.filled(request.inputs)
    with under_its_field(request.inputs):
        done = corrections.add(
            request.database, request.metadata, filled, by=request.user_id, now=request.now
        )
    receipt = views.receipt_message(request.words, done)
    request.then(lambda: request.tell(receipt))
    return views.receipt(request.words, done)


def begin(request: Request, modal: Modal, audience: audiences.Audience | None) -> None:
    """The first likely typo of an audience; the choice of the audience first, where it isn't known."""
    if audience:
        walk(request, modal, audience.id)
    else:
        every, title = audiences.every(request.database), request.words("corrections-title")
        modal.show(audience_views.choose(request.words, every, views.AUDIENCE, title))


def walk(
    request: Request,
    modal: Modal,
    audience_id: int,
    step: Step | None = None,
    *,
    back: bool = False,
    kept: CleanedContact | None = None,
) -> None:
    """The likely typo after that step, or before it. `kept`: the one that was just said to be right."""
    found = typos.next_step(request.database, audience_id, step, back=back)
    if back and not found:  # those before it are done
        found = typos.next_step(request.database, audience_id)
    if found:
        modal.show(views.form(request.words, _form(request, audience_id, *found), kept))
    elif kept:
        modal.show(views.kept(request.words, kept))
    elif step:
        modal.show(views.walked(request.words, audience_id))
    else:
        modal.show(views.picker(request.words, typos.page(request.database, audience_id)))


def begin_with_address(request: Request, modal: Modal, text: str) -> None:
    found = corrections.look_up(request.database, text)
    if len(found) == 1:
        show_form(request, modal, views.contact_value(found[0]))
    else:
        modal.show(views.choose_contact(request.words, found))


def show_form(request: Request, modal: Modal, value: str) -> None:
    """The form for a contact, given as audience id:contact id."""
    audience_id, _, contact_id = value.partition(":")
    modal.show(views.form(request.words, _form(request, int(audience_id), int(contact_id), None)))


def _form(request: Request, audience_id: int, contact_id: int, step: Step | None) -> Form:
    return corrections.begin(
        request.database,
        audience_id,
        contact_id,
        by=request.user_id,
        now=request.now,
        wording=views.permission(request.words),
        language=request.words.language,
        step=step,
        mailchimp=request.context.mailchimp,
    )


def _shown_over(request: Request, seen: Mapping[str, Any], view: View) -> dict[str, Any] | None:
    """Shows a view over the one that was seen, and returns it; None when the person has gone on meanwhile."""
    over = {"hash": seen["hash"]} if seen.get("hash") else {}
    try:
        shown: dict[str, Any] = request.client.views_update(view_id=seen["id"], view=view, **over)["view"]
    except SlackApiError as error:
        if error.response["error"] in ("hash_conflict", "not_found"):
            return None
        raise
    return shown


def _audience(request: Request, value: str) -> audiences.Audience:
    return audiences.by_id(request.database, int(value))


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
