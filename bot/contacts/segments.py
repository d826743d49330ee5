"""The list of an audience's cleaned contacts: filters, pages by key, and ticks that stay.

What a person looks at is a draft of kind `list`: each change is one short transaction that holds the draft, and
says what is to be so, not what was clicked. So a click that comes twice, or late, does no harm.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.bounces import evidence
from bot.bounces.evidence import VerdictSummary
from bot.contacts.counts import segment_size
from bot.contacts.names import full_name
from bot.core import plans
from bot.core.audiences import Audience, require
from bot.core.errors import CleanedError, PlanGone
from storage.contacts import contacts, figures
from storage.contacts.contacts import PageKey, Segment
from storage.contacts.tables import Contact
from storage.core import plans as draft_rows
from storage.core.database import Database, Session
from storage.core.tables import PlanRow

KIND = "list"
PAGE = 10  # contacts
MOST_TICKED = 1_000  # they rest in one row, and go into one statement
LONGEST_TEXT = 200  # characters


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
    mark: VerdictSummary | None = None
    """The verdict; None for one that was cleaned elsewhere."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What a person sees of a segment. `edition` grows when boxes and fields are to be drawn afresh."""

    draft_id: str
    audience: Audience
    segment: Segment
    total: int
    """All cleaned contacts of the audience."""
    found: int
    """Those in the segment."""
    entries: Sequence[Entry]
    page: int
    """The first is 1."""
    following: PageKey | None
    """Where the next page starts; None on the last."""
    ticked: frozenset[int]
    edition: int
    refused_ticks: bool
    """The last ticks were too many, and were not taken."""
    worth_a_look: int = 0
    """Of all cleaned contacts of the audience."""


@dataclass(frozen=True, slots=True)
class TickedBoxes:
    """A page's checkboxes as they stood at a click, all of them: so no click is lost when two cross.

    `sent` is Slack's time of the click, text that sorts; "" where Slack gives none.
    """

    edition: int
    shown: frozenset[int]
    ticked: frozenset[int]
    sent: str = ""


def begin(
    database: Database, user_id: str, audience_id: int, now: datetime, segment: Segment | None = None
) -> str:
    """A new list, of all cleaned contacts or of a segment; its id."""
    state = _State(segment or Segment(audience_id=audience_id))
    with database.transaction() as session:
        draft = plans.keep(
            session,
            KIND,
            user_id=user_id,
            audience_id=audience_id,
            now=now,
            data=state.to_json(),
            revision=_NOT_COUNTED,
        )
    return draft.id


def look(database: Database, draft_id: str, user_id: str) -> Listing:
    """The list as it stands, with exact figures of one moment. Raises PlanGone, NoAudience."""
    with database.reading() as session:
        draft = plans.look(session, draft_id, user_id)
        audience = require(session, draft.audience_id)
        state = _State.of(draft)
        moved = draft.revision != audience.revision
        if moved:
            state = replace(state, ticked=_still_there(session, state))
        total = segment_size(session, Segment(audience_id=draft.audience_id))
        place, page = _page(session, state)
        if not moved:
            found = draft.n
        elif place == 0 and len(page) <= PAGE:
            found = len(page)  # all are here: a text that few have need not be looked for again
        else:
            found = segment_size(session, state.segment)
        listing = Listing(
            draft_id=draft_id,
            audience=Audience.of(audience),
            segment=state.segment,
            total=total,
            found=found,
            entries=_entries(session, draft.audience_id, page[:PAGE]),
            page=place + 1,
            following=_place(page[PAGE - 1]) if len(page) > PAGE else None,
            ticked=frozenset(state.chosen),
            edition=state.edition,
            refused_ticks=state.refused_ticks,
            worth_a_look=figures.worth_a_look(session, draft.audience_id),
        )
    if moved:
        _remember(database, draft, found, audience.revision)
    return listing


def tick(database: Database, draft_id: str, user_id: str, boxes: TickedBoxes) -> None:
    """The page's boxes are so; ticks of other pages stay. Raises PlanGone, as all that follow."""
    _change(database, draft_id, user_id, boxes, lambda state: state)


