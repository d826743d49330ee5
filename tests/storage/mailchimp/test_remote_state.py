"""What a mirror keeps about its audience comes back as it was written, whichever version wrote it."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.mailchimp.api.values import MergeField
from storage.mailchimp.remote_state import RemoteState

FIELD = {"tag": "FNAME", "name": "First name", "type": "text", "required": True, "choices": ["a", "b"]}
KEYS = {
    *("web_id", "double_optin", "permissions", "fields", "link", "signup", "whole_with_ids_at"),
    *("differs", "explained", "webhook_secret", "account_id", "trouble"),
    *("archived_by_list", "archived_by_contact", "no_contact_api", "without_address", "forgotten"),
}
MERGE_FIELDS = st.builds(MergeField, choices=st.lists(st.text()).map(tuple))


@given(
    st.builds(
        RemoteState,
        merge_fields=st.lists(MERGE_FIELDS, max_size=3).map(tuple),
        whole_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    )
)
def test_it_comes_back_as_it_was_written(state: RemoteState):
    written = json.loads(json.dumps(state.to_json()))
    assert RemoteState.from_json(written) == state
    assert set(written) == KEYS


@pytest.mark.parametrize(
    ("kept", "state"),
    [
        ({}, RemoteState()),
        ({"webhook_secret": "s"}, RemoteState(webhook_secret="s")),
        (
            {
                "web_id": 7,
                "double_optin": True,
                "permissions": True,
                "fields": [FIELD],
                "link": None,
                "signup": "https://x.example/s",
            },
            RemoteState(
                web_id=7,
                double_optin=True,
                asks_permissions=True,
                merge_fields=(MergeField("FNAME", "First name", "text", required=True, choices=("a", "b")),),
                signup_url="https://x.example/s",
            ),
        ),
        (
            {"whole_with_ids_at": "2026-11-20T10:00:00+00:00", "differs": True, "explained": 12},
            RemoteState(whole_at=datetime(2026, 11, 20, 10, tzinfo=UTC), differs=True, explained=12),
        ),
        # That pass did not keep the ids that Mailchimp gives.
        ({"whole_at": "2026-11-20T10:00:00+00:00"}, RemoteState()),
    ],
)
def test_rows_of_the_version_before_which_lack_keys_are_read(kept: dict[str, object], state: RemoteState):
    assert RemoteState.from_json(kept) == state


def test_the_secret_is_in_no_repr():
    assert "hush" not in repr(RemoteState(webhook_secret="hush"))
