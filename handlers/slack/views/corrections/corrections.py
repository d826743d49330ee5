"""Correcting a mistyped address: the form, and what leads to it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from bot.contacts.weeks import Week
from bot.corrections.cleaned_contact import CleanedContact
from bot.corrections.corrections import FilledForm, Form
from bot.corrections.likely_typos import MOST_COUNTED, Step
from bot.corrections.required_fields import Requirements
from bot.corrections.suggestions.values import Slip, Suggestion
from handlers.slack.elements import blocks
from handlers.slack.elements.blocks import Block, View
from handlers.slack.views.mailchimp import required_fields as required_views
from handlers.words import Markup, Words
from storage.contacts.contacts import PageKey

OPEN = "open-fix"  # value: an audience's id, or nothing
OPEN_WEEK = "open-fix-week"  # value: see `elements.weeks`
OPEN_CONTACT = "open-fix-contact"  # value: audience id:contact id
# value of these: see `step_value`
NEXT, SKIP, BACK = "corrections-next", "corrections-skip", "corrections-back"
NOT_TYPO, MAYBE_TYPO = "corrections-not-typo", "corrections-maybe-typo"
ALL = "corrections-all"  # value: an audience's id
OTHER = "corrections-other"
CHECK = "corrections-check"  # value: the suggested address
AUDIENCE = "corrections-audience"
PAGE = "corrections-page"  # value: see `place_value`
SEARCH = "corrections-search"
CHOSEN_ADDRESS = "corrections-address"
SUBMIT, SUBMIT_TO_MAILCHIMP = "corrections-submit", "corrections-submit-mailchimp"
SHORTCUT = "fix_message"

ADDRESS, FIRST_NAME, LAST_NAME, CONSENT = "address", "first-name", "last-name", "consent"
MAX_ADDRESSES = 20  # of one message
SHORT, NAME = 300, 80  # characters shown: of a diagnostic or a campaign, and of a name within a sentence
MAX_TYPED = 254  # characters of an address or a name; no address is longer
ACTIONS, DOMAIN_STATUSES = "corrections-actions", "corrections-answers"
VERY_LIKELY, LIKELY = 0.95, 0.8  # the lowest confidence that is described like this


def choose_contact(words: Words, contacts: Sequence[CleanedContact]) -> View:
    """The choice between contacts with the same address, cleaned in several audiences."""
    rows = [blocks.section(words.md("corrections-which-audience", address=contacts[0].address))]
    for contact in contacts[:50]:
        text = words.md("corrections-in-audience", audience=contact.audience.name, **_why(words, contact))
        rows.append(blocks.section(text, accessory=_fix(words, contact)))
    return _modal(words, rows)


def choose_address(words: Words, addresses: Sequence[str]) -> View:
    """The choice between several addresses of one message."""
    rows = [blocks.section(words.md("corrections-which-address"))]
    for address in addresses[:MAX_ADDRESSES]:
        name = words("corrections-choose-name", address=address)
        accessory = blocks.button(words("corrections-choose"), CHOSEN_ADDRESS, address, name=name)
        rows.append(blocks.section(words.md("corrections-address", address=address), accessory=accessory))
    return _modal(words, rows)


def nothing(words: Words, key: str) -> View:
    """The modal if there is nothing to correct. `key` is the sentence that says why."""
    return _modal(words, [blocks.section(words.md(key))])


def walked(words: Words, audience_id: int) -> View:
    """The end of a walk through the likely typos."""
    rows = [
        blocks.section(words.md("corrections-walked")),
        blocks.actions([all_typos(words, audience_id)], ALL),
    ]
    return _modal(words, rows)


def form(words: Words, form: Form, kept: CleanedContact | None = None) -> View:
    """The cleaned contact, why it looks mistyped, and inputs for the corrected address, the names and the permission.

    `kept` is the contact before it in a walk, if it was just marked as correct.
    """
    contact = form.contact
    rows: list[Block] = [_kept(words, kept, form.step)] if kept else []
    if form.step:
        number, total = form.step.number, min(form.step.total, MOST_COUNTED)
        counted = "more" if form.step.total > MOST_COUNTED else "exact"
        rows.append(blocks.context(words.md("corrections-step", number=number, n=total, counted=counted)))
    rows += [
        blocks.section(
            words.md("corrections-cleaned", address=contact.address, audience=contact.audience.name)
        ),
        blocks.context(*_facts(words, contact)),
        *_suggestion(words, form),
        blocks.actions(list(_actions(words, form)), ACTIONS),
    ]
    if form.already:
        return _modal(words, rows, metadata=form.plan_id)
    return blocks.modal(
        words("corrections-title"),
        [*rows, *_inputs(words, form)],
        callback_id=SUBMIT_TO_MAILCHIMP if form.requirements else SUBMIT,
        submit=words("corrections-add"),
        close=words("cancel"),
        metadata=form.plan_id,
    )


def kept(words: Words, contact: CleanedContact) -> View:
    """The modal once a contact is marked as correct, outside a walk."""
    rows = [_kept(words, contact, None), blocks.actions([all_typos(words, contact.audience.id)], ALL)]
    return _modal(words, rows)


def with_domain_statuses(
    words: Words, view: Mapping[str, Any], statuses: Mapping[str, StrEnum | None]
) -> View:
    """The form, given as Slack sends it, with the mail status of each domain; None while DNS is being asked."""
    texts = [
        words.md("corrections-dns", domain=blocks.clamp_middle(domain, NAME), answer=status or "asked")
        for domain, status in statuses.items()
    ]
    rows: list[Block] = []
    for block in view["blocks"]:
        if block.get("block_id") == ACTIONS:
            rows.append(blocks.context(*texts, block_id=DOMAIN_STATUSES))
        if block.get("block_id") != DOMAIN_STATUSES:
            rows.append(block)
    names = ("type", "callback_id", "title", "private_metadata", "submit", "close")
    return {name: view[name] for name in names if view.get(name)} | {"blocks": rows}


def permission(words: Words) -> str:
    """The text of the permission, which is shown and stored alike."""
    return words("corrections-permission")


def filled(values: Mapping[str, Mapping[str, Any]]) -> FilledForm:
    """What was typed and ticked, from the values of the submitted view."""
    states = {name: state for block in values.values() for name, state in block.items()}
    fields, permissions = required_views.values_of(states)
    return FilledForm(
        address=states[ADDRESS].get("value") or "",
        permission=bool(states[CONSENT].get("selected_options")),
        first_name=_typed(states, FIRST_NAME),
        last_name=_typed(states, LAST_NAME),
        fields=fields,
        permissions=permissions,
    )


def block_of(values: Mapping[str, Mapping[str, Any]], name: str) -> str:
    """The id of the block with that input."""
    return next((block_id for block_id, inputs in values.items() if name in inputs), name)


def input_of(field: str) -> str:
    """The name of the input for a field's key."""
    return field if field in (FIRST_NAME, LAST_NAME) else required_views.FIELD + field


