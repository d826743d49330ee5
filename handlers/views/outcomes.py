"""What Mailchimp did and did not do: lines for a receipt, the steps by hand, the file of each address's outcome."""

from handlers.views import blocks
from handlers.views.blocks import Block
from handlers.words import Markup, Words
from storage.outgoing import Line
from storage.tables import Job

OPEN = "outcomes-open"
REFUSED_METHOD = "method-refused"
_STATES = {"sent": "waiting"}  # nobody knows yet: for a person the two are one


def lines(words: Words, job: Job) -> list[Markup]:
    """How many were refused, and why; how many have no answer; where the file is. None of a local audience."""
    found = [
        words.md("archives-refused", n=n, why=words(f"archives-refusal-{key}"))
        for key, n in job.result.get("refusals", {}).items()
    ]
    if waiting := job.result.get("waiting"):
        found.append(words.md("archives-no-answer", n=waiting))
    if found and job.cursor.get("outcome_file"):
        found.append(words.md("archives-outcomes-sent"))
    return found


def by_hand(words: Words, job: Job) -> list[Block]:
    """The steps at Mailchimp itself, where its API archives nobody who is cleaned."""
    if REFUSED_METHOD not in job.result.get("refusals", {}):
        return []
    rows = [blocks.section(words.md("archives-by-hand"))]
    if link := job.result.get("link"):
        open_ = blocks.link(words("archives-open-mailchimp"), link, OPEN)
        rows.append(blocks.actions([open_], f"by-hand-{job.id}"))
    return rows


def header(words: Words) -> tuple[str, ...]:
    return tuple(words(f"archives-outcome-{column}") for column in ("address", "state", "reason", "detail"))


def row(words: Words, line: Line) -> tuple[str, ...]:
    """An address's outcome, as wide as `header`."""
    state = words(f"archives-state-{_STATES.get(line.state, line.state)}")
    reason = words(f"archives-refusal-{line.refusal}") if line.refusal else ""
    return line.address, state, reason, line.detail


def file_name(words: Words, job: Job) -> str:
    return f"{words('archives-outcome-file')}-{job.id}.csv"


def comment(words: Words) -> str:
    """What stands above the file."""
    return words.md("archives-outcome-comment")
