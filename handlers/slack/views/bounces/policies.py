"""The form of the cleaning rules, and the receipt of a change."""

from collections.abc import Mapping
from typing import Any

from bot.audiences.audiences import Audience
from bot.bounces.verdicts.policy import Policy
from bot.bounces.verdicts.saved_policies import THRESHOLDS
from handlers.slack.elements import blocks
from handlers.slack.elements.audiences import short_name
from handlers.slack.elements.blocks import Block, View
from handlers.slack.elements.texts import isolated
from handlers.words import Markup, Words

OPEN = "open-rules"  # value: an audience's id
SUBMIT = "policies-submit"
SIGNUP = "signup-url"
_MOST = 500  # characters of a link


def form(words: Words, audience: Audience, policy: Policy) -> View:
    """The form, filled in with the policy."""
    rows = [blocks.section(words.md("policies-intro", audience=_name(audience)))]
    for name in THRESHOLDS:
        key = f"policies-{block_id(name)}"
        field = _number(block_id(name), getattr(policy, name))
        rows.append(blocks.input_(words(key), field, block_id(name), hint=words(f"{key}.hint")))
    signup: Block = {"type": "plain_text_input", "action_id": SIGNUP, "max_length": _MOST}
    if audience.signup_url:
        signup["initial_value"] = audience.signup_url
    hint = words("policies-signup.hint")
    rows.append(blocks.input_(words("policies-signup"), signup, SIGNUP, hint=hint, optional=True))
    return blocks.modal(
        words("policies-title"),
        rows,
        callback_id=SUBMIT,
        submit=words("policies-save"),
        close=words("cancel"),
        metadata=str(audience.id),
    )


def receipt(words: Words, audience: Audience, policy: Policy) -> View:
    """The modal once the policy is saved."""
    numbers = [words.md(f"policies-is-{block_id(name)}", n=getattr(policy, name)) for name in THRESHOLDS]
    rows = [
        blocks.section(words.md("policies-saved", audience=_name(audience))),
        blocks.section(Markup("\n".join(numbers))),
        blocks.context(words.md("policies-from-now")),
    ]
    return blocks.modal(words("policies-title"), rows, close=words("close"))


def block_id(threshold: str) -> str:
    """The id of the input for one of `THRESHOLDS`."""
    return threshold.replace("_", "-")


def typed(values: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """What was typed for each of `THRESHOLDS`, from the submitted view's values."""
    return {name: values[block_id(name)][block_id(name)].get("value") or "" for name in THRESHOLDS}


def typed_url(values: Mapping[str, Mapping[str, Any]]) -> str | None:
    """What was typed as the link to the sign-up form; None if the form does not have it."""
    return (values[SIGNUP][SIGNUP].get("value") or "") if SIGNUP in values else None


def _name(audience: Audience) -> Markup:
    return isolated(short_name(audience.name))


def _number(action_id: str, value: int) -> Block:
    """A number input. Its range is not given to Slack, so that errors are shown in the person's language."""
    return {
        "type": "number_input",
        "action_id": action_id,
        "is_decimal_allowed": False,
        "initial_value": str(value),
    }
