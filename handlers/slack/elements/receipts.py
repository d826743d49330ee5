"""The message of a job: its progress, its receipt or its failure; and the modal that started it."""

from collections.abc import Sequence
from datetime import datetime

from bot.contacts.weeks import Week
from bot.jobs.jobs import AnyJob
from handlers.slack.elements import blocks, filters, newer
from handlers.slack.elements.blocks import Block, Message, View
from handlers.slack.elements.newer import TaskStatus
from handlers.words import Markup, Words
from storage.contacts.contacts import Segment
from storage.jobs.tables import JobState

BAR_CELLS = 20


def started(words: Words, title: str, text: Markup) -> View:
    """The modal until the job's first message. `title` is a sentence's key."""
    return blocks.modal(words(title), [blocks.section(text)], close=words("close"))


def progress(text: Markup, job: AnyJob, buttons: Sequence[Block] = (), *, waits: bool = False) -> Message:
    """The message of a running job: how far it is as text and, if that is known, as a bar, and buttons.

    `waits`: for somebody else, or the job has not begun.
    """
    bar = _bar(job.done / job.total) if job.total else ""
    older = [blocks.section(text)]
    if bar:
        older.append(blocks.context(Markup(f"`{bar}`")))
    status = TaskStatus.PENDING if waits or job.state == JobState.WAITING else TaskStatus.IN_PROGRESS
    rows = [newer.task_card(job.id, text, status, older, bar)]
    if buttons:
        rows.append(blocks.actions(list(buttons), f"progress-{job.id}"))
    return blocks.message(text, rows)


def about(words: Words, job: AnyJob, segment: Segment | None = None) -> Markup:
    """What the job was about: the filters of its segment, and when it ended."""
    return _about(words, job.finished_at or job.made_at, segment)


def about_at(words: Words, at: datetime, audience_id: int, week: Week | None = None) -> Markup:
    """The same of what was done at once: the week whose contacts it was about, and when."""
    return _about(words, at, Segment(audience_id=audience_id, **week.filters()) if week else None)


def done(
    headline: Markup, lines: Sequence[Markup], buttons: list[Block], job: AnyJob, more: Sequence[Block] = ()
) -> Message:
    """The receipt of a job that is done: the figure, details as lines and as `more` blocks, and buttons."""
    rows = [blocks.section(Markup(f"*{headline}*"))]
    rows += [*blocks.contexts(lines), *more]
    if buttons:
        rows.append(blocks.actions(buttons, f"receipt-{job.id}"))
    return blocks.message(headline, rows)


def failed(
    words: Words, headline: Markup, job: AnyJob, buttons: list[Block], more: Sequence[Block] = ()
) -> Message:
    """The message of a job that failed: what was not done and why, what was done before (`more`), and buttons."""
    rows = [*failure(words, headline, job), *more]
    if buttons:
        rows.append(blocks.actions(buttons, f"receipt-{job.id}"))
    return blocks.message(headline, rows)


def failure(words: Words, headline: Markup, job: AnyJob) -> list[Block]:
    """What was not done, and why."""
    older = blocks.section(Markup(f"*{headline}*"))
    rows = [newer.task_card(job.id, headline, TaskStatus.ERROR, [older])]
    if job.failure:
        rows.append(blocks.section(words.md(job.failure.key, **job.failure.values)))
    return rows


def _bar(share: float) -> str:
    full = round(min(share, 1) * BAR_CELLS)
    return "█" * full + "░" * (BAR_CELLS - full)


def _about(words: Words, at: datetime, segment: Segment | None) -> Markup:
    filter_texts = filters.in_words(words, segment) if segment else []
    return Markup(" · ".join([*filter_texts, blocks.moment(at, words)]))
