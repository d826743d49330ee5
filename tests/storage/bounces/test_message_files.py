"""Messages that wait in files: found wherever they are, as they were sent, one at a time in memory."""

import io
import mailbox
import os
import re
import sys
import tracemalloc
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.bounces import message_files
from storage.bounces.message_files import MailMessage, UnreadableFile, read_messages, split_mbox, total_bytes

FIRST = b"Subject: one\n\nFrom the start,\n\n>quoted\n"
SECOND = b"Subject: two\n\nEnd\n"


def raws(path: Path | str) -> list[bytes]:
    return [each.raw for each in read_messages(str(path)) if isinstance(each, MailMessage)]


def test_an_mbox_is_split_where_a_from_line_follows_an_empty_line_and_its_escapes_are_undone(tmp_path: Path):
    body = b"Subject: one\n\nFrom: here\n\n>From the first\n>>From twice\nFrom in a paragraph\n"
    text = (
        b"From a@example.com Mon Jan  5 10:00:00 2026\n"
        + body
        + b"\nFrom - Mon Jan  5 10:00:01 2026\n"
        + SECOND
    )
    (tmp_path / "all.mbox").write_bytes(text)
    found = list(read_messages(str(tmp_path / "all.mbox")))
    assert [each.name.rpartition("/")[2] for each in found] == ["all.mbox#1", "all.mbox#2"]
    one = body.replace(b">From the", b"From the").replace(b">>From", b">From")
    assert raws(tmp_path / "all.mbox") == [one, SECOND]
    assert (
        sum(each.size for each in found if isinstance(each, MailMessage))
        == len(text)
        == total_bytes(str(tmp_path))
    )


def test_lines_that_end_in_crlf_and_a_last_message_without_an_end_are_no_trouble():
    text = b"From a\r\nSubject: one\r\n\r\nx\r\n\r\nFrom b\r\nSubject: two\r\n\r\ny"
    found = [each.raw for each in split_mbox(io.BytesIO(text), "x")]
    assert found == [b"Subject: one\r\n\r\nx\r\n", b"Subject: two\r\n\r\ny"]


LINES = st.sampled_from(
    [b"From ", b"From a 10:30", b">From x", b">>From ", b"", b"\r", b"Subject: x", b"\xff\0", b"x" * 300]
)
BODIES = st.lists(st.lists(LINES, min_size=1).map(lambda lines: b"\n".join(lines) + b"\n"), min_size=1)


@given(BODIES, st.sampled_from([7, 64, 1 << 20]))
def test_whatever_is_written_with_its_escapes_is_read_back_as_it_was(bodies: list[bytes], at_once: int):
    written = (b"From a@b Mon 10:00\n" + re.sub(rb"(?m)^(>*From )", rb">\1", each) + b"\n" for each in bodies)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(message_files, "_LINE", max(at_once, 20))  # a separator comes in one piece
        assert [each.raw for each in split_mbox(io.BytesIO(b"".join(written)), "x")] == bodies


def test_a_folder_that_is_only_called_new_is_no_maildir(tmp_path: Path):
    (tmp_path / "new").mkdir()
    (tmp_path / "new/a.eml").write_bytes(FIRST)
    (tmp_path / "b.eml").write_bytes(SECOND)
    assert raws(tmp_path) == [SECOND, FIRST]


def test_what_python_writes_is_read_back(tmp_path: Path):
    box = mailbox.mbox(tmp_path / "box")
    for n in range(3):
        message = EmailMessage()
        message["Subject"] = f"number {n}"
        message.set_content("From here on\n\nFrom there\n")
        box.add(message)
    box.close()
    found = raws(tmp_path / "box")
    assert [each.splitlines()[0] for each in found] == [
        b"Subject: number 0",
        b"Subject: number 1",
        b"Subject: number 2",
    ]
    assert all(each.endswith(b"From here on\n\nFrom there\n") for each in found)


def test_a_maildir_is_read_with_its_subfolders_and_without_what_is_not_a_message(tmp_path: Path):
    for name in (
        "new/1.a",
        "cur/2.b:2,S",
        "tmp/3.c",
        ".Bounces.2026/cur/4.d:2,",
        ".Bounces.2026/dovecot.index",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "subscriptions").write_bytes(b"Bounces.2026\n")
    assert raws(tmp_path) == [b".Bounces.2026/cur/4.d:2,", b"cur/2.b:2,S", b"new/1.a"]


