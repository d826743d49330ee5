"""The modal of the list: headline, filters, ticks, rows, pages."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.contacts.segments import LONGEST_TEXT, MOST_TICKED, Entry, Listing, TickedBoxes
from bot.core.audiences import Audience
from handlers.slack.elements import audiences as audience_views
from handlers.slack.elements import blocks
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
# Other features' flows, opened from here.
ARCHIVE, EXPORT, FIX = "open-archive-segment", "open-export-segment", "open-fix-contact"
WHY = evidence_views.OPEN

ANY = "any"
_VALUE = 150  # characters of an option's value
_NAME, _DIAGNOSTIC, _AUDIENCE = 80, 200, 80  # characters shown of what comes from outside
_ROW = "row"


def listing(words: Words, shown: Listing, everyone: Sequence[Audience], typed: str | None = None) -> View:
    """The list. `everyone`: all audiences, to switch; `typed`: what stands in the text field, applied or not."""
    rows = [blocks.section(_headline(words, shown))]
    if len(everyone) > 1:
        rows.append(audience_views.picker(words, everyone, CHOOSE, shown.audience.id))
    if not shown.total:
        return blocks.modal(
            words("segments-title"),
            rows,
            callback_id=CALLBACK,
            close=words("close"),
            metadata=shown.draft_id,
        )
    rows += _filters(words, shown, typed)
    if shown.segment.worth_a_look:
        rows.append(blocks.context(words.md("evidence-weak-help")))
    rows += _ticks(words, shown)
    for entry in shown.entries:
        rows += _row(words, shown, entry)
    rows += _pages(words, shown)
    return blocks.modal(
        words("segments-title"),
        rows,
        callback_id=CALLBACK,
        submit=words("segments-apply"),
        close=words("close"),
        metadata=shown.draft_id,
    )


def same(view: Mapping[str, Any]) -> View:
    """A view as Slack sends it, to be shown on: what was typed and ticked in it stays."""
    kept = ("type", "callback_id", "title", "blocks", "private_metadata", "submit", "close")
    return {name: view[name] for name in kept if view.get(name)}


def suggestions(words: Words, found: Mapping[str, int]) -> list[Block]:
    """Names with how many contacts each, as options; a name too long for a value is cut: see `named`."""
    options = {}
    for name, n in found.items():
        rest = len(words("segments-suggestion", name="", n=n))
        text = words("segments-suggestion", name=blocks.clamp(name, blocks.OPTION - rest), n=n)
        options[blocks.clamp(name, _VALUE)] = blocks.option(text, blocks.clamp(name, _VALUE))
    return list(options.values())[:100]


def is_cut(value: str) -> bool:
    """Whether an option's value may be a name's beginning only."""
    return value.endswith("…")


def named(found: Mapping[str, int], value: str) -> str:
    """The name that an option's value stands for."""
    return next((name for name in found if blocks.clamp(name, _VALUE) == value), value)


def boxes(view: Mapping[str, Any], sent: str = "") -> TickedBoxes:
    """The checkboxes of the page as they stood. `view`: as Slack sends it; `sent`: the click's time."""
    edition, shown, ticked = -1, set(), set()
    for block_id, elements in view.get("state", {}).get("values", {}).items():
        if TICK in elements:
            _, of, contact_id = block_id.split("-")
            edition = int(of)
            shown.add(int(contact_id))
            if elements[TICK].get("selected_options"):
                ticked.add(int(contact_id))
    return TickedBoxes(edition, frozenset(shown), frozenset(ticked), sent)


def typed(view: Mapping[str, Any]) -> str | None:
    """What stands in the text field; None where there is none."""
    for elements in view.get("state", {}).get("values", {}).values():
        if TEXT in elements:
            return elements[TEXT].get("value") or ""
    return None


def page_of(value: str) -> tuple[int, PageKey | None]:
    """The page's number and where it starts, from a button's value."""
    page, _, place = value.partition("|")
    if not place:
        return int(page), None
    cleaned_at, _, contact_id = place.partition("|")
    return int(page), PageKey(datetime.fromisoformat(cleaned_at), int(contact_id))


def draft_of(value: str) -> tuple[str, bool]:
    """The list's draft, and whether the ticked are meant, from the value of ARCHIVE and EXPORT."""
    draft_id, _, ticked = value.partition(":")
    return draft_id, bool(ticked)


def _headline(words: Words, shown: Listing) -> Markup:
    audience = isolated(blocks.clamp(shown.audience.name, _AUDIENCE))
    if not shown.total:
        return words.md("segments-empty", audience=audience)
    if shown.segment.is_filtered:
        return words.md("segments-headline-found", found=shown.found, total=shown.total, audience=audience)
    return words.md("segments-headline", total=shown.total, audience=audience)


