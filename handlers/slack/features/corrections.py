"""`/cleaned-fix`, the message shortcut and the Fix buttons: corrects an address, with consent."""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from slack_sdk.errors import SlackApiError, SlackClientError

from bot.audiences import audiences
from bot.contacts.weeks import Week
from bot.core.addresses import find_addresses
from bot.corrections import corrections, likely_typos, tick_list, walks
from bot.corrections.cleaned_contact import CleanedContact
from bot.corrections.corrections import AddressFault, Correction, Form, NoPermission
from bot.corrections.likely_typos import Step
from bot.corrections.walks import Place
from bot.mailchimp.additions import FieldMissing
from handlers.slack import errors
from handlers.slack.elements import audiences as audience_views
from handlers.slack.elements.audiences import split_value
from handlers.slack.elements.blocks import Block, Message, View
from handlers.slack.elements.weeks import week_in
from handlers.slack.features.audience_modal import AudienceModal, suggest_audiences
from handlers.slack.listeners import OPERATORS, Listeners
from handlers.slack.request import Request
from handlers.slack.views.corrections import corrections as views
from handlers.slack.views.corrections import fixes as fix_views
from handlers.slack.views.corrections import tick_list as list_views
from handlers.slack.web_api.modals import Modal
from storage.contacts.contacts import PageKey

MAX_DRAWS = 5  # for one click

log = logging.getLogger(__name__)


def register(listeners: Listeners) -> None:
    listeners.command(ENTRY.command, fix, who=OPERATORS)
    listeners.message_shortcut(views.SHORTCUT, fix_message, who=OPERATORS)
    listeners.action(views.OPEN, ENTRY.from_button, who=OPERATORS)
    listeners.action(views.OPEN_WEEK, open_week, who=OPERATORS)
    listeners.action(views.OPEN_CONTACT, open_contact, who=OPERATORS)
    listeners.action(views.AUDIENCE, ENTRY.chosen, who=OPERATORS)
    listeners.options(views.AUDIENCE, suggest_audiences, who=OPERATORS)
    listeners.action(re.compile(f"{views.PAGE}-(next|previous)"), turn, who=OPERATORS)
    listeners.action(views.ALL, show_all, who=OPERATORS)
    listeners.action(views.SEARCH, open_contact, who=OPERATORS)
    listeners.options(views.SEARCH, search, who=OPERATORS)
    listeners.action(views.CHOSEN_ADDRESS, choose_address, who=OPERATORS)
    listeners.action(re.compile(f"{views.NEXT}|{views.SKIP}|{views.BACK}"), show_step, who=OPERATORS)
    listeners.action(views.NOT_TYPO, mark_not_a_typo, who=OPERATORS)
    listeners.action(views.MAYBE_TYPO, unmark_not_a_typo, who=OPERATORS)
    listeners.action(views.OTHER, enter_other_address, who=OPERATORS)
    listeners.action(views.CHECK, check_domain, who=OPERATORS)
    listeners.submission(views.SUBMIT, add, who=OPERATORS)
    listeners.action(list_views.TICK, tick, who=OPERATORS)
    listeners.action(list_views.TICK_ALL, tick_all, who=OPERATORS)
    listeners.action(list_views.MENU, choose_for_typo, who=OPERATORS)
    listeners.action(list_views.MAYBE_TYPO, take_back_not_a_typo, who=OPERATORS)
    listeners.action(list_views.WALK, start_walk, who=OPERATORS)


def fix(request: Request) -> None:
    modal = request.open_modal("corrections-title")
    if "@" in request.text:
        begin_with_address(request, modal, request.text)
    else:
        ENTRY.named(request, modal, request.text)


def fix_message(request: Request) -> None:
    modal = request.open_modal("corrections-title")
    addresses = find_addresses(request.payload["message"].get("text") or "")
    if len(addresses) == 1:
        begin_with_address(request, modal, addresses[0])
    elif addresses:
        modal.show(views.choose_address(request.words, addresses))
    else:
        modal.show(views.nothing(request.words, "corrections-no-address"))


def open_week(request: Request) -> None:
    """The digest's button: the likely typos of its week."""
    audience_id, week = week_in(request.value)
    _show_list(request, request.open_modal("corrections-title"), audience_id, week=week)


def open_contact(request: Request) -> None:
    show_form(request, request.open_modal("corrections-title"), request.value)


def turn(request: Request) -> None:
    audience_id, place, back, week = views.place_in(request.value)
    after, before = (None, place) if back else (place, None)
    _show_list(request, _below_menu(request), audience_id, after=after, before=before, week=week)


