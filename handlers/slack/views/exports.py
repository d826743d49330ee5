"""An export: its preview, its progress, its receipt; and the list of earlier exports."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

from bot.audiences.audiences import Audience
from bot.exports.exports import Destination, ExportPlan, ExportReceipt, PastExport
from bot.exports.jobs import ExportJob
from handlers.slack.elements import blocks, filters, receipts
from handlers.slack.elements.audiences import short_name
from handlers.slack.elements.blocks import Block, Message, View
from handlers.words import Markup, Words, escaped
from storage.contacts.contacts import Segment
from storage.files.csv_files import CsvFormat
from storage.jobs.tables import JobState

CALLBACK = "exports-confirm"
CHOOSE = "exports-audience"
FORMAT, WHERE, TO_ME = "exports-format", "exports-where", "exports-to-me"
PAST, PAST_PAGE, AGAIN, FILE = "exports-past", "exports-past-page", "exports-again", "exports-open"
TERMINAL = "terminal"
_COLUMN, _COLUMNS = 60, 900  # characters shown of a column's name, and of all of them
_MAX_FILES = 20  # of one export: 20 GB


def form(words: Words, preview: ExportPlan, to: Destination | None = None, edition: str = "") -> View:
    """The preview. `to` is the chosen channel; None for the person's direct messages.

    `edition` is part of the menu's id, and has to differ each time: under the same id, Slack keeps what was chosen.
    """
    chosen = None if to and to.is_refused else to
    rows = [blocks.section(words.md("exports-headline", n=preview.n, audience=short_name(preview.audience)))]
    if filter_texts := filters.in_words(words, preview.segment):
        rows.append(blocks.context(*filter_texts))
    rows += [
        blocks.section(_columns(words, preview.columns)),
        blocks.input_(words("exports-format"), _formats(words), FORMAT),
        blocks.input_(
            words("exports-where"),
            _where(words, chosen),
            f"{WHERE}-{edition}" if edition else WHERE,
            hint=words("exports-where-hint"),
            optional=True,
            dispatch=True,
        ),
        blocks.context(visibility(words, to)),
    ]
    buttons = [blocks.button(words("exports-to-me"), TO_ME)] if chosen else []
    buttons.append(blocks.button(words("exports-past"), PAST, str(preview.segment.audience_id)))
    rows.append(blocks.actions(buttons, "exports-more"))
    return blocks.modal(
        words("exports-title"),
        rows,
        callback_id=CALLBACK,
        submit=words("exports-submit"),
        close=words("cancel"),
        metadata=preview.id,
    )


def chosen(view: Mapping[str, Any]) -> tuple[str | None, str]:
    """The channel that is chosen in the modal, if any, and the id of the menu's block."""
    for block_id, elements in view.get("state", {}).get("values", {}).items():
        if WHERE in elements:
            return elements[WHERE].get("selected_conversation"), block_id
    return None, WHERE


def chosen_format(view: Mapping[str, Any]) -> CsvFormat:
    """The format that is chosen in the modal."""
    state = view.get("state", {}).get("values", {}).get(FORMAT, {}).get(FORMAT, {})
    return CsvFormat((state.get("selected_option") or {}).get("value", CsvFormat.PLAIN))


def nothing(words: Words, audience: str, segment: Segment) -> View:
    """The modal if there is nothing to export."""
    key = "exports-nothing" if segment.is_whole else "exports-nothing-matches"
    text = words.md(key, audience=short_name(audience))
    button = blocks.button(words("exports-past"), PAST, str(segment.audience_id))
    rows = [blocks.section(text), blocks.actions([button], "exports-more")]
    return blocks.modal(words("exports-title"), rows, close=words("close"))


def started(words: Words, receipt: ExportReceipt) -> View:
    """The modal until the job's first message."""
    text = words.md("exports-waiting", n=receipt.job.total, audience=short_name(receipt.audience))
    return receipts.started(words, "exports-title", text)


def is_told(job: ExportJob) -> bool:
    """Whether the message of the file itself is the receipt: it is in the person's direct messages."""
    channel = job.task.channel
    return not channel or bool(job.recipient and channel == job.recipient.channel)


def comment(words: Words, receipt: ExportReceipt) -> Markup:
    """The text above the file: the receipt; in a channel who exported it, from where, with which filter and when."""
    job = receipt.job
    if is_told(job):
        headline, *lines = _lines(words, job, short_name(receipt.audience))
        return Markup("\n".join([f"*{headline}*", *lines]))
    who = words.md(
        "exports-comment",
        n=job.outcome.n,
        audience=short_name(receipt.audience),
        who=blocks.person(job.made_by),
    )
    return Markup(f"{who}\n{receipts.about(words, job, job.task.segment)}")


def message(words: Words, receipt: ExportReceipt) -> Message:
    """The message of an export: its progress, its receipt or its failure."""
    job, audience = receipt.job, short_name(receipt.audience)
    if job.state == JobState.DONE:
        return _receipt(words, job, audience)
    if job.state == JobState.FAILED:
        again = blocks.button(words("open-export"), "open-export", str(job.audience_id))
        return receipts.failed(words, words.md("exports-failed", audience=audience), job, [again])
    text = words.md("exports-progress", n=job.total, done=job.done, audience=audience)
    return receipts.progress(text, job)


