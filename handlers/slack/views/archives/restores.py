"""Earlier archives, to be undone as a whole or by contact; and the progress and receipt of an Undo."""

from collections.abc import Mapping
from typing import Any

from bot.archives.jobs import RestoreJob
from bot.archives.restore_picker import PickerBoxes, PickerContact, PickerPage
from bot.archives.restores import ArchivesPage, EarlierArchive, RestoreReceipt
from handlers.slack.elements import blocks, filters, receipts
from handlers.slack.elements.audiences import short_name
from handlers.slack.elements.blocks import Block, Message, View
from handlers.slack.views.archives import archives
from handlers.slack.views.bounces import reversals
from handlers.slack.views.mailchimp import outcomes
from handlers.words import Markup, Words
from storage.contacts.values import known
from storage.jobs.tables import JobState

CALLBACK = "restores-members"
PAGE, CONTACTS = "restores-page", "restores-contacts"
SEARCH, TICK = "restores-search", "restores-tick"
NEXT, PREVIOUS = "restores-next", "restores-previous"
MAX_TYPED = 200  # characters


def listing(words: Words, page: ArchivesPage, number: int) -> View:
    """A page of the earlier archives. `number` is the page's, from 0."""
    mistakes = reversals.open_button(words)
    if not page.archives:
        key = "restores-none" if number == 0 else "restores-no-hit"
        rows = [blocks.section(words.md(key), accessory=mistakes)]
        return blocks.modal(words("restores-title"), rows, close=words("close"))
    rows = [blocks.section(words.md("restores-intro"), accessory=mistakes)]
    for archive in page.archives:
        rows += _archive(words, archive)
    rows += _pages(words, number, has_more=page.has_more)
    return blocks.modal(words("restores-title"), rows, close=words("close"))


def members(words: Words, page: PickerPage) -> View:
    """A page of the contacts that are still archived by an archive."""
    n_archived = max(page.archive.n - page.archive.restored, 0)
    rows = [
        blocks.section(
            words.md("restores-members", n=n_archived, audience=short_name(page.archive.audience))
        ),
        blocks.input_(
            words("restores-search"),
            _search(page.text),
            SEARCH,
            hint=words("restores-search-hint"),
            optional=True,
            dispatch=True,
        ),
        blocks.context(words.md("restores-ticked", n=len(page.ticked))),
    ]
    if page.contacts:
        rows.append(
            blocks.input_(
                words("restores-tick"),
                _boxes(words, page),
                f"{TICK}-{page.edition}",
                optional=True,
                dispatch=True,
            )
        )
    else:
        rows.append(blocks.section(words.md("restores-no-hit")))
    rows += _page_buttons(words, page)
    return blocks.modal(
        words("restores-members-title"),
        rows,
        callback_id=CALLBACK,
        submit=words("restores-submit", n=len(page.ticked)),
        close=words("back"),
        metadata=page.plan_id,
    )


def tick_block(view: Mapping[str, Any]) -> str:
    """The id of the input that shows errors: the checkboxes, or the search if there are none."""
    block_ids = (block["block_id"] for block in view["blocks"])
    return str(next((block_id for block_id in block_ids if block_id.startswith(TICK)), SEARCH))


def boxes(view: Mapping[str, Any]) -> PickerBoxes:
    """The state of the page's checkboxes, from the view as Slack sends it."""
    block_id = tick_block(view)
    if block_id == SEARCH:
        return PickerBoxes()
    block = next(block for block in view["blocks"] if block["block_id"] == block_id)
    shown = [int(option["value"]) for option in block["element"]["options"]]
    state = view.get("state", {}).get("values", {}).get(block_id, {}).get(TICK, {})
    return PickerBoxes(shown, {int(option["value"]) for option in state.get("selected_options") or []})


def typed(view: Mapping[str, Any]) -> str:
    """The content of the search field."""
    state = view.get("state", {}).get("values", {})
    return state.get(SEARCH, {}).get(SEARCH, {}).get("value") or ""


def started(words: Words, receipt: RestoreReceipt) -> View:
    """The modal until the job's first message."""
    text = words.md("restores-waiting", n=receipt.job.total, audience=short_name(receipt.audience))
    return receipts.started(words, "restores-title", text)


