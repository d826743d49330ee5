"""The Home tab: what is wrong first, then what is under way, then each audience's figures, then what was done."""

from collections.abc import Sequence
from dataclasses import replace

from bot.contacts.counts import Figures
from handlers.slack.elements import audiences as audience_views
from handlers.slack.elements import blocks
from handlers.slack.elements.blocks import Block, View
from handlers.slack.views import home_parts as parts
from handlers.slack.views.contacts import counts as count_views
from handlers.slack.views.home_parts import Dashboard
from handlers.words import Markup, Words
from storage.mailchimp.remote_state import Trouble

REFRESH, FIGURES = "home-refresh", "home-figures"
MAX_AUDIENCES = 50
IN_FULL = 3  # audiences up to which each has all its figures and buttons
MAX_LINES, MAX_EXPORTS = 5, 3
MAX_LOOKS = 3  # audiences with likely typos, and with contacts worth a look
# The buttons of one audience, in a menu where there are many, and those of all. Each feature listens to its own.
OF_AUDIENCE = ("list", "worth-a-look", "export", "archive", "fix", "rules", "sync")
IN_MENU = ("list", "export", "archive", "rules", "sync")
OF_ALL = ("import", "restore", "digest")
_DIGITS = 1_000  # likely typos, from which on "more than"


def home(words: Words, shown: Dashboard, *, is_operator: bool) -> View:
    """The tab. Only operators see buttons that need the role, what was done by whom, and exports."""
    rows = [
        blocks.header(words("home-title")),
        *_summary(words, shown),
        _of_all(words, shown, is_operator=is_operator),
    ]
    rows += parts.wrong(words, shown, is_operator=is_operator)
    if is_operator:
        rows += parts.steps(words, shown)
    rows += parts.work(words, shown)
    if is_operator:
        rows += parts.part(words("home-looks"), _looks(words, shown))
    rows += _audiences(words, shown, is_operator=is_operator)
    if is_operator:
        rows += parts.exports(words, shown)
    rows += [*parts.digest(words, shown), *parts.operators(words, shown)]
    if is_operator:
        rows += parts.entries(words, shown)
    return {"type": "home", "blocks": rows}


def figures(words: Words, shown: Figures) -> View:
    """The modal with all figures of an audience."""
    rows = count_views.figure_blocks(words, shown)
    return blocks.modal(words("home-figures-title"), rows, close=words("close"))


def _summary(words: Words, shown: Dashboard) -> list[Block]:
    """The figures of all audiences together; for one, it has them all."""
    if not shown.figures:
        return [blocks.section(words.md("home-none"))]
    if len(shown.figures) == 1:
        return [blocks.context(words.md("home-intro"))]
    n = sum(each.cleaned for each in shown.figures)
    text = words.md("overview-headline", n=n, audiences=len(shown.figures))
    trend = _trend(words, shown.figures)
    week = words.md("home-week", until=words.day(shown.figures[0].week.last))
    return [blocks.section(Markup(f"*{text}*\n{trend}")), blocks.context(week)]


def _trend(words: Words, shown: Sequence[Figures]) -> Markup:
    """In words: a picture made of signs says nothing to whoever has it read out."""
    week, before = sum(each.this_week for each in shown), sum(each.week_before for each in shown)
    return words.md("home-trend", n=week, before=before)


def _of_all(words: Words, shown: Dashboard, *, is_operator: bool) -> Block:
    names = (
        OF_ALL if is_operator and shown.figures else ()
    )  # without an audience, the first steps have theirs
    buttons = [blocks.button(words(f"open-{name}"), f"open-{name}") for name in names]
    return blocks.actions([*buttons, blocks.button(words("home-refresh"), REFRESH)], "all")


def _looks(words: Words, shown: Dashboard) -> list[Block]:
    """The audiences with most likely typos, and those with most contacts worth a look, each with the way there."""
    with_typos = [each for each in shown.figures if shown.typos.get(each.audience.id)]
    with_typos.sort(key=lambda each: -shown.typos[each.audience.id])
    weak = sorted((each for each in shown.figures if each.worth_a_look), key=lambda each: -each.worth_a_look)
    return [
        *(_look(words, each, "fix", shown.typos[each.audience.id]) for each in with_typos[:MAX_LOOKS]),
        *(_look(words, each, "worth-a-look", each.worth_a_look) for each in weak[:MAX_LOOKS]),
    ]


def _look(words: Words, shown: Figures, name: str, n: int) -> Block:
    audience = audience_views.short_name(shown.audience.name)
    is_many = name == "fix" and n > _DIGITS
    text = words.md(f"home-look-{name}", n=_DIGITS if is_many else n, audience=audience, many=str(is_many))
    label = _labelled(words, f"open-{name}", audience)
    button = blocks.button(words(f"open-{name}"), f"open-{name}", str(shown.audience.id), name=label)
    return blocks.section(text, accessory=button)


def _audiences(words: Words, shown: Dashboard, *, is_operator: bool) -> list[Block]:
    """The first ones; the others are in a menu."""
    first, others = shown.figures[:MAX_AUDIENCES], shown.figures[MAX_AUDIENCES:]
    if len(first) <= IN_FULL:
        rows = [row for each in first for row in _in_full(words, each, is_operator=is_operator)]
    else:
        rows = [_line(words, each, is_operator=is_operator) for each in first]
    if others:
        menu = audience_views.picker(words, [each.audience for each in others], FIGURES)
        rows += [blocks.context(words.md("home-more", n=len(others))), menu]
    return parts.part(words("home-audiences"), rows)


def _in_full(words: Words, shown: Figures, *, is_operator: bool) -> list[Block]:
    """All figures of an audience, and its buttons. What is wrong with it is said above."""
    audience = replace(shown.audience, trouble=Trouble.NONE)
    rows = count_views.figure_blocks(words, replace(shown, audience=audience, refused_since=None))
    if is_operator and shown.cleaned:
        value = str(shown.audience.id)
        names = count_views.applicable(OF_AUDIENCE, shown)
        buttons = [blocks.button(words(f"open-{name}"), f"open-{name}", value) for name in names]
        rows.append(blocks.actions(buttons, f"audience-{value}"))
    return rows


def _line(words: Words, shown: Figures, *, is_operator: bool) -> Block:
    """An audience in two lines, with a menu of what operators can do, or for others a button to all figures."""
    audience = replace(shown.audience, name=audience_views.short_name(shown.audience.name))
    facts = [_trend(words, [shown])]
    if shown.today:
        facts.append(words.md("counts-today", n=shown.today))
    if shown.audience.is_mirror and not shown.audience.mirrored_until:
        facts = [words.md("mirror-not-yet")]
    headline = count_views.headline(words, replace(shown, audience=audience))
    value = str(audience.id)
    if is_operator and shown.cleaned:
        names = [f"open-{name}" for name in count_views.applicable(IN_MENU, shown)]
        menu = {key: _labelled(words, key, audience.name) for key in (FIGURES, *names)}
        accessory = blocks.more_buttons(menu, value)
    else:
        label = _labelled(words, FIGURES, audience.name)
        accessory = blocks.button(words("home-figures"), FIGURES, value, name=label)
    return blocks.section(
        Markup(f"*{headline}*\n{' · '.join(facts)}"), accessory=accessory, block_id=f"audience-{value}"
    )


def _labelled(words: Words, key: str, audience: str) -> str:
    """What a button does, with the audience: for one of several with the same text."""
    return words("home-of", what=words(key), audience=audience)
