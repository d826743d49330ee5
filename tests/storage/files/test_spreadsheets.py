"""CSV of any kind comes in, and what goes out comes back the same."""

import csv
import io
import sys
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from storage.files import sheet_texts
from storage.files import spreadsheet_errors as errors
from storage.files.csv_files import CsvFormat, csv_bytes
from storage.files.formulas import FORMULA, defuse_cell, undefuse_cell
from storage.files.spreadsheets import (
    Record,
    RefusedRecord,
    Sheet,
    open_sheets,
)
from storage.files.zips import Limits
from tests.support import samples

OWN_HEADER = ("Email Address", "First Name", "CLEAN_DIAGNOSTIC", "SUGGESTED_ADDRESS")
CELLS = st.one_of(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12),
    st.text(
        st.sampled_from("=+-@'\"\t\r\n,; a\x0b\x1c\x85\u2028\ufeffé\uff1d\uff0b\uff0d\uff20\u2212"),
        max_size=8,
    ),
)
ROWS = st.lists(st.lists(CELLS, min_size=4, max_size=4).filter(any), max_size=8)


def _sheet(content: bytes, name: str = "list.csv") -> Sheet:
    (sheet,) = open_sheets(name, io.BytesIO(content))
    return sheet


def _records(content: bytes) -> list[list[str]]:
    found = list(_sheet(content).rows)
    assert all(isinstance(row, Record) for row in found)
    return [row.cells for row in found if isinstance(row, Record)]


OWN_HEADERS = st.one_of(
    st.lists(CELLS, max_size=1).map(lambda more: ("Email Address", *more, *OWN_HEADER[len(more) + 1 :])),
    st.just(("Motif du refus", "Email", "Likes;tea, milk", "Likes,coffee;sugar;cream,milk,cake")),
)


@settings(max_examples=500)
@given(OWN_HEADERS, ROWS, st.sampled_from(CsvFormat))
@example(OWN_HEADER, [["'=1", "''=1", "'", "''"]], CsvFormat.PLAIN)
@example(OWN_HEADER, [["a", "\r", "\n", "\r\n"]], CsvFormat.PLAIN)
@example(OWN_HEADER, [["\ufeff", "", "", ""]], CsvFormat.EXCEL)
@example(
    ("Email Address", "a,b,c,d,e,f", *OWN_HEADER[2:]), [["1", "2,3", "4;5", ""]], CsvFormat.EXCEL_SEMICOLONS
)
def test_what_the_bot_writes_is_read_back_the_same(header, rows, form):
    written = b"".join(csv_bytes(header, rows, form=form))
    try:
        sheet = _sheet(written)
    except (errors.NotASpreadsheet, errors.NoHeader):  # no audience has such a column
        return
    assert [row.cells for row in sheet.rows if isinstance(row, Record)] == rows
    assert sheet.header == header


def test_files_for_excel_are_marked_and_divided_as_excel_expects():
    def written(form: CsvFormat) -> bytes:
        return b"".join(csv_bytes(("é", "b"), [["1", "2"]], form=form))

    assert written(CsvFormat.PLAIN) == "é,b\r\n1,2\r\n".encode()
    assert written(CsvFormat.for_excel("en")) == "\ufeffé,b\r\n1,2\r\n".encode()
    assert written(CsvFormat.for_excel("fr")) == "\ufeffé;b\r\n1;2\r\n".encode()


@given(ROWS)
def test_a_file_written_in_two_goes_is_the_file_written_in_one(rows):
    pieces = [*csv_bytes(OWN_HEADER, rows[:3]), *csv_bytes(OWN_HEADER, rows[3:], first=False)]
    assert b"".join(pieces) == b"".join(csv_bytes(OWN_HEADER, rows))


@given(CELLS)
def test_no_defused_cell_starts_as_a_formula_does(cell):
    assert not defuse_cell(cell).startswith(FORMULA)
    assert undefuse_cell(defuse_cell(cell)) == cell


