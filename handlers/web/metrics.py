"""`/metrics`, as Prometheus reads it: what the program has counted, and what stands in the database.

Only whoever has the token of `CLEANED_METRICS_TOKEN` reads it; without that setting there is no such page.
"""

import asyncio
import logging
from collections.abc import Iterable, Iterator
from datetime import datetime

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.core import jobs
from bot.core.jobs import Clock
from bot.core.settings import Settings
from bot.digests import digests
from bot.mailchimp import figures
from handlers.slack import errors
from handlers.web.health import WELL, Health
from handlers.web.webhooks.credentials import bearer_token, constant_time_equals
from storage.core.database import Database

log = logging.getLogger(__name__)


def add(
    application: web.Application, settings: Settings, database: Database, clock: Clock, health: Health
) -> None:
    """Adds the route, if the token is set."""
    if settings.metrics_token is None:
        return
    expected = settings.metrics_token.get_secret_value()
    registry = CollectorRegistry()
    registry.register(HealthFigures(health))
    registry.register(DatabaseFigures(database, clock))

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
    """What stands in the database. Each process tells the same."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        """Leaves out what can't be read: the database may be gone, which `cleaned_ready` says."""
        for read in (_jobs, _outbox, _syncs, _digest):
            try:
                yield from read(self._database, self._clock())
            except Exception as error:  # noqa: BLE001  whoever watches needs the other figures the more
                log.warning("%s can't be read: %s", read.__name__.lstrip("_"), errors.name(error))


def _jobs(database: Database, now: datetime) -> Iterable[Metric]:
    n = _gauge("cleaned_jobs", "Jobs that have not ended, by kind and state.", "kind", "state")
    age = _gauge("cleaned_job_age_seconds", "Time since the oldest of these was created.", "kind", "state")
    for each in jobs.backlog(database, now):
        n.add_metric([each.kind, each.state], each.n)
        age.add_metric([each.kind, each.state], each.age.total_seconds())
    return n, age


def _outbox(database: Database, _now: datetime) -> Iterable[Metric]:
    outbox = _gauge("cleaned_outbox", "Changes for Mailchimp of jobs that have not ended, by state.", "state")
    for state, n in figures.outbox(database).items():
        outbox.add_metric([state], n)
    return (outbox,)


def _syncs(database: Database, now: datetime) -> Iterable[Metric]:
    age = _gauge("cleaned_sync_age_seconds", "Age of what a mirror shows, by the audience's id.", "audience")
    for audience_id, each in figures.sync_ages(database, now).items():
        age.add_metric([str(audience_id)], each.total_seconds())
    return (age,)


def _digest(database: Database, now: datetime) -> Iterable[Metric]:
    late = _gauge("cleaned_digest_late_seconds", "How late the digest is that is due; 0 if none is.")
    late.add_metric([], digests.lateness(database, now).total_seconds())
    return (late,)


def _gauge(name: str, about: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, about, labels=labels)
