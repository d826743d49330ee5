"""The figures of an audience, and buttons for what can be done next."""

from collections.abc import Iterable, Sequence

from bot.audiences.audiences import Audience
from bot.contacts.counts import Figures
from handlers.slack.elements import audiences as audience_views
from handlers.slack.elements import blocks
from handlers.slack.elements.blocks import Block, Message
from handlers.slack.elements.texts import capital
from handlers.slack.views.mailchimp import mirror as mirror_views
from handlers.words import Markup, Words, escaped

CHOOSE = "counts-audience"
# Buttons, by the end of their action id; each feature listens to its own. Their value is the audience's id.
OPEN = ("list", "export", "archive", "fix", "worth-a-look", "restore", "import", "digest", "rules", "sync")
BUTTONS = 4  # the others are in the menu *More*
MOST_LINES = 20  # audiences
FOR_EVERYONE = ("digest",)
ONLY_LOCAL = ("import", "rules")  # not for mirrored audiences
ONLY_MIRRORED = ("sync",)


def message(words: Words, figures: Figures, audiences: Sequence[Audience], *, is_operator: bool) -> Message:
    """The answer to `/cleaned`. `audiences` are all there are, to switch to."""
    rows = figure_blocks(words, figures)
    rows.append(buttons(words, figures, is_operator=is_operator))
    if len(audiences) > 1:
        rows.append(audience_views.picker(words, audiences, CHOOSE, figures.audience.id))
    return blocks.message(headline(words, figures), rows)


def overview(
    words: Words, figures: Sequence[Figures], audiences: Sequence[Audience], *, is_operator: bool
) -> Message:
    """A line for each audience, at most MOST_LINES. `audiences` are all there are."""
    shown = figures[:MOST_LINES]
    text = words.md("overview-headline", n=sum(each.cleaned for each in shown), audiences=len(shown))
    rows = [blocks.section(Markup(f"*{text}*"))]
    rows += [_line(words, each) for each in shown]
    if more := len(audiences) - len(shown):
        rows += [
            blocks.context(words.md("overview-more", n=more)),
            audience_views.picker(words, audiences, CHOOSE),
        ]
    rows.append(blocks.context(words.md("overview-hint" if is_operator else "overview-hint-figures")))
    return blocks.message(text, rows)


def near(words: Words, name: str, audiences: Sequence[Audience]) -> Message:
    """Offers the audiences that may be meant by a name that none has."""
    rows = audience_views.offer(words, name, audiences, CHOOSE)
    return blocks.message(Markup(rows[0]["text"]["text"]), rows)


def help_message(words: Words) -> Message:
    rows = [blocks.section(words.md("help")), blocks.context(words.md("help-more"))]
    return blocks.message(words.md("help-headline"), rows)


def headline(words: Words, figures: Figures) -> Markup:
    return words.md("counts-headline", n=figures.cleaned, audience=figures.audience.name)


def figure_blocks(words: Words, figures: Figures) -> list[Block]:
    """The headline, the figures and when they were synced; also used in the Home tab."""
    reasons = [
        words.md("counts-reason", reason=capital(words(f"reasons-{reason}")), n=n)
        for reason, n in sorted(figures.by_reason.items(), key=lambda item: -item[1])
        if n
    ]
    pairs = [
        _week(words, figures),
        *([words.md("counts-date-unknown", n=figures.date_unknown)] if figures.date_unknown else []),
        *([words.md("counts-worth-a-look", n=figures.worth_a_look)] if figures.worth_a_look else []),
        words.md("counts-archived", n=figures.archived),
        words.md("counts-counted", n=figures.counted),
        words.md("counts-free", n=figures.free),
    ]
    rows = [blocks.section(Markup(f"*{headline(words, figures)}*"))]
    if figures.refused_since:
        since = blocks.moment(figures.refused_since, words)
        rows.append(blocks.context(words.md("incidents-now", since=since)))
    if reasons:
        rows.append(blocks.context(Markup(" · ".join(reasons))))
    elif not figures.cleaned:
        rows.append(blocks.context(words.md("counts-none")))
    return [*rows, blocks.fields(pairs), *mirror_views.source(words, figures.audience)]


def _week(words: Words, figures: Figures) -> Markup:
    until, before = words.day(figures.week.last), figures.week_before
    week = words.md("counts-week", n=figures.this_week, before=before, until=until)
    return Markup(f"{week} · {words.md('counts-today', n=figures.today)}") if figures.today else week


def applicable(names: Iterable[str], figures: Figures) -> list[str]:
    """Returns the names of those buttons that apply to the audience."""
    excluded = ONLY_LOCAL if figures.audience.is_mirror else ONLY_MIRRORED
    if not figures.worth_a_look:
        excluded = (*excluded, "worth-a-look")
    return [name for name in names if name not in excluded]


def buttons(words: Words, figures: Figures, *, is_operator: bool) -> Block:
    """Four buttons, and a menu of the others; those that act on cleaned contacts are left out if there are none."""
    names = applicable(OPEN if is_operator else FOR_EVERYONE, figures)
    if not figures.cleaned:
        names = [name for name in names if name not in ("list", "export", "archive", "fix")]
    value = str(figures.audience.id)
    elements = [
        blocks.button(
            words(f"open-{name}"), f"open-{name}", value, style="primary" if name == "list" else None
        )
        for name in names[:BUTTONS]
    ]
    if others := names[BUTTONS:]:
        elements.append(
            blocks.more_buttons({f"open-{name}": words(f"open-{name}") for name in others}, value)
        )
    return blocks.actions(elements, f"open-{value}")


def _line(words: Words, figures: Figures) -> Block:
    name = audience_views.short_name(audience_views.label(figures.audience))
    facts = [words.md("overview-cleaned", n=figures.cleaned)]
    if figures.this_week:
        until = words.short_day(figures.week.last)
        facts.append(words.md("overview-week", n=figures.this_week, until=until))
    if figures.today:
        facts.append(words.md("counts-today", n=figures.today))
    if figures.worth_a_look:
        facts.append(words.md("overview-worth-a-look", n=figures.worth_a_look))
    view = blocks.button(words("overview-view"), CHOOSE, str(figures.audience.id))
    return blocks.section(Markup(f"*{escaped(name)}*\n{' · '.join(facts)}"), accessory=view)
