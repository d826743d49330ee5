"""Archives from outside: read, or refused before they do harm."""

import io
import stat
import time
import warnings
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.files import spreadsheet_errors as errors
from storage.files.spreadsheets import open_sheets
from storage.files.zips import Limits
from tests.support import samples

CSV = b"Email Address,Name\na@b.fr,A\n"
SAMPLE = samples.archive(40)


def _zip(
    *members: tuple[str | zipfile.ZipInfo, bytes], compression: int = zipfile.ZIP_DEFLATED
) -> io.BytesIO:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # two members of one name are what a test wants
        for name, body in members:
            archive.writestr(name, body)
    return packed


def _read(file: io.BytesIO, limits: Limits | None = None) -> list[str]:
    found = open_sheets("x.zip", file, limits) if limits else open_sheets("x.zip", file)
    return [sheet.name for sheet in found for _ in sheet.rows]


def test_each_csv_in_an_archive_is_a_sheet():
    found = open_sheets(
        "x.zip", _zip(("a.csv", CSV), ("folder/b.CSV", CSV), ("c.tsv", CSV), ("readme.txt", b"no"))
    )
    assert [sheet.name for sheet in found] == ["a.csv", "b.CSV", "c.tsv"]
    assert sum(1 for sheet in found for _ in sheet.rows) == 3


def test_hidden_and_empty_members_are_left_out():
    file = _zip(("__MACOSX/._a.csv", b"junk"), (".b.csv", b"junk"), ("empty.csv", b""), ("a.csv", CSV))
    assert _read(file) == ["a.csv"]


def _danger(name: str, *, mode: int = stat.S_IFREG, flags: int = 0) -> io.BytesIO:
    info = zipfile.ZipInfo("placeholder" if "\0" in name or "\\" in name else name)
    info.external_attr = (mode | 0o644) << 16
    body = bytearray(_zip((info, CSV), ("a.csv", CSV)).getvalue())
    if info.filename != name:
        body = body.replace(b"placeholder", name.encode().ljust(11, b"x")[:11])
    if flags:
        body[6] |= flags
        body[body.index(b"PK\x01\x02") + 8] |= flags
    return io.BytesIO(bytes(body))


@pytest.mark.parametrize(
    ("file", "danger"),
    [
        (_danger("../a.csv"), "path"),
        (_danger("x/../../a.csv"), "path"),
        (_danger("/etc/a.csv"), "path"),
        (_danger("C:/a.csv"), "path"),
        (_danger("x\\..\\a.csv"), "path"),
        (_danger("a.csv\0.txt"), "path"),
        (_danger("link.csv", mode=stat.S_IFLNK), "link"),
        (_danger("secret.csv", flags=1), "encrypted"),
        (_zip(("inner.zip", SAMPLE), ("a.csv", CSV)), "nested"),
        (_zip(("inner.csv", SAMPLE)), "nested"),
        (_zip(*((f"{n}.csv", CSV) for n in range(101))), "members"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_archive_that_could_do_harm_is_refused_with_the_reason(file, danger):
    with pytest.raises(errors.UnsafeArchive) as caught:
        _read(file)
    assert caught.value.danger == danger


def test_an_archive_that_unpacks_to_far_more_than_it_should_is_refused():
    bomb = _zip(("a.csv", b"Email Address\n" + b"a" * (40 << 20)))
    with pytest.raises(errors.UnsafeArchive) as caught:
        _read(bomb)
    assert caught.value.danger == "ratio"
    with pytest.raises(errors.UnsafeArchive) as caught:
        _read(_zip(("a.csv", CSV * 100)), Limits(unpacked=1_000))
    assert caught.value.danger == "size"


def test_an_archive_that_lies_about_its_size_is_refused():
    body = bytearray(_zip(("a.csv", CSV * 1_000)).getvalue())
    at = body.index(b"PK\x01\x02") + 24
    for small in (10, 1_000):
        body[at : at + 4] = small.to_bytes(4, "little")
        with pytest.raises(errors.SpreadsheetError):
            _read(io.BytesIO(bytes(body)))


def test_members_that_share_their_bytes_are_counted_each():
    """The bomb of David Fifield: many entries of one list point to the same packed bytes."""
    body = _zip(("a.csv", CSV + b"a" * (9 << 20))).getvalue()
    start = body.index(b"PK\x01\x02")
    end = body.index(b"PK\x05\x06")
    entry, tail = body[start:end], bytearray(body[end:])
    tail[8:12] = (60).to_bytes(2, "little") * 2
    tail[12:16] = (60 * len(entry)).to_bytes(4, "little")
    with pytest.raises(errors.SpreadsheetError):
        _read(io.BytesIO(body[:start] + entry * 60 + bytes(tail)))


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_packing_that_unpacks_all_at_once_is_refused(compression):
    with pytest.raises(errors.BrokenArchive):
        _read(_zip(("a.csv", CSV), compression=compression))


def test_an_archive_without_a_list_is_refused_with_the_reason():
    with pytest.raises(errors.NoSpreadsheetInside):
        _read(_zip(("readme.txt", b"no")))
    with pytest.raises(errors.NoSpreadsheetInside):
        _read(_zip())
    with pytest.raises(errors.ExcelWorkbook):
        _read(_zip(("[Content_Types].xml", b"<x/>"), ("xl/workbook.xml", b"<x/>")))
    with pytest.raises(errors.EmptyFile):
        _read(_zip(("a.csv", b"")))


def test_a_truncated_archive_is_refused():
    for size in range(8, len(SAMPLE), 97):
        with pytest.raises(errors.SpreadsheetError):
            _read(io.BytesIO(SAMPLE[:size]))


MUTATIONS = st.lists(
    st.tuples(st.integers(0, len(SAMPLE)), st.integers(0, 12), st.binary(max_size=12)), min_size=1, max_size=6
)
# Where the lists of members are: nearly every byte there means something.
LIST_AT = SAMPLE.index(b"PK\x01\x02")
IN_THE_LIST = st.lists(
    st.tuples(st.integers(LIST_AT, len(SAMPLE)), st.integers(0, 4), st.binary(max_size=4)),
    min_size=1,
    max_size=4,
)


@settings(max_examples=500)
@given(st.one_of(MUTATIONS, IN_THE_LIST))
def test_a_damaged_archive_gives_rows_or_a_spreadsheet_error(mutations):
    body = SAMPLE
    for at, cut, put in mutations:
        body = body[:at] + put + body[at + cut :]
    start = time.process_time()
    with suppress(errors.SpreadsheetError):
        assert isinstance(_read(io.BytesIO(body)), list)
    assert time.process_time() - start < 5


def test_a_list_of_a_million_members_is_refused_at_once():
    entry = _zip(("a.csv", b"")).getvalue()
    start = entry.index(b"PK\x01\x02")
    end = entry.index(b"PK\x05\x06")
    member, tail = entry[start:end], bytearray(entry[end:])
    tail[8:12] = b"\xff\xff\xff\xff"
    tail[12:16] = (200_000 * len(member)).to_bytes(4, "little")
    before = time.process_time()
    with pytest.raises(errors.SpreadsheetError):
        _read(io.BytesIO(entry[:start] + member * 200_000 + bytes(tail)))
    assert time.process_time() - before < 2
