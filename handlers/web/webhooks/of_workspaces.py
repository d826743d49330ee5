"""`/workspaces/<id>/…`: the webhooks of each workspace that the app was installed in, with its own settings."""

from collections.abc import Callable, Sequence

from aiohttp import web

from bot.jobs.jobs import Clock
from handlers.slack.context import AppContext
from handlers.web.webhooks import mailchimp, routes

PREFIX = "/workspaces/{workspace}"
Contexts = Callable[[], Sequence[AppContext]]


class _Intakes:
    """What takes in the webhooks of a workspace, made with its first one. All calls are made from one event loop."""

    def __init__(self, contexts: Contexts, clock: Clock) -> None:
        self._contexts, self._clock = contexts, clock
        self._made: dict[str, tuple[routes.Intake, mailchimp.Intake]] = {}

    async def take_bounces(self, request: web.Request) -> web.StreamResponse:
        handler = self._of(request)[0].handlers.get(request.match_info["name"])
        if handler is None:
            raise web.HTTPNotFound
        return await handler(request)

    async def take_changes(self, request: web.Request) -> web.StreamResponse:
        intake = self._of(request)[1]
        if not intake.is_configured:
            raise web.HTTPNotFound
        return await intake.handle(request)

    async def close(self) -> None:
        for bounces, changes in self._made.values():
            await bounces.close()
            await changes.close()

    def _of(self, request: web.Request) -> tuple[routes.Intake, mailchimp.Intake]:
        """Raises HTTPNotFound for a workspace that isn't served."""
        wanted = request.match_info["workspace"]
        context = next((each for each in self._contexts() if each.workspace.id == wanted), None)
        if context is None:
            raise web.HTTPNotFound
        if wanted not in self._made:
            given = context.settings, context.database, self._clock
            self._made[wanted] = routes.Intake(*given), mailchimp.Intake(*given)
        return self._made[wanted]


def add(application: web.Application, contexts: Contexts, clock: Clock) -> None:
    """Adds the routes."""
    intakes = _Intakes(contexts, clock)
    application.router.add_post(PREFIX + "/bounces/{name}", intakes.take_bounces)
    for method in ("GET", "HEAD", "POST"):
        application.router.add_route(method, PREFIX + "/mailchimp/{secret}", intakes.take_changes)
    application.on_cleanup.append(lambda _: intakes.close())
