"""Transactions: whole or not at all, one after the other, and no address in an error."""

from threading import Thread

import pytest
from sqlalchemy.exc import IntegrityError

from storage.audiences import audiences, journal
from storage.contacts import bulk
from storage.core import schema
from storage.core.database import BadUrl, Database, Unreachable, url_beside
from storage.core.tables import AudienceRow
from tests.conftest import NOW


def test_an_error_takes_the_whole_transaction_back(database: Database):
    def fails() -> None:
        with database.transaction() as session:
            audiences.get_or_add(session, "News", NOW)
            raise MemoryError

    with pytest.raises(MemoryError):
        fails()
    with database.reading() as session:
        assert not audiences.list_all(session)


def test_writers_of_several_threads_take_turns(database: Database):
    with database.transaction() as session:
        audience_id = audiences.get_or_add(session, "News", NOW).id or 0

    def write() -> None:
        for _ in range(15):
            with database.transaction() as session:
                bulk.lock(session, audience_id).next_contact_id += 1

    threads = [Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        audience = audiences.get(session, audience_id)
    assert audience
    assert (audience.next_contact_id, audience.revision) == (61, 60)


def test_a_reader_sees_one_moment_and_waits_for_no_writer(database: Database):
    with database.reading() as before:
        assert not audiences.list_all(before)
        with database.transaction() as session:
            audiences.get_or_add(session, "News", NOW)
            with database.reading() as meanwhile:
                assert not audiences.list_all(meanwhile)
        assert not audiences.list_all(before)
    with database.reading() as after:
        assert [a.name for a in audiences.list_all(after)] == ["News"]


def test_an_error_of_the_database_names_no_value(database: Database):
    def add() -> None:
        with database.transaction() as session:
            session.add(AudienceRow(name="lea@example.fr", created_at=NOW))

    add()
    with pytest.raises(IntegrityError) as caught:
        add()
    assert "lea@example.fr" not in str(caught.value).partition("DETAIL")[0]


def test_an_audience_is_found_whatever_its_case(database: Database):
    with database.transaction() as session:
        made = audiences.get_or_add(session, " News ", NOW)
        assert audiences.get_or_add(session, "NEWS", NOW) == made
        assert audiences.by_name(session, "news") == made
        assert audiences.by_name(session, "new") is None
        audiences.get_or_add(session, "amis", NOW)
        assert [a.name for a in audiences.list_all(session)] == ["amis", "News"]


def test_the_journal_reads_newest_first_by_audience(database: Database):
    with database.transaction() as session:
        audience_id = audiences.get_or_add(session, "News", NOW).id
        for n in range(5):
            journal.write(
                session,
                who="U1",
                what="export",
                at=NOW,
                n=n,
                audience_id=audience_id if n % 2 else None,
                to="me",
            )
    with database.reading() as session:
        assert [line.n for line in journal.read(session, most=3)] == [4, 3, 2]
        assert [line.n for line in journal.read(session, audience_id)] == [3, 1]
        assert journal.read(session)[0].detail == {"to": "me"}


def test_a_server_that_does_not_answer_is_said_to_be_unreachable():
    database = Database("postgresql://nobody:secret@127.0.0.1:1/none")
    with pytest.raises(Unreachable) as caught:
        database.probe()
    assert "secret" not in str(caught.value)
    database.close()


def test_a_new_sqlite_file_is_its_owners_alone(tmp_path):
    folder = tmp_path / "cleaned"
    database = Database(f"sqlite:///{folder}/cleaned.db")
    database.probe()
    with database.transaction() as session:
        session.connection().exec_driver_sql("CREATE TABLE something (id INTEGER)")
        rights = {path.name: path.stat().st_mode & 0o777 for path in (folder, *folder.iterdir())}
    database.close()
    assert rights.pop("cleaned") == 0o700
    assert set(rights) >= {"cleaned.db", "cleaned.db-wal"}
    assert set(rights.values()) == {0o600}


def _audience_names(database: Database) -> list[str]:
    with database.reading() as session:
        return [row.name for row in audiences.list_all(session)]


def test_a_database_beside_another_has_its_own_rows(database: Database) -> None:
    """Also where both use the same connections, in turn."""
    beside = database.beside("t0other")
    assert schema.state(beside) is schema.SchemaState.BEHIND
    schema.migrate(beside)
    assert schema.state(beside) is schema.SchemaState.CURRENT
    for each, name in ((database, "ours"), (beside, "theirs")):
        with each.transaction() as session:
            audiences.get_or_add(session, name, NOW)
    assert _audience_names(database) == ["ours"]
    assert _audience_names(beside) == ["theirs"]
    beside.shrink("audience")
    assert beside.overwrite("audience")
    opened = Database(url_beside(database.url.render_as_string(hide_password=False), "t0other"))
    assert _audience_names(opened) == ["theirs"]
    opened.close()
    beside.close()
    assert _audience_names(database) == ["ours"]
    beside.drop()
    assert schema.state(database.beside("t0other")) is schema.SchemaState.BEHIND
    assert _audience_names(database) == ["ours"]


@pytest.mark.parametrize("place", ['t"; DROP TABLE audience; --', "T 1", "", "x" * 64])
def test_a_place_is_a_plain_name(place: str) -> None:
    with pytest.raises(BadUrl):
        url_beside("postgresql://localhost/x", place)
    with pytest.raises(BadUrl):
        url_beside("sqlite:////tmp/x.db", place)


def test_a_database_in_memory_has_none_beside_it() -> None:
    with pytest.raises(BadUrl):
        url_beside("sqlite://", "t1")