def tick_page(database: Database, draft_id: str, user_id: str, boxes: TickedBoxes) -> None:
    """All of the page are ticked."""
    every = replace(boxes, ticked=boxes.shown)
    _change(database, draft_id, user_id, every, lambda state: replace(state, edition=state.edition + 1))


def untick_all(database: Database, draft_id: str, user_id: str, boxes: TickedBoxes) -> None:
    """No contact of the audience is ticked any more, on whichever page."""
    _change(database, draft_id, user_id, boxes, lambda state: state.with_ticks(()).afresh())


def narrow(database: Database, draft_id: str, user_id: str, boxes: TickedBoxes, **filters: Any) -> None:
    """Filters of the segment, by name: a value, or None for no such filter. Begins at the first page."""
    if text := filters.get("text"):
        filters["text"] = text.strip()[:LONGEST_TEXT]
    found: dict[str, Any] = {name: value or None for name, value in filters.items()}
    _change(
        database, draft_id, user_id, boxes, lambda state: state.of_segment(replace(state.segment, **found))
    )


def clear(database: Database, draft_id: str, user_id: str, boxes: TickedBoxes) -> None:
    """No filter any more."""
    _change(
        database,
        draft_id,
        user_id,
        boxes,
        lambda state: state.of_segment(Segment(audience_id=state.segment.audience_id)).afresh(),
    )


def switch(database: Database, draft_id: str, user_id: str, boxes: TickedBoxes, audience_id: int) -> None:
    """Another audience, whole; what was ticked in this one is there again on the way back."""
    _change(
        database,
        draft_id,
        user_id,
        boxes,
        lambda state: state.of_segment(Segment(audience_id=audience_id)).afresh(),
    )


def turn(
    database: Database,
    draft_id: str,
    user_id: str,
    boxes: TickedBoxes,
    page: int,
    after: PageKey | None = None,
) -> None:
    """To that page, the first being 1: the one before needs its number, the next one where it starts."""

    def turned(state: _State) -> _State:
        places = (*state.places[: page - 2], after) if after else state.places[: page - 1]
        return replace(state, places=places)

    _change(database, draft_id, user_id, boxes, turned)


def chosen(
    database: Database, draft_id: str, user_id: str, *, ticked: bool, boxes: TickedBoxes | None = None
) -> Segment:
    """What is to be archived or exported: the ticked contacts, or all that the filters leave.

    `boxes`: the page's, where the click on the button may overtake that on a box. Raises PlanGone, NothingTicked.
    """
    if boxes:
        tick(database, draft_id, user_id, boxes)
    with database.reading() as session:
        state = _State.of(_list(plans.look(session, draft_id, user_id)))
    if not ticked:
        return state.segment
    if not state.chosen:
        raise NothingTicked
    return Segment(audience_id=state.segment.audience_id, ids=state.chosen)


def campaigns(database: Database, draft_id: str, user_id: str, like: str) -> Mapping[str, int]:
    """The list's campaigns whose title holds the text, and how many contacts each: the most first."""
    with database.reading() as session:
        draft = plans.look(session, draft_id, user_id)
        return contacts.campaigns(session, draft.audience_id, like=like.strip())


def domains(database: Database, draft_id: str, user_id: str, like: str) -> Mapping[str, int]:
    """The same of domains."""
    with database.reading() as session:
        draft = plans.look(session, draft_id, user_id)
        return figures.cleaned_domains(session, draft.audience_id, like=like.strip(), most=100)


_NOT_COUNTED = -1


