"""Required merge fields of a Mailchimp audience, one of each type."""

from handlers.standins.mailchimp.account import StoredMergeField

SIZE = StoredMergeField("SIZE", "Size", "dropdown", required=True, choices=("small", "large"))


BORN = StoredMergeField("BORN", "Birthday", "birthday", required=True)


SINCE = StoredMergeField("SINCE", "Since", "date", required=True)


LUCKY = StoredMergeField("LUCKY", "Number", "number", required=True)


HOME = StoredMergeField("HOME", "Home", "address", required=True)


ALL = (SIZE, BORN, SINCE, LUCKY, HOME)


MERGE = (
    '{"FNAME": "Ada", "LNAME": "Roy", "SIZE": "large", "BORN": "11/24", "SINCE": "2020-02-29", "LUCKY": 7,'
    ' "HOME": {"addr1": "1 Main St", "city": "Lens", "state": "PC", "zip": "62300"}}'
)
