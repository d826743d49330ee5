"""A corrected contact on its way to Mailchimp: being added, added, or refused and why."""

import re
from collections.abc import Sequence

from bot.mailchimp.additions import AdditionReceipt
from bot.mailchimp.jobs import AddJob
from handlers.slack.elements import blocks, receipts
from handlers.slack.elements.blocks import Block, Message, View
from handlers.slack.views.corrections.corrections import NEXT, step_value
from handlers.words import Markup, Words

AGAIN = "corrections-again"  # value: a job's id
SAID = 300  # characters of Mailchimp's own words
MOST_SAID = 10
_URL = re.compile(r"https?://[^\s<>|]{1,500}")


def started(words: Words, job: AddJob, audience: str) -> View:
    """The modal while Mailchimp is asked."""
    rows = [blocks.section(_progress(words, job, audience))]
    return blocks.modal(words("corrections-title"), rows, close=words("close"))


def progress(words: Words, job: AddJob, audience: str) -> Message:
    return receipts.progress(_progress(words, job, audience), job, waits=job.progress.trying)


def receipt(words: Words, added: AdditionReceipt) -> Message:
    """What Mailchimp made of it. The way on stands beside it: a job's modal shows no row of buttons."""
    done = added.correction
    text = words.md(
        "corrections-added-there",
        address=done.address,
        audience=blocks.clamp(done.audience.name, SAID),
        status=added.status,
    )
    on = None
    if done.continue_after:
        place = done.continue_after.place
        value = step_value(done.audience.id, place.id if place else 0, done.continue_after)
        on = blocks.button(words("corrections-next"), NEXT, value, style="primary")
    rows = [blocks.section(text, accessory=on)]
    if added.tags_lost:
        tags = blocks.clamp(", ".join(added.tags_lost), SAID)
        rows.append(blocks.section(words.md("corrections-tags-lost", tags=tags)))
    if added.is_profile_lost:
        rows.append(blocks.section(words.md("corrections-profile-lost")))
    old = words.md("corrections-old-stays", address=done.old_address)
    about = receipts.about_at(words, done.at, done.audience.id, done.week)
    rows.append(blocks.context(old, words.md("corrections-no-extra"), about))
    return blocks.message(text, rows)


def refused(words: Words, job: AddJob) -> Message:
    """Why it was not added, and the way back to the form as it was filled in."""
    if job.failure is None:
        raise ValueError("Only a job that failed was refused.")
    values = job.failure.values
    text = words.md(job.failure.key, **{name: _short(value) for name, value in values.items()})
    rows = [blocks.section(text), *_said(words, values.get("fields", []))]
    if _URL.fullmatch(values.get("signup") or ""):
        form = Markup(f"<{values['signup']}|{words('corrections-signup-form')}>")
        rows.append(blocks.section(words.md("corrections-signup", form=form)))
    back = blocks.button(words("corrections-again"), AGAIN, job.id, style="primary")
    rows.append(blocks.section(words.md("corrections-kept-typed"), accessory=back))
    return blocks.message(text, rows)


def _progress(words: Words, job: AddJob, audience: str) -> Markup:
    return words.md(
        "corrections-adding",
        address=job.task.address,
        audience=blocks.clamp(audience, SAID),
        state="trying" if job.progress.trying else "first",
    )


def _said(words: Words, said: Sequence[Sequence[str]]) -> list[Block]:
    """Mailchimp's words on each field."""
    texts = [
        words.md("corrections-field-said", field=_short(name), problem=_short(problem))
        for _, name, problem in said[:MOST_SAID]
    ]
    return blocks.contexts(texts)


def _short(value: object) -> str:
    return blocks.clamp(str(value), SAID)
