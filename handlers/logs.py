"""The log: as lines for people, or one JSON object a line; the reference of a request; the last error.

No address is written, whoever logs it: what looks like one is replaced, and of an exception only its type and place
are written, because its message may quote what a person sent.
"""

import json
import logging
import re
import secrets
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from prometheus_client import Counter

OUR_LOGGERS = ("bot", "handlers", "storage")
TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

_reference: ContextVar[str] = ContextVar("reference", default="")
_ADDRESS = re.compile(
    r"""(?:"[^"\n]{0,64}"|[^\s@<>(),;:"]{1,256})(?:@|%40)(?:\[[^\]\s]{1,64}\]|[^\s@<>()\[\]{},;:"'/\\]+)""",
    re.IGNORECASE,
)
_ERRORS = Counter("cleaned_errors", "Errors in the log, by what reported them.", ["logger"])


@contextmanager
def referenced(reference: str = "") -> Iterator[str]:
    """Gives what is done and logged within a reference, a new one unless it is given."""
    token = _reference.set(reference or secrets.token_hex(4))
    try:
        yield _reference.get()
    finally:
        _reference.reset(token)


def reference() -> str:
    """The reference of what is being done, for the apology; a new one outside of a request."""
    return current() or secrets.token_hex(4)


def current() -> str:
    """The reference of what is being done; "" outside of a request."""
    return _reference.get()


@dataclass(frozen=True, slots=True)
class LastError:
    """The last error in the log, without its text."""

    at: datetime
    logger: str
    reference: str

    def to_json(self) -> dict[str, str]:
        return {"at": self.at.isoformat(), "logger": self.logger, "reference": self.reference}


def last_error() -> LastError | None:
    """The last error that this process has logged since it started."""
    return _WATCH.last


def set_up(*, as_json: bool) -> None:
    """Writes the log to standard error: warnings, and what this program says of its work."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if as_json else TextFormatter(TEXT))
    logging.basicConfig(handlers=[handler, _WATCH])
    logging.getLogger("handlers").setLevel(logging.INFO)


def take_over() -> None:
    """Has written to the log too what Python writes to standard error by itself, with messages: for a process that serves."""
    logging.captureWarnings(capture=True)
    threading.excepthook = _log_thread
    sys.excepthook = _log_uncaught


class TextFormatter(logging.Formatter):
    """Lines for people."""

    def format(self, record: logging.LogRecord) -> str:
        return without_addresses(super().format(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802  of logging
        return _place(ei[1])


class JsonFormatter(logging.Formatter):
    """One JSON object a line: `at`, `level`, `logger`, `thread`, `message`, and where there is one `reference`, `error`."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "thread": record.threadName,
            "message": without_addresses(record.getMessage()),
        }
        if given := _reference.get():
            fields["reference"] = given
        if record.exc_info and record.exc_info[1]:
            fields["error"] = without_addresses(_place(record.exc_info[1]))
        return json.dumps(fields, ensure_ascii=False)


def without_addresses(text: str) -> str:
    """The text with … for whatever looks like an address."""
    return _ADDRESS.sub("…", text)


class _Watch(logging.Handler):
    """Counts the errors and remembers the last one."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.last: LastError | None = None

    def emit(self, record: logging.LogRecord) -> None:
        root = record.name.partition(".")[0]
        _ERRORS.labels(record.name if root in OUR_LOGGERS else root).inc()
        self.last = LastError(datetime.fromtimestamp(record.created, UTC), record.name, _reference.get())


def _place(error: BaseException | None) -> str:
    """The traceback and type of the error and of what it came from, without their messages."""
    lines: list[str] = []
    while error is not None and len(lines) < 10:
        lines.append("".join(traceback.format_tb(error.__traceback__)) + type(error).__qualname__)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(lines)


def _log_thread(given: threading.ExceptHookArgs) -> None:
    name = given.thread.name if given.thread else "unknown"
    logging.getLogger(__name__).critical("The thread %s has ended: %s", name, _place(given.exc_value))


def _log_uncaught(_type: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    logging.getLogger(__name__).critical("The program has ended: %s", _place(error))


_WATCH = _Watch()
