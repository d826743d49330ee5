"""`/cleaned-import`: a file from a modal, fetched and taken in as long work."""

import logging
from collections.abc import Iterator
from functools import partial
from tempfile import TemporaryFile
from typing import Any, BinaryIO

import httpx
from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.core import audiences, jobs
from bot.core.errors import CleanedError, IsMirrored
from bot.core.jobs import Clock
from bot.imports import imports
from handlers.slack import refused_rows, uploads
from handlers.slack.context import AppContext
from handlers.slack.elements import audiences as audience_views
from handlers.slack.long_work import JobHandler
from handlers.slack.request import Ask, Modal
from handlers.slack.uploads import Uploads
from handlers.slack.views import imports as views
from handlers.words import words
from storage.core.database import Database
from storage.core.tables import JobRow

MOST_MEGABYTES = 512
MEGABYTE = 1_000_000
ANSWER_SECONDS = 15.0  # of silence while a file is fetched; well under the lease
RENEW_BYTES = 4 * MEGABYTE  # fetched between two renewals of the lease
GONE = {"file_not_found", "file_deleted", "access_denied", "not_visible"}

log = logging.getLogger(__name__)


class NoFile(CleanedError):
    """Nothing was uploaded."""

    key = "error-import-no-file"


class NoAudienceNamed(CleanedError):
    """Neither an audience nor a new name."""

    key = "error-import-no-audience"


class FileTooLarge(CleanedError):
    """Values: name, size and most (megabytes)."""

    key = "error-import-too-large"


class NotFetched(CleanedError):
    """Slack does not hand the file out. Values: name."""

    key = "error-import-not-fetched"


def register(app: App) -> None:
    app.command("/cleaned-import")(show)
    app.action(views.OPEN)(show_from_button)
    app.options(views.AUDIENCE)(suggest)
    app.view(views.SUBMIT)(submit)


def kind(parts: AppContext) -> JobHandler:
    """How imports are done and told."""
    return JobHandler(work=partial(_work, parts.client), title="import-title", tell=views.tell)


def show(ack: Ack, command: dict[str, Any], ask: Ask) -> None:
    ack()
    modal = ask.modal(ask.words("import-title"))
    text = (command.get("text") or "").strip()
    named = [each for each in audiences.every(ask.database) if each.name.casefold() == text.casefold()]
    if named and named[0].is_mirror:
        raise IsMirrored(name=named[0].name)
    begin(ask, modal, chosen=named[0].id if named else None, new_name="" if named else text)


def show_from_button(ack: Ack, action: dict[str, Any], ask: Ask) -> None:
    ack()
    modal = ask.modal(ask.words("import-title"))
    begin(ask, modal, chosen=int(action["value"]) if action.get("value") else None)


def begin(ask: Ask, modal: Modal, *, chosen: int | None, new_name: str = "") -> None:
    ask.require_operator()
    modal.show(views.form(ask.words, audiences.local(ask.database), chosen, new_name))


def suggest(ack: Ack, payload: dict[str, Any], ask: Ask) -> None:
    ack(options=audience_views.options(audiences.local(ask.database), payload["value"]))


def submit(ack: Ack, view: dict[str, Any], ask: Ask) -> None:
    ask.require_operator()
    values = view["state"]["values"]
    with ask.under(views.FILE):
        file = _chosen_file(values)
    with ask.under(views.NAME):
        audience = _chosen_audience(values, ask.database)
        imports.request(
            ask.database,
            slack_file=file["id"],
            name=file["name"],
            audience=audience,
            by=ask.person.id,
            now=ask.now,
            status=values[views.STATUS][views.STATUS]["selected_option"]["value"],
            notify=ask.notify(view["id"]),
            once=view["id"],
        )
    ack(response_action="update", view=views.started(ask.words, file["name"], audience))
    ask.start()


def _chosen_file(values: dict[str, Any]) -> dict[str, Any]:
    files: list[dict[str, Any]] = values[views.FILE][views.FILE].get("files") or []
    if not files:
        raise NoFile
    _check_size(files[0])
    return files[0]


def _chosen_audience(values: dict[str, Any], database: Database) -> str:
    typed = (values[views.NAME][views.NAME].get("value") or "").strip()
    chosen = values.get(views.AUDIENCE, {}).get(views.AUDIENCE, {}).get("selected_option")
    if typed:
        return typed
    if not chosen:
        raise NoAudienceNamed
    return audiences.by_id(database, int(chosen["value"])).name


def _check_size(file: dict[str, Any]) -> None:
    size = int(file.get("size") or 0)
    if size > MOST_MEGABYTES * MEGABYTE:
        raise FileTooLarge(name=file["name"], size=size // MEGABYTE, most=MOST_MEGABYTES)


def _work(client: WebClient, database: Database, job: JobRow, clock: Clock) -> Iterator[JobRow]:
    """Fetches the file, takes its rows in, hands out those refused, ends. Each can be carried on."""
    latest = job
    if not imports.is_kept(latest):
        for fetched in _fetch(client, database, latest, clock):
            yield (latest := fetched)
    for taken in imports.take_in(database, latest, clock):
        yield (latest := taken)
    if latest.notify and imports.outcome_of(latest).refused and "refused_file" not in latest.cursor:
        latest = _hand_out(client, database, latest, clock)
    yield imports.finish(database, latest, clock())


def _fetch(client: WebClient, database: Database, job: JobRow, clock: Clock) -> Iterator[JobRow]:
    latest = job
    with TemporaryFile() as file:
        for size in _download(client, job, file):
            if size >= RENEW_BYTES:
                latest = jobs.note(database, latest, clock())
                yield latest
        yield from imports.keep(database, latest, file, clock)


def _download(client: WebClient, job: JobRow, file: BinaryIO) -> Iterator[int]:
    """Gives the bytes since the last turn. Raises NotFetched, FileTooLarge; httpx's errors are worth another try."""
    name = str(job.data["name"])
    url = _address(client, job)
    whose = {"Authorization": f"Bearer {client.token}"}
    with httpx.stream("GET", url, headers=whose, follow_redirects=True, timeout=ANSWER_SECONDS) as response:
        if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            response.raise_for_status()
        # Slack answers a token that may not see the file with its sign-in page.
        if response.status_code != httpx.codes.OK or response.headers.get("content-type", "").startswith(
            "text/html"
        ):
            raise NotFetched(name=name)
        for piece in response.iter_bytes(RENEW_BYTES):
            file.write(piece)
            _check_size({"name": name, "size": file.tell()})
            yield len(piece)


def _address(client: WebClient, job: JobRow) -> str:
    try:
        file: dict[str, Any] = client.files_info(file=job.data["slack_file"])["file"]
    except SlackApiError as error:
        if error.response.get("error") in GONE:
            raise NotFetched(name=job.data["name"]) from error
        raise
    _check_size(file)
    return str(file["url_private_download"])


def _hand_out(client: WebClient, database: Database, job: JobRow, clock: Clock) -> JobRow:
    """The person gets the file of refused rows, once; without it the job goes on where it can't be sent for good."""
    told, n = words(job.notify.get("language")), imports.outcome_of(job).refused
    name = f"{job.data['name']}.refused.csv"
    comment = told.md("import-refused-comment", n=n, name=job.data["name"])
    rows = refused_rows.csv(told, database, [job.id])
    latest, file_id = uploads.hand_out(Uploads(client, comment), database, job, clock, name, rows)
    return imports.refused_are_handed_out(database, latest, clock(), file_id)
