"""Putting a mistyped address right: the picker, the form, the receipt."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.corrections import Cleaned, Correction, Filled, Form, Typo, Typos
from bot.suggestions import Suggestion
from handlers.views import blocks
from handlers.views.blocks import Block, Message, View
from handlers.words import Markup, Words
from storage.contacts import Place

OPEN = "open-fix"  # value: an audience's id, or nothing
OPEN_CONTACT = "open-fix-contact"  # value: audience id:contact id
NEXT = "corrections-next"  # value: an audience's id
AUDIENCE = "corrections-audience"
PAGE = "corrections-page"
SEARCH = "corrections-search"
CHOSEN_ADDRESS = "corrections-address"
SUBMIT = "corrections-submit"
SHORTCUT = "fix_message"

ADDRESS, FIRST_NAME, LAST_NAME, CONSENT = "address", "first-name", "last-name", "consent"
MOST_ADDRESSES = 20  # of one message
SHORT = 300  # a diagnostic or a campaign may be a page long
TYPED = 254  # characters of an address or a name; an address has no more


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
    if typos.after:
        value = place_value(typos.audience.id, typos.after)
        rows.append(blocks.actions([blocks.button(words("next"), PAGE, value)], PAGE))
    return _modal(words, rows, metadata=str(typos.audience.id))


def choose_contact(words: Words, found: Sequence[Cleaned]) -> View:
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


def form(words: Words, form: Form) -> View:
    """The cleaned contact, the corrected address, the names, the permission."""
    contact = form.contact
    rows: list[Block] = [
        blocks.section(
            words.md("corrections-cleaned", address=contact.address, audience=contact.audience.name)
        ),
        blocks.context(*_facts(words, contact)),
    ]
    if form.suggestion:
        rows.append(blocks.section(_reason(words, form.suggestion)))
    suggested = form.suggestion.address if form.suggestion else None
    rows.append(blocks.input_(words("corrections-corrected"), _text(ADDRESS, suggested), ADDRESS))
    if contact.first_name is not None:
        rows.append(_name(words("corrections-first-name"), contact.first_name, FIRST_NAME))
    if contact.last_name is not None:
        rows.append(_name(words("corrections-last-name"), contact.last_name, LAST_NAME))
    rows.append(blocks.input_(words("corrections-consent"), _permission(words), CONSENT))
    rows.append(blocks.context(words.md("corrections-stays")))
    return blocks.modal(
        words("corrections-title"),
        rows,
        callback_id=SUBMIT,
        submit=words("corrections-add"),
        close=words("cancel"),
        metadata=form.draft_id,
    )


def permission(words: Words) -> str:
    """The permission's words: what is shown is what is kept."""
    return words("corrections-permission")


def filled(values: Mapping[str, Mapping[str, Any]]) -> Filled:
    """What was typed and ticked, from the submitted view's values."""
    ticked = values[CONSENT][CONSENT].get("selected_options") or []
    return Filled(
        address=values[ADDRESS][ADDRESS].get("value") or "",
        permission=bool(ticked),
        first_name=_typed(values, FIRST_NAME),
        last_name=_typed(values, LAST_NAME),
    )


def receipt(words: Words, done: Correction) -> View:
    """The modal's last step."""
    return _modal(words, _receipt(words, done))


def receipt_message(words: Words, done: Correction) -> Message:
    return blocks.message(
        words.md("corrections-added", address=done.address, audience=done.audience.name),
        _receipt(words, done),
    )


def found_options(words: Words, found: Sequence[Cleaned]) -> list[Block]:
    """What the search found; the value is that of a Fix button."""
    return [
        blocks.option(
            blocks.clamp_middle(each.address, blocks.OPTION),
            contact_value(each),
            words(f"reason-{each.reason}"),
        )
        for each in found
    ]


def contact_value(contact: Cleaned) -> str:
    return f"{contact.audience.id}:{contact.id}"


def place_value(audience_id: int, place: Place) -> str:
    return f"{audience_id}|{place.cleaned_at.isoformat()}|{place.id}"


def _typo(words: Words, typo: Typo) -> Block:
    text = words.md(
        "corrections-typo",
        address=typo.contact.address,
        suggestion=typo.suggestion.address,
        reason=_reason(words, typo.suggestion),
        **_why(words, typo.contact),
    )
    return blocks.section(text, accessory=_fix(words, typo.contact))


def _fix(words: Words, contact: Cleaned) -> Block:
    return blocks.button(words("corrections-fix"), OPEN_CONTACT, contact_value(contact))


def _why(words: Words, contact: Cleaned) -> dict[str, Any]:
    return {
        "why": words(f"reason-{contact.reason}"),
        "date": blocks.date(contact.cleaned_at, words, "{date_short}"),
    }


def _facts(words: Words, contact: Cleaned) -> Iterable[Markup]:
    yield words.md("corrections-why", **_why(words, contact))
    if contact.campaign:
        yield words.md("corrections-campaign", campaign=blocks.clamp(contact.campaign, SHORT))
    if contact.diagnostic:
        yield words.md("corrections-diagnostic", diagnostic=blocks.clamp(contact.diagnostic, SHORT))


def _reason(words: Words, suggestion: Suggestion) -> Markup:
    domain = suggestion.address.rpartition("@")[2]
    return words.md(f"corrections-reason-{suggestion.reason}", domain=domain)


def _receipt(words: Words, done: Correction) -> list[Block]:
    rows = [
        blocks.section(words.md("corrections-added", address=done.address, audience=done.audience.name)),
        blocks.context(
            words.md("corrections-old-stays", address=done.old_address), words.md("corrections-no-extra")
        ),
    ]
    if done.more:
        button = blocks.button(words("corrections-next"), NEXT, str(done.audience.id), style="primary")
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


def _name(label: str, initial: str, block_id: str) -> Block:
    return blocks.input_(label, _text(block_id, initial), block_id, optional=True)


def _permission(words: Words) -> Block:
    option = {"text": blocks.plain(permission(words), blocks.OPTION), "value": "permission"}
    return {"type": "checkboxes", "action_id": CONSENT, "options": [option]}


def _typed(values: Mapping[str, Mapping[str, Any]], block_id: str) -> str | None:
    """None where the form had no such field."""
    return (values[block_id][block_id].get("value") or "") if block_id in values else None