def message(words: Words, receipt: RestoreReceipt) -> Message:
    """The message of an Undo: its progress, its receipt or its failure."""
    job, audience = receipt.job, short_name(receipt.audience)
    open_list = blocks.button(words("open-list"), "open-list", str(job.audience_id))
    if job.state == JobState.FAILED:
        return _failure(words, job, audience, open_list)
    if job.state != JobState.DONE:
        text = words.md("restores-progress", n=job.total, done=job.done, audience=audience)
        return receipts.progress(text, job)
    result = job.outcome
    lines = [receipts.about(words, job)]
    if receipt.archive:
        made = blocks.moment(receipt.archive.made_at, words)
        lines.append(words.md("restores-of", date=made))
        lines += _filters(words, receipt.archive)
    if result.n:
        lines.append(words.md("restores-as-before"))
    if result.changed:
        lines.append(words.md("restores-changed", n=result.changed))
    headline = words.md("restores-done", n=result.n, audience=audience)
    return receipts.done(headline, lines, [open_list], job, outcomes.rows(words, job))


def _failure(words: Words, job: RestoreJob, audience: str, open_list: Block) -> Message:
    more = outcomes.rows(words, job)
    if job.result and job.result.n:
        more.insert(0, blocks.context(words.md("restores-done", n=job.result.n, audience=audience)))
    return receipts.failed(words, words.md("restores-failed", audience=audience), job, [open_list], more)


def _archive(words: Words, archive: EarlierArchive) -> list[Block]:
    text = words.md("restores-archive", n=archive.n, audience=short_name(archive.audience))
    facts = [
        words.md(
            "restores-by", date=blocks.moment(archive.made_at, words), who=blocks.person(archive.made_by)
        )
    ]
    facts += _filters(words, archive)
    if archive.restored:
        facts.append(
            words.md("restores-all-back")
            if archive.is_restored
            else words.md("restores-some-back", n=archive.restored)
        )
    rows = [blocks.section(Markup(f"{text}\n{' · '.join(facts)}"))]
    if archive.is_restored:
        return rows
    value = archives.value(archive.audience_id, archive.id)
    buttons = [
        blocks.button(words("restores-undo"), archives.UNDO, value, confirm=_confirm(words, archive)),
        blocks.button(words("restores-contacts"), CONTACTS, value),
    ]
    return [*rows, blocks.actions(buttons, f"archive-{archive.id}")]


def _filters(words: Words, archive: EarlierArchive) -> list[Markup]:
    return filters.in_words(words, archive.segment) if archive.segment else []


def _confirm(words: Words, archive: EarlierArchive) -> Block:
    text = words(
        "restores-confirm-text", n=archive.n - archive.restored, audience=short_name(archive.audience)
    )
    return {
        "title": blocks.plain(words("restores-confirm-title"), 100),
        "text": blocks.plain(text, 300),
        "confirm": blocks.plain(words("restores-confirm-yes"), 30),
        "deny": blocks.plain(words("restores-confirm-no"), 30),
    }


def _pages(words: Words, number: int, *, has_more: bool) -> list[Block]:
    buttons = []
    if number:
        buttons.append(blocks.button(words("previous"), f"{PAGE}-previous", str(number - 1)))
    if has_more:
        buttons.append(blocks.button(words("next"), f"{PAGE}-next", str(number + 1)))
    return [blocks.actions(buttons, "pages")] if buttons else []


def _page_buttons(words: Words, page: PickerPage) -> list[Block]:
    buttons = []
    if page.number > 1:
        buttons.append(blocks.button(words("previous"), PREVIOUS))
    if page.has_more:
        buttons.append(blocks.button(words("next"), NEXT))
    if not buttons:
        return []
    return [
        blocks.context(words.md("restores-page", page=page.number, pages=page.pages)),
        blocks.actions(buttons, "pages"),
    ]


def _search(text: str) -> Block:
    element: Block = {
        "type": "plain_text_input",
        "action_id": SEARCH,
        "max_length": MAX_TYPED,
        "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
    }
    return element | ({"initial_value": text} if text else {})


def _boxes(words: Words, page: PickerPage) -> Block:
    options = {contact.id: _option(words, contact) for contact in page.contacts}
    ticked = [option for contact_id, option in options.items() if contact_id in page.ticked]
    element: Block = {"type": "checkboxes", "action_id": TICK, "options": list(options.values())}
    return element | ({"initial_options": ticked} if ticked else {})


def _option(words: Words, contact: PickerContact) -> Block:
    address = blocks.clamp_middle(contact.address, blocks.OPTION)
    description = None
    if contact.cleaned_at:
        at, reason = known(contact.cleaned_at), words(f"reason-{contact.reason or 'unknown'}")
        day = words("on-date", date=words.day(at.date())) if at else words("on-unknown-date")
        description = words("restores-cleaned-on", reason=reason, date=day)
    return blocks.option(address, str(contact.id), description)
