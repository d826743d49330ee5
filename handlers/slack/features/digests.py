"""`/cleaned-digest`: the weekly digest's settings, "Send now", and posting to Slack."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, time
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.audiences import audiences
from bot.core.errors import NotAnOperator
from bot.digests import digests, posting
from bot.digests.digests import ArchivedChannel, Claim, DigestSettings, NotInDigestChannel
from bot.digests.posting import PostFailed, PostRefused
from bot.digests.reports import Report
from bot.jobs import jobs
from bot.jobs.files import SharedWith
from handlers.slack import errors
from handlers.slack.context import AppContext
from handlers.slack.elements.blocks import View
from handlers.slack.features.audience_modal import suggest_audiences
from handlers.slack.jobs import posted_message
from handlers.slack.jobs.posted_message import MessageMetadata
from handlers.slack.jobs.uploads import shared_with
from handlers.slack.listeners import EVERYONE, OPERATORS, Listeners
from handlers.slack.request import Request
from handlers.slack.views.digests import digests as views
from handlers.slack.views.digests import reports as report_views
from handlers.slack.web_api import sdk_workarounds
from handlers.words import Markup, words

# What to tell the person of Slack's error codes.
REFUSAL_KEYS = {
    "not_in_channel": "digest-failed-channel",
    "channel_not_found": "digest-failed-channel",
    "is_archived": "digest-failed-archived",
}
EVENT = "cleaned_digest"

log = logging.getLogger(__name__)


def register(listeners: Listeners) -> None:
    listeners.command("/cleaned-digest", show, who=EVERYONE)
    listeners.action("open-digest", show, who=EVERYONE)
    listeners.submission(views.SUBMIT, save, who=OPERATORS)
    listeners.action(views.PAUSE, pause, who=OPERATORS)
    listeners.action(views.SEND, send_now, who=OPERATORS)
    listeners.options(views.ZONE, suggest_zones, who=OPERATORS)
    listeners.options(views.AUDIENCES, suggest_audiences, who=OPERATORS)


def show(request: Request) -> None:
    """Shows the settings: operators can change them, others read them."""
    modal = request.open_modal("digest-title")
    settings = digests.current(request.database)
    try:
        request.require_operator()
    except NotAnOperator as refusal:
        who_can = errors.sentence(request.words, refusal)
        all_audiences = audiences.list_all(request.database)
        modal.show(views.to_read(request.words, settings, all_audiences, now=request.now, who_can=who_can))
    else:
        modal.show(_view(request, settings))


def save(request: Request) -> View:
    submitted = _submitted(request)
    with request.under(views.ZONE):
        digests.validate(submitted)
    return request.in_time(lambda: _save(request, submitted), "digest-title")


def pause(request: Request) -> None:
    paused = request.value == "pause"
    settings = digests.pause(request.database, paused, request.user_id, request.now)
    note = request.words.md("digest-was-paused" if paused else "digest-was-resumed")
    request.show(_view(request, settings, note))


def send_now(request: Request) -> None:
    asked_at = datetime.fromisoformat(request.value)
    if claim := digests.claim_now(request.database, asked_at, request.now, jobs.owner()):
        key = post(request.context, claim, notify=request.user_id)
        note = request.words.md(key, channel=Markup(f"<#{claim.settings.channel}>"))
        request.show(_view(request, claim.settings, note))


def suggest_zones(request: Request) -> Sequence[dict[str, Any]]:
    return views.zone_options(digests.find_zones(request.payload["value"]))


def post(context: AppContext, claim: Claim, notify: str) -> str:
    """Posts the claimed digest, and returns the key of the sentence that says what became of it.

    `notify` is the person who is told what to correct if Slack refuses.
    """
    outcome = posting.post(context.database, claim, SlackPoster(context), context.clock, notify=notify)
    return f"digest-{outcome}"


class SlackPoster:
    """Slack as a `bot.digests.posting.DigestPoster`."""

    def __init__(self, context: AppContext) -> None:
        self._context = context
        self._client = sdk_workarounds.without_connection_retries(context.client)

    def find(self, claim: Claim, channel: str) -> str | None:
        with _failures():
            return posted_message.find(self._client, channel, _metadata(claim), claim.due_at)

    def post(self, claim: Claim, report: Report) -> str:
        with _failures():
            settings = claim.settings
            message = report_views.message(words(settings.language), report)
            answer = self._client.chat_postMessage(
                channel=settings.channel, metadata=_metadata(claim), **message
            )
            return str(answer["ts"])

    def tell_refusal(self, user_id: str, claim: Claim, code: str) -> None:
        person = self._context.people.person(user_id)
        key = REFUSAL_KEYS.get(code, "digest-failed-other")
        channel = Markup(f"<#{claim.settings.channel}>")
        text = person.words.md(key, channel=channel, error=Markup(code))
        try:
            self._context.client.chat_postMessage(channel=person.id, text=text)
        except (SlackClientError, OSError) as error:
            log.warning("nobody could be told that the digest was refused: %s", errors.name(error))


@contextmanager
def _failures() -> Iterator[None]:
    """Raises PostFailed or PostRefused instead of the SDK's and the network's errors."""
    try:
        yield
    except (SlackClientError, OSError) as error:
        if isinstance(error, SlackApiError) and not errors.is_transient(error):
            raise PostRefused(str(sdk_workarounds.error_code(error))) from error
        raise PostFailed(errors.name(error)) from error


def _metadata(claim: Claim) -> MessageMetadata:
    """What the message is found by."""
    return {"event_type": EVENT, "event_payload": {"due_at": claim.due_at.astimezone(UTC).isoformat()}}


def _save(request: Request, submitted: DigestSettings) -> View:
    """Saves the settings if the digest can be posted there. Raises NotInDigestChannel, ArchivedChannel."""
    with request.under(views.CHANNEL):
        seen_by = _require_channel(request.client, submitted.channel)
    settings = digests.save(request.database, submitted, request.now)
    channel = Markup(f"<#{submitted.channel}>")
    note = (
        f"{request.words.md('digest-saved')} {request.words.md('shared-with', who=seen_by, channel=channel)}"
    )
    return _view(request, settings, Markup(note.strip()))


def _view(request: Request, settings: DigestSettings | None, note: Markup | None = None) -> View:
    return views.settings(
        request.words,
        settings,
        audiences.list_all(request.database),
        timezone=request.person.timezone,
        now=request.context.clock(),
        note=note,
    )


def _submitted(request: Request) -> DigestSettings:
    """The settings in the submitted modal. Whether the digest is paused is not changed by it."""

    def state(name: str) -> dict[str, Any]:
        return dict(request.inputs.get(name, {}).get(name, {}))

    settings = digests.current(request.database)
    audience_options = state(views.AUDIENCES).get("selected_options") or []
    return DigestSettings(
        channel=state(views.CHANNEL)["selected_conversation"],
        weekday=int(state(views.WEEKDAY)["selected_option"]["value"]),
        at=time.fromisoformat(state(views.AT)["selected_time"]),
        timezone=state(views.ZONE)["selected_option"]["value"],
        language=state(views.LANGUAGE)["selected_option"]["value"],
        audience_ids=tuple(int(option["value"]) for option in audience_options),
        paused=settings.paused if settings else False,
        set_by=request.user_id,
        set_at=request.now,
    )


def _require_channel(client: WebClient, channel: str) -> SharedWith:
    """Who sees the channel besides the workspace. Raises NotInDigestChannel, ArchivedChannel."""
    try:
        info: dict[str, Any] = client.conversations_info(channel=channel)["channel"]
    except SlackApiError as refusal:
        if sdk_workarounds.error_code(refusal) == "channel_not_found":
            raise NotInDigestChannel from None
        raise
    if info.get("is_archived"):
        raise ArchivedChannel
    if not info.get("is_member"):
        raise NotInDigestChannel
    return shared_with(info)
