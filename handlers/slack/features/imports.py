"""`/cleaned-import`: the form with the file, and the job that fetches and imports it."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, BinaryIO

import httpx
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.audiences import audiences
from bot.core.errors import CleanedError, IsMirrored
from bot.imports import imports
from bot.imports.jobs import IMPORT, ImportJob
from bot.jobs.files import SmallFile
from handlers.slack.context import AppContext
from handlers.slack.elements import audiences as audience_views
from handlers.slack.elements.blocks import Message, View
from handlers.slack.jobs import refused_rows
from handlers.slack.jobs.long_work import JobHandler
from handlers.slack.jobs.uploads import Uploads
from handlers.slack.listeners import OPERATORS, Listeners
from handlers.slack.request import Request
from handlers.slack.views import imports as views
from handlers.slack.web_api.modals import Modal
from handlers.words import Words, words
from storage.core.database import Database

MAX_MEGABYTES = 512
MEGABYTE = 1_000_000  # bytes
TIMEOUT_SECONDS = 15.0  # without any bytes while a file is fetched; well under the lease
UNAVAILABLE = {"file_not_found", "file_deleted", "access_denied", "not_visible"}


class NoFile(CleanedError):
    """No file was uploaded."""

    key = "error-import-no-file"


class NoAudienceNamed(CleanedError):
    """Neither an audience nor a new name was given."""

    key = "error-import-no-audience"


class FileTooLarge(CleanedError):
    """The file is too large. Values: name, size and most (megabytes)."""

    key = "error-import-too-large"


class NotFetched(CleanedError):
    """Slack refuses the download. Values: name."""

    key = "error-import-not-fetched"


def register(listeners: Listeners) -> None:
    listeners.command("/cleaned-import", show, who=OPERATORS)
    listeners.action(views.OPEN, show_from_button, who=OPERATORS)
    listeners.options(views.AUDIENCE, suggest_local_audiences, who=OPERATORS)
    listeners.submission(views.SUBMIT, submit, who=OPERATORS)


def job_handler(context: AppContext) -> JobHandler:
    """How import jobs run and what their message says."""
    fetch = partial(_fetch, context.client)
    refused_file = partial(_refused_file, context.client, context.database)
    return JobHandler(
        IMPORT,
        work=partial(imports.fetch_and_work, fetch, refused_file),
        title="import-title",
        message=_message,
    )


def show(request: Request) -> None:
    modal = request.open_modal("import-title")
    name = request.text.casefold()
    matches = (
        audience for audience in audiences.list_all(request.database) if audience.name.casefold() == name
    )
    audience = next(matches, None)
    if audience is None:
        _show_form(request, modal, chosen=None, new_name=request.text)
    elif audience.is_mirror:
        raise IsMirrored(name=audience.name)
    else:
        _show_form(request, modal, chosen=audience.id)


def show_from_button(request: Request) -> None:
    modal = request.open_modal("import-title")
    _show_form(request, modal, chosen=int(request.value) if request.value else None)


def suggest_local_audiences(request: Request) -> Sequence[dict[str, Any]]:
    return audience_views.options(audiences.local(request.database), request.payload["value"])


def submit(request: Request) -> View:
    with request.under(views.FILE):
        file = _chosen_file(request.inputs)
    with request.under(views.NAME):
        audience = _chosen_audience(request.inputs, request.database)
        imports.request(
            request.database,
            slack_file=file["id"],
            name=file["name"],
            audience=audience,
            by=request.user_id,
            now=request.now,
            status=request.inputs[views.STATUS][views.STATUS]["selected_option"]["value"],
            recipient=request.recipient(request.here),
            once=request.here.id,
        )
    request.wake_worker()
    return views.started(request.words, file["name"], audience)


def _message(database: Database, words: Words, job: ImportJob) -> Message:
    return views.message(words, imports.receipt(database, job))


def _show_form(request: Request, modal: Modal, *, chosen: int | None, new_name: str = "") -> None:
    modal.show(views.form(request.words, audiences.local(request.database), chosen, new_name))


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
    if size > MAX_MEGABYTES * MEGABYTE:
        raise FileTooLarge(name=file["name"], size=size // MEGABYTE, most=MAX_MEGABYTES)


def _fetch(client: WebClient, job: ImportJob, file: BinaryIO) -> Iterator[int]:
    """The port `FetchFile` of `bot.imports.imports`. Raises NotFetched, FileTooLarge, and httpx's errors to try again."""
    url, name = _download_url(client, job), job.task.name
    headers = {"Authorization": f"Bearer {client.token}"}
    with httpx.stream(
        "GET", url, headers=headers, follow_redirects=True, timeout=TIMEOUT_SECONDS
    ) as response:
        if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            response.raise_for_status()
        # Slack answers with its sign-in page if the token may not read the file.
        is_html = response.headers.get("content-type", "").startswith("text/html")
        if response.status_code != httpx.codes.OK or is_html:
            raise NotFetched(name=name)
        for piece in response.iter_bytes(imports.RENEW_BYTES):
            file.write(piece)
            _check_size({"name": name, "size": file.tell()})
            yield len(piece)


def _download_url(client: WebClient, job: ImportJob) -> str:
    try:
        file: dict[str, Any] = client.files_info(file=str(job.task.slack_file))["file"]
    except SlackApiError as error:
        if error.response.get("error") in UNAVAILABLE:
            raise NotFetched(name=job.task.name) from error
        raise
    _check_size(file)
    return str(file["url_private_download"])


def _refused_file(client: WebClient, database: Database, job: ImportJob) -> SmallFile:
    """The port `RefusedFile` of `bot.imports.imports`."""
    language_words, name = words(job.language), job.task.name
    comment = language_words.md("import-refused-comment", n=job.progress.outcome.refused, name=name)
    pieces = refused_rows.csv(language_words, database, [job.id])
    return SmallFile(f"{name}.refused.csv", pieces, Uploads(client, job.recipient, lambda: comment))
