"""Choosing contacts of one archive to restore: pages, a search, and ticks that are kept across pages."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from bot.archives import restores
from bot.archives.jobs import RestoreJob
from bot.archives.restores import EarlierArchive
from bot.core.errors import PlanGone
from bot.jobs import plans
from bot.jobs.jobs import Recipient
from bot.jobs.json_values import from_json, to_json
from storage.archives import archives
from storage.core.database import Database, Session
from storage.jobs import plans as plan_rows
from storage.jobs.tables import PlanRow

KIND = "members"
CONTACTS_PER_PAGE = 10

PageTurn = Literal["next", "previous"]


@dataclass(frozen=True, slots=True)
class PickerBoxes:
    """A page's checkboxes when a button was pressed: the contacts shown, in order, and which of them were ticked."""

    shown: Sequence[int] = ()
    ticked: Collection[int] = ()


@dataclass(frozen=True, slots=True)
class PickerContact:
    """A contact of the archive. `reason` and `cleaned_at` are None for one that was not cleaned."""

    id: int
    address: str
    reason: str | None
    cleaned_at: datetime | None


@dataclass(frozen=True, slots=True)
class PickerPage:
    """A page of the archive's contacts. `number` starts at 1; `edition` grows with each page and search."""

    plan_id: str
    archive: EarlierArchive
    contacts: Sequence[PickerContact]
    text: str
    number: int
    has_more: bool
    ticked: frozenset[int]
    edition: int

    @property
    def pages(self) -> int:
        """How many pages there are; 0 if that isn't known, since a text is searched."""
        if not self.has_more:
            return self.number
        n = self.archive.n - self.archive.restored
        return 0 if self.text else max(self.number + 1, -(-n // CONTACTS_PER_PAGE))


@dataclass(frozen=True, slots=True)
class _State:
    """The data of the stored plan. `starts`: for each page up to this one, the id of the contact before its first."""

    archive: str
    text: str
    starts: tuple[int, ...]
    ticked: tuple[int, ...]
    edition: int

    def with_boxes(self, boxes: PickerBoxes) -> "_State":
        ticked = {*self.ticked} - {*boxes.shown} | {*boxes.ticked}
        return replace(self, ticked=tuple(sorted(ticked)))


def begin(database: Database, audience_id: int, archive_id: str, *, by: str, now: datetime) -> str:
    """Stores a plan with nothing ticked and returns its id."""
    state = _State(archive_id, "", (0,), (), 0)
    with database.transaction() as session:
        return plans.create(
            session, KIND, user_id=by, audience_id=audience_id, now=now, data=to_json(state)
        ).id


def look(database: Database, plan_id: str, *, by: str) -> PickerPage:
    """The current page of the person's plan. Raises PlanGone."""
    with database.reading() as session:
        stored, state = _stored(session, plan_id, by)
        contacts = archives.members(
            session,
            stored.audience_id,
            state.archive,
            text=state.text,
            after=state.starts[-1],
            most=CONTACTS_PER_PAGE + 1,
        )
    return PickerPage(
        plan_id=plan_id,
        archive=restores.get_archive(database, stored.audience_id, state.archive),
        contacts=[
            PickerContact(contact.id, contact.address, contact.clean_reason, contact.cleaned_at)
            for contact in contacts[:CONTACTS_PER_PAGE]
        ],
        text=state.text,
        number=len(state.starts),
        has_more=len(contacts) > CONTACTS_PER_PAGE,
        ticked=frozenset(state.ticked),
        edition=state.edition,
    )


def turn(database: Database, plan_id: str, boxes: PickerBoxes, to: PageTurn, *, by: str) -> None:
    """Goes to the next or the previous page, and keeps this page's ticks. Raises PlanGone."""
    with database.transaction() as session:
        _, state = _stored(session, plan_id, by)
        starts = state.starts
        if to == "next" and boxes.shown:
            starts = (*starts, boxes.shown[-1])
        elif to == "previous":
            starts = starts[:-1] or (0,)
        _save(session, plan_id, replace(state.with_boxes(boxes), starts=starts))


def tick(database: Database, plan_id: str, boxes: PickerBoxes, *, by: str) -> None:
    """Keeps this page's ticks. The edition stays, so that Slack keeps what is ticked meanwhile. Raises PlanGone."""
    with database.transaction() as session:
        _, state = _stored(session, plan_id, by)
        plan_rows.save(session, plan_id, data=to_json(state.with_boxes(boxes)))


def search(database: Database, plan_id: str, boxes: PickerBoxes, text: str, *, by: str) -> None:
    """Shows only contacts whose address contains the text, and keeps all ticks. Raises PlanGone."""
    with database.transaction() as session:
        _, state = _stored(session, plan_id, by)
        _save(session, plan_id, replace(state.with_boxes(boxes), text=text.strip(), starts=(0,)))


def restore(
    database: Database,
    plan_id: str,
    boxes: PickerBoxes,
    *,
    by: str,
    now: datetime,
    recipient: Recipient | None = None,
) -> RestoreJob:
    """Creates the job that restores the contacts ticked on all pages, once.

    Raises NoContactTicked, AlreadyDone, AlreadyRestored, NothingLeft, RestoreUnderWay, PlanGone.
    """
    with database.transaction() as session:
        stored, state = _stored(session, plan_id, by)
        ticked = state.with_boxes(boxes).ticked
        job = restores.undo_in(
            session, stored.audience_id, state.archive, by=by, now=now, ids=ticked, recipient=recipient
        )
        plans.use(session, plan_id, by, now)
        return job


def _stored(session: Session, plan_id: str, by: str) -> tuple[PlanRow, _State]:
    stored = plans.get(session, plan_id, by)
    if stored.kind != KIND:
        raise PlanGone
    return stored, from_json(_State, stored.data)


def _save(session: Session, plan_id: str, state: _State) -> None:
    plan_rows.save(session, plan_id, data=to_json(replace(state, edition=state.edition + 1)))
