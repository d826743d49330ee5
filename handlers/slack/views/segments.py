"""The modal of the list: headline, filters, buttons, a row for each contact, and pages."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.contacts.segments import MAX_TEXT, MAX_TICKED, Entry, Listing, TickedBoxes
from bot.core.audiences import Audience
from handlers.slack.elements import audiences as audience_views
from handlers.slack.elements import blocks, filters
from handlers.slack.elements.blocks import Block, View
from handlers.slack.elements.texts import capital, isolated
from handlers.slack.views import evidence as evidence_views
from handlers.words import Markup, Words
from storage.contacts.contacts import PageKey
from storage.contacts.values import CleanReason

CALLBACK = "segments-list"
CHOOSE = "segments-audience"
REASON, SINCE, CAMPAIGN, DOMAIN, TEXT = (
    f"segments-{name}" for name in ("reason", "since", "campaign", "domain", "text")
)
CLEAR, WORTH_A_LOOK = "segments-clear", "segments-worth-a-look"
TICK, TICK_PAGE, UNTICK = "segments-tick", "segments-tick-page", "segments-untick"
NEXT, PREVIOUS = "segments-next", "segments-previous"
# Buttons that other features listen to.
ARCHIVE, EXPORT, FIX = "open-archive-segment", "open-export-segment", "open-fix-contact"
WHY = evidence_views.OPEN

ANY = "any"
_VALUE = 150  # characters of an option's value
_NAME, _DIAGNOSTIC = 80, 200  # characters shown
_ROW = "row"


def listing(words: Words, shown: Listing, audiences: Sequence[Audience], typed: str | None = None) -> View:
    """The list. `audiences` are all there are, to switch to; `typed` is the content of the text field, applied or not."""
    rows = [blocks.section(_headline(words, shown))]
    if shown.segment.until:  # the menus of filters have no last day
        rows.append(blocks.context(*filters.in_words(words, shown.segment)))
    if len(audiences) > 1:
        rows.append(audience_views.picker(words, audiences, CHOOSE, shown.audience.id))
    if not shown.total:
        return blocks.modal(
            words("segments-title"),
            rows,
            callback_id=CALLBACK,
            close=words("close"),
            metadata=shown.plan_id,
        )
    rows += _filters(words, shown, typed)
    if shown.segment.worth_a_look:
        rows.append(blocks.context(words.md("evidence-weak-help")))
    rows += _list_buttons(words, shown)
    for entry in shown.entries:
        rows += _row(words, shown, entry)
    rows += _pages(words, shown)
    return blocks.modal(
        words("segments-title"),
        rows,
        callback_id=CALLBACK,
        submit=words("segments-apply"),
        close=words("close"),
        metadata=shown.plan_id,
    )


def same(view: Mapping[str, Any]) -> View:
    """The view, given as Slack sends it, to be shown again with what was typed and ticked in it."""
    names = ("type", "callback_id", "title", "blocks", "private_metadata", "submit", "close")
    return {name: view[name] for name in names if view.get(name)}


def suggestions(words: Words, counts: Mapping[str, int]) -> list[Block]:
    """Options for names with their number of contacts. A name too long for a value is truncated: see `full_name`."""
    options = {}
    for name, n in counts.items():
        length = blocks.OPTION - len(words("segments-suggestion", name="", n=n))
        text = words("segments-suggestion", name=blocks.clamp(name, length), n=n)
        options[blocks.clamp(name, _VALUE)] = blocks.option(text, blocks.clamp(name, _VALUE))
    return list(options.values())[:100]


def is_truncated(value: str) -> bool:
    """Whether an option's value may be a truncated name."""
    return value.endswith("…")


def full_name(names: Iterable[str], value: str) -> str:
    """The name that an option's value is the truncated form of."""
    return next((name for name in names if blocks.clamp(name, _VALUE) == value), value)


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


def typed(view: Mapping[str, Any]) -> str | None:
    """The content of the text field; None if the view has none."""
    for elements in view.get("state", {}).get("values", {}).values():
        if TEXT in elements:
            return elements[TEXT].get("value") or ""
    return None


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


def _filters(words: Words, shown: Listing, typed: str | None) -> list[Block]:
    segment = shown.segment
    reasons = [blocks.option(words("segments-any-reason"), ANY)]
    reasons += [blocks.option(capital(words(f"reason-{reason}")), reason) for reason in CleanReason]
    since: Block = {
        "type": "datepicker",
        "action_id": SINCE,
        "placeholder": blocks.plain(words("segments-since"), blocks.PLACEHOLDER),
    }
    if segment.since:
        since["initial_date"] = segment.since.isoformat()
    menus = [
        blocks.select(REASON, words("segments-reason"), reasons, initial=segment.reason),
        since,
        _menu(CAMPAIGN, words("segments-campaign"), segment.campaign),
        _menu(DOMAIN, words("segments-domain"), segment.domain),
    ]
    if shown.worth_a_look or segment.worth_a_look:
        menus.append(_worth_a_look(words, shown))
    if segment.is_filtered:
        menus.append(blocks.button(words("segments-clear"), CLEAR))
    text: Block = {
        "type": "plain_text_input",
        "action_id": TEXT,
        "max_length": MAX_TEXT,
        "placeholder": blocks.plain(words("segments-text-hint"), blocks.PLACEHOLDER),
        "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
    }
    if value := segment.text if typed is None else typed:
        text["initial_value"] = value[:MAX_TEXT]
    label = words("segments-text")
    # The ids change with the edition, since Slack keeps the content of a field that has the same id.
    return [
        blocks.actions(menus, f"filters-{shown.edition}"),
        blocks.input_(label, text, f"text-{shown.edition}", optional=True, dispatch=True),
    ]


