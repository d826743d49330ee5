"""`cleaned check`: prints one line per setting or service: whether it is right, and if not, how to fix it."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import fields
from datetime import datetime
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import SecretStr
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.audiences.audiences import Audience
from bot.bounces import mailbox
from bot.core import settings
from bot.core.errors import CleanedError
from bot.core.settings import BadSetting, Reading, Settings
from bot.mailchimp import account
from bot.mailchimp.mirror import missing
from bot.mailchimp.outbox import roads
from bot.maintenance.retention import Retention
from bot.workspaces import databases
from bot.workspaces.databases import DatabaseBehind
from handlers import tracing
from handlers.slack.web_api.scopes import SCOPES
from handlers.terminal import spreading
from handlers.terminal import workspaces as of_workspaces
from handlers.terminal.checks import deep as deep_check
from handlers.terminal.checks import mailchimp_webhooks, private_files, workspaces
from handlers.terminal.checks.finding import Finding, Make
from handlers.terminal.checks.start import APP_TOKEN, BOT_TOKEN, oauth_faults, wants_oauth
from handlers.terminal.files import print_json
from handlers.web.webhooks import routes
from handlers.words import Words
from storage.bounces.imap import MailboxError
from storage.bounces.imap_address import ImapAddress
from storage.mailchimp.api.client import Client
from storage.mailchimp.api.errors import MailchimpError

TIMEOUT_SECONDS = 10
READ_ONLY_ROLES = ("viewer", "author")  # Mailchimp's roles that can't change an audience
DATABASE = "DATABASE_URL"


def run(
    words: Words, *, webhooks: bool = False, deep: bool = False, mend: bool = False, as_json: bool = False
) -> int:
    """Prints every finding; returns 1 if any is a fault.

    `webhooks`: creates the missing webhooks at Mailchimp. `deep`: also checks the stored data for consistency; `mend`:
    and corrects wrong figures. `as_json`: for programs, at the end.
    """
    reading = settings.read()
    if reading.settings.workspace and not reading.faults:
        reading = of_workspaces.read(reading.settings)
    config = reading.settings
    results = findings(words, config, reading.faults)
    if DATABASE not in reading.faulty:  # else they would make a database at the default place
        if webhooks:
            results = chain(results, mailchimp_webhooks.set_up(words, config))
        if deep:
            results = chain(results, deep_check.findings(words, config, mend=mend))
    done: list[Finding] = []
    for finding in results:
        done.append(finding)
        if not as_json:
            mark = finding.mark or words("check-fault" if finding.is_fault else "check-right")
            print(f"{mark:<6}  {finding.text}", flush=True)
    if as_json:
        print_json([{"fault": each.is_fault, "check": each.key, "text": each.text} for each in done])
    return int(any(finding.is_fault for finding in done))


def findings(words: Words, config: Settings, faults: Sequence[BadSetting] = ()) -> Iterator[Finding]:
    """Runs every check, whatever the others find. `faults`: of the settings, where `config` has defaults instead."""
    faulty = Reading(config, tuple(faults)).faulty

    def right(key: str, **values: Any) -> Finding:
        times = {
            name: words.moment(at.astimezone()) for name, at in values.items() if isinstance(at, datetime)
        }
        return Finding(is_fault=False, text=words(key, **{**values, **times}), key=key)

    def fault(key: str, **values: Any) -> Finding:
        return Finding(is_fault=True, text=words(key, **values), key=key)

    for each in faults:
        yield fault(each.key, **each.values)
    if "SLACK_BOT_TOKEN" not in faulty and (config.slack_bot_token or not wants_oauth(config, faulty)):
        yield from _bot_token(config, right, fault)
    if not faulty & {"SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"}:
        yield from _connection(config, right, fault)
    yield from (fault(each.key, **each.values) for each in oauth_faults(config, faulty))
    if DATABASE in faulty:
        return
    yield _database(config, right, fault)
    if config.uses_oauth:
        yield from workspaces.findings(config, right, fault)
    yield from private_files.findings(config.database_url, fault)
    yield from _webhooks(config, right, fault)
    if config.mailbox:
        yield _mailbox(config.mailbox, right, fault)
    yield from _mailchimp(config, right, fault)
    yield from _tracing(right, fault)
    yield _retention(words, config, right)
    yield _time_zones(right, fault)


def _bot_token(config: Settings, right: Make, fault: Make) -> Iterator[Finding]:
    token = _text(config.slack_bot_token)
    if not token:
        yield fault("check-bot-token-missing")
    elif not token.startswith(BOT_TOKEN):
        yield fault("check-bot-token-malformed")
    else:
        yield from _identity(WebClient(token, config.slack_api_url, TIMEOUT_SECONDS), right, fault)


def _identity(client: WebClient, right: Make, fault: Make) -> Iterator[Finding]:
    try:
        response = client.auth_test()
    except SlackApiError as error:
        yield fault("check-bot-token-refused", error=str(error.response["error"]))
        return
    except (SlackClientError, OSError):
        yield fault("check-slack-unreachable", url=client.base_url)
        return
    yield right("check-bot-token", team=str(response.get("team")), user=str(response.get("user")))
    yield from _scopes(response.headers, right, fault)


def _scopes(headers: dict[str, Any], right: Make, fault: Make) -> Iterator[Finding]:
    """Which scopes are missing, and what doesn't work without each."""
    header = next((value for name, value in headers.items() if name.lower() == "x-oauth-scopes"), "")
    granted = {scope.strip() for scope in header.split(",")}
    if missing := sorted(SCOPES - granted):
        yield fault("check-scopes-missing", scopes=", ".join(missing), n=len(missing))
        for scope in missing:
            yield fault("check-scope-without", scope=scope, what=scope.replace(":", "-"))
    else:
        yield right("check-scopes", n=len(SCOPES))


