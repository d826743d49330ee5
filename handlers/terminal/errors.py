"""Turns exceptions into one line for the terminal."""

import errno
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.error import URLError

from slack_sdk.errors import SlackApiError, SlackClientError

from bot.core.errors import CleanedError
from handlers.words import Words
from storage.bounces.suppressions.errors import SuppressionListError
from storage.core.db_errors import transient_fault
from storage.files.spreadsheet_errors import SpreadsheetError
from storage.mailchimp.api.errors import MailchimpError

_KINDS = {
    errno.ENOENT: "missing",
    errno.EACCES: "forbidden",
    errno.EPERM: "forbidden",
    errno.EROFS: "forbidden",
    errno.EISDIR: "folder",
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EFBIG: "full",
    errno.EADDRINUSE: "port",
}


def in_terminal(words: Words, key: str, values: Mapping[str, Any]) -> str:
    """The sentence as it is said in the terminal, where advice such as "use /cleaned-import" does not fit."""
    try:
        return words(f"{key}.terminal", **values)
    except LookupError:
        return words(key, **values)


def sentence(words: Words, error: Exception) -> str:
    """What happened and what to do next. An unexpected exception is named by type and place: its text may hold addresses."""
    if isinstance(error, CleanedError | SpreadsheetError | MailchimpError | SuppressionListError):
        return in_terminal(words, error.key, error.values)
    if isinstance(error, SlackApiError):
        return words("terminal-slack-refused", error=str(error.response.get("error")))
    if isinstance(error, SlackClientError | URLError):
        return words("terminal-slack-unreachable")
    if isinstance(error, OSError) and (error.filename or error.errno in _KINDS):
        kind = _KINDS.get(error.errno or 0, "other")
        return words("terminal-file", kind=kind, name=str(error.filename or ""))
    if which := transient_fault(error):
        return words(f"trouble-{which}")
    place = traceback.extract_tb(error.__traceback__)[-1]
    return words(
        "terminal-unexpected",
        fault=type(error).__qualname__,
        place=f"{Path(place.filename).name}:{place.lineno}",
    )
