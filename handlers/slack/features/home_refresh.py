"""Keeps the Home tabs that people have opened lately up to date, in a thread of its own.

It looks every second, while there are such tabs, whether what they show has changed, whoever changed it: a person, a job,
a bounce, the terminal or another process; every ten seconds where nobody has opened a tab for a while and nothing is
under way. A tab is published again only if it would show something else.
"""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Event, Thread
from time import monotonic

from slack_sdk.errors import SlackClientError

from bot.core.errors import RoleUnknown
from handlers.slack import errors
from handlers.slack.context import AppContext
from handlers.slack.features import home
from handlers.slack.features.home import Outline
from handlers.slack.home_tabs import Tab
from handlers.slack.web_api import sdk_workarounds
from storage.core.db_errors import transient_fault

LOOK_SECONDS = 1.0
REST_SECONDS = 10.0  # between two looks at a workspace that rests: a look takes twenty queries
RESTS_AFTER_SECONDS = 600.0  # in which nobody has opened a tab, or had a job that ended
PROGRESS_SECONDS = 4.0  # between two publications of a tab, if only a progress has changed
ANYWAY_SECONDS = 300.0  # time goes by: a role is given or taken, a day ends
AT_ONCE = 5  # tabs, before it looks again: whoever did something comes first
MOST_IN_A_MINUTE = 80  # views.publish allows about 100 calls, those of people who open the tab among them
PAUSE_SECONDS = 30.0  # after a call that Slack didn't answer, or not yet
COUNTING_SECONDS = 0.5  # likely typos, before it looks again

log = logging.getLogger(__name__)


class HomeRefresher:
    """The thread, for the workspaces that `contexts` returns."""

    def __init__(self, contexts: Callable[[], Sequence[AppContext]]) -> None:
        self._contexts = contexts
        self._workspaces: dict[str, WorkspaceTabs] = {}
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="home", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(2 * LOOK_SECONDS)

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_SECONDS):
            contexts = self._contexts()
            keep_latest(contexts)
            known, self._workspaces = self._workspaces, {}
            for context in contexts:
                id_ = context.workspace.id
                tabs = self._workspaces[id_] = known.get(id_) or WorkspaceTabs()
                try:
                    tabs.turn(context)
                except Exception as error:  # noqa: BLE001  the next look comes whatever happens
                    kind = transient_fault(error)
                    log.error("home: %s", f"the database is {kind}" if kind else errors.trace(error))  # noqa: TRY400  a message may hold an address


def keep_latest(contexts: Sequence[AppContext]) -> None:
    """Somebody of several workspaces of an organization has one tab in all: it shows where they used the bot last."""
    latest: dict[tuple[str, str], tuple[float, AppContext]] = {}
    for context in contexts:
        organization = context.workspace.enterprise_id
        for user, tab in context.home_tabs.open() if organization else ():
            key = organization or "", user
            at, other = latest.get(key, (0.0, context))
            latest[key] = max((at, other), (tab.used_at, context), key=lambda each: each[0])
            if other is not context:
                (context if latest[key][1] is other else other).home_tabs.closed(user)


class WorkspaceTabs:
    """What was seen of one workspace, and what is due there."""

    def __init__(self) -> None:
        self._last: Outline | None = None
        self._to_count: Sequence[int] = ()
        self._published: deque[float] = deque(maxlen=MOST_IN_A_MINUTE)  # when, by the monotonic clock
        self._not_before = 0.0  # Slack has had enough for now
        self._rests_until = 0.0  # unless somebody uses the bot

    def turn(self, context: AppContext) -> int:
        """Looks once, and publishes what is due; returns how many tabs were looked after."""
        tabs = context.home_tabs.open()
        if not tabs:
            self._last = None
            return 0
        now = monotonic()
        last_used = tabs[0][1].used_at
        if now < self._rests_until and now - last_used >= RESTS_AFTER_SECONDS:
            return 0
        outline = home.outline(context)
        self._mark(context, tabs, outline)
        due = [(user, tab) for user, tab in tabs if _is_due(tab)][: self._most()]
        if due:
            self._publish_all(context, due, outline)
        else:
            self._count_typos(context, outline)
        is_restless = due or self._to_count or outline.dashboard.work or any(map(_is_waiting, tabs))
        self._rests_until = 0.0 if is_restless else now + REST_SECONDS
        return len(due)

    def _most(self) -> int:
        """How many tabs may be published now."""
        now = monotonic()
        if now < self._not_before:
            return 0
        return min(AT_ONCE, MOST_IN_A_MINUTE - sum(at > now - 60.0 for at in self._published))

    def _mark(self, context: AppContext, tabs: Sequence[tuple[str, Tab]], outline: Outline) -> None:
        """Marks the tabs that what is new concerns."""
        last, self._last = self._last, outline
        is_behind = last is None or outline.lasting != last.lasting
        is_moving = outline != last
        for _, tab in tabs:
            tab.is_behind |= is_behind
            tab.is_moving |= is_moving
        if is_behind:
            self._to_count = context.home_tabs.typo_counts.outdated(outline.states)

    def _publish_all(self, context: AppContext, due: Sequence[tuple[str, Tab]], outline: Outline) -> None:
        dashboard = home.with_figures(context, outline.dashboard)
        context = replace(context, client=sdk_workarounds.less_patient(context.client))
        for user, tab in due:
            tab.is_behind = tab.is_moving = False
            tab.published_at = monotonic()
            try:
                if home.publish_again(context, user, dashboard):
                    self._published.append(tab.published_at)
            except (SlackClientError, OSError, RoleUnknown) as error:
                log.warning("a Home tab was not refreshed: %s", errors.name(error))
                if isinstance(error, RoleUnknown) or errors.is_transient(error):
                    tab.is_moving = True
                    self._not_before = monotonic() + PAUSE_SECONDS
                    break
                context.home_tabs.closed(user)

    def _count_typos(self, context: AppContext, outline: Outline) -> None:
        """Counts the likely typos of audiences that have changed; not while work changes them."""
        until = monotonic() + COUNTING_SECONDS
        busy = {work.audience_id for work in outline.dashboard.work}
        waiting = [id_ for id_ in self._to_count if id_ in outline.states]
        while waiting and monotonic() < until:
            audience_id = waiting.pop(0)
            if audience_id not in busy:
                context.home_tabs.typo_counts.count(
                    context.database, audience_id, outline.states[audience_id]
                )
        self._to_count = waiting


def _is_waiting(opened: tuple[str, Tab]) -> bool:
    return opened[1].is_behind or opened[1].is_moving


def _is_due(tab: Tab) -> bool:
    waited = monotonic() - tab.published_at
    return (
        (tab.is_behind and waited >= LOOK_SECONDS)
        or (tab.is_moving and waited >= PROGRESS_SECONDS)
        or waited >= ANYWAY_SECONDS
    )
