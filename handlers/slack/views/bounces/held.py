"""Held verdicts: the question to operators, what became of it, and the progress and receipt of the cleaning."""

from bot.bounces.verdicts.held import CleaningJob
from bot.bounces.verdicts.reversals import CleanedBatch
from handlers.slack.elements import blocks, receipts
from handlers.slack.elements.audiences import short_name
from handlers.slack.elements.blocks import Message, View
from handlers.slack.elements.texts import isolated
from handlers.slack.views.bounces import reversals
from handlers.words import Words
from storage.jobs.tables import JobState


def question(words: Words, batch: CleanedBatch) -> Message:
    """The question, with the answer once there is one."""
    audience = isolated(short_name(batch.audience))
    if batch.answer:
        headline = words.md(f"held-answered-{batch.answer}", who=blocks.person(batch.answered_by or ""))
        about = words.md("held-about", audience=audience)
        return blocks.message(headline, [blocks.section(headline), blocks.context(about)])
    headline = words.md("held-headline", n=batch.n_held, audience=audience)
    facts = [reversals.cleaned_by(words, batch), words.md("held-why")]
    if batch.n:
        facts.append(words.md("held-cleaned-before", n=batch.n))
    rows = [
        blocks.section(headline),
        *blocks.contexts(facts),
        blocks.actions(reversals.answers(words, batch), reversals.CLEAN),
    ]
    return blocks.message(headline, rows)


def started(words: Words, job: CleaningJob, audience: str) -> View:
    """The modal until the job's first message."""
    text = words.md("held-progress", n=job.total, done=0, audience=short_name(audience))
    return receipts.started(words, "reversals-title", text)


def message(words: Words, job: CleaningJob, audience: str) -> Message:
    """The message of a cleaning: its progress, its receipt or its failure."""
    audience = short_name(audience)
    open_list = blocks.button(words("open-list"), "open-list", str(job.audience_id))
    if job.state == JobState.FAILED:
        return receipts.failed(words, words.md("held-failed", audience=audience), job, [open_list])
    if job.state != JobState.DONE:
        text = words.md("held-progress", n=job.total, done=job.done, audience=audience)
        return receipts.progress(text, job)
    result = job.outcome
    lines = [words.md("held-changed", n=result.changed)] if result.changed else []
    actions = [open_list]
    if result.n:
        value = reversals.value(job.audience_id, job.task.batch)
        actions.append(blocks.button(words("reversals-open"), reversals.BATCH, value))
    return receipts.done(words.md("held-done", n=result.n, audience=audience), lines, actions, job)
