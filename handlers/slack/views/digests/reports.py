"""The digest as a message. Everyone in the channel can read it, so it names domains and never an address."""

from collections.abc import Iterable, Iterator
from typing import Any

from bot.contacts.weeks import Week
from bot.corrections.likely_typos import MOST_COUNTED
from bot.digests.reports import Change, Count, Part, Report
from handlers.slack.elements import blocks
from handlers.slack.elements.blocks import Block, Message
from handlers.slack.elements.newer import NewerBlock
from handlers.slack.elements.texts import capital
from handlers.slack.elements.weeks import week_value
from handlers.words import Markup, Words

NAME = 60  # characters shown of the name of a campaign, domain or audience
MAX_TYPOS = 5
MINUS = "\N{MINUS SIGN}"
# Slack refuses a message of more than 50 blocks or about 13,200 characters; the blocks after the parts need some too.
MAX_BLOCKS = 44
MAX_CHARACTERS = 12_000
CHART_TITLE, CHART_LABEL = 50, 20  # docs.slack.dev/reference/block-kit/blocks/data-visualization-block


def message(words: Words, report: Report) -> Message:
    """The message. For a workspace without Slack's newer blocks, the figures of chart and table are lines of text."""
    parts = [part for part in report.parts if part.total.n]
    if not parts:
        return _nothing(words, report)
    headline = words.md("digest-headline", n=report.total.n, until=words.day(report.week.last))
    rows = [blocks.header(headline), blocks.context(_context(words, report))]
    rows.append(_chart(words, report))
    if len(report.parts) == 1:
        rows += _single_part(words, report, parts[0])
    else:
        rows += _parts(words, report, parts, _characters(rows))
    return blocks.message(headline, rows)


def change(words: Words, difference: Change) -> Markup:
    """The difference with its sign, or `=` if there is none."""
    n = difference.difference
    return Markup(f"{'+' if n > 0 else MINUS}{words.number(abs(n))}" if n else "=")


def _nothing(words: Words, report: Report) -> Message:
    text = words.md("digest-nothing", until=words.day(report.week.last))
    rows = [blocks.section(text)]
    if report.cleaned:
        rows.append(blocks.context(_in_all(words, report)))
        fullest = max(report.parts, key=lambda part: part.cleaned)
        value = str(fullest.audience_id)
        rows.append(blocks.actions([blocks.button(words("open-list"), "open-list", value)], "digest-buttons"))
    return blocks.message(text, rows)


def _single_part(words: Words, report: Report, part: Part) -> list[Block]:
    rows = [blocks.section(text) for text in _paragraphs(words, part, with_names=False)]
    if part.campaigns or part.domains:
        rows.append(_table(words, part))
    return [*rows, *_buttons(words, report.week, part, primary=True)]


def _table(words: Words, part: Part) -> Block:
    """Campaigns and domains, which the reader can sort and filter. One table: Slack may take no second one."""
    header = [_cell(words(f"digest-table-{column}")) for column in ("kind", "name", "n")]
    rows = [
        [
            _cell(words(f"digest-table-{kind}")),
            _cell(_name(count.name)),
            {"type": "raw_number", "value": count.n, "text": words.number(count.n)},
        ]
        for kind, counts in (("campaign", part.campaigns), ("domain", part.domains))
        for count in counts
    ]
    table: Block = {"type": "data_table", "caption": words("digest-table"), "rows": [header, *rows]}
    return NewerBlock(table, [blocks.section(text) for text in _names(words, part)])


def _cell(text: str) -> Block:
    return {"type": "raw_text", "text": text}


def _parts(words: Words, report: Report, parts: list[Part], characters: int) -> list[Block]:
    """A section per audience, as many as Slack accepts; the others in one line.

    `characters`: how many the message has already.
    """
    rows: list[Block] = []
    n_shown = 0
    for part in parts:
        title = words.md(
            "digest-audience", audience=_name(part.name), n=part.total.n, change=change(words, part.total)
        )
        text = Markup("\n".join([title, *_paragraphs(words, part)]))
        part_rows = [
            blocks.divider(),
            blocks.section(text),
            *_buttons(words, report.week, part, primary=not n_shown),
        ]
        characters += _characters(part_rows)
        if len(rows) + len(part_rows) > MAX_BLOCKS or characters > MAX_CHARACTERS:
            break
        rows += part_rows
        n_shown += 1
    if rest := parts[n_shown:]:
        n = sum(part.total.n for part in rest)
        rows.append(blocks.context(words.md("digest-rest", audiences=len(rest), n=n)))
    return rows


