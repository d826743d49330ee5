"""An archive: what it is about to do and the typed word, its progress, its receipt, sharing it."""

from bot.archives.archives import ArchivePlan
from handlers.slack.elements import blocks, filters, receipts
from handlers.slack.elements.blocks import Block, Message, View
from handlers.slack.views.mailchimp import outcomes
from handlers.words import Markup, Words
from storage.contacts.contacts import Segment
from storage.core.tables import JobRow

CALLBACK, SHARE_CALLBACK = "archives-confirm", "archives-share-in"
CHOOSE = "archives-audience"
WORD, WHERE = "archives-word", "archives-where"
UNDO, SHARE = "archives-undo", "archives-share"
MOST_TYPED = 200
_AUDIENCE = 80  # characters shown of a name


def form(words: Words, plan: ArchivePlan) -> View:
    """The modal that asks for the word."""
    rows = [blocks.section(words.md("archives-headline", n=plan.n, audience=_short(plan.audience)))]
    if narrowed := filters.in_words(words, plan.segment):
        rows.append(blocks.context(*narrowed))
    rows += [
        blocks.section(words.md("archives-meaning")),
        blocks.context(words.md("archives-untouched"), *_at_mailchimp(words, plan)),
        blocks.input_(
            words("archives-type", word=plan.word),
            {"type": "plain_text_input", "action_id": WORD, "max_length": MOST_TYPED},
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


def nothing(words: Words, audience: str, segment: Segment) -> View:
    """There is nothing to archive: that is an answer too."""
    key = "archives-nothing" if segment.is_whole else "archives-nothing-matches"
    return receipts.started(words, "archives-title", words.md(key, audience=_short(audience)))


def started(words: Words, job: JobRow, audience: str) -> View:
    """What answers the submission."""
    text = words.md("archives-waiting", n=job.total, audience=_short(audience))
    return receipts.started(words, "archives-title", text)


def tell(words: Words, job: JobRow, audience: str) -> Message:
    """The message of an archive as it stands."""
    audience = _short(audience)
    if job.state == "done":
        return _receipt(words, job, audience)
    if job.state == "failed":
        return _failure(words, job, audience)
    text = words.md("archives-progress", n=job.total, done=job.done, audience=audience)
    stop = blocks.button(words("archives-stop"), UNDO, value(job.audience_id or 0, job.id))
    return receipts.progress(text, job, [stop] if job.data.get("can_stop") else [])


def share_form(words: Words, archive: str) -> View:
    """Where the receipt is shared. `archive`: a button's value."""
    element = {
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


def shared_message(words: Words, n: int, audience: str, who: str) -> Message:
    """The receipt for others: no addresses, nothing to press."""
    headline = words.md("archives-shared-text", n=n, audience=_short(audience), who=blocks.person(who))
    return blocks.message(headline, [blocks.section(headline), blocks.context(words.md("archives-kept"))])


def shared(words: Words, channel: str) -> View:
    text = words.md("archives-shared", channel=blocks.channel(channel))
    return receipts.started(words, "archives-share-title", text)


def value(audience_id: int, archive_id: str) -> str:
    """An archive as a button's value."""
    return f"{audience_id}:{archive_id}"


def archive_of(value: str) -> tuple[int, str]:
    """The audience's id and the archive's, from a button's value."""
    audience_id, _, archive_id = value.partition(":")
    return int(audience_id), archive_id


def _receipt(words: Words, job: JobRow, audience: str) -> Message:
    n, left_alone, newer = (job.result[name] for name in ("n", "left_alone", "newer"))
    undone = job.result.get("undone_by")
    lines: list[Markup] = []
    buttons: list[Block] = []
    this = value(job.audience_id or 0, job.id)
    if stopped := job.result.get("stopped"):
        lines.append(words.md("archives-stopped", n=stopped))
    elif n and not undone:
        lines += [words.md("archives-kept"), words.md("archives-can-undo")]
        buttons.append(blocks.button(words("archives-undo"), UNDO, this))
    if undone:
        lines.append(words.md("archives-undone", who=blocks.person(undone)))
    if left_alone:
        lines.append(words.md("archives-left-alone", n=left_alone))
    if newer:
        lines.append(words.md("archives-newer", n=newer))
    buttons.append(_rest(words, job))
    if n:
        buttons.append(blocks.button(words("archives-share"), SHARE, this))
    buttons += outcomes.buttons(words, job)
    headline, more = words.md("archives-done", n=n, audience=audience), outcomes.rows(words, job)
    return receipts.done(headline, lines, buttons, job, more)


def _failure(words: Words, job: JobRow, audience: str) -> Message:
    """What Mailchimp did before can be undone."""
    more = outcomes.rows(words, job)
    buttons = [_rest(words, job), *outcomes.buttons(words, job)]
    if n := job.result.get("n"):
        done = [words.md("archives-done", n=n, audience=audience)]
        if undone := job.result.get("undone_by"):
            done.append(words.md("archives-undone", who=blocks.person(undone)))
        else:
            undo = blocks.button(words("archives-undo"), UNDO, value(job.audience_id or 0, job.id))
            buttons.insert(0, undo)
        more.insert(0, blocks.context(*done))
    return receipts.failed(words, words.md("archives-failed", audience=audience), job, buttons, more)


def _at_mailchimp(words: Words, plan: ArchivePlan) -> list[Markup]:
    return [words.md("archives-at-mailchimp")] if plan.is_mirrored else []


def _rest(words: Words, job: JobRow) -> Block:
    return blocks.button(words("archives-see-rest"), "open-list", str(job.audience_id))


def _short(audience: str) -> str:
    return blocks.clamp(audience, _AUDIENCE)
