"""What Mailchimp did and did not do: rows of a receipt, steps to do by hand, the file of each address's outcome."""

from bot.archives.jobs import ArchiveJob, ArchiveResult, RemoteJob, RestoreJob
from bot.mailchimp.outbox.refusals import REFUSED_METHOD
from handlers.slack.elements import blocks
from handlers.slack.elements.blocks import Block
from handlers.words import Markup, Words
from storage.mailchimp.outgoing import AddressOutcome

OPEN = "outcomes-open"
_STATES = {"sent": "waiting"}  # to a person, both mean that the outcome is not known yet


def rows(words: Words, job: ArchiveJob | RestoreJob) -> list[Block]:
    """How many contacts were refused and why, how many have no answer, and what to do; none for a local audience."""
    if job.result is None:
        return []
    refusals, waiting = job.result.refusals, job.result.waiting
    lines = [
        words.md("archives-refused", n=n, why=words(f"archives-refusal-{key}")) for key, n in refusals.items()
    ]
    if isinstance(job.result, ArchiveResult) and job.result.by_contact:
        lines.append(words.md("archives-by-contact", n=job.result.by_contact))
    if waiting:
        lines.append(words.md("archives-no-answer", n=waiting))
    if lines and job.progress.hand_over.is_shared:
        lines.append(words.md("archives-outcomes-sent"))
    contexts = blocks.contexts(lines)
    if REFUSED_METHOD in refusals:
        contexts.append(blocks.section(words.md("archives-by-hand")))
    return contexts


def buttons(words: Words, job: ArchiveJob) -> list[Block]:
    """A link to the contacts at Mailchimp, if its API refused to archive them."""
    result = job.result
    if result is None or not result.link or REFUSED_METHOD not in result.refusals:
        return []
    return [blocks.link(words("archives-open-mailchimp"), result.link, OPEN)]


def header(words: Words) -> tuple[str, ...]:
    """The header of the file of outcomes."""
    return tuple(words(f"archives-outcome-{column}") for column in ("address", "state", "reason", "detail"))


def row(words: Words, outcome: AddressOutcome) -> tuple[str, ...]:
    """A row of the file of outcomes, with the columns of `header`."""
    state = words(f"archives-state-{_STATES.get(outcome.state, outcome.state)}")
    reason = words(f"archives-refusal-{outcome.refusal}") if outcome.refusal else ""
    return outcome.address, state, reason, outcome.detail


def file_name(words: Words, job: RemoteJob) -> str:
    return f"{words('archives-outcome-file')}-{job.id}.csv"


def comment(words: Words) -> Markup:
    """The text above the file."""
    return words.md("archives-outcome-comment")
