"""A name server on 127.0.0.1 that answers, refuses or stays silent."""

import socketserver
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
from dns.message import Message
from dns.rcode import Rcode
from dns.resolver import Resolver

ZONE = {
    ("com", "NS"): ["a.gtld.example."],
    ("takes.example", "MX"): ["10 mx1.takes.example.", "20 mx2.takes.example."],
    ("refuses.example", "MX"): ["0 ."],
    ("host-only.example", "A"): ["192.0.2.1"],
    ("six-only.example", "AAAA"): ["2001:db8::1"],
    ("nothing.example", "TXT"): ["hello"],
    ("long.example", "MX"): [f"{n} {'m' * 50}{n}.long.example." for n in range(60)],
}


FAULTS = {"broken.example": Rcode.SERVFAIL, "closed.example": Rcode.REFUSED}


SILENT = "silent.example"


def reply(wire: bytes, *, most: int) -> bytes | None:
    """The stub's answer; None for silence. What is too long for UDP is cut."""
    query = dns.message.from_wire(wire)
    [question] = query.question
    name, kind = question.name.to_text(omit_final_dot=True), question.rdtype.name
    if name == SILENT:
        return None
    made: Message = dns.message.make_response(query)
    known = {domain for domain, _ in ZONE}
    made.set_rcode(FAULTS.get(name, Rcode.NOERROR if name in known else Rcode.NXDOMAIN))
    if records := ZONE.get((name, kind)):
        made.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *records))
    answer = made.to_wire()
    if len(answer) > most:
        made.answer.clear()
        made.flags |= dns.flags.TC
    return made.to_wire()


class OverUdp(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        wire, server = self.request
        if answer := reply(wire, most=1232):
            server.sendto(answer, self.client_address)


class OverTcp(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        (length,) = struct.unpack("!H", self.rfile.read(2))
        if answer := reply(self.rfile.read(length), most=65_535):
            self.wfile.write(struct.pack("!H", len(answer)) + answer)


@contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def name_server() -> Iterator[Callable[[], Resolver]]:
    """While it runs: makes resolvers that ask the stub and nobody else."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), OverTcp) as tcp:
        port = tcp.server_address[1]
        with socketserver.ThreadingUDPServer(("127.0.0.1", port), OverUdp) as udp, serving(tcp), serving(udp):
            yield lambda: asking(port)


def asking(port: int) -> Resolver:
    made = Resolver(configure=False)
    made.nameservers, made.port = ["127.0.0.1"], port
    return made
