"""The parts of the Home tab around the figures: what is wrong, what is open, what is under way, what was done."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.audiences.audiences import Audience
from bot.audiences.journal import JournalEntry
from bot.contacts.counts import Figures
from bot.digests.digests import DigestSettings, LastRun, next_due
from bot.exports.exports import PastExport
from bot.jobs.jobs import WorkUnderWay
from bot.workspaces.breakdowns import Breakdown
from handlers.slack.elements import blocks
from handlers.slack.elements.audiences import short_name
from handlers.slack.elements.blocks import Block
from handlers.slack.views import exports as export_views
from handlers.words import Markup, Words, escaped

FIRST_DAYS = timedelta(days=14)  # in which the steps of the set-up are shown, if any is open
MOST_WRONG, MOST_WORK, MOST_OPERATORS = 6, 6, 10
MOST_NAMES = 3  # of audiences, in a sentence
REFUSALS = {
    "not_in_channel": "home-digest-channel",
    "channel_not_found": "home-digest-channel",
    "is_archived": "home-digest-archived",
}
_USER = re.compile(r"[UW][A-Z0-9]+").fullmatch
_NAME = 80  # characters shown of an audience's name in the journal


@dataclass(frozen=True, kw_only=True)
class SetUp:
    """How far the set-up is that other fields don't say. `first_made_at`: when the first audience was made."""

    first_made_at: datetime | None = None
    takes_bounces: bool = False


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """What the Home tab shows.

    `figures` are in the order in which the audiences are shown. `typos`: audience's id → number of likely typos, where
    it is known and not 0. `waiting`: ids of audiences whose cleaning waits for an operator's answer. `operators`: ids of
    the users and groups that the settings name.
    """

    audiences: Sequence[Audience] = ()
    figures: Sequence[Figures] = ()
    typos: Mapping[int, int] = field(default_factory=dict)
    work: Sequence[WorkUnderWay] = ()
    exports: Sequence[PastExport] = ()
    entries: Sequence[JournalEntry] = ()
    digest: DigestSettings | None = None
    last_run: LastRun | None = None
    breakdowns: Sequence[Breakdown] = ()
    waiting: Sequence[int] = ()
    operators: Sequence[str] = ()
    set_up: SetUp = SetUp()
    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)

    def name(self, audience_id: int | None) -> str:
        return next((short_name(each.name) for each in self.audiences if each.id == audience_id), "")


def part(title: str, rows: Sequence[Block]) -> list[Block]:
    """The rows below their heading; nothing without rows."""
    return [blocks.header(title), *rows] if rows else []


def wrong(words: Words, shown: Dashboard, *, is_operator: bool) -> list[Block]:
    """What needs somebody, and what to do. Who is no operator sees only that mail is refused."""
    rows = [blocks.section(text) for text in _refused(words, shown)]
    if is_operator:
        rows += [blocks.section(text) for text in _broken(words, shown)]
        rows += _digest_refused(words, shown)
    more = len(rows) - MOST_WRONG
    rows = rows[:MOST_WRONG] + ([blocks.context(words.md("home-wrong-more", n=more))] if more > 0 else [])
    return part(words("home-wrong"), rows)


def steps(words: Words, shown: Dashboard) -> list[Block]:
    """The steps of the set-up with which are done, in the first days."""
    made_at = shown.set_up.first_made_at
    done = {
        "import": bool(shown.audiences),
        "bounces": shown.set_up.takes_bounces,
        "digest": shown.digest is not None,
        "operators": bool(shown.operators),
    }
    if all(done.values()) or (made_at and shown.now > made_at + FIRST_DAYS):
        return []
    lines = [
        words.md("home-step-done" if is_done else "home-step-open", step=words.md(f"home-step-{name}"))
        for name, is_done in done.items()
    ]
    names = [name for name in ("import", "digest") if not done[name]]
    buttons = [blocks.button(words(f"open-{name}"), f"open-{name}") for name in names]
    if buttons:
        buttons[0]["style"] = "primary"
    rows = [blocks.section(Markup("\n".join(lines)))]
    return part(words("home-steps"), [*rows, *([blocks.actions(buttons, "steps")] if buttons else [])])


def work(words: Words, shown: Dashboard) -> list[Block]:
    """What is under way, and how far it is."""
    lines = [_work(words, shown, each) for each in shown.work[:MOST_WORK]]
    if (more := len(shown.work) - MOST_WORK) > 0:
        lines.append(words.md("home-work-more", n=more))
    return part(words("home-work"), [blocks.section(Markup("\n".join(lines)))] if lines else [])


def exports(words: Words, shown: Dashboard) -> list[Block]:
    """The last exports, each with a link to its file."""
    rows = []
    for export in shown.exports:
        at = blocks.moment(export.made_at, words)
        who = _who(words, export.made_by)
        text = words.md("home-export", n=export.n, audience=shown.name(export.audience_id), who=who, at=at)
        link = next(iter(export.permalinks), None)
        button = blocks.link(words("exports-open"), link, export_views.FILE) if link else None
        rows.append(blocks.section(text, accessory=button))
    return part(words("home-exports"), rows)