def _worth_a_look(words: Words, shown: Listing) -> Block:
    option = blocks.option(words("evidence-only-weak", n=shown.worth_a_look), WORTH_A_LOOK)
    box: Block = {"type": "checkboxes", "action_id": WORTH_A_LOOK, "options": [option]}
    return box | ({"initial_options": [option]} if shown.segment.worth_a_look else {})


def _menu(action_id: str, placeholder: str, selected: str | None) -> Block:
    menu: Block = {
        "type": "external_select",
        "action_id": action_id,
        "placeholder": blocks.plain(placeholder, blocks.PLACEHOLDER),
        "min_query_length": 0,
    }
    if selected:
        menu["initial_option"] = blocks.option(selected, blocks.clamp(selected, _VALUE))
    return menu


def _list_buttons(words: Words, shown: Listing) -> list[Block]:
    """The buttons for the whole list and for the ticked contacts."""
    if not shown.found and not shown.ticked:
        return [blocks.context(words.md("segments-no-hit"))]
    rows = []
    if shown.found:
        buttons = [
            blocks.button(words("segments-export-all", n=shown.found), EXPORT, shown.plan_id),
            blocks.button(words("segments-archive-all", n=shown.found), ARCHIVE, shown.plan_id),
        ]
        rows.append(blocks.actions(buttons, "all"))
    else:
        rows.append(blocks.context(words.md("segments-no-hit")))
    rows.append(blocks.divider())
    rows.append(blocks.context(words.md("segments-ticked", n=len(shown.ticked)), block_id="ticked"))
    if shown.refused_ticks:
        rows.append(blocks.section(words.md("segments-refused-ticks", most=MAX_TICKED)))
    return [*rows, *_tick_buttons(words, shown)]


def _tick_buttons(words: Words, shown: Listing) -> list[Block]:
    buttons, n = [], len(shown.ticked)
    if any(entry.id not in shown.ticked for entry in shown.entries):
        buttons.append(blocks.button(words("segments-tick-page"), TICK_PAGE))
    if n:
        value = f"{shown.plan_id}:ticked"
        buttons += [
            blocks.button(words("segments-untick"), UNTICK),
            blocks.button(words("segments-export-ticked", n=n), EXPORT, value),
            blocks.button(words("segments-archive-ticked", n=n), ARCHIVE, value),
        ]
    return [blocks.actions(buttons, "ticks")] if buttons else []


def _row(words: Words, shown: Listing, entry: Entry) -> list[Block]:
    """A contact. The address is the label of the checkbox, so that a screen reader says what is ticked."""
    option = blocks.option(blocks.clamp_middle(entry.address, blocks.OPTION), str(entry.id))
    box: Block = {"type": "checkboxes", "action_id": TICK, "options": [option]}
    if entry.id in shown.ticked:
        box["initial_options"] = [option]
    value = f"{shown.audience.id}:{entry.id}"
    elements = [box, blocks.button(words("evidence-open"), WHY, value)]
    if entry.reason != CleanReason.ABUSE:
        elements.append(blocks.button(words("segments-fix"), FIX, value))
    return [
        blocks.actions(elements, f"{_ROW}-{shown.edition}-{entry.id}"),
        blocks.context(_facts(words, entry)),
    ]


def _facts(words: Words, entry: Entry) -> Markup:
    """Why it was cleaned; the name, the campaign and the date; why it is worth a look; the diagnostic text."""
    lines = [evidence_views.because(words, entry.reason, entry.verdict, entry.diagnostic)]
    facts = [isolated(blocks.clamp(entry.name, _NAME))] if entry.name else []
    if entry.campaign:
        campaign = isolated(blocks.clamp(entry.campaign, _NAME))
        facts.append(words.md("segments-row-campaign", campaign=campaign))
    facts.append(words.md("segments-row-cleaned", date=blocks.cleaned_on(entry.cleaned_at, words)))
    lines.append(Markup(" · ".join(facts)))
    if look := evidence_views.look(words, entry.verdict):
        lines.append(Markup(f"*{look}*"))
    if entry.diagnostic:
        lines.append(isolated(blocks.clamp(entry.diagnostic, _DIAGNOSTIC)))
    return Markup("\n".join(lines))


def _pages(words: Words, shown: Listing) -> list[Block]:
    """The buttons to other pages. Their value is the page, so that a second click leads to the same one."""
    buttons = []
    if shown.page > 1:
        buttons.append(blocks.button(words("previous"), PREVIOUS, str(shown.page - 1)))
    if start := shown.following:
        value = f"{shown.page + 1}|{start.cleaned_at.isoformat()}|{start.id}"
        buttons.append(blocks.button(words("next"), NEXT, value))
    if not buttons:
        return []
    return [blocks.context(words.md("segments-page", page=shown.page)), blocks.actions(buttons, "pages")]
