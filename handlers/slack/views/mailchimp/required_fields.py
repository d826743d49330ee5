"""Fields and marketing permissions that Mailchimp requires of a new contact: inputs of the form, and their values."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.corrections.corrections import FilledForm
from bot.corrections.required_fields import Field, Permission, Requirements
from handlers.slack.elements import blocks
from handlers.slack.elements.blocks import Block
from handlers.words import Words

# How the names of inputs start; the field's key, or a number, follows.
FIELD, PERMISSIONS = "field-", "permissions-"
MAX_OPTIONS = 10  # of a group of checkboxes
# Characters:
MAX_TEXT = 255  # that Mailchimp stores of a text
LABEL, PROBLEM, PERMISSION = 150, 300, 1_000  # shown

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,9})?")


def inputs(
    words: Words, requirements: Requirements, typed: FilledForm | None, suffix: str
) -> Iterable[Block]:
    """The inputs. `suffix` ends the blocks' ids; `typed` are the values of an earlier try."""
    values = typed.fields if typed else {}
    for field in requirements.fields:
        element = _element(words, field, values.get(field.key, field.value))
        block_id = FIELD + field.key + suffix
        yield blocks.input_(
            _label(words, field), element, block_id, hint=_hint(words, field), optional=not field.required
        )
    ticked = typed.permissions if typed else ()
    for start in range(0, len(requirements.permissions), MAX_OPTIONS):
        group = requirements.permissions[start : start + MAX_OPTIONS]
        yield from _permissions(words, group, set(ticked), f"{PERMISSIONS}{start}", suffix)


def values_of(states: Mapping[str, Any]) -> tuple[dict[str, str], tuple[str, ...]]:
    """The values of the fields by key, and the ids of the ticked permissions, from the states of the inputs by name.

    The value of a field with choices is the choice's number.
    """
    fields = {
        name.removeprefix(FIELD): _text(state) for name, state in states.items() if name.startswith(FIELD)
    }
    ticked = [
        option["value"]
        for name, state in states.items()
        if name.startswith(PERMISSIONS)
        for option in state.get("selected_options") or []
    ]
    return fields, tuple(ticked)


def _text(state: Mapping[str, Any]) -> str:
    option = state.get("selected_option") or {}
    return str(state.get("value") or state.get("selected_date") or option.get("value") or "")


def _label(words: Words, field: Field) -> str:
    name = blocks.clamp(field.name or field.tag, LABEL)
    return words("corrections-part", name=name, part=field.part) if field.part else name


def _hint(words: Words, field: Field) -> str:
    about = words("corrections-field", kind="optional" if not field.required else field.kind)
    if field.problem:
        return words("corrections-field-problem", problem=blocks.clamp(field.problem, PROBLEM), about=about)
    return about


def _element(words: Words, field: Field, value: str) -> Block:
    name = FIELD + field.key
    if field.choices:
        # The value is the choice's number, since Mailchimp's choices may be longer than an option's value.
        options = [blocks.option(choice, str(n)) for n, choice in enumerate(field.choices)]
        initial = str(field.choices.index(value)) if value in field.choices else None
        return blocks.select(name, words("corrections-choose"), options, initial=initial)
    if field.kind == "date":
        date = {"initial_date": value[:10]} if _DATE.match(value) else {}
        return {"type": "datepicker", "action_id": name} | date
    if field.kind == "number":
        number = {"initial_value": value} if _NUMBER.fullmatch(value) else {}
        return {"type": "number_input", "action_id": name, "is_decimal_allowed": True} | number
    text = {"type": "plain_text_input", "action_id": name, "max_length": MAX_TEXT}
    return text | ({"initial_value": value[:MAX_TEXT]} if value else {})


def _permissions(
    words: Words, permissions: Sequence[Permission], ticked: set[str], name: str, suffix: str
) -> Iterable[Block]:
    """The checkboxes, below the whole texts of those that are too long for one."""
    long_texts = [permission.text for permission in permissions if len(permission.text) > blocks.OPTION]
    if long_texts:
        yield blocks.context(
            *(
                words.md("corrections-permission-whole", text=blocks.clamp(text, PERMISSION))
                for text in long_texts
            )
        )
    options = [blocks.option(permission.text, permission.id) for permission in permissions]
    selected = [option for option in options if option["value"] in ticked]
    element = {"type": "checkboxes", "action_id": name, "options": options}
    yield blocks.input_(
        words("corrections-permissions"),
        element | ({"initial_options": selected} if selected else {}),
        name + suffix,
        hint=words("corrections-permissions-hint"),
        optional=True,
    )
