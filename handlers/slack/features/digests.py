"""`/cleaned-digest`: the weekly digest's settings, "Send now", and the posting itself."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.core import audiences, jobs
from bot.core.errors import CleanedError, NotAnOperator
from bot.corrections.suggestions import Suggester
from bot.digests import digests, reports
from bot.digests.digests import ArchivedChannel, Claim, DigestSettings, NotInChannel
from handlers.slack import errors, posted_message, sdk_workarounds
from handlers.slack.context import AppContext
from handlers.slack.elements.blocks import View
from handlers.slack.features.audience_modal import suggest_audiences
from handlers.slack.listeners import EVERYONE, OPERATORS, Listeners
from handlers.slack.request import Request
from handlers.slack.views import digests as views
from handlers.slack.views import reports as report_views
from handlers.words import Markup, words

MENDED_BY = {
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
    """The settings: to change for operators, to read for the others."""
    modal = request.open_modal("digest-title")
    kept = digests.current(request.database)
    try:
        request.require_operator()
    except NotAnOperator as refusal:
        who_can = errors.sentence(request.words, refusal)
        every = audiences.every(request.database)
        modal.show(views.to_read(request.words, kept, every, now=request.now, who_can=who_can))
    else:
        modal.show(_view(request, kept))


def save(request: Request) -> View:
    settings = _submitted(request)
    with request.under(views.ZONE):
        digests.check(settings)
    kept = digests.current(request.database)

    def form_again(error: CleanedError) -> View:
        return _view(request, kept, submitted=settings, problem=request.words.md(error.key, **error.values))

    return request.in_time(lambda: _save(request, settings), "digest-title", form_again)


def pause(request: Request) -> None:
    paused = request.value == "pause"
    kept = digests.pause(request.database, paused, request.user_id, request.now)
    note = request.words.md("digest-was-paused" if paused else "digest-was-resumed")
    request.show(_view(request, kept, note))


def send_now(request: Request) -> None:
    asked_at = datetime.fromisoformat(request.value)
    if claim := digests.claim_now(request.database, asked_at, request.now, jobs.owner()):
        key = post(request.context, claim, tell=request.user_id)
        note = request.words.md(key, channel=Markup(f"<#{claim.settings.channel}>"))
        request.show(_view(request, claim.settings, note))


def suggest_zones(request: Request) -> Sequence[dict[str, Any]]:
    return views.zone_options(digests.find_zones(request.payload["value"]))


def post(context: AppContext, claim: Claim, tell: str) -> str:
    """Posts the claimed digest; returns the key of what to say of it.

    A refusal is settled here, not raised: the person `tell` gets to know what to mend.
    """
    # Sent anew without a look, it might be there twice: a fault gives it back, and whoever takes it looks.
    once = sdk_workarounds.without_connection_retries(context.client)
    try:
        channel, ts = _stands(once, claim) or _send(context, once, claim)
    except _Anothers:
        return "digest-sent-later"
    except SlackApiError as refusal:
        return _refused(context, claim, refusal, tell)
    except (SlackClientError, OSError) as error:
        log.warning("the digest was not posted, it is tried again: %s", errors.name(error))
        digests.give_back(context.database, claim)
        return "digest-sent-later"
    digests.posted(context.database, claim, channel, ts, context.clock())
    return "digest-sent"


class _Anothers(Exception):
    """Making the report took so long that another has taken the digest over."""


def _stands(client: WebClient, claim: Claim) -> tuple[str, str] | None:
    """The channel and ts of the message, where an earlier owner has posted it. Raises SlackApiError if that passes."""
    if not claim.may_stand_in:
        return None
    try:
        ts = posted_message.find(client, claim.may_stand_in, _mark(claim), claim.due_at)
    except SlackApiError as refusal:
        if errors.passes(refusal):
            raise
        log.warning("whether the digest was posted can't be looked up: %s", _code(refusal))
        return None
    return (claim.may_stand_in, ts) if ts else None


def _send(context: AppContext, client: WebClient, claim: Claim) -> tuple[str, str]:
    settings = claim.settings
    report = reports.report(context.database, settings, claim.since, claim.until, Suggester)
    spoken = words(settings.language)
    whole = report_views.message(spoken, report, settings.timezone)
    if not digests.begin(context.database, claim, context.clock()):
        raise _Anothers
    given: dict[str, Any] = {"channel": settings.channel, "metadata": _mark(claim)}
    try:
        return settings.channel, str(client.chat_postMessage(**given, **whole)["ts"])
    except SlackApiError as refusal:
        if _code(refusal) not in ("invalid_blocks", "invalid_blocks_format"):
            raise
        # A workspace or a client that has no charts yet.
        plain = report_views.message(spoken, report, settings.timezone, chart=False)
        return settings.channel, str(client.chat_postMessage(**given, **plain)["ts"])


def _mark(claim: Claim) -> dict[str, Any]:
    """The message's metadata, which nobody sees: by it the message is known again."""
    return {"event_type": EVENT, "event_payload": {"due_at": claim.due_at.astimezone(UTC).isoformat()}}


