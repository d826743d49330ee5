"""Erases a person: every row about them, and their address in every text, in all audiences.

What stays is a keyed hash of the address, by which an import, a sync or a bounce that names the person again is
recognised: they are left out, and that is said.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.addresses import BadAddressReason, find_addresses, try_validate
from bot.core.errors import CleanedError, WrongWord
from bot.jobs import jobs
from bot.jobs.jobs import Clock, Recipient
from bot.privacy import uploads
from bot.privacy.jobs import FORGET, ForgetJob, ForgetResult, ForgetTask
from storage.audiences import audiences, journal
from storage.core.database import Database
from storage.mailchimp.remote_state import RemoteState
from storage.privacy import forgotten, traces
from storage.privacy.spellings import forms
from storage.privacy.traces import Person

HEARTBEAT_SECONDS = 10.0  # a lease lasts thirty
WHAT = "forget"  # in the journal


class NoAddressToForget(CleanedError):
    """What was typed is no address."""

    key = "error-forget-no-address"


@dataclass(frozen=True, slots=True)
class Mirror:
    """A Mailchimp audience that had the person. `link`: its contacts at Mailchimp."""

    name: str
    link: str | None


@dataclass(frozen=True, slots=True)
class ForgetReceipt:
    """What the message about such a job shows."""

    job: ForgetJob
    mirrors: Sequence[Mirror] = ()


def request(
    database: Database,
    text: str,
    typed: str,
    *,
    word: str,
    by: str,
    now: datetime,
    recipient: Recipient | None = None,
) -> ForgetJob:
    """Creates the job that erases the person with that address. Raises NoAddressToForget, WrongWord."""
    address_keys(text)
    if typed.strip().casefold() != word.casefold():
        raise WrongWord(word=word)
    with database.transaction() as session:
        return jobs.create(session, FORGET, ForgetTask(text.strip()), by=by, now=now, recipient=recipient)


def address_keys(text: str) -> Sequence[str]:
    """The address in lower case, in each form that contacts may have it. Raises NoAddressToForget."""
    text = text.strip()
    links = find_addresses(text) if text.startswith("<") else ()  # as Slack writes an address in a command
    typed = (links[0] if len(links) == 1 else text).lower()
    address = try_validate(typed)
    if not isinstance(address, BadAddressReason):
        return list(dict.fromkeys((*forms(address[1]), *forms(typed))))
    local, _, domain = typed.rpartition("@")
    if not (local and domain) or any(character.isspace() for character in typed):
        raise NoAddressToForget
    return forms(typed)  # a mirror has what Mailchimp has


def is_forgotten(database: Database, text: str) -> bool:
    """Whether the person was erased. Raises NoAddressToForget."""
    with database.reading() as session:
        erased = forgotten.load(session)
    return any(key in erased for key in address_keys(text))


def lift(database: Database, text: str, *, by: str, now: datetime) -> bool:
    """Lets the person in again; False if they were not erased. Raises NoAddressToForget."""
    with database.transaction() as session:
        if not forgotten.remove(session, address_keys(text)):
            return False
        journal.write(session, who=by, what="lift", at=now, n=1)
        return True


def work(database: Database, job: ForgetJob, clock: Clock) -> Iterator[ForgetJob]:
    """Erases the person, a table at a time, and ends the job. It can be done again from the beginning."""
    if job.task.address:
        person = Person.of(address_keys(job.task.address))
        yield (job := _mark(database, job, person, clock()))
        for file in uploads.naming(database, person):
            uploads.stop(database, file, clock())
            stopped = (*job.progress.stopped, person.spellings.without(file.name))
            yield (job := jobs.save_progress(database, job, clock(), replace(job.progress, stopped=stopped)))
        for step in _erase(database, job, person, clock):
            yield (job := step)
        with database.transaction() as session:
            job = jobs.step(session, job, clock(), task=ForgetTask(""))
        yield job
    # If it took longer than the lease, another worker carries on here, and does not begin again.
    is_overwritten = False
    if not job.progress.is_overwriting:
        job = jobs.save_progress(database, job, clock(), replace(job.progress, is_overwriting=True))
        is_overwritten = database.overwrite(*sorted({"job", "domain_count", *job.progress.rows}))
    progress = job.progress
    with database.transaction() as session:
        result = ForgetResult(progress.rows, progress.mirrors, progress.stopped, is_overwritten)
        yield jobs.finish(session, job, clock(), result)


def receipt(database: Database, job: ForgetJob) -> ForgetReceipt:
    """What is said about the job."""
    with database.reading() as session:
        rows = [audiences.get(session, audience_id) for audience_id in job.progress.mirrors]
    mirrors = [Mirror(row.name, RemoteState.from_json(row.remote).link) for row in rows if row]
    return ForgetReceipt(job, mirrors)


def _mark(database: Database, job: ForgetJob, person: Person, now: datetime) -> ForgetJob:
    """Stores the keyed hashes first, so that no import brings the person back meanwhile; and writes the journal."""
    with database.transaction() as session:
        ids = traces.contact_ids(session, person)
        if not job.progress.is_marked:
            hashes = forgotten.add(session, person.address_keys, by=job.made_by, now=now)
            n = sum(map(len, ids.values()))
            journal.write(session, who=job.made_by, what=WHAT, at=now, n=n, hashes=hashes)
        mirrored = {row.id for row in audiences.list_all(session) if row.remote_id is not None}
        mirrors = tuple(sorted({*job.progress.mirrors, *(ids.keys() & mirrored)}))
        progress = replace(job.progress, mirrors=mirrors, is_marked=True)
        return jobs.step(session, job, now, progress=progress)


def _erase(database: Database, job: ForgetJob, person: Person, clock: Clock) -> Iterator[ForgetJob]:
    """Erases the person in another thread: a large table takes longer to search than the job's lease lasts."""
    steps = traces.erase(database, person, but_job=job.id)
    with ThreadPoolExecutor(1, thread_name_prefix="forget") as pool:
        while True:
            future = pool.submit(next, steps, None)
            while wait([future], HEARTBEAT_SECONDS).not_done:
                yield (job := jobs.renew(database, job, clock()))
            if (erased := future.result()) is None:
                return
            rows = Counter(job.progress.rows) + Counter(dict([erased]))
            yield (job := jobs.save_progress(database, job, clock(), replace(job.progress, rows=rows)))
