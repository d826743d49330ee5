"""Audiences, choosing one by name, and the one that a person used last."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches

from bot.core.errors import CleanedError, NoAudience, UnknownAudience
from storage.audiences import audiences
from storage.contacts.reachable import reachable
from storage.core.database import Database, Session
from storage.core.tables import AudienceRow, AudienceSource
from storage.jobs import plans
from storage.mailchimp.remote_state import RemoteState, Trouble

_URL = re.compile(r"https?://[^\s<>|`]{1,500}")
_QUOTES = "\"'“”’«»\N{NO-BREAK SPACE} "  # typed around a name with spaces, or copied with it
LARGEST_ID = (1 << 31) - 1  # of PostgreSQL's integer
MOST_NEAR = 3  # names offered for one that no audience has
LAST_USED = "audience"  # the kind of the plan that holds it
REFRESHED_AFTER = timedelta(days=1)  # plans are deleted after a month


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


def first_made_at(database: Database) -> datetime | None:
    """When the first audience was made; None if there is none."""
    with database.reading() as session:
        return min((row.created_at for row in audiences.list_all(session)), default=None)


def list_reachable(database: Database) -> Sequence[Audience]:
    """Those whose server answers, ordered by name."""
    return [Audience.of(row) for row in reachable(database)]


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
    matches = _named(known, name) or _named(known, name.strip(_QUOTES))
    if not matches:
        near = tuple(audience.id for audience in _near(known, name))
        raise UnknownAudience(name=name, known=", ".join(each.name for each in known[:10]), near=near)
    return matches[0]


def _named(known: Sequence[Audience], name: str) -> list[Audience]:
    return [audience for audience in known if audience.name.casefold() == name.casefold()]


def choose_or_last(database: Database, text: str, by: str) -> Audience | None:
    """As `choose`, but without text it is the audience that the person used last, if there is one.

    Raises UnknownAudience, NoAudience.
    """
    last = _last_used(database, by)
    return choose(database, text) or next((each for each in list_all(database) if each.id == last), None)


def last_used_first(database: Database, by: str) -> Sequence[Audience]:
    """All audiences, the one that the person used last first, the others by name."""
    last = _last_used(database, by)
    return sorted(list_all(database), key=lambda audience: audience.id != last)


def remember(database: Database, audience: Audience, by: str, now: datetime) -> None:
    """Makes it the audience that the person used last, until a month has passed without them using any."""
    plan_id = _plan_id(by)
    with database.reading() as session:
        kept = plans.get(session, plan_id)
    if kept and kept.audience_id == audience.id and now < kept.made_at + REFRESHED_AFTER:
        return
    with database.transaction() as session:
        plans.put(session, plan_id, LAST_USED, user_id=by, audience_id=audience.id, made_at=now)


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


def _last_used(database: Database, by: str) -> int | None:
    with database.reading() as session:
        kept = plans.get(session, _plan_id(by))
        return kept.audience_id if kept else None


def _plan_id(by: str) -> str:
    return f"{LAST_USED}-{by}"


def _near(known: Sequence[Audience], name: str) -> Sequence[Audience]:
    """Those whose name may be meant: it contains the text, or nearly is it. Accents don't count."""
    text = _folded(name)
    folded = {_folded(audience.name): audience for audience in reversed(known)}
    containing = [each for each in sorted(folded, key=len) if text and text in each]
    close = get_close_matches(text, folded, n=MOST_NEAR)
    return [folded[each] for each in dict.fromkeys([*containing, *close])][:MOST_NEAR]


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if character.isalnum())
