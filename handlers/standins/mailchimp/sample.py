"""The account of `cleaned demo --mailchimp`: one audience with few rules, one with strict ones."""

from handlers.standins.mailchimp.account import StoredMergeField
from handlers.standins.mailchimp.standin import NAMES, Standin

EASY, STRICT = "Trail news", "Lettre des refuges"
CONTACTS = {EASY: 3_000, STRICT: 1_200}
TOWN = StoredMergeField("TOWN", "Ville", required=True)
PERMISSIONS = ("E-mail", "Courrier")  # texts of the strict audience's marketing permissions
REFUSED_EVERY = 25  # one in so many cleaned members of the easy audience can't be archived


def account() -> Standin:
    """Returns a filled stand-in, not yet started. A few cleaned members can't be archived, to show both outcomes."""
    standin = Standin()
    easy = standin.add_list(EASY)
    strict = standin.add_list(STRICT, double_optin=True, merge_fields=(*NAMES, TOWN), permissions=PERMISSIONS)
    standin.fill(easy, CONTACTS[EASY], seed=1)
    standin.fill(strict, CONTACTS[STRICT], seed=2)
    cleaned = [member.email for member in standin.members(easy) if member.status == "cleaned"]
    standin.rules.archive_cleaned_allowed = True
    standin.rules.archive_refused.update(cleaned[::REFUSED_EVERY])
    return standin
