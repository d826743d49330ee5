"""Sending files to people: the port that `handlers` implements, and sending a small file exactly once."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from bot.core.errors import CleanedError
from bot.jobs import jobs
from bot.jobs.jobs import Clock, Job
from storage.core.database import Database

GIVE_UP_AFTER = 5  # attempts

log = logging.getLogger(__name__)


class SharedWith(StrEnum):
    """Who sees a channel besides the people of this workspace."""

    NOBODY = "nobody"
    ORGANIZATION = "organization"  # other workspaces of the same organization
    COMPANY = "company"  # another company, invited or there already


class SendFailed(Exception):
    """The service did not accept the file; another attempt may succeed."""


@dataclass(frozen=True, slots=True)
class Contents:
    """A file's bytes. `pieces` may be called more than once and gives the same each time; `size` is in bytes."""

    size: int
    pieces: Callable[[], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class ExpectedFile:
    """A file that the service expects: its id, and where the bytes go."""

    file_id: str
    url: str


@dataclass(frozen=True, slots=True)
class SharedFiles:
    """Files that people can see; None for each that has no link."""

    permalinks: tuple[str | None, ...]


class FileSender(Protocol):
    """Hands files to people. All methods raise SendFailed."""

    def expect(self, name: str, size: int) -> ExpectedFile:
        """Announces a file of `size` bytes."""

    def send(self, file: ExpectedFile, contents: Contents) -> Iterator[int]:
        """Sends the bytes, and yields now and then how many were sent so far. Nobody sees the file yet."""

    def shared(self, file_ids: Sequence[str]) -> SharedFiles | None:
        """The links of files that are shared already; None if they are not."""

    def share(self, names: Mapping[str, str], channel: str | None) -> SharedFiles:
        """Shares the files (id → name) in one message, in the channel or in the person's direct messages.

        Raises CleanedError if they can't be shared in that channel.
        """


@dataclass(frozen=True, slots=True)
class SmallFile:
    """A file that fits into memory, and who sends it."""

    name: str
    pieces: Iterable[bytes]
    sender: FileSender


@dataclass(frozen=True, slots=True)
class HandOver:
    """How far sending a small file is. `file_id` is set once its bytes are sent; it `has_ended` shared or given up."""

    file_id: str | None = None
    is_shared: bool = False
    has_ended: bool = False

    @staticmethod
    def upgrade(json: Mapping[str, Any], shared_key: str) -> dict[str, Any]:
        """Converts progress of version 0.1, with the ids of the sent and of the shared file as keys of their own."""
        rest = {key: value for key, value in json.items() if key not in {shared_key, "upload"}}
        has_ended, file_id = shared_key in json, json.get(shared_key) or json.get("upload")
        if has_ended or file_id:
            is_shared = json.get(shared_key) is not None
            rest["hand_over"] = {"file_id": file_id, "is_shared": is_shared, "has_ended": has_ended}
        return rest


NOTHING_SENT = HandOver()


class HasHandOver(Protocol):
    """The progress of a job that hands over a small file."""

    @property
    def hand_over(self) -> HandOver: ...


TaskT = TypeVar("TaskT")
ProgressT = TypeVar("ProgressT", bound=HasHandOver)
ResultT = TypeVar("ResultT")


def hand_over(
    database: Database, job: Job[TaskT, ProgressT, ResultT], clock: Clock, file: SmallFile
) -> Iterator[Job[TaskT, ProgressT, ResultT]]:
    """Sends the job's person a small file, once, even if the process dies meanwhile and another carries on.

    Gives up, so that the job can go on, if the service refuses the file or GIVE_UP_AFTER attempts failed. Raises
    SendFailed before that.
    """
    try:
        file_id, is_shared = job.progress.hand_over.file_id, False
        if file_id:
            is_shared = (
                file.sender.shared([file_id]) is not None
            )  # a process may have died just after sharing it
        else:
            file_id = _send(file)
            job = _save_hand_over(database, job, clock, HandOver(file_id))
            yield job
        if not is_shared:
            file.sender.share({file_id: file.name}, None)
    except (SendFailed, CleanedError) as error:
        if job.attempts < GIVE_UP_AFTER and isinstance(error, SendFailed):
            raise
        log.warning("the file of job %s was not sent: %s", job.id, type(error).__qualname__)
        yield _save_hand_over(database, job, clock, replace(job.progress.hand_over, has_ended=True))
    else:
        yield _save_hand_over(database, job, clock, HandOver(file_id, is_shared=True, has_ended=True))


def _send(file: SmallFile) -> str:
    pieces = list(file.pieces)
    size = sum(map(len, pieces))
    expected = file.sender.expect(file.name, size)
    for _ in file.sender.send(expected, Contents(size, lambda: iter(pieces))):
        pass
    return expected.file_id


def _save_hand_over(
    database: Database, job: Job[TaskT, ProgressT, ResultT], clock: Clock, hand_over: HandOver
) -> Job[TaskT, ProgressT, ResultT]:
    progress = replace(job.progress, hand_over=hand_over)  # type: ignore[type-var]  # a dataclass, as all progress
    return jobs.save_progress(database, job, clock(), progress)
