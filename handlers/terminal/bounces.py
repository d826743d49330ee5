"""`cleaned bounces`: takes in bounce messages from files; writes the ones in quarantine to a CSV file."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NoReturn

from tqdm import tqdm

from bot.audiences import audiences
from bot.bounces import mailbox, quarantine
from bot.bounces.events import EventKind
from bot.bounces.mailbox import MailOutcome
from bot.bounces.quarantine import QuarantineEntry
from bot.core.errors import IsMirrored
from bot.workspaces import databases
from handlers.clock import utc_now
from handlers.terminal import errors, workspaces
from handlers.terminal.files import print_json, whole_file
from handlers.words import Words
from storage.bounces import message_files
from storage.bounces.message_files import MailMessage, UnreadableFile
from storage.core.database import Database
from storage.files.csv_files import csv_bytes

BOUNCE_KINDS = (EventKind.HARD, EventKind.SOFT, EventKind.COMPLAINT)
IGNORED = ("auto-reply", "challenge", "delivery-receipt", "not-a-bounce")

_Write = Callable[[Iterable[QuarantineEntry]], None]


def run(
    words: Words,
    *,
    paths: Sequence[str],
    audience: str | None,
    aside: str | None,
    as_json: bool = False,
) -> int:
    """Takes in the messages in the paths; without paths, writes the whole quarantine. Returns 1 if a file can't be read.

    `aside`: the CSV file for messages that go into quarantine; `as_json`: the figures for programs. Raises CleanedError,
    OSError.
    """
    figures: dict[str, object] = {}
    status = _run(words, paths, audience, aside, None if not as_json else figures)
    if as_json:
        print_json(figures)
    return status


def _run(
    words: Words,
    paths: Sequence[str],
    audience: str | None,
    aside: str | None,
    figures: dict[str, object] | None,
) -> int:
    """Fills in `figures`, or prints them without."""
    config = workspaces.load()
    with (
        closing(databases.open_current(config.database_url)) as database,
        _quarantine_csv(words, aside, figures) as write,
    ):
        if not paths:
            write(quarantine.all_entries(database))
            return 0
        target = audiences.choose(database, audience) if audience else None
        if target and target.is_mirror:
            raise IsMirrored(name=target.name)
        name = target.name if target else ""
        return _take_in(
            words, database, paths, name, config.return_path_secret, write if aside else None, figures
        )


def _take_in(
    words: Words,
    database: Database,
    paths: Sequence[str],
    audience: str,
    key: str | None,
    write: _Write | None,
    figures: dict[str, object] | None,
) -> int:
    outcome, unreadable = MailOutcome(), list[UnreadableFile]()
    total = sum(map(message_files.total_bytes, paths))
    bar: tqdm[NoReturn]
    with tqdm(total=total or None, unit="B", unit_scale=True, leave=False, disable=None) as bar:
        try:
            for batch in mailbox.batches(_messages(words, paths, bar, unreadable)):
                now = utc_now()
                results = mailbox.read_guarded(database, batch, now, audience, key)
                outcome += mailbox.take_in(database, results, now)
                if write:
                    write(mailbox.quarantined(database, results))
        except KeyboardInterrupt:
            raise KeyboardInterrupt("terminal-bounces-interrupted") from None
    if figures is not None:
        figures |= _figures(outcome, len(unreadable))
        return 1 if unreadable else 0
    print("\n".join(_lines(words, outcome)))
    if (quarantined := outcome.intake.unknown + _unused(outcome)) and not write:
        print(words("bounces-hint", n=quarantined))
    return 1 if unreadable else 0


def _messages(
    words: Words, paths: Sequence[str], bar: "tqdm[NoReturn]", unreadable: list[UnreadableFile]
) -> Iterator[MailMessage]:
    for path in paths:
        for message in message_files.read_messages(path):
            if isinstance(message, MailMessage):
                bar.update(message.size)
                yield message
            else:
                message.error.filename = message.name
                bar.write(f"cleaned: {errors.sentence(words, message.error)}", file=sys.stderr)
                unreadable.append(message)


@contextmanager
def _quarantine_csv(words: Words, path: str | None, figures: dict[str, object] | None) -> Iterator[_Write]:
    """A function that writes rows to the CSV file; the file appears, complete, at the end. None: discards them."""
    if path is None:
        yield lambda _: None
        return
    header = tuple(words(f"aside-{name}") for name in ("when", "where", "why", "address", "detail"))
    n = 0
    with whole_file(Path(path)) as file:
        file.writelines(csv_bytes(header, ()))

        def write(messages: Iterable[QuarantineEntry]) -> None:
            nonlocal n
            for message in messages:
                n += 1
                file.writelines(csv_bytes(header, [_row(words, message)], first=False))

        yield write
    if figures is None:
        print(words("bounces-aside-written", n=n, path=path))
    else:
        figures |= {"aside": n, "aside_file": path}


def _row(words: Words, message: QuarantineEntry) -> tuple[str, ...]:
    at = message.at.isoformat(timespec="seconds")
    return at, message.where, words(f"aside-{message.reason}"), message.address, message.detail


def _lines(words: Words, outcome: MailOutcome) -> Iterator[str]:
    """One line per figure, in two columns; zeros are left out, except for the two totals."""
    kinds, reasons, intake = outcome.kinds, outcome.reasons, outcome.intake
    rows = {
        words("bounces-messages"): outcome.messages,
        words("bounces-found"): sum(kinds[kind] for kind in BOUNCE_KINDS),
        **{f"  {words(f'bounces-{kind}')}": kinds[kind] for kind in BOUNCE_KINDS},
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


def _figures(outcome: MailOutcome, unreadable: int) -> dict[str, int]:
    intake = outcome.intake
    return {
        "messages": outcome.messages,
        **{kind.value: outcome.kinds[kind] for kind in BOUNCE_KINDS},
        "cleaned": intake.cleaned,
        "counted": intake.counted,
        "repeated": intake.repeated,
        "unknown": intake.unknown,
        **{reason: outcome.reasons[reason] for reason in IGNORED},
        "unused": _unused(outcome),
        "unreadable_files": unreadable,
    }


def _unused(outcome: MailOutcome) -> int:
    return sum(outcome.reasons[reason] for reason in mailbox.QUARANTINED_REASONS)
