"""Suggestions, and the longest texts, for tests of views of corrections."""

from dataclasses import replace

from bot.audiences.audiences import Audience
from bot.corrections.cleaned_contact import CleanedContact
from bot.corrections.suggestions.values import Slip, Suggestion, SuggestionReason
from storage.contacts.contacts import PageKey
from tests.conftest import NOW
from tests.support.limits import HOSTILE

LONG = f"Lettre d\u2019information des adhérents de l\u2019association & {HOSTILE} *amis* " * 30


LONGEST_ADDRESS = f"{'_' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 57}.fr"


NEWS = Audience(1, "News")


ADA = CleanedContact(
    NEWS, 5, "ada@gmial.com", "gmial.com", "hard", NOW, "Autumn", "550 user unknown", "Ada", "Roy"
)


LONGEST = CleanedContact(
    Audience(2**53, LONG), 2**53, LONGEST_ADDRESS, "b.fr", "unknown", NOW, LONG, LONG * 20, LONG, LONG
)


SUGGESTED = Suggestion("ada@gmail.com", 0.9, SuggestionReason.COMMON_DOMAIN, Slip.SWAPPED, "gmial.com")


LONG_ONE = replace(SUGGESTED, address=LONGEST_ADDRESS, written=LONG)


PLACE = PageKey(NOW, 2**53)