def show_all(request: Request) -> None:
    ENTRY.start(request, request.here, audiences.by_id(request.database, int(request.value)))


def tick(request: Request) -> None:
    """A tick changes the number that the consent names."""
    view = request.body["view"]
    sent = request.body["actions"][0].get("action_ts", "")
    tick_list.tick(request.database, request.metadata, request.user_id, list_views.ticked(view), sent)
    redraw(request)


def tick_all(request: Request) -> None:
    tick_list.tick(request.database, request.metadata, request.user_id, (), all_of_them=True)
    redraw(request)


def choose_for_typo(request: Request) -> None:
    """An option of a typo's menu."""
    action, _, value = request.value.partition(":")
    if action == "edit":
        show_form(request, request.open_modal("corrections-title"), value)
    else:
        audience_id, contact_id = split_value(value)
        kept = likely_typos.mark_not_a_typo(
            request.database, audience_id, int(contact_id), by=request.user_id, now=request.now
        )
        redraw(request, list_views.kept(request.words, kept))


def take_back_not_a_typo(request: Request) -> None:
    """Undo, beside what was just marked as right in the tick list."""
    audience_id, contact_id = split_value(request.value)
    likely_typos.unmark_not_a_typo(
        request.database, audience_id, int(contact_id), by=request.user_id, now=request.now
    )
    redraw(request)


def start_walk(request: Request) -> None:
    audience_id, week = week_in(request.value) if "|" in request.value else (int(request.value), None)
    walk(request, request.here, audience_id, week=week)


def redraw(request: Request, notice: Block | None = None) -> None:
    """Shows the tick list that was clicked in as it is now. `notice` says what has just been done."""
    _draw_list(request, _below_menu(request), request.metadata, notice)


def _below_menu(request: Request) -> Modal:
    """The tick list that was clicked in, below its menu of audiences, if it has one."""
    return request.here.below(audience_views.menu_of(request.body["view"]))


def search(request: Request) -> Sequence[dict[str, Any]]:
    """Cleaned contacts of the tick list's audience whose address contains the typed text."""
    if not request.body.get("view", {}).get("private_metadata"):
        return []
    shown = tick_list.look(request.database, request.metadata, request.user_id)
    matches = corrections.search(request.database, shown.audience.id, request.payload["value"])
    return views.contact_options(request.words, matches)


def choose_address(request: Request) -> None:
    begin_with_address(request, request.open_modal("corrections-title"), request.value)


def show_step(request: Request) -> None:
    # The modal is reused, because Slack stacks three at most.
    modal = request.here if request.body.get("view") else request.open_modal("corrections-title")
    audience_id, _, step = views.step_in(request.value)
    walk(request, modal, audience_id, step, back=request.payload["action_id"] == views.BACK)


def mark_not_a_typo(request: Request) -> None:
    audience_id, contact_id, step = views.step_in(request.value)
    kept = likely_typos.mark_not_a_typo(
        request.database, audience_id, contact_id, by=request.user_id, now=request.now
    )
    if step:
        walk(request, request.here, audience_id, step, kept=kept)
    else:
        request.show(views.kept(request.words, kept))


def unmark_not_a_typo(request: Request) -> None:
    audience_id, contact_id, step = views.step_in(request.value)
    likely_typos.unmark_not_a_typo(
        request.database, audience_id, contact_id, by=request.user_id, now=request.now
    )
    request.show(views.form(request.words, _form(request, audience_id, contact_id, step)))


def enter_other_address(request: Request) -> None:
    """Empties the address, for a suggestion that the audience already has."""
    form = _form(request, *views.step_in(request.value))
    request.show(views.form(request.words, replace(form, suggestion=None, already=None)))


def check_domain(request: Request) -> None:
    view = request.body["view"]
    old = corrections.cleaned_address(request.database, request.metadata, by=request.user_id)
    new = views.address_in(view, request.payload.get("value") or "")
    domains = dict.fromkeys(
        address.rpartition("@")[2].strip().lower() for address in (old, new) if "@" in address
    )
    shown = request.here.show(views.with_domain_statuses(request.words, view, domains))
    from bot.corrections import mail_exchanges  # noqa: PLC0415  it loads dnspython, which few need

    statuses = mail_exchanges.check_domains(domains, request.context.make_resolver)
    if shown:
        request.here.show(views.with_domain_statuses(request.words, view, statuses))


