"""The modal of the list: headline, filters of one click, buttons, a row for each contact, and pages."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.audiences.audiences import Audience
from bot.contacts.segments import MAX_TICKED, Entry, Listing, Preset, TickedBoxes
from bot.contacts.weeks import Week
from handlers.slack.elements import audiences as audience_views
from handlers.slack.elements import blocks, filters
from handlers.slack.elements.blocks import Block, View
from handlers.slack.elements.texts import capital, isolated
from handlers.slack.views.bounces import evidence as evidence_views
from handlers.words import Markup, Words
from storage.contacts.contacts import PageKey
from storage.contacts.days import day_of
from storage.contacts.values import CleanReason, known

CALLBACK = "segments-archive-ticked"  # its submit button: archives the ticked contacts
CHOOSE = "segments-audience"
PRESET = "segments-preset"  # followed by the preset's name; value: the preset to show
FILTERS, CLEAR = "segments-filters", "segments-clear"
TICK, TICK_PAGE, UNTICK = "segments-tick", "segments-tick-page", "segments-untick"
NEXT, PREVIOUS = "segments-next", "segments-previous"
# What other features listen to.
MENU = "contact-menu"  # value of an option: action:audience id:contact id
ARCHIVE, EXPORT = "open-archive-segment", "open-export-segment"
REVIEW = "reviews-ticked"
TAKE_BACK = "reviews-take-back"  # value: that of REVIEW, or audience id:contact id

_FACTS = 62  # characters shown: as many as fit on one line of a modal, beside the menu


def listing(
    words: Words,
    shown: Listing,
    audiences: Sequence[Audience],
    week: Week,
    notice: Block | None = None,
) -> View:
    """The list, with days of the week's time zone.

    `audiences` are all there are, to switch to; `week` is this week; `notice` says what has just been done.
    """
    rows = [blocks.section(_headline(words, shown)), *([notice] if notice else [])]
    if shown.total:
        rows += _filters(words, shown, week)
        rows += _list_buttons(words, shown)
        rows += [_row(words, shown, entry, week) for entry in shown.entries]
        if shown.preset == Preset.WORTH_A_LOOK:
            rows.append(blocks.context(words.md("evidence-weak-help")))
    rows += _pages(words, shown, audiences)
    return blocks.modal(
        words("segments-title"),
        rows,
        callback_id=CALLBACK,
        submit=words("segments-archive-ticked", n=len(shown.ticked)) if shown.ticked else None,
        close=words("close"),
        metadata=shown.plan_id,
    )


def reviewed(words: Words, n: int, value: str) -> Block:
    """The notice that contacts are reviewed, with Undo. `value`: as of TAKE_BACK."""
    undo = blocks.button(words("reviews-undo"), TAKE_BACK, value)
    return blocks.section(words.md("reviews-done", n=n), accessory=undo)


def boxes(view: Mapping[str, Any], sent: str = "") -> TickedBoxes:
    """The state of the page's checkboxes, from the view as Slack sends it. `sent` is the time of the click."""
    edition, shown, ticked = -1, set(), set()
    for block_id, elements in view.get("state", {}).get("values", {}).items():
        if TICK in elements:
            _, block_edition, contact_id = block_id.split("-")
            edition = int(block_edition)
            shown.add(int(contact_id))
            if elements[TICK].get("selected_options"):
                ticked.add(int(contact_id))
    return TickedBoxes(edition, frozenset(shown), frozenset(ticked), sent)


def page_of(value: str) -> tuple[int, PageKey | None]:
    """The number of a page and where it starts, from the value of NEXT and PREVIOUS."""
    page, _, place = value.partition("|")
    if not place:
        return int(page), None
    cleaned_at, _, contact_id = place.partition("|")
    return int(page), PageKey(datetime.fromisoformat(cleaned_at), int(contact_id))


def plan_of(value: str) -> tuple[str, bool]:
    """The id of the list's plan, and whether the ticked contacts are meant, from the value of ARCHIVE and EXPORT."""
    plan_id, _, ticked = value.partition(":")
    return plan_id, bool(ticked)


def _headline(words: Words, shown: Listing) -> Markup:
    audience = isolated(audience_views.short_name(shown.audience.name))
    if not shown.total:
        return words.md("segments-empty", audience=audience)
    if shown.segment.is_filtered:
        return words.md("segments-headline-found", found=shown.found, total=shown.total, audience=audience)
    return words.md("segments-headline", total=shown.total, audience=audience)


def _filters(words: Words, shown: Listing, week: Week) -> list[Block]:
    """The filters of one click, the button to all filters, and what is filtered by."""
    presets = [Preset.WEEK, Preset.TODAY]
    if shown.worth_a_look or shown.preset == Preset.WORTH_A_LOOK:
        presets.append(Preset.WORTH_A_LOOK)
    presets.append(Preset.TYPOS)
    chips = [_chip(words, shown, preset, week) for preset in presets]
    is_custom = shown.segment.is_filtered and shown.preset == Preset.ALL
    style = "primary" if is_custom else None
    chips.append(blocks.button(words("segments-filters"), FILTERS, style=style))
    rows = [blocks.actions(chips, "filters")]
    if is_custom or shown.segment.until:
        texts = Markup(" · ".join(filters.in_words(words, shown.segment)))
        rows.append(blocks.section(texts, accessory=blocks.button(words("segments-clear"), CLEAR)))
    if shown.archived:
        rows.append(blocks.context(words.md("segments-archived-since", n=shown.archived)))
    return rows


