"""What Slack refuses of a modal, a Home tab or a message: its published limits, checked on the payload itself.

docs.slack.dev/reference/block-kit and /reference/views; the 13,200 characters of a message's blocks are found
out, not published. `problems(surface, payload)` gives one line a fault, none when Slack would take it.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from handlers.slack.elements import newer

Json = dict[str, Any]

BLOCKS = {"modal": 100, "home": 100, "message": 50}
MESSAGE_CHARACTERS = 13_200
MESSAGE_ONLY = {"table", "data_table", "data_visualization", "markdown", "file", "task_card", "plan"}
NOT_IN_MESSAGES = {"file_input"}
MODAL_ONLY = {"alert"}

# type → field → most characters (text), most items (list)
MOST: dict[str, dict[str, int]] = {
    "section": {"text": 3000, "fields": 10},
    "context": {"elements": 10},
    "actions": {"elements": 25},
    "header": {"text": 150},
    "input": {"label": 2000, "hint": 2000},
    "markdown": {"text": 12_000},
    "image": {"alt_text": 2000, "title": 2000, "image_url": 3000},
    "button": {"text": 75, "value": 2000, "url": 3000, "accessibility_label": 75},
    "checkboxes": {"options": 10},
    "radio_buttons": {"options": 10},
    "overflow": {"options": 5},
    "plain_text_input": {"placeholder": 150, "initial_value": 3000},
    "email_text_input": {"placeholder": 150},
    "datepicker": {"placeholder": 150},
    "timepicker": {"placeholder": 150},
    "file_input": {"filetypes": 100},
    "table": {"rows": 100, "column_settings": 20},
    "alert": {"text": 200},
    "task_card": {"title": 256, "task_id": 255},
}
SELECTS = ("static", "external", "users", "conversations", "channels")
MOST |= {
    f"{multi}{kind}_select": {"placeholder": 150, "options": 100, "option_groups": 100}
    for kind in SELECTS
    for multi in ("", "multi_")
}

NEEDS: dict[str, tuple[str, ...]] = {
    "header": ("text",),
    "input": ("label", "element"),
    "actions": ("elements",),
    "context": ("elements",),
    "alert": ("text",),
    "task_card": ("title", "task_id", "status"),
    "button": ("text", "action_id"),
    "checkboxes": ("options", "action_id"),
    "radio_buttons": ("options", "action_id"),
    "overflow": ("options", "action_id"),
    "static_select": ("action_id",),
    "external_select": ("action_id",),
    "datepicker": ("action_id",),
    "timepicker": ("action_id",),
    "plain_text_input": ("action_id",),
    "email_text_input": ("action_id",),
    "file_input": ("action_id",),
}
PLAIN_ONLY = {"label", "hint", "placeholder", "title", "submit", "close", "confirm", "deny"}


# What somebody might name an audience, a campaign, a file: a link, what Slack makes a link of by itself, a mention.
HOSTILE = (
    "<http://evil.example|y> evil.example x@evil.example mailto:x <!channel> <@U1> https://evil.example/"
)
_FROM_OUTSIDE = re.compile(r"<[^<>]*(?:evil|!channel|mailto)[^<>]*>", re.IGNORECASE)
# What Slack makes a link or a mention of in text that isn't `verbatim`.
_BY_ITSELF = re.compile(r"\w://|mailto:\w|\bwww\.\w|\w\.[^\W\d]{2,}|[@#]\w")


def problems(surface: str, payload: Json) -> list[str]:
    """`surface`: "modal", "home" or "message"; `payload`: the view, or {"text", "blocks"}.

    With its newer blocks, and with the older ones that a workspace gets which refuses them.
    """
    older = payload | {"blocks": newer.all_older(payload.get("blocks", []))}
    return [*_problems(surface, payload), *(_problems(surface, older) if older != payload else ())]


def _problems(surface: str, payload: Json) -> list[str]:
    blocks: list[Json] = payload.get("blocks", [])
    found = [*_around(surface, payload), *_block_list(surface, blocks), *links(payload)]
    for n, block in enumerate(blocks):
        found += [f"block {n} ({block.get('type')}): {fault}" for fault in _faults(block)]
    return found


def links(payload: Json) -> Iterator[str]:
    """Links and mentions from outside, in a view or message. What the bot links itself is no fault."""
    fallback = payload.get("text", "")
    if isinstance(fallback, str):
        if found := _FROM_OUTSIDE.search(fallback):
            yield f"the message's text has {found[0]}"
        if found := _BY_ITSELF.search(re.sub(r"<[^<>]*>", "", fallback)):
            yield f"Slack makes a link of {found[0]} in the message's text"
    for text in _formatted(payload):
        if not text.get("verbatim"):
            yield f"not verbatim: {text['text'][:100]}"
        if found := _FROM_OUTSIDE.search(text["text"]):
            yield f"a text has {found[0]}"


def _formatted(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            yield value
        for inner in value.values():
            yield from _formatted(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _formatted(inner)


def _around(surface: str, payload: Json) -> Iterator[str]:
    if surface == "message":
        if not payload.get("text"):
            yield "no text: notifications and screen readers read it"
        if (n := sum(map(len, _texts(payload.get("blocks", []))))) > MESSAGE_CHARACTERS:
            yield f"{n} characters of block text; at most {MESSAGE_CHARACTERS}"
        return
    if payload.get("type") != surface:
        yield f"type is {payload.get('type')!r}"
    for name, most in (("private_metadata", 3000), ("callback_id", 255)):
        if len(payload.get(name, "")) > most:
            yield f"{name} over {most} characters"
    if surface == "modal":
        yield from _around_modal(payload)


def _around_modal(payload: Json) -> Iterator[str]:
    if not payload.get("title"):
        yield "no title"
    for name in ("title", "submit", "close"):
        yield from _text_faults(name, payload.get(name), 24)
    if any(b["type"] == "input" for b in payload.get("blocks", [])) and not payload.get("submit"):
        yield "input blocks need `submit`"


def _block_list(surface: str, blocks: list[Json]) -> Iterator[str]:
    if not blocks and surface != "message":
        yield "no blocks"
    if len(blocks) > BLOCKS[surface]:
        yield f"{len(blocks)} blocks; at most {BLOCKS[surface]}"
    ids = Counter(b["block_id"] for b in blocks if b.get("block_id"))
    yield from (f"block_id {name!r} stands {n} times" for name, n in ids.items() if n > 1)
    kinds = Counter(b.get("type") for b in blocks)
    if surface != "message":
        yield from (f"{kind} is for messages only" for kind in MESSAGE_ONLY & set(kinds))
    elif any(e.get("type") in NOT_IN_MESSAGES for e in _elements(blocks)):
        yield "a file input is for modals only"
    if surface != "modal":
        yield from (f"{kind} is for modals only" for kind in MODAL_ONLY & set(kinds))
    yield from (
        f"{kinds[k]} {k} blocks" for k, n in (("table", 1), ("data_visualization", 2)) if kinds[k] > n
    )


def _faults(value: Any) -> Iterator[str]:
    """The faults of a block or element and of all inside it."""
    if isinstance(value, list):
        for inner in value:
            yield from _faults(inner)
    if not isinstance(value, dict):
        return
    kind = str(value.get("type", ""))
    yield from (f"{kind} without {name}" for name in NEEDS.get(kind, ()) if not value.get(name))
    for name, most in MOST.get(kind, {}).items():
        inner = value.get(name)
        if isinstance(inner, list):
            if not 0 < len(inner) <= most:
                yield f"{kind}: {len(inner)} {name}; 1 to {most}"
        else:
            yield from _text_faults(f"{kind}.{name}", inner, most)
    yield from _special(kind, value)
    for name, inner in value.items():
        if name in PLAIN_ONLY and isinstance(inner, dict) and inner.get("type") == "mrkdwn":
            yield f"{kind}.{name} takes plain_text only"
        yield from _faults(inner)


def _special(kind: str, value: Json) -> Iterator[str]:
    for name in ("block_id", "action_id"):
        if len(value.get(name, "")) > 255:
            yield f"{name} over 255 characters"
    if kind == "section":
        yield from _section(value)
    if kind in ("context", "plain_text", "mrkdwn"):
        for text in value.get("elements", [value]):
            yield from _text_faults(kind, text, 3000)
    if kind == "actions":
        twice = Counter(e.get("action_id") for e in value.get("elements", []))
        yield from (f"action_id {name!r} stands {n} times" for name, n in twice.items() if n > 1)
    if kind == "button" and value.get("style") not in (None, "primary", "danger"):
        yield f"button style {value['style']!r}"
    if kind == "data_visualization":
        yield from _chart(value)
    yield from _options(value)
    yield from _confirmation(value.get("confirm"))


def _section(section: Json) -> Iterator[str]:
    if not section.get("text") and not section.get("fields"):
        yield "section without text or fields"
    for field in section.get("fields", []):
        yield from _text_faults("section.fields", field, 2000)


def _options(value: Json) -> Iterator[str]:
    options = [*value.get("options", []), *(o for g in value.get("option_groups", []) for o in g["options"])]
    for group in value.get("option_groups", []):
        yield from _text_faults("option group", group["label"], 75)
    chosen = [value[name] for name in ("initial_option",) if name in value] + value.get("initial_options", [])
    for option in [*options, *chosen]:
        yield from _text_faults("option", option.get("text"), 75)
        yield from _text_faults("option description", option.get("description"), 75)
        if not 0 < len(option.get("value", "")) <= 150:
            yield f"option value of {len(option.get('value', ''))} characters"
    if options:
        yield from ("an initial option that is no option" for option in chosen if option not in options)
    values = Counter(o.get("value") for o in options)
    yield from (f"option value {v!r} stands {n} times" for v, n in values.items() if n > 1)


def _confirmation(confirm: Any) -> Iterator[str]:
    if isinstance(confirm, dict) and "text" in confirm and "type" not in confirm:
        for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
            yield from _text_faults(f"confirm.{name}", confirm.get(name), most)


def _chart(block: Json) -> Iterator[str]:
    chart = block.get("chart", {})
    if not 0 < len(block.get("title", "")) <= 50:
        yield "chart title: 1 to 50 characters"
    if chart.get("type") not in {"line", "bar", "area", "pie"}:
        yield f"chart type {chart.get('type')!r}"
    if chart.get("type") == "pie":
        return
    series, categories = chart.get("series", []), chart.get("axis_config", {}).get("categories", [])
    if not 1 <= len(series) <= 6 or len({s.get("name") for s in series}) != len(series):
        yield "chart: 1 to 6 series, each with its own name"
    if any([p.get("label") for p in s.get("data", [])] != categories for s in series):
        yield "chart: the labels of each series are the categories"


def _text_faults(name: str, text: Any, most: int) -> Iterator[str]:
    """`text` is a text object or a string; none is no fault here."""
    written = text.get("text") if isinstance(text, dict) else text
    if isinstance(written, str) and not 0 < len(written) <= most:
        yield f"{name}: {len(written)} characters; 1 to {most}"


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "text" and isinstance(inner, str):
                yield inner
            else:
                yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _elements(blocks: list[Json]) -> Iterator[Json]:
    for block in blocks:
        yield from block.get("elements", [])
        yield from (block[name] for name in ("element", "accessory") if name in block)
