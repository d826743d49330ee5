"""`cleaned bounces --from`: takes in a provider's own list of the addresses that it no longer mails."""

from contextlib import closing
from typing import NoReturn

from tqdm import tqdm

from bot.audiences import audiences
from bot.audiences.audiences import Audience
from bot.bounces import suppressions
from bot.bounces.suppressions import ListOutcome, Provider
from bot.core.errors import IsMirrored
from bot.core.settings import Settings
from bot.workspaces import databases
from handlers.clock import utc_now
from handlers.terminal import workspaces
from handlers.terminal.files import print_json
from handlers.words import Words
from storage.core.database import Database


def run(words: Words, *, provider: str, audience: str | None, as_json: bool) -> int:
    """Takes in the whole list and prints what became of its entries. Raises CleanedError, SuppressionListError."""
    current = workspaces.load()
    with closing(databases.open_current(current.database_url)) as database:
        target = audiences.choose(database, audience) if audience else None
        if target and target.is_mirror:
            raise IsMirrored(name=target.name)
        outcome = _take_in(database, current, Provider(provider), target)
    if as_json:
        print_json({"from": provider, **outcome.to_json()})
    else:
        print("\n".join(_lines(words, outcome)))
    return 0


def _take_in(
    database: Database, current: Settings, provider: Provider, target: Audience | None
) -> ListOutcome:
    outcome = ListOutcome()
    bar: tqdm[NoReturn]
    with tqdm(unit="", unit_scale=True, leave=False, disable=None) as bar:
        try:
            for page in suppressions.read(current, provider):
                bar.total = page.total
                outcome += suppressions.take_in(database, provider, page.entries, utc_now(), target)
                bar.update(len(page.entries))
        except KeyboardInterrupt:
            raise KeyboardInterrupt("terminal-bounces-interrupted") from None
    return outcome


def _lines(words: Words, outcome: ListOutcome) -> list[str]:
    """One line per figure, in two columns; the rarer ones only if they are not zero."""
    rows = {
        words("suppressions-listed"): outcome.listed,
        words("suppressions-in-audience"): outcome.in_audience,
        f"  {words('suppressions-cleaned')}": outcome.cleaned,
        f"  {words('suppressions-already-cleaned')}": outcome.already_cleaned,
        f"  {words('suppressions-kept')}": outcome.kept,
        words("suppressions-not-in-audience"): outcome.not_in_audience,
        **({words("suppressions-mirrored"): outcome.mirrored} if outcome.mirrored else {}),
        **({words("suppressions-left-out"): outcome.left_out} if outcome.left_out else {}),
    }
    name_width = max(map(len, rows))
    numbers = {name: words.number(n) for name, n in rows.items()}
    width = max(map(len, numbers.values()))
    return [f"{name:<{name_width}}  {n:>{width}}" for name, n in numbers.items()]