@given(ROWS)
def test_no_exported_cell_starts_as_a_formula_does(rows):
    written = b"".join(csv_bytes(("a", "=b", "c", "d"), rows))
    found = _sheet(written)
    for cells in [found.header, *(row.cells for row in found.rows if isinstance(row, Record))]:
        assert not any(cell.startswith(FORMULA) for cell in cells)


def test_every_form_of_a_formula_s_first_character_is_defused():
    """Excel in Japanese takes the full-width ones for the ordinary ones."""
    forms = {
        chr(c) for c in range(sys.maxunicode + 1) if unicodedata.normalize("NFKC", chr(c))[0] in "=+-@\u2212"
    }
    assert {form for form in forms if defuse_cell(f"{form}1") != f"'{form}1"} == set()
    assert len(forms) == 22


def test_a_row_of_another_width_is_not_written():
    with pytest.raises(ValueError, match="wide"):
        b"".join(csv_bytes(("a", "b"), [["1", "2"], ["3"]]))
    with pytest.raises(ValueError, match="wide"):
        b"".join(csv_bytes(("a", "b"), [["1"]]))


def test_a_header_alone_is_written_without_rows():
    assert b"".join(csv_bytes(("a", "b"), [])) == b"a,b\r\n"
    assert b"".join(csv_bytes(("a", "b"), [[None, "x"]])) == b"a,b\r\n,x\r\n"


ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_encodings_delimiters_and_line_ends_are_recognised(encoding, delimiter, end):
    lines = [
        ["Courriel", "Prénom", "Note"],
        ["lea@b.fr", "Léa", "œuvre, 5 €"],
        ["x@y.fr", "Zoé", 'a "b" c,;d'],
    ]
    quoted = [delimiter.join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines]
    sheet = _sheet(end.join([*quoted, ""]).encode(encoding))
    assert list(sheet.header) == lines[0]
    assert list(sheet.rows) == [Record(2, lines[1]), Record(3, lines[2])]
    assert sheet.bytes_read == sheet.size


@given(st.integers(65_500, 65_560), st.sampled_from(ENCODINGS), st.sampled_from(["\r\n", "\n", "\r"]))
@settings(max_examples=100)
def test_what_lies_across_two_reads_is_whole(at, encoding, end):
    text = f"email,name{end}" + "a" * at + f",é{end}b,ü{end}"
    content = text.encode(encoding)
    assert _records(content) == [["a" * at, "é"], ["b", "ü"]]


def test_cells_hold_line_breaks_and_lines_are_counted_as_an_editor_does():
    content = b'email,note\n"a","one\ntwo"\n\n\nb,"c"\r\n"x" y,z\nd,e\n'
    assert list(_sheet(content).rows) == [
        Record(2, ["a", "one\ntwo"]),
        Record(6, ["b", "c"]),
        RefusedRecord(7, "quotes", ['"x" y', "z"]),
        Record(8, ["d", "e"]),
    ]


def test_an_open_quote_costs_its_own_row_alone():
    content = b'email,note\na,"never closed\nb,fine\nc,fine\n'
    assert list(_sheet(content).rows) == [
        RefusedRecord(2, "quotes", ["a", '"never closed']),
        Record(3, ["b", "fine"]),
        Record(4, ["c", "fine"]),
    ]


def test_rows_are_brought_to_the_headers_width():
    content = b"a,b,c\n1\n1,2,3,,\n1,2,3,4\n,,\n"
    assert list(_sheet(content).rows) == [
        Record(2, ["1", "", ""]),
        Record(3, ["1", "2", "3"]),
        RefusedRecord(4, "too-many-cells", ["1", "2", "3", "4"]),
    ]


def test_nul_is_refused_row_by_row():
    assert list(_sheet(b"a,b\nx\0,1\ny,2\n").rows) == [
        RefusedRecord(2, "characters", ["x\ufffd", "1"]),
        Record(3, ["y", "2"]),
    ]


