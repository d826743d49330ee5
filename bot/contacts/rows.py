"""A row of a file becomes a contact, or changes one: the pure rules of an import.

A contact is a tuple in the order of `storage.contacts.values.COLUMNS`; a million of them pass here.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from json.encoder import encode_basestring
from operator import itemgetter
from typing import Any

from bot.core.addresses import BadAddressReason, checked
from storage.contacts.bulk import moment
from storage.contacts.figures import Cell, Tally, day_of
from storage.contacts.values import COLUMNS, CleanReason, Row

# The header names of an address column, in the languages of the exports that we met, lower case.
ADDRESS_NAMES = frozenset(
    """email address|email|e-mail|e-mail address|mail|email_address|emailaddress|email addresses|address email
    |adresse e-mail|adresse email|adresse mail|adresse électronique|courriel|adresse courriel|mél|e-mail-adresse
    |correo electrónico|indirizzo email|subscriber email|contact email""".replace("\n    ", "").split("|")
)
# Mailchimp's own columns and ours → the contact's. Other columns are merge fields, by label.
SYSTEM_COLUMNS = {
    "MEMBER_RATING": "member_rating",
    "OPTIN_TIME": "optin_time",
    "OPTIN_IP": "optin_ip",
    "CONFIRM_TIME": "confirm_time",
    "CONFIRM_IP": "confirm_ip",
    "LATITUDE": "latitude",
    "LONGITUDE": "longitude",
    "GMTOFF": "gmtoff",
    "DSTOFF": "dstoff",
    "TIMEZONE": "timezone",
    "CC": "cc",
    "REGION": "region",
    "CLEAN_TIME": "cleaned_at",
    "CLEAN_CAMPAIGN_TITLE": "clean_campaign_title",
    "CLEAN_CAMPAIGN_ID": "clean_campaign_id",
    "LEID": "leid",
    "EUID": "euid",
    "NOTES": "notes",
    "TAGS": "tags",
    "CLEAN_REASON": "clean_reason",
    "CLEAN_DIAGNOSTIC": "clean_diagnostic",
}
# Said by the other files of an export archive; of no use to the bot, and no merge fields.
PASSED_OVER = frozenset(
    {
        "LAST_CHANGED",
        "UNSUB_TIME",
        "UNSUB_CAMPAIGN_TITLE",
        "UNSUB_CAMPAIGN_ID",
        "UNSUB_REASON",
        "UNSUB_REASON_OTHER",
        "SUGGESTED_ADDRESS",
    }
)
LONGEST_TITLE = 300  # characters of a campaign's title: no index of PostgreSQL takes any length
STATUS_NAMES = frozenset({"status", "statut", "email marketing status"})

_AT = {name: i for i, name in enumerate(COLUMNS)}
_ADDRESS, _STATUS, _BEFORE, _REVISION, _MERGE = map(
    _AT.__getitem__, ("address", "status", "status_before", "revision", "merge_fields")
)
_CLEANED_AT, _REASON, _DOMAIN = map(_AT.__getitem__, ("cleaned_at", "clean_reason", "domain"))
KEY = itemgetter(_AT["address_key"])
_TEXTS = COLUMNS[_MERGE + 1 :]  # from here on every column is text that a file may give
_CLEANED_AT_OF_TEXTS, _REASON_OF_TEXTS, _TITLE_OF_TEXTS = (
    _AT[name] - _MERGE - 1 for name in ("cleaned_at", "clean_reason", "clean_campaign_title")
)
_COUNTED = itemgetter(_STATUS, _REASON, _CLEANED_AT, _DOMAIN)
# A status only moves up: nothing that is imported makes a cleaned or an unsubscribed contact subscribed.
_RANK = {"nonsubscribed": 0, "pending": 1, "subscribed": 2, "unsubscribed": 3, "cleaned": 4}
# Neither does the reason: who complained once has complained, whatever a file says.
_WEIGHT = {"unknown": 0, "soft": 1, "hard": 2, "abuse": 3}
_TIME_FORMATS = ("%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M", "%m/%d/%Y", "%d/%m/%Y")


class NoAddressColumn(ValueError):
    """The file has no column of e-mail addresses."""


@dataclass(frozen=True)
class ColumnMap:
    """Where the columns of one file stand: made once from its header, asked for each row.

    `status` is what its name says of the contacts, or what the person said; None leaves contacts that
    exist as they are.
    """

    address: int
    status: str | None
    status_at: int | None
    merge_labels: tuple[str, ...]
    merge: tuple[tuple[str, int], ...]
    """The same as JSON, each with its colon, and where its column stands."""
    texts: Callable[[Sequence[str]], tuple[str, ...]]

    @classmethod
    def of(cls, header: Sequence[str], status: str | None) -> "ColumnMap":
        """Raises NoAddressColumn."""
        names = [name.strip() for name in header]
        address = next((i for i, name in enumerate(names) if name.casefold() in ADDRESS_NAMES), None)
        if address is None:
            raise NoAddressColumn
        system = {SYSTEM_COLUMNS[n.upper()]: i for i, n in enumerate(names) if n.upper() in SYSTEM_COLUMNS}
        status_at = next((i for i, n in enumerate(names) if n.casefold() in STATUS_NAMES), None)
        taken = {address, status_at, *system.values()}
        labels = {n: i for i, n in enumerate(names) if n and i not in taken and n.upper() not in PASSED_OVER}
        if status is None and status_at is None and "cleaned_at" in system:
            status = "cleaned"
        return cls(
            address=address,
            status=status,
            status_at=None if status else status_at,
            merge_labels=tuple(labels),
            merge=tuple((f"{encode_basestring(label)}:", place) for label, place in labels.items()),
            texts=_picker(system.get(name, len(names)) for name in _TEXTS),
        )

    def contact(self, cells: list[str], audience_id: int) -> Row | str:
        """The row as what a file says of a contact: no id, no revision yet; or why it is refused."""
        written = cells[self.address]
        status = self.status
        if self.status_at is not None:
            said = cells[self.status_at]
            status = _STATUSES.get(said) or _STATUSES.get(said.strip().casefold())
        address = checked(written)
        if isinstance(address, BadAddressReason):
            if status != "cleaned" or address not in _MISTYPED:
                return str(address)
            address = _as_written(written)
        cells.append("")  # what `texts` takes for a column that the file lacks
        filled = [key + encode_basestring(value) for key, place in self.merge if (value := cells[place])]
        texts = [text or None for text in self.texts(cells)]
        if (title := texts[_TITLE_OF_TEXTS]) and len(title) > LONGEST_TITLE:
            texts[_TITLE_OF_TEXTS] = title[:LONGEST_TITLE]
        if status == "cleaned":
            texts[_REASON_OF_TEXTS] = _REASONS.get(texts[_REASON_OF_TEXTS] or "", "unknown")
            if when := texts[_CLEANED_AT_OF_TEXTS]:
                texts[_CLEANED_AT_OF_TEXTS] = parse_time(when)
                if not texts[_CLEANED_AT_OF_TEXTS]:
                    return "bad-time"
        else:
            texts[_CLEANED_AT_OF_TEXTS] = texts[_REASON_OF_TEXTS] = None
        return (audience_id, 0, *address, status or _SILENT, None, 0, f"{{{','.join(filled)}}}", *texts)


# No mail goes to a cleaned address, and a slip that no address can have is the surest one to put right.
_MISTYPED = frozenset({BadAddressReason.BAD_DOMAIN, BadAddressReason.BAD_LOCAL})


def _as_written(text: str) -> tuple[str, str, str]:
    """What `checked` gives, of a text that is no address."""
    address = text.strip()
    key = address.lower()
    return address, key, key.rpartition("@")[2]


_SILENT = ""  # the file doesn't say where its contacts stand
_STATUSES: Mapping[str, str] = {
    **{status: status for status in _RANK},
    "transactional": "nonsubscribed",
    "non-subscribed": "nonsubscribed",
    "abonné": "subscribed",
    "désabonné": "unsubscribed",
    "nettoyé": "cleaned",
    "en attente": "pending",
}
_REASONS: Mapping[str, str] = {str(r): str(r) for r in CleanReason}
_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def added(row: Row, contact_id: int, revision: int, default: str, now: str) -> Row:
    """A new contact. `default` is its status if its file gave none.

    A cleaned one without a time is known to be cleaned since `now`.
    """
    status = row[_STATUS] or default
    if status == "cleaned" and not row[_CLEANED_AT]:
        row = (*row[:_CLEANED_AT], now, row[_REASON] or "unknown", *row[_REASON + 1 :])
    return (row[0], contact_id, *row[2:_STATUS], status, None, revision, *row[_MERGE:])


def merged(old: Row, new: Row, revision: int, now: str) -> Row:
    """What the contact is after a file said `new` of it; the same row if that says nothing new.

    An empty cell never erases. A status and a clean reason only move up, and an archived contact stays archived: what moves
    is the status that its Undo brings back.
    """
    if new[_MERGE:] == old[_MERGE:] and new[_ADDRESS] == old[_ADDRESS] and new[_STATUS] == old[_STATUS]:
        return old
    archived = old[_STATUS] == "archived"
    row = list(old)
    row[_ADDRESS] = new[_ADDRESS]
    row[_MERGE + 1 :] = [
        given or kept for given, kept in zip(new[_MERGE + 1 :], old[_MERGE + 1 :], strict=True)
    ]
    if old[_REASON] and _WEIGHT[old[_REASON]] > _WEIGHT[row[_REASON]]:
        row[_REASON] = old[_REASON]
    if new[_MERGE] != old[_MERGE]:
        kept = json.loads(old[_MERGE])
        given = kept | json.loads(new[_MERGE])
        row[_MERGE] = old[_MERGE] if given == kept else _json(given)
    at = _BEFORE if archived else _STATUS
    row[at] = _higher(old[at], new[_STATUS])
    if row[at] == "cleaned" and not row[_CLEANED_AT]:
        row[_CLEANED_AT] = now
    if tuple(row) == old:
        return old
    row[_REVISION] = revision
    return tuple(row)


def cell(row: Row) -> Cell:
    """What the contact counts under."""
    return Cell(row[_STATUS], row[_REASON] or "", day_of(row[_CLEANED_AT]), row[_DOMAIN])


def tally(contacts: Iterable[Row]) -> Tally:
    """How many there are of each cell."""
    found = Tally()
    # By their own values first: most of a list differ in status and domain alone.
    for (status, reason, cleaned_at, domain), n in Counter(map(_COUNTED, contacts)).items():
        found[Cell(status, reason or "", day_of(cleaned_at), domain)] += n
    return found


def parse_time(text: str) -> str | None:
    """A time of a file as the database keeps it, taken as UTC where it doesn't say; None if it is none."""
    try:
        when: datetime | None = datetime.fromisoformat(text.strip())
    except ValueError:
        when = next(filter(None, (_strptime(text.strip(), form) for form in _TIME_FORMATS)), None)
    try:
        return None if when is None else moment(when if when.tzinfo else when.replace(tzinfo=UTC))
    except OverflowError:  # in UTC it is before the year 1, or after 9999
        return None


def _strptime(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        return None


def _higher(old: str, new: str) -> str:
    return max(old, new or old, key=_RANK.__getitem__)


def _picker(places: Any) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """Like itemgetter, but always a tuple."""
    places = tuple(places)
    if not places:
        return lambda _cells: ()
    if len(places) == 1:
        return lambda cells: (cells[places[0]],)
    return itemgetter(*places)