def _refused(context: AppContext, claim: Claim, refusal: SlackApiError, tell: str) -> str:
    code = _code(refusal)
    log.warning("the digest was not posted: %s", code[:80])
    if errors.passes(refusal):
        digests.give_back(context.database, claim)
        return "digest-sent-later"
    digests.failed(context.database, claim, code)
    person = context.people.person(tell)
    key = MENDED_BY.get(code, "digest-failed-other")
    text = person.words.md(key, channel=Markup(f"<#{claim.settings.channel}>"), error=Markup(code))
    try:
        context.client.chat_postMessage(channel=person.id, text=text)
    except (SlackClientError, OSError) as error:
        log.warning("nobody could be told of it: %s", errors.name(error))
    return "digest-not-sent"


def _code(refusal: SlackApiError) -> str:
    return str(refusal.response.get("error"))


def _save(request: Request, settings: DigestSettings) -> View:
    """Saves the settings if the digest can be posted there. Raises NotInChannel, ArchivedChannel."""
    with request.under(views.CHANNEL):
        _require_channel(request.client, settings.channel)
    kept = digests.save(request.database, settings, request.now)
    return _view(request, kept, request.words.md("digest-saved"))


def _view(
    request: Request,
    kept: DigestSettings | None,
    note: Markup | None = None,
    submitted: DigestSettings | None = None,
    problem: Markup | None = None,
) -> View:
    return views.settings(
        request.words,
        kept,
        audiences.every(request.database),
        timezone=request.person.timezone,
        now=request.context.clock(),
        note=note,
        submitted=submitted,
        problem=problem,
    )


def _submitted(request: Request) -> DigestSettings:
    """The settings that the modal holds. Whether the digest is paused stays as it is."""

    def state(name: str) -> dict[str, Any]:
        return dict(request.inputs.get(name, {}).get(name, {}))

    kept = digests.current(request.database)
    audience_options = state(views.AUDIENCES).get("selected_options") or []
    return DigestSettings(
        channel=state(views.CHANNEL)["selected_conversation"],
        weekday=int(state(views.WEEKDAY)["selected_option"]["value"]),
        at=time.fromisoformat(state(views.AT)["selected_time"]),
        timezone=state(views.ZONE)["selected_option"]["value"],
        language=state(views.LANGUAGE)["selected_option"]["value"],
        audience_ids=tuple(int(option["value"]) for option in audience_options),
        paused=kept.paused if kept else False,
        set_by=request.user_id,
        set_at=request.now,
    )


def _require_channel(client: WebClient, channel: str) -> None:
    """Raises NotInChannel, ArchivedChannel."""
    try:
        info: dict[str, Any] = client.conversations_info(channel=channel)["channel"]
    except SlackApiError as refusal:
        if _code(refusal) == "channel_not_found":
            raise NotInChannel from None
        raise
    if info.get("is_archived"):
        raise ArchivedChannel
    if not info.get("is_member"):
        raise NotInChannel
