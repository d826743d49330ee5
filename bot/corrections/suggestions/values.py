"""A suggested correction, and which typing error it corrects.

Apart from `suggestions`, which makes them, so that whoever only shows them doesn't load the known domains.
"""

from dataclasses import dataclass
from enum import StrEnum

PROTECTED_FROM = 5  # subscribed contacts from which a domain is taken to exist


class Slip(StrEnum):
    """The kind of typing error in an address: keys of sentences."""

    SWAPPED = "swapped"  # two adjacent letters
    MISSING = "missing"  # a letter
    DOUBLED = "doubled"  # a letter
    EXTRA = "extra"  # a letter
    NEIGHBOUR = "neighbour"  # a key beside the right one
    OTHER_LETTER = "other-letter"  # any other key
    NO_DOT = "no-dot"
    SEVERAL = "several"  # more than one of these
    ENDING = "ending"  # the top-level domain
    STRAY = "stray"  # characters that no address has
    AROUND = "around"  # `mailto:`, brackets, a name, `www.`
    AT = "at"  # the @ is missing, doubled, or replaced by another key


class SuggestionReason(StrEnum):
    """Why a domain is suggested: keys of sentences."""

    COMMON_DOMAIN = "common-domain"  # it is a common mail domain
    OWN_DOMAIN = "own-domain"  # many contacts of the audience use it
    SAME_DOMAIN = "same-domain"  # it is the typed domain without the error


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A corrected address. `confidence` is its probability, from THRESHOLD to 1; `written` is the domain as typed."""

    address: str
    confidence: float
    reason: SuggestionReason
    slip: Slip
    written: str
