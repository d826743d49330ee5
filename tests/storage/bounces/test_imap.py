"""A mailbox on a server: what nobody has seen is read without a trace, marked when told, nothing else changes."""

import logging
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.bounces import imap
from storage.bounces.imap import (
    LoginRefused,
    MailboxError,
    NoSuchFolder,
    ServerUnreachable,
    UntrustedServer,
    open_mailbox,
)
from storage.bounces.imap_address import InvalidImapAddress, parse_imap_url
from tests.support.imap import ASCII_PASSWORD, PASSWORD, USER, Served, certificate, serving


@pytest.fixture
def served() -> Iterator[Served]:
    with serving(Served()) as running:
        yield running


def read(url: str) -> list[tuple[str, bytes]]:
    with open_mailbox(parse_imap_url(url)) as box:
        return [(uid, message.raw) for batch in box.batches() for uid, message in batch]


def test_what_the_address_says():
    found = parse_imap_url(
        "imaps://bounces%40example.com:p%40ss%2Fw%C3%B6rd@mail.example.com/Retours%20%C3%A9chou%C3%A9s/2026"
    )
    assert (found.host, found.port, found.folder) == ("mail.example.com", 993, "Retours échoués/2026")
    assert (found.user, found.password, found.is_encrypted) == ("bounces@example.com", "p@ss/wörd", True)
    assert "p@ss" not in repr(found)
    assert "bounces" not in repr(found)
    assert parse_imap_url("imap://a:b@localhost:1143").folder == "INBOX"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://a:b@host/",
        "imaps://host/INBOX",
        "imaps://a@host",
        "imaps://a:b@/INBOX",
        "imaps://a:b@host:99999",
        "imaps://a:b@host:x",
        "imaps://a:b@host/%FF",
        "imaps://a%0D%0A:b@host",
        "imaps://a:b@host/x?y",
        "imap://a:b@host:993",
        "imaps://a:b@[host",
    ],
)
def test_what_is_no_address_of_a_mailbox(url: str):
    with pytest.raises(InvalidImapAddress):
        parse_imap_url(url)


@pytest.mark.parametrize("uid_last", [False, True])
def test_the_unseen_come_oldest_first_and_stay_unseen_until_they_are_marked(served: Served, uid_last: bool):
    served.folders["INBOX"] = {3: b"three\r\n", 12: b"twelve (UID 99)\r\n", 5: b"five\r\n"}
    served.seen = {5}
    served.uid_last = uid_last
    expected = [("3", b"three\r\n"), ("12", b"twelve (UID 99)\r\n")]
    assert read(served.url()) == expected
    assert served.seen == {5}
    with open_mailbox(parse_imap_url(served.url())) as box:
        box.mark_seen(["3"])
    assert read(served.url()) == expected[1:]
    assert served.seen == {3, 5}
    assert not any(each.startswith(("EXPUNGE", "CLOSE", "UID COPY", "UID MOVE")) for each in served.said)


def test_an_empty_folder_is_no_fault(served: Served):
    assert read(served.url()) == []


def test_a_folder_s_name_goes_as_modified_utf_7(served: Served):
    served.folders = {"Retours &AOk-chou&AOk-s": {1: b"x"}}
    assert read(served.url(folder="Retours échoués")) == [("1", b"x")]


