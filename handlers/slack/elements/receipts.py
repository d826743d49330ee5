"""Long work in one message: its beginning, its progress, its failure."""

from collections.abc import Sequence

from bot.core.jobs import AnyJob
from handlers.slack.elements import blocks
from handlers.slack.elements.blocks import Block, Message, View
from handlers.words import Markup, Words

BAR_CELLS = 20


def started(words: Words, title: str, text: Markup) -> View:
    """What the modal shows until the work says more. `title` is a sentence's key."""
    return blocks.modal(words(title), [blocks.section(text)], close=words("close"))


def progress(text: Markup, job: AnyJob, buttons: Sequence[Block] = ()) -> Message:
    """`text` says how far it is; the bar shows it; the buttons say what can be done meanwhile."""
    share = min(job.done / job.total, 1) if job.total else 0
    full = round(share * BAR_CELLS)
    bar = Markup("`" + "█" * full + "░" * (BAR_CELLS - full) + "`")
    rows = [blocks.section(text), blocks.context(bar)]
    if buttons:
        rows.append(blocks.actions(list(buttons), f"progress-{job.id}"))
    return blocks.message(text, rows)


def done(
    headline: Markup, lines: Sequence[Markup], buttons: list[Block], job: AnyJob, more: Sequence[Block] = ()
) -> Message:
    """The receipt: the figure, what goes with it (`more`: as blocks), what can be done."""
    rows = [blocks.section(Markup(f"*{headline}*"))]
    rows += [*blocks.contexts(lines), *more]
    if buttons:
        rows.append(blocks.actions(buttons, f"receipt-{job.id}"))
    return blocks.message(headline, rows)


def failed(
    words: Words, headline: Markup, job: AnyJob, buttons: list[Block], more: Sequence[Block] = ()
) -> Message:
    """What was not done, and why; `more`: what was done before."""
    why = words.md(job.failure.key, **job.failure.values) if job.failure else Markup("")
    rows = [blocks.section(Markup(f"*{headline}*\n{why}")), *more]
    if buttons:
        rows.append(blocks.actions(buttons, f"receipt-{job.id}"))
    return blocks.message(headline, rows)
