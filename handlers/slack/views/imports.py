"""An import: its form, its progress, its receipt, and the rows it refused."""

from collections.abc import Sequence

from bot.audiences.audiences import Audience
from bot.imports.imports import ImportReceipt
from bot.imports.jobs import ImportJob
from bot.imports.refused import RefusedLine
from handlers.slack.elements import audiences as audience_views
from handlers.slack.elements import blocks, receipts
from handlers.slack.elements.blocks import Block, Message, View
from handlers.words import Markup, Words
from storage.jobs.tables import JobState

OPEN = "open-import"
SUBMIT = "import"
FILE, AUDIENCE, NAME, STATUS = "import-file", "import-audience", "import-name", "import-status"
STATUSES = ("nonsubscribed", "subscribed", "unsubscribed", "pending", "cleaned")
FIGURES = ("added", "changed", "unchanged", "refused")
FILE_TYPES = ("csv", "zip", "txt", "tsv")
MAX_NAME = 100  # characters


def form(words: Words, audiences: Sequence[Audience], chosen: int | None, new_name: str = "") -> View:
    """The modal. `chosen` is the id of the audience to select; `new_name` is filled in as the new audience's name."""
    rows = [
        blocks.section(words.md("import-what")),
        blocks.input_(words("import-file"), _file(), FILE, hint=words("import-file-hint")),
        *_existing(words, audiences, chosen),
        blocks.input_(
            words("import-name" if audiences else "import-first-name"),
            _name(new_name),
            NAME,
            hint=words("import-name-hint") if audiences else None,
            optional=bool(audiences),
        ),
        blocks.input_(words("import-status"), _statuses(words), STATUS, hint=words("import-status-hint")),
    ]
    return blocks.modal(
        words("import-title"), rows, callback_id=SUBMIT, submit=words("import-submit"), close=words("cancel")
    )


def started(words: Words, name: str, audience: str) -> View:
    """The modal until the job's first message."""
    text = words.md("import-waiting", name=name, audience=audience)
    return blocks.modal(words("import-title"), [blocks.section(text)], close=words("close"))


def message(words: Words, receipt: ImportReceipt) -> Message:
    """The message of an import: its progress, its receipt or its failure."""
    job, audience = receipt.job, receipt.audience
    if job.state == JobState.DONE:
        return _receipt(words, job, audience)
    if job.state == JobState.FAILED:
        return _failure(words, job, audience)
    if not job.task.is_stored:
        text = words.md("import-waiting", name=job.task.name, audience=audience)
        return blocks.message(text, [blocks.section(text)])
    return _progress(words, job, audience)


def refused_row(words: Words, line: RefusedLine, *, several: bool) -> tuple[str, ...]:
    """A row of the file of refused rows: where it was and why it was refused, then its cells."""
    key = "import-refused-in" if several else "import-refused-at"
    why = words(f"import-reason-{line.reason}")
    return words(key, file=line.file, line=str(line.line), why=why), *line.cells


def _file() -> Block:
    return {"type": "file_input", "action_id": FILE, "filetypes": list(FILE_TYPES), "max_files": 1}


def _existing(words: Words, audiences: Sequence[Audience], chosen: int | None) -> list[Block]:
    if not audiences:
        return []
    element = audience_views.menu(words, audiences, AUDIENCE, chosen)
    return [blocks.input_(words("import-audience"), element, AUDIENCE, optional=True)]


def _name(initial: str) -> Block:
    element: Block = {"type": "plain_text_input", "action_id": NAME, "max_length": MAX_NAME}
    return element | ({"initial_value": initial[:MAX_NAME]} if initial else {})


def _statuses(words: Words) -> Block:
    options = [blocks.option(words(f"status-{status}"), status) for status in STATUSES]
    return blocks.select(STATUS, words("import-status"), options, initial=STATUSES[0])


def _progress(words: Words, job: ImportJob, audience: str) -> Message:
    share = min(job.done / job.total, 1) if job.total else 0
    text = words.md("import-progress", name=job.task.name, audience=audience, percent=int(share * 100))
    return receipts.progress(text, job)


def _receipt(words: Words, job: ImportJob, audience: str) -> Message:
    outcome = job.outcome
    text = words.md("import-done", n=outcome.added + outcome.changed, audience=audience)
    figures = [words.md(f"import-{name}", n=getattr(outcome, name)) for name in FIGURES]
    rows = [
        blocks.section(Markup(f"*{text}*")),
        blocks.fields(figures),
        blocks.context(words.md("import-from", name=job.task.name), receipts.about(words, job)),
    ]
    if outcome.refused:
        key = "import-refused-sent" if job.progress.hand_over.is_shared else "import-refused-lost"
        rows.append(blocks.context(words.md(key, n=outcome.refused)))
    if outcome.forgotten:
        rows.append(blocks.context(words.md("forget-left-out", n=outcome.forgotten)))
    value = str(job.audience_id)
    rows.append(
        blocks.actions(
            [
                blocks.button(words("open-list"), "open-list", value, style="primary"),
                blocks.button(words("open-export"), "open-export", value),
            ],
            f"import-next-{job.id}",
        )
    )
    return blocks.message(text, rows)


def _failure(words: Words, job: ImportJob, audience: str) -> Message:
    text = words.md("import-failed", name=job.task.name, audience=audience)
    rows = receipts.failure(words, text, job)
    outcome = job.progress.outcome
    if imported := outcome.added + outcome.changed:
        rows.append(blocks.context(words.md("import-partly", n=imported)))
    value = "" if job.target is None else str(job.target)
    again = blocks.button(words("import-again"), OPEN, value, style="primary")
    rows.append(blocks.actions([again], f"import-next-{job.id}"))
    return blocks.message(text, rows)
