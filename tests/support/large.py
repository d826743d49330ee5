"""A database with as many contacts as wanted, made by SQL alone: for what is to be measured on ten million.

One audience, a tenth of it cleaned and a hundredth archived by one archive; a twentieth as many domains as
contacts; archives, exports and journal lines by the thousand. All figures are right.
"""

from string import Template

from sqlalchemy import text

from storage.core.database import Database

NOW = "2026-11-24 09:30:00.000000"
PAST = 2_000  # archives, and exports
SYNCS = 20_000  # the journal's newest lines

_CONTACTS = """
INSERT INTO contact (audience_id, id, address, address_key, domain, status, status_before, revision, merge_fields,
    optin_time, cleaned_at, clean_reason, clean_campaign_title, clean_diagnostic)
SELECT 1, i, 'person' || i || '@' || domain, 'person' || i || '@' || domain, domain, status,
    CASE status WHEN 'archived' THEN 'cleaned' END, 1, $merge_fields, '2020-01-01 00:00:00',
    CASE WHEN was_cleaned THEN $cleaned_at END,
    CASE WHEN was_cleaned THEN reason END,
    CASE WHEN was_cleaned AND i % 40 != 0 THEN 'Campaign ' || ((i / 10) % 500) END,
    CASE WHEN was_cleaned THEN '550 5.1.1 The email account does not exist' END
FROM (
    SELECT i, i % 10 = 0 OR i % 100 = 1 AS was_cleaned,
        CASE WHEN h < 300 THEN 'gmail.com' WHEN h < 450 THEN 'hotmail.com' WHEN h < 550 THEN 'yahoo.com'
            WHEN h < 620 THEN 'orange.fr' WHEN h < 699 THEN 'outlook.com'
            WHEN h < 701 AND i % 10 != 0 THEN 'outlook.com' WHEN h = 699 THEN 'gmial.com'
            WHEN h = 700 THEN 'hotmial.com' ELSE 'domain' || ((i * 31) % ($n / 20 + 1)) || '.example' END AS domain,
        CASE WHEN i % 10 = 0 THEN 'cleaned' WHEN i % 100 = 1 THEN 'archived'
            WHEN i % 20 = 3 THEN 'unsubscribed' ELSE 'subscribed' END AS status,
        CASE WHEN (i / 10) % 10 < 6 THEN 'hard' WHEN (i / 10) % 10 < 8 THEN 'soft'
            WHEN (i / 10) % 10 = 8 THEN 'unknown' ELSE 'abuse' END AS reason
    FROM (SELECT i, (i * 7919) % 1009 AS h FROM $contacts) AS numbered
) AS made"""
_STATEMENTS = (
    """INSERT INTO audience (id, name, source, remote, merge_labels, revision, next_contact_id, worth_a_look, created_at)
    VALUES (1, 'Newsletter', 'local', '{}', '["First Name", "Last Name"]', 1, $n + 1, 0, '$now')""",
    _CONTACTS,
    """INSERT INTO verdict (audience_id, contact_id, at, reason, counted, needed, cause, code, weakness)
    SELECT 1, id, cleaned_at, clean_reason, 1, 1, 'no-mailbox', '5.1.1',
        CASE WHEN id % 1000 = 0 THEN 'active' ELSE '' END
    FROM contact WHERE status = 'cleaned' AND id % 50 = 0""",
    """INSERT INTO evidence (audience_id, uid, contact_id, domain, kind, at, code, cause, diagnostic, campaign, source)
    SELECT 1, 'u' || id, id, domain, 'hard', cleaned_at, '5.1.1', 'no-mailbox', '', '', 'mail'
    FROM contact WHERE status = 'cleaned' AND id % 50 = 0""",
    """INSERT INTO archive (audience_id, id, made_by, made_at, n, restored, left_alone)
    SELECT 1, 'large', 'U1', '$now', count(*), 0, 0 FROM contact WHERE status = 'archived'""",
    """INSERT INTO archive_member (audience_id, archive_id, contact_id, status_before)
    SELECT 1, 'large', id, 'cleaned' FROM contact WHERE status = 'archived'""",
    """INSERT INTO archive (audience_id, id, made_by, made_at, n, restored, left_alone)
    SELECT 1, 'a' || i, 'U1', $minutes_ago, 1, 1, 0 FROM $past""",
    """INSERT INTO archive_member (audience_id, archive_id, contact_id, status_before, restored_at)
    SELECT 1, 'a' || i, i * 10, 'cleaned', '$now' FROM $past""",
    """INSERT INTO export (audience_id, id, made_by, made_at, segment, n)
    SELECT 1, 'e' || i, 'U1', $minutes_ago, '{"audience_id": 1}', 1 FROM $past""",
    """INSERT INTO journal (at, who, what, audience_id, n, detail)
    SELECT made_at, 'U1', 'archive', 1, n, $archive FROM archive""",
    """INSERT INTO journal (at, who, what, audience_id, n, detail)
    SELECT made_at, 'U1', 'restore', 1, restored, $archive FROM archive WHERE restored > 0""",
    """INSERT INTO journal (at, who, what, audience_id, n, detail)
    SELECT made_at, 'U1', 'export', 1, n, $export FROM export""",
    """INSERT INTO journal (at, who, what, audience_id, n, detail)
    SELECT '$now', 'mailchimp', 'sync', 1, 1, '{}' FROM $syncs""",
    """INSERT INTO contact_count (audience_id, status, reason, n)
    SELECT 1, status, coalesce(clean_reason, ''), count(*) FROM contact GROUP BY 2, 3""",
    """INSERT INTO cleaned_day (audience_id, day, reason, n)
    SELECT 1, date(cleaned_at), clean_reason, count(*) FROM contact WHERE cleaned_at IS NOT NULL GROUP BY 2, 3""",
    """INSERT INTO domain_count (audience_id, domain, subscribed, cleaned)
    SELECT 1, domain, sum(CASE WHEN status = 'subscribed' THEN 1 ELSE 0 END),
        sum(CASE WHEN status = 'cleaned' THEN 1 ELSE 0 END) FROM contact GROUP BY 2""",
    "UPDATE audience SET worth_a_look = $n / 1000",  # those of the weak verdicts above
)
_COUNTED = ("INSERT INTO contact_count", "INSERT INTO cleaned_day", "INSERT INTO domain_count")
_STATEMENTS_OF_MANY = (
    """INSERT INTO audience (id, name, source, remote, merge_labels, revision, next_contact_id, worth_a_look, created_at)
    SELECT i, 'Audience ' || i, 'local', '{}', '[]', 1, $n + 1, 0, '$now' FROM $audiences WHERE i > 1""",
    *(
        f"UPDATE {table} SET audience_id = 1 + ({column} - 1) / $each WHERE {column} > $each"
        for table, column in (("contact", "id"), ("verdict", "contact_id"), ("evidence", "contact_id"))
    ),
    """UPDATE audience SET worth_a_look =
    (SELECT count(*) FROM verdict WHERE weakness != '' AND audience_id = audience.id)""",
    *(f"DELETE FROM {table}" for table in ("contact_count", "cleaned_day", "domain_count")),
)
_MERGE_FIELDS = """'{"First Name":"Ann' || (i % 1000) || '","Last Name":"Smith' || (i % 5000) || '"}'"""
_DETAIL = """'{"%s": "' || id || '"}'"""
_SQLITE = {
    "cleaned_at": "datetime(unixepoch('2026-11-24 09:00:00') - (i * 48271) % 94608000, 'unixepoch') || '.000000'",
    "minutes_ago": "datetime(unixepoch('2026-11-01 00:00:00') - i * 60, 'unixepoch') || '.000000'",
    "merge_fields": _MERGE_FIELDS,
    "archive": _DETAIL % "archive",
    "export": _DETAIL % "export",
}
_POSTGRESQL = {
    "cleaned_at": "timestamptz '2026-11-24 09:00:00+00' - (i * 48271) % 94608000 * interval '1 second'",
    "minutes_ago": "timestamptz '2026-11-01 00:00:00+00' - i * interval '1 minute'",
    "merge_fields": f"CAST({_MERGE_FIELDS} AS json)",
    "archive": f"CAST({_DETAIL % 'archive'} AS json)",
    "export": f"CAST({_DETAIL % 'export'} AS json)",
}


