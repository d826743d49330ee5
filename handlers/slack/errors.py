"""What went wrong, in the person's words and at the place where they look."""

import logging
import secrets
import traceback
from typing import Any

from slack_bolt import BoltResponse
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.core.errors import CleanedError, NotAnOperator
from handlers.slack.elements import blocks
from handlers.slack.elements.blocks import View
from handlers.slack.request import Request
from handlers.slack.sdk_workarounds import error_code
from handlers.words import Markup, Words
from storage.core.db_errors import trouble
from storage.files.spreadsheet_errors import SpreadsheetError
from storage.mailchimp.errors import MailchimpError

# A window opens within three seconds of the click, or not at all.
TOO_LATE = frozenset(("expired_trigger_id", "trigger_expired"))

# Slack's errors that pass by themselves, or that whoever runs the bot mends within the day: tried again.
PASSES = frozenset(
    {
        "ratelimited",
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "invalid_auth",
        "not_authed",
        "token_expired",
        "token_revoked",
        "account_inactive",
    }
)

log = logging.getLogger(__name__)


def tell(error: Exception, request: Request, *, acknowledged: bool) -> BoltResponse | None:
    """Tells the person, and returns what Slack is to be answered if it had no answer yet."""
    text = sentence(request.words, error)
    if request.is_submission and not acknowledged:
        return _into_submission(error, text, request.words)
    view = fault_view(request.words, text)
    try:
        _show(request, view, text)
    except SlackClientError as refused:
        log.warning("a fault could not be shown: %s", name(refused))
        request.client.chat_postMessage(channel=request.person.id, text=text)
    return None if acknowledged else BoltResponse(status=200, body="")


def sentence(words: Words, error: Exception) -> Markup:
    """What happened and what to do next. An unexpected fault gets a reference that is also in the log."""
    if isinstance(error, NotAnOperator):
        helpers = [Markup(each) for each in error.values["helpers"]]
        return words.md("error-not-an-operator", helpers=Markup(", ".join(helpers)), n=len(helpers))
    if isinstance(error, CleanedError | SpreadsheetError | MailchimpError):
        return words.md(error.key, **error.values)
    if kind := trouble(error):
        log.warning("the database is %s", kind)
        return words.md(f"trouble-{kind}")
    if isinstance(error, SlackApiError) and error.response.get("error") in TOO_LATE:
        return words.md("trouble-too-late")
    reference = secrets.token_hex(4)
    log.error("fault %s: %s", reference, trace(error))
    return words.md("error-unexpected", reference=reference)


def fault_view(words: Words, text: Markup) -> View:
    return blocks.modal(words("error-title"), [blocks.section(text)], close=words("close"))


def trace(error: BaseException) -> str:
    """Where and of which type; without the messages, which may hold addresses."""
    chain = [error, *([error.__cause__] if error.__cause__ else [])]
    return "\n".join("".join(traceback.format_tb(each.__traceback__)) + name(each) for each in chain)


def name(error: BaseException) -> str:
    """The type; for Slack's refusals its error name too."""
    said = f" ({error.response.get('error')})" if isinstance(error, SlackApiError) else ""
    return type(error).__qualname__ + said


def passes(error: BaseException) -> bool:
    """Whether it is Slack or the network, and passes by itself or once whoever runs the bot has mended it."""
    if isinstance(error, SlackApiError):
        code = error_code(error)
        return code is None or code in PASSES
    return isinstance(error, SlackClientError | OSError)


def _into_submission(error: Exception, text: Markup, words: Words) -> BoltResponse:
    block_id = getattr(error, "block_id", None)
    body: dict[str, Any] = (
        {"response_action": "errors", "errors": {block_id: str(text)}}
        if block_id
        # On top: what was typed stays below.
        else {"response_action": "push", "view": fault_view(words, text)}
    )
    return BoltResponse(status=200, body=body)


def _show(request: Request, view: View, text: Markup) -> None:
    if request.opened:
        request.opened.show(view)
    elif request.is_submission:
        request.here.show(view)
    elif request.body.get("type") == "block_actions" and request.is_in_modal:
        request.client.views_push(trigger_id=request.body["trigger_id"], view=view)
    else:
        request.answer(blocks.message(text, [blocks.section(text)]))
