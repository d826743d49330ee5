"""The language of the terminal: English and French."""

import pytest

from handlers.words import Words
from handlers.words import words as words_for


@pytest.fixture(params=["en_GB.UTF-8", "fr_FR.UTF-8"], ids=["en", "fr"])
def words(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Words:
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", request.param)
    return words_for(request.param[:2])
