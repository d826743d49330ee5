"""The cleaned contacts that look mistyped: by pages, one after another, and those that a person says are right."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from itertools import islice

from bot.core.audiences import Audience, require_audience
from bot.core.errors import PlanGone
from bot.corrections.cleaned_contact import Cleaned, cleaned
from bot.corrections.suggestions import PROTECTED_FROM, Suggester, Suggestion
from storage.contacts import contacts, figures
from storage.contacts.contacts import PageKey
from storage.contacts.tables import Contact
from storage.core import journal
from storage.core.database import Database, Session
from storage.corrections import corrections
from storage.corrections.tables import NotTypo

PAGE = 10
MOST_COUNTED = 1_000  # likely typos; who has more is told "more than"
MOST_DOMAINS = 20_000  # cleaned domains that are looked at, the most frequent first
ROWS_AT_ONCE = 200
FEW = 20_000  # contacts of mistyped domains: a fiftieth of a million


@dataclass(frozen=True, slots=True)
class Typo:
    """A cleaned contact that looks mistyped. `already`: the corrected address's status, where it is there."""

    contact: Cleaned
    suggestion: Suggestion
    already: str | None = None


@dataclass(frozen=True, slots=True)
class Typos:
    """A page of likely typos, newest first. `before`, `after`: where the pages beside it end and start, if any."""

    audience: Audience
    found: Sequence[Typo]
    before: PageKey | None
    after: PageKey | None


@dataclass(frozen=True, slots=True)
class Step:
    """How far a walk through the likely typos is: at the `number`th `of` so many, which is at `place`.

    `of` is more than MOST_COUNTED when nobody counted on.
    """

    number: int
    of: int
    place: PageKey | None


def page(
    database: Database,
    audience_id: int,
    *,
    after: PageKey | None = None,
    before: PageKey | None = None,
    size: int = PAGE,
) -> Typos:
    """The likely typos after a place, or those before it."""
    with database.reading() as session:
        audience = require_audience(session, audience_id)
        pairs = list(islice(_typos(session, audience_id, after=after, before=before), size + 1))
    more, pairs = len(pairs) > size, pairs[:size]
    found = [Typo(cleaned(audience, contact), suggestion, there) for contact, suggestion, there in pairs]
    first, last = (place_of(pairs[0][0]), place_of(pairs[-1][0])) if pairs else (None, None)
    if before:  # looked for from the place on backwards
        return Typos(Audience.of(audience), found[::-1], last if more else None, first)
    return Typos(Audience.of(audience), found, first if after else None, last if more else None)


def step_on(
    database: Database, audience_id: int, step: Step | None = None, *, back: bool = False
) -> tuple[int, Step] | None:
    """The next contact of a walk, and the step to it; None at the end. Without a step, the first one.

    What is there already has no turn: there is nothing to add.
    """
    with database.reading() as session:
        step = step or Step(0, count(session, audience_id), None)
        after, before = (None, step.place) if back else (step.place, None)
        for contact, _, there in _typos(session, audience_id, after=after, before=before):
            if not there:
                number = max(step.number + (-1 if back else 1), 1)
                return contact.id, Step(number, max(step.of, number), place_of(contact))
    return None


def count(session: Session, audience_id: int) -> int:
    """How many can be corrected; counted up to one more than MOST_COUNTED."""
    fixable = (each for each in _typos(session, audience_id, at_once=MOST_COUNTED + 1) if not each[2])
    return sum(1 for _ in islice(fixable, MOST_COUNTED + 1))


def say_not_a_typo(
    database: Database, audience_id: int, contact_id: int, *, by: str, now: datetime
) -> Cleaned:
    """Remembers that the address is right; said twice is said once. Raises PlanGone."""
    with database.transaction() as session:
        audience = require_audience(session, audience_id)
        contact = _contact(session, audience_id, contact_id)
        said = NotTypo(audience_id=audience_id, contact_id=contact_id, said_by=by, said_at=now)
        if corrections.say_not_typo(session, said):
            _write(session, "not-typo", by, now, contact)
        return cleaned(audience, contact)


def take_back(database: Database, audience_id: int, contact_id: int, *, by: str, now: datetime) -> None:
    """The address may be a typo after all. Raises PlanGone."""
    with database.transaction() as session:
        contact = _contact(session, audience_id, contact_id)
        if corrections.take_back_not_typo(session, audience_id, contact_id):
            _write(session, "maybe-typo", by, now, contact)


def already(session: Session, audience_id: int, suggestion: Suggestion | None) -> str | None:
    """The status of the suggested address, where the audience has it."""
    if suggestion is None:
        return None
    key = suggestion.address.lower()
    return corrections.there(session, audience_id, [key]).get(key)


def suggester(session: Session, audience_id: int) -> Suggester:
    healthy = figures.subscribed_domains(session, audience_id)
    # One that few use is neither protected nor a target: it need not make another suggester.
    return _kept_suggester(tuple((domain, n) for domain, n in healthy.items() if n >= PROTECTED_FROM))


def place_of(contact: Contact) -> PageKey:
    assert contact.cleaned_at  # the table's own condition
    return PageKey(contact.cleaned_at, contact.id)


def _typos(
    session: Session,
    audience_id: int,
    *,
    after: PageKey | None = None,
    before: PageKey | None = None,
    at_once: int = ROWS_AT_ONCE,
) -> Iterator[tuple[Contact, Suggestion, str | None]]:
    """Every likely typo after that place, or before it and backwards; the status where the right one is there."""
    suggest = suggester(session, audience_id)
    written = figures.cleaned_domains(session, audience_id, most=MOST_DOMAINS)
    domains = {domain: n for domain, n in written.items() if suggest.is_likely_typo(domain)}
    look = partial(
        corrections.uncorrected,
        session,
        audience_id,
        domains,
        most=at_once,
        are_few=sum(domains.values()) <= FEW,
    )
    while some := look(after=after, before=before):
        pairs = [(each, found) for each in some if (found := suggest.suggest(each.address))]
        there = corrections.there(session, audience_id, [s.address.lower() for _, s in pairs])
        yield from ((contact, found, there.get(found.address.lower())) for contact, found in pairs)
        last = place_of(some[-1])
        after, before = (None, last) if before else (last, None)


@lru_cache(maxsize=16)
def _kept_suggester(healthy: tuple[tuple[str, int], ...]) -> Suggester:
    return Suggester(dict(healthy))


def _contact(session: Session, audience_id: int, contact_id: int) -> Contact:
    contact = contacts.by_id(session, audience_id, contact_id)
    if contact is None or contact.cleaned_at is None:
        raise PlanGone
    return contact


def _write(session: Session, what: str, by: str, now: datetime, contact: Contact) -> None:
    journal.write(
        session, who=by, what=what, at=now, n=1, audience_id=contact.audience_id, contact=contact.id
    )