def address_in(view: Mapping[str, Any], suggested: str) -> str:
    """The corrected address that is typed in the form; the suggested one if nothing is typed."""
    for inputs in view.get("state", {}).get("values", {}).values():
        if ADDRESS in inputs:
            return inputs[ADDRESS].get("value") or suggested
    return suggested


def contact_options(words: Words, contacts: Sequence[CleanedContact]) -> list[Block]:
    """Options for the contacts that the search found; their value is that of a Fix button."""
    return [
        blocks.option(
            blocks.clamp_middle(contact.address, blocks.OPTION),
            contact_value(contact),
            words(f"reason-{contact.reason}"),
        )
        for contact in contacts
    ]


def contact_value(contact: CleanedContact) -> str:
    """The value of a button that acts on a contact."""
    return f"{contact.audience.id}:{contact.id}"


def place_value(audience_id: int, place: PageKey, *, back: bool = False, week: Week | None = None) -> str:
    """The value of a button to the page that starts after the place, or ends before it (`back`)."""
    where = f"{audience_id}|{place.cleaned_at.isoformat()}|{place.id}|{'back' if back else ''}"
    return f"{where}|{week.last}|{week.zone}" if week else where


def place_in(value: str) -> tuple[int, PageKey, bool, Week | None]:
    """The arguments of a `place_value`."""
    audience_id, cleaned_at, contact_id, back, *days = value.split("|")
    week = Week(date.fromisoformat(days[0]), days[1]) if days else None
    return int(audience_id), PageKey(datetime.fromisoformat(cleaned_at), int(contact_id)), bool(back), week


