"""The commands of the terminal."""

import logging

# An interruption may come while a connection is closed: the person is told once, by the command.
logging.getLogger("sqlalchemy").addHandler(logging.NullHandler())
