"""Rules for adding a file's row as a new contact, and for merging it into an existing one.

A contact is a tuple of values in the order of `storage.contacts.values.COLUMNS`, read by position, because an import
handles millions: objects with named fields would take several times as long.
"""

import json
from collections import Counter
from collections.abc import Iterable
from operator import itemgetter

from storage.contacts.bulk import encode_time
from storage.contacts.figures import FigureChanges, FigureKey, day_of
from storage.contacts.values import COLUMNS, UNKNOWN_TIME, Row

# Positions in a contact.
_POSITIONS = {name: i for i, name in enumerate(COLUMNS)}
_ADDRESS, _STATUS, _STATUS_BEFORE, _REVISION, _MERGE_FIELDS, _CLEANED_AT, _REASON, _DOMAIN = map(
    _POSITIONS.__getitem__,
    "address status status_before revision merge_fields cleaned_at clean_reason domain".split(),
)
address_key_of = itemgetter(_POSITIONS["address_key"])
_figure_values_of = itemgetter(_STATUS, _REASON, _CLEANED_AT, _DOMAIN)
# The columns behind the merge fields are all text, each of which a file may have.
_TEXT_START = _MERGE_FIELDS + 1
TEXT_COLUMNS = COLUMNS[_TEXT_START:]
# An import only raises a status: it never makes a cleaned or an unsubscribed contact subscribed.
STATUS_RANK = {"nonsubscribed": 0, "pending": 1, "subscribed": 2, "unsubscribed": 3, "cleaned": 4}
# The same holds for a clean reason: no file takes back a complaint.
_REASON_RANK = {"unknown": 0, "soft": 1, "hard": 2, "abuse": 3}


_UNKNOWN_TIME = encode_time(UNKNOWN_TIME)
_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def new_contact(row: Row, contact_id: int, revision: int, default_status: str) -> Row:
    """Returns the row as a new contact. When it was cleaned is unknown if its file doesn't tell."""
    status = row[_STATUS] or default_status
    if status == "cleaned" and not row[_CLEANED_AT]:
        row = (*row[:_CLEANED_AT], _UNKNOWN_TIME, row[_REASON] or "unknown", *row[_REASON + 1 :])
    return (row[0], contact_id, *row[2:_STATUS], status, None, revision, *row[_MERGE_FIELDS:])


def is_complete(row: Row) -> bool:
    """Whether the row is a new contact as it is: it has a status, and a cleaned one tells when."""
    return bool(row[_STATUS] and (row[_CLEANED_AT] or row[_STATUS] != "cleaned"))


def merge(old: Row, new: Row, revision: int) -> Row:
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
        row[_CLEANED_AT] = _UNKNOWN_TIME
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


def _higher_status(old: str, new: str) -> str:
    return max(old, new or old, key=STATUS_RANK.__getitem__)
