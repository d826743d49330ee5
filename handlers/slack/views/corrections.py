"""Putting a mistyped address right: the picker, the form, the receipt."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.corrections.cleaned_contact import CleanedContact
from bot.corrections.corrections import Correction, FilledForm, Form
from bot.corrections.mail_exchanges import MailStatus
from bot.corrections.required_fields import Requirements
from bot.corrections.slips import Slip
from bot.corrections.suggestions import Suggestion
from bot.corrections.typos import MOST_COUNTED, Step, Typo, Typos
from handlers.slack.elements import blocks
from handlers.slack.elements.blocks import Block, Message, View
from handlers.slack.views.mailchimp import required_fields as wanted_views
from handlers.words import Markup, Words
from storage.contacts.contacts import PageKey

OPEN = "open-fix"  # value: an audience's id, or nothing
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
MOST_ADDRESSES = 20  # of one message
SHORT, NAME = 300, 80  # characters: of a diagnostic or a campaign, of a name within a sentence
TYPED = 254  # characters of an address or a name; an address has no more
ACTIONS, ANSWERS = "corrections-actions", "corrections-answers"
VERY_LIKELY, LIKELY = 0.95, 0.8  # confidence from which on it is called so


def picker(words: Words, typos: Typos) -> View:
    """The likely typos, ten a page, and a search among all cleaned contacts."""
    rows = [
        blocks.section(words.md("corrections-pick", audience=typos.audience.name)),
        blocks.actions([_search(words)], SEARCH),
        blocks.divider(),
    ]
    if typos.found:
        rows.append(blocks.context(words.md("corrections-likely")))
        rows += [_typo(words, typo) for typo in typos.found]
    else:
        rows.append(blocks.section(words.md("corrections-no-typos")))
    rows += _pages(words, typos)
    return _modal(words, rows, metadata=str(typos.audience.id))


def choose_contact(words: Words, found: Sequence[CleanedContact]) -> View:
    """The same address, cleaned in several audiences."""
    rows = [blocks.section(words.md("corrections-which-audience", address=found[0].address))]
    for each in found[:50]:
        text = words.md("corrections-in-audience", audience=each.audience.name, **_why(words, each))
        rows.append(blocks.section(text, accessory=_fix(words, each)))
    return _modal(words, rows)


def choose_address(words: Words, addresses: Sequence[str]) -> View:
    """Several addresses in one message."""
    rows = [blocks.section(words.md("corrections-which-address"))]
    for each in addresses[:MOST_ADDRESSES]:
        accessory = blocks.button(words("corrections-choose"), CHOSEN_ADDRESS, each)
        rows.append(blocks.section(words.md("corrections-address", address=each), accessory=accessory))
    return _modal(words, rows)


def nothing(words: Words, key: str) -> View:
    """There is nothing to do, and why."""
    return _modal(words, [blocks.section(words.md(key))])


def walked(words: Words, audience_id: int) -> View:
    """The end of a walk through the likely typos."""
    rows = [blocks.section(words.md("corrections-walked")), blocks.actions([_all(words, audience_id)], ALL)]
    return _modal(words, rows)


def form(words: Words, form: Form, kept: CleanedContact | None = None) -> View:
    """The cleaned contact, why it looks mistyped, the corrected address, the names, the permission.

    `kept`: the contact before it in a walk, which was said to be right.
    """
    contact = form.contact
    rows: list[Block] = [_kept(words, kept, form.step)] if kept else []
    if form.step:
        n, of = form.step.number, min(form.step.total, MOST_COUNTED)
        more = "more" if form.step.total > MOST_COUNTED else "exact"
        rows.append(blocks.context(words.md("corrections-step", number=n, n=of, counted=more)))
    rows += [
        blocks.section(
            words.md("corrections-cleaned", address=contact.address, audience=contact.audience.name)
        ),
        blocks.context(*_facts(words, contact)),
        *_found(words, form),
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
    """A contact was said to be right, outside of a walk."""
    rows = [_kept(words, contact, None), blocks.actions([_all(words, contact.audience.id)], ALL)]
    return _modal(words, rows)


def answered(words: Words, view: Mapping[str, Any], found: Mapping[str, MailStatus | None]) -> View:
    """The form as it stands, with what DNS says of each domain; None while it is being asked."""
    texts = [
        words.md("corrections-dns", domain=blocks.clamp_middle(domain, NAME), answer=answer or "asked")
        for domain, answer in found.items()
    ]
    rows: list[Block] = []
    for block in view["blocks"]:
        if block.get("block_id") == ACTIONS:
            rows.append(blocks.context(*texts, block_id=ANSWERS))
        if block.get("block_id") != ANSWERS:
            rows.append(block)
    shown = ("type", "callback_id", "title", "private_metadata", "submit", "close")
    return {name: view[name] for name in shown if view.get(name)} | {"blocks": rows}


def permission(words: Words) -> str:
    """The permission's words: what is shown is what is kept."""
    return words("corrections-permission")


