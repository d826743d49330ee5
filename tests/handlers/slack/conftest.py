"""Time enough for listeners: no test of a feature fails because the machine is busy."""

import pytest
from slack_bolt.listener.custom_listener import CustomListener

ACK_SECONDS = 30  # Bolt gives up after 3


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    always = property(lambda _: ACK_SECONDS, lambda _, __: None)
    monkeypatch.setattr(CustomListener, "ack_timeout", always, raising=False)
