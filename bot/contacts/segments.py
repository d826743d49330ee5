"""The list of an audience's cleaned contacts: filters, pages by key, and ticks that stay on other pages.

What a person looks at is a stored plan of kind `list`. Each change is one short transaction that locks the plan, and
sets a state instead of toggling one, so a click that arrives twice or late does no harm.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.audiences.audiences import Audience, require
from bot.bounces import evidence
from bot.bounces.evidence import VerdictSummary
from bot.contacts.counts import segment_size
from bot.contacts.names import full_name
from bot.core.errors import CleanedError, PlanGone
from bot.jobs import json_values, plans
from storage.contacts import contacts, days, figures
from storage.contacts.contacts import PageKey, Segment
from storage.contacts.tables import Contact
from storage.core.database import Database, Session
from storage.jobs import plans as plan_rows
from storage.jobs.tables import PlanRow

KIND = "list"
PAGE = 10  # contacts
MAX_TICKED = 1_000  # they are stored in one row, and go into one statement
MAX_TEXT = 200  # characters


FindTypos = Callable[[Session, int], tuple[int, ...]]
"""Returns the ids of an audience's likely typos: a port, since they are looked for by a subject above this one."""


class Preset(StrEnum):
    """A filter that takes one click."""

    ALL = "all"
    WEEK = "week"
    TODAY = "today"
    WORTH_A_LOOK = "worth-a-look"
    TYPOS = "typos"


class NothingTicked(CleanedError):
    """No contact is ticked."""

    key = "error-nothing-ticked"