def test_a_byte_that_windows_1252_lacks_costs_its_own_row_alone():
    found = list(_sheet(b"a,b\nx\x81,\xe9\ny,\xe9\n").rows)
    assert [type(row) for row in found] == [RefusedRecord, Record]
    assert found[1] == Record(3, ["y", "é"])


def test_a_line_beyond_the_limit_costs_its_own_row_alone():
    limits = Limits(cell=1_000, record=200_000)
    content = b"a,b\n" + b"x" * 500_000 + b",1\n" + b"y" * 2_000 + b",2\nz,3\n"
    (sheet,) = open_sheets("list.csv", io.BytesIO(content), limits)
    found = list(sheet.rows)
    assert [(row.line, getattr(row, "reason", None)) for row in found] == [
        (2, "too-long"),
        (3, "too-long"),
        (4, None),
    ]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", errors.EmptyFile),
        (b"\xef\xbb\xbf", errors.EmptyFile),
        (b"\n\n\r\n", errors.EmptyFile),
        (bytes.fromhex("D0CF11E0A1B11AE1") + b"rest", errors.ExcelWorkbook),
        (b"\0\1\2\3\n\4\5", errors.NotASpreadsheet),
        (b"lea@b.fr,L\xc3\xa9a\npaul@c.fr,Paul\n", errors.NoHeader),
        (b",".join(b"c%d" % n for n in range(1025)), errors.TooManyColumns),
        (b'"open\n' * 10, errors.NotASpreadsheet),
        (b"email," + b"x" * 1_001, errors.NotASpreadsheet),
    ],
)
def test_what_is_no_list_is_refused_with_the_reason(content, error):
    with pytest.raises(error) as caught:
        _sheet(content)
    assert "list.csv" in str(caught.value)


PIECES = st.sampled_from(
    [
        *(b'"', b'""', b",", b";", b"\t", b"\r", b"\n", b"\r\n", b"a", b"a@b.fr", b"\0", b"\xff\xfe", b" "),
        *(b"\xef\xbb\xbf", b"\xe9", b"\xc3\xa9", b"\x81", b"=1", b"'", b"PK\x03\x04", b"PK\x05\x06"),
        *(b"\x80" * 40, b"x" * 300),
    ]
)


@settings(max_examples=500)
@given(st.one_of(st.binary(max_size=400), st.lists(PIECES, max_size=60).map(b"".join)))
def test_any_bytes_give_rows_or_a_spreadsheet_error(content):
    try:
        found = open_sheets("list.csv", io.BytesIO(content))
    except errors.SpreadsheetError:
        return
    for sheet in found:
        lines = [row.line for row in sheet.rows]
        assert lines == sorted(set(lines))
        assert sheet.bytes_read == sheet.size


