"""`cleaned bounces`: messages that wait in files are taken in; what is kept aside goes out as CSV."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from tqdm import tqdm

from bot.bounces import mailbox, quarantine
from bot.bounces.events import EventKind
from bot.bounces.mailbox import MailOutcome
from bot.bounces.quarantine import QuarantineEntry
from bot.core import audiences, databases, settings
from bot.core.errors import IsMirrored
from handlers.slack.context import utc_now
from handlers.terminal import errors
from handlers.terminal.files import whole_file
from handlers.words import Words
from storage.bounces import message_files
from storage.bounces.message_files import MailMessage, UnreadableFile
from storage.core.database import Database
from storage.files.spreadsheets import csv_bytes

AGAINST = (EventKind.HARD, EventKind.SOFT, EventKind.COMPLAINT)
IGNORED = ("auto-reply", "challenge", "delivery-receipt", "not-a-bounce")

_Keep = Callable[[Iterable[QuarantineEntry]], None]


def run(words: Words, *, paths: Sequence[str], audience: str | None, aside: str | None) -> int:
    """Takes in what is in the paths, or writes all that is kept aside; 1 if something can't be read.

    Raises CleanedError, OSError.
    """
    database = databases.ready(settings.load().database_url)
    try:
        with _file(words, aside) as keep:
            if not paths:
                keep(quarantine.all_entries(database))
                return 0
            chosen = audiences.choose(database, audience) if audience else None
            if chosen and chosen.is_mirror:
                raise IsMirrored(name=chosen.name)
            return _take_in(words, database, paths, chosen.name if chosen else "", keep if aside else None)
    finally:
        database.close()


def _take_in(
    words: Words, database: Database, paths: Sequence[str], audience: str, keep: _Keep | None
) -> int:
    outcome, unreadable = MailOutcome(), list[UnreadableFile]()
    total = sum(map(message_files.total_bytes, paths))
    bar: tqdm[NoReturn]
    with tqdm(total=total or None, unit="B", unit_scale=True, leave=False, disable=None) as bar:
        try:
            for batch in mailbox.batches(_messages(words, paths, bar, unreadable)):
                now = utc_now()
                read_messages = mailbox.read_messages(batch, now, audience)
                outcome += mailbox.take_in(database, read_messages, now)
                if keep:
                    keep(mailbox.quarantined(database, read_messages))
        except KeyboardInterrupt:
            raise KeyboardInterrupt("terminal-bounces-interrupted") from None
    print("\n".join(_lines(words, outcome)))
    if (left := outcome.intake.unknown + _unused(outcome)) and not keep:
        print(words("bounces-hint", n=left))
    return 1 if unreadable else 0


def _messages(
    words: Words, paths: Sequence[str], bar: "tqdm[NoReturn]", unreadable: list[UnreadableFile]
) -> Iterator[MailMessage]:
    for path in paths:
        for each in message_files.read_messages(path):
            if isinstance(each, MailMessage):
                bar.update(each.size)
                yield each
            else:
                each.error.filename = each.name
                bar.write(f"cleaned: {errors.sentence(words, each.error)}", file=sys.stderr)
                unreadable.append(each)


@contextmanager
def _file(words: Words, path: str | None) -> Iterator[_Keep]:
    """What takes the rows of the CSV; the file is there at the end, whole."""
    if path is None:
        yield lambda _: None
        return
    header = tuple(words(f"aside-{name}") for name in ("when", "where", "why", "address", "detail"))
    n = 0
    with whole_file(Path(path)) as file:
        file.writelines(csv_bytes(header, ()))

        def keep(rows: Iterable[QuarantineEntry]) -> None:
            nonlocal n
            for each in rows:
                n += 1
                file.writelines(csv_bytes(header, [_row(words, each)], first=False))

        yield keep
    print(words("bounces-aside-written", n=n, path=path))


def _row(words: Words, each: QuarantineEntry) -> tuple[str, ...]:
    at = each.at.isoformat(timespec="seconds")
    return at, each.where, words(f"aside-{each.reason}"), each.address, each.detail


def _lines(words: Words, outcome: MailOutcome) -> Iterator[str]:
    """A figure a line, in columns; of the details only what there is."""
    kinds, reasons, intake = outcome.kinds, outcome.reasons, outcome.intake
    rows = {
        words("bounces-messages"): outcome.messages,
        words("bounces-found"): sum(kinds[kind] for kind in AGAINST),
        **{f"  {words(f'bounces-{kind}')}": kinds[kind] for kind in AGAINST},
        words("bounces-cleaned"): intake.cleaned,
        words("bounces-counted"): intake.counted,
        words("bounces-repeated"): intake.repeated,
        words("bounces-unknown"): intake.unknown,
        words("bounces-none"): sum(reasons[reason] for reason in IGNORED),
        **{f"  {words(f'bounces-{reason}')}": reasons[reason] for reason in IGNORED},
        words("bounces-unused"): _unused(outcome),
    }
    rows = {
        name: n
        for name, n in rows.items()
        if n or name in (words("bounces-messages"), words("bounces-found"))
    }
    name_width = max(map(len, rows))
    numbers = {name: words.number(n) for name, n in rows.items()}
    width = max(map(len, numbers.values()))
    return (f"{name:<{name_width}}  {n:>{width}}" for name, n in numbers.items())


def _unused(outcome: MailOutcome) -> int:
    return sum(outcome.reasons[reason] for reason in mailbox.QUARANTINED_REASONS)