@dataclass(frozen=True, slots=True)
class Entry:
    """One contact of a page."""

    id: int
    address: str
    name: str
    reason: str
    campaign: str
    cleaned_at: datetime
    diagnostic: str
    verdict: VerdictSummary | None = None
    """None for a contact that was cleaned elsewhere, and imported."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the list as it is shown.

    `edition` is part of the ids of boxes and fields, and grows when they have to be reset: under the same id, Slack
    keeps what was typed or ticked.
    """

    plan_id: str
    audience: Audience
    segment: Segment
    total: int
    """All cleaned contacts of the audience."""
    found: int
    """The contacts in the segment."""
    entries: Sequence[Entry]
    page: int
    """The page's number; the first is 1."""
    following: PageKey | None
    """Where the next page starts; None on the last page."""
    ticked: frozenset[int]
    edition: int
    refused_ticks: bool
    """Whether the last ticks were not taken, because there would be more than MAX_TICKED."""
    worth_a_look: int = 0
    """How many of the audience's cleaned contacts are worth a look."""
    preset: Preset = Preset.ALL
    archived: int = 0
    """How many others were cleaned in the same days and are archived since: the figures of `/cleaned` count them too."""

    @property
    def pages(self) -> int:
        return max(-(-self.found // PAGE), self.page)


@dataclass(frozen=True, slots=True)
class TickedBoxes:
    """The state of all checkboxes of a page at a click, so that nothing is lost if two clicks overlap.

    `sent` is Slack's time of the click, as text that sorts by time; "" if Slack gives none.
    """

    edition: int
    shown: frozenset[int]
    ticked: frozenset[int]
    sent: str = ""


NO_BOXES = TickedBoxes(-1, frozenset(), frozenset())
"""Of a view without any."""


def begin(
    database: Database,
    user_id: str,
    audience_id: int,
    now: datetime,
    segment: Segment | None = None,
    preset: Preset = Preset.ALL,
) -> str:
    """Stores a new list, of all cleaned contacts or of a segment. Returns the plan's id."""
    state = _ListState(segment or Segment(audience_id=audience_id), preset=preset)
    with database.transaction() as session:
        plan = plans.create(
            session,
            KIND,
            user_id=user_id,
            audience_id=audience_id,
            now=now,
            data=json_values.to_json(state),
            revision=_NOT_COUNTED,
        )
    return plan.id


def look(database: Database, plan_id: str, user_id: str, find_typos: FindTypos = lambda *_: ()) -> Listing:
    """Returns the list as it is now, with exact figures, read in one transaction. Raises PlanGone, NoAudience."""
    with database.reading() as session:
        plan = plans.get(session, plan_id, user_id)
        audience = require(session, plan.audience_id)
        state = _read(plan)
        has_changed = plan.revision != audience.revision
        if has_changed:
            state = _without_stale_ticks(session, state)
            if state.segment.likely_typos:
                typos = find_typos(session, plan.audience_id)
                state = replace(state, segment=replace(state.segment, ids=typos))
        page_index, page = _page(session, state)
        found = _count(session, state, page_index, page) if has_changed else plan.n
        listing = Listing(
            plan_id=plan_id,
            audience=Audience.of(audience),
            segment=state.segment,
            total=segment_size(session, Segment(audience_id=plan.audience_id)),
            found=found,
            entries=_entries(session, plan.audience_id, page[:PAGE]),
            page=page_index + 1,
            following=_page_key(page[PAGE - 1]) if len(page) > PAGE else None,
            ticked=frozenset(state.ticked_ids),
            edition=state.edition,
            refused_ticks=state.refused_ticks,
            worth_a_look=figures.worth_a_look(session, plan.audience_id),
            preset=state.preset,
            archived=_archived_since(session, state.segment, found),
        )
    if has_changed:
        _save_count(database, plan, state.segment, found, audience.revision)
    return listing


def tick(database: Database, plan_id: str, user_id: str, boxes: TickedBoxes) -> None:
    """Ticks and unticks the contacts of the page as its boxes say. Raises PlanGone, as all functions below."""
    _update(database, plan_id, user_id, boxes, lambda state: state)


def tick_page(database: Database, plan_id: str, user_id: str, boxes: TickedBoxes) -> None:
    """Ticks all contacts of the page."""
    all_ticked = replace(boxes, ticked=boxes.shown)
    _update(database, plan_id, user_id, all_ticked, lambda state: state.with_new_edition())


def untick_all(database: Database, plan_id: str, user_id: str, boxes: TickedBoxes) -> None:
    """Unticks all contacts of the audience, on every page."""
    _update(database, plan_id, user_id, boxes, lambda state: state.with_ticks(()).with_new_edition())


def show_only(
    database: Database,
    plan_id: str,
    user_id: str,
    boxes: TickedBoxes,
    preset: Preset = Preset.ALL,
    **filters: Any,
) -> None:
    """Sets the filters of the segment, by name; those that are not given, None or empty are removed.

    Goes to the first page. The ids of likely typos are looked up when the list is.
    """
    if text := filters.get("text"):
        filters["text"] = text.strip()[:MAX_TEXT]
    values: dict[str, Any] = {name: value or None for name, value in filters.items()}

    def with_filters(state: _ListState) -> _ListState:
        segment = Segment(audience_id=state.segment.audience_id, **values)
        return replace(state.with_segment(segment), preset=preset)

    _update(database, plan_id, user_id, boxes, with_filters)


def switch(database: Database, plan_id: str, user_id: str, boxes: TickedBoxes, audience_id: int) -> None:
    """Goes to another audience, without filters. The ticks of the one before are kept for coming back."""
    _update(database, plan_id, user_id, boxes, lambda state: state.of_audience(audience_id))


def turn(
    database: Database,
    plan_id: str,
    user_id: str,
    boxes: TickedBoxes,
    page: int,
    after: PageKey | None = None,
) -> None:
    """Goes to the page of that number; the first is 1. `after` is where it starts, if it was not visited before."""

    def with_page(state: _ListState) -> _ListState:
        places = (*state.places[: page - 2], after) if after else state.places[: page - 1]
        return replace(state, places=places)

    _update(database, plan_id, user_id, boxes, with_page)


def chosen(
    database: Database, plan_id: str, user_id: str, *, ticked: bool, boxes: TickedBoxes | None = None
) -> Segment:
    """Returns what to archive or export: the ticked contacts, or the filtered segment.

    `boxes` are applied first, since the click on the button may arrive before the click on a box. Raises PlanGone,
    NothingTicked.
    """
    if boxes:
        tick(database, plan_id, user_id, boxes)
    with database.reading() as session:
        state = _read(plans.get(session, plan_id, user_id))
    if not ticked:
        return state.segment
    if not state.ticked_ids:
        raise NothingTicked
    return Segment(audience_id=state.segment.audience_id, ids=state.ticked_ids)


def campaigns(database: Database, plan_id: str, user_id: str, like: str) -> Mapping[str, int]:
    """Counts the contacts of each campaign whose title contains the text, the most frequent first."""
    with database.reading() as session:
        plan = plans.get(session, plan_id, user_id)
        return contacts.campaigns(session, plan.audience_id, like=like.strip())


def domains(database: Database, plan_id: str, user_id: str, like: str) -> Mapping[str, int]:
    """Counts the contacts of each domain that contains the text, the most frequent first."""
    with database.reading() as session:
        plan = plans.get(session, plan_id, user_id)
        return figures.cleaned_domains(session, plan.audience_id, like=like.strip(), most=100)


_NOT_COUNTED = -1


@dataclass(frozen=True, slots=True)
class _ListState:
    """The data of a plan of kind `list`. `places`: where page 2 and the following ones start, up to the current one."""

    segment: Segment
    places: tuple[PageKey, ...] = ()
    ticked: Mapping[int, tuple[int, ...]] = field(default_factory=dict)  # audience → contacts
    edition: int = 0
    sent: str = ""
    refused_ticks: bool = False
    preset: Preset = Preset.ALL

    @property
    def ticked_ids(self) -> tuple[int, ...]:
        """The ticked contacts of the audience that is shown."""
        return self.ticked.get(self.segment.audience_id, ())

    def with_ticks(self, ids: Sequence[int]) -> "_ListState":
        return replace(self, ticked={**self.ticked, self.segment.audience_id: tuple(ids)})

    def with_segment(self, segment: Segment) -> "_ListState":
        return replace(self, segment=segment, places=())

    def of_audience(self, audience_id: int) -> "_ListState":
        """All cleaned contacts of an audience."""
        state = self.with_segment(Segment(audience_id=audience_id)).with_new_edition()
        return replace(state, preset=Preset.ALL)

    def with_new_edition(self) -> "_ListState":
        return replace(self, edition=self.edition + 1)

    def with_boxes(self, boxes: TickedBoxes) -> "_ListState":
        """Ticks what the boxes say, unless they are of an earlier click or an older edition."""
        if boxes.edition != self.edition or (boxes.sent and boxes.sent < self.sent):
            return self
        ids = [contact_id for contact_id in self.ticked_ids if contact_id not in boxes.shown - boxes.ticked]
        ids += sorted(boxes.ticked - set(ids))
        state = replace(self, sent=max(boxes.sent, self.sent), refused_ticks=len(ids) > MAX_TICKED)
        return state.with_new_edition() if state.refused_ticks else state.with_ticks(ids)


def _update(
    database: Database,
    plan_id: str,
    user_id: str,
    boxes: TickedBoxes,
    change: Callable[[_ListState], _ListState],
) -> None:
    with database.transaction() as session:
        plan = plan_rows.get_locked(session, plan_id)
        if plan is None or plan.user_id != user_id:
            raise PlanGone
        before = _read(plan)
        after = change(before.with_boxes(boxes))
        plan.data = json_values.to_json(after)
        plan.audience_id = after.segment.audience_id
        if after.segment != before.segment:
            plan.revision = _NOT_COUNTED
        session.add(plan)


def _save_count(database: Database, counted: PlanRow, segment: Segment, found: int, revision: int) -> None:
    """Stores the segment and its count, valid for that revision, without ticks of contacts that are no longer cleaned.

    Does nothing if the filters have changed since they were counted.
    """
    with database.transaction() as session:
        plan = plan_rows.get_locked(session, counted.id)
        if plan is None or _read(plan).segment != _read(counted).segment:
            return
        state = replace(_without_stale_ticks(session, _read(plan)), segment=segment)
        plan.data = json_values.to_json(state)
        plan.n, plan.revision = found, revision
        session.add(plan)


def _read(plan: PlanRow) -> _ListState:
    """Raises PlanGone if the plan is of another kind."""
    if plan.kind != KIND:
        raise PlanGone
    return json_values.from_json(_ListState, plan.data)


def _without_stale_ticks(session: Session, state: _ListState) -> _ListState:
    """Unticks contacts that are no longer cleaned."""
    if not state.ticked_ids:
        return state
    still_cleaned = contacts.still_cleaned(session, state.segment.audience_id, state.ticked_ids)
    return state.with_ticks([contact_id for contact_id in state.ticked_ids if contact_id in still_cleaned])


def _page(session: Session, state: _ListState) -> tuple[int, Sequence[Contact]]:
    """The current page's index, from 0, and its contacts with one more. Pages that have become empty are skipped."""
    for index in range(len(state.places), 0, -1):
        if page := contacts.page(session, state.segment, PAGE + 1, state.places[index - 1]):
            return index, page
    return 0, contacts.page(session, state.segment, PAGE + 1)


def _count(session: Session, state: _ListState, page_index: int, page: Sequence[Contact]) -> int:
    """Counts the contacts in the segment, given one of its pages."""
    if page_index == 0 and len(page) <= PAGE:
        return len(page)  # the whole segment: searching again for a text that few contacts have is slow
    return segment_size(session, state.segment)


def _archived_since(session: Session, segment: Segment, found: int) -> int:
    """Returns how many contacts of a segment of days are archived by now; 0 for another one."""
    is_of_days = not replace(segment, since=None, until=None).is_filtered and segment.ids is None
    if not segment.since or not segment.until or not is_of_days:
        return 0
    ends = days.start(segment.until + timedelta(days=1), segment.zone)
    [cleaned] = figures.cleaned_between(
        session, segment.audience_id, [days.start(segment.since, segment.zone), ends]
    )
    return max(cleaned.total() - found, 0)


def _page_key(contact: Contact) -> PageKey:
    assert contact.cleaned_at is not None  # a constraint of the table for cleaned contacts
    return PageKey(contact.cleaned_at, contact.id)


def _entries(session: Session, audience_id: int, page: Sequence[Contact]) -> list[Entry]:
    verdicts = evidence.verdict_summaries(session, audience_id, [contact.id for contact in page])
    return [_entry(contact, verdicts.get(contact.id)) for contact in page]


def _entry(contact: Contact, verdict: VerdictSummary | None) -> Entry:
    return Entry(
        id=contact.id,
        address=contact.address,
        name=full_name(contact.merge_fields),
        reason=contact.clean_reason or "unknown",
        campaign=contact.clean_campaign_title or "",
        cleaned_at=_page_key(contact).cleaned_at,
        diagnostic=contact.clean_diagnostic or "",
        verdict=verdict,
    )
