"""Block Kit from plain values, truncated to Slack's length limits, which are applied here only."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from handlers.words import Markup, Words
from storage.contacts.values import known

Block = dict[str, Any]
View = dict[str, Any]
Message = dict[str, Any]

# Limits in characters: docs.slack.dev/reference/block-kit
TITLE = 24
MOST_BLOCKS = 100  # of a modal
MORE = "more"  # the action id of a menu of buttons
BUTTON = 75
OPTION = 75
SECTION = 3000
FIELD = 2000
HEADER = 150
PLACEHOLDER = 150
LABEL = 2000


WORD_JOINER = "\N{WORD JOINER}"
_LINKED = re.compile(r"<[^<>]*>|(?<=\w)\.(?=[^\W\d])|(?<=[^\W\d_]):(?=\S)|[@#](?=\w)")


def clamp(text: str, limit: int) -> str:
    """Truncates the text to `limit` characters, with an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def clamp_middle(text: str, limit: int) -> str:
    """Truncates the text in its middle, as both ends of an address matter."""
    if len(text) <= limit:
        return text
    head = (limit - 1) // 2
    return f"{text[:head]}…{text[head + 1 - limit :]}"


def plain(text: str, limit: int) -> Block:
    return {"type": "plain_text", "text": clamp(text, limit) or " ", "emoji": False}


def mrkdwn(text: str, limit: int = SECTION) -> Block:
    """Text with formatting. `verbatim` keeps Slack from turning parts of it into links or mentions."""
    return {"type": "mrkdwn", "text": clamp(text, limit) or " ", "verbatim": True}


def header(text: str) -> Block:
    return {"type": "header", "text": plain(text, HEADER)}


def section(text: Markup, *, accessory: Block | None = None, block_id: str | None = None) -> Block:
    return _with({"type": "section", "text": mrkdwn(text)}, accessory=accessory, block_id=block_id)


def fields(texts: Iterable[Markup]) -> Block:
    """Short texts in two columns, at most ten."""
    return {"type": "section", "fields": [mrkdwn(text, FIELD) for text in texts][:10]}


def context(*texts: Markup, block_id: str | None = None) -> Block:
    return _with({"type": "context", "elements": [mrkdwn(text) for text in texts][:10]}, block_id=block_id)


def contexts(texts: Sequence[Markup]) -> list[Block]:
    """As many context blocks as the texts need: Slack accepts ten in each."""
    return [context(*texts[start : start + 10]) for start in range(0, len(texts), 10)]


def problem(text: Markup) -> Block:
    """An error about the input above it, for when the submission is acknowledged and Slack can't show one itself."""
    return section(Markup(f":warning: {text}"))


def divider() -> Block:
    return {"type": "divider"}


def actions(elements: Sequence[Block], block_id: str | None = None) -> Block:
    return _with({"type": "actions", "elements": list(elements)[:25]}, block_id=block_id)


def button(
    text: str,
    action_id: str,
    value: str = "",
    *,
    style: str | None = None,
    confirm: Block | None = None,
    name: str | None = None,
) -> Block:
    """A button. `style`: `primary` at most once in a message, `danger` only for what changes contacts.

    `name` is what screen readers say instead of the text, for one of several buttons with the same text.
    """
    element = {"type": "button", "action_id": action_id, "text": plain(text, BUTTON)}
    label = clamp(name, BUTTON) if name else None
    return _with(element, value=value[:2000] or None, style=style, confirm=confirm, accessibility_label=label)


def ticked_row(block_id: str, box: Block, menu: Block, *, ticked: bool, action_id: str) -> Block:
    """A row of a list: a checkbox whose option says what is ticked, and a menu.

    The name of a menu can't be set, so its options say what they are about.
    """
    element: Block = {"type": "checkboxes", "action_id": action_id, "options": [box]}
    return actions([element | ({"initial_options": [box]} if ticked else {}), menu], block_id)


def overflow(action_id: str, options: Sequence[Block]) -> Block:
    """A menu of at most five options behind three dots."""
    return {"type": "overflow", "action_id": action_id, "options": list(options)[:5]}


