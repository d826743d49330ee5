"""The modal of the digest's settings: a form for operators, text for others."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.audiences.audiences import Audience
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
MAX_NAMES, NAME = 5, 30  # audiences, and characters of a name, in the text for others


def settings(
    words: Words,
    current: DigestSettings | None,
    audiences: Sequence[Audience],
    *,
    timezone: str,
    now: datetime,
    note: Markup | None = None,
) -> View:
    """The form for operators. `timezone` is the person's, used until there are settings; `note`: what just happened."""
    rows = [blocks.section(Markup(f"*{note}*"))] if note else []
    rows.append(blocks.section(_state(words, current, now)))
    if current:
        rows.append(_buttons(words, current, now))
    rows += [
        blocks.input_(words("digest-channel"), _channel(current), CHANNEL, hint=words("digest-channel.hint")),
        blocks.input_(words("digest-weekday"), _weekday(words, current), WEEKDAY),
        blocks.input_(words("digest-at"), _at(current), AT),
        blocks.input_(words("digest-zone"), _zone(words, current.timezone if current else timezone), ZONE),
    ]
    if audiences:
        hint = words("digest-audiences.hint")
        menu = _audiences(words, current, audiences)
        rows.append(blocks.input_(words("digest-audiences"), menu, AUDIENCES, hint=hint, optional=True))
    rows.append(blocks.input_(words("digest-language"), _language(words, current), LANGUAGE))
    return blocks.modal(
        words("digest-title"),
        rows,
        callback_id=SUBMIT,
        submit=words("digest-save"),
        close=words("close"),
    )


def to_read(
    words: Words,
    current: DigestSettings | None,
    audiences: Sequence[Audience],
    *,
    now: datetime,
    who_can: Markup,
) -> View:
    """The settings as text. `who_can` says who may change them."""
    lines = [line(words, current, now)]
    if current:
        names = [
            blocks.clamp(audience.name, NAME) for audience in audiences if audience.id in current.audience_ids
        ]
        listed = ", ".join(names[:MAX_NAMES]) + (", …" if len(names) > MAX_NAMES else "")
        lines.append(words.md("digest-covers", audiences=listed) if names else words.md("digest-covers-all"))
    below = [words.md("digest-read-only"), who_can] if current else [who_can]
    rows = [blocks.section(Markup("\n".join(lines))), blocks.context(*below)]
    return blocks.modal(words("digest-title"), rows, close=words("close"))


def zone_options(zones: Sequence[str]) -> list[Block]:
    return [blocks.option(zone.replace("_", " "), zone) for zone in zones]


def line(words: Words, current: DigestSettings | None, now: datetime) -> Markup:
    """When and where the digest is posted, for those who can't change it."""
    return _state(words, current, now) if current else words.md("digest-none-to-read")


def _state(words: Words, current: DigestSettings | None, now: datetime) -> Markup:
    """When and where the digest is posted, for operators."""
    if current is None:
        return words.md("digest-none")
    zone = current.timezone.replace("_", " ")
    schedule = words.md(
        "digest-every",
        weekday=words.weekdays()[current.weekday],
        at=words.clock(current.at),
        zone=zone,
        channel=blocks.channel(current.channel),
    )
    due = next_due(current, now).astimezone(ZoneInfo(current.timezone))
    next_run = (
        words.md("digest-paused")
        if current.paused
        else words.md("digest-next", day=words.long_day(due), at=words.clock(due.time()), zone=zone)
    )
    return Markup(f"{schedule}\n{next_run}")


def _buttons(words: Words, current: DigestSettings, now: datetime) -> Block:
    """The value of "Send now" is the time it was shown, so that a second click asks for the same run."""
    action = "resume" if current.paused else "pause"
    return blocks.actions(
        [
            blocks.button(words("digest-send"), SEND, now.isoformat()),
            blocks.button(words(f"digest-{action}"), PAUSE, action),
        ],
        BUTTONS,
    )


def _channel(current: DigestSettings | None) -> Block:
    initial = (
        {"initial_conversation": current.channel} if current else {"default_to_current_conversation": True}
    )
    return {
        "type": "conversations_select",
        "action_id": CHANNEL,
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
        **initial,
    }


def _weekday(words: Words, current: DigestSettings | None) -> Block:
    days = [blocks.option(name.capitalize(), str(n)) for n, name in sorted(words.weekdays().items())]
    initial = str(current.weekday if current else DEFAULT_WEEKDAY)
    return blocks.select(WEEKDAY, words("digest-weekday"), days, initial=initial)


def _at(current: DigestSettings | None) -> Block:
    initial = f"{current.at:%H:%M}" if current else DEFAULT_AT
    return {"type": "timepicker", "action_id": AT, "initial_time": initial}


def _zone(words: Words, zone: str) -> Block:
    return {
        "type": "external_select",
        "action_id": ZONE,
        "placeholder": blocks.plain(words("digest-zone.placeholder"), blocks.PLACEHOLDER),
        "min_query_length": 1,
        "initial_option": zone_options([zone])[0],
    }


def _audiences(words: Words, current: DigestSettings | None, audiences: Sequence[Audience]) -> Block:
    """The menu of audiences. With more of them than a menu holds, the person types a part of the name."""
    selected = [audience for audience in audiences if current and audience.id in current.audience_ids]
    menu: Block = {
        "action_id": AUDIENCES,
        "placeholder": blocks.plain(words("digest-audiences.placeholder"), blocks.PLACEHOLDER),
    }
    if len(audiences) > audience_views.MAX_OPTIONS:
        menu |= {"type": "multi_external_select", "min_query_length": 0}
    else:
        menu |= {"type": "multi_static_select", "options": audience_views.options(audiences)}
    return menu | ({"initial_options": audience_views.options(selected)} if selected else {})


def _language(words: Words, current: DigestSettings | None) -> Block:
    languages = [blocks.option(words(f"digest-language-{language}"), language) for language in LANGUAGES]
    initial = current.language if current else words.language
    return blocks.select(LANGUAGE, words("digest-language"), languages, initial=initial)
