"""What both engines do alike."""

import pytest
from sqlalchemy import select

from storage.contacts.contacts import TABLE
from storage.core import engines
from storage.core.database import Database
from tests.support import audiences


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("size", [1, 2, 5])
def test_batches_hold_each_row_once(database: Database, size: int, *, streamed: bool) -> None:
    audience_id = audiences.cleaned(database, 11)
    query = select(TABLE.c.id).where(TABLE.c.audience_id == audience_id).order_by(TABLE.c.id)
    for n in (0, 1, size, size + 1, 11):
        ids = query.limit(n).execution_options(stream_results=streamed)
        with database.reading() as session, session.connection().execute(ids) as result:
            found = list(engines.batches(result, size))
        assert [row[0] for rows in found for row in rows] == list(range(1, n + 1))
        assert all(len(rows) == size for rows in found[:-1])
