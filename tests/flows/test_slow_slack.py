"""Slack's Web API is slow, or says that there were too many calls: every form is answered at once all the same."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlmodel import select

from handlers.slack.views import archives
from handlers.standins.slack.methods import METHODS
from storage.archives.tables import Archive
from storage.core.tables import JobRow
from tests.flows.conftest import AUDIENCE, CLEANED, Flow, Someone
from tests.support.figures import assert_exact

ANSWERED_WITHIN = 0.5  # seconds
SLOW_SECONDS = 4.0
LATE = 30.0  # what is told then takes some slow calls


@contextmanager
def slow(flow: Flow) -> Iterator[None]:
    """Every method takes four seconds."""
    for method in METHODS:
        flow.workspace.faults.slow_down(method, SLOW_SECONDS)
    yield
    for method in METHODS:
        flow.workspace.faults.slow_down(method, 0)


@contextmanager
def refusing(flow: Flow) -> Iterator[None]:
    """The next call of every method is answered 429, to come again in ten seconds."""
    for method in METHODS:
        flow.workspace.faults.rate_limit(method, times=1, retry_after=10)
    yield
    flow.workspace.faults.rate_limits.clear()


TROUBLES = pytest.mark.parametrize("trouble", [slow, refusing])


def submit(someone: Someone, **inputs: object) -> None:
    """Submits the open modal; the answer comes at once."""
    someone.person.fill(**inputs)
    started = time.monotonic()
    assert someone.person.submit() == {}
    took = time.monotonic() - started
    assert took < ANSWERED_WITHIN, f"answered after {took:.2f} s"


def jobs_of(flow: Flow) -> list[JobRow]:
    with flow.database.reading() as session:
        return list(session.exec(select(JobRow).where(JobRow.made_by != "terminal")).all())


@TROUBLES
def test_an_archive_and_its_undo(filled: Flow, trouble) -> None:
    olivia = filled.olivia
    olivia.person.command("/cleaned-archive")
    olivia.person.wait_modal(olivia.says("archives-type", word="ARCHIVE"))
    with trouble(filled):
        submit(olivia, **{archives.WORD: "ARCHIVE"})
        receipt = olivia.waits_direct("archives-done", LATE, n=CLEANED, audience=AUDIENCE)
    with trouble(filled):
        started = time.monotonic()
        assert olivia.person.click(archives.UNDO, in_=receipt)["ok"]
        assert time.monotonic() - started < ANSWERED_WITHIN
        olivia.waits_direct("restores-done", LATE, n=CLEANED, audience=AUDIENCE)
    with filled.database.reading() as session:
        [archive] = session.exec(select(Archive)).all()
    assert (archive.n, archive.restored) == (CLEANED, CLEANED)
    assert_exact(filled.database)
