"""`cleaned check --deep`: a line for each thing in the database that does not agree with another."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from bot.core import databases
from bot.core.errors import CleanedError
from bot.core.settings import Settings
from bot.maintenance import consistency
from bot.maintenance.consistency import Inconsistency
from handlers.slack.context import utc_now
from handlers.terminal.checks.finding import Finding
from handlers.words import Words

BY = "terminal"


def findings(words: Words, given: Settings, *, mend: bool) -> Iterator[Finding]:
    """What does not agree, as it is found; before that, what `mend` has put right. That all agrees is a line too."""
    try:
        database = databases.reached(given.database_url)
    except CleanedError:
        return  # the shallow check has told
    try:
        databases.check_version(database)
        if mend:
            for each in consistency.correct_figures(database, utc_now(), BY):
                yield Finding(is_fault=False, text=sentence(words, each), mark=words("checks-mended"))
        found, mendable = False, False
        for each in consistency.find_inconsistencies(database, utc_now()):
            found, mendable = True, mendable or each.is_figure
            yield Finding(is_fault=True, text=sentence(words, each))
        if not found:
            yield Finding(is_fault=False, text=words("checks-agree"))
        if mendable:
            yield Finding(is_fault=True, text=words("checks-mend"))
    except CleanedError:
        return
    finally:
        database.close()


def sentence(words: Words, fault: Inconsistency) -> str:
    return words(fault.key, **{name: _told(words, name, value) for name, value in fault.values.items()})


def _told(words: Words, name: str, value: Any) -> Any:
    """Keys and times as the reader knows them."""
    if isinstance(value, datetime):
        return words.moment(value.astimezone())
    if name == "status":
        return words(f"status-{value}")
    if name == "what":
        return words("checks-job", what=value)
    if name == "why":
        return f" ({words(f'reason-{value}')})" if value else ""
    return value