@dataclass(frozen=True, slots=True)
class _State:
    """What a draft of kind `list` keeps. `places`: where page 2 and those after it start, up to this one."""

    segment: Segment
    places: tuple[PageKey, ...] = ()
    ticked: Mapping[int, tuple[int, ...]] = field(default_factory=dict)  # audience → contacts
    edition: int = 0
    sent: str = ""
    refused_ticks: bool = False

    @property
    def chosen(self) -> tuple[int, ...]:
        return self.ticked.get(self.segment.audience_id, ())

    def with_ticks(self, ids: Sequence[int]) -> "_State":
        return replace(self, ticked={**self.ticked, self.segment.audience_id: tuple(ids)})

    def of_segment(self, segment: Segment) -> "_State":
        return replace(self, segment=segment, places=())

    def afresh(self) -> "_State":
        """Slack keeps what was typed and ticked under the same id: another edition, other ids."""
        return replace(self, edition=self.edition + 1)

    def with_boxes(self, boxes: TickedBoxes) -> "_State":
        """With the page's boxes, unless a later click has told more, or they are of an older edition."""
        if boxes.edition != self.edition or (boxes.sent and boxes.sent < self.sent):
            return self
        ids = [each for each in self.chosen if each not in boxes.shown - boxes.ticked]
        ids += sorted(boxes.ticked - set(ids))
        state = replace(self, sent=max(boxes.sent, self.sent), refused_ticks=len(ids) > MOST_TICKED)
        return state.afresh() if state.refused_ticks else state.with_ticks(ids)

    def to_json(self) -> dict[str, Any]:
        return {
            "segment": self.segment.to_json(),
            "places": [[place.cleaned_at.isoformat(), place.id] for place in self.places],
            "ticked": {str(audience): list(ids) for audience, ids in self.ticked.items()},
            "edition": self.edition,
            "sent": self.sent,
            "refused_ticks": self.refused_ticks,
        }

    @classmethod
    def of(cls, draft: PlanRow) -> "_State":
        data = draft.data
        return cls(
            segment=Segment.from_json(data["segment"]),
            places=tuple(PageKey(datetime.fromisoformat(at), id_) for at, id_ in data["places"]),
            ticked={int(audience): tuple(ids) for audience, ids in data["ticked"].items()},
            edition=data["edition"],
            sent=data["sent"],
            refused_ticks=data["refused_ticks"],
        )


def _change(
    database: Database, draft_id: str, user_id: str, boxes: TickedBoxes, change: Callable[[_State], _State]
) -> None:
    with database.transaction() as session:
        draft = draft_rows.held(session, draft_id)
        if draft is None or draft.user_id != user_id:
            raise PlanGone
        before = _State.of(_list(draft))
        after = change(before.with_boxes(boxes))
        draft.data = after.to_json()
        draft.audience_id = after.segment.audience_id
        if after.segment != before.segment:
            draft.revision = _NOT_COUNTED
        session.add(draft)


def _remember(database: Database, draft: PlanRow, found: int, revision: int) -> None:
    """Keeps the count and drops the ticks of contacts that are cleaned no more, for as long as nothing moves."""
    with database.transaction() as session:
        held = draft_rows.held(session, draft.id)
        if held is None or held.data["segment"] != draft.data["segment"]:
            return
        state = _State.of(held)
        held.data = replace(state, ticked=_still_there(session, state)).to_json()
        held.n, held.revision = found, revision
        session.add(held)


def _list(draft: PlanRow) -> PlanRow:
    if draft.kind != KIND:
        raise PlanGone
    return draft


def _still_there(session: Session, state: _State) -> Mapping[int, tuple[int, ...]]:
    audience_id = state.segment.audience_id
    there = contacts.still_cleaned(session, audience_id, state.chosen) if state.chosen else set()
    return {**state.ticked, audience_id: tuple(each for each in state.chosen if each in there)}


def _page(session: Session, state: _State) -> tuple[int, Sequence[Contact]]:
    """The page's number from 0, and its contacts with one more; pages that emptied since are passed over."""
    for n in range(len(state.places), 0, -1):
        if found := contacts.page(session, state.segment, PAGE + 1, state.places[n - 1]):
            return n, found
    return 0, contacts.page(session, state.segment, PAGE + 1)


def _place(contact: Contact) -> PageKey:
    assert contact.cleaned_at is not None  # a cleaned contact has it: a constraint of the table
    return PageKey(contact.cleaned_at, contact.id)


def _entries(session: Session, audience_id: int, page: Sequence[Contact]) -> list[Entry]:
    marks = evidence.verdict_summaries(session, audience_id, [each.id for each in page])
    return [_entry(each, marks.get(each.id)) for each in page]


def _entry(contact: Contact, mark: VerdictSummary | None) -> Entry:
    return Entry(
        id=contact.id,
        address=contact.address,
        name=full_name(contact.merge_fields),
        reason=contact.clean_reason or "unknown",
        campaign=contact.clean_campaign_title or "",
        cleaned_at=_place(contact).cleaned_at,
        diagnostic=contact.clean_diagnostic or "",
        mark=mark,
    )