def _connection(config: Settings, right: Make, fault: Make) -> Iterator[Finding]:
    token = _text(config.slack_app_token)
    if token and not token.startswith(APP_TOKEN):
        yield fault("check-app-token-malformed")
    elif token:
        yield _socket(WebClient(base_url=config.slack_api_url, timeout=TIMEOUT_SECONDS), token, right, fault)
    elif config.slack_signing_secret:
        yield right("check-http", host=config.host, port=str(config.port))
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


def _database(config: Settings, right: Make, fault: Make) -> Finding:
    try:
        with closing(databases.open_any_version(config.database_url)) as database:
            databases.check_version(database)
            n_left = spreading.n_left(database)
    except DatabaseBehind as error:
        # SQLite databases are migrated by the first command that opens them.
        return right("check-database-new") if database.is_sqlite else fault(error.key)
    except CleanedError as error:
        return fault(error.key, **error.values)
    if n_left:
        return fault("spread-left", n=n_left)
    return right("check-database", url=database.url.render_as_string())


def _webhooks(config: Settings, right: Make, fault: Make) -> Iterator[Finding]:
    if faults := routes.faults(config):
        for error in faults:
            yield fault(error.key, **error.values)
        return
    if names := routes.receivers(config):
        paths = ", ".join(f"/bounces/{name}" for name in names)
        yield right("check-webhooks", paths=paths, host=config.host, port=str(config.port))


def _mailbox(address: ImapAddress, right: Make, fault: Make) -> Finding:
    try:
        unread = mailbox.count_unseen(address)
    except MailboxError as error:
        return fault(error.key, **error.values)
    return right("bounces-imap-there", host=address.host, folder=address.folder, n=unread)


def _mailchimp(config: Settings, right: Make, fault: Make) -> Iterator[Finding]:
    try:
        client = account.account(config, tries=1)
        if client is None:
            return
        with client:
            mailchimp_account = client.account()
            missing_mirrors = _missing_mirrors(config, client)
    except MailchimpError as error:
        yield fault(error.key, **error.values)
        return
    yield right("check-mailchimp", name=mailchimp_account.name, role=mailchimp_account.role)
    if mailchimp_account.role in READ_ONLY_ROLES:
        yield fault("check-mailchimp-reader", role=mailchimp_account.role)
    for key, at in _roads(config):
        yield right(key, at=at)
    for mirror in missing_mirrors:
        yield fault(f"mirror-{mirror.trouble}", audience=mirror.name)
    yield from mailchimp_webhooks.findings(config, right, fault)


def _missing_mirrors(config: Settings, client: Client) -> Sequence[Audience]:
    """Raises MailchimpError."""
    try:
        with closing(databases.open_any_version(config.database_url)) as database:
            databases.check_version(database)
            return missing.find(database, client)
    except CleanedError:
        return ()  # the check of the database reports it


def _roads(config: Settings) -> Iterator[tuple[str, datetime]]:
    """Which of Mailchimp's calls archived cleaned contacts, and when last."""
    try:
        with closing(databases.open_any_version(config.database_url)) as database:
            databases.check_version(database)
            known = roads.known(database)
    except CleanedError:
        return  # the check of the database reports it
    if known.by_list:
        yield "check-mailchimp-by-list", known.by_list
    if known.by_contact:
        yield "check-mailchimp-by-contact", known.by_contact
    if known.no_contact_api:
        yield "check-mailchimp-no-contact-api", known.no_contact_api


def _tracing(right: Make, fault: Make) -> Iterator[Finding]:
    given = settings.open_telemetry()
    if faults := list(tracing.faults(given)):
        yield from (fault(each.key, **each.values) for each in faults)
    elif host := tracing.endpoint(given):
        yield right("check-tracing", host=host)


def _retention(words: Words, config: Settings, right: Make) -> Finding:
    """How long things are kept that name people."""
    kept = {
        field.name: words("check-kept-always" if days is None else "check-kept-days", n=days or 0)
        for field in fields(Retention)
        for days in [getattr(Retention.of(config), field.name)]
    }
    return right("check-retention", **kept)


def _time_zones(right: Make, fault: Make) -> Finding:
    try:
        ZoneInfo("Europe/Paris")
    except ZoneInfoNotFoundError:
        return fault("check-time-zones-missing")
    return right("check-time-zones")


def _text(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
