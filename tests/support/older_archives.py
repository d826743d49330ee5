"""Archives as version 0.2 made them: with a member row for each contact, and without a number."""

from sqlalchemy import text

from storage.core.database import Database

_STATEMENTS = (
    """INSERT INTO archive_member (audience_id, archive_id, contact_id, status_before)
    SELECT contact.audience_id, archive.id, contact.id, status_before FROM contact
    JOIN archive ON archive.audience_id = contact.audience_id AND archive.number = contact.archive_number""",
    "UPDATE contact SET archive_number = NULL WHERE archive_number IS NOT NULL",
    "UPDATE archive SET number = NULL",
)


def make_older(database: Database) -> None:
    """Makes every archive that has restored nothing one of version 0.2."""
    with database.transaction() as session:
        for statement in _STATEMENTS:
            session.connection().execute(text(statement))
