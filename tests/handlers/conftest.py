"""A Mailchimp account of a test alone."""

from collections.abc import Iterator

import pytest

from handlers.standins.mailchimp.standin import Standin
from storage.mailchimp.api import transport
from tests.support.mirrors import watched


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Standin]:
    """No time passes between two tries."""
    monkeypatch.setattr(transport, "FIRST_PAUSE_SECONDS", 0.001)
    with watched() as running:
        yield running