def pages(
    words: Words,
    audience_id: int,
    before: PageKey | None,
    after: PageKey | None,
    week: Week | None = None,
) -> list[Block]:
    """The buttons to the previous and the next page of likely typos."""
    buttons = [
        blocks.button(words(key), f"{PAGE}-{key}", place_value(audience_id, place, back=back, week=week))
        for key, place, back in (("previous", before, True), ("next", after, False))
        if place
    ]
    return [blocks.actions(buttons, PAGE)] if buttons else []


def search(words: Words) -> Block:
    """The search among all cleaned contacts."""
    return {
        "type": "external_select",
        "action_id": SEARCH,
        "placeholder": blocks.plain(words("corrections-search"), blocks.PLACEHOLDER),
        "min_query_length": 2,
    }


def step_value(audience_id: int, contact_id: int, step: Step | None) -> str:
    """The value of a button that acts on a contact (0: none) and, in a walk, on its step."""
    if step is None:
        return f"{audience_id}|{contact_id}|||"
    cleaned_at = step.place.cleaned_at.isoformat() if step.place else ""
    week = f"{step.week.last}|{step.week.zone}" if step.week else "|"
    return f"{audience_id}|{contact_id}|{step.number}|{step.total}|{cleaned_at}|{week}|{step.walk}"


def step_in(value: str) -> tuple[int, int, Step | None]:
    """The arguments of a `step_value`."""
    parts = value.split("|")
    # Buttons of earlier versions have no walk, and at first had no week.
    audience_id, contact_id, number, total, cleaned_at, last, zone, walk = parts + [""] * (8 - len(parts))
    place = PageKey(datetime.fromisoformat(cleaned_at), int(contact_id)) if cleaned_at else None
    week = Week(date.fromisoformat(last), zone) if last else None
    step = Step(int(number), int(total), place, week, walk) if number else None
    return int(audience_id), int(contact_id), step


def _kept(words: Words, contact: CleanedContact, step: Step | None) -> Block:
    """Says that the contact was marked as correct. Undo goes back to it, within the walk if there is one."""
    place = PageKey(contact.cleaned_at, contact.id)
    previous = replace(step, number=step.number - 1, place=place) if step else None
    value = step_value(contact.audience.id, contact.id, previous)
    undo = blocks.button(words("corrections-undo"), MAYBE_TYPO, value)
    return blocks.section(words.md("corrections-kept", address=contact.address), accessory=undo)


def _suggestion(words: Words, form: Form) -> Iterable[Block]:
    """The suggestion and its reason, and whether the audience has it already; or who marked the address as correct."""
    if form.said_by:
        yield blocks.context(words.md("corrections-said-right", who=blocks.person(form.said_by)))
    if form.suggestion:
        yield blocks.section(_reason(words, form.suggestion))
    if form.suggestion and form.already:
        yield blocks.section(
            words.md(
                "corrections-already",
                address=form.suggestion.address,
                audience=blocks.clamp(form.contact.audience.name, NAME),
                status=form.already,
            )
        )


def _inputs(words: Words, form: Form) -> Iterable[Block]:
    """The inputs. In a walk their ids end with the contact's, since Slack keeps what was typed under the same id."""
    contact, requirements, typed = form.contact, form.requirements or Requirements(), form.typed
    suffix = f"-{contact.id}" if form.step else ""
    source = typed or form.suggestion
    address = _text(ADDRESS, source.address if source else None)
    yield blocks.input_(words("corrections-corrected"), address, ADDRESS + suffix)
    names = typed or contact
    for name, value, is_required in (
        (FIRST_NAME, names.first_name, requirements.first_name),
        (LAST_NAME, names.last_name, requirements.last_name),
    ):
        if value is not None:
            text, label = _text(name, value), words(f"corrections-{name}")
            yield blocks.input_(label, text, name + suffix, optional=not is_required)
    yield from required_views.inputs(words, requirements, typed, suffix)
    consent = _permission(words, ticked=bool(typed))
    yield blocks.input_(words("corrections-consent"), consent, CONSENT + suffix)
    if form.requirements:
        optin = "double" if requirements.double_optin else "single"
        yield blocks.context(words.md("corrections-goes", optin=optin))
    else:
        yield blocks.context(words.md("corrections-stays"))


