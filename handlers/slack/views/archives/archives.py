"""An archive: its preview with the word to type, its progress, its receipt, and sharing the receipt."""

from collections.abc import Mapping
from typing import Any

from bot.archives.archives import ArchivePlan, ArchiveReceipt
from bot.archives.jobs import ArchiveJob
from bot.archives.restores import EarlierArchive
from bot.jobs.files import SharedWith
from handlers.slack.elements import blocks, filters, newer, receipts
from handlers.slack.elements.audiences import short_name
from handlers.slack.elements.blocks import Block, Message, View
from handlers.slack.views.mailchimp import outcomes
from handlers.words import Markup, Words
from storage.contacts.contacts import Segment
from storage.jobs.tables import JobState

CALLBACK, SHARE_CALLBACK = "archives-confirm", "archives-share-in"
CHOOSE = "archives-audience"
WORD, WHERE = "archives-word", "archives-where"
LEAVE_OUT = "archives-leave-out"
UNDO, SHARE = "archives-undo", "archives-share"
MAX_TYPED = 200  # characters


def form(words: Words, plan: ArchivePlan) -> View:
    """The preview, which asks for the confirmation word."""
    rows = [blocks.section(words.md("archives-headline", n=plan.n, audience=short_name(plan.audience)))]
    if filter_texts := filters.in_words(words, plan.segment):
        rows.append(blocks.context(*filter_texts))
    rows += [
        blocks.section(words.md("archives-meaning")),
        blocks.context(words.md("archives-untouched"), *_at_mailchimp(words, plan)),
        *_doubtful(words, plan),
        blocks.input_(
            words("archives-type", word=plan.word),
            {"type": "plain_text_input", "action_id": WORD, "max_length": MAX_TYPED},
            WORD,
        ),
    ]
    return blocks.modal(
        words("archives-title"),
        rows,
        callback_id=CALLBACK,
        submit=words("archives-submit"),
        close=words("cancel"),
        metadata=plan.id,
    )


