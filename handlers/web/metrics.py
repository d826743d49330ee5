"""`/metrics`, as Prometheus reads it: what the program has counted, and what stands in the database.

Only whoever has the token of `CLEANED_METRICS_TOKEN` reads it; without that setting there is no such page.
"""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.core.settings import Settings
from bot.digests import digests
from bot.jobs import jobs
from bot.jobs.jobs import Clock
from bot.mailchimp import figures
from handlers.slack import errors
from handlers.slack.context import AppContext
from handlers.web.health import WELL, Health
from handlers.web.webhooks.credentials import bearer_token, constant_time_equals
from storage.core.database import Database

log = logging.getLogger(__name__)


def add(
    application: web.Application,
    settings: Settings,
    contexts: Callable[[], Sequence[AppContext]],
    clock: Clock,
    health: Health,
) -> None:
    """Adds the route, if the token is set."""
    if settings.metrics_token is None:
        return
    expected = settings.metrics_token.get_secret_value()
    registry = CollectorRegistry()
    registry.register(HealthFigures(health))
    registry.register(
        DatabaseFigures(lambda: {each.workspace.id: each.database for each in contexts()}, clock)
    )

    def text() -> bytes:
        return generate_latest(REGISTRY) + generate_latest(registry)

    async def handle(request: web.Request) -> web.Response:
        if not constant_time_equals(bearer_token(request.headers.get("Authorization", "")), expected):
            return web.json_response(
                {"error": "Send the token of CLEANED_METRICS_TOKEN as Bearer."}, status=401
            )
        body = await asyncio.to_thread(text)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    application.router.add_get("/metrics", handle)


class HealthFigures(Collector):
    """The parts of `/readyz`."""

    def __init__(self, health: Health) -> None:
        self._health = health

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        ready = _gauge("cleaned_ready", "Whether a part of the bot works: 1, or 0.", "check")
        for name, state in self._health.look().items():
            ready.add_metric([name], state == WELL)
        yield ready


class DatabaseFigures(Collector):
    """What stands in the databases of all workspaces. Each process tells the same."""

    def __init__(self, databases: Callable[[], "Databases"], clock: Clock) -> None:
        self._databases, self._clock = databases, clock

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        """Leaves out what can't be read: a database may be gone, which `cleaned_ready` says."""
        databases = self._databases()
        for read in (_jobs, _outbox, _syncs, _digest):
            yield from read(databases, self._clock())


Databases = Mapping[str, Database]
"""By workspace."""
Figure = TypeVar("Figure")


def _each(
    databases: Databases, what: str, read: Callable[[Database], Figure]
) -> Iterator[tuple[str, Figure]]:
    """What is read of each workspace: one whose database is broken hides no other."""
    for workspace_id, database in databases.items():
        try:
            yield workspace_id, read(database)
        except Exception as error:  # noqa: BLE001  whoever watches needs the other figures the more
            log.warning("%s can't be read: %s", what, errors.name(error))


def _jobs(databases: Databases, now: datetime) -> Iterable[Metric]:
    n = _gauge("cleaned_jobs", "Jobs that have not ended, by kind and state.", "kind", "state")
    age = _gauge("cleaned_job_age_seconds", "Time since the oldest of these was created.", "kind", "state")
    numbers, ages = Counter[tuple[str, str]](), defaultdict[tuple[str, str], float](float)
    for _, backlog in _each(databases, "jobs", lambda database: jobs.backlog(database, now)):
        for each in backlog:
            key = each.kind, each.state
            numbers[key] += each.n
            ages[key] = max(ages[key], each.age.total_seconds())
    for key, number in numbers.items():
        n.add_metric(key, number)
        age.add_metric(key, ages[key])
    return n, age


def _outbox(databases: Databases, _now: datetime) -> Iterable[Metric]:
    outbox = _gauge("cleaned_outbox", "Changes for Mailchimp of jobs that have not ended, by state.", "state")
    numbers = Counter[str]()
    for _, found in _each(databases, "outbox", figures.outbox):
        numbers.update(found)
    for state, n in numbers.items():
        outbox.add_metric([state], n)
    return (outbox,)


def _syncs(databases: Databases, now: datetime) -> Iterable[Metric]:
    about = "Age of what a mirror shows, by the workspace's and the audience's id."
    age = _gauge("cleaned_sync_age_seconds", about, "workspace", "audience")
    ages = _each(databases, "syncs", lambda database: figures.sync_ages(database, now))
    for workspace_id, of_audiences in ages:
        for audience_id, each in of_audiences.items():
            age.add_metric([workspace_id, str(audience_id)], each.total_seconds())
    return (age,)


def _digest(databases: Databases, now: datetime) -> Iterable[Metric]:
    late = _gauge("cleaned_digest_late_seconds", "How late the latest digest is that is due; 0 if none is.")
    found = _each(databases, "digest", lambda database: digests.lateness(database, now))
    lateness = [each.total_seconds() for _, each in found]
    if lateness or not databases:
        late.add_metric([], max(lateness, default=0.0))
    return (late,)


def _gauge(name: str, about: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, about, labels=labels)