def test_a_folder_is_read_to_its_depth_single_files_whole_and_hidden_ones_not(tmp_path: Path):
    for name in ("a.eml", "b/c.msg", "b/plain", ".hidden.eml", ".git/config"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(FIRST)
    (tmp_path / "b/box").write_bytes(b"From x\n" + FIRST + b"\nFrom y\n" + SECOND)
    (tmp_path / "b/saved.EML").write_bytes(b"From x\n" + FIRST + b"\nFrom us 10:30\n")
    found = raws(tmp_path)
    assert found == [FIRST, FIRST, SECOND, FIRST, FIRST, FIRST + b"\nFrom us 10:30\n"]


def test_standard_input_is_an_mbox_or_one_message(monkeypatch: pytest.MonkeyPatch):
    for text, expected in ((FIRST, [FIRST]), (b"From x\n" + FIRST + b"\nFrom y\n" + SECOND, [FIRST, SECOND])):
        read, write = os.pipe()
        os.write(write, text)
        os.close(write)
        with os.fdopen(read) as pipe:
            monkeypatch.setattr(sys, "stdin", pipe)
            assert raws("-") == expected
    assert total_bytes("-") == 0


def test_what_can_t_be_read_is_named_and_the_others_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "a.eml").write_bytes(FIRST)
    (tmp_path / "b.eml").write_bytes(FIRST)
    (tmp_path / "c").mkdir()
    real_open, real_iterdir = Path.open, Path.iterdir

    def refuse(real: object, name: str) -> object:
        def call(path: Path, *given: object) -> object:
            if path.name == name:
                raise PermissionError(13, "no", str(path))
            return real(path, *given)  # type: ignore[operator]

        return call

    # Root may read everything, so the refusal is played.
    monkeypatch.setattr(Path, "open", refuse(real_open, "a.eml"))
    monkeypatch.setattr(Path, "iterdir", refuse(real_iterdir, "c"))
    found = list(read_messages(str(tmp_path)))
    assert [each.name.rpartition("/")[2] for each in found if isinstance(each, UnreadableFile)] == [
        "a.eml",
        "c",
    ]
    assert [each.name.rpartition("/")[2] for each in found if isinstance(each, MailMessage)] == ["b.eml"]
    [missing] = read_messages(str(tmp_path / "missing.eml"))
    assert isinstance(missing, UnreadableFile)
    assert isinstance(missing.error, FileNotFoundError)


def test_a_name_that_is_not_text_can_be_said(tmp_path: Path):
    (tmp_path / os.fsdecode(b"caf\xe9.eml")).write_bytes(FIRST)
    [found] = read_messages(str(tmp_path))
    assert found.name.endswith("caf�.eml")


def test_a_message_that_is_too_large_is_cut_and_the_next_one_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(message_files, "LARGEST", 1_000)
    monkeypatch.setattr(message_files, "_LINE", 64)
    large = b"Subject: large\n\n" + b"x" * 5_000 + b"From \n"
    (tmp_path / "box").write_bytes(b"From a\n" + large + b"\nFrom b\n" + SECOND)
    (tmp_path / "one.eml").write_bytes(large)
    assert raws(tmp_path) == [large[:1_000], SECOND, large[:1_000]]
    sizes = [each.size for each in read_messages(str(tmp_path)) if isinstance(each, MailMessage)]
    assert sum(sizes) == total_bytes(str(tmp_path))


def test_an_mbox_of_any_length_is_never_whole_in_memory(tmp_path: Path):
    with (tmp_path / "box").open("wb") as file:
        for n in range(300):
            file.write(b"From x\nSubject: %d\n\n" % n + (b"x" * 5_999 + b"\n") * 20 + b"\n")
    tracemalloc.start()
    try:
        count = sum(1 for _ in read_messages(str(tmp_path)))
        assert tracemalloc.get_traced_memory()[1] < 2 << 20
    finally:
        tracemalloc.stop()
    assert count == 300
    assert total_bytes(str(tmp_path)) > 30 << 20
