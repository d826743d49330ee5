"""Which audience is meant."""

import pytest

from bot.core import audiences
from bot.core.errors import NoAudience
from storage.core.database import Database


@pytest.mark.parametrize("forged", [0, -1, 7, 1 << 31, 1 << 70])
def test_an_id_that_no_audience_has_is_told_so(database: Database, forged: int):
    with pytest.raises(NoAudience):
        audiences.by_id(database, forged)