def digest(words: Words, shown: Dashboard) -> list[Block]:
    """When and where the digest comes next, in the reader's time zone."""
    settings = shown.digest
    if settings is None:
        text = words.md("digest-none-to-read")
    elif settings.paused:
        text = words.md("home-digest-paused", channel=blocks.channel(settings.channel))
    else:
        at = blocks.moment(next_due(settings, shown.now), words)
        text = words.md("home-digest-next", channel=blocks.channel(settings.channel), at=at)
    if shown.last_run and shown.last_run.posted_at:
        posted_at = blocks.moment(shown.last_run.posted_at, words)
        text = Markup(f"{text}\n{words.md('home-digest-last', at=posted_at)}")
    button = blocks.button(words("home-digest-settings"), "open-digest")
    return part(words("digest-title"), [blocks.section(text, accessory=button)])


def operators(words: Words, shown: Dashboard) -> list[Block]:
    """Who may see addresses and make changes."""
    named = [blocks.group(each) if each.startswith("S") else blocks.person(each) for each in shown.operators]
    listed, more = named[:MOST_OPERATORS], len(named) - MOST_OPERATORS
    who = Markup(", ".join(listed))
    text = words.md("home-operators-named", who=who) if named else words.md("home-operators-none")
    rest = words.md("home-operators-more", n=more) if more > 0 else ""
    return part(words("home-operators"), [blocks.context(Markup(f"{text} {rest}".strip()))])


def entries(words: Words, shown: Dashboard) -> list[Block]:
    """What was done last."""
    lines = [_entry(words, line) for line in shown.entries]
    return part(words("home-journal"), [blocks.context(Markup("\n".join(lines)))] if lines else [])


def _refused(words: Words, shown: Dashboard) -> Iterator[Markup]:
    refused = [each for each in shown.figures if each.refused_since]
    if refused:
        since = blocks.moment(min(each.refused_since for each in refused if each.refused_since), words)
        names = _names([short_name(each.audience.name) for each in refused])
        yield Markup(f"{words.md('incidents-now', since=since)} ({names})")


def _broken(words: Words, shown: Dashboard) -> Iterator[Markup]:
    for broken in shown.breakdowns:
        since = blocks.moment(broken.since, words)
        # A newer version may have noted what this one has no sentence for.
        why = words.md(broken.key, **broken.values) if broken.key in words else Markup("")
        yield words.md(f"home-broken-{broken.place}", since=since, why=why)
    for audience in shown.audiences:
        if audience.trouble:
            yield words.md(f"mirror-{audience.trouble}", audience=short_name(audience.name))
    if shown.waiting:
        names = [shown.name(audience_id) for audience_id in shown.waiting]
        yield words.md("home-held", audiences=_names(names))


def _digest_refused(words: Words, shown: Dashboard) -> list[Block]:
    """That the digest could not be posted in the channel that is still chosen."""
    run, settings = shown.last_run, shown.digest
    if not (run and run.refusal and settings) or run.channel not in (None, settings.channel):
        return []
    text = words.md(
        REFUSALS.get(run.refusal, "home-digest-other"),
        channel=blocks.channel(settings.channel),
        error=run.refusal,
        at=blocks.moment(run.due_at, words),
    )
    button = blocks.button(words("home-digest-settings"), "open-digest", style="primary")
    return [blocks.section(text, accessory=button)]


def _work(words: Words, shown: Dashboard, each: WorkUnderWay) -> Markup:
    about = words.md(f"home-work-{each.kind}", audience=shown.name(each.audience_id) or "…")
    how_far = (
        words.md("home-work-waits")
        if each.is_waiting
        else words.md("home-work-percent", percent=min(100 * each.done // each.total, 100))
        if each.total
        else words.md("home-work-begun")
    )
    who = [words.md("home-work-by", who=_who(words, each.made_by))] if _USER(each.made_by) else []
    return Markup(" · ".join([about, how_far, *who]))


def _entry(words: Words, line: JournalEntry) -> Markup:
    """A journal entry. Slack shows the names of its users; others are named as they were in the terminal."""
    return words.md(
        "home-did",
        what=line.what,
        who=blocks.person(line.who) if _USER(line.who) else line.who,
        contacts=words.md("home-contacts", n=line.n),
        audience=blocks.clamp(line.audience, _NAME),
        at=blocks.moment(line.at, words),
    )


def _who(words: Words, made_by: str) -> Markup:
    if _USER(made_by):
        return blocks.person(made_by)
    return words.md("home-by-terminal") if made_by == export_views.TERMINAL else escaped(made_by)


def _names(names: Sequence[str]) -> Markup:
    """The first of them, and that there are more."""
    listed = ", ".join(escaped(name) for name in names[:MOST_NAMES])
    return Markup(listed + (", …" if len(names) > MOST_NAMES else ""))