def _chip(words: Words, shown: Listing, preset: Preset, week: Week) -> Block:
    """A click on the one that is shown leads back to the whole list."""
    is_on = shown.preset == preset
    until = shown.segment.until if is_on and shown.segment.until else week.last
    return blocks.button(
        words(f"segments-preset-{preset}", n=shown.worth_a_look, until=words.short_day(until)),
        f"{PRESET}-{preset}",
        Preset.ALL if is_on else preset,
        style="primary" if is_on else None,
    )


def _list_buttons(words: Words, shown: Listing) -> list[Block]:
    """The buttons for the ticked contacts, or for the whole list while none is ticked."""
    rows = [] if shown.found else [blocks.context(words.md("segments-no-hit"))]
    if shown.refused_ticks:
        rows.append(blocks.section(words.md("segments-refused-ticks", most=MAX_TICKED)))
    if buttons := [*_tick_buttons(words, shown), *([] if shown.ticked else _buttons_for_all(words, shown))]:
        rows.append(blocks.actions(buttons, "buttons"))
    return rows


def _buttons_for_all(words: Words, shown: Listing) -> list[Block]:
    if not shown.found:
        return []
    return [
        blocks.button(words("segments-export-all", n=shown.found), EXPORT, shown.plan_id),
        blocks.button(words("segments-archive-all", n=shown.found), ARCHIVE, shown.plan_id),
    ]


def _tick_buttons(words: Words, shown: Listing) -> list[Block]:
    buttons, n = [], len(shown.ticked)
    if any(entry.id not in shown.ticked for entry in shown.entries):
        buttons.append(blocks.button(words("segments-tick-page"), TICK_PAGE))
    if n:
        value = f"{shown.plan_id}:ticked"
        buttons += [
            blocks.button(words("segments-untick", n=n), UNTICK),
            blocks.button(words("segments-export-ticked", n=n), EXPORT, value),
        ]
        if shown.preset == Preset.WORTH_A_LOOK:
            buttons.append(blocks.button(words("reviews-ticked", n=n), REVIEW, value))
    return buttons


def _row(words: Words, shown: Listing, entry: Entry, week: Week) -> Block:
    """A contact, in two lines. The address is the label of the checkbox, so that a screen reader says what is ticked."""
    address = blocks.clamp_middle(entry.address, blocks.OPTION)
    box = blocks.option(address, str(entry.id), _facts(words, shown, entry, week))
    options = [
        blocks.option(
            blocks.clamp_middle(words(f"segments-menu-{action}", address=entry.address), blocks.OPTION),
            f"{action}:{shown.audience.id}:{entry.id}",
        )
        for action in _actions(entry)
    ]
    menu = blocks.overflow(MENU, options)
    block_id = f"row-{shown.edition}-{entry.id}"
    return blocks.ticked_row(block_id, box, menu, ticked=entry.id in shown.ticked, action_id=TICK)


def _actions(entry: Entry) -> list[str]:
    actions = ["why"]
    if entry.reason != CleanReason.ABUSE:
        actions.append("fix")
    actions.append("archive")
    if entry.verdict and entry.verdict.weakness:
        actions.append("not-reviewed" if entry.verdict.review else "reviewed")
    return actions


def _facts(words: Words, shown: Listing, entry: Entry, week: Week) -> str:
    """Whether it is worth a look, when and why it was cleaned, as one line of plain text; without the year if it is this one."""
    verdict = entry.verdict
    is_marked = verdict and verdict.weakness and not verdict.review and shown.preset != Preset.WORTH_A_LOOK
    facts = [words("segments-row-look")] if is_marked else []
    if known(entry.cleaned_at):
        day = day_of(entry.cleaned_at, week.zone)
        facts.append(words.short_day(day) if day.year == week.last.year else words.day(day))
    else:
        facts.append(capital(words("on-unknown-date")))
    facts.append(evidence_views.in_brief(words, entry.reason, verdict, entry.diagnostic))
    return blocks.clamp(" · ".join(facts), _FACTS)


def _pages(words: Words, shown: Listing, audiences: Sequence[Audience]) -> list[Block]:
    """The buttons to other pages, and the menu of audiences.

    The value of a button is the page, so that a second click leads to the same one.
    """
    buttons = []
    if shown.page > 1:
        buttons.append(blocks.button(words("previous"), PREVIOUS, str(shown.page - 1)))
    if start := shown.following:
        value = f"{shown.page + 1}|{start.cleaned_at.isoformat()}|{start.id}"
        buttons.append(blocks.button(words("next"), NEXT, value))
    if len(audiences) > 1:
        buttons.append(audience_views.menu(words, audiences, CHOOSE, shown.audience.id))
    texts = []
    if shown.entries:
        texts.append(words.md("segments-page", page=shown.page, pages=shown.pages))
    if shown.ticked:
        texts.append(words.md("segments-ticked", n=len(shown.ticked)))
    rows = [blocks.context(*texts, block_id="page")] if texts else []
    return [*rows, blocks.actions(buttons, "pages")] if buttons else rows
