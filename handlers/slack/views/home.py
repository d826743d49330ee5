"""The Home tab: the figures of each audience with buttons, and the latest journal entries."""

import re
from collections.abc import Sequence

from bot.contacts.counts import Figures
from bot.core.journal import JournalEntry
from handlers.slack.elements import blocks
from handlers.slack.elements.blocks import Block, View
from handlers.slack.views.contacts import counts as count_views
from handlers.words import Markup, Words

REFRESH = "home-refresh"
MAX_AUDIENCES = 10
MAX_LINES = 5  # of the journal
# The buttons of one audience, and those of all. Each feature listens to its own.
OF_AUDIENCE = ("list", "worth-a-look", "export", "archive", "fix", "rules", "sync")
OF_ALL = ("restore", "import", "digest")
_NAME = 80  # characters shown of an audience's name in the journal
_USER = re.compile(r"[UW][A-Z0-9]+").fullmatch


def home(
    words: Words,
    figures: Sequence[Figures],
    lines: Sequence[JournalEntry],
    digest: Markup,
    *,
    more: int,
    is_operator: bool,
) -> View:
    """The tab. `digest` says when the weekly digest is posted; `more` is the number of audiences not shown.

    Only operators see buttons and the journal's `lines`.
    """
    rows = [blocks.header(words("home-title")), blocks.context(words.md("home-intro"))]
    if not figures:
        rows.append(blocks.section(words.md("home-none")))
    for audience_figures in figures:
        rows += [blocks.divider(), *count_views.figure_blocks(words, audience_figures)]
        if is_operator and audience_figures.cleaned:
            value = str(audience_figures.audience.id)
            names = count_views.applicable(OF_AUDIENCE, audience_figures)
            rows.append(_buttons(words, names, value, f"audience-{value}"))
    if more:
        rows.append(blocks.context(words.md("home-more", n=more)))
    rows += [blocks.divider(), blocks.context(digest)]
    if is_operator and lines:
        rows.append(blocks.section(words.md("home-journal")))
        rows.append(blocks.context(Markup("\n".join(_line(words, line) for line in lines))))
    rows.append(_last_row(words, is_operator=is_operator))
    return {"type": "home", "blocks": rows}


def _last_row(words: Words, *, is_operator: bool) -> Block:
    refresh = blocks.button(words("home-refresh"), REFRESH)
    row = _buttons(words, OF_ALL if is_operator else (), "", "all")
    return row | {"elements": [*row["elements"], refresh]}


def _buttons(words: Words, names: Sequence[str], value: str, block_id: str) -> Block:
    buttons = [blocks.button(words(f"open-{name}"), f"open-{name}", value) for name in names]
    return blocks.actions(buttons, block_id)


def _line(words: Words, line: JournalEntry) -> Markup:
    """A journal entry. Slack shows the names of its users; others are named as they were in the terminal."""
    return words.md(
        "home-did",
        what=line.what,
        who=blocks.person(line.who) if _USER(line.who) else line.who,
        contacts=words.md("home-contacts", n=line.n),
        audience=blocks.clamp(line.audience, _NAME),
        at=blocks.moment(line.at, words),
    )
