"""The figures of an audience, and what can be done next."""

from collections.abc import Iterable, Sequence

from bot.contacts.counts import Figures
from bot.core.audiences import Audience
from handlers.slack.elements import audiences as audience_views
from handlers.slack.elements import blocks
from handlers.slack.elements.blocks import Block, Message
from handlers.slack.views.mailchimp import mirror as mirror_views
from handlers.words import Markup, Words

CHOOSE = "counts-audience"
# The buttons that open a flow, from wherever: each feature listens to its own. Their value is an audience's id.
OPEN = ("list", "worth-a-look", "export", "archive", "fix", "restore", "import", "digest", "rules", "sync")
FOR_ALL = ("digest",)
OF_LOCAL = ("import", "rules")  # what Mailchimp does for its own audiences
OF_MIRRORS = ("sync",)


def message(words: Words, figures: Figures, everyone: Sequence[Audience], *, is_operator: bool) -> Message:
    """The answer to `/cleaned`. `everyone`: all audiences, to switch to another."""
    rows = figure_blocks(words, figures)
    rows.append(buttons(words, figures, is_operator=is_operator))
    if len(everyone) > 1:
        rows.append(audience_views.picker(words, everyone, CHOOSE, figures.audience.id))
    return blocks.message(headline(words, figures), rows)


def choose(words: Words, everyone: Sequence[Audience]) -> Message:
    text = words.md("audience-which")
    return blocks.message(text, [blocks.section(text), audience_views.picker(words, everyone, CHOOSE)])


def help_message(words: Words) -> Message:
    rows = [blocks.section(words.md("help")), blocks.context(words.md("help-more"))]
    return blocks.message(words("help-headline"), rows)


def headline(words: Words, figures: Figures) -> Markup:
    return words.md("counts-headline", n=figures.cleaned, audience=figures.audience.name)


def figure_blocks(words: Words, figures: Figures) -> list[Block]:
    """The headline, the figures, the line below: also the Home tab's."""
    reasons = [
        words.md("counts-reason", reason=words(f"reason-{reason}"), n=n)
        for reason, n in sorted(figures.by_reason.items(), key=lambda each: -each[1])
        if n
    ]
    pairs = [
        words.md("counts-week", n=figures.this_week, before=figures.week_before),
        *([words.md("counts-worth-a-look", n=figures.worth_a_look)] if figures.worth_a_look else []),
        words.md("counts-archived", n=figures.archived),
        words.md("counts-counted", n=figures.counted),
        words.md("counts-free", n=figures.free),
    ]
    rows = [blocks.section(Markup(f"*{headline(words, figures)}*"))]
    if reasons:
        rows.append(blocks.context(Markup(" · ".join(reasons))))
    elif not figures.cleaned:
        rows.append(blocks.context(words.md("counts-none")))
    return [*rows, blocks.fields(pairs), *mirror_views.source(words, figures.audience)]


def fitting(names: Iterable[str], figures: Figures) -> list[str]:
    """Of these buttons, those that such an audience has."""
    left_out = OF_LOCAL if figures.audience.is_mirror else OF_MIRRORS
    if not figures.worth_a_look:
        left_out = (*left_out, "worth-a-look")
    return [name for name in names if name not in left_out]


def buttons(words: Words, figures: Figures, *, is_operator: bool) -> Block:
    """One primary; what needs contacts only where there are some."""
    shown = fitting(OPEN if is_operator else FOR_ALL, figures)
    if not figures.cleaned:
        shown = [name for name in shown if name not in ("list", "export", "archive", "fix")]
    value = str(figures.audience.id)
    return blocks.actions(
        [
            blocks.button(
                words(f"open-{name}"), f"open-{name}", value, style="primary" if name == "list" else None
            )
            for name in shown
        ],
        f"open-{value}",
    )
