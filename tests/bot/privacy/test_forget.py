"""Erasing a person: nothing is left of them, and nobody else loses anything."""

import io
from collections.abc import Iterator

import pytest

from bot.core.errors import WrongWord
from bot.imports import imports
from bot.imports.jobs import IMPORT
from bot.maintenance import consistency
from bot.privacy import forget
from bot.privacy.jobs import FORGET, ForgetJob
from storage.core.database import Database
from tests.conftest import NOW
from tests.support import every_table
from tests.support.audiences import cleaned, import_csv, run, statuses

ANN = "Ann.Smith@sub.example.com"


def forgotten(database: Database, address: str = ANN) -> ForgetJob:
    forget.request(database, address, "forget", word="FORGET", by="U1", now=NOW)
    return run(database, FORGET, forget.work)


def test_nothing_is_left_of_a_person_who_is_in_every_table(database: Database):
    audience = import_csv(database, f"Email,First Name\nbob@sub.example.com,Bob\n{ANN},Ann\n")
    every_table.fill(database, ANN, audience, 2)
    before = set(every_table.mentions(database, ANN))
    assert len(before) > 40
    job = forgotten(database)
    assert every_table.mentions(database, ANN) == []
    assert every_table.mentions(database, "Ann,") == []
    assert statuses(database, audience) == {"bob@sub.example.com": "cleaned"}
    assert job.outcome.rows["contact"] == 1
    assert ANN.lower().encode() not in every_table.bytes_of(database).lower()
