"""Named queries over contacts: counted, paged and read as sets; no object is made per contact of a set."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, String, Table, and_, func, literal_column, or_, tuple_
from sqlalchemy import select as select_any
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlmodel import Session, col, select

from storage.contacts.tables import Contact, VerdictRow
from storage.core.tables import AudienceRow

TABLE: Table = Contact.__table__  # type: ignore[attr-defined]
VERDICT: Table = VerdictRow.__table__  # type: ignore[attr-defined]
NEWEST_FIRST = (TABLE.c.cleaned_at.desc(), TABLE.c.id.desc())
OLDEST_FIRST = (TABLE.c.cleaned_at, TABLE.c.id)
SEARCHED = 100_000
# Written out, not bound: SQLite uses a partial index only for the condition it was made with.
IS_CLEANED = TABLE.c.status == literal_column("'cleaned'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """The cleaned contacts of an audience that a person looks at.

    `ids` are the ticked ones. `up_to` is the audience's revision when they were counted: a contact that
    changed since does not belong, so nothing is swept along unseen.
    """

    audience_id: int
    reason: str | None = None
    since: date | None = None  # cleaned on that day (UTC) or later
    campaign: str | None = None  # the campaign's title
    domain: str | None = None
    text: str | None = None  # part of the address or of a merge field
    worth_a_look: bool | None = None  # True: only those whose verdict is weak
    ids: tuple[int, ...] | None = None
    up_to: int | None = None

    @property
    def is_filtered(self) -> bool:
        """Whether a filter narrows it; ticks are not a filter."""
        return any(getattr(self, f.name) is not None for f in fields(self) if f.name not in _NO_FILTER)

    @property
    def is_whole(self) -> bool:
        """Whether it is every cleaned contact of the audience."""
        return self.ids is None and not self.is_filtered

    def to_json(self) -> dict[str, Any]:
        kept = {key: value for key, value in asdict(self).items() if value is not None}
        return kept | ({"since": self.since.isoformat()} if self.since else {})

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Segment":
        segment = cls(**data)
        since = date.fromisoformat(data["since"]) if "since" in data else None
        return replace(segment, since=since, ids=tuple(data["ids"]) if "ids" in data else None)


_NO_FILTER = {"audience_id", "ids", "up_to"}


class PageKey(NamedTuple):
    """Where a page starts: after this contact, in the order newest first."""

    cleaned_at: datetime
    id: int


def conditions(segment: Segment) -> list[ColumnElement[bool]]:
    """The segment as SQL conditions."""
    # A cleaned contact always has the time. Said here, SQLite takes the index of the cleaned ones by itself;
    # if not, it may read the whole audience.
    return [TABLE.c.cleaned_at.is_not(None), *belongs(segment)]


def belongs(segment: Segment) -> list[ColumnElement[bool]]:
    """The same, for contacts that are looked up by their ids."""
    found: list[ColumnElement[bool]] = [TABLE.c.audience_id == segment.audience_id, IS_CLEANED]
    if segment.ids is not None:
        found.append(TABLE.c.id.in_(segment.ids))
    if segment.up_to is not None:
        found.append(TABLE.c.revision <= segment.up_to)
    if segment.reason:
        # Few have the domain or the campaign, many the reason: its own index is not to be taken then.
        is_alone = not (segment.domain or segment.campaign)
        reason = TABLE.c.clean_reason if is_alone else TABLE.c.clean_reason.concat("")
        found.append(reason == segment.reason)
    if segment.since:
        found.append(TABLE.c.cleaned_at >= datetime.combine(segment.since, time.min, UTC))
    if segment.campaign:
        found.append(TABLE.c.clean_campaign_title == segment.campaign)
    if segment.domain:
        found.append(TABLE.c.domain == segment.domain.lower())
    if segment.text:
        found.append(_mentions(segment.text))
    if segment.worth_a_look:
        found.append(TABLE.c.id.in_(_weak(segment.audience_id)))
    return found


def _weak(audience_id: int) -> Select[int]:
    """The contacts whose verdict is weak, from the index of those alone."""
    return select_any(VERDICT.c.contact_id).where(
        VERDICT.c.audience_id == audience_id, VERDICT.c.weakness != literal_column("''")
    )


def count(session: Session, segment: Segment) -> int:
    """How many contacts are in the segment."""
    as_counted = segment.up_to is not None and segment.up_to == _revision(session, segment.audience_id)
    if as_counted:  # then the indexes tell all: no contact need be looked at for its revision
        n = count(session, replace(segment, up_to=None))
        if segment.up_to == _revision(session, segment.audience_id):
            return n
    return session.exec(select(func.count()).select_from(Contact).where(*conditions(segment))).one()


def _revision(session: Session, audience_id: int) -> int:
    """The audience's, read anew."""
    return session.exec(select(AudienceRow.revision).where(AudienceRow.id == audience_id)).one()


