"""`cleaned spread`: what is left to do to spread the tables over several servers, and its SQL."""

from collections.abc import Iterator, Sequence
from contextlib import closing

from bot.core import settings
from bot.core.errors import CleanedError
from bot.workspaces import databases, workspaces
from handlers.words import Words
from storage.core.database import Database
from storage.migrations import spreading
from storage.migrations.spreading import Step


class NeedsPostgreSQL(CleanedError):
    """A SQLite file can't be spread over servers."""

    key = "error-spread-sqlite"


def run(words: Words, *, as_sql: bool) -> int:
    """Prints the SQL, or how many statements it has. Changes nothing. Raises CleanedError."""
    with closing(databases.open_current(settings.load().database_url)) as main:
        if main.is_sqlite:
            raise NeedsPostgreSQL
        steps = [step for database in _all(main) for step in spreading.steps(database)]
    if as_sql:
        print("\n".join(_lines(words, steps)))
    else:
        print(words("spread-left", n=spreading.n_statements(steps)))
    return 0


def n_left(main: Database) -> int:
    """How many statements are left where the tables are spread, of all workspaces; else 0. Raises CleanedError."""
    return 0 if main.is_sqlite else sum(map(spreading.n_left, _all(main)))


def _all(main: Database) -> Iterator[Database]:
    """The main database, and that of each workspace with one of its own."""
    yield main
    for workspace in workspaces.list_all(main):
        if workspace.place != workspaces.MAIN:
            yield workspaces.open_current(main, workspace.place)


def _lines(words: Words, steps: Sequence[Step]) -> Iterator[str]:
    """The statements, with a comment before each part; a comment alone if nothing is left."""
    if not steps:
        yield f"-- {words('spread-left', n=0)}"
    for step in steps:
        yield f"-- {words(f'spread-{step.part}')}"
        yield from (f"-- {each}" if step.is_example else each for each in step.statements)
