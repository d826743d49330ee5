"""What a job's row keeps reads back as the value that was written."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.archives.jobs import ARCHIVE, RESTORE
from bot.bounces.verdicts.held import CLEANING, QUESTION
from bot.bounces.verdicts.notices import NOTICE
from bot.bounces.verdicts.reversals import REVERSAL
from bot.corrections.corrections import CorrectionPlan
from bot.corrections.required_fields import Permission
from bot.exports.jobs import EXPORT, ExportProgress
from bot.imports.jobs import IMPORT
from bot.jobs.jobs import JobType, Recipient
from bot.jobs.json_values import from_json, to_json
from bot.mailchimp.jobs import ADD, FIX
from bot.mailchimp.mirror.jobs import SYNC
from bot.privacy.jobs import FORGET
from storage.contacts.contacts import PageKey
from storage.contacts.values import Status
from storage.files.csv_files import CsvFormat
from storage.jobs.tables import JobKind

TYPES: Sequence[JobType[Any, Any, Any]] = (
    ARCHIVE,
    RESTORE,
    EXPORT,
    IMPORT,
    SYNC,
    ADD,
    FIX,
    REVERSAL,
    CLEANING,
    QUESTION,
    NOTICE,
    FORGET,
)
ZONES = (UTC, timezone(timedelta(hours=5, minutes=30)))
TIMES = st.datetimes(timezones=st.sampled_from(ZONES))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
OBJECTS = st.dictionaries(st.text(), JSON, max_size=3)
PLAIN: Mapping[Any, st.SearchStrategy[Any]] = {
    CsvFormat: st.sampled_from(CsvFormat),
    Any: JSON,
    dict: OBJECTS,
    dict[str, Any]: OBJECTS,
    datetime: TIMES,
    PageKey: st.builds(PageKey, TIMES, st.integers()),
    Permission: st.builds(Permission, st.text(), st.text()),
    Status: st.sampled_from(Status),
    **{plain: st.from_type(plain) for plain in (int, str, bool, date, NoneType)},
}
PARTS = [
    pytest.param(part, id=f"{type_.kind}-{name}")
    for type_ in TYPES
    for name, part in (("task", type_.task), ("progress", type_.progress), ("result", type_.result))
]


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a type, with every field given, those that have a default too."""
    if hint in PLAIN:
        return PLAIN[hint]
    if isinstance(hint, type) and is_dataclass(hint):
        hints = get_type_hints(hint)
        built: st.SearchStrategy[Any] = st.builds(
            hint, **{field.name: values(hints[field.name]) for field in fields(hint)}
        )
        # Without a file, all files sent: only the oldest rows look so, and they have a single file.
        return (
            built.filter(lambda value: value.parts or not value.are_sent) if hint is ExportProgress else built
        )
    origin, inner = get_origin(hint), [values(each) for each in get_args(hint) if each is not ...]
    if origin is Mapping:
        return st.dictionaries(*inner, max_size=3)
    if origin is tuple:
        if get_args(hint)[-1] is not ...:
            return st.tuples(*inner)
        return st.lists(*inner, max_size=3).map(tuple)
    assert origin in (Union, UnionType), hint
    return st.one_of(*inner)


def stored(value: object) -> dict[str, Any]:
    """The JSON object of a value as a database gives it back."""
    read: dict[str, Any] = json.loads(json.dumps(to_json(value)))
    return read


def test_every_kind_of_job_has_its_values_tested():
    assert {type_.kind for type_ in TYPES} == set(JobKind)


@pytest.mark.parametrize(
    "value_type",
    [*PARTS, pytest.param(Recipient, id="recipient"), pytest.param(CorrectionPlan, id="correction-plan")],
)
@given(data=st.data())
def test_a_value_of_a_job_is_read_back_as_it_was(value_type: type[Any], data: st.DataObject):
    value = data.draw(values(value_type))
    again = from_json(value_type, stored(value))
    assert again == value
    assert type(again) is type(value)
    assert stored(again) == stored(value)


@pytest.mark.parametrize("type_", TYPES, ids=lambda type_: type_.kind)
def test_a_job_that_has_not_begun_is_read_from_nothing(type_: JobType[Any, Any, Any]):
    start = from_json(type_.progress, {})
    assert from_json(type_.progress, to_json(start)) == start


@dataclass(frozen=True, slots=True)
class Earlier:
    """A value as one version of the program has it."""

    name: str


@dataclass(frozen=True, slots=True)
class Later:
    """The same in the next version, which has added a field."""

    name: str
    size: int = 0


def test_versions_that_differ_by_a_field_with_a_default_read_each_other():
    assert from_json(Later, stored(Earlier("a"))) == Later("a")
    assert from_json(Earlier, stored(Later("a", size=3))) == Earlier("a")
    assert stored(Later("a")) == {"name": "a"}


def test_a_row_without_a_field_that_is_needed_is_an_error():
    with pytest.raises(ValidationError):
        from_json(Earlier, {})
