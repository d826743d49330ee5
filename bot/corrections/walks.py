"""A walk: corrections that a person makes one after another in one audience. They leave one message.

It begins with the first correction, and is kept as a plan of kind `walk`, so that it is forgotten as plans are.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core import plans
from bot.core.json_values import from_json, to_json
from bot.core.weeks import Week
from bot.corrections import likely_typos
from bot.corrections.likely_typos import Step
from storage.contacts.tables import Contact
from storage.core import plans as plan_rows
from storage.core.database import Database, Session
from storage.core.tables import PlanRow
from storage.corrections import corrections

KIND = "walk"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message is in Slack."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Walk:
    """The corrections of a walk, oldest first: ids of consents, or of jobs in a mirrored audience; and their message."""

    consents: tuple[int, ...] = ()
    jobs: tuple[str, ...] = ()
    message: Place | None = None


def begin(session: Session, walk_id: str, *, by: str, audience_id: int, now: datetime) -> str:
    """Returns the id of the person's walk in the audience; of a new one, if that one is not there any more."""
    row = _locked(session, walk_id)
    if row and row.user_id == by and row.audience_id == audience_id:
        return walk_id
    return plans.create(
        session, KIND, user_id=by, audience_id=audience_id, now=now, data=to_json(Walk()), n=0
    ).id


def look(session: Session, walk_id: str) -> Walk:
    """Returns the walk; an empty one, if it is not there any more."""
    row = plan_rows.get(session, walk_id)
    return _read(row) if row and row.kind == KIND else Walk()


def add_consent(session: Session, walk_id: str, consent: int) -> None:
    _change(session, walk_id, lambda walk: replace(walk, consents=(*walk.consents, consent)))


def add_job(session: Session, walk_id: str, job: str) -> None:
    _change(session, walk_id, lambda walk: replace(walk, jobs=(*walk.jobs, job)))


def set_message(database: Database, walk_id: str, place: Place) -> None:
    """Stores where the message is, once it is posted."""
    with database.transaction() as session:
        _change(session, walk_id, lambda walk: replace(walk, message=place))


def changes(session: Session, walk: Walk) -> Sequence[tuple[str, str]]:
    """Returns the old and the new address of each correction that was made in a local audience."""
    found = {consent.id: consent for consent in corrections.consents_by_id(session, walk.consents)}
    made = [found[consent] for consent in walk.consents if consent in found]
    return [(consent.old_address or "", consent.address) for consent in made]


def step_of(number: int | None, of: int | None, week: Week | None, old: Contact) -> Step | None:
    """Returns the step of a walk at which a form for the contact was shown; None if it was shown outside of one.

    The others are those of the form's plan.
    """
    if number is None or of is None:
        return None
    return Step(number, of, likely_typos.page_key(old), week)


def find_continuation(
    database: Database, audience_id: int, step: Step | None, walk_id: str = ""
) -> Step | None:
    """Returns the step after which that walk through the likely typos continues; None if none of them is left."""
    following = likely_typos.next_step(database, audience_id, step)
    if following is None:
        return None
    return replace(step or Step(0, following[1].total, None), walk=walk_id)


def _change(session: Session, walk_id: str, change: Callable[[Walk], Walk]) -> None:
    if row := _locked(session, walk_id):
        row.data = to_json(change(_read(row)))
        session.add(row)


def _locked(session: Session, walk_id: str) -> PlanRow | None:
    row = plan_rows.get_locked(session, walk_id) if walk_id else None
    return row if row and row.kind == KIND else None


def _read(row: PlanRow) -> Walk:
    return from_json(Walk, row.data)
