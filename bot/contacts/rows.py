"""Rules for turning a row of a file into a contact, and for merging it into an existing one.

A contact is a tuple of values in the order of `storage.contacts.values.COLUMNS`, read by position, because an import
handles millions: objects with named fields would take several times as long.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from json.encoder import encode_basestring
from operator import itemgetter

from bot.core.addresses import BadAddressReason, try_validate
from storage.contacts.bulk import encode_time
from storage.contacts.figures import FigureChanges, FigureKey, day_of
from storage.contacts.values import COLUMNS, CleanReason, Row

# Lower-case labels of an address column, in the languages of the exports that we met.
ADDRESS_NAMES = frozenset(
    """email address|email|e-mail|e-mail address|mail|email_address|emailaddress|email addresses|address email
    |adresse e-mail|adresse email|adresse mail|adresse électronique|courriel|adresse courriel|mél|e-mail-adresse
    |correo electrónico|indirizzo email|subscriber email|contact email""".replace("\n    ", "").split("|")
)
# Columns of Mailchimp's exports and of ours → the contact's columns. All others are merge fields, by label.
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
# Columns of an export archive's other files that the bot has no use for; they are not merge fields.
IGNORED_COLUMNS = frozenset(
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
LONGEST_TITLE = 300  # characters of a campaign's title, which PostgreSQL could not index at any length
STATUS_NAMES = frozenset({"status", "statut", "email marketing status"})

# Positions in a contact.
_POSITIONS = {name: i for i, name in enumerate(COLUMNS)}
_ADDRESS, _STATUS, _STATUS_BEFORE, _REVISION, _MERGE_FIELDS, _CLEANED_AT, _REASON, _DOMAIN = map(
    _POSITIONS.__getitem__,
    "address status status_before revision merge_fields cleaned_at clean_reason domain".split(),
)
address_key_of = itemgetter(_POSITIONS["address_key"])
_figure_values_of = itemgetter(_STATUS, _REASON, _CLEANED_AT, _DOMAIN)
# The columns behind the merge fields are all text, each of which a file may have; and positions among these.
_TEXT_START = _MERGE_FIELDS + 1
_TEXT_COLUMNS = COLUMNS[_TEXT_START:]
_CLEANED_AT_TEXT, _REASON_TEXT, _TITLE_TEXT = (
    _POSITIONS[name] - _TEXT_START for name in ("cleaned_at", "clean_reason", "clean_campaign_title")
)
# An import only raises a status: it never makes a cleaned or an unsubscribed contact subscribed.
_STATUS_RANK = {"nonsubscribed": 0, "pending": 1, "subscribed": 2, "unsubscribed": 3, "cleaned": 4}
# The same holds for a clean reason: no file takes back a complaint.
_REASON_RANK = {"unknown": 0, "soft": 1, "hard": 2, "abuse": 3}
_TIME_FORMATS = ("%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M", "%m/%d/%Y", "%d/%m/%Y")


class NoAddressColumn(ValueError):
    """The file has no column of e-mail addresses."""


@dataclass(frozen=True)
class ColumnMap:
    """The positions of one file's columns, made once from its header and used for each row.

    `status` is that of every row, from the file's name or a person's choice; None if the rows tell it or nothing does.
    """

    address: int
    status: str | None
    status_position: int | None
    merge_labels: tuple[str, ...]
    merge_fields: tuple[tuple[str, int], ...]
    """The labels as JSON, each with its colon, and the positions of their columns."""
    texts_of: Callable[[Sequence[str]], tuple[str, ...]]
    """Returns the values of `_TEXT_COLUMNS` from a row's cells and an empty one behind them."""

    @classmethod
    def from_header(cls, header: Sequence[str], status: str | None) -> "ColumnMap":
        """Returns the map for a file with that header. Raises NoAddressColumn."""
        names = [name.strip() for name in header]
        address = next((i for i, name in enumerate(names) if name.casefold() in ADDRESS_NAMES), None)
        if address is None:
            raise NoAddressColumn
        system = {SYSTEM_COLUMNS[n.upper()]: i for i, n in enumerate(names) if n.upper() in SYSTEM_COLUMNS}
        status_position = next((i for i, n in enumerate(names) if n.casefold() in STATUS_NAMES), None)
        assigned = {address, status_position, *system.values()}
        labels = {
            n: i for i, n in enumerate(names) if n and i not in assigned and n.upper() not in IGNORED_COLUMNS
        }
        if status is None and status_position is None and "cleaned_at" in system:
            status = "cleaned"
        return cls(
            address=address,
            status=status,
            status_position=None if status else status_position,
            merge_labels=tuple(labels),
            merge_fields=tuple((f"{encode_basestring(label)}:", i) for label, i in labels.items()),
            texts_of=itemgetter(*(system.get(name, len(names)) for name in _TEXT_COLUMNS)),
        )

    def parse_row(self, cells: list[str], audience_id: int) -> Row | str:
        """Returns the row as a contact without id and revision, or the key of the reason it is refused for."""
        written = cells[self.address]
        status = self.status
        if self.status_position is not None:
            text = cells[self.status_position]
            status = _STATUSES.get(text) or _STATUSES.get(text.strip().casefold())
        address = try_validate(written)
        if isinstance(address, BadAddressReason):
            if status != "cleaned" or address not in _MISTYPED:
                return str(address)
            address = _unvalidated(written)
        cells.append("")  # the value of every column that the file lacks
        fields = [key + encode_basestring(value) for key, i in self.merge_fields if (value := cells[i])]
        texts = [text or None for text in self.texts_of(cells)]
        if (title := texts[_TITLE_TEXT]) and len(title) > LONGEST_TITLE:
            texts[_TITLE_TEXT] = title[:LONGEST_TITLE]
        if status == "cleaned":
            texts[_REASON_TEXT] = _REASONS.get(texts[_REASON_TEXT] or "", "unknown")
            if cleaned_at := texts[_CLEANED_AT_TEXT]:
                texts[_CLEANED_AT_TEXT] = parse_time(cleaned_at)
                if not texts[_CLEANED_AT_TEXT]:
                    return "bad-time"
        else:
            texts[_CLEANED_AT_TEXT] = texts[_REASON_TEXT] = None
        return (audience_id, 0, *address, status or _NO_STATUS, None, 0, f"{{{','.join(fields)}}}", *texts)


