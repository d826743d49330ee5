"""Queries over contacts: counting, paging, searching, and looking up one by id or address."""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from string import ascii_lowercase, ascii_uppercase
from typing import Any, NamedTuple

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    String,
    Table,
    and_,
    collate,
    func,
    literal,
    literal_column,
    or_,
    true,
    tuple_,
    union_all,
)
from sqlalchemy import select as select_any
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlmodel import Session, col, select

from storage.contacts import days
from storage.contacts.tables import HAS_LONG_FIELDS, HAS_SHORT_FIELDS, Contact, VerdictRow
from storage.core.engines import is_sqlite
from storage.core.tables import AudienceRow

TABLE: Table = Contact.__table__  # type: ignore[attr-defined]
VERDICT: Table = VerdictRow.__table__  # type: ignore[attr-defined]
NEWEST_FIRST = (TABLE.c.cleaned_at.desc(), TABLE.c.id.desc())
OLDEST_FIRST = (TABLE.c.cleaned_at, TABLE.c.id)
SEARCHED = 100_000  # of the newest cleaned contacts
# A literal, not a bound parameter: SQLite uses a partial index only for the literal condition of its definition.
IS_CLEANED = TABLE.c.status == literal_column("'cleaned'")
# The same for contacts that are found by their ids. No index of cleaned contacts fits the expression: PostgreSQL would read
# all of one for each chunk of ids, and without statistics for each id.
IS_CLEANED_BY_ID = TABLE.c.status.concat(literal_column("''")) == literal_column("'cleaned'")
IS_ARCHIVED = TABLE.c.status == literal_column("'archived'")
_LOWER_ASCII = str.maketrans(ascii_uppercase, ascii_lowercase)
_ASCII = re.compile("[ -~]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A filter over the cleaned contacts of an audience.

    `ids` are the contacts a person ticked, or with `likely_typos` those whose address looked mistyped; `without` are
    left out of it. `up_to` is the audience's revision when the segment was counted: contacts changed after it are not in
    the segment, so nobody acts on a contact that was not counted.
    """

    audience_id: int
    reason: str | None = None
    since: date | None = None  # cleaned on that day or later
    until: date | None = None  # cleaned on that day or earlier
    zone: str = "UTC"  # the time zone of these days
    campaign: str | None = None  # the campaign's title
    domain: str | None = None
    text: str | None = None  # part of the address or of a merge field
    worth_a_look: bool | None = (
        None  # True: only those whose verdict is weak and not reviewed; False: without them
    )
    reviewed: bool | None = None  # True: only those whose weak verdict was reviewed
    likely_typos: bool | None = None  # True: the ids are those of likely typos
    ids: tuple[int, ...] | None = None
    without: tuple[int, ...] | None = None
    up_to: int | None = None

    @property
    def is_filtered(self) -> bool:
        """Whether any filter is set; ticked contacts and those left out are not a filter."""
        return any(getattr(self, f.name) is not None for f in fields(self) if f.name not in _NO_FILTER)

    @property
    def is_whole(self) -> bool:
        """Whether it holds every cleaned contact of the audience."""
        return self.ids is None and self.without is None and not self.is_filtered

    def to_json(self) -> dict[str, Any]:
        kept = {f.name: value for f in fields(self) if (value := getattr(self, f.name)) != f.default}
        return {key: value.isoformat() if isinstance(value, date) else value for key, value in kept.items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Segment":
        values: dict[str, Any] = {f.name: data[f.name] for f in fields(cls) if f.name in data}
        values |= {name: tuple(each) for name, each in values.items() if isinstance(each, list)}
        values |= {name: date.fromisoformat(values[name]) for name in ("since", "until") if name in values}
        return cls(**values)


_NO_FILTER = {"audience_id", "zone", "ids", "without", "up_to"}


class PageKey(NamedTuple):
    """The last contact of the page before, in the order newest first (keyset pagination)."""

    cleaned_at: datetime
    id: int


def conditions(segment: Segment) -> list[ColumnElement[bool]]:
    """Returns the segment as SQL conditions."""
    # True of every cleaned contact. It makes SQLite use the index of cleaned contacts, where it may otherwise read the
    # whole audience.
    return [TABLE.c.cleaned_at.is_not(None), IS_CLEANED, *_others(segment)]


def conditions_by_id(segment: Segment) -> list[ColumnElement[bool]]:
    """Returns the same conditions for a query that finds the contacts by their ids."""
    return [IS_CLEANED_BY_ID, *_others(segment)]


def _others(segment: Segment) -> list[ColumnElement[bool]]:
    """Returns all conditions but that the contact is cleaned."""
    found = [TABLE.c.audience_id == segment.audience_id, *_by_id(segment)]
    if segment.up_to is not None:
        found.append(TABLE.c.revision <= segment.up_to)
    if segment.reason:
        # A domain or a campaign narrows far more than a reason, and a text has an index: the expression keeps the index
        # of reasons from being used.
        is_alone = not (segment.domain or segment.campaign or segment.text)
        reason = TABLE.c.clean_reason if is_alone else TABLE.c.clean_reason.concat("")
        found.append(reason == segment.reason)
    if segment.since:
        found.append(TABLE.c.cleaned_at >= days.start(segment.since, segment.zone))
    if segment.until:
        found.append(TABLE.c.cleaned_at < days.start(segment.until + timedelta(days=1), segment.zone))
    if segment.campaign:
        found.append(TABLE.c.clean_campaign_title == segment.campaign)
    if segment.domain:
        found.append(TABLE.c.domain == segment.domain.lower())
    if segment.text:
        found.append(_mentions(segment.text))
    return found


def _by_id(segment: Segment) -> Iterator[ColumnElement[bool]]:
    """Yields the conditions on which contacts they are, whatever their columns say."""
    if segment.ids is not None:
        yield TABLE.c.id.in_(segment.ids)
    if segment.without:
        yield TABLE.c.id.not_in(segment.without)
    if segment.worth_a_look is not None:
        weak = _weak(segment.audience_id)
        yield TABLE.c.id.in_(weak) if segment.worth_a_look else TABLE.c.id.not_in(weak)
    if segment.reviewed:
        yield TABLE.c.id.in_(_reviewed(segment.audience_id))


def _weak(audience_id: int) -> Select[int]:
    """Selects the contacts whose verdict is weak, from the partial index on those."""
    return select_any(VERDICT.c.contact_id).where(
        VERDICT.c.audience_id == audience_id, VERDICT.c.weakness != literal_column("''")
    )


def _reviewed(audience_id: int) -> Select[int]:
    """Selects the contacts whose weak verdict was reviewed, from the partial index on those."""
    return select_any(VERDICT.c.contact_id).where(
        VERDICT.c.audience_id == audience_id, VERDICT.c.reviewed_at.is_not(None)
    )


def count(session: Session, segment: Segment) -> int:
    """Returns the number of contacts in the segment."""
    is_current = segment.up_to is not None and segment.up_to == _revision(session, segment.audience_id)
    if is_current:  # no contact is newer, and without the condition an index alone answers the query
        n = count(session, replace(segment, up_to=None))
        if segment.up_to == _revision(session, segment.audience_id):
            return n
    query = select(func.count()).select_from(Contact)
    if parts := _parts(session, segment):
        return sum(session.exec(query.where(part)).one() for part in parts)
    return session.exec(query.where(*conditions(segment))).one()


def _revision(session: Session, audience_id: int) -> int:
    """Reads the audience's revision from the database, not from the session's cache."""
    return session.exec(select(AudienceRow.revision).where(AudienceRow.id == audience_id)).one()


def page(session: Session, segment: Segment, size: int, after: PageKey | None = None) -> Sequence[Contact]:
    """Returns a page of the segment, newest cleaned first; `after` is the last contact of the page before."""
    follow = comes_after(after) if after else true()
    where = [*conditions(segment), follow]
    if parts := _parts(session, segment):  # an index alone answers which contacts they are
        first = select_any(TABLE.c.id).where(follow).order_by(*NEWEST_FIRST).limit(size)
        ids = union_all(*(first.where(part).subquery().select() for part in parts))
        where = [TABLE.c.audience_id == segment.audience_id, TABLE.c.id.in_(ids)]
    return session.exec(select(Contact).where(*where).order_by(*NEWEST_FIRST).limit(size)).all()


def _parts(session: Session, segment: Segment) -> Sequence[ColumnElement[bool]]:
    """Returns conditions of which each contact of the segment meets one, and those that do have an index of their own.

    PostgreSQL searches a text in those, unless another index finds few contacts; what SQLite searches is in one index.
    """
    if not segment.text or segment.domain or segment.campaign or is_sqlite(session):
        return []
    # Without the condition that SQLite needs, by which PostgreSQL would expect few contacts.
    found = [IS_CLEANED, *_others(segment)]
    return [and_(*found, literal_column(length)) for length in (HAS_SHORT_FIELDS, HAS_LONG_FIELDS)]


def search(session: Session, segment: Segment, most: int) -> Sequence[Contact]:
    """Returns the first page, from the newest SEARCHED cleaned contacts only, to answer while a person types."""
    newest = select_any(TABLE.c.cleaned_at, TABLE.c.id).where(
        *conditions(Segment(audience_id=segment.audience_id))
    )
    older = session.execute(newest.order_by(*NEWEST_FIRST).offset(SEARCHED).limit(1)).first()
    query = select(Contact).where(*conditions(segment))
    if older:
        query = query.where(comes_before(PageKey(*older)))
    return session.exec(query.order_by(*NEWEST_FIRST).limit(most)).all()


def campaigns(session: Session, audience_id: int, *, like: str = "", most: int = 100) -> dict[str, int]:
    """Returns the campaigns after which contacts were cleaned and the number for each, the most frequent first."""
    title = TABLE.c.clean_campaign_title
    counts = (
        select(title, func.count().label("n"))
        .where(TABLE.c.audience_id == audience_id, IS_CLEANED, title.is_not(None))
        .group_by(title)
        .subquery()
    )
    query = select_any(counts).order_by(counts.c.n.desc(), counts.c.clean_campaign_title).limit(most)
    if like:  # compared once for each campaign, not for each contact
        query = query.where(counts.c.clean_campaign_title.icontains(like, autoescape=True))
    return dict(session.execute(query).all())


def still_cleaned(session: Session, audience_id: int, ids: Sequence[int]) -> set[int]:
    """Returns the ids of those contacts that are cleaned now."""
    cleaned = select_any(TABLE.c.id).where(*conditions(Segment(audience_id=audience_id, ids=tuple(ids))))
    return set(session.execute(cleaned).scalars())


def ids_in(session: Session, segment: Segment) -> tuple[int, ...]:
    """Returns the ids of the contacts in the segment."""
    return tuple(session.execute(select_any(TABLE.c.id).where(*conditions(segment))).scalars())


def by_id(session: Session, audience_id: int, contact_id: int) -> Contact | None:
    return session.get(Contact, (audience_id, contact_id))


def by_key(session: Session, audience_id: int, address_key: str) -> Contact | None:
    """Returns the contact with that lower-case address, in any status."""
    query = select(Contact).where(Contact.audience_id == audience_id, Contact.address_key == address_key)
    return session.exec(query).one_or_none()


def with_key(session: Session, address_key: str, audience_ids: Collection[int]) -> Sequence[Contact]:
    """Returns the contacts of these audiences with that lower-case address."""
    in_one = col(Contact.audience_id).in_(audience_ids)  # the index begins with the audience
    query = select(Contact).where(in_one, Contact.address_key == address_key)
    return session.exec(query.order_by(col(Contact.audience_id))).all()


def of_domains(
    session: Session, audience_id: int, domains: Sequence[str], *, most: int, after: PageKey | None = None
) -> Sequence[Contact]:
    """Returns cleaned contacts of the domains, newest first, without those cleaned for an abuse complaint."""
    segment = Segment(audience_id=audience_id)
    query = select(Contact).where(
        *conditions(segment), TABLE.c.domain.in_(domains), TABLE.c.clean_reason != literal_column("'abuse'")
    )
    if after:
        query = query.where(comes_after(after))
    return session.exec(query.order_by(*NEWEST_FIRST).limit(most)).all()


def comes_after(place: PageKey) -> ColumnElement[bool]:
    """Returns the condition for contacts that follow this one, in the order newest first."""
    return tuple_(TABLE.c.cleaned_at, TABLE.c.id) < tuple_(place.cleaned_at, place.id)


def comes_before(place: PageKey) -> ColumnElement[bool]:
    """Returns the condition for contacts that precede this one, in the same order."""
    return tuple_(TABLE.c.cleaned_at, TABLE.c.id) > tuple_(place.cleaned_at, place.id)


def _mentions(text: str) -> ColumnElement[bool]:
    """Returns the condition that the address or a merge field contains the text, ignoring case."""
    # SQLite's lower() handles ASCII only; for other text, the usual capitalisations are compared.
    variants = sorted({text, text.lower(), text.upper(), text.title()} if not text.isascii() else {text})
    in_a_field: ColumnElement[bool] = _by_engine(
        _sqlite_field_contains(variants), _postgresql_field_contains(variants), type_=Boolean()
    )
    if text.isprintable() and not set(text) & set('"\\'):
        # A search of the whole document rules out nearly all contacts first: JSON holds such text as it is, unless what
        # wrote it escaped all but ASCII. SQLite's LIKE ignores the case of ASCII letters. PostgreSQL's ILIKE lowers the
        # letters of every language, which takes five times as long as this.
        document = TABLE.c.merge_fields.cast(String)
        folded = _by_engine(document, func.lower(collate(document, "C")), type_=String())
        likely = or_(
            *(
                folded.contains(variant, autoescape=True)
                for variant in sorted({variant.translate(_LOWER_ASCII) for variant in variants})
            )
        )
        if not text.isascii():
            likely = or_(likely, document.contains("\\u", autoescape=True))
            if common := max(_ASCII.findall(text), key=len, default=""):
                # One search of what all variants have in common rules out most.
                likely = and_(folded.contains(common.translate(_LOWER_ASCII), autoescape=True), likely)
        in_a_field = and_(likely, in_a_field)
    return or_(TABLE.c.address_key.contains(text.lower(), autoescape=True), in_a_field)


def _sqlite_field_contains(variants: Sequence[str]) -> ColumnElement[bool]:
    field = func.json_each(TABLE.c.merge_fields).table_valued("value")
    matches = or_(*(field.c.value.icontains(variant, autoescape=True) for variant in variants))
    return select_any(literal_column("1")).select_from(field).where(matches).exists()


def _postgresql_field_contains(variants: Sequence[str]) -> ColumnElement[bool]:
    """Not a subquery, which would keep PostgreSQL from searching with several processes."""
    # i: in any case, q: not a pattern
    matches = (f'@ like_regex {json.dumps(variant)} flag "iq"' for variant in variants)
    path = literal(f"$.* ? ({' || '.join(matches)})")
    as_jsonb = TABLE.c.merge_fields.op("::")(literal_column("jsonb"))
    return func.jsonb_path_exists(as_jsonb, path.op("::")(literal_column("jsonpath")))


class _by_engine(GenericFunction[Any]):  # noqa: N801  an SQL expression
    """The first expression on SQLite, the second on PostgreSQL."""

    inherit_cache = True


@compiles(_by_engine, "sqlite")
def _on_sqlite(element: _by_engine, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(element.clauses.clauses[0], **kw)


@compiles(_by_engine, "postgresql")
def _on_postgresql(element: _by_engine, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(element.clauses.clauses[1], **kw)
