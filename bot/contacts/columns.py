"""Which columns of a file are the address, the status and the rest, and a row of the file as a contact.

The first and the last name are merge fields like others; `bot.contacts.names` says which.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from json.encoder import encode_basestring
from operator import itemgetter

from bot.contacts.rows import STATUS_RANK, TEXT_COLUMNS
from bot.core.addresses import BadAddressReason, try_validate
from storage.contacts.bulk import encode_time
from storage.contacts.values import COLUMNS, CleanReason, Row
from storage.files.formulas import REASON_COLUMNS

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
_TIME_FORMATS = ("%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M", "%m/%d/%Y", "%d/%m/%Y")
# Positions among TEXT_COLUMNS.
_CLEANED_AT, _REASON, _TITLE = map(TEXT_COLUMNS.index, ("cleaned_at", "clean_reason", "clean_campaign_title"))


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
    """Returns the values of `TEXT_COLUMNS` from a row's cells and an empty one behind them."""
    columns: tuple[str, ...]
    """The columns of a contact, but those of numbers, that a new one may have a value in."""

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
        labels = {n: i for i, n in enumerate(names) if i not in assigned and _is_merge_field(n)}
        if status is None and status_position is None and "cleaned_at" in system:
            status = "cleaned"
        return cls(
            address=address,
            status=status,
            status_position=None if status else status_position,
            merge_labels=tuple(labels),
            merge_fields=tuple((f"{encode_basestring(label)}:", i) for label, i in labels.items()),
            texts_of=itemgetter(*(system.get(name, len(names)) for name in TEXT_COLUMNS)),
            columns=tuple(name for name in COLUMNS if name in _ALWAYS or name in system),
        )

    def parse_row(self, cells: list[str], audience_id: int) -> Row | str:
        """Returns the row as a contact without id and revision, or the key of the reason it is refused for."""
        written = cells[self.address]
        status, text = self.status, ""
        if self.status_position is not None:
            text = cells[self.status_position]
            status = _STATUSES.get(text) or _STATUSES.get(text.strip().casefold())
        address = try_validate(written)
        if isinstance(address, BadAddressReason):
            if status != "cleaned" or address not in _MISTYPED:
                return str(address)
            address = _unvalidated(written)
        if not status and text.strip():  # the status for rows without one could be subscribed
            return "bad-status"
        cells.append("")  # the value of every column that the file lacks
        fields = [key + encode_basestring(value) for key, i in self.merge_fields if (value := cells[i])]
        texts = [text or None for text in self.texts_of(cells)]
        if (title := texts[_TITLE]) and len(title) > LONGEST_TITLE:
            texts[_TITLE] = title[:LONGEST_TITLE]
        if status == "cleaned":
            texts[_REASON] = _REASONS.get(texts[_REASON] or "", "unknown")
            if cleaned_at := texts[_CLEANED_AT]:
                texts[_CLEANED_AT] = parse_time(cleaned_at)
                if not texts[_CLEANED_AT]:
                    return "bad-time"
        else:
            texts[_CLEANED_AT] = texts[_REASON] = None
        return (audience_id, 0, *address, status or _NO_STATUS, None, 0, f"{{{','.join(fields)}}}", *texts)


def _is_merge_field(name: str) -> bool:
    return bool(name) and name.upper() not in IGNORED_COLUMNS and name.casefold() not in REASON_COLUMNS


# A cleaned contact may have an invalid address: no mail is sent to it, and its correction is the surest one.
_MISTYPED = frozenset({BadAddressReason.BAD_DOMAIN, BadAddressReason.BAD_LOCAL})


def _unvalidated(text: str) -> tuple[str, str, str]:
    """Returns an invalid address in the form that `try_validate` returns a valid one in."""
    address = text.strip()
    key = address.lower()
    return address, key, key.rpartition("@")[2]


_ALWAYS = frozenset("address address_key domain status merge_fields cleaned_at clean_reason".split())
_NO_STATUS = ""  # neither the file nor the row tells it
_STATUSES: Mapping[str, str] = {
    **{status: status for status in STATUS_RANK},
    "transactional": "nonsubscribed",
    "non-subscribed": "nonsubscribed",
    "transactionnel": "nonsubscribed",
    "non abonné": "nonsubscribed",
    "non-abonné": "nonsubscribed",
    "abonné": "subscribed",
    "désabonné": "unsubscribed",
    "nettoyé": "cleaned",
    "en attente": "pending",
}
_REASONS: Mapping[str, str] = {str(r): str(r) for r in CleanReason}


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