def add(request: Request) -> View:
    filled = views.filled(request.inputs)
    with under_its_field(request.inputs):
        correction = corrections.add(
            request.database, request.metadata, filled, by=request.user_id, now=request.now
        )
    request.then(lambda: _tell(request, correction))
    return fix_views.receipt(request.words, correction)


def _tell(request: Request, correction: Correction) -> None:
    """Leaves the receipt in the direct messages: one for the corrections of a walk.

    The modal shows it too, so nothing has gone wrong if Slack refuses it.
    """
    database, n_told = request.context.database, 0
    try:
        while walk := walks.begin_telling(database, correction.walk, request.context.clock()):
            if len(walk.made) <= n_told:
                return
            n_told = len(walk.made)
            receipt = fix_views.receipt_message(request.words, replace(correction, made=walk.made))
            if not walk.message or not _update(request, walk.message, receipt):
                posted = request.client.chat_postMessage(channel=request.user_id, **receipt)
                place = Place(str(posted["channel"]), str(posted["ts"]))
                walks.end_posting(database, correction.walk, place)
    except (SlackClientError, OSError) as error:
        log.warning("a receipt was not posted: %s", errors.name(error))
        walks.end_posting(database, correction.walk, None)


def _update(request: Request, place: Place, receipt: Message) -> bool:
    """Whether the message is still there, and was updated."""
    try:
        request.client.chat_update(channel=place.channel, ts=place.ts, **receipt)
    except SlackApiError as error:
        if error.response["error"] == "message_not_found":
            return False
        raise
    return True


def begin(request: Request, modal: Modal, audience: audiences.Audience) -> None:
    """Shows the likely typos of the audience."""
    _show_list(request, modal, audience.id)


ENTRY = AudienceModal("/cleaned-fix", views.OPEN, views.AUDIENCE, "corrections-title", begin)


def walk(
    request: Request,
    modal: Modal,
    audience_id: int,
    step: Step | None = None,
    *,
    back: bool = False,
    kept: CleanedContact | None = None,
    week: Week | None = None,
) -> None:
    """Shows the likely typo after that step, or before it; without a step the first one, of that week or of all.

    `kept` is the contact just marked as correct.
    """
    week = step.week if step else week
    next_typo = likely_typos.next_step(request.database, audience_id, step, back=back, week=week)
    if back and not next_typo:  # those before it are corrected by now
        next_typo = likely_typos.next_step(request.database, audience_id, week=week)
    if next_typo:
        modal.show(views.form(request.words, _form(request, audience_id, *next_typo), kept))
    elif kept:
        modal.show(views.kept(request.words, kept))
    elif step or week:
        modal.show(views.walked(request.words, audience_id))
    else:
        _show_list(request, modal, audience_id)


def _show_list(
    request: Request,
    modal: Modal,
    audience_id: int,
    *,
    after: PageKey | None = None,
    before: PageKey | None = None,
    week: Week | None = None,
) -> None:
    plan_id = tick_list.begin(
        request.database,
        audience_id,
        by=request.user_id,
        now=request.now,
        after=after,
        before=before,
        week=week,
    )
    _draw_list(request, modal, plan_id)


def _draw_list(request: Request, modal: Modal, plan_id: str, notice: Block | None = None) -> None:
    """Draws it again if it changed while it was drawn: of two quick ticks, the later one is to be seen."""
    shown = tick_list.look(request.database, plan_id, request.user_id)
    for _ in range(MAX_DRAWS):
        if modal.show(list_views.view(request.words, shown, notice)) is None:
            return  # it shows the answer to a later click
        drawn, shown = shown, tick_list.look(request.database, plan_id, request.user_id)
        if shown == drawn:
            return


def begin_with_address(request: Request, modal: Modal, text: str) -> None:
    """Shows the form for the contact with that address, or the choice if there are several."""
    contacts = corrections.look_up(request.database, text)
    if len(contacts) == 1:
        show_form(request, modal, views.contact_value(contacts[0]))
    else:
        modal.show(views.choose_contact(request.words, contacts))


def show_form(request: Request, modal: Modal, value: str) -> None:
    """Shows the form for a contact, given as a `contact_value`."""
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


@contextmanager
def under_its_field(values: Mapping[str, Mapping[str, Any]]) -> Iterator[None]:
    """Makes errors of an input show under it. Others are shown in a modal on top."""
    try:
        yield
    except AddressFault as error:
        error.block_id = views.block_of(values, views.ADDRESS)
        raise
    except NoPermission as error:
        error.block_id = views.block_of(values, views.CONSENT)
        raise
    except FieldMissing as error:
        error.block_id = views.block_of(values, views.input_of(error.values["field"]))
        raise
