"""Which columns of a file, or merge fields, hold a person's first and last name."""

from collections.abc import Mapping, Sequence

# Labels in lower case, in the languages of the exports that we met.
FIRST_NAME_LABELS = frozenset(
    {"first name", "firstname", "fname", "given name", "prénom", "prenom", "vorname"}
)
LAST_NAME_LABELS = frozenset(
    {"last name", "lastname", "lname", "surname", "family name", "nom", "nom de famille"}
)


def name_labels(labels: Sequence[str]) -> tuple[str | None, str | None]:
    """Returns the labels of the first and of the last name; None for one that is not among `labels`."""
    return _first_of(labels, FIRST_NAME_LABELS), _first_of(labels, LAST_NAME_LABELS)


def full_name(merge_fields: Mapping[str, str]) -> str:
    """Returns a contact's first and last name; "" if its merge fields hold neither."""
    filled = [label for label, value in merge_fields.items() if value and value.strip()]
    return " ".join(merge_fields[label].strip() for label in name_labels(filled) if label)


def _first_of(labels: Sequence[str], names: frozenset[str]) -> str | None:
    return next((label for label in labels if label.strip().casefold() in names), None)