# A cleaned contact may have an invalid address: no mail is sent to it, and its correction is the surest one.
_MISTYPED = frozenset({BadAddressReason.BAD_DOMAIN, BadAddressReason.BAD_LOCAL})


def _unvalidated(text: str) -> tuple[str, str, str]:
    """Returns an invalid address in the form that `try_validate` returns a valid one in."""
    address = text.strip()
    key = address.lower()
    return address, key, key.rpartition("@")[2]


_NO_STATUS = ""  # neither the file nor the row tells it
_STATUSES: Mapping[str, str] = {
    **{status: status for status in _STATUS_RANK},
    "transactional": "nonsubscribed",
    "non-subscribed": "nonsubscribed",
    "abonné": "subscribed",
    "désabonné": "unsubscribed",
    "nettoyé": "cleaned",
    "en attente": "pending",
}
_REASONS: Mapping[str, str] = {str(r): str(r) for r in CleanReason}
_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def new_contact(row: Row, contact_id: int, revision: int, default_status: str, now: str) -> Row:
    """Returns the row as a new contact. One that is cleaned, its file doesn't tell when, is cleaned at `now`."""
    status = row[_STATUS] or default_status
    if status == "cleaned" and not row[_CLEANED_AT]:
        row = (*row[:_CLEANED_AT], now, row[_REASON] or "unknown", *row[_REASON + 1 :])
    return (row[0], contact_id, *row[2:_STATUS], status, None, revision, *row[_MERGE_FIELDS:])


def merge(old: Row, new: Row, revision: int, now: str) -> Row:
    """Returns the contact `old` with what a file's row `new` adds; `old` itself if that changes nothing.

    An empty cell never erases a value. A status and a clean reason are only raised. An archived contact stays archived:
    what is raised is the status that Undo restores.
    """
    if (
        new[_MERGE_FIELDS:] == old[_MERGE_FIELDS:]
        and new[_ADDRESS] == old[_ADDRESS]
        and new[_STATUS] == old[_STATUS]
    ):
        return old
    row = list(old)
    row[_ADDRESS] = new[_ADDRESS]
    row[_TEXT_START:] = [
        new_text or old_text for new_text, old_text in zip(new[_TEXT_START:], old[_TEXT_START:], strict=True)
    ]
    if old[_REASON] and _REASON_RANK[old[_REASON]] > _REASON_RANK[row[_REASON]]:
        row[_REASON] = old[_REASON]
    if new[_MERGE_FIELDS] != old[_MERGE_FIELDS]:
        old_fields = json.loads(old[_MERGE_FIELDS])
        fields = old_fields | json.loads(new[_MERGE_FIELDS])
        row[_MERGE_FIELDS] = old[_MERGE_FIELDS] if fields == old_fields else _json(fields)
    position = _STATUS_BEFORE if old[_STATUS] == "archived" else _STATUS
    row[position] = _higher_status(old[position], new[_STATUS])
    if row[position] == "cleaned" and not row[_CLEANED_AT]:
        row[_CLEANED_AT] = now
    if tuple(row) == old:
        return old
    row[_REVISION] = revision
    return tuple(row)


def figure_key(row: Row) -> FigureKey:
    """Returns the key that the contact is counted under."""
    return FigureKey(row[_STATUS], row[_REASON] or "", day_of(row[_CLEANED_AT]), row[_DOMAIN])


def count_figures(contacts: Iterable[Row]) -> FigureChanges:
    """Returns the number of contacts for each key."""
    changes = FigureChanges()
    # Counted by their raw values first: most contacts share these, and a key is made once for each.
    for (status, reason, cleaned_at, domain), n in Counter(map(_figure_values_of, contacts)).items():
        changes[FigureKey(status, reason or "", day_of(cleaned_at), domain)] += n
    return changes


def parse_time(text: str) -> str | None:
    """Returns a file's time as `encode_time` does, UTC if it names no zone; None if the text is no time."""
    try:
        when: datetime | None = datetime.fromisoformat(text.strip())
    except ValueError:
        when = next(filter(None, (_strptime(text.strip(), form) for form in _TIME_FORMATS)), None)
    try:
        return None if when is None else encode_time(when if when.tzinfo else when.replace(tzinfo=UTC))
    except OverflowError:  # in UTC, the year is not from 1 to 9999
        return None


def _strptime(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        return None


def _higher_status(old: str, new: str) -> str:
    return max(old, new or old, key=_STATUS_RANK.__getitem__)
