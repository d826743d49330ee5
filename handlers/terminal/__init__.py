"""The commands of the terminal."""

import logging

# Ctrl-C may come while a connection is being closed; the command reports it, so SQLAlchemy need not print it too.
logging.getLogger("sqlalchemy").addHandler(logging.NullHandler())
