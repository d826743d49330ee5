"""`/cleaned-digest`: the weekly digest's settings, "Send now", and the posting itself."""

import logging
from datetime import UTC, datetime, time
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.core import audiences, jobs
from bot.core.errors import NotAnOperator
from bot.corrections.suggestions import Suggester
from bot.digests import digests, reports
from bot.digests.digests import ArchivedChannel, Claim, DigestSettings, NotInChannel
from handlers.slack import errors, posted_message, sdk_workarounds
from handlers.slack.context import AppContext
from handlers.slack.elements.blocks import View
from handlers.slack.request import Ask, Modal, suggest_audiences
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


def register(app: App) -> None:
    app.command("/cleaned-digest")(show)
    app.action("open-digest")(show)
    app.view(views.SUBMIT)(save)
    app.action(views.PAUSE)(pause)
    app.action(views.SEND)(send_now)
    app.options(views.ZONE)(suggest_zones)
    app.options(views.AUDIENCES)(suggest_audiences)


def show(ack: Ack, ask: Ask) -> None:
    ack()
    modal: Modal = ask.modal(ask.words("digest-title"))
    kept = digests.current(ask.database)
    try:
        ask.require_operator()
    except NotAnOperator as refusal:
        who_can = errors.sentence(ask.words, refusal)
        every = audiences.every(ask.database)
        modal.show(views.to_read(ask.words, kept, every, now=ask.now, who_can=who_can))
    else:
        modal.show(_view(ask, kept))


def save(ack: Ack, view: dict[str, Any], ask: Ask) -> None:
    ask.require_operator()
    wanted = _wanted(view["state"]["values"], ask)
    with ask.under(views.CHANNEL):
        _require_channel(ask.client, wanted.channel)
    with ask.under(views.ZONE):
        kept = digests.save(ask.database, wanted, ask.now)
    ack(response_action="update", view=_view(ask, kept, ask.words.md("digest-saved")))


def pause(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    ask.require_operator()
    paused = action["value"] == "pause"
    kept = digests.pause(ask.database, paused, ask.person.id, ask.now)
    ask.show(_view(ask, kept, ask.words.md("digest-was-paused" if paused else "digest-was-resumed")))


def send_now(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    ask.require_operator()
    asked_at = datetime.fromisoformat(action["value"])
    if claim := digests.claim_now(ask.database, asked_at, ask.now, jobs.owner()):
        said = post(ask.parts, claim, tell=ask.person.id)
        note = ask.words.md(said, channel=Markup(f"<#{claim.settings.channel}>"))
        ask.show(_view(ask, claim.settings, note))


def suggest_zones(ack: Ack, payload: dict[str, Any]) -> None:
    ack(options=views.zone_options(digests.find_zones(payload["value"])))


def post(parts: AppContext, claim: Claim, tell: str) -> str:
    """Posts the claimed digest; returns the key of what to say of it.

    A refusal is settled here, not raised: the person `tell` gets to know what to mend.
    """
    # Sent anew without a look, it might be there twice: a fault gives it back, and whoever takes it looks.
    once = sdk_workarounds.without_connection_retries(parts.client)
    try:
        channel, ts = _stands(once, claim) or _send(parts, once, claim)
    except _Anothers:
        return "digest-sent-later"
    except SlackApiError as refusal:
        return _refused(parts, claim, refusal, tell)
    except (SlackClientError, OSError) as error:
        log.warning("the digest was not posted, it is tried again: %s", errors.name(error))
        digests.give_back(parts.database, claim)
        return "digest-sent-later"
    digests.posted(parts.database, claim, channel, ts, parts.clock())
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


def _send(parts: AppContext, client: WebClient, claim: Claim) -> tuple[str, str]:
    settings = claim.settings
    report = reports.report(parts.database, settings, claim.since, claim.until, Suggester)
    spoken = words(settings.language)
    whole = report_views.message(spoken, report, settings.timezone)
    if not digests.begin(parts.database, claim, parts.clock()):
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


def _refused(parts: AppContext, claim: Claim, refusal: SlackApiError, tell: str) -> str:
    code = _code(refusal)
    log.warning("the digest was not posted: %s", code[:80])
    if errors.passes(refusal):
        digests.give_back(parts.database, claim)
        return "digest-sent-later"
    digests.failed(parts.database, claim, code)
    person = parts.people.person(tell)
    key = MENDED_BY.get(code, "digest-failed-other")
    text = person.words.md(key, channel=Markup(f"<#{claim.settings.channel}>"), error=Markup(code))
    try:
        parts.client.chat_postMessage(channel=person.id, text=text)
    except (SlackClientError, OSError) as error:
        log.warning("nobody could be told of it: %s", errors.name(error))
    return "digest-not-sent"


def _code(refusal: SlackApiError) -> str:
    return str(refusal.response.get("error"))


def _view(ask: Ask, kept: DigestSettings | None, note: Markup | None = None) -> View:
    every = audiences.every(ask.database)
    return views.settings(
        ask.words, kept, every, timezone=ask.person.timezone, now=ask.parts.clock(), note=note
    )


def _wanted(values: dict[str, Any], ask: Ask) -> DigestSettings:
    """What the modal holds. Whether the digest is paused stays as it is."""

    def given(name: str) -> dict[str, Any]:
        return dict(values.get(name, {}).get(name, {}))

    kept = digests.current(ask.database)
    chosen = given(views.AUDIENCES).get("selected_options") or []
    return DigestSettings(
        channel=given(views.CHANNEL)["selected_conversation"],
        weekday=int(given(views.WEEKDAY)["selected_option"]["value"]),
        at=time.fromisoformat(given(views.AT)["selected_time"]),
        timezone=given(views.ZONE)["selected_option"]["value"],
        language=given(views.LANGUAGE)["selected_option"]["value"],
        audience_ids=tuple(int(option["value"]) for option in chosen),
        paused=kept.paused if kept else False,
        set_by=ask.person.id,
        set_at=ask.now,
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
