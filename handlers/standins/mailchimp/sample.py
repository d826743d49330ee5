"""The account of `cleaned demo --mailchimp`: two audiences, one as easy and one as strict as they come."""

from handlers.standins.mailchimp.account import MergeField
from handlers.standins.mailchimp.standin import NAMES, Standin

EASY, STRICT = "Trail news", "Lettre des refuges"
CONTACTS = {EASY: 3_000, STRICT: 1_200}
TOWN = MergeField("TOWN", "Ville", required=True)
WAYS = ("E-mail", "Courrier")  # texts of the strict audience's marketing permissions
REFUSED_EVERY = 25  # of the easy audience's cleaned contacts: Mailchimp doesn't archive them


def account() -> Standin:
    """Filled, not started yet. Cleaned contacts can be archived, but for a few, so that both outcomes are seen."""
    standin = Standin()
    easy = standin.add_list(EASY)
    strict = standin.add_list(STRICT, double_optin=True, merge_fields=(*NAMES, TOWN), permissions=WAYS)
    standin.fill(easy, CONTACTS[EASY], seed=1)
    standin.fill(strict, CONTACTS[STRICT], seed=2)
    cleaned = [member.email for member in standin.members(easy) if member.status == "cleaned"]
    standin.rules.archive_cleaned_allowed = True
    standin.rules.archive_refused.update(cleaned[::REFUSED_EVERY])
    return standin
