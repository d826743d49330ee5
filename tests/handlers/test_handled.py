"""A delivery that comes again is recognised."""

import pytest

from handlers import handled
from handlers.handled import Handled


def test_the_same_trigger_or_event_is_new_once():
    seen = Handled()
    assert [seen.before({"trigger_id": "1"}) for _ in range(3)] == [False, True, True]
    assert [seen.before({"event_id": "E1", "type": "event_callback"}) for _ in range(2)] == [False, True]


def test_what_has_no_id_is_always_new():
    seen = Handled()
    assert not seen.before({"type": "view_closed"})
    assert not seen.before({"type": "view_closed"})


def test_a_delivery_is_remembered_longer_than_slack_retries(monkeypatch: pytest.MonkeyPatch):
    now = 0.0
    monkeypatch.setattr(handled, "monotonic", lambda: now)
    seen = Handled()
    seen.before({"trigger_id": "1"})
    now = 6 * 60
    assert seen.before({"trigger_id": "1"})
    now = handled.KEPT_SECONDS + 7 * 60
    assert not seen.before({"trigger_id": "1"})
