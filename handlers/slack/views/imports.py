"""An import: the file and where it goes, its progress, its receipt, the rows it refused."""

from collections.abc import Sequence

from bot.core.audiences import Audience
from handlers.slack.elements import audiences as audience_views
from handlers.slack.elements import blocks
from handlers.slack.elements.blocks import Block, Message, View
from handlers.words import Markup, Words
from storage.core.tables import JobRow
from storage.imports.tables import RefusedRow

OPEN = "open-import"
SUBMIT = "import"
FILE, AUDIENCE, NAME, STATUS = "import-file", "import-audience", "import-name", "import-status"
STATUSES = ("nonsubscribed", "subscribed", "unsubscribed", "pending", "cleaned")
FILE_TYPES = ("csv", "zip", "txt", "tsv")
MOST_NAME = 100
BAR_CELLS = 20


def form(words: Words, audiences: Sequence[Audience], chosen: int | None, new_name: str = "") -> View:
    """The modal. `chosen` is the id of the audience they come from; `new_name` fills the field."""
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
    """What the modal shows until the work says more."""
    text = words.md("import-waiting", name=name, audience=audience)
    return blocks.modal(words("import-title"), [blocks.section(text)], close=words("close"))


def tell(words: Words, job: JobRow, audience: str) -> Message:
    """The message of an import as it stands."""
    audience = audience or str(job.data["audience"])
    if job.state == "done":
        return _receipt(words, job, audience)
    if job.state == "failed":
        return _failure(words, job, audience)
    if "size" not in job.data:
        text = words.md("import-waiting", name=job.data["name"], audience=audience)
        return blocks.message(text, [blocks.section(text)])
    return _progress(words, job, audience)


def refused_header(words: Words) -> tuple[str, ...]:
    return tuple(words(f"import-refused-{column}") for column in ("file", "line", "reason", "row"))


def refused_row(words: Words, row: RefusedRow) -> tuple[str, ...]:
    """A refused row for the file of them, as wide as `refused_header`."""
    return row.file, str(row.line), words(f"import-reason-{row.reason}"), row.row


def _file() -> Block:
    return {"type": "file_input", "action_id": FILE, "filetypes": list(FILE_TYPES), "max_files": 1}


def _existing(words: Words, audiences: Sequence[Audience], chosen: int | None) -> list[Block]:
    if not audiences:
        return []
    element = audience_views.menu(words, audiences, AUDIENCE, chosen)
    return [blocks.input_(words("import-audience"), element, AUDIENCE, optional=True)]


def _name(filled: str) -> Block:
    element: Block = {"type": "plain_text_input", "action_id": NAME, "max_length": MOST_NAME}
    return element | ({"initial_value": filled[:MOST_NAME]} if filled else {})


def _statuses(words: Words) -> Block:
    options = [blocks.option(words(f"status-{status}"), status) for status in STATUSES]
    return blocks.select(STATUS, words("import-status"), options, initial=STATUSES[0])


def _progress(words: Words, job: JobRow, audience: str) -> Message:
    share = min(job.done / job.total, 1) if job.total else 0
    full = round(share * BAR_CELLS)
    text = words.md("import-progress", name=job.data["name"], audience=audience, percent=int(share * 100))
    bar = Markup("`" + "█" * full + "░" * (BAR_CELLS - full) + "`")
    return blocks.message(text, [blocks.section(text), blocks.context(bar)])


def _receipt(words: Words, job: JobRow, audience: str) -> Message:
    result = job.result
    came_in = result["added"] + result["changed"]
    text = words.md("import-done", n=came_in, audience=audience)
    figures = [
        words.md(f"import-{name}", n=result[name]) for name in ("added", "changed", "unchanged", "refused")
    ]
    rows = [
        blocks.section(Markup(f"*{text}*")),
        blocks.fields(figures),
        blocks.context(words.md("import-from", name=job.data["name"])),
    ]
    if result["refused"]:
        key = "import-refused-sent" if job.cursor.get("refused_file") else "import-refused-lost"
        rows.append(blocks.context(words.md(key, n=result["refused"])))
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


def _failure(words: Words, job: JobRow, audience: str) -> Message:
    text = words.md("import-failed", name=job.data["name"], audience=audience)
    why = words.md(job.result["error"], **job.result["values"])
    rows = [blocks.section(Markup(f"*{text}*\n{why}"))]
    outcome = job.cursor.get("outcome")
    if outcome and (before := outcome["added"] + outcome["changed"]):
        rows.append(blocks.context(words.md("import-partly", n=before)))
    again = blocks.button(words("import-again"), OPEN, str(job.audience_id or ""), style="primary")
    rows.append(blocks.actions([again], f"import-next-{job.id}"))
    return blocks.message(text, rows)
