"""A small IMAP server on 127.0.0.1: enough of IMAP4rev1 (RFC 3501) for a mailbox to be looked through."""

import base64
import re
import socket
import socketserver
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from threading import Lock, Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "bounces@example.com", 'se"cr\\et é'
ASCII_PASSWORD = 'se"cr\\et'


@dataclass
class Served:
    """The folders and what happened. `folders`: name as on the wire → {uid: message}."""

    folders: dict[str, dict[int, bytes]] = field(default_factory=lambda: {"INBOX": {}})
    seen: set[int] = field(default_factory=set)
    said: list[str] = field(default_factory=list)  # the commands, without their tags
    drops_after: int = 0  # messages; then the connection breaks off within the next one. 0: never
    broken: set[int] = field(default_factory=set)  # messages that the server can't give
    read_only: bool = False
    uid_last: bool = False  # where a FETCH answer has the uid
    starttls: Path | None = None  # the certificate for it, where the server offers it
    lock: Lock = field(default_factory=Lock)
    port: int = 0

    def url(self, scheme: str = "imap", password: str = ASCII_PASSWORD, folder: str = "INBOX") -> str:
        from urllib.parse import quote

        account = f"{quote(USER, safe='')}:{quote(password, safe='')}"
        return f"{scheme}://{account}@127.0.0.1:{self.port}/{quote(folder)}"


@contextmanager
def serving(served: Served, certificate: Path | None = None) -> Iterator[Served]:
    """Runs the server; with a certificate (and its key in one PEM file) it speaks TLS from the first byte."""

    class Handler(_Handler):
        mailbox = served

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

        def get_request(self):
            connection, address = super().get_request()
            if certificate is None:
                return connection, address
            return _encrypted(connection, certificate), address

        def handle_error(self, *_: object) -> None:
            """A client that breaks off is part of the tests."""

    with Server(("127.0.0.1", 0), Handler) as server:
        served.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield served
        finally:
            server.shutdown()
            thread.join()


def certificate(folder: Path) -> Path:
    """A self-signed certificate of 127.0.0.1, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


def _encrypted(connection: socket.socket, certificate: Path) -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context.wrap_socket(connection, server_side=True)


class _Drop(Exception):
    """The connection breaks off."""


class _Handler(socketserver.StreamRequestHandler):
    mailbox: Served

    def handle(self) -> None:
        self.folder: dict[int, bytes] = {}
        self._send("* OK ready")
        try:
            while line := self.rfile.readline().decode().rstrip("\r\n"):
                tag, _, rest = line.partition(" ")
                self.mailbox.said.append(rest)
                words = rest.split(" ", 2) if rest.upper().startswith("UID") else rest.split(" ", 1)
                name = "_".join(words[: len(words) - 1] if len(words) > 1 else words).lower()
                self._send(f"{tag} {getattr(self, f'_{name}')(words[-1])}")
                if name == "logout":
                    return
                if name == "starttls":
                    self._encrypt()
        except _Drop:
            return

    def finish(self) -> None:
        super().finish()
        self.connection.close()  # encrypted since, it is another one than the server's

    def _send(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def _capability(self, _: str) -> str:
        offered = " STARTTLS" if self.mailbox.starttls else ""
        self._send(f"* CAPABILITY IMAP4rev1 AUTH=PLAIN{offered}")
        return "OK done"

    def _starttls(self, _: str) -> str:
        return "OK begin"

    def _encrypt(self) -> None:
        assert self.mailbox.starttls
        self.request = self.connection = _encrypted(self.connection, self.mailbox.starttls)
        self.setup()

    def _login(self, given: str) -> str:
        quoted = [re.sub(r"\\(.)", r"\1", each) for each in re.findall(r'"((?:\\.|[^"\\])*)"', given)]
        return "OK in" if quoted == [USER, ASCII_PASSWORD] else "NO [AUTHENTICATIONFAILED] no"

    def _authenticate(self, _: str) -> str:
        self._send("+ ")
        given = base64.b64decode(self.rfile.readline()).decode()
        return "OK in" if given == f"\0{USER}\0{PASSWORD}" else "NO no"

    def _select(self, name: str) -> str:
        found = self.mailbox.folders.get(name.strip('"'))
        if found is None:
            return "NO [NONEXISTENT] no such folder"
        self.folder = found
        self._send(f"* {len(found)} EXISTS")
        if self.mailbox.read_only:
            self._send("* OK [READ-ONLY] look only")
        return "OK [READ-ONLY] selected" if self.mailbox.read_only else "OK [READ-WRITE] selected"

    def _examine(self, name: str) -> str:
        return self._select(name).replace("READ-WRITE", "READ-ONLY")

    def _uid_search(self, given: str) -> str:
        first, _, last = given.removesuffix("UNSEEN").strip().partition(":")
        numbers = slice(int(first or 1) - 1, None if last in ("", "*") else int(last))
        uids = sorted(set(sorted(self.folder)[numbers]) - self.mailbox.seen)
        self._send(" ".join(["* SEARCH", *map(str, reversed(uids))]))
        return "OK done"

    def _uid_fetch(self, given: str) -> str:
        uids, _, parts = given.partition(" ")
        chosen = [int(each) for each in uids.split(",") if int(each) in self.folder]
        if "BODY.PEEK[]" not in parts:
            for uid in chosen:
                self._send(f"* {uid} FETCH (UID {uid} RFC822.SIZE {len(self.folder[uid])})")
            return "OK done"
        if self.mailbox.broken & set(chosen):
            return "NO one of them is broken"
        most = int(re.findall(r"<0\.(\d+)>", parts)[0])
        self._send(f"* {len(self.folder)} EXISTS")  # a server may say so at any time
        for n, uid in enumerate(chosen):
            self._text(uid, self.folder[uid][:most], drops=n + 1 == self.mailbox.drops_after)
        return "OK done"

    def _text(self, uid: int, raw: bytes, *, drops: bool) -> None:
        first = "" if self.mailbox.uid_last else f"UID {uid} "
        self._send(f"* {uid} FETCH ({first}BODY[]<0> {{{len(raw)}}}")
        if drops:
            self.wfile.write(raw[: len(raw) // 2])
            raise _Drop
        self.wfile.write(raw)
        self._send(f" UID {uid})" if self.mailbox.uid_last else ")")

    def _uid_store(self, given: str) -> str:
        uids, _, flags = given.partition(" ")
        assert flags == r"+FLAGS.SILENT (\Seen)"
        with self.mailbox.lock:
            self.mailbox.seen.update(map(int, uids.split(",")))
        return "OK done"

    def _logout(self, _: str) -> str:
        self._send("* BYE")
        return "OK done"