def leaves_out(values: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether those worth a look and the likely typos are left out, from the submitted view's values."""
    return bool(values.get(LEAVE_OUT, {}).get(LEAVE_OUT, {}).get("selected_options"))


def nothing(words: Words, audience: str, segment: Segment) -> View:
    """The modal if there is nothing to archive."""
    key = "archives-nothing" if segment.is_whole else "archives-nothing-matches"
    return receipts.started(words, "archives-title", words.md(key, audience=short_name(audience)))


def started(words: Words, receipt: ArchiveReceipt) -> View:
    """The modal until the job's first message."""
    text = words.md("archives-waiting", n=receipt.job.total, audience=short_name(receipt.audience))
    return receipts.started(words, "archives-title", text)


def message(words: Words, receipt: ArchiveReceipt) -> Message:
    """The message of an archive: its progress, its receipt or its failure."""
    job, audience = receipt.job, short_name(receipt.audience)
    if job.state == JobState.DONE:
        return _receipt(words, receipt, audience)
    if job.state == JobState.FAILED:
        return _failure(words, receipt, audience)
    text = words.md("archives-progress", n=job.total, done=job.done, audience=audience)
    stop = blocks.button(words("archives-stop"), UNDO, value(job.audience_id, job.id))
    return receipts.progress(text, job, [stop] if job.task.can_stop else [])


def share_form(words: Words, archive: str) -> View:
    """The form to share the receipt. `archive` is a value as of `value`."""
    element: Block = {
        "type": "conversations_select",
        "action_id": WHERE,
        "placeholder": blocks.plain(words("archives-share-where"), blocks.PLACEHOLDER),
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    rows = [
        blocks.section(words.md("archives-share-what")),
        blocks.input_(words("archives-share-where"), element, WHERE),
    ]
    return blocks.modal(
        words("archives-share-title"),
        rows,
        callback_id=SHARE_CALLBACK,
        submit=words("archives-share-submit"),
        close=words("cancel"),
        metadata=archive,
    )


def shared_message(words: Words, archive: EarlierArchive) -> Message:
    """The receipt for a channel, without addresses and buttons; it also says what has been undone since."""
    who, audience = blocks.person(archive.made_by), short_name(archive.audience)
    headline = words.md("archives-shared-text", n=archive.n, audience=audience, who=who)
    if archive.is_restored:
        state = words.md("archives-undone", who=blocks.person(archive.undone_by or archive.made_by))
    elif archive.restored:
        state = words.md("restores-some-back", n=archive.restored)
    else:
        state = words.md("archives-kept")
    at = blocks.moment(archive.made_at, words)
    return blocks.message(headline, [blocks.section(headline), blocks.context(at, state)])


def shared(words: Words, channel: str, with_: SharedWith) -> View:
    """The modal once the receipt is shared. `with_`: who sees the channel besides the workspace."""
    link = blocks.channel(channel)
    text = f"{words.md('archives-shared', channel=link)} {words.md('shared-with', who=with_, channel=link)}"
    return receipts.started(words, "archives-share-title", Markup(text.strip()))


def value(audience_id: int, archive_id: str) -> str:
    """The value of a button that acts on an archive."""
    return f"{audience_id}:{archive_id}"


def _receipt(words: Words, receipt: ArchiveReceipt, audience: str) -> Message:
    job, result = receipt.job, receipt.job.outcome
    archive = value(job.audience_id, job.id)
    lines = [receipts.about(words, job, job.task.segment)]
    buttons: list[Block] = []
    if result.stopped:
        lines.append(words.md("archives-stopped", n=result.stopped))
    elif result.n and not receipt.undone_by:
        lines += [words.md("archives-kept"), words.md("archives-can-undo")]
        buttons.append(blocks.button(words("archives-undo"), UNDO, archive))
    if receipt.undone_by:
        lines.append(words.md("archives-undone", who=blocks.person(receipt.undone_by)))
    if result.left_alone:
        lines.append(words.md("archives-left-alone", n=result.left_alone))
    if result.newer:
        lines.append(words.md("archives-newer", n=result.newer))
    buttons.append(_open_list_button(words, job))
    if result.n:
        buttons.append(blocks.button(words("archives-share"), SHARE, archive))
    buttons += outcomes.buttons(words, job)
    headline, more = words.md("archives-done", n=result.n, audience=audience), outcomes.rows(words, job)
    return receipts.done(headline, lines, buttons, job, more)


def _failure(words: Words, receipt: ArchiveReceipt, audience: str) -> Message:
    """The failure, with Undo for what Mailchimp did before it."""
    job = receipt.job
    more = outcomes.rows(words, job)
    buttons = [_open_list_button(words, job), *outcomes.buttons(words, job)]
    if job.result and job.result.n:
        done = [words.md("archives-done", n=job.result.n, audience=audience)]
        if receipt.undone_by:
            done.append(words.md("archives-undone", who=blocks.person(receipt.undone_by)))
        else:
            archive = value(job.audience_id, job.id)
            buttons.insert(0, blocks.button(words("archives-undo"), UNDO, archive))
        more.insert(0, blocks.context(*done))
    return receipts.failed(words, words.md("archives-failed", audience=audience), job, buttons, more)


def _doubtful(words: Words, plan: ArchivePlan) -> list[Block]:
    """How many are worth a look or likely typos, and the offer to leave them out."""
    texts = []
    if plan.worth_a_look:
        texts.append(words.md("archives-worth-a-look", n=plan.worth_a_look))
    if plan.typos:
        texts.append(words.md("archives-typos", n=plan.typos))
    if not texts:
        return []
    rows = [newer.alert(Markup("\n".join(texts)))]
    if plan.n_without:
        option = blocks.option(words("archives-leave-out", n=plan.n_without), LEAVE_OUT)
        box: Block = {"type": "checkboxes", "action_id": LEAVE_OUT, "options": [option]}
        rows.append(blocks.input_(words("archives-doubtful"), box, LEAVE_OUT, optional=True))
    return rows


def _at_mailchimp(words: Words, plan: ArchivePlan) -> list[Markup]:
    return [words.md("archives-at-mailchimp")] if plan.is_mirrored else []


def _open_list_button(words: Words, job: ArchiveJob) -> Block:
    return blocks.button(words("archives-see-rest"), "open-list", str(job.audience_id))
