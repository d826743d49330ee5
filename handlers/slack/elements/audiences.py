"""Choosing an audience."""

from collections.abc import Sequence

from bot.core.audiences import Audience
from handlers.slack.elements import blocks
from handlers.slack.elements.blocks import Block, View
from handlers.words import Words

BLOCK = "audience"
MAILCHIMP = "Mailchimp"  # in every language
MOST_OPTIONS = 100  # of a static_select; beyond, one types a part of the name


def picker(words: Words, audiences: Sequence[Audience], action_id: str, chosen: int | None = None) -> Block:
    """A row with the menu of audiences; its action's value is the audience's id."""
    return blocks.actions([menu(words, audiences, action_id, chosen)], BLOCK)


def menu(words: Words, audiences: Sequence[Audience], action_id: str, chosen: int | None = None) -> Block:
    """The menu alone: the value of an option is the audience's id. Over 100 audiences, one types."""
    placeholder = words("audience-choose")
    if len(audiences) <= MOST_OPTIONS:
        initial = None if chosen is None else str(chosen)
        return blocks.select(action_id, placeholder, options(audiences), initial=initial)
    return {
        "type": "external_select",
        "action_id": action_id,
        "placeholder": blocks.plain(placeholder, blocks.PLACEHOLDER),
        "min_query_length": 0,
    }


def options(audiences: Sequence[Audience], typed: str = "") -> list[Block]:
    """The audiences whose name holds what was typed, at most 100."""
    found = [each for each in audiences if typed.casefold() in label(each).casefold()]
    return [blocks.option(label(each), str(each.id)) for each in found[:MOST_OPTIONS]]


def label(audience: Audience) -> str:
    """The name as one chooses by it: a mirrored audience's with where it is from, which is never cut off."""
    if not audience.is_mirror or audience.name.endswith(f"({MAILCHIMP})"):
        return audience.name
    suffix = f" · {MAILCHIMP}"
    return blocks.clamp(audience.name, blocks.OPTION - len(suffix)) + suffix


def choose(words: Words, audiences: Sequence[Audience], action_id: str, title: str) -> View:
    """The first step of a flow where there are several audiences."""
    rows = [blocks.section(words.md("audience-which")), picker(words, audiences, action_id)]
    return blocks.modal(title, rows, close=words("cancel"))