class _Counted:
    """Counts the lines that csv parses."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.lines = 0
        self._reader = csv.reader
        monkeypatch.setattr(csv, "reader", self.reader)

    def reader(self, lines, **more):
        return self._reader(map(self._count, lines), **more)

    def _count(self, line: str) -> str:
        self.lines += 1
        return line


ROW = "a@b.fr,Ann,Smith\n"
HOSTILE = {
    "lone quotes": '"\n',
    "open at the end": 'a@b.fr,Ann,"\n',
    "open and closed": '"a"\nb\n',
    "text behind": '"x"x\n',
    "open after a literal": 'x","\n',
    "open after an escape": 'x,"""\n',
    "blank between": '"\n\n',
    "carriage returns": "\r",
    "escapes": '""",\n',
    "a long line": '"' + "x" * 5_000 + "\n",
    "every tenth row": 'c@d.fr,"Bob,Brown\n' + ROW * 9,
    "every tenth row, at its end": 'c@d.fr,Bob,"\n' + ROW * 9,
    "every tenth row, never closed": 'x","\n' + ROW * 9,
}


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=list(HOSTILE))
def test_no_line_is_parsed_more_than_twice(piece, monkeypatch: pytest.MonkeyPatch):
    counted = _Counted(monkeypatch)
    limits = Limits(cell=20_000, record=40_000)
    (sheet,) = open_sheets(
        "list.csv", io.BytesIO(("email,a,b\n" + piece * (300_000 // len(piece))).encode()), limits
    )
    for row in sheet.rows:
        last = row.line
    assert counted.lines <= 2 * piece.count("\n" if "\n" in piece else "\r") * (300_000 // len(piece)) + 10
    if ROW in piece:
        assert last > 10_000


GOOD = "{}@b.fr,Ann,Smith"
OPENED = st.sampled_from(['"{}@b.fr,Ann,Smith', '{}@b.fr,"Ann,Smith', '{}@b.fr,Ann,"Smith', '{}@b.fr,Ann,"'])


@settings(max_examples=200)
@given(st.lists(st.one_of(st.just(GOOD), OPENED), max_size=30), st.sampled_from(["\n", "\r\n", "\r"]))
def test_rows_between_rows_with_an_open_quote_go_in(forms, end):
    """Also where the quote of one closes that of another, and both together look like one row."""
    lines = ["email,name,surname", *(form.format(n) for n, form in enumerate(forms, 2)), ""]
    found = list(_sheet(end.join(lines).encode()).rows)
    assert [row.line for row in found] == list(range(2, len(forms) + 2))
    assert [isinstance(row, Record) for row in found] == [form == GOOD for form in forms]


@pytest.mark.parametrize(
    "cell",
    ["one\ntwo", "Call back\nann@b.fr", "12, Main Street\nParis\nann@b.fr\nfloor 3", "\n\n", "x@y.fr\n"],
)
def test_a_cell_of_several_lines_is_one_cell(cell):
    assert _records(f'email,note\na@b.fr,"{cell}"\nc@d.fr,x\n'.encode()) == [
        ["a@b.fr", cell],
        ["c@d.fr", "x"],
    ]


def test_rows_stream(tmp_path):
    """A file of 60 MB is never in memory."""
    import tracemalloc

    path = tmp_path / "list.csv"
    path.write_bytes(b"email,name\n" + b"somebody@example.fr,Somebody\n" * 300_000)
    with path.open("rb") as file:
        tracemalloc.start()
        (sheet,) = open_sheets("list.csv", file)
        assert sum(1 for _ in sheet.rows) == 300_000
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 4 << 20


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("cleaned_email_audience_export_1a.csv", "cleaned"),
        ("subscribed_members_export_1a.csv", "subscribed"),
        ("unsubscribed_email_audience_export_1a.csv", "unsubscribed"),
        ("nonsubscribed_email_audience_export_1a.csv", "nonsubscribed"),
        ("old/cleaned_members_export_1a.csv", "cleaned"),
        ("my cleaned_export.csv", None),
        ("cleaned.csv", None),
    ],
)
def test_the_name_of_a_mailchimp_file_tells_the_status(name, status):
    assert _sheet(b"Email Address\nx\n", name).status == status


@pytest.mark.parametrize(
    "content",
    [
        "Email,Name\na@b.fr,Léa\n".encode(),
        "Email,Name\na@b.fr,Léa\n".encode("cp1252"),
        "Email,Name\na@b.fr,Léa\n".encode("utf-16"),
        b"Email,Name\na@b.fr,L\0a\nb@b.fr,B\n",
        samples.archive(20),
    ],
)
def test_a_file_is_not_read_through_when_it_is_opened_again_with_its_texts(
    content: bytes, monkeypatch: pytest.MonkeyPatch
):
    first = open_sheets("list.zip", io.BytesIO(content))
    rows = [list(sheet.rows) for sheet in first]
    monkeypatch.setattr(sheet_texts, "_scan", None)
    again = open_sheets("list.zip", io.BytesIO(content), texts=[sheet.text for sheet in first])
    assert [list(sheet.rows) for sheet in again] == rows
