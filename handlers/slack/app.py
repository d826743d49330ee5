"""The Bolt app: who asks and how often, deliveries that come twice, faults, and every feature's listeners."""

import logging
from collections.abc import Callable
from typing import Any

from slack_bolt import App, BoltContext, BoltRequest, BoltResponse, Respond
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot.core.settings import Settings
from handlers.slack import errors
from handlers.slack.context import AppContext
from handlers.slack.dedupe import AnswerUnknown
from handlers.slack.elements import blocks
from handlers.slack.features import (
    conversation,
    corrections,
    digests,
    exports,
    forget,
    home,
    imports,
    removal,
    steps,
)
from handlers.slack.features.archives import archives, restores
from handlers.slack.features.bounces import evidence, held, incidents, policies, reversals
from handlers.slack.features.contacts import contacts, counts, segments
from handlers.slack.features.mailchimp import additions, fixes, mirror
from handlers.slack.jobs.long_work import JobHandler
from handlers.slack.limits import Limits
from handlers.slack.listeners import REQUEST, SEEN, Listeners
from handlers.slack.request import Request
from handlers.slack.threads import ANSWERING, Threads
from handlers.slack.web_api.client import place_of, tls
from handlers.slack.web_api.sdk_workarounds import is_not_token_warning
from handlers.slack.workspaces import Find
from handlers.words import LANGUAGES, words
from storage.core.text import storable

LISTENER_THREADS = ANSWERING
NO_ANSWER = 503  # Slack tells the person that it failed, and the form stays as it was filled in

log = logging.getLogger(__name__)

FEATURES = (
    *(counts, segments, evidence, exports, archives, contacts, restores, reversals, held),
    *(corrections, additions, fixes, digests, imports, mirror, policies, forget, home, conversation, steps),
    removal,
)


def build_app(find: Find, settings: Settings) -> App:
    """The app with every listener, for all workspaces that `find` finds. No request asks Slack who we are."""
    threads = Threads()
    secret = settings.slack_signing_secret
    logging.getLogger("slack_bolt.App").addFilter(is_not_token_warning)

    def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult | None:
        served = find(enterprise_id, team_id)
        return served.identity if served else None

    app = App(
        client=WebClient(base_url=settings.slack_api_url, ssl=tls(settings.slack_api_url)),
        authorize=authorize,  # type: ignore[arg-type]  # None is an answer too
        user_facing_authorize_error_message="\n".join(
            words(language)("error-not-installed") for language in LANGUAGES
        ),
        signing_secret=secret.get_secret_value() if secret else "",
        request_verification_enabled=secret is not None,
        listener_executor=threads,
    )
    limits = Limits()

    @app.middleware
    def introduce(
        context: BoltContext,
        request: BoltRequest,
        respond: Respond,
        next: Callable[[], BoltResponse],  # noqa: A002  Bolt's name
    ) -> BoltResponse:
        served = find(context.enterprise_id, _team(context, request.body))
        if served is None:  # that the bot was removed is told without a check of who is served
            return BoltResponse(status=200, body="")
        body = request.body = _with_buttons(_storable(request.body))
        asked = context[REQUEST] = Request(served.asked, body, context.user_id or "", respond, threads)
        context[SEEN] = served.seen
        if (refusal := limits.refusal(asked)) is not None:
            return BoltResponse(status=200, body=refusal or "")
        if served.seen.is_repeated(body):
            return BoltResponse(status=200, body="")
        return next()

    @app.error
    def give_no_answer(error: Exception) -> BoltResponse:
        if not isinstance(error, AnswerUnknown):
            log.error("a request was not answered: %s", errors.trace(error))
        return BoltResponse(status=NO_ANSWER)

    listeners = Listeners(app)
    for feature in FEATURES:
        feature.register(listeners)
    return app


def _team(context: BoltContext, body: dict[str, Any]) -> str | None:
    """The workspace of a request. A view of an organization's app names the organization, and ours say which workspace."""
    view = body.get("view")
    if isinstance(view, dict) and context.team_id in (None, context.enterprise_id):
        return place_of(view) or view.get("team_id")
    return context.team_id


def _storable(value: Any) -> Any:
    """The payload with every text in it made storable."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {key: _storable(inner) for key, inner in value.items()}
    return [_storable(inner) for inner in value] if isinstance(value, list) else value


def _with_buttons(body: dict[str, Any]) -> dict[str, Any]:
    """The payload with each choice in a menu of buttons as a click of that button."""
    actions = body.get("actions")
    return body | {"actions": [blocks.button_of(action) for action in actions]} if actions else body


def job_handlers(context: AppContext) -> list[JobHandler]:
    """How each kind of job runs and is told."""
    return [
        imports.job_handler(context),
        exports.job_handler(context),
        archives.job_handler(context),
        restores.job_handler(context),
        reversals.job_handler(context),
        *held.job_handlers(context),
        incidents.job_handler(context),
        *mirror.job_handlers(context),
        additions.job_handler(context),
        fixes.job_handler(context),
        forget.job_handler(context),
    ]
