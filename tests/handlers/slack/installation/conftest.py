from collections.abc import Iterator

import pytest

from tests.support.oauth import FakeOAuth


@pytest.fixture
def slack() -> Iterator[FakeOAuth]:
    with FakeOAuth() as running:
        yield running
