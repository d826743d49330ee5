"""What Mailchimp did and did not do: rows of a receipt, the steps by hand, the file of each address's outcome."""

from bot.archives.jobs import ArchiveJob, RemoteJob, RestoreJob
from bot.mailchimp.outbox.refusals import REFUSED_METHOD
from handlers.slack.elements import blocks
from handlers.slack.elements.blocks import Block
from handlers.words import Words
from storage.mailchimp.outgoing import AddressOutcome

OPEN = "outcomes-open"
_STATES = {"sent": "waiting"}  # nobody knows yet: for a person the two are one


def rows(words: Words, job: ArchiveJob | RestoreJob) -> list[Block]:
    """How many contacts were refused and why, how many have no answer, and what to do. Empty for a local audience."""
    if job.result is None:
        return []
    refusals, waiting = job.result.refusals, job.result.waiting
    lines = [
        words.md("archives-refused", n=n, why=words(f"archives-refusal-{key}")) for key, n in refusals.items()
    ]
    if waiting:
        lines.append(words.md("archives-no-answer", n=waiting))
    if lines and job.progress.hand_over.is_shared:
        lines.append(words.md("archives-outcomes-sent"))
    contexts = blocks.contexts(lines)
    if REFUSED_METHOD in refusals:
        contexts.append(blocks.section(words.md("archives-by-hand")))
    return contexts


def buttons(words: Words, job: ArchiveJob) -> list[Block]:
    """A link to the contacts at Mailchimp, where its API refuses to archive cleaned ones."""
    result = job.result
    if result is None or not result.link or REFUSED_METHOD not in result.refusals:
        return []
    return [blocks.link(words("archives-open-mailchimp"), result.link, OPEN)]


def header(words: Words) -> tuple[str, ...]:
    return tuple(words(f"archives-outcome-{column}") for column in ("address", "state", "reason", "detail"))


def row(words: Words, line: AddressOutcome) -> tuple[str, ...]:
    """An address's outcome, as wide as `header`."""
    state = words(f"archives-state-{_STATES.get(line.state, line.state)}")
    reason = words(f"archives-refusal-{line.refusal}") if line.refusal else ""
    return line.address, state, reason, line.detail


def file_name(words: Words, job: RemoteJob) -> str:
    return f"{words('archives-outcome-file')}-{job.id}.csv"


def comment(words: Words) -> str:
    """What stands above the file."""
    return words.md("archives-outcome-comment")