def _filters(words: Words, shown: Listing, written: str | None) -> list[Block]:
    segment = shown.segment
    reasons = [blocks.option(words("segments-any-reason"), ANY)]
    reasons += [blocks.option(capital(words(f"reason-{each}")), each) for each in CleanReason]
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
        "max_length": LONGEST_TEXT,
        "placeholder": blocks.plain(words("segments-text-hint"), blocks.PLACEHOLDER),
        "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
    }
    if value := segment.text if written is None else written:
        text["initial_value"] = value[:LONGEST_TEXT]
    label = words("segments-text")
    # Another edition, other ids: Slack keeps what stands under the same.
    return [
        blocks.actions(menus, f"filters-{shown.edition}"),
        blocks.input_(label, text, f"text-{shown.edition}", optional=True, dispatch=True),
    ]


def _worth_a_look(words: Words, shown: Listing) -> Block:
    option = blocks.option(words("evidence-only-weak", n=shown.worth_a_look), WORTH_A_LOOK)
    box: Block = {"type": "checkboxes", "action_id": WORTH_A_LOOK, "options": [option]}
    return box | ({"initial_options": [option]} if shown.segment.worth_a_look else {})


def _menu(action_id: str, placeholder: str, chosen: str | None) -> Block:
    made: Block = {
        "type": "external_select",
        "action_id": action_id,
        "placeholder": blocks.plain(placeholder, blocks.PLACEHOLDER),
        "min_query_length": 0,
    }
    if chosen:
        made["initial_option"] = blocks.option(chosen, blocks.clamp(chosen, _VALUE))
    return made


def _ticks(words: Words, shown: Listing) -> list[Block]:
    """What can be done with the list and with what is ticked."""
    if not shown.found and not shown.ticked:
        return [blocks.context(words.md("segments-no-hit"))]
    rows = []
    if shown.found:
        every = [
            blocks.button(words("segments-export-all", n=shown.found), EXPORT, shown.draft_id),
            blocks.button(words("segments-archive-all", n=shown.found), ARCHIVE, shown.draft_id),
        ]
        rows.append(blocks.actions(every, "all"))
    else:
        rows.append(blocks.context(words.md("segments-no-hit")))
    rows.append(blocks.divider())
    rows.append(blocks.context(words.md("segments-ticked", n=len(shown.ticked)), block_id="ticked"))
    if shown.refused_ticks:
        rows.append(blocks.section(words.md("segments-refused-ticks", most=MOST_TICKED)))
    return [*rows, *_tick_buttons(words, shown)]


def _tick_buttons(words: Words, shown: Listing) -> list[Block]:
    buttons, n = [], len(shown.ticked)
    if any(entry.id not in shown.ticked for entry in shown.entries):
        buttons.append(blocks.button(words("segments-tick-page"), TICK_PAGE))
    if n:
        value = f"{shown.draft_id}:ticked"
        buttons += [
            blocks.button(words("segments-untick"), UNTICK),
            blocks.button(words("segments-export-ticked", n=n), EXPORT, value),
            blocks.button(words("segments-archive-ticked", n=n), ARCHIVE, value),
        ]
    return [blocks.actions(buttons, "ticks")] if buttons else []


def _row(words: Words, shown: Listing, entry: Entry) -> list[Block]:
    """The address is the box's own label: a screen reader says what is ticked."""
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
    """Why, then who and when; why it is worth a look; the mail server's own words."""
    lines = [evidence_views.because(words, entry.reason, entry.mark, entry.diagnostic)]
    facts = [isolated(blocks.clamp(entry.name, _NAME))] if entry.name else []
    if entry.campaign:
        campaign = isolated(blocks.clamp(entry.campaign, _NAME))
        facts.append(words.md("segments-row-campaign", campaign=campaign))
    facts.append(words.md("segments-row-cleaned", date=blocks.date(entry.cleaned_at, words)))
    lines.append(Markup(" · ".join(facts)))
    if look := evidence_views.look(words, entry.mark):
        lines.append(Markup(f"*{look}*"))
    if entry.diagnostic:
        lines.append(isolated(blocks.clamp(entry.diagnostic, _DIAGNOSTIC)))
    return Markup("\n".join(lines))


def _pages(words: Words, shown: Listing) -> list[Block]:
    """A button says which page it leads to, so that a second click leads to the same."""
    buttons = []
    if shown.page > 1:
        buttons.append(blocks.button(words("previous"), PREVIOUS, str(shown.page - 1)))
    if at := shown.following:
        value = f"{shown.page + 1}|{at.cleaned_at.isoformat()}|{at.id}"
        buttons.append(blocks.button(words("next"), NEXT, value))
    if not buttons:
        return []
    return [blocks.context(words.md("segments-page", page=shown.page)), blocks.actions(buttons, "pages")]