def test_a_look_has_its_limits(served: Served, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(imap, "MOST_MESSAGES", 7)
    monkeypatch.setattr(imap, "MESSAGES_AT_ONCE", 3)
    monkeypatch.setattr(imap, "BYTES_AT_ONCE", 100)
    monkeypatch.setattr(imap, "LARGEST", 150)
    served.folders["INBOX"] = {uid: b"x" * (200 if uid == 2 else 10) for uid in range(1, 20)}
    with open_mailbox(parse_imap_url(served.url())) as box:
        batches = [[(uid, len(message.raw)) for uid, message in batch] for batch in box.batches()]
    assert batches == [[("1", 10)], [("2", 150)], [("3", 10), ("4", 10), ("5", 10)], [("6", 10), ("7", 10)]]


def test_a_message_that_the_server_can_t_give_holds_up_no_other(served: Served):
    served.folders["INBOX"] = {1: b"a", 2: b"b", 3: b"c"}
    served.broken = {2}
    assert read(served.url()) == [("1", b"a"), ("3", b"c")]


def test_over_tls_the_certificate_has_to_be_vouched_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    pem = certificate(tmp_path)
    with serving(Served({"INBOX": {1: b"x"}}), pem) as served:
        with pytest.raises(UntrustedServer):
            read(served.url("imaps"))
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        assert read(served.url("imaps")) == [("1", b"x")]


def test_without_tls_nothing_is_said_to_another_machine(served: Served, monkeypatch: pytest.MonkeyPatch):
    """The server offers no STARTTLS, so the password never goes out."""
    monkeypatch.setattr(imap, "_is_this_machine", lambda _: False)
    with pytest.raises(UntrustedServer):
        read(served.url())
    assert not any("LOGIN" in each for each in served.said)


def test_starttls_comes_before_the_password(served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(imap, "_is_this_machine", lambda _: False)
    served.starttls = certificate(tmp_path)
    served.folders["INBOX"] = {1: b"x"}
    with pytest.raises(UntrustedServer):
        read(served.url())
    monkeypatch.setenv("SSL_CERT_FILE", str(served.starttls))
    assert read(served.url()) == [("1", b"x")]
    assert [each.split()[0] for each in served.said if "CAPABILITY" not in each][:3] == [
        "STARTTLS",
        "STARTTLS",
        "LOGIN",
    ]


def test_only_this_machine_is_this_machine():
    assert [*map(imap._is_this_machine, ("localhost", "127.0.0.1", "::1", "10.0.0.1", "example.com"))] == [
        *(True, True, True, False, False)
    ]


def test_a_password_of_any_letters_is_sent(served: Served):
    served.folders["INBOX"] = {1: b"x"}
    assert read(served.url(password=PASSWORD)) == [("1", b"x")]


@pytest.mark.parametrize("password", ["wrong", "wröng"])
def test_a_wrong_password_is_said_without_it_and_without_the_user(
    served: Served, password: str, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.DEBUG), pytest.raises(LoginRefused) as raised:
        read(served.url(password=password))
    told = str(raised.value) + str(raised.value.values) + caplog.text
    assert password not in told
    assert USER not in told
    assert raised.value.values == {"host": "127.0.0.1"}


def test_a_folder_that_is_not_there_or_can_t_be_marked_is_named(served: Served):
    with pytest.raises(NoSuchFolder):
        read(served.url(folder="Elsewhere"))
    served.read_only = True
    with pytest.raises(NoSuchFolder):
        read(served.url())


def test_a_look_alone_opens_the_folder_so_that_nothing_can_change(served: Served):
    served.folders["INBOX"] = {1: b"x"}
    with open_mailbox(parse_imap_url(served.url()), read_only=True) as box:
        assert box.unseen_uids() == ["1"]
    assert 'EXAMINE "INBOX"' in served.said


@pytest.mark.parametrize("number", [0, 1, 3, 4, 6, 7])
def test_a_flooded_mailbox_is_searched_in_several_steps(
    served: Served, monkeypatch: pytest.MonkeyPatch, number: int
):
    """Of more messages than a line of an answer may name, imaplib would read none."""
    monkeypatch.setattr(imap, "SEARCHED_AT_ONCE", 3)
    served.folders["INBOX"] = {10 * n: b"x" for n in range(1, number + 1)}
    served.seen = {20, 50}
    with open_mailbox(parse_imap_url(served.url())) as box:
        uids = box.unseen_uids()
    assert uids == [str(10 * n) for n in range(1, number + 1) if n not in (2, 5)]
    searches = [said.removeprefix("UID SEARCH ") for said in served.said if "SEARCH" in said]
    assert len(searches) == max(1, -(-number // 3))
    assert number <= 3 or searches[-1] == f"{1 + 3 * (len(searches) - 1)}:* UNSEEN"


def test_a_connection_that_breaks_off_in_a_message_is_a_fault_and_nothing_is_marked(served: Served):
    served.folders["INBOX"] = {1: b"a" * 1_000, 2: b"b" * 1_000}
    served.drops_after = 2
    with pytest.raises(ServerUnreachable):
        read(served.url())
    assert served.seen == set()


def test_a_server_that_is_not_there_or_says_nothing_is_a_fault_in_time(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(imap, "TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        before = time.monotonic()
        with pytest.raises(ServerUnreachable):
            read(f"imap://a:b@127.0.0.1:{port}")
        assert time.monotonic() - before < 5
    with pytest.raises(MailboxError) as raised:
        read(f"imap://a:b@127.0.0.1:{port}")
    assert raised.value.values == {"host": "127.0.0.1", "port": port}
    assert ASCII_PASSWORD not in str(raised.value)
