"""The form of all filters of the list. It takes the list's place, and leads back to it."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from bot.contacts.segments import MAX_TEXT
from handlers.slack.elements import blocks
from handlers.slack.elements.blocks import Block, View
from handlers.slack.elements.texts import capital
from handlers.words import Words
from storage.contacts.contacts import Segment
from storage.contacts.values import CleanReason

CALLBACK, BACK = "segment-filters", "segment-filters-back"
REASON, SINCE, UNTIL, CAMPAIGN, DOMAIN, TEXT, ONLY = (
    f"segments-{name}" for name in ("reason", "since", "until", "campaign", "domain", "text", "only")
)
ONLY_THOSE = ("worth_a_look", "reviewed", "likely_typos")  # filters of which one is chosen

_VALUE = 150  # characters of an option's value


def form(words: Words, plan_id: str, segment: Segment) -> View:
    """The form, filled in with the segment's filters. `plan_id` is the list's."""
    reasons = [blocks.option(capital(words(f"reasons-{reason}")), reason) for reason in CleanReason]
    only = [blocks.option(words(f"segments-only-{name}"), name) for name in ONLY_THOSE]
    only_those = next((name for name in ONLY_THOSE if getattr(segment, name)), None)
    text: Block = {"type": "plain_text_input", "max_length": MAX_TEXT}
    text["placeholder"] = blocks.plain(words("segments-text-hint"), blocks.PLACEHOLDER)
    if segment.text:
        text["initial_value"] = segment.text
    inputs = {
        TEXT: text,
        REASON: blocks.select(REASON, words("segments-any-reason"), reasons, initial=segment.reason),
        SINCE: _day(segment.since),
        UNTIL: _day(segment.until),
        CAMPAIGN: _menu(words("segments-any-campaign"), segment.campaign),
        DOMAIN: _menu(words("segments-any-domain"), segment.domain),
        ONLY: blocks.select(ONLY, words("segments-any-contact"), only, initial=only_those),
    }
    return blocks.modal(
        words("segments-filters-title"),
        [
            *(
                blocks.input_(words(name), element | {"action_id": name}, name, optional=True)
                for name, element in inputs.items()
            ),
            blocks.actions([blocks.button(words("segments-back"), BACK)], BACK),
        ],
        callback_id=CALLBACK,
        submit=words("segments-apply"),
        close=words("close"),
        metadata=plan_id,
    )


def chosen(inputs: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The filters by name, from the values of the submitted view. A name may be truncated: see `full_name`."""
    states = {name: state for block in inputs.values() for name, state in block.items()}

    def option(name: str) -> str | None:
        return (states.get(name, {}).get("selected_option") or {}).get("value")

    def day(name: str) -> date | None:
        chosen = states.get(name, {}).get("selected_date")
        return date.fromisoformat(chosen) if chosen else None

    only = option(ONLY)
    return {
        "text": states.get(TEXT, {}).get("value"),
        "reason": option(REASON),
        "since": day(SINCE),
        "until": day(UNTIL),
        "campaign": option(CAMPAIGN),
        "domain": option(DOMAIN),
        **({only: True} if only in ONLY_THOSE else {}),
    }


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


def _day(chosen: date | None) -> Block:
    return {"type": "datepicker"} | ({"initial_date": chosen.isoformat()} if chosen else {})


def _menu(placeholder: str, selected: str | None) -> Block:
    menu: Block = {
        "type": "external_select",
        "placeholder": blocks.plain(placeholder, blocks.PLACEHOLDER),
        "min_query_length": 0,
    }
    if selected:
        menu["initial_option"] = blocks.option(selected, blocks.clamp(selected, _VALUE))
    return menu
