"""Audiences, and choosing one by name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.errors import CleanedError, NoAudience, UnknownAudience
from storage.core import audiences
from storage.core.database import Database, Session
from storage.core.tables import AudienceRow, AudienceSource
from storage.mailchimp.remote_state import RemoteState, Trouble

_URL = re.compile(r"https?://[^\s<>|`]{1,500}")
LARGEST_ID = (1 << 31) - 1  # of PostgreSQL's integer


class BadSignupUrl(CleanedError):
    """The link to the sign-up form is none."""

    key = "error-bad-signup-url"


@dataclass(frozen=True, slots=True)
class Audience:
    """A mailing list.

    `mirrored_until`, of a mirrored audience: all changes before that time are stored; None until its first sync ends.
    `trouble`: why a mirror is not kept up to date. `signup_url`: the form by which people subscribe themselves.
    """

    id: int
    name: str
    source: str = AudienceSource.LOCAL
    mirrored_until: datetime | None = None
    trouble: Trouble = Trouble.NONE
    signup_url: str | None = None

    @classmethod
    def of(cls, row: AudienceRow) -> "Audience":
        remote = RemoteState.from_json(row.remote)
        signup_url = row.signup_url or remote.signup_url
        return cls(row.id, row.name, row.source, row.mirrored_until, remote.trouble, signup_url)

    @property
    def is_mirror(self) -> bool:
        """Whether it is maintained at Mailchimp, and only mirrored here."""
        return self.source != AudienceSource.LOCAL


def list_all(database: Database) -> Sequence[Audience]:
    """All audiences, ordered by name."""
    with database.reading() as session:
        return [Audience.of(row) for row in audiences.list_all(session)]


def local(database: Database) -> Sequence[Audience]:
    """Audiences that are not mirrored, ordered by name."""
    return [audience for audience in list_all(database) if not audience.is_mirror]


def choose(database: Database, text: str) -> Audience | None:
    """The audience with that name, or without text the only one; None if a person has to choose.

    Raises UnknownAudience, NoAudience.
    """
    known = list_all(database)
    if not known:
        raise NoAudience
    name = text.strip()
    if not name:
        return known[0] if len(known) == 1 else None
    matches = [audience for audience in known if audience.name.casefold() == name.casefold()]
    if not matches:
        raise UnknownAudience(name=name, known=", ".join(audience.name for audience in known[:10]))
    return matches[0]


def by_id(database: Database, audience_id: int) -> Audience:
    """Returns the audience with that id. Raises NoAudience."""
    with database.reading() as session:
        return Audience.of(require(session, audience_id))


def set_signup_url(session: Session, audience_id: int, text: str) -> None:
    """Sets the link to the audience's sign-up form; an empty text removes it. Raises NoAudience, BadSignupUrl."""
    url = text.strip()
    if url and not _URL.fullmatch(url):
        raise BadSignupUrl
    audience = require(session, audience_id)
    audience.signup_url = url or None
    session.add(audience)


def require(session: Session, audience_id: int) -> AudienceRow:
    """Returns the row of the audience with that id. Raises NoAudience if there is none."""
    # PostgreSQL fails on a number that its integer can't hold; ids come from payloads too.
    audience = audiences.get(session, audience_id) if 0 < audience_id <= LARGEST_ID else None
    if audience is None:
        raise NoAudience
    return audience
