"""What the bot answers where a person writes to it: in its direct messages, or by mentioning it."""

from bot.bounces.evidence import AddressLookup
from bot.contacts.counts import Figures
from handlers.slack.elements import blocks
from handlers.slack.elements.audiences import short_name
from handlers.slack.elements.blocks import Block, Message
from handlers.slack.elements.questions import Subject
from handlers.slack.views.bounces import evidence as evidence_views
from handlers.slack.views.contacts import counts as count_views
from handlers.words import Markup, Words

PROMPT = "conversation"  # the action ids of the prompts: this, a hyphen, and a subject
PROMPTS = (Subject.COUNTS, Subject.EXPORT, Subject.FIX, Subject.HELP)
PROMPTS_FIGURES = (Subject.COUNTS, Subject.HELP)


def greeting(words: Words, audience: str, *, is_operator: bool) -> Message:
    """The first message in the app's messages: what can be asked, as buttons. `audience`: a name for the examples."""
    text = words.md("conversation-greeting")
    rows = [
        blocks.section(text),
        _prompts(words, is_operator=is_operator),
        _examples(words, audience, is_operator=is_operator),
    ]
    return blocks.message(text, rows)


def help_message(words: Words, audience: str, *, is_operator: bool) -> Message:
    """The commands, and how to ask for them in a message."""
    message = count_views.help_message(words)
    return message | {"blocks": [*message["blocks"], _examples(words, audience, is_operator=is_operator)]}


def offer(words: Words, figures: Figures, subject: Subject) -> Message:
    """The button that opens what was asked for, of one audience; none if it has no cleaned contacts."""
    text = count_views.headline(words, figures)
    rows = [blocks.section(Markup(f"*{text}*"))]
    if figures.cleaned:
        rows += _press(words, subject, str(figures.audience.id))
    else:
        rows.append(blocks.context(words.md("counts-none")))
    return blocks.message(text, rows)


def offer_of_all(words: Words, subject: Subject) -> Message:
    """The same for what belongs to no audience."""
    text = words.md(f"conversation-{subject}")
    return blocks.message(text, [blocks.section(text), *_press(words, subject, "")])


def contacts(words: Words, lookup: AddressLookup) -> Message:
    """The contacts with an address."""
    rows = (
        evidence_views.found_rows(words, lookup, evidence_views.OPEN)
        if lookup.found
        else evidence_views.not_found_rows(words, lookup)
    )
    return blocks.message(Markup(rows[0]["text"]["text"]), rows)


def _press(words: Words, subject: Subject, value: str) -> list[Block]:
    button = blocks.button(words(f"open-{subject}"), f"open-{subject}", value, style="primary")
    return [blocks.actions([button], "asked"), blocks.context(words.md("conversation-press"))]


def _prompts(words: Words, *, is_operator: bool) -> Block:
    labels = {Subject.EXPORT: "open-export"}
    return blocks.actions(
        [
            blocks.button(words(labels.get(each, f"conversation-{each}")), f"{PROMPT}-{each}", each)
            for each in (PROMPTS if is_operator else PROMPTS_FIGURES)
        ],
        PROMPT,
    )


def _examples(words: Words, audience: str, *, is_operator: bool) -> Block:
    key = "conversation-examples" if is_operator else "conversation-examples-figures"
    return blocks.context(words.md(key, audience=short_name(audience)))