def filled(values: Mapping[str, Mapping[str, Any]]) -> FilledForm:
    """What was typed and ticked, from the submitted view's values."""
    given = {name: answer for block in values.values() for name, answer in block.items()}
    fields, permissions = wanted_views.typed_in(given)
    return FilledForm(
        address=given[ADDRESS].get("value") or "",
        permission=bool(given[CONSENT].get("selected_options")),
        first_name=_typed(given, FIRST_NAME),
        last_name=_typed(given, LAST_NAME),
        fields=fields,
        permissions=permissions,
    )


def block_of(values: Mapping[str, Mapping[str, Any]], name: str) -> str:
    """The id of the block that holds that input."""
    return next((block_id for block_id, inputs in values.items() if name in inputs), name)


def input_of(field: str) -> str:
    """The name of the input for a field's key."""
    return field if field in (FIRST_NAME, LAST_NAME) else wanted_views.FIELD + field


def address_in(view: Mapping[str, Any], suggested: str) -> str:
    """The corrected address as it stands in the form; what was suggested, where nothing was typed."""
    for inputs in view.get("state", {}).get("values", {}).values():
        if ADDRESS in inputs:
            return inputs[ADDRESS].get("value") or suggested
    return suggested


def receipt(words: Words, done: Correction) -> View:
    """The modal's last step."""
    return _modal(words, _receipt(words, done))


def receipt_message(words: Words, done: Correction) -> Message:
    return blocks.message(
        words.md("corrections-added", address=done.address, audience=done.audience.name),
        _receipt(words, done),
    )


def found_options(words: Words, found: Sequence[CleanedContact]) -> list[Block]:
    """What the search found; the value is that of a Fix button."""
    return [
        blocks.option(
            blocks.clamp_middle(each.address, blocks.OPTION),
            contact_value(each),
            words(f"reason-{each.reason}"),
        )
        for each in found
    ]


def contact_value(contact: CleanedContact) -> str:
    return f"{contact.audience.id}:{contact.id}"


def place_value(audience_id: int, place: PageKey, *, back: bool = False) -> str:
    return f"{audience_id}|{place.cleaned_at.isoformat()}|{place.id}|{'back' if back else ''}"


def place_in(value: str) -> tuple[int, PageKey, bool]:
    """The audience, the place, and whether what stands before it is meant."""
    audience_id, cleaned_at, contact_id, back = value.split("|")
    return int(audience_id), PageKey(datetime.fromisoformat(cleaned_at), int(contact_id)), bool(back)


def step_value(audience_id: int, contact_id: int, step: Step | None) -> str:
    """A contact (0: none), and where in a walk it stands."""
    if step is None:
        return f"{audience_id}|{contact_id}|||"
    at = step.place.cleaned_at.isoformat() if step.place else ""
    return f"{audience_id}|{contact_id}|{step.number}|{step.total}|{at}"


def step_in(value: str) -> tuple[int, int, Step | None]:
    """The audience, the contact, the step of a walk."""
    audience_id, contact_id, number, of, at = value.split("|")
    place = PageKey(datetime.fromisoformat(at), int(contact_id)) if at else None
    step = Step(int(number), int(of), place) if number else None
    return int(audience_id), int(contact_id), step


def _pages(words: Words, typos: Typos) -> list[Block]:
    """The buttons to the pages beside this one."""
    turns = [
        blocks.button(words(key), f"{PAGE}-{key}", place_value(typos.audience.id, place, back=back))
        for key, place, back in (("previous", typos.before, True), ("next", typos.after, False))
        if place
    ]
    return [blocks.actions(turns, PAGE)] if turns else []


def _kept(words: Words, contact: CleanedContact, step: Step | None) -> Block:
    """Said to be right; the Undo goes back to that contact, in the walk where there was one."""
    before = Step(step.number - 1, step.total, PageKey(contact.cleaned_at, contact.id)) if step else None
    value = step_value(contact.audience.id, contact.id, before)
    undo = blocks.button(words("corrections-undo"), MAYBE_TYPO, value)
    return blocks.section(words.md("corrections-kept", address=contact.address), accessory=undo)


