"""What Mailchimp asks of a new contact: its inputs in the form, and what was typed and ticked there."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from bot.corrections.corrections import FilledForm
from bot.corrections.required_fields import Field, Permission, Requirements
from handlers.slack.elements import blocks
from handlers.slack.elements.blocks import Block
from handlers.words import Words

FIELD, PERMISSIONS = (
    "field-",
    "permissions-",
)  # the start of an input's name; then the field's key, or a number
OPTIONS = 10  # of checkboxes
LABEL = 150
TYPED = 255  # characters that Mailchimp keeps of a text
SAID = 300
WHOLE = 1_000  # of a permission's text

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,9})?")


def inputs(words: Words, requirements: Requirements, typed: FilledForm | None, own: str) -> Iterable[Block]:
    """`own` ends the blocks' ids; `typed`: what an earlier try was filled in with."""
    values = typed.fields if typed else {}
    for field in requirements.fields:
        element = _element(words, field, values.get(field.key, field.value))
        name = FIELD + field.key
        yield blocks.input_(
            _label(words, field), element, name + own, hint=_hint(words, field), optional=not field.required
        )
    ticked = typed.permissions if typed else ()
    for start in range(0, len(requirements.permissions), OPTIONS):
        some = requirements.permissions[start : start + OPTIONS]
        yield from _permissions(words, some, set(ticked), f"{PERMISSIONS}{start}", own)


def typed_in(given: Mapping[str, Any]) -> tuple[dict[str, str], tuple[str, ...]]:
    """The fields' texts by their keys and the ids of the ticked permissions, of a submitted view's inputs by name.

    Of a field with choices it is the choice's number.
    """
    fields = {name.removeprefix(FIELD): _text(each) for name, each in given.items() if name.startswith(FIELD)}
    ticked = [
        option["value"]
        for name, each in given.items()
        if name.startswith(PERMISSIONS)
        for option in each.get("selected_options") or []
    ]
    return fields, tuple(ticked)


def _text(answer: Mapping[str, Any]) -> str:
    chosen = answer.get("selected_option") or {}
    return str(answer.get("value") or answer.get("selected_date") or chosen.get("value") or "")


def _label(words: Words, field: Field) -> str:
    name = blocks.clamp(field.name or field.tag, LABEL)
    return words("corrections-part", name=name, part=field.part) if field.part else name


def _hint(words: Words, field: Field) -> str:
    about = words("corrections-field", kind="optional" if not field.required else field.kind)
    if field.problem:
        return words("corrections-field-problem", problem=blocks.clamp(field.problem, SAID), about=about)
    return about


def _element(words: Words, field: Field, value: str) -> Block:
    name = FIELD + field.key
    if field.choices:
        # Mailchimp's choices may be longer than an option's value: it is the choice's number.
        options = [blocks.option(choice, str(n)) for n, choice in enumerate(field.choices)]
        initial = str(field.choices.index(value)) if value in field.choices else None
        return blocks.select(name, words("corrections-choose"), options, initial=initial)
    if field.kind == "date":
        date = {"initial_date": value[:10]} if _DATE.match(value) else {}
        return {"type": "datepicker", "action_id": name} | date
    if field.kind == "number":
        number = {"initial_value": value} if _NUMBER.fullmatch(value) else {}
        return {"type": "number_input", "action_id": name, "is_decimal_allowed": True} | number
    made = {"type": "plain_text_input", "action_id": name, "max_length": TYPED}
    return made | ({"initial_value": value[:TYPED]} if value else {})


def _permissions(
    words: Words, some: Iterable[Permission], ticked: set[str], name: str, own: str
) -> Iterable[Block]:
    some = list(some)
    long = [each.text for each in some if len(each.text) > blocks.OPTION]
    if long:
        yield blocks.context(
            *(words.md("corrections-permission-whole", text=blocks.clamp(text, WHOLE)) for text in long)
        )
    options = [blocks.option(each.text, each.id) for each in some]
    chosen = [option for option in options if option["value"] in ticked]
    element = {"type": "checkboxes", "action_id": name, "options": options}
    yield blocks.input_(
        words("corrections-permissions"),
        element | ({"initial_options": chosen} if chosen else {}),
        name + own,
        hint=words("corrections-permissions-hint"),
        optional=True,
    )
