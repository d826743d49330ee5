"""The Bolt app: who asks, deliveries that come twice, faults, and every feature's listeners."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from slack_bolt import Ack, App, BoltContext, BoltRequest, BoltResponse, Respond
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from bot.core import jobs
from bot.core.settings import Settings
from handlers.slack import errors
from handlers.slack.context import AppContext
from handlers.slack.dedupe import Doubled, Handled
from handlers.slack.features import (
    additions,
    archives,
    corrections,
    counts,
    digests,
    evidence,
    exports,
    home,
    imports,
    mirror,
    policies,
    restores,
    segments,
)
from handlers.slack.long_work import JobHandler
from handlers.slack.request import Ask
from storage.core.text import storable

LISTENER_THREADS = 24  # Bolt's 5 are all taken by five people whose answers wait for Slack
RATE_LIMIT_RETRIES = 5

FEATURES = (
    *(counts, segments, evidence, exports, archives, restores),
    *(corrections, additions, digests, imports, mirror, policies, home),
)


def web_client(settings: Settings) -> WebClient:
    """The Web API, patient when Slack says "too many"."""
    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else None
    client = WebClient(token=token, base_url=settings.slack_api_url)
    client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=RATE_LIMIT_RETRIES))
    return client


def build_app(parts: AppContext, identity: AuthorizeResult) -> App:
    """The app with every listener. `identity` is who `auth.test` said we are: no request asks again."""
    secret = parts.settings.slack_signing_secret
    logging.getLogger("slack_bolt.App").addFilter(_is_news)
    app = App(
        client=parts.client,
        authorize=lambda: identity,
        signing_secret=secret.get_secret_value() if secret else "",
        request_verification_enabled=secret is not None,
        listener_executor=ThreadPoolExecutor(LISTENER_THREADS, thread_name_prefix="listener"),
    )
    handled = Handled(parts.database, parts.clock)

    @app.middleware
    def introduce(
        context: BoltContext,
        request: BoltRequest,
        respond: Respond,
        next: Callable[[], BoltResponse],  # noqa: A002  Bolt's name
    ) -> BoltResponse:
        body = request.body = _storable(request.body)
        context["ask"] = Ask(parts, body, context.user_id or "", respond)
        if handled.before(body):
            return BoltResponse(status=200, body="")
        context["ack"] = _KeptAck(lambda: handled.after_answer(body))
        return next()

    @app.error
    def tell(error: Exception, context: BoltContext, ack: Ack) -> BoltResponse | None:
        if isinstance(error, Doubled):
            return None
        return errors.tell(error, context["ask"], acknowledged=ack.response is not None)

    for feature in FEATURES:
        feature.register(app)
    return app


def _storable(value: Any) -> Any:
    """The payload with every text in it made storable."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {key: _storable(inner) for key, inner in value.items()}
    return [_storable(inner) for inner in value] if isinstance(value, list) else value


def _is_news(record: logging.LogRecord) -> bool:
    """Bolt warns that the environment's token is not used: the client that we give it has it."""
    return (
        "SLACK_BOT_TOKEN" not in record.getMessage() and "`token` will be unused" not in record.getMessage()
    )


def identify(client: WebClient) -> AuthorizeResult:
    """Who we are, asked once. Raises SlackApiError."""
    return AuthorizeResult.from_auth_test_response(
        auth_test_response=client.auth_test(), bot_token=client.token
    )


class _KeptAck(Ack):
    """Bolt takes an answer back when a fault follows before it looked (every 10 ms): Slack would get none.

    `then` is called when Slack can have the answer; what it raises ends the listener.
    """

    response: BoltResponse | None = None

    def __init__(self, then: Callable[[], None]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Bolt's
        self._then = then

    def __call__(self, *args: Any, **named: Any) -> BoltResponse:
        again = self.response is not None
        response = super().__call__(*args, **named)
        if not again:
            self._then()
        return response

    def __setattr__(self, name: str, value: object) -> None:
        if isinstance(value, BoltResponse):
            value = _KeptResponse(status=value.status, body=value.body, headers=value.headers)
        if name != "response" or value is not None:
            super().__setattr__(name, value)


class _KeptResponse(BoltResponse):
    """Bolt turns the answer into a 500 when a fault follows, even while it is on its way."""

    def __setattr__(self, name: str, value: object) -> None:
        if name != "status" or not hasattr(self, name):
            super().__setattr__(name, value)


def kinds(parts: AppContext) -> dict[str, JobHandler]:
    """How each kind of long work is done and told."""
    return {
        jobs.IMPORT: imports.kind(parts),
        jobs.EXPORT: exports.kind(parts),
        jobs.ARCHIVE: archives.kind(parts),
        jobs.RESTORE: restores.kind(parts),
        **mirror.kinds(parts),
        jobs.ADD: additions.kind(parts),
    }
