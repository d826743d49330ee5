"""Erasing a person: the form with the word to type, the progress and the receipt, which don't name the person."""

from bot.privacy.forget import ForgetReceipt
from handlers.slack.elements import blocks, receipts
from handlers.slack.elements.blocks import Message, View
from handlers.words import Markup, Words, escaped
from storage.jobs.tables import JobState

CALLBACK = "forget-confirm"
ADDRESS, WORD = "forget-address", "forget-word"
MAX_TYPED = 320  # characters


def form(words: Words, word: str, address: str = "") -> View:
    """The form. `word` confirms; `address` is filled in."""
    field = {"type": "plain_text_input", "action_id": ADDRESS, "max_length": MAX_TYPED}
    if address:
        field["initial_value"] = address[:MAX_TYPED]
    rows = [
        blocks.section(words.md("forget-what")),
        blocks.context(words.md("forget-rest")),
        blocks.input_(words("forget-address"), field, ADDRESS, hint=words("forget-address-hint")),
        blocks.input_(
            words("archives-type", word=word),
            {"type": "plain_text_input", "action_id": WORD, "max_length": MAX_TYPED},
            WORD,
        ),
    ]
    return blocks.modal(
        words("forget-title"),
        rows,
        callback_id=CALLBACK,
        submit=words("forget-submit"),
        close=words("cancel"),
    )


def started(words: Words) -> View:
    """The modal until the job's first message."""
    return receipts.started(words, "forget-title", words.md("forget-waiting"))


def message(words: Words, receipt: ForgetReceipt) -> Message:
    """The message of a job: its progress, its receipt or its failure."""
    job = receipt.job
    n = sum(job.progress.rows.values())
    if job.state == JobState.FAILED:
        return receipts.failed(words, words.md("forget-failed"), job, [])
    if job.state != JobState.DONE:
        return receipts.progress(words.md("forget-progress", n=n), job)
    return receipts.done(words.md("forget-done", n=n), details(words, receipt), [], job)


def details(words: Words, receipt: ForgetReceipt) -> list[Markup]:
    """What else is to be known of a job that is done, and to be done."""
    result = receipt.job.outcome
    lines = [words.md("forget-rest")]
    if result.stopped:
        names = ", ".join(result.stopped)
        lines.append(words.md("forget-stopped", n=len(result.stopped), names=names))
    for mirror in receipt.mirrors:
        link = Markup(f"<{escaped(mirror.link)}>") if mirror.link else Markup("")
        lines.append(words.md("forget-at-mailchimp", audience=mirror.name, link=link))
    lines.append(words.md("forget-elsewhere"))
    if not result.is_overwritten:
        lines.append(words.md("forget-in-use"))
    return lines
