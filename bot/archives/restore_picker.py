"""The contacts of one archive, to be restored by ticks that are kept over pages."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from bot.archives import restores
from bot.archives.restores import EarlierArchive
from bot.core import plans
from bot.core.errors import PlanGone
from storage.archives import archives
from storage.contacts.tables import Contact
from storage.core import plans as draft_rows
from storage.core.database import Database, Session
from storage.core.tables import JobRow, PlanRow

KIND = "members"
MEMBERS_A_PAGE = 10

PageTurn = Literal["next", "previous"]


@dataclass(frozen=True, slots=True)
class PickerBoxes:
    """A page's boxes as they stood at a click: the contacts shown, and which of them were ticked."""

    shown: Collection[int] = ()
    ticked: Collection[int] = ()


@dataclass(frozen=True, slots=True)
class PickerPage:
    """A page of the archive's contacts. `edition` grows with each drawing."""

    draft_id: str
    archive: EarlierArchive
    contacts: Sequence[Contact]
    text: str
    number: int
    """From 1."""
    has_more: bool
    ticked: frozenset[int]
    edition: int


def begin(database: Database, audience_id: int, archive_id: str, *, by: str, now: datetime) -> str:
    """A draft of nothing ticked yet; returns its id."""
    with database.transaction() as session:
        data = {"archive": archive_id, "text": "", "starts": [0], "ticked": [], "edition": 0}
        return plans.keep(session, KIND, user_id=by, audience_id=audience_id, now=now, data=data).id


def look(database: Database, draft_id: str, *, by: str) -> PickerPage:
    """The page where the person is. Raises PlanGone."""
    with database.reading() as session:
        draft = _draft(session, draft_id, by)
        data = draft.data
        found = archives.members(
            session,
            draft.audience_id,
            data["archive"],
            text=data["text"],
            after=data["starts"][-1],
            most=MEMBERS_A_PAGE + 1,
        )
    return PickerPage(
        draft_id=draft_id,
        archive=restores.one(database, draft.audience_id, data["archive"]),
        contacts=found[:MEMBERS_A_PAGE],
        text=data["text"],
        number=len(data["starts"]),
        has_more=len(found) > MEMBERS_A_PAGE,
        ticked=frozenset(data["ticked"]),
        edition=data["edition"],
    )


def turn(database: Database, draft_id: str, boxes: PickerBoxes, to: PageTurn, *, by: str) -> None:
    """To the next page or the one before; the ticks of this one are kept. Raises PlanGone."""
    with database.transaction() as session:
        draft = _draft(session, draft_id, by)
        starts = list(draft.data["starts"])
        if to == "next" and boxes.shown:
            starts.append(max(boxes.shown))
        elif to == "previous":
            starts = starts[:-1] or [0]
        _change(session, draft, boxes, starts=starts)


def search(database: Database, draft_id: str, boxes: PickerBoxes, text: str, *, by: str) -> None:
    """To the contacts whose address holds the text; all ticks are kept. Raises PlanGone."""
    with database.transaction() as session:
        _change(session, _draft(session, draft_id, by), boxes, text=text.strip(), starts=[0])


def restore(
    database: Database,
    draft_id: str,
    boxes: PickerBoxes,
    *,
    by: str,
    now: datetime,
    notify: dict[str, Any] | None = None,
) -> JobRow:
    """The job of restoring what is ticked on all pages, once.

    Raises NothingTicked, AlreadyDone, AlreadyRestored, NothingLeft, RestoreUnderWay, PlanGone.
    """
    with database.transaction() as session:
        draft = _draft(session, draft_id, by)
        ticked = _ticked(draft, boxes)
        job = restores.undo_in(
            session, draft.audience_id, draft.data["archive"], by=by, now=now, ids=ticked, notify=notify
        )
        plans.use(session, draft_id, by, now)
        return job


def _draft(session: Session, draft_id: str, by: str) -> PlanRow:
    draft = plans.look(session, draft_id, by)
    if draft.kind != KIND:
        raise PlanGone
    return draft


def _change(session: Session, draft: PlanRow, boxes: PickerBoxes, **data: Any) -> None:
    changed = {"ticked": _ticked(draft, boxes), "edition": draft.data["edition"] + 1, **data}
    draft_rows.change(session, draft.id, data={**draft.data, **changed})


def _ticked(draft: PlanRow, boxes: PickerBoxes) -> list[int]:
    return sorted({*draft.data["ticked"]} - {*boxes.shown} | {*boxes.ticked})
