"""Reversing verdicts: the recent batches, the form with the word to type, the progress and the receipt."""

from datetime import timedelta

from bot.bounces.verdicts.reversals import BatchesPage, CleanedBatch, ReversalPlan, ReversalReceipt
from handlers.slack.elements import blocks, receipts
from handlers.slack.elements.audiences import short_name
from handlers.slack.elements.blocks import Block, Message, View
from handlers.slack.elements.texts import isolated
from handlers.words import Markup, Words, escaped
from storage.jobs.tables import JobState

OPEN = "open-reversals"
CONTACT = "reversals-contact"  # value: audience id:contact id
BATCH = "reversals-batch"  # value: audience id:batch id
CLEAN = "held-clean"  # value: audience id:batch id
PAGE = "reversals-page"
CALLBACK = "reversals-confirm"
WORD = "reversals-word"
MAX_TYPED = 200  # characters


def open_button(words: Words) -> Block:
    """The button that opens the list."""
    return blocks.button(words("reversals-open"), OPEN)


def listing(words: Words, page: BatchesPage, number: int) -> View:
    """A page of the recent batches. `number` is the page's, from 0."""
    if not page.batches:
        return receipts.started(words, "reversals-title", words.md("reversals-none"))
    rows = [blocks.section(words.md("reversals-intro"))]
    for batch in page.batches:
        rows += _batch(words, batch)
    buttons = []
    if number:
        buttons.append(blocks.button(words("previous"), f"{PAGE}-previous", str(number - 1)))
    if page.has_more:
        buttons.append(blocks.button(words("next"), f"{PAGE}-next", str(number + 1)))
    if buttons:
        rows.append(blocks.actions(buttons, "pages"))
    return blocks.modal(words("reversals-title"), rows, close=words("close"))


def form(words: Words, plan: ReversalPlan) -> View:
    """The preview, which asks for the confirmation word."""
    audience = isolated(short_name(plan.audience))
    if plan.address is None:
        headline = words.md("reversals-headline", n=plan.n, audience=audience)
        if plan.batch and plan.batch.n_held:
            headline = words.md("reversals-headline-held", n=plan.batch.n_held, audience=audience)
    else:
        address = isolated(blocks.clamp_middle(plan.address, 2 * blocks.OPTION))
        headline = words.md("reversals-headline-one", address=address, audience=audience)
    rows = [blocks.section(headline)]
    if plan.batch:
        rows.append(blocks.context(cleaned_by(words, plan.batch)))
    if plan.batch and plan.batch.n_held and plan.n:
        rows.append(blocks.section(words.md("reversals-headline", n=plan.n, audience=audience)))
    rows.append(blocks.section(words.md("reversals-meaning" if plan.n else "reversals-as-before")))
    if plan.complaints:
        rows.append(blocks.context(words.md("reversals-complaints", n=plan.complaints)))
    if plan.changed:
        rows.append(blocks.context(words.md("reversals-changed-before", n=plan.changed)))
    rows.append(
        blocks.input_(
            words("archives-type", word=plan.word),
            {"type": "plain_text_input", "action_id": WORD, "max_length": MAX_TYPED},
            WORD,
        )
    )
    return blocks.modal(
        words("reversals-title"),
        rows,
        callback_id=CALLBACK,
        submit=words("reversals-submit"),
        close=words("cancel"),
        metadata=plan.id,
    )


def nothing(words: Words) -> View:
    """The modal if no verdict can be reversed any more."""
    return receipts.started(words, "reversals-title", words.md("error-nothing-to-reverse"))


def started(words: Words, receipt: ReversalReceipt) -> View:
    """The modal until the job's first message."""
    text = words.md("reversals-waiting", n=receipt.job.total, audience=short_name(receipt.audience))
    return receipts.started(words, "reversals-title", text)


def message(words: Words, receipt: ReversalReceipt) -> Message:
    """The message of a job: its progress, its receipt or its failure."""
    job, audience = receipt.job, short_name(receipt.audience)
    open_list = blocks.button(words("open-list"), "open-list", str(job.audience_id))
    if job.state == JobState.FAILED:
        return receipts.failed(words, words.md("reversals-failed", audience=audience), job, [open_list])
    if job.state != JobState.DONE:
        text = words.md("reversals-progress", n=job.total, done=job.done, audience=audience)
        return receipts.progress(text, job)
    result = job.outcome
    lines = [_about(words, receipt), *([words.md("reversals-as-before")] if result.n else [])]
    if result.dropped:
        lines.append(words.md("reversals-dropped", n=result.dropped))
    if result.changed:
        lines.append(words.md("reversals-changed", n=result.changed))
    headline = words.md("reversals-done", n=result.n, audience=audience)
    return receipts.done(headline, lines, [open_list], job)


def _about(words: Words, receipt: ReversalReceipt) -> Markup:
    """Which contacts it was about, and when it was done."""
    facts = [receipts.about(words, receipt.job)]
    if receipt.batch:
        facts.insert(0, cleaned_by(words, receipt.batch))
    elif receipt.address:
        facts.insert(0, escaped(isolated(blocks.clamp_middle(receipt.address, 2 * blocks.OPTION))))
    return Markup(" · ".join(facts))


def answers(words: Words, batch: CleanedBatch) -> list[Block]:
    """The buttons that answer what is with held verdicts."""
    of_batch = value(batch.audience_id, batch.id)
    confirm = {
        "title": blocks.plain(words("held-confirm-title"), 100),
        "text": blocks.plain(words("held-confirm-text", n=batch.n_held), 300),
        "confirm": blocks.plain(words("held-clean"), 30),
        "deny": blocks.plain(words("cancel"), 30),
    }
    return [
        blocks.button(words("held-clean"), CLEAN, of_batch, style="danger", confirm=confirm),
        blocks.button(words("held-mistake"), BATCH, of_batch),
    ]


def value(audience_id: int, id_: str | int) -> str:
    """The value of a button that opens the form for a contact or a batch."""
    return f"{audience_id}:{id_}"


def _batch(words: Words, batch: CleanedBatch) -> list[Block]:
    text = words.md("reversals-batch", n=batch.n, audience=isolated(short_name(batch.audience)))
    facts = [cleaned_by(words, batch)]
    if batch.n_reversed:
        key = "reversals-all-back" if batch.is_reversed else "reversals-some-back"
        facts.append(words.md(key, n=batch.n_reversed))
    if batch.n_held:
        facts.append(words.md("reversals-held", n=batch.n_held))
    rows = [blocks.section(Markup(f"{text}\n{' · '.join(facts)}"))]
    if batch.waits:
        rows.append(blocks.actions(answers(words, batch), f"batch-{batch.id}"))
    elif not batch.is_reversed:
        button = blocks.button(words("reversals-choose"), BATCH, value(batch.audience_id, batch.id))
        rows.append(blocks.actions([button], f"batch-{batch.id}"))
    return rows


def cleaned_by(words: Words, batch: CleanedBatch) -> Markup:
    """When, and who told it."""
    lasts = batch.until - batch.since >= timedelta(minutes=1)
    return words.md(
        "reversals-cleaned-by" if lasts else "reversals-cleaned-at",
        source=words("evidence-from", source=batch.source),
        since=blocks.moment(batch.since, words),
        until=blocks.moment(batch.until, words),
    )