def more_buttons(buttons: Mapping[str, str], value: str) -> Block:
    """A menu of at most five buttons, action id → text, with the same value.

    A choice in it is handled as a click of that button: see `button_of`.
    """
    options = [option(text, f"{action_id}|{value}") for action_id, text in list(buttons.items())[:5]]
    return {"type": "overflow", "action_id": MORE, "options": options}


def button_of(action: Block) -> Block:
    """A click of the button that a choice in such a menu stands for; any other action as it is.

    So each button is listened to once, and who may press it is declared there.
    """
    if action.get("action_id") != MORE:
        return action
    action_id, _, value = action["selected_option"]["value"].partition("|")
    own = {key: inner for key, inner in action.items() if key not in ("type", "action_id", "selected_option")}
    return own | {"type": "button", "action_id": action_id, "value": value}


def link(text: str, url: str, action_id: str) -> Block:
    """A button that opens a web page."""
    return {"type": "button", "action_id": action_id, "text": plain(text, BUTTON), "url": url}


def option(text: str, value: str, description: str | None = None) -> Block:
    element = {"text": plain(text, OPTION), "value": value[:150]}
    return _with(element, description=plain(description, OPTION) if description else None)


def select(
    action_id: str, placeholder: str, options: Sequence[Block], *, initial: str | None = None
) -> Block:
    """A menu of at most 100 options. `initial` is the value of the selected one."""
    selected = next((option for option in options if option["value"] == initial), None)
    element = {
        "type": "static_select",
        "action_id": action_id,
        "placeholder": plain(placeholder, PLACEHOLDER),
        "options": list(options)[:100],
    }
    return _with(element, initial_option=selected)


def input_(
    label: str,
    element: Block,
    block_id: str,
    *,
    hint: str | None = None,
    optional: bool = False,
    dispatch: bool = False,
) -> Block:
    block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, LABEL),
        "element": element,
        "optional": optional,
    }
    return _with(block, hint=plain(hint, LABEL) if hint else None, dispatch_action=dispatch or None)


def modal(  # the arguments are Slack's own
    title: str,
    blocks: Sequence[Block],
    *,
    callback_id: str = "none",
    submit: str | None = None,
    close: str | None = None,
    metadata: str = "",
    notify_on_close: bool = False,
) -> View:
    """A modal. `metadata` is an id, never data."""
    view = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title, TITLE),
        "blocks": list(blocks)[:MOST_BLOCKS],
        "private_metadata": metadata,
    }
    return _with(
        view,
        submit=plain(submit, TITLE) if submit else None,
        close=plain(close, TITLE) if close else None,
        notify_on_close=notify_on_close or None,
    )


def message(text: Markup, blocks: Sequence[Block]) -> Message:
    """A message. `text` is shown in notifications and read by screen readers."""
    return {"text": unlinked(text), "blocks": list(blocks)[:50]}


def unlinked(text: Markup) -> Markup:
    """For text that can't be `verbatim`: Slack makes no link of a URL, domain or e-mail address in it.

    A word joiner, which nobody sees or hears, divides them. The bot's own mentions and dates stay as they are.
    """
    return Markup(
        _LINKED.sub(lambda match: match[0] if match[0][:1] == "<" else match[0] + WORD_JOINER, text)
    )


def date(moment: datetime, words: Words, form: str = "{date_short}") -> Markup:
    """A time that Slack shows in the reader's time zone and language."""
    fallback = words.moment(moment).replace("|", " ").replace(">", " ")
    return Markup(f"<!date^{int(moment.timestamp())}^{form}|{fallback}>")


def moment(at: datetime, words: Words) -> Markup:
    """A day and a time, as `date`."""
    return date(at, words, words("moment-form"))


def cleaned_on(at: datetime, words: Words, form: str = "{date_short}") -> Markup:
    """The day of cleaning within a sentence, as `date`; or that nobody knows it."""
    return words.md("on-date", date=date(at, words, form)) if known(at) else words.md("on-unknown-date")


def person(user_id: str) -> Markup:
    return Markup(f"<@{user_id}>")


def group(group_id: str) -> Markup:
    return Markup(f"<!subteam^{group_id}>")


def channel(channel_id: str) -> Markup:
    return Markup(f"<#{channel_id}>")


def _with(block: Block, **optional: Any) -> Block:
    return block | {key: value for key, value in optional.items() if value is not None}
