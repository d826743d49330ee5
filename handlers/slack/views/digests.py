"""The digest's settings as a modal: to change for operators, to read for the others."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.audiences import Audience
from bot.digests.digests import DigestSettings, next_due
from handlers.slack.elements import audiences as audience_views
from handlers.slack.elements import blocks
from handlers.slack.elements.blocks import Block, View
from handlers.words import LANGUAGES, Markup, Words

SUBMIT = "digest"
CHANNEL, WEEKDAY, AT, ZONE = "digest-channel", "digest-weekday", "digest-at", "digest-zone"
AUDIENCES, LANGUAGE = "digest-audiences", "digest-language"
PAUSE, SEND = "digest-pause", "digest-send"
BUTTONS = "digest-buttons"
DEFAULT_WEEKDAY, DEFAULT_AT = 0, "09:00"
NAMES_SHOWN, NAME = 5, 30  # of the audiences, in the settings that are only read


def settings(
    words: Words,
    kept: DigestSettings | None,
    audiences: Sequence[Audience],
    *,
    timezone: str,
    now: datetime,
    note: Markup | None = None,
    submitted: DigestSettings | None = None,
    problem: Markup | None = None,
) -> View:
    """The modal for operators. `timezone`: the person's, to begin with; `note`: what just happened.

    `submitted`: settings that could not be saved, which fill the form; `problem`: of their channel.
    """
    filled = submitted or kept
    rows = [blocks.section(Markup(f"*{note}*"))] if note else []
    rows.append(blocks.section(_state(words, kept, now)))
    if kept:
        rows.append(_buttons(words, kept, now))
    rows += [
        blocks.input_(words("digest-channel"), _channel(filled), CHANNEL, hint=words("digest-channel.hint")),
        *([blocks.problem(problem)] if problem else []),
        blocks.input_(words("digest-weekday"), _weekday(words, filled), WEEKDAY),
        blocks.input_(words("digest-at"), _at(filled), AT),
        blocks.input_(words("digest-zone"), _zone(words, filled.timezone if filled else timezone), ZONE),
    ]
    if audiences:
        hint = words("digest-audiences.hint")
        chosen = _audiences(words, filled, audiences)
        rows.append(blocks.input_(words("digest-audiences"), chosen, AUDIENCES, hint=hint, optional=True))
    rows.append(blocks.input_(words("digest-language"), _language(words, filled), LANGUAGE))
    return blocks.modal(
        words("digest-title"),
        rows,
        callback_id=SUBMIT,
        submit=words("digest-save"),
        close=words("close"),
    )


def to_read(
    words: Words,
    kept: DigestSettings | None,
    audiences: Sequence[Audience],
    *,
    now: datetime,
    who_can: Markup,
) -> View:
    """The settings in words. `who_can` says who may change them."""
    lines = [line(words, kept, now)]
    if kept:
        chosen = [blocks.clamp(each.name, NAME) for each in audiences if each.id in kept.audience_ids]
        named = ", ".join(chosen[:NAMES_SHOWN]) + (", …" if len(chosen) > NAMES_SHOWN else "")
        covers = words.md("digest-covers", audiences=named) if chosen else words.md("digest-covers-all")
        lines.append(covers)
    below = [words.md("digest-read-only"), who_can] if kept else [who_can]
    rows = [blocks.section(Markup("\n".join(lines))), blocks.context(*below)]
    return blocks.modal(words("digest-title"), rows, close=words("close"))


def zone_options(zones: Sequence[str]) -> list[Block]:
    return [blocks.option(zone.replace("_", " "), zone) for zone in zones]


def line(words: Words, kept: DigestSettings | None, now: datetime) -> Markup:
    """When and where it comes, for those who only read."""
    return _state(words, kept, now) if kept else words.md("digest-none-to-read")


def _state(words: Words, kept: DigestSettings | None, now: datetime) -> Markup:
    """When and where it comes."""
    if kept is None:
        return words.md("digest-none")
    every = words.md(
        "digest-every",
        weekday=words.weekdays()[kept.weekday],
        at=f"{kept.at:%H:%M}",
        zone=kept.timezone.replace("_", " "),
        channel=blocks.channel(kept.channel),
    )
    form = "{date_long_pretty} {time}"
    when = blocks.date(next_due(kept, now).astimezone(ZoneInfo(kept.timezone)), words, form)
    coming = words.md("digest-paused") if kept.paused else words.md("digest-next", when=when)
    return Markup(f"{every}\n{coming}")


def _buttons(words: Words, kept: DigestSettings, now: datetime) -> Block:
    """The button to send now carries the moment it was shown: a second click asks for the same digest."""
    turn = "resume" if kept.paused else "pause"
    return blocks.actions(
        [
            blocks.button(words("digest-send"), SEND, now.isoformat()),
            blocks.button(words(f"digest-{turn}"), PAUSE, turn),
        ],
        BUTTONS,
    )


def _channel(kept: DigestSettings | None) -> Block:
    chosen = {"initial_conversation": kept.channel} if kept else {"default_to_current_conversation": True}
    return {
        "type": "conversations_select",
        "action_id": CHANNEL,
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
        **chosen,
    }


def _weekday(words: Words, kept: DigestSettings | None) -> Block:
    days = [blocks.option(name.capitalize(), str(n)) for n, name in sorted(words.weekdays().items())]
    initial = str(kept.weekday if kept else DEFAULT_WEEKDAY)
    return blocks.select(WEEKDAY, words("digest-weekday"), days, initial=initial)


def _at(kept: DigestSettings | None) -> Block:
    initial = f"{kept.at:%H:%M}" if kept else DEFAULT_AT
    return {"type": "timepicker", "action_id": AT, "initial_time": initial}


def _zone(words: Words, chosen: str) -> Block:
    return {
        "type": "external_select",
        "action_id": ZONE,
        "placeholder": blocks.plain(words("digest-zone.placeholder"), blocks.PLACEHOLDER),
        "min_query_length": 1,
        "initial_option": zone_options([chosen])[0],
    }


def _audiences(words: Words, kept: DigestSettings | None, audiences: Sequence[Audience]) -> Block:
    """A menu; beyond 100 audiences one types a part of the name."""
    chosen = [each for each in audiences if kept and each.id in kept.audience_ids]
    made: Block = {
        "action_id": AUDIENCES,
        "placeholder": blocks.plain(words("digest-audiences.placeholder"), blocks.PLACEHOLDER),
    }
    if len(audiences) > audience_views.MOST_OPTIONS:
        made |= {"type": "multi_external_select", "min_query_length": 0}
    else:
        made |= {"type": "multi_static_select", "options": audience_views.options(audiences)}
    return made | ({"initial_options": audience_views.options(chosen)} if chosen else {})


def _language(words: Words, kept: DigestSettings | None) -> Block:
    languages = [blocks.option(words(f"digest-language-{each}"), each) for each in LANGUAGES]
    initial = kept.language if kept else words.language
    return blocks.select(LANGUAGE, words("digest-language"), languages, initial=initial)
