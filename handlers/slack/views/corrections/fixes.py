"""The receipts of corrections: of one, of those of a walk, and of typos that were ticked, with their progress."""

import re
from collections.abc import Iterable, Sequence

from bot.corrections.corrections import Correction
from bot.mailchimp.fixes import Fixed, FixReceipt
from handlers.slack.elements import blocks, receipts
from handlers.slack.elements.audiences import short_name
from handlers.slack.elements.blocks import Block, Message, View
from handlers.slack.elements.weeks import week_value
from handlers.slack.views.corrections import corrections as form_views
from handlers.words import Markup, Words
from storage.contacts.values import Status
from storage.jobs.tables import JobState

_MOST_CHANGES, _CHANGE = 10, 100  # corrections shown of a walk, and characters of an address there
_SAID = 300  # characters of Mailchimp's own words
_URL = re.compile(r"https?://[^\s<>|]{1,500}")


def receipt(words: Words, correction: Correction) -> View:
    """The modal once the corrected address is added."""
    return blocks.modal(words("corrections-title"), _receipt(words, correction), close=words("close"))


def receipt_message(words: Words, correction: Correction) -> Message:
    """The same, as a message; with all corrections of its walk."""
    if len(correction.made) > 1:
        return _walk_message(words, correction)
    return blocks.message(
        words.md("corrections-added", address=correction.address, audience=correction.audience.name),
        _receipt(words, correction),
    )


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
    at = receipt.job.finished_at or receipt.job.made_at
    rows.append(blocks.context(receipts.about_at(words, at, receipt.audience.id, receipt.job.task.week)))
    return blocks.message(headline, rows)


def earlier(words: Words, fixed: Sequence[Fixed]) -> list[Block]:
    """What came of the corrections of a walk before the one that its message is about."""
    if not fixed:
        return []
    rows = [blocks.divider()]
    added = [(fix.old_address, fix.address) for fix in fixed if fix.outcome.status]
    if added:
        rows.append(blocks.section(Markup(f"{words.md('corrections-before')}\n{changes(words, added)}")))
    for fix in fixed[-_MOST_CHANGES:]:
        rows += _trouble(words, fix)
    return rows


def changes(words: Words, made: Sequence[tuple[str, str]]) -> Markup:
    """A line for each corrected address: the last ones, and how many are before them."""
    more = len(made) - _MOST_CHANGES
    lines = [words.md("corrections-earlier", n=more)] if more > 0 else []
    for pair in made[-_MOST_CHANGES:]:
        old, new = (blocks.clamp_middle(address, _CHANGE) for address in pair)
        lines.append(words.md("corrections-change", address=old, suggestion=new))
    return Markup("\n".join(lines))


def _progress(words: Words, receipt: FixReceipt) -> Markup:
    job = receipt.job
    state = "trying" if job.progress.trying else "first"
    audience = short_name(receipt.audience.name)
    return words.md("corrections-adding-these", done=job.done, n=job.total, audience=audience, state=state)


def _more(words: Words, receipt: FixReceipt) -> Block | None:
    """The way on stands beside the headline: a job's modal shows no row of buttons."""
    if not receipt.has_more:
        return None
    text, audience_id = words("corrections-fix-more"), receipt.audience.id
    if week := receipt.job.task.week:
        return blocks.button(text, form_views.OPEN_WEEK, week_value(audience_id, week))
    return blocks.button(text, form_views.OPEN, str(audience_id))


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


def _receipt(words: Words, correction: Correction) -> list[Block]:
    return [
        blocks.section(
            words.md("corrections-added", address=correction.address, audience=correction.audience.name)
        ),
        blocks.context(
            words.md("corrections-old-stays", address=correction.old_address),
            words.md("corrections-no-extra"),
            receipts.about_at(words, correction.at, correction.audience.id, correction.week),
        ),
        *_continue(words, correction),
    ]


def _walk_message(words: Words, correction: Correction) -> Message:
    """What was corrected in a walk so far."""
    n, audience = len(correction.made), short_name(correction.audience.name)
    headline = words.md("corrections-added-these", n=n, audience=audience)
    rows = [
        blocks.section(Markup(f"*{headline}*")),
        blocks.section(changes(words, correction.made)),
        blocks.context(
            words.md("corrections-old-stay", n=n),
            words.md("corrections-no-extra"),
            receipts.about_at(words, correction.at, correction.audience.id, correction.week),
        ),
        *_continue(words, correction),
    ]
    return blocks.message(headline, rows)


def _continue(words: Words, correction: Correction) -> Iterable[Block]:
    if correction.continue_after:
        place = correction.continue_after.place
        value = form_views.step_value(
            correction.audience.id, place.id if place else 0, correction.continue_after
        )
        button = blocks.button(words("corrections-next"), form_views.NEXT, value, style="primary")
        yield blocks.actions([button], form_views.NEXT)
