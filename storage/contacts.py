"""Named queries over contacts: counted, paged and read as sets; no object is made per contact of a set."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, String, Table, func, literal_column, or_, tuple_
from sqlalchemy import select as select_any
from sqlmodel import Session, col, select

from storage.tables import Contact

TABLE: Table = Contact.__table__  # type: ignore[attr-defined]
NEWEST_FIRST = (TABLE.c.cleaned_at.desc(), TABLE.c.id.desc())
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


class Place(NamedTuple):
    """Where a page starts: after this contact, in the order newest first."""

    cleaned_at: datetime
    id: int


def conditions(segment: Segment) -> list[ColumnElement[bool]]:
    """The segment as SQL conditions."""
    found: list[ColumnElement[bool]] = [TABLE.c.audience_id == segment.audience_id, IS_CLEANED]
    if segment.ids is not None:
        found.append(TABLE.c.id.in_(segment.ids))
    if segment.up_to is not None:
        found.append(TABLE.c.revision <= segment.up_to)
    if segment.reason:
        found.append(TABLE.c.clean_reason == segment.reason)
    if segment.since:
        found.append(TABLE.c.cleaned_at >= datetime.combine(segment.since, time.min, UTC))
    if segment.campaign:
        found.append(TABLE.c.clean_campaign_title == segment.campaign)
    if segment.domain:
        found.append(TABLE.c.domain == segment.domain.lower())
    if segment.text:
        found.append(_mentions(segment.text))
    return found


def count(session: Session, segment: Segment) -> int:
    """How many contacts are in the segment."""
    return session.exec(select(func.count()).select_from(Contact).where(*conditions(segment))).one()


def page(session: Session, segment: Segment, size: int, after: Place | None = None) -> Sequence[Contact]:
    """The segment's contacts, newest cleaned first; `after` is the last one of the page before."""
    query = select(Contact).where(*conditions(segment))
    if after:
        query = query.where(comes_after(after))
    return session.exec(query.order_by(*NEWEST_FIRST).limit(size)).all()


def campaigns(session: Session, audience_id: int, *, like: str = "", most: int = 100) -> dict[str, int]:
    """The campaigns after which contacts were cleaned, and how many; the most frequent first."""
    title = TABLE.c.clean_campaign_title
    query = (
        select(title, func.count().label("n"))
        .where(TABLE.c.audience_id == audience_id, IS_CLEANED, title.is_not(None))
        .group_by(title)
        .order_by(literal_column("n").desc(), title)
        .limit(most)
    )
    if like:
        query = query.where(title.icontains(like, autoescape=True))
    return dict(session.execute(query).tuples().all())


def by_id(session: Session, audience_id: int, contact_id: int) -> Contact | None:
    return session.get(Contact, (audience_id, contact_id))


def by_key(session: Session, audience_id: int, address_key: str) -> Contact | None:
    """The contact with that lower-case address, in any status."""
    query = select(Contact).where(Contact.audience_id == audience_id, Contact.address_key == address_key)
    return session.exec(query).one_or_none()


def with_key(session: Session, address_key: str) -> Sequence[Contact]:
    """The contacts with that lower-case address in whichever audience."""
    return session.exec(
        select(Contact).where(col(Contact.address_key) == address_key).order_by(col(Contact.audience_id))
    ).all()


def of_domains(
    session: Session, audience_id: int, domains: Sequence[str], *, most: int, after: Place | None = None
) -> Sequence[Contact]:
    """Cleaned contacts at any of the domains, the newest first, abuse complaints left out."""
    segment = Segment(audience_id=audience_id)
    query = select(Contact).where(
        *conditions(segment), TABLE.c.domain.in_(domains), TABLE.c.clean_reason != literal_column("'abuse'")
    )
    if after:
        query = query.where(comes_after(after))
    return session.exec(query.order_by(*NEWEST_FIRST).limit(most)).all()


def cells(
    session: Session, segment: Segment, columns: Sequence[str], merge_labels: Sequence[str]
) -> Iterator[Sequence[str | None]]:
    """The segment as rows of text, newest first: the columns, with the merge fields after the first."""
    chosen = [_as_text(session, name) for name in columns]
    chosen[1:1] = [TABLE.c.merge_fields[label].as_string() for label in merge_labels]
    statement = select_any(*chosen).where(*conditions(segment)).order_by(*NEWEST_FIRST)
    compiled = statement.compile(session.get_bind().engine)
    # The driver's own rows: SQLAlchemy's cost as much again as the query.
    stream = session.connection(execution_options={"stream_results": True, "yield_per": 5_000})
    parameters = compiled.construct_params()
    positional = compiled.positiontup
    bound: Any = tuple(parameters[name] for name in positional) if positional else parameters
    with stream.exec_driver_sql(compiled.string, bound) as result:
        for rows in result.partitions():
            yield from rows


def comes_after(place: Place) -> ColumnElement[bool]:
    """The condition for a page's first contact, in the order newest first."""
    return tuple_(TABLE.c.cleaned_at, TABLE.c.id) < tuple_(place.cleaned_at, place.id)


def _as_text(session: Session, name: str) -> ColumnElement[Any]:
    column = TABLE.c[name]
    if name != "cleaned_at":
        return column
    if session.get_bind().dialect.name == "sqlite":
        return func.substr(column, 1, 19, type_=String)
    return func.to_char(column, "YYYY-MM-DD HH24:MI:SS")


def _mentions(text: str) -> ColumnElement[bool]:
    merge_fields = TABLE.c.merge_fields.cast(String)
    return or_(
        TABLE.c.address_key.contains(text.lower(), autoescape=True),
        merge_fields.icontains(text, autoescape=True),
    )
