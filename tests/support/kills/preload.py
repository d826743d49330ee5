"""Imported by the process that children are forked from: what each start would compute anew is there already."""

import inspect
from tempfile import TemporaryDirectory

from sqlalchemy.orm import configure_mappers

from handlers.words import words
from storage.core import schema
from storage.core.database import Database


def _warm() -> None:
    """Nothing of it is open when it ends: no connection goes into a child."""
    inspect.stack()  # Bolt asks for it, and the modules' places are kept
    configure_mappers()
    words("en")
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/cleaned.db")
        schema.state(database)
        database.close()


_warm()
