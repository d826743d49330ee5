"""Menus to choose an audience from."""

from collections.abc import Sequence

from bot.audiences.audiences import Audience
from handlers.slack.elements import blocks
from handlers.slack.elements.blocks import Block, View
from handlers.words import Words

BLOCK = "audience"
MAILCHIMP = "Mailchimp"  # in every language
MAX_OPTIONS = 100  # of a static_select; with more audiences, the person types a part of the name
_SHOWN = 80  # characters of a name, within a sentence


def picker(words: Words, audiences: Sequence[Audience], action_id: str, chosen: int | None = None) -> Block:
    """A row with the menu of audiences. The value of the action is the audience's id."""
    return blocks.actions([menu(words, audiences, action_id, chosen)], BLOCK)


def menu(words: Words, audiences: Sequence[Audience], action_id: str, chosen: int | None = None) -> Block:
    """The menu of audiences. The value of an option is the audience's id."""
    placeholder = words("audience-choose")
    if len(audiences) <= MAX_OPTIONS:
        initial = None if chosen is None else str(chosen)
        return blocks.select(action_id, placeholder, options(audiences), initial=initial)
    return {
        "type": "external_select",
        "action_id": action_id,
        "placeholder": blocks.plain(placeholder, blocks.PLACEHOLDER),
        "min_query_length": 0,
    }


def options(audiences: Sequence[Audience], typed: str = "") -> list[Block]:
    """Options for the audiences whose label contains the typed text, at most MAX_OPTIONS."""
    matches = [audience for audience in audiences if typed.casefold() in label(audience).casefold()]
    return [blocks.option(label(audience), str(audience.id)) for audience in matches[:MAX_OPTIONS]]


def label(audience: Audience) -> str:
    """The audience's name; of a mirrored one followed by "Mailchimp", which is never truncated."""
    if not audience.is_mirror or audience.name.endswith(f"({MAILCHIMP})"):
        return audience.name
    suffix = f" · {MAILCHIMP}"
    return blocks.clamp(audience.name, blocks.OPTION - len(suffix)) + suffix


def split_value(value: str) -> tuple[int, str]:
    """The audience's id and the rest, from a value `audience id:rest`."""
    audience_id, _, rest = value.partition(":")
    return int(audience_id), rest


def short_name(name: str) -> str:
    return blocks.clamp(name, _SHOWN)


def offer(words: Words, name: str, near: Sequence[Audience], action_id: str) -> list[Block]:
    """Says that no audience has the name, and offers those that may be meant. The value of a button is the id."""
    rows = [blocks.section(words.md("audience-unknown", name=short_name(name)))]
    for audience in near:
        text = words.md("audience-near", audience=short_name(audience.name))
        accessory = blocks.button(words("audience-take"), action_id, str(audience.id))
        rows.append(blocks.section(text, accessory=accessory))
    return rows


def menu_of(view: View) -> list[Block]:
    """The row with the menu of audiences that is on top of the view, given as Slack sends it, if there is one."""
    return [block for block in view["blocks"][:1] if block.get("block_id") == BLOCK]


def choose(words: Words, audiences: Sequence[Audience], action_id: str, title: str) -> View:
    """The modal that asks which audience is meant."""
    rows = [blocks.section(words.md("audience-which")), picker(words, audiences, action_id)]
    return blocks.modal(title, rows, close=words("cancel"))
