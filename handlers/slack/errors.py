"""Errors, shown to the person in their language, where they made the request."""

import logging
import traceback
from typing import Any
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.core.errors import CleanedError, NotAnOperator, RoleUnknown
from handlers import logs
from handlers.slack.elements import blocks, forms
from handlers.slack.elements.blocks import View
from handlers.slack.request import Request
from handlers.slack.web_api.sdk_workarounds import error_code
from handlers.words import Markup, Words
from storage.core.db_errors import transient_fault
from storage.files.spreadsheet_errors import SpreadsheetError
from storage.mailchimp.api.errors import MailchimpError

# Slack opens a modal within three seconds of the click only, and once.
TOO_LATE = frozenset(("expired_trigger_id", "trigger_expired", "exchanged_trigger_id", "trigger_exchanged"))
# Slack took too long, or was asked too often.
UNAVAILABLE = frozenset(
    ("ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout")
)

# Slack's error codes after which another try may succeed: by itself, or once the bot's credentials are corrected.
TRANSIENT = frozenset(
    {
        *UNAVAILABLE,
        "invalid_auth",
        "not_authed",
        "token_expired",
        "token_revoked",
        "account_inactive",
    }
)

log = logging.getLogger(__name__)


Answer = dict[str, Any]
"""What answers a submission: Slack's `response_action` and what belongs to it."""


def tell(error: Exception, request: Request) -> None:
    """Shows the error to the person, once. The request is acknowledged."""
    if _is_closed(error):
        return
    text = sentence(request.words, error)
    try:
        _show(request, error, text)
    except SlackClientError as refusal:
        log.warning("an error could not be shown: %s", name(refusal))
        request.tell(blocks.message(text, [blocks.section(text)]))


def answer(error: Exception, words: Words) -> Answer:
    """The answer to a submission that failed: under its input, or in a modal on top, so that nothing typed is lost."""
    text = sentence(words, error)
    if block_id := getattr(error, "block_id", None):
        return {"response_action": "errors", "errors": {block_id: str(text)}}
    return {"response_action": "push", "view": error_view(words, text)}


def sentence(words: Words, error: Exception) -> Markup:
    """What happened and what to do next. An unexpected error gets a reference, which is also logged."""
    if isinstance(error, NotAnOperator):
        helpers = [Markup(helper) for helper in error.values["helpers"]]
        return words.md("error-not-an-operator", helpers=Markup(", ".join(helpers)), n=len(helpers))
    if isinstance(error, CleanedError | SpreadsheetError | MailchimpError):
        return words.md(error.key, **error.values)
    if kind := transient_fault(error):
        log.warning("the database is %s", kind)
        return words.md(f"trouble-{kind}")
    if is_too_late(error):
        return words.md("trouble-too-late")
    if _is_unavailable(error):
        log.warning("Slack did not do it: %s", name(error))
        return words.md("trouble-slack")
    reference = logs.reference()
    log.error("error %s: %s", reference, trace(error))
    return words.md("error-unexpected", reference=reference)


def fail_step(client: WebClient, step: str, text: str) -> None:
    """Ends a step of a workflow with an error, which its workflow's makers see. `step` is the execution's id."""
    client.functions_completeError(function_execution_id=step, error=text)


def error_view(words: Words, text: Markup) -> View:
    return blocks.modal(words("error-title"), [blocks.section(text)], close=words("close"))


def trace(error: BaseException) -> str:
    """The traceback and type of the error and its cause, without their messages, which may hold addresses."""
    chain = [error, *([error.__cause__] if error.__cause__ else [])]
    return "\n".join("".join(traceback.format_tb(link.__traceback__)) + name(link) for link in chain)


def name(error: BaseException) -> str:
    """The error's type; for an error answer of Slack's, its code too."""
    code = f" ({error.response.get('error')})" if isinstance(error, SlackApiError) else ""
    return type(error).__qualname__ + code


def is_too_late(error: BaseException) -> bool:
    """Whether Slack opens no modal, because the click is too long ago."""
    return isinstance(error, SlackApiError) and error_code(error) in TOO_LATE


def is_transient(error: BaseException) -> bool:
    """Whether it is an error of Slack or of the network after which another try may succeed."""
    if isinstance(error, SlackApiError):
        code = error_code(error)
        return code is None or code in TRANSIENT
    return isinstance(error, SlackClientError | OSError)


def _is_closed(error: BaseException) -> bool:
    """Whether the person has closed the modal that was to show something: they wait for nothing any more."""
    return isinstance(error, SlackApiError) and error_code(error) == "not_found"


def _is_unavailable(error: BaseException) -> bool:
    """Whether Slack took too long, or was asked too often."""
    if isinstance(error, SlackApiError):
        code = error_code(error)
        return code is None or code in UNAVAILABLE
    return isinstance(error, TimeoutError | URLError)


def _show(request: Request, error: Exception, text: Markup) -> None:
    view = error_view(request.words, text)
    if request.opened:
        request.opened.show(view)
    elif request.is_submission:
        request.here.show(_form_again(request, error, text) or view)
    elif is_too_late(error) and request.is_in_modal:
        request.tell(blocks.message(text, [blocks.section(text)]))  # nor can this be shown in a modal
    elif request.body.get("type") == "block_actions" and request.is_in_modal:
        request.client.views_push(trigger_id=request.body["trigger_id"], view=view)
    else:
        request.answer(blocks.message(text, [blocks.section(text)]))


def _form_again(request: Request, error: Exception, text: Markup) -> View | None:
    """The submitted form, if one that is loading has replaced it: nothing typed is lost."""
    if not request.is_form_replaced or isinstance(error, NotAnOperator | RoleUnknown):
        return None  # the form may hold addresses
    return forms.filled_again(request.body["view"], text, getattr(error, "block_id", None))
