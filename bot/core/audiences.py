"""Which audience is meant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.errors import NoAudience, UnknownAudience
from storage.core import audiences
from storage.core.database import Database, Session
from storage.core.tables import AudienceRow, AudienceSource

LARGEST_ID = (1 << 31) - 1  # of PostgreSQL's integer


@dataclass(frozen=True, slots=True)
class Audience:
    """A mailing list, as people choose it.

    `mirrored_until`: all that changed before is here, of a mirrored one; None before its first sync has ended.
    """

    id: int
    name: str
    source: str = AudienceSource.LOCAL
    mirrored_until: datetime | None = None

    @classmethod
    def of(cls, row: AudienceRow) -> "Audience":
        return cls(row.id, row.name, row.source, row.mirrored_until)

    @property
    def is_mirror(self) -> bool:
        """Whether its truth is elsewhere."""
        return self.source != AudienceSource.LOCAL


def every(database: Database) -> Sequence[Audience]:
    """All audiences by name."""
    with database.reading() as session:
        return [Audience.of(each) for each in audiences.every(session)]


def local(database: Database) -> Sequence[Audience]:
    """All that nobody else keeps, by name."""
    return [each for each in every(database) if not each.is_mirror]


def choose(database: Database, text: str) -> Audience | None:
    """The audience of that name, or the only one; None when a person has to choose.

    Raises UnknownAudience, NoAudience.
    """
    found = every(database)
    if not found:
        raise NoAudience
    wanted = text.strip().casefold()
    if not wanted:
        return found[0] if len(found) == 1 else None
    named = [each for each in found if each.name.casefold() == wanted]
    if not named:
        raise UnknownAudience(name=text.strip(), known=", ".join(each.name for each in found[:10]))
    return named[0]


def by_id(database: Database, audience_id: int) -> Audience:
    """Returns the audience with that id. Raises NoAudience."""
    with database.reading() as session:
        return Audience.of(require(session, audience_id))


def require(session: Session, audience_id: int) -> AudienceRow:
    """Returns the row of the audience with that id. Raises NoAudience if there is none."""
    # PostgreSQL fails on a number that its integer can't hold; ids come from payloads too.
    audience = audiences.get(session, audience_id) if 0 < audience_id <= LARGEST_ID else None
    if audience is None:
        raise NoAudience
    return audience
