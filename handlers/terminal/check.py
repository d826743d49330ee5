"""`cleaned check`: what is right, and what is missing or wrong with its mend, one line each."""

from collections.abc import Iterator
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import SecretStr
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.bounces import mailbox
from bot.core import databases, settings
from bot.core.databases import DatabaseBehind
from bot.core.errors import CleanedError
from bot.core.settings import BadSetting, Settings
from bot.mailchimp import account
from handlers.slack.scopes import SCOPES
from handlers.terminal.checks import deep as deep_check
from handlers.terminal.checks import mailchimp_webhooks
from handlers.terminal.checks.finding import Finding, Make
from handlers.web.webhooks import routes
from handlers.words import Words
from storage.bounces.imap import MailboxError
from storage.bounces.imap_address import ImapAddress
from storage.mailchimp.errors import MailchimpError

ANSWER_SECONDS = 10
READERS = ("viewer", "author")  # Mailchimp's words for those who can't change an audience
BOT_TOKEN, APP_TOKEN = "xoxb-", "xapp-"


def run(words: Words, *, webhooks: bool = False, deep: bool = False, mend: bool = False) -> int:
    """Prints every finding; 1 if any is a fault. `webhooks`: sets up those that Mailchimp lacks.

    `deep`: everything that is kept is compared; `mend`: and figures that are wrong put right. Raises BadSetting.
    """
    given = settings.load()
    found = findings(words, given)
    if webhooks:
        found = chain(found, mailchimp_webhooks.made(words, given))
    if deep:
        found = chain(found, deep_check.findings(words, given, mend=mend))
    status = 0
    for each in found:
        mark = each.mark or words("check-fault" if each.is_fault else "check-right")
        print(f"{mark:<6}  {each.text}", flush=True)
        status = 1 if each.is_fault else status
    return status


def findings(words: Words, given: Settings) -> Iterator[Finding]:
    """All that can be told, whatever else is wrong."""

    def right(key: str, **values: Any) -> Finding:
        return Finding(is_fault=False, text=words(key, **values))

    def fault(key: str, **values: Any) -> Finding:
        return Finding(is_fault=True, text=words(key, **values))

    yield from _bot_token(given, right, fault)
    yield from _way_in(given, right, fault)
    yield _database(given, right, fault)
    yield from _webhooks(given, right, fault)
    if given.mailbox:
        yield _mailbox(given.mailbox, right, fault)
    yield from _mailchimp(given, right, fault)
    yield _time_zones(right, fault)


def _bot_token(given: Settings, right: Make, fault: Make) -> Iterator[Finding]:
    token = _text(given.slack_bot_token)
    if not token:
        yield fault("check-bot-token-missing")
    elif not token.startswith(BOT_TOKEN):
        yield fault("check-bot-token-malformed")
    else:
        yield from _identity(WebClient(token, given.slack_api_url, ANSWER_SECONDS), right, fault)


def _identity(client: WebClient, right: Make, fault: Make) -> Iterator[Finding]:
    try:
        answer = client.auth_test()
    except SlackApiError as error:
        yield fault("check-bot-token-refused", error=str(error.response["error"]))
        return
    except (SlackClientError, OSError):
        yield fault("check-slack-unreachable", url=client.base_url)
        return
    yield right("check-bot-token", team=str(answer.get("team")), user=str(answer.get("user")))
    yield _scopes(answer.headers, right, fault)


def _scopes(headers: dict[str, Any], right: Make, fault: Make) -> Finding:
    told = next((value for name, value in headers.items() if name.lower() == "x-oauth-scopes"), "")
    granted = {scope.strip() for scope in told.split(",")}
    if missing := sorted(SCOPES - granted):
        return fault("check-scopes-missing", scopes=", ".join(missing), n=len(missing))
    return right("check-scopes", n=len(SCOPES))


def _way_in(given: Settings, right: Make, fault: Make) -> Iterator[Finding]:
    token = _text(given.slack_app_token)
    if token and not token.startswith(APP_TOKEN):
        yield fault("check-app-token-malformed")
    elif token:
        yield _socket(WebClient(base_url=given.slack_api_url, timeout=ANSWER_SECONDS), token, right, fault)
    elif given.slack_signing_secret:
        yield right("check-http", host=given.host, port=str(given.port))
    else:
        yield fault("error-no-way-in")


def _socket(client: WebClient, token: str, right: Make, fault: Make) -> Finding:
    try:
        client.apps_connections_open(app_token=token)
    except SlackApiError as error:
        return fault("check-app-token-refused", error=str(error.response["error"]))
    except (SlackClientError, OSError):
        return fault("check-slack-unreachable", url=client.base_url)
    return right("check-app-token")


def _database(given: Settings, right: Make, fault: Make) -> Finding:
    try:
        database = databases.reached(given.database_url)
        try:
            databases.check_version(database)
        finally:
            database.close()
    except DatabaseBehind as error:
        # SQLite is brought up by whoever opens it first.
        return right("check-database-new") if database.is_sqlite else fault(error.key)
    except CleanedError as error:
        return fault(error.key, **error.values)
    return right("check-database", url=database.url.render_as_string())


def _webhooks(given: Settings, right: Make, fault: Make) -> Iterator[Finding]:
    try:
        names = routes.receivers(given)
    except BadSetting as error:
        yield fault(error.key, **error.values)
        return
    if names:
        paths = ", ".join(f"/bounces/{name}" for name in names)
        yield right("check-webhooks", paths=paths, host=given.host, port=str(given.port))


def _mailbox(place: ImapAddress, right: Make, fault: Make) -> Finding:
    try:
        waiting = mailbox.count_unseen(place)
    except MailboxError as error:
        return fault(error.key, **error.values)
    return right("bounces-imap-there", host=place.host, folder=place.folder, n=waiting)


def _mailchimp(given: Settings, right: Make, fault: Make) -> Iterator[Finding]:
    try:
        client = account.account(given, tries=1)
        if client is None:
            return
        with client:
            whose = client.account()
    except MailchimpError as error:
        yield fault(error.key, **error.values)
        return
    yield right("check-mailchimp", name=whose.name, role=whose.role)
    if whose.role in READERS:
        yield fault("check-mailchimp-reader", role=whose.role)
    yield from mailchimp_webhooks.found(given, right, fault)


def _time_zones(right: Make, fault: Make) -> Finding:
    try:
        ZoneInfo("Europe/Paris")
    except ZoneInfoNotFoundError:
        return fault("check-time-zones-missing")
    return right("check-time-zones")


def _text(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
