"""How long people wait for what they read, on a database of so many contacts made by SQL (`tests.support.large`).

`python -m tests.tools.benchmarks --reads [--contacts N] [--engine sqlite|postgresql]` prints a line for each, the slowest
first: the first time, and the median of five after it.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from slack_sdk import WebClient

from bot.archives import archives, restore_picker, restores
from bot.audiences import audiences, journal
from bot.bounces import evidence
from bot.contacts import counts, segments, weeks
from bot.contacts.segments import TickedBoxes
from bot.core.settings import load
from bot.corrections import corrections, likely_typos
from bot.digests import reports
from bot.digests.digests import DigestSettings
from bot.exports import exports
from handlers.slack.context import AppContext
from handlers.slack.features import home
from handlers.slack.people import People
from storage.contacts import contacts
from storage.contacts.contacts import PageKey, Segment
from storage.core.database import Database
from tests.conftest import NOW
from tests.support import large
from tests.tools.benchmarks import engines

AUDIENCE = 1
ZONE = "Europe/Paris"  # not UTC, whose days are stored figures
USER = "U1"
AGAIN = 5
AUDIENCES = 50  # for the Home tab
NO_BOXES = TickedBoxes(edition=0, shown=frozenset(), ticked=frozenset())
FILTERS: Mapping[str, Mapping[str, Any]] = {
    "whole": {},
    "by reason": {"reason": "hard"},
    "by domain": {"domain": "gmail.com"},
    "by campaign": {"campaign": "Campaign 7"},
    "by day": {"since": date(2026, 10, 1)},
    "by week": {"since": date(2026, 11, 17), "until": date(2026, 11, 23), "zone": ZONE},
    "by reason and domain": {"reason": "hard", "domain": "gmail.com"},
    "by reason and campaign": {"reason": "soft", "campaign": "Campaign 7"},
    "worth a look": {"worth_a_look": True},
    "by a text that few have": {"text": "smith4321"},
    "by a text that many have": {"text": "gmail"},
    "by a text in a field that many have": {"text": "smith"},
    "by a text with an accent": {"text": "smithé"},
    "by a text and reason": {"text": "smith4321", "reason": "hard"},
}


def run(n: int, engine: str) -> None:
    with tempfile.TemporaryDirectory(prefix="cleaned-bench-") as name, engines.server(engine) as new:
        database = Database(new(Path(name)))
        large.build(database, n)
        times = {what: _times(read) for what, read in _reads(database).items()}
        large.spread(database, AUDIENCES)
        times |= {what: _times(read) for what, read in _reads_of_many(database).items()}
        database.close()
    print(
        f"{n:,} contacts, a tenth cleaned, {engine}\n\n| read | first time | median of {AGAIN} |\n|---|---|---|"
    )
    for what, (first, *others) in sorted(times.items(), key=lambda each: -statistics.median(each[1])):
        print(f"| {what} | {first * 1000:,.0f} ms | {statistics.median(others) * 1000:,.0f} ms |")


def _times(read: Callable[[], object]) -> list[float]:
    found = []
    for _ in range(AGAIN + 1):
        start = time.perf_counter()
        read()
        found.append(time.perf_counter() - start)
    return found


def _reads(database: Database) -> dict[str, Callable[[], object]]:
    [audience] = audiences.list_all(database)
    [cleaned] = _page(database, Segment(audience_id=AUDIENCE))[:1]
    [large_archive] = [each for each in restores.earlier_archives(database).archives if each.id == "large"]
    draft = segments.begin(database, USER, AUDIENCE, NOW)
    member_list = restore_picker.begin(database, AUDIENCE, large_archive.id, by=USER, now=NOW)
    settings = DigestSettings(
        channel="C1", weekday=0, at=NOW.time(), timezone="UTC", language="en", set_by=USER, set_at=NOW
    )
    return {
        **{f"list {name}": partial(_list, database, **filters) for name, filters in FILTERS.items()},
        "list, a page in the middle": partial(_middle, database),
        **{
            f"preview of an archive {name}": partial(_plan, database, **filters)
            for name, filters in FILTERS.items()
            if not name.startswith("by a text")
        },
        "figures": partial(counts.figures, database, audience, NOW, ZONE),
        "options: campaigns": partial(segments.campaigns, database, draft, USER, ""),
        "options: campaigns with a text": partial(segments.campaigns, database, draft, USER, "99"),
        "options: domains with a text": partial(segments.domains, database, draft, USER, "hot"),
        "likely typos, first page": partial(likely_typos.page, database, AUDIENCE),
        "likely typos, first of the walk": partial(likely_typos.next_step, database, AUDIENCE),
        "likely typos, first of a week's walk": partial(
            likely_typos.next_step, database, AUDIENCE, week=weeks.week_at(NOW, ZONE)
        ),
        "options: cleaned addresses with a text": partial(
            corrections.search, database, AUDIENCE, cleaned.address[:9]
        ),
        "a contact by its address": partial(corrections.look_up, database, cleaned.address),
        "why one was cleaned": partial(evidence.explain, database, AUDIENCE, cleaned.id),
        "past archives": partial(restores.earlier_archives, database),
        "contacts of an archive": partial(restore_picker.look, database, member_list, by=USER),
        "contacts of an archive with a text": partial(_member, database, member_list, "person77"),
        "past exports": partial(exports.past_exports, database, AUDIENCE),
        "journal": partial(journal.latest, database, 10),
        "digest": partial(reports.report, database, settings, weeks.week_at(NOW, ZONE)),
    }


def _reads_of_many(database: Database) -> dict[str, Callable[[], object]]:
    settings = load(_env_file=None)
    client = WebClient()
    context = AppContext(
        database=database,
        settings=settings,
        client=client,
        people=People(client, (), "T1"),
        clock=lambda: NOW,
    )

    def dashboard() -> None:
        home.with_figures(context, home.outline(context).dashboard)

    return {
        f"Home tab of {AUDIENCES} audiences": dashboard,
        "whether a Home tab has changed": partial(home.outline, context),
    }


def _list(database: Database, **filters: Any) -> None:
    draft = segments.begin(database, USER, AUDIENCE, NOW, Segment(audience_id=AUDIENCE, **filters))
    segments.look(database, draft, USER)


def _middle(database: Database) -> None:
    middle = PageKey(NOW - timedelta(days=500), 0)
    draft = segments.begin(database, USER, AUDIENCE, NOW)
    segments.turn(database, draft, USER, NO_BOXES, 2, middle)
    segments.look(database, draft, USER)


def _plan(database: Database, **filters: Any) -> None:
    archives.plan(database, Segment(audience_id=AUDIENCE, **filters), by=USER, word="ARCHIVE", now=NOW)


def _member(database: Database, draft: str, text: str) -> None:
    restore_picker.search(database, draft, restore_picker.PickerBoxes(), text, by=USER)
    restore_picker.look(database, draft, by=USER)


def _page(database: Database, segment: Segment) -> Any:
    with database.reading() as session:
        return contacts.page(session, segment, 10)
