"""A walk: corrections that a person makes one after another in one audience. They leave one message.

It begins with the first correction, and is kept as a plan of kind `walk`, so that it is forgotten as plans are.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.contacts.weeks import Week
from bot.corrections import likely_typos
from bot.corrections.likely_typos import Step
from bot.jobs import plans
from bot.jobs.json_values import from_json, to_json
from storage.contacts.tables import Contact
from storage.core.database import Database, Session
from storage.corrections import corrections
from storage.jobs import plans as plan_rows
from storage.jobs.tables import PlanRow

KIND = "walk"
POSTS_WITHIN = timedelta(seconds=30)  # then another correction posts the message


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message is in Slack."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Walk:
    """The corrections of a walk, oldest first: ids of consents, or of jobs in a mirrored audience; and their message.

    `posting`: since when the message is being posted, while nobody knows yet where it is.
    """

    consents: tuple[int, ...] = ()
    jobs: tuple[str, ...] = ()
    message: Place | None = None
    posting: datetime | None = None


@dataclass(frozen=True, slots=True)
class Telling:
    """Where the message of a walk is, None if it has none, and the old and new addresses that it is to tell."""

    message: Place | None
    made: Sequence[tuple[str, str]]


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


def begin_telling(database: Database, walk_id: str, now: datetime) -> Telling | None:
    """Returns what to tell; None while the message is being posted for an earlier correction.

    Whoever posts it looks once more when it is there, and tells what was corrected meanwhile.
    """
    with database.transaction() as session:
        walk = look(session, walk_id)
        if row := _locked(session, walk_id):
            walk = _read(row)
            if not walk.message:
                if walk.posting and now < walk.posting + POSTS_WITHIN:
                    return None
                row.data = to_json(replace(walk, posting=now))
                session.add(row)
        return Telling(walk.message, changes(session, walk))


def end_posting(database: Database, walk_id: str, place: Place | None) -> None:
    """Stores where the message is; without a place, that it could not be posted or updated."""
    with database.transaction() as session:
        _change(session, walk_id, lambda walk: replace(walk, message=place or walk.message, posting=None))


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
