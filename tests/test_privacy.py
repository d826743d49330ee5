"""`docs/privacy.md` says of every table what it has about people, how long, and on which ground."""

import re
from pathlib import Path

import pytest
from sqlalchemy import JSON, LargeBinary, String
from sqlmodel.sql.sqltypes import AutoString

from bot.core.settings import Settings
from storage.migrations.tables import metadata
from storage.privacy import traces

DOCUMENT = (Path(__file__).parents[1] / "docs/privacy.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `(\w+)` \| (.+) \| (.+) \| ([1-4](?:, [1-4])*) \|$", DOCUMENT, re.MULTILINE)
WHAT = {table: what for table, what, _, _ in ROWS}


def test_every_table_is_there_once_in_the_order_of_the_names():
    assert [row[0] for row in ROWS] == sorted(metadata.tables)
    assert [table.name for table in traces.tables()] == sorted(metadata.tables)


@pytest.mark.parametrize("name", sorted(metadata.tables))
def test_every_column_with_a_text_or_a_contact_is_named(name: str):
    """And no other, so that one that is taken away or renamed does not stay."""
    columns = {
        column.name
        for column in metadata.tables[name].columns
        if isinstance(column.type, String | AutoString | JSON | LargeBinary)
        or column.name.endswith("contact_id")
    } - {"next_contact_id"}
    assert set(re.findall(r"`(\w+)`", WHAT[name])) == columns


def test_what_is_kept_by_a_setting_names_one_that_exists():
    named = set(re.findall(r"`(CLEANED_KEEP_\w+)`", DOCUMENT))
    existing = {str(field.validation_alias) for field in Settings.model_fields.values()}
    assert named == {name for name in existing if name.startswith("CLEANED_KEEP_")}