def build(database: Database, n: int) -> int:
    """Fills an empty database at this version with `n` contacts; returns the audience's id."""
    counted = {"contacts": n, "past": PAST, "syncs": SYNCS}
    values = {name: _numbers(most, sqlite=database.is_sqlite) for name, most in counted.items()}
    values |= _SQLITE if database.is_sqlite else _POSTGRESQL
    for statement in _STATEMENTS:
        filled = Template(statement).substitute(values, n=n, now=NOW)
        with database.transaction() as session:
            session.connection().execute(text(filled))
    _vacuum(database)
    return 1


def spread(database: Database, audiences: int) -> None:
    """Divides the contacts of a database that `build` has filled equally among so many audiences."""
    with database.transaction() as session:
        n: int = session.connection().execute(text("SELECT count(*) FROM contact")).scalar_one()
    values = {
        "audiences": _numbers(audiences, sqlite=database.is_sqlite),
        "each": n // audiences,
        "n": n,
        "now": NOW,
    }
    statements = _STATEMENTS_OF_MANY + tuple(
        statement.replace("SELECT 1, ", "SELECT audience_id, ").replace("GROUP BY 2", "GROUP BY 1, 2")
        for statement in _STATEMENTS
        if statement.lstrip().startswith(_COUNTED)
    )
    for statement in statements:
        with database.transaction() as session:
            session.connection().execute(text(Template(statement).substitute(values)))
    _vacuum(database)


def _vacuum(database: Database) -> None:
    """PostgreSQL does it by itself, later."""
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _numbers(most: int, *, sqlite: bool) -> str:
    """A table expression: `i` from 1 to that."""
    if not sqlite:
        return f"generate_series(CAST(1 AS bigint), {most}) AS numbers(i)"
    counting = f"SELECT 1 AS i UNION ALL SELECT i + 1 FROM c WHERE i < {most}"
    return f"(WITH RECURSIVE c(i) AS ({counting}) SELECT i FROM c) AS numbers"