def _paragraphs(words: Words, part: Part, *, with_names: bool = True) -> Iterator[Markup]:
    """`with_names`: with the campaigns and domains."""
    reasons = [
        words.md(
            "digest-reason",
            reason=capital(words(f"reasons-{reason}")),
            n=newly.n,
            change=change(words, newly),
        )
        for reason, newly in part.reasons.items()
        if newly.n or newly.before
    ]
    yield _listed(words.md("digest-reasons"), [Markup(" · ".join(reasons))])
    if part.archived:
        yield words.md("digest-archived", n=part.archived)
    if part.worth_a_look:
        yield words.md("digest-worth-a-look", n=part.worth_a_look)
    if with_names:
        yield from _names(words, part)
    if part.typos:
        yield _listed(_typos_title(words, part), _typos(words, part))


def _names(words: Words, part: Part) -> Iterator[Markup]:
    """The campaigns and the domains."""
    if part.campaigns:
        yield _listed(words.md("digest-campaigns"), _counts(words, part.campaigns))
    if part.domains:
        yield _listed(words.md("digest-domains"), [Markup(" · ".join(_counts(words, part.domains)))])


def _listed(title: Markup, lines: Iterable[Markup]) -> Markup:
    return Markup("\n".join([title, *lines]))


def _counts(words: Words, counts: Iterable[Count]) -> list[Markup]:
    return [words.md("digest-count", name=_name(count.name), n=count.n) for count in counts]


def _typos_title(words: Words, part: Part) -> Markup:
    n = sum(typo.n for typo in part.typos)
    return (
        words.md("digest-typos-many", n=MOST_COUNTED) if n > MOST_COUNTED else words.md("digest-typos", n=n)
    )


def _typos(words: Words, part: Part) -> Iterator[Markup]:
    """The domains, and how many contacts the other ones have: the lines add up to the title's number."""
    for typo in part.typos[:MAX_TYPOS]:
        yield words.md("digest-typo", domain=_name(typo.domain), meant=_name(typo.meant), n=typo.n)
    if rest := sum(typo.n for typo in part.typos[MAX_TYPOS:]):
        yield words.md("digest-typos-rest", n=rest)


def _name(text: str) -> str:
    return blocks.clamp(text, NAME)


def _buttons(words: Words, week: Week, part: Part, *, primary: bool) -> list[Block]:
    """Buttons for the contacts that the digest is about, and one for all cleaned contacts of the audience."""
    names = ["list", "export", "archive"] if part.total.n > part.archived else []
    names += ["worth-a-look"] if part.worth_a_look else []
    names += ["fix"] if part.typos else []
    value = week_value(part.audience_id, week)
    buttons = [
        blocks.button(
            words(f"open-{name}"),
            f"open-{name}-week",
            value,
            style="primary" if primary and name == "list" else None,
        )
        for name in ("list", "worth-a-look", "fix", "export", "archive")
        if name in names
    ]
    if part.cleaned:
        text = words("digest-all", n=part.cleaned)
        buttons.append(blocks.button(text, "open-list", str(part.audience_id)))
    return [blocks.actions(buttons, f"digest-buttons-{part.audience_id}")] if buttons else []


def _context(words: Words, report: Report) -> Markup:
    difference = report.total.difference
    key = "digest-more" if difference > 0 else "digest-fewer" if difference else "digest-same"
    return Markup(" · ".join((words.md(key, n=abs(difference)), _in_all(words, report))))


def _in_all(words: Words, report: Report) -> Markup:
    where = (
        words.md("digest-several", n=len(report.parts))
        if len(report.parts) > 1
        else words.md("digest-whose", audience=_name(report.parts[0].name))
    )
    return Markup(" · ".join((words.md("digest-in-all", n=report.cleaned), where)))


def _chart(words: Words, report: Report) -> Block:
    labels = [blocks.clamp(words.short_day(bar.week.last), CHART_LABEL) for bar in report.bars]
    points = [{"label": label, "value": bar.n} for label, bar in zip(labels, report.bars, strict=True)]
    chart: Block = {
        "type": "data_visualization",
        "title": blocks.clamp(words("digest-chart"), CHART_TITLE),
        "chart": {
            "type": "bar",
            "series": [{"name": words("digest-chart-series"), "data": points}],
            "axis_config": {"categories": labels, "x_label": words("digest-chart-axis")},
        },
    }
    return NewerBlock(chart, [_chart_as_text(words, report)])


def _chart_as_text(words: Words, report: Report) -> Block:
    weeks = [Markup(f"{words.short_day(bar.week.last)} {words.number(bar.n)}") for bar in report.bars]
    return blocks.section(words.md("digest-chart-text", weeks=Markup(" · ".join(weeks))))


def _characters(rows: Iterable[Block]) -> int:
    return sum(len(text) for text in _texts(list(rows)))


def _texts(value: Any) -> Iterator[str]:
    """Every text of the blocks. A chart's labels are included, as it is not known whether Slack counts them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
