"""`cleaned counts`: prints the figures of `/cleaned`."""

from contextlib import closing

from bot.audiences import audiences
from bot.audiences.audiences import Audience
from bot.contacts import counts
from bot.contacts.counts import Figures
from bot.core.errors import NoAudience
from bot.digests import digests
from bot.workspaces import databases
from handlers.clock import utc_now
from handlers.terminal import workspaces
from handlers.terminal.files import print_json
from handlers.words import Words


def run(words: Words, *, audience: str | None, as_json: bool) -> int:
    """Prints the figures of that audience, or of all audiences. Raises CleanedError."""
    loaded = workspaces.load()
    with closing(databases.open_current(loaded.database_url)) as database:
        selection = audiences.list_all(database)
        if audience is not None:
            named = audiences.choose(database, audience)
            selection = [candidate for candidate in selection if candidate == named]
        now, zone = utc_now(), digests.zone(database, loaded.timezone)
        all_figures = counts.figures_of(database, selection, now, zone)
    if as_json:
        print_json([figures.to_json() for figures in all_figures])
    elif all_figures:
        print("\n\n".join("\n".join(_lines(words, figures)) for figures in all_figures))
    else:
        raise NoAudience
    return 0


def _lines(words: Words, figures: Figures) -> list[str]:
    """The audience's name, then one line per figure, in two columns."""
    statuses = {words(f"statuses-{status}"): n for status, n in figures.by_status.items()}
    reasons = {f"  {words(f'reasons-{reason}')}": n for reason, n in figures.by_reason.items() if n}
    cleaned = words("statuses-cleaned")
    rows = {
        cleaned: statuses.pop(cleaned),
        **reasons,
        **({words("terminal-worth-a-look"): figures.worth_a_look} if figures.worth_a_look else {}),
        words("terminal-this-week", until=words.day(figures.week.last)): figures.this_week,
        words("terminal-week-before"): figures.week_before,
        words("terminal-today"): figures.today,
        **({words("terminal-date-unknown"): figures.date_unknown} if figures.date_unknown else {}),
        **statuses,
        words("terminal-counted"): figures.counted,
        words("terminal-not-counted"): figures.free,
    }
    name_width = max(map(len, rows))
    numbers = {name: words.number(n) for name, n in rows.items()}
    width = max(map(len, numbers.values()))
    return [
        _heading(words, figures.audience),
        *(f"  {name:<{name_width}}  {n:>{width}}" for name, n in numbers.items()),
    ]


def _heading(words: Words, audience: Audience) -> str:
    if not audience.is_mirror:
        return audience.name
    if audience.trouble:
        return f"{audience.name} · {words(f'mirror-{audience.trouble}', audience=audience.name)}"
    if audience.mirrored_until is None:
        return f"{audience.name} · {words('mirror-not-yet')}"
    at = words.moment(audience.mirrored_until.astimezone())
    return f"{audience.name} · {words('mirror-as-of', at=at)}"
