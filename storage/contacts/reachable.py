"""The audiences whose server answers. Where all tables are on one server, these are all of them.

Where the tables are spread over several (`docs/spreading.md`), what asks for many audiences leaves out those whose server
is gone, so that it is stopped for these alone.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, func, select

from storage.audiences import audiences
from storage.contacts.tables import ContactCount
from storage.core.database import Database
from storage.core.db_errors import TransientFault, transient_fault
from storage.core.tables import AudienceRow

AnswerT = TypeVar("AnswerT")

log = logging.getLogger(__name__)


def reachable(database: Database) -> Sequence[AudienceRow]:
    """All audiences whose server answers, by name. If none does, raises as the database does."""
    try:
        with database.reading() as session:
            found = audiences.list_all(session)
            _ask(session, found)
    except DBAPIError as error:
        if transient_fault(error) != TransientFault.GONE:
            raise
        return _one_by_one(database, error)
    return found


def unreachable(database: Database) -> Sequence[AudienceRow]:
    """All audiences whose server is gone."""
    with database.reading() as session:
        every = audiences.list_all(session)
    answering = {audience.id for audience in reachable(database)}
    return [audience for audience in every if audience.id not in answering]


def ask(
    database: Database, question: Callable[[Session, Sequence[AudienceRow], Collection[int]], AnswerT]
) -> AnswerT:
    """Calls `question` with all audiences, and with the ids of those that may be asked.

    These are all, until it turns out that a server is gone: then the question is asked again, of those that answer.
    """
    try:
        return _ask_all(database, question)
    except DBAPIError as error:
        if transient_fault(error) != TransientFault.GONE:
            raise
    answering = {audience.id for audience in reachable(database)}
    return _ask_all(database, lambda session, every, _: question(session, every, answering))


def _ask_all(
    database: Database, question: Callable[[Session, Sequence[AudienceRow], Collection[int]], AnswerT]
) -> AnswerT:
    with database.reading() as session:
        every = audiences.list_all(session)
        return question(session, every, {audience.id for audience in every})


def _one_by_one(database: Database, error: DBAPIError) -> Sequence[AudienceRow]:
    with database.reading() as session:
        every = audiences.list_all(session)
    found = [audience for audience in every if _answers(database, audience)]
    log.warning("the servers of %d of %d audiences are gone", len(every) - len(found), len(every))
    if every and not found:
        raise error
    return found


def _answers(database: Database, audience: AudienceRow) -> bool:
    try:
        with database.reading() as session:
            _ask(session, [audience])
    except DBAPIError as error:
        if transient_fault(error) != TransientFault.GONE:
            raise
        return False
    return True


def _ask(session: Session, asked: Sequence[AudienceRow]) -> None:
    """Has each server read a few rows of the audiences that it has."""
    n = select(func.count()).where(col(ContactCount.audience_id).in_([audience.id for audience in asked]))
    session.exec(n).one()
