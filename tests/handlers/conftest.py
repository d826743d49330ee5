"""A Mailchimp account of a test alone."""

from collections.abc import Iterator

import pytest

from handlers.workspace.mailchimp.standin import Standin
from storage import mailchimp_wire
from tests.mirrors import watched


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Standin]:
    """No time passes between two tries."""
    monkeypatch.setattr(mailchimp_wire, "FIRST_PAUSE_SECONDS", 0.001)
    with watched() as running:
        yield running
