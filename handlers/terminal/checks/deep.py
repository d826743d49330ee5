"""`cleaned check --deep`: one line per inconsistency in the database."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from bot.core.errors import CleanedError
from bot.core.settings import Settings
from bot.maintenance import consistency
from bot.maintenance.consistency import Inconsistency
from bot.workspaces import databases
from handlers.clock import utc_now
from handlers.terminal.checks.finding import Finding
from handlers.words import Words

BY = "terminal"


def findings(words: Words, config: Settings, *, mend: bool) -> Iterator[Finding]:
    """First what `mend` has corrected, then each inconsistency as it is found, or one line saying that there is none."""
    try:
        database = databases.open_any_version(config.database_url)
    except CleanedError:
        return  # the shallow check reports it
    try:
        databases.check_version(database)
        if mend:
            for inconsistency in consistency.correct_figures(database, utc_now(), BY):
                yield Finding(
                    is_fault=False,
                    text=sentence(words, inconsistency),
                    mark=words("checks-mended"),
                    key=inconsistency.key,
                )
        is_consistent, mendable = True, False
        for inconsistency in consistency.find_inconsistencies(database, utc_now()):
            is_consistent, mendable = False, mendable or inconsistency.is_figure
            yield Finding(is_fault=True, text=sentence(words, inconsistency), key=inconsistency.key)
        if is_consistent:
            yield Finding(is_fault=False, text=words("checks-agree"), key="checks-agree")
        if mendable:
            yield Finding(is_fault=True, text=words("checks-mend"), key="checks-mend")
    except CleanedError:
        return
    finally:
        database.close()


def sentence(words: Words, inconsistency: Inconsistency) -> str:
    values = {name: _translated(words, name, value) for name, value in inconsistency.values.items()}
    return words(inconsistency.key, **values)


def _translated(words: Words, name: str, value: Any) -> Any:
    """Keys in the reader's language, times in the local time zone."""
    if isinstance(value, datetime):
        return words.moment(value.astimezone())
    if name == "status":
        return words(f"status-{value}")
    if name == "what":
        return words("checks-job", what=value)
    if name == "why":
        return f" ({words(f'reason-{value}')})" if value else ""
    return value
