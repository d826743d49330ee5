"""Block Kit from plain values. Slack's length limits are kept here and nowhere else: French runs longer."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from handlers.words import Markup, Words

Block = dict[str, Any]
View = dict[str, Any]
Message = dict[str, Any]

# docs.slack.dev/reference/block-kit: characters
TITLE = 24
BUTTON = 75
OPTION = 75
SECTION = 3000
FIELD = 2000
HEADER = 150
PLACEHOLDER = 150
LABEL = 2000


def clamp(text: str, most: int) -> str:
    """The text, cut to `most` characters with an ellipsis."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def clamp_middle(text: str, most: int) -> str:
    """The text, cut in its middle: both ends of an address tell something."""
    if len(text) <= most:
        return text
    head = (most - 1) // 2
    return f"{text[:head]}…{text[head + 1 - most :]}"


def plain(text: str, most: int) -> Block:
    return {"type": "plain_text", "text": clamp(text, most) or " ", "emoji": False}


def mrkdwn(text: str, most: int = SECTION) -> Block:
    """`verbatim`: Slack makes no links or mentions of its own in it."""
    return {"type": "mrkdwn", "text": clamp(text, most) or " ", "verbatim": True}


def header(text: str) -> Block:
    return {"type": "header", "text": plain(text, HEADER)}


def section(text: Markup, *, accessory: Block | None = None, block_id: str | None = None) -> Block:
    return _with({"type": "section", "text": mrkdwn(text)}, accessory=accessory, block_id=block_id)


def fields(texts: Iterable[Markup]) -> Block:
    """At most ten short texts in two columns."""
    return {"type": "section", "fields": [mrkdwn(text, FIELD) for text in texts][:10]}


def context(*texts: Markup, block_id: str | None = None) -> Block:
    return _with({"type": "context", "elements": [mrkdwn(text) for text in texts][:10]}, block_id=block_id)


def contexts(texts: Sequence[Markup]) -> list[Block]:
    """As many as the texts need: Slack takes ten in one."""
    return [context(*texts[start : start + 10]) for start in range(0, len(texts), 10)]


def problem(text: Markup) -> Block:
    """What is wrong with the input above it, where Slack has its answer and shows no error of its own."""
    return section(Markup(f":warning: {text}"))


def divider() -> Block:
    return {"type": "divider"}


def actions(elements: Sequence[Block], block_id: str | None = None) -> Block:
    return _with({"type": "actions", "elements": list(elements)[:25]}, block_id=block_id)


def button(
    text: str, action_id: str, value: str = "", *, style: str | None = None, confirm: Block | None = None
) -> Block:
    """`style`: `primary` once a message, `danger` only for what changes contacts."""
    made = {"type": "button", "action_id": action_id, "text": plain(text, BUTTON)}
    return _with(made, value=value[:2000] or None, style=style, confirm=confirm)


def link(text: str, url: str, action_id: str) -> Block:
    """A button that opens a page."""
    return {"type": "button", "action_id": action_id, "text": plain(text, BUTTON), "url": url}


def option(text: str, value: str, description: str | None = None) -> Block:
    made = {"text": plain(text, OPTION), "value": value[:150]}
    return _with(made, description=plain(description, OPTION) if description else None)


def select(
    action_id: str, placeholder: str, options: Sequence[Block], *, initial: str | None = None
) -> Block:
    """A menu of at most 100 options; `initial` is the value of the one that is chosen."""
    chosen = next((o for o in options if o["value"] == initial), None)
    made = {
        "type": "static_select",
        "action_id": action_id,
        "placeholder": plain(placeholder, PLACEHOLDER),
        "options": list(options)[:100],
    }
    return _with(made, initial_option=chosen)


def input_(
    label: str,
    element: Block,
    block_id: str,
    *,
    hint: str | None = None,
    optional: bool = False,
    dispatch: bool = False,
) -> Block:
    made = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, LABEL),
        "element": element,
        "optional": optional,
    }
    return _with(made, hint=plain(hint, LABEL) if hint else None, dispatch_action=dispatch or None)


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
    """A modal; its metadata is an id, never the data itself."""
    made = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title, TITLE),
        "blocks": list(blocks)[:100],
        "private_metadata": metadata,
    }
    return _with(
        made,
        submit=plain(submit, TITLE) if submit else None,
        close=plain(close, TITLE) if close else None,
        notify_on_close=notify_on_close or None,
    )


def message(text: str, blocks: Sequence[Block]) -> Message:
    """`text` is what notifications show and screen readers read."""
    return {"text": text, "blocks": list(blocks)[:50]}


def date(moment: datetime, words: Words, form: str = "{date_short}") -> Markup:
    """A time that Slack writes in the reader's zone and language."""
    fallback = words.moment(moment).replace("|", " ").replace(">", " ")
    return Markup(f"<!date^{int(moment.timestamp())}^{form}|{fallback}>")


def person(user_id: str) -> Markup:
    return Markup(f"<@{user_id}>")


def channel(channel_id: str) -> Markup:
    return Markup(f"<#{channel_id}>")


def _with(made: Block, **more: Any) -> Block:
    return made | {key: value for key, value in more.items() if value is not None}
