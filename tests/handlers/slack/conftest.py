"""Time enough for listeners, and no limits: no test of a feature fails because the machine is busy, or quick."""

import pytest
from slack_bolt.listener.custom_listener import CustomListener

from handlers.slack import limits, listeners

ACK_SECONDS = 30  # Bolt gives up after 3


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    always = property(lambda _: ACK_SECONDS, lambda _, __: None)
    monkeypatch.setattr(CustomListener, "ack_timeout", always, raising=False)


@pytest.fixture(autouse=True)
def _unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test sends more in a second than any person does."""
    for name in ("OF_ONE_PERSON", "OF_ONE_WORKSPACE"):
        monkeypatch.setattr(limits, name, (1_000, 1_000_000))


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What follows an answer to a form waits for Slack to show that, and nothing here has to."""
    monkeypatch.setattr(listeners, "SETTLE_SECONDS", 0)
