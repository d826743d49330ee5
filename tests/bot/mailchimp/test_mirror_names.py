"""What an audience and its fields are called at Mailchimp, and what a mirror calls them."""

import json
from datetime import timedelta

import pytest

from bot.mailchimp.mirror import sync
from handlers.standins.mailchimp.account import StoredMergeField
from storage.audiences import audiences
from storage.core.database import Database
from tests.support import figures
from tests.support.audiences import import_csv
from tests.support.mirrors import Mirrored, mirrored


def discover(both: Mirrored) -> None:
    sync.discover(both.database, both.client, both.times())


def names(database: Database) -> list[str]:
    with database.reading() as session:
        return [each.name for each in audiences.list_all(session)]


def test_audiences_of_one_name_are_all_there_with_names_of_their_own(database: Database):
    import_csv(database, "Email Address\nann@example.com", audience="Trail news")
    with mirrored(database) as both:
        for name in ("Trail news", "trail news"):
            both.mailchimp.add_list(name)
        discover(both)
        discover(both)
    assert names(database) == [
        "Trail news",
        "Trail news (Mailchimp 2)",
        "trail news (Mailchimp 3)",
        "Trail news (Mailchimp)",
    ]


@pytest.mark.parametrize("name", ["Écrivains", "İstanbul", " News "])
def test_a_name_is_the_same_name_in_any_case_and_alphabet(database: Database, name: str):
    for _ in range(2):
        import_csv(database, "Email Address\nann@example.com", audience=name)
    with mirrored(database) as both:
        for other in (name, name.lower()):
            both.mailchimp.add_list(other)
        discover(both)
        discover(both)
    assert len(set(names(database))) == 4
    assert name.strip() in names(database)


def test_an_audience_renamed_at_mailchimp_is_renamed_here(database: Database):
    with mirrored(database) as both:
        account = both.mailchimp._account
        account.audience(both.remote_id).name = "Path news"
        other = both.mailchimp.add_list("Trail news")
        discover(both)
        assert names(database) == ["Path news", "Trail news"]
        account.audience(both.remote_id).name, account.audience(other).name = "Trail news", "Path news"
        discover(both)
        discover(both)
        assert names(database) == ["Path news", "Trail news"]


def test_a_renamed_field_keeps_the_values_of_contacts_that_did_not_change(database: Database):
    with mirrored(database, 100) as both:
        both.sync()
        before = both.contacts()
        audience = both.mailchimp._account.audience(both.remote_id)
        audience.merge_fields = (StoredMergeField("FNAME", "Prénom"), StoredMergeField("LNAME", "Last name"))
        both.times.now += timedelta(hours=1)
        discover(both)
        both.sync()
        for address, contact in both.contacts().items():
            was = before[address]["merge_fields"]
            assert contact["merge_fields"].get("Prénom") == was.get("First name")
            assert "First name" not in contact["merge_fields"]
        both.times.now += timedelta(hours=1)
        discover(both)
        assert both.request().task.since is not None


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"])
def test_text_that_no_database_holds_stops_no_sync(database: Database, text: str):
    with mirrored(database, 5) as both:
        merge = json.dumps({"FNAME": text, "LNAME": ""})
        both.mailchimp.put(both.remote_id, "odd@example.com", merge=merge)
        assert both.sync().added == 6
        assert both.contacts()["odd@example.com"]["merge_fields"]["First name"] == "ab"
        figures.assert_exact(database)
