"""The tick list: a page of likely typos, each with its suggestion, to be corrected together with one consent.

What a person looks at is a stored plan of kind `typos`: its offers, and which of them are ticked. Each tick is one short
transaction that sets the state of all the page's boxes, so that a click that arrives twice or late does no harm.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.audiences.audiences import Audience, require
from bot.contacts.weeks import Week
from bot.core.errors import CleanedError, PlanGone
from bot.corrections import likely_typos
from bot.corrections.required_fields import needs_form
from bot.corrections.suggestions.values import Suggestion
from bot.jobs import plans
from bot.jobs.json_values import from_json, to_json
from storage.contacts import contacts
from storage.contacts.contacts import PageKey
from storage.core.database import Database, Session
from storage.corrections import corrections
from storage.jobs import plans as plan_rows
from storage.jobs.tables import PlanRow

KIND = "typos"


class NothingTicked(CleanedError):
    """No typo is ticked."""

    key = "error-corrections-nothing-ticked"


class OtherNumber(CleanedError):
    """The consent was given for another number of people than are ticked. Values: n (those that are ticked)."""

    key = "error-corrections-other-number"


@dataclass(frozen=True, slots=True)
class Offer:
    """A likely typo and its suggestion. `needs_form`: whether more has to be typed to add the corrected contact."""

    contact: int
    address: str
    suggestion: Suggestion
    needs_form: bool = False


@dataclass(frozen=True, slots=True)
class TickList:
    """A page of the tick list. `before` and `after` lead to the pages beside it, None if there is none.

    With a `week`, it has the typos cleaned in it. `n` are on all pages.
    """

    plan_id: str
    audience: Audience
    offers: Sequence[Offer]
    ticked: frozenset[int]
    before: PageKey | None
    after: PageKey | None
    edition: int
    week: Week | None = None
    n: int = 0


@dataclass(frozen=True, slots=True)
class TickedTypos:
    """What a submitted page says: the contacts that are ticked, and the number for which consent was given, if it was."""

    ticked: frozenset[int]
    consent_for: int | None


@dataclass(frozen=True, slots=True)
class _State:
    """The data of a plan. `edition` grows when boxes have to be reset, `sent` is the time of the last click."""

    offers: tuple[Offer, ...]
    ticked: tuple[int, ...] = ()
    before: PageKey | None = None
    after: PageKey | None = None
    edition: int = 0
    sent: str = ""
    week: Week | None = None
    n: int = 0


def begin(
    database: Database,
    audience_id: int,
    *,
    by: str,
    now: datetime,
    after: PageKey | None = None,
    before: PageKey | None = None,
    week: Week | None = None,
) -> str:
    """Stores the page of likely typos, of all or of the week's, after a place or before it. Returns the plan's id.

    Raises NoAudience.
    """
    page = likely_typos.page(database, audience_id, after=after, before=before, week=week)
    with database.transaction() as session:
        audience = require(session, audience_id)
        offers = []
        for typo in page.found:
            contact = contacts.by_id(session, audience_id, typo.contact.id)
            if contact is not None:
                is_long = needs_form(audience, contact)
                offers.append(Offer(contact.id, contact.address, typo.suggestion, is_long))
        n = likely_typos.count(session, audience_id, week)
        state = _State(tuple(offers), before=page.before, after=page.after, week=week, n=n)
        row = plans.create(
            session, KIND, user_id=by, audience_id=audience_id, now=now, data=to_json(state), n=len(offers)
        )
        return row.id


def look(database: Database, plan_id: str, user_id: str) -> TickList:
    """Returns the page as it is now, without what was corrected meanwhile or is no typo. Raises PlanGone, NoAudience."""
    with database.reading() as session:
        row = plans.get(session, plan_id, user_id)
        audience = require(session, row.audience_id)
        state = _read(row)
        offers = _still_open(session, row.audience_id, state.offers)
    shown = {offer.contact for offer in offers}
    ticked = frozenset(state.ticked) & shown
    return TickList(
        plan_id,
        Audience.of(audience),
        offers,
        ticked,
        state.before,
        state.after,
        state.edition,
        state.week,
        state.n - len(state.offers) + len(offers),
    )


def tick(
    database: Database,
    plan_id: str,
    user_id: str,
    ticked: Collection[int],
    sent: str = "",
    *,
    all_of_them: bool = False,
) -> None:
    """Ticks those contacts, or all that need no form, and unticks the others. Raises PlanGone.

    `sent` is Slack's time of the click, as text that sorts by time: an earlier click than the last one has no effect.
    """
    with database.transaction() as session:
        row = plan_rows.get_locked(session, plan_id)
        if row is None or row.user_id != user_id:
            raise PlanGone
        state = _read(row)
        if sent and sent < state.sent:
            return
        tickable = [offer.contact for offer in state.offers if not offer.needs_form]
        ids = tuple(contact for contact in tickable if all_of_them or contact in ticked)
        edition = state.edition + (1 if all_of_them else 0)
        changed = replace(state, ticked=ids, edition=edition, sent=max(sent, state.sent))
        row.data = to_json(changed)
        session.add(row)


def use(
    session: Session, plan_id: str, submitted: TickedTypos, *, by: str, now: datetime
) -> tuple[int, Week | None, Sequence[Offer]]:
    """Uses the plan, once; returns the audience's id, the week and the offers that are ticked.

    Raises PlanGone, AlreadyDone, NothingTicked, OtherNumber.
    """
    row = plans.use(session, plan_id, by, now)
    state = _read(row)
    chosen = [offer for offer in state.offers if offer.contact in submitted.ticked and not offer.needs_form]
    if not chosen:
        raise NothingTicked
    if submitted.consent_for != len(chosen):
        raise OtherNumber(n=len(chosen))
    return row.audience_id, state.week, chosen


def _read(row: PlanRow) -> _State:
    """Raises PlanGone if the plan is of another kind."""
    if row.kind != KIND:
        raise PlanGone
    return from_json(_State, row.data)


def _still_open(session: Session, audience_id: int, offers: Sequence[Offer]) -> list[Offer]:
    keys = [offer.suggestion.address.lower() for offer in offers]
    there: Mapping[str, str] = corrections.statuses_by_key(session, audience_id, keys)
    ids = [offer.contact for offer in offers]
    cleaned = contacts.still_cleaned(session, audience_id, ids)
    marked = corrections.marked_not_typo(session, audience_id, ids)
    return [
        offer
        for offer, key in zip(offers, keys, strict=True)
        if key not in there and offer.contact in cleaned - marked
    ]
