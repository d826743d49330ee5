"""A mirrored audience: when it was last synced; and a sync's progress, receipt and failure."""

from bot.audiences.audiences import Audience
from bot.mailchimp.mirror.jobs import SyncJob, SyncResult
from handlers.slack.elements import blocks, receipts
from handlers.slack.elements.blocks import Block, Message, View
from handlers.words import Markup, Words
from storage.jobs.tables import JobState

OPEN = "open-sync"
FIGURES = ("added", "changed", "unchanged", "refused")


def source(words: Words, audience: Audience) -> list[Block]:
    """When a mirrored audience was last synced, and what is wrong with it; none for a local audience."""
    if not audience.is_mirror:
        return []
    lines = [words.md(f"mirror-{audience.trouble}", audience=audience.name)] if audience.trouble else []
    if audience.mirrored_until:
        at = blocks.moment(audience.mirrored_until, words)
        lines.append(words.md("mirror-as-of", at=at))
    elif not lines:
        lines.append(words.md("mirror-not-yet"))
    return blocks.contexts(lines)


def started(words: Words, audience: Audience) -> View:
    """The modal until the job's first message."""
    return receipts.started(words, "mirror-title", words.md("mirror-waiting", audience=audience.name))


def under_way(words: Words, audience: Audience) -> View:
    """The modal if another person has started a sync of it, and gets the receipt."""
    return receipts.started(words, "mirror-title", words.md("mirror-under-way", audience=audience.name))


def message(words: Words, job: SyncJob, audience: str) -> Message:
    """The message of a sync: its progress, its receipt or its failure."""
    if job.state == JobState.DONE:
        return _receipt(words, job, audience)
    if job.state == JobState.FAILED:
        again = blocks.button(words("mirror-again"), OPEN, str(job.audience_id), style="primary")
        partly = [blocks.context(words.md("mirror-partly"))] if job.done else []
        return receipts.failed(words, words.md("mirror-failed", audience=audience), job, [again], partly)
    text = (
        words.md("mirror-progress", audience=audience, done=job.done, total=job.total)
        if job.total
        else words.md("mirror-waiting", audience=audience)
    )
    return receipts.progress(text, job)


def differs(words: Words, result: SyncResult) -> str:
    """How Mailchimp's own counts differ from what it listed, or from those of the mirror; "" if they don't."""
    if result.overstated:
        return words("mirror-overstated", n=result.overstated)
    differences = [
        words("mirror-more" if n > 0 else "mirror-fewer", status=words(f"statuses-{status}"), n=abs(n))
        for status, n in result.difference.items()
    ]
    return words("mirror-differs", which=", ".join(differences)) if differences else ""


def _receipt(words: Words, job: SyncJob, audience: str) -> Message:
    result = job.outcome
    text = words.md("mirror-done", n=result.added + result.changed, audience=audience)
    rows = [blocks.section(Markup(f"*{text}*"))]
    if figures := [
        words.md(f"mirror-{name}", n=getattr(result, name)) for name in FIGURES if getattr(result, name)
    ]:
        rows.append(blocks.fields(figures))
    if result.refused:
        rows.append(blocks.context(words.md("mirror-refused-why", n=result.refused)))
    if result.without_address:
        rows.append(blocks.context(words.md("mirror-without-address", n=result.without_address)))
    if result.forgotten:
        rows.append(blocks.context(words.md("forget-still-at-mailchimp", n=result.forgotten)))
    if difference := differs(words, result):
        rows.append(blocks.context(Markup(difference)))
    open_list = blocks.button(words("open-list"), "open-list", str(job.audience_id), style="primary")
    return blocks.message(text, [*rows, blocks.actions([open_list], f"receipt-{job.id}")])
