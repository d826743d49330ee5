"""An account that lets cleaned contacts be archived, for tests of the outbox."""

from collections.abc import Iterator

import pytest

from bot.mailchimp.outbox import batches, outbox
from bot.mailchimp.outbox import run as outbox_run
from handlers.standins.mailchimp.standin import Standin
from storage.mailchimp.api.client import Client
from tests.support import mirrors


@pytest.fixture
def standin() -> Iterator[Standin]:
    with mirrors.watched() as running:
        running.rules.archive_cleaned_allowed = True
        yield running


@pytest.fixture
def client(standin: Standin) -> Iterator[Client]:
    with mirrors.client_of(standin) as client:
        yield client


@pytest.fixture
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches with few contacts."""
    monkeypatch.setattr(outbox, "MOST_SINGLE_CALLS", 10)
    monkeypatch.setattr(batches, "OPERATIONS_PER_BATCH", 8)
    monkeypatch.setattr(outbox_run, "CONTACTS_PER_CHUNK", 7)
