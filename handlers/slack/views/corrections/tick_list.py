"""The tick list of likely typos: ten at a time, with one consent for all that are ticked."""

from collections.abc import Mapping
from typing import Any

from bot.corrections.cleaned_contact import CleanedContact
from bot.corrections.likely_typos import MOST_COUNTED
from bot.corrections.tick_list import Offer, TickedTypos, TickList
from handlers.slack.elements import blocks, filters
from handlers.slack.elements.audiences import short_name
from handlers.slack.elements.blocks import Block, View
from handlers.slack.elements.weeks import week_value
from handlers.slack.views.corrections import corrections as form_views
from handlers.words import Markup, Words
from storage.contacts.contacts import Segment

SUBMIT = "typos-submit"
TICK, TICK_ALL = "typos-tick", "typos-tick-all"
MENU = "typos-menu"  # value of an option: action:audience id:contact id
WALK = "typos-walk"  # value: the audience's id, or see `elements.weeks`
MAYBE_TYPO = "typos-maybe"  # value: audience id:contact id
CONSENT = "consent"


def view(words: Words, shown: TickList, notice: Block | None = None) -> View:
    """The page, with a search among all cleaned contacts. `notice` says what has just been done."""
    n, audience = len(shown.ticked), short_name(shown.audience.name)
    rows = [blocks.section(words.md(_headline(shown), audience=audience))]
    facts = []
    if shown.n:
        counted = "more" if shown.n > MOST_COUNTED else "exact"
        facts.append(words.md("corrections-number", n=min(shown.n, MOST_COUNTED), counted=counted))
    if shown.week:
        facts += filters.in_words(words, Segment(audience_id=shown.audience.id, **shown.week.filters()))
    if facts:
        rows.append(blocks.context(*facts))
    rows.append(blocks.actions(_buttons(words, shown), form_views.SEARCH))
    rows += [notice] if notice else []
    rows += [_row(words, shown, offer) for offer in shown.offers]
    if n:
        option = blocks.option(permission(words, n), "permission")
        box: Block = {"type": "checkboxes", "action_id": CONSENT, "options": [option]}
        # The id has the number, so that a consent for another number of people is given anew.
        rows.append(blocks.input_(words("corrections-consent"), box, f"{CONSENT}-{n}"))
        rows.append(blocks.context(words.md("corrections-these-stay", source=shown.audience.source)))
    rows += form_views.pages(words, shown.audience.id, shown.before, shown.after, shown.week)
    return blocks.modal(
        words("corrections-title"),
        rows,
        callback_id=SUBMIT,
        submit=words("corrections-add-these", n=n) if n else None,
        close=words("close"),
        metadata=shown.plan_id,
    )


def _headline(shown: TickList) -> str:
    """The key of the first sentence."""
    if not shown.offers:
        return "corrections-no-typos"
    return "corrections-pick-singly" if all(map(_is_single, shown.offers)) else "corrections-pick"


def kept(words: Words, contact: CleanedContact) -> Block:
    """The notice that a contact is marked as right, with Undo."""
    undo = blocks.button(words("corrections-undo"), MAYBE_TYPO, form_views.contact_value(contact))
    return blocks.section(words.md("corrections-kept", address=contact.address), accessory=undo)


def permission(words: Words, n: int) -> str:
    """The text of the consent for so many people, which is shown and stored alike."""
    return words("corrections-permission-of", n=n)


def ticked(view: Mapping[str, Any]) -> frozenset[int]:
    """The ids of the ticked contacts, from the view as Slack sends it."""
    return frozenset(
        int(option["value"])
        for elements in view.get("state", {}).get("values", {}).values()
        for option in elements.get(TICK, {}).get("selected_options") or ()
    )


def submitted(view: Mapping[str, Any]) -> TickedTypos:
    """What a submitted page says."""
    consents = [
        int(block_id.removeprefix(f"{CONSENT}-"))
        for block_id, elements in view["state"]["values"].items()
        if (elements.get(CONSENT) or {}).get("selected_options")
    ]
    return TickedTypos(ticked(view), consents[0] if consents else None)


def consent_block(view: Mapping[str, Any]) -> str | None:
    """The id of the block with the consent."""
    found = (block_id for block_id, elements in view["state"]["values"].items() if CONSENT in elements)
    return next(found, None)


def _buttons(words: Words, shown: TickList) -> list[Block]:
    buttons = []
    if any(not _is_single(offer) and offer.contact not in shown.ticked for offer in shown.offers):
        buttons.append(blocks.button(words("corrections-tick-all"), TICK_ALL))
    if shown.offers:
        value = week_value(shown.audience.id, shown.week) if shown.week else str(shown.audience.id)
        buttons.append(blocks.button(words("corrections-one-by-one"), WALK, value))
    if shown.week:
        buttons.append(form_views.all_typos(words, shown.audience.id))
    return [*buttons, form_views.search(words)]


def _row(words: Words, shown: TickList, offer: Offer) -> Block:
    value = f"{shown.audience.id}:{offer.contact}"
    text, reason = _change(offer), form_views.reason_in_brief(words, offer.suggestion)
    if _is_single(offer):
        button = blocks.button(
            words("corrections-fix"),
            form_views.OPEN_CONTACT,
            value,
            name=blocks.clamp_middle(words("corrections-fix-name", address=offer.address), blocks.BUTTON),
        )
        why = words.md("corrections-in-form", reason=reason)
        return blocks.section(
            Markup(f"{words.md('corrections-address', address=text)}\n{why}"), accessory=button
        )
    box = blocks.option(text, str(offer.contact), reason)
    options = [
        blocks.option(
            blocks.clamp_middle(words(f"corrections-menu-{action}", address=offer.address), blocks.OPTION),
            f"{action}:{value}",
        )
        for action in ("edit", "not-typo")
    ]
    block_id = f"typo-{shown.edition}-{offer.contact}"
    menu = blocks.overflow(MENU, options)
    return blocks.ticked_row(block_id, box, menu, ticked=offer.contact in shown.ticked, action_id=TICK)


def _change(offer: Offer) -> str:
    return f"{offer.address} → {offer.suggestion.address}"


def _is_single(offer: Offer) -> bool:
    """Whether it is corrected in the form only: more has to be typed, or the row has no room for what is agreed to."""
    return offer.needs_form or len(_change(offer)) > blocks.OPTION
