"""The person's name, as the list and the form of a correction both show it."""

import pytest

from bot.contacts import segments
from bot.contacts.names import FIRST_NAME_LABELS, LAST_NAME_LABELS, full_name
from bot.corrections import corrections
from storage.core.database import Database
from tests.conftest import NOW
from tests.support.audiences import import_csv

ME = "U0OLIVIA"


@pytest.mark.parametrize(
    ("merge_fields", "name"),
    [
        ({"First Name": "Ada", "Last Name": "Roy"}, "Ada Roy"),
        ({"Prénom": " Élodie ", "Nom": ""}, "Élodie"),
        ({"LNAME": "Roy", "Company": "Acme"}, "Roy"),
        ({"Given name": "Ada", "Surname": "Roy"}, "Ada Roy"),
        ({"First name": " ", "Prénom": "Ada", "Last name": "Roy", "Surname": "Other"}, "Ada Roy"),
        ({"Company": "Acme"}, ""),
    ],
)
def test_a_name_is_read_from_the_usual_fields(merge_fields: dict[str, str], name: str) -> None:
    assert full_name(merge_fields) == name


def test_every_name_column_gives_the_same_name_in_the_list_and_in_the_form(database: Database) -> None:
    columns = [(label, "Last name") for label in sorted(FIRST_NAME_LABELS)]
    columns += [("First name", label) for label in sorted(LAST_NAME_LABELS)]
    for n, (first, last) in enumerate(columns):
        text = f"Email Address,{first.title()},{last.title()},CLEAN_TIME\nada@gmial.com,Ada,Roy,2026-11-01"
        audience_id = import_csv(database, text, audience=f"News {n}")
        (entry,) = segments.look(database, segments.begin(database, ME, audience_id, NOW), ME).entries
        form = corrections.begin(
            database, audience_id, entry.id, by=ME, now=NOW, wording="May we?", language="en"
        )
        assert entry.name == "Ada Roy"
        assert (form.contact.first_name, form.contact.last_name) == ("Ada", "Roy")
