"""Typos corrected together: the progress, and the receipt of all of them."""

import re

from bot.mailchimp.fixes import Fixed, FixReceipt
from handlers.slack.elements import blocks, receipts
from handlers.slack.elements.audiences import short_name
from handlers.slack.elements.blocks import Block, Message, View
from handlers.slack.views.corrections import corrections as form_views
from handlers.words import Markup, Words
from storage.contacts.values import Status
from storage.core.tables import JobState

_SAID = 300  # characters of Mailchimp's own words
_URL = re.compile(r"https?://[^\s<>|]{1,500}")


def started(words: Words, receipt: FixReceipt) -> View:
    """The modal until the job's first message."""
    return receipts.started(words, "corrections-title", _progress(words, receipt))


def message(words: Words, receipt: FixReceipt) -> Message:
    """The one message of a job: its progress, or its receipt."""
    if receipt.job.state not in (JobState.DONE, JobState.FAILED):
        return receipts.progress(_progress(words, receipt), receipt.job, waits=receipt.job.progress.trying)
    audience = short_name(receipt.audience.name)
    added = receipt.with_status(list(Status))
    headline = words.md("corrections-added-these", n=len(added), audience=audience)
    rows = [blocks.section(Markup(f"*{headline}*"), accessory=_more(words, receipt))]
    if added:
        rows.append(blocks.section(Markup("\n".join(_change(words, fix) for fix in added))))
    if pending := receipt.with_status([Status.PENDING]):
        rows.append(blocks.section(words.md("corrections-pending-these", n=len(pending))))
    for fix in receipt.fixed:
        rows += _trouble(words, fix)
    if receipt.job.failure:
        values = {name: _short(value) for name, value in receipt.job.failure.values.items()}
        rows.append(blocks.section(words.md(receipt.job.failure.key, **values)))
    if added:
        rows.append(
            blocks.context(words.md("corrections-old-stay", n=len(added)), words.md("corrections-no-extra"))
        )
    return blocks.message(headline, rows)


def _progress(words: Words, receipt: FixReceipt) -> Markup:
    job = receipt.job
    state = "trying" if job.progress.trying else "first"
    audience = short_name(receipt.audience.name)
    return words.md("corrections-adding-these", done=job.done, n=job.total, audience=audience, state=state)


def _more(words: Words, receipt: FixReceipt) -> Block | None:
    """The way on stands beside the headline: a job's modal shows no row of buttons."""
    if not receipt.has_more:
        return None
    return blocks.button(words("corrections-fix-more"), form_views.OPEN, str(receipt.audience.id))


def _change(words: Words, fix: Fixed) -> Markup:
    return words.md("corrections-change", address=_short(fix.old_address), suggestion=_short(fix.address))


def _trouble(words: Words, fix: Fixed) -> list[Block]:
    """Why one was not added, or what did not go over to it."""
    texts: list[Markup] = []
    if failure := fix.outcome.failure:
        values = {name: _short(value) for name, value in failure.values.items()}
        texts.append(words.md(failure.key, **values))
        if _URL.fullmatch(failure.values.get("signup") or ""):
            form = Markup(f"<{failure.values['signup']}|{words('corrections-signup-form')}>")
            texts.append(words.md("corrections-signup", form=form))
    if fix.outcome.tags_lost:
        texts.append(words.md("corrections-tags-lost", tags=_short(", ".join(fix.outcome.tags_lost))))
    if fix.outcome.is_profile_lost:
        texts.append(words.md("corrections-profile-lost"))
    if not texts:
        return []
    title = "corrections-not-added" if fix.outcome.failure else "corrections-change"
    head = words.md(title, address=_short(fix.old_address), suggestion=_short(fix.address))
    return [blocks.section(Markup("\n".join([head, *texts])))]


def _short(value: object) -> str:
    return blocks.clamp(str(value), _SAID)