def past(
    words: Words, audience: Audience, exports: Sequence[PastExport], number: int, *, has_more: bool
) -> View:
    """A page of the earlier exports. `number` is the page's, from 0."""
    if not exports:
        text = words.md("exports-past-none", audience=short_name(audience.name))
        return receipts.started(words, "exports-past-title", text)
    rows: list[Block] = []
    for export in exports:
        rows += _past(words, export, short_name(audience.name))
    buttons = []
    if number:
        buttons.append(_page(words("previous"), "previous", audience, number - 1))
    if has_more:
        buttons.append(_page(words("next"), "next", audience, number + 1))
    if buttons:
        rows.append(blocks.actions(buttons, "pages"))
    return blocks.modal(words("exports-past-title"), rows, close=words("back"))


def _columns(words: Words, columns: Sequence[str]) -> Markup:
    """As many names of columns as fit into the sentence."""
    names = [escaped(blocks.clamp(name, _COLUMN)) for name in columns]
    fitting = sum(length <= _COLUMNS for length in accumulate(len(name) + 2 for name in names))
    if fitting < len(names):
        names = [*names[:fitting], escaped(words("exports-columns-more", n=len(names) - fitting))]
    return words.md("exports-columns", n=len(columns), names=Markup(", ".join(names)))


def _formats(words: Words) -> Block:
    """For Excel as it is where people speak that language, which is chosen already; or for other programs."""
    excel = CsvFormat.for_excel(words.language)
    options = [
        blocks.option(words("exports-for-excel"), excel, words(f"exports-{excel}")),
        blocks.option(words("exports-for-programs"), CsvFormat.PLAIN, words("exports-plain")),
    ]
    return {
        "type": "radio_buttons",
        "action_id": FORMAT,
        "options": options,
        "initial_option": options[0],
    }


def _where(words: Words, to: Destination | None) -> Block:
    element: Block = {
        "type": "conversations_select",
        "action_id": WHERE,
        "placeholder": blocks.plain(words("exports-where"), blocks.PLACEHOLDER),
        "filter": {
            "include": ["public", "private"],
            "exclude_bot_users": True,
            "exclude_external_shared_channels": True,
        },
    }
    return element | ({"initial_conversation": to.channel} if to else {})


def visibility(words: Words, to: Destination | None) -> Markup:
    """Who will see the file."""
    if to is None:
        return words.md("exports-to-you")
    channel = blocks.channel(to.channel)
    if to.is_refused:
        return words.md("exports-shared-with-company", channel=channel)
    seen_by = (
        words.md("exports-seen-unknown", channel=channel)
        if to.people is None
        else words.md("exports-seen-by", n=to.people, channel=channel)
    )
    sharing = words.md("shared-with", who=to.shared_with, channel=channel)
    return Markup(f"{seen_by} {sharing}".strip())


def _receipt(words: Words, job: ExportJob, audience: str) -> Message:
    headline, *lines = _lines(words, job, audience)
    links = job.outcome.files or [job.outcome.permalink]
    return receipts.done(headline, lines, _open(words, [link for link in links if link]), job)


def _lines(words: Words, job: ExportJob, audience: str) -> list[Markup]:
    """The receipt's headline and the lines below it."""
    result, n_files = job.outcome, max(len(job.progress.parts), len(job.outcome.files), 1)
    lines = [words.md("exports-done", n=result.n, audience=audience)]
    lines.append(receipts.about(words, job, job.task.segment))
    if job.task.channel and not is_told(job):
        channel = blocks.channel(job.task.channel)
        lines.append(words.md("exports-is-in", files=n_files, channel=channel))
    if n_files > 1:
        lines.append(words.md("exports-split"))
    if result.left_alone:
        lines.append(words.md("exports-left-out", n=result.left_alone))
    if result.newer:
        lines.append(words.md("exports-newer", n=result.newer))
    return lines


def _open(words: Words, links: Sequence[str]) -> list[Block]:
    """A button for each link to a file."""
    if len(links) == 1:
        return [blocks.link(words("exports-open"), links[0], FILE)]
    return [
        blocks.link(words("exports-open-part", n=n), link, f"{FILE}-{n}")
        for n, link in enumerate(links[:_MAX_FILES], 1)
    ]


def _past(words: Words, export: PastExport, audience: str) -> list[Block]:
    date = blocks.moment(export.made_at, words)
    if export.made_by == TERMINAL:
        by = words.md("exports-past-terminal", date=date)
    else:
        by = words.md("exports-past-by", date=date, who=blocks.person(export.made_by))
    facts = [by, *filters.in_words(words, export.segment)]
    buttons = _open(words, export.permalinks)
    buttons.append(blocks.button(words("exports-again"), AGAIN, f"{export.audience_id}:{export.id}"))
    return [
        blocks.section(
            Markup(f"{words.md('exports-past-row', n=export.n, audience=audience)}\n{' · '.join(facts)}")
        ),
        blocks.actions(buttons, f"export-{export.id}"),
    ]


def _page(text: str, direction: str, audience: Audience, number: int) -> Block:
    return blocks.button(text, f"{PAST_PAGE}-{direction}", f"{audience.id}:{number}")