def _found(words: Words, form: Form) -> Iterable[Block]:
    """The suggestion and why; that it is there already; or who said that there is nothing to suggest."""
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
    """In a walk each contact's inputs have names of their own: Slack keeps what was typed under the same ones."""
    contact, asked, typed = form.contact, form.requirements or Requirements(), form.typed
    own = f"-{contact.id}" if form.step else ""
    source = typed or form.suggestion
    address = _text(ADDRESS, source.address if source else None)
    yield blocks.input_(words("corrections-corrected"), address, ADDRESS + own)
    names = typed or contact
    for name, value, required in (
        (FIRST_NAME, names.first_name, asked.first_name),
        (LAST_NAME, names.last_name, asked.last_name),
    ):
        if value is not None:
            text = _text(name, value)
            yield blocks.input_(words(f"corrections-{name}"), text, name + own, optional=not required)
    yield from wanted_views.inputs(words, asked, typed, own)
    yield blocks.input_(words("corrections-consent"), _permission(words, ticked=bool(typed)), CONSENT + own)
    goes = words.md("corrections-goes", optin="double" if asked.double_optin else "single")
    yield blocks.context(goes if form.requirements else words.md("corrections-stays"))


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
    yield _all(words, contact.audience.id)
    if step and step.number > 1:  # the last, so that the others keep their places
        yield blocks.button(words("back"), BACK, value)


def _all(words: Words, audience_id: int) -> Block:
    return blocks.button(words("corrections-all"), ALL, str(audience_id))


def _typo(words: Words, typo: Typo) -> Block:
    text = words.md(
        "corrections-typo",
        address=typo.contact.address,
        suggestion=typo.suggestion.address,
        reason=_reason(words, typo.suggestion),
        **_why(words, typo.contact),
    )
    if typo.already:
        here = words.md("corrections-already-here", status=words(f"status-{typo.already}"))
        text = Markup(f"{text}\n{here}")
    return blocks.section(text, accessory=_fix(words, typo.contact))


def _fix(words: Words, contact: CleanedContact) -> Block:
    return blocks.button(words("corrections-fix"), OPEN_CONTACT, contact_value(contact))


def _why(words: Words, contact: CleanedContact) -> dict[str, Any]:
    return {
        "why": words(f"reason-{contact.reason}"),
        "date": blocks.date(contact.cleaned_at, words, "{date_short}"),
    }


def _facts(words: Words, contact: CleanedContact) -> Iterable[Markup]:
    yield words.md("corrections-why", **_why(words, contact))
    if contact.campaign:
        yield words.md("corrections-campaign", campaign=blocks.clamp(contact.campaign, SHORT))
    if contact.diagnostic:
        yield words.md("corrections-diagnostic", diagnostic=blocks.clamp(contact.diagnostic, SHORT))


def _reason(words: Words, suggestion: Suggestion) -> Markup:
    """How sure, what became what, and why."""
    sure = suggestion.confidence
    domain = suggestion.address.rpartition("@")[2]
    # What stands around an address isn't told by two domains.
    whole = suggestion.slip in (Slip.AT, Slip.AROUND) or suggestion.written == domain
    return words.md(
        "corrections-reason-whole" if whole else "corrections-reason",
        sure="very" if sure >= VERY_LIKELY else "likely" if sure >= LIKELY else "perhaps",
        written=blocks.clamp_middle(suggestion.written, SHORT),
        domain=domain,
        reason=suggestion.reason,
        slip=words(f"corrections-slip-{suggestion.slip}"),
    )


def _receipt(words: Words, done: Correction) -> list[Block]:
    rows = [
        blocks.section(words.md("corrections-added", address=done.address, audience=done.audience.name)),
        blocks.context(
            words.md("corrections-old-stays", address=done.old_address), words.md("corrections-no-extra")
        ),
    ]
    if done.continue_after:
        place = done.continue_after.place
        value = step_value(done.audience.id, place.id if place else 0, done.continue_after)
        button = blocks.button(words("corrections-next"), NEXT, value, style="primary")
        rows.append(blocks.actions([button], NEXT))
    return rows


def _modal(words: Words, rows: Sequence[Block], metadata: str = "") -> View:
    return blocks.modal(words("corrections-title"), rows, close=words("close"), metadata=metadata)


def _search(words: Words) -> Block:
    return {
        "type": "external_select",
        "action_id": SEARCH,
        "placeholder": blocks.plain(words("corrections-search"), blocks.PLACEHOLDER),
        "min_query_length": 2,
    }


def _text(action_id: str, initial: str | None) -> Block:
    made: Block = {"type": "plain_text_input", "action_id": action_id, "max_length": TYPED}
    return made | ({"initial_value": initial[:TYPED]} if initial else {})


def _permission(words: Words, *, ticked: bool) -> Block:
    options = [blocks.option(permission(words), "permission")]
    made: Block = {"type": "checkboxes", "action_id": CONSENT, "options": options}
    return made | ({"initial_options": options} if ticked else {})


def _typed(given: Mapping[str, Any], name: str) -> str | None:
    """None where the form had no such field."""
    return (given[name].get("value") or "") if name in given else None
