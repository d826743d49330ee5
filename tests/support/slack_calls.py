"""A call that the local workspace refuses."""

from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.support.slack import Json


def refusal(client: WebClient, method: str, **arguments: Any) -> Json:
    with pytest.raises(SlackApiError) as raised:
        client.api_call(method, json=arguments)
    return dict(raised.value.response.data)