def _actions(words: Words, form: Form) -> Iterable[Block]:
    contact, step = form.contact, form.step
    value = step_value(contact.audience.id, contact.id, step)
    if step:
        yield blocks.button(words("corrections-skip"), SKIP, value)
    if form.said_by:
        yield blocks.button(words("corrections-undo"), MAYBE_TYPO, value)
    elif form.suggestion:
        yield blocks.button(words("corrections-not-typo"), NOT_TYPO, value)
    if form.already:
        yield blocks.button(words("corrections-other"), OTHER, value)
    yield blocks.button(words("corrections-check"), CHECK, form.suggestion.address if form.suggestion else "")
    yield all_typos(words, contact.audience.id)
    if step and step.number > 1:  # comes last, so that the other buttons don't move
        yield blocks.button(words("back"), BACK, value)


def all_typos(words: Words, audience_id: int) -> Block:
    return blocks.button(words("corrections-all"), ALL, str(audience_id))


def _fix(words: Words, contact: CleanedContact) -> Block:
    name = words("corrections-fix-name", address=f"{contact.address}, {contact.audience.name}")
    return blocks.button(words("corrections-fix"), OPEN_CONTACT, contact_value(contact), name=name)


def _why(words: Words, contact: CleanedContact) -> dict[str, Any]:
    return {
        "why": words(f"reason-{contact.reason}"),
        "date": blocks.cleaned_on(contact.cleaned_at, words),
    }


def _facts(words: Words, contact: CleanedContact) -> Iterable[Markup]:
    yield words.md("corrections-why", **_why(words, contact))
    if contact.campaign:
        yield words.md("corrections-campaign", campaign=blocks.clamp(contact.campaign, SHORT))
    if contact.diagnostic:
        yield words.md("corrections-diagnostic", diagnostic=blocks.clamp(contact.diagnostic, SHORT))


def reason_in_brief(words: Words, suggestion: Suggestion) -> str:
    """How likely the suggestion is, and which slip it corrects, as plain text."""
    slip = words(f"corrections-slip-{suggestion.slip}")
    return words("corrections-reason-whole", sure=_sure(suggestion), slip=slip)


def _sure(suggestion: Suggestion) -> str:
    confidence = suggestion.confidence
    return "very" if confidence >= VERY_LIKELY else "likely" if confidence >= LIKELY else "perhaps"


def _reason(words: Words, suggestion: Suggestion) -> Markup:
    """How likely the suggestion is, what it changes, and why."""
    domain = suggestion.address.rpartition("@")[2]
    # These slips are not within the domain, so the two domains don't show them.
    shows_address = suggestion.slip in (Slip.AT, Slip.AROUND) or suggestion.written == domain
    return words.md(
        "corrections-reason-whole" if shows_address else "corrections-reason",
        sure=_sure(suggestion),
        written=blocks.clamp_middle(suggestion.written, SHORT),
        domain=domain,
        reason=suggestion.reason,
        slip=words(f"corrections-slip-{suggestion.slip}"),
    )


def _modal(words: Words, rows: Sequence[Block], metadata: str = "") -> View:
    return blocks.modal(words("corrections-title"), rows, close=words("close"), metadata=metadata)


def _text(action_id: str, initial: str | None) -> Block:
    text: Block = {"type": "plain_text_input", "action_id": action_id, "max_length": MAX_TYPED}
    return text | ({"initial_value": initial[:MAX_TYPED]} if initial else {})


def _permission(words: Words, *, ticked: bool) -> Block:
    options = [blocks.option(permission(words), "permission")]
    checkbox: Block = {"type": "checkboxes", "action_id": CONSENT, "options": options}
    return checkbox | ({"initial_options": options} if ticked else {})


def _typed(states: Mapping[str, Any], name: str) -> str | None:
    """What was typed in an input; None if the form does not have it."""
    return (states[name].get("value") or "") if name in states else None
