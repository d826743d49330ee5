"""What Mailchimp did and did not do: rows of a receipt, the steps by hand, the file of each address's outcome."""

from bot.mailchimp.outbox.refusals import REFUSED_METHOD
from handlers.slack.elements import blocks
from handlers.slack.elements.blocks import Block
from handlers.words import Words
from storage.core.tables import JobRow
from storage.mailchimp.outgoing import AddressOutcome

OPEN = "outcomes-open"
_STATES = {"sent": "waiting"}  # nobody knows yet: for a person the two are one


def rows(words: Words, job: JobRow) -> list[Block]:
    """How many were refused, and why; how many have no answer; what to do then. None for a local audience."""
    refusals = job.result.get("refusals", {})
    said = [
        words.md("archives-refused", n=n, why=words(f"archives-refusal-{key}")) for key, n in refusals.items()
    ]
    if waiting := job.result.get("waiting"):
        said.append(words.md("archives-no-answer", n=waiting))
    if said and job.cursor.get("outcome_file"):
        said.append(words.md("archives-outcomes-sent"))
    found = blocks.contexts(said)
    return [*found, blocks.section(words.md("archives-by-hand"))] if REFUSED_METHOD in refusals else found


def buttons(words: Words, job: JobRow) -> list[Block]:
    """The way to the contacts at Mailchimp, where its API archives nobody who is cleaned."""
    link = job.result.get("link")
    if not link or REFUSED_METHOD not in job.result.get("refusals", {}):
        return []
    return [blocks.link(words("archives-open-mailchimp"), link, OPEN)]


def header(words: Words) -> tuple[str, ...]:
    return tuple(words(f"archives-outcome-{column}") for column in ("address", "state", "reason", "detail"))


def row(words: Words, line: AddressOutcome) -> tuple[str, ...]:
    """An address's outcome, as wide as `header`."""
    state = words(f"archives-state-{_STATES.get(line.state, line.state)}")
    reason = words(f"archives-refusal-{line.refusal}") if line.refusal else ""
    return line.address, state, reason, line.detail


def file_name(words: Words, job: JobRow) -> str:
    return f"{words('archives-outcome-file')}-{job.id}.csv"


def comment(words: Words) -> str:
    """What stands above the file."""
    return words.md("archives-outcome-comment")
