"""The App Home tab: what is wrong, what is under way, the figures, and what was done last."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.audiences import audiences, journal
from bot.bounces.verdicts import held
from bot.contacts import counts
from bot.core.errors import NotAnOperator
from bot.corrections import typo_counts
from bot.corrections.typo_counts import TypoState
from bot.digests import digests
from bot.exports import exports
from bot.jobs import jobs
from bot.jobs.jobs import WorkUnderWay
from bot.workspaces import breakdowns
from bot.workspaces.breakdowns import Breakdown, Place
from handlers.slack.context import AppContext
from handlers.slack.features.audience_modal import suggest_audiences
from handlers.slack.listeners import EVERYONE, Listeners
from handlers.slack.people import Person
from handlers.slack.request import Request
from handlers.slack.views import home as views
from handlers.slack.views.home_parts import Dashboard, SetUp
from storage.jobs.tables import JobKind

WORK = (
    *(JobKind.IMPORT, JobKind.EXPORT, JobKind.ARCHIVE, JobKind.RESTORE),
    *(JobKind.REVERSAL, JobKind.CLEANING, JobKind.SYNC),
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outline:
    """All that a tab shows but the figures, and the states of the audiences, which tell when those change."""

    dashboard: Dashboard
    states: Mapping[int, TypoState]

    @property
    def lasting(self) -> object:
        """What people wait for: all but how far work is, and what bounces and syncs change all the time."""
        named = [(each.id, each.name, each.trouble) for each in self.dashboard.audiences]
        work = [replace(each, done=0, total=0) for each in self.dashboard.work]
        return replace(self.dashboard, audiences=(), work=()), named, work


def register(listeners: Listeners) -> None:
    listeners.action(views.REFRESH, refresh, who=EVERYONE)
    listeners.action(views.FIGURES, show_figures, who=EVERYONE)
    listeners.options(views.FIGURES, suggest_audiences, who=EVERYONE)


def show(request: Request) -> None:
    if request.payload.get("tab") == "home":
        refresh(request)


def refresh(request: Request) -> None:
    request.context.home_tabs.opened(request.user_id)
    publish(request.context, request.user_id)


def show_figures(request: Request) -> None:
    """Shows all figures of the audience in a modal."""
    modal = request.open_modal("home-figures-title")
    audience = audiences.by_id(request.database, int(request.value))
    figures = counts.figures(request.database, audience, request.now, request.context.zone)
    modal.show(views.figures(request.words, figures))


def after_work(context: AppContext, user_id: str) -> None:
    """The person whose work has ended may look at the tab next, so it is kept up to date."""
    context.home_tabs.opened(user_id)


def publish(context: AppContext, user_id: str) -> None:
    """Publishes the person's Home tab, as things are now. If Slack doesn't tell their role, it is that of a member."""
    dashboard = with_figures(context, outline(context).dashboard)
    person = context.people.person(user_id)
    _publish(context, person, dashboard, is_operator=context.people.is_operator(person))


def outline(context: AppContext) -> Outline:
    """Reads it, in as many queries for many audiences as for one."""
    database, now = context.database, context.clock()
    all_audiences = tuple(audiences.list_reachable(database))
    states = typo_counts.states(database, all_audiences)
    known = context.home_tabs.typo_counts.known()
    dashboard = Dashboard(
        audiences=all_audiences,
        typos={each.id: known[each.id] for each in all_audiences if known.get(each.id)},
        work=tuple(work for work in jobs.under_way(database, WORK) if _is_shown(work, all_audiences)),
        exports=tuple(exports.latest(database, [each.id for each in all_audiences], now, views.MAX_EXPORTS)),
        entries=tuple(journal.latest(database, views.MAX_LINES, without=("export",))),
        digest=digests.current(database),
        last_run=digests.last_run(database),
        breakdowns=tuple(each for each in breakdowns.current(database) if _is_used(context, each)),
        waiting=tuple(held.audiences_waiting(database, [each.id for each in all_audiences])),
        operators=context.people.operators,
        set_up=_set_up(context, has_audiences=bool(all_audiences)),
    )
    return Outline(dashboard, states)


def with_figures(context: AppContext, dashboard: Dashboard) -> Dashboard:
    now = context.clock()
    figures = counts.figures_of_each(context.database, dashboard.audiences, now, context.zone)
    return replace(dashboard, figures=figures, now=now)


def publish_again(context: AppContext, user_id: str, dashboard: Dashboard) -> bool:
    """Publishes the person's Home tab; False if it shows just that already. Raises SlackClientError, RoleUnknown."""
    person, is_operator = context.people.person(user_id), True
    try:
        context.people.require_operator(person)
    except NotAnOperator:
        is_operator = False
    return _publish(context, person, dashboard, is_operator=is_operator, again=True)


def _publish(
    context: AppContext, person: Person, dashboard: Dashboard, *, is_operator: bool, again: bool = False
) -> bool:
    used = next(iter(audiences.last_used_first(context.database, person.id)), None)
    figures = sorted(dashboard.figures, key=lambda each: used is None or each.audience.id != used.id)
    view = views.home(person.words, replace(dashboard, figures=figures), is_operator=is_operator)
    with context.home_tabs.publishing(person.id):
        if again and context.home_tabs.shows(person.id, view):
            return False
        context.client.views_publish(user_id=person.id, view=view)
        context.home_tabs.published(person.id, view)
        return True


def _is_shown(work: WorkUnderWay, all_audiences: Sequence[audiences.Audience]) -> bool:
    """All but the syncs that the clock starts every few minutes: of these, only an audience's first."""
    mirrored = {each.id for each in all_audiences if each.mirrored_until}
    return work.kind != JobKind.SYNC or work.is_asked_for or work.audience_id not in mirrored


def _is_used(context: AppContext, broken: Breakdown) -> bool:
    """Whether the settings still name that place."""
    used = {Place.MAILBOX: context.settings.mailbox, Place.MAILCHIMP: context.mailchimp}
    return used[broken.place] is not None


def _set_up(context: AppContext, *, has_audiences: bool) -> SetUp:
    return SetUp(
        first_made_at=audiences.first_made_at(context.database) if has_audiences else None,
        takes_bounces=context.settings.takes_bounces or context.mailchimp is not None,
    )