def page(session: Session, segment: Segment, size: int, after: PageKey | None = None) -> Sequence[Contact]:
    """The segment's contacts, newest cleaned first; `after` is the last one of the page before."""
    query = select(Contact).where(*conditions(segment))
    if after:
        query = query.where(comes_after(after))
    return session.exec(query.order_by(*NEWEST_FIRST).limit(size)).all()


def search(session: Session, segment: Segment, most: int) -> Sequence[Contact]:
    """As the first page, among the newest SEARCHED cleaned contacts alone: for who types and waits."""
    newest = select_any(TABLE.c.cleaned_at, TABLE.c.id).where(
        *conditions(Segment(audience_id=segment.audience_id))
    )
    older = session.execute(newest.order_by(*NEWEST_FIRST).offset(SEARCHED).limit(1)).first()
    query = select(Contact).where(*conditions(segment))
    if older:
        query = query.where(comes_before(PageKey(*older)))
    return session.exec(query.order_by(*NEWEST_FIRST).limit(most)).all()


def campaigns(session: Session, audience_id: int, *, like: str = "", most: int = 100) -> dict[str, int]:
    """The campaigns after which contacts were cleaned, and how many; the most frequent first."""
    title = TABLE.c.clean_campaign_title
    each = (
        select(title, func.count().label("n"))
        .where(TABLE.c.audience_id == audience_id, IS_CLEANED, title.is_not(None))
        .group_by(title)
        .subquery()
    )
    query = select_any(each).order_by(each.c.n.desc(), each.c.clean_campaign_title).limit(most)
    if like:  # asked once a campaign, not once a contact
        query = query.where(each.c.clean_campaign_title.icontains(like, autoescape=True))
    return dict(session.execute(query).all())


def still_cleaned(session: Session, audience_id: int, ids: Sequence[int]) -> set[int]:
    """Those of the contacts that are cleaned now."""
    cleaned = select_any(TABLE.c.id).where(*conditions(Segment(audience_id=audience_id, ids=tuple(ids))))
    return set(session.execute(cleaned).scalars())


def by_id(session: Session, audience_id: int, contact_id: int) -> Contact | None:
    return session.get(Contact, (audience_id, contact_id))


def by_key(session: Session, audience_id: int, address_key: str) -> Contact | None:
    """The contact with that lower-case address, in any status."""
    query = select(Contact).where(Contact.audience_id == audience_id, Contact.address_key == address_key)
    return session.exec(query).one_or_none()


def with_key(session: Session, address_key: str) -> Sequence[Contact]:
    """The contacts with that lower-case address in whichever audience."""
    # Named, so that the index, which begins with the audience, is of use.
    audiences = select(AudienceRow.id)
    query = select(Contact).where(col(Contact.audience_id).in_(audiences), Contact.address_key == address_key)
    return session.exec(query.order_by(col(Contact.audience_id))).all()


def of_domains(
    session: Session, audience_id: int, domains: Sequence[str], *, most: int, after: PageKey | None = None
) -> Sequence[Contact]:
    """Cleaned contacts at any of the domains, the newest first, abuse complaints left out."""
    segment = Segment(audience_id=audience_id)
    query = select(Contact).where(
        *conditions(segment), TABLE.c.domain.in_(domains), TABLE.c.clean_reason != literal_column("'abuse'")
    )
    if after:
        query = query.where(comes_after(after))
    return session.exec(query.order_by(*NEWEST_FIRST).limit(most)).all()


def comes_after(place: PageKey) -> ColumnElement[bool]:
    """The condition for a page's first contact, in the order newest first."""
    return tuple_(TABLE.c.cleaned_at, TABLE.c.id) < tuple_(place.cleaned_at, place.id)


def comes_before(place: PageKey) -> ColumnElement[bool]:
    """The condition for the page before, in the same order."""
    return tuple_(TABLE.c.cleaned_at, TABLE.c.id) > tuple_(place.cleaned_at, place.id)


def _mentions(text: str) -> ColumnElement[bool]:
    """The address or a merge field holds the text, whatever its case."""
    # lower() of SQLite knows ASCII only: for the rest, the ways in which a name is written.
    writings = {text, text.lower(), text.upper(), text.title()} if not text.isascii() else {text}
    field = _each_field(TABLE.c.merge_fields).table_valued("key", "value")
    wanted = or_(*(field.c.value.icontains(each, autoescape=True) for each in sorted(writings)))
    has_it: ColumnElement[bool] = select_any(literal_column("1")).select_from(field).where(wanted).exists()
    if text.isascii() and text.isprintable() and not set(text) & set('"\\'):
        # JSON writes it as it is: nearly all contacts are passed over without a look at each of their fields.
        has_it = and_(TABLE.c.merge_fields.cast(String).icontains(text, autoescape=True), has_it)
    return or_(TABLE.c.address_key.contains(text.lower(), autoescape=True), has_it)


class _each_field(GenericFunction[Any]):  # noqa: N801  an SQL function
    """The fields of a JSON object as rows of key and value."""

    name = "json_each_text"
    inherit_cache = True


@compiles(_each_field, "sqlite")
def _each_field_sqlite(element: _each_field, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **kw)})"
