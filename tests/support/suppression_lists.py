"""Stand-ins for the providers' suppression lists, strict: each from its public specification.

An account is called with an `httpx.Request`, directly as the handler of `httpx.MockTransport` or over HTTP by
`serving`. What the specifications leave open is refused: unknown parameters, other methods, pages that are too large.
"""

import base64
import hashlib
import hmac
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qsl, quote, unquote

import httpx

KEY = "only-for-the-tests"
AWS_KEY = f"AKIDEXAMPLE:{KEY}/+"
REGION = "eu-west-3"
DOMAINS = ("mg.example.com", "news.example.com")
FIRST = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Listed:
    """An entry. `kind`: hard, complaint, soft or other, where the provider has it."""

    address: str
    kind: str = "hard"
    at: datetime = FIRST
    text: str = "550 5.1.1 no such user"


class Refusal(Exception):
    def __init__(self, status: int, body: Any = None) -> None:
        super().__init__(status)
        self.status = status
        self.body = body if body is not None else {"message": "refused"}


@dataclass
class Account:
    """What all have in common: the list, and what is made to go wrong."""

    entries: list[Listed]
    requests: int = 0
    faults: dict[int, tuple[int, dict[str, str]]] = field(default_factory=dict)
    """Number of a request → status and headers of its answer; status 0 breaks the connection off."""
    before: Callable[[int], None] = lambda _: None
    """Called with the number of each request before it is answered."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        self.before(self.requests)
        if fault := self.faults.get(self.requests):
            status, headers = fault
            if not status:
                raise httpx.ReadError("broken off", request=request)
            return httpx.Response(status, headers=headers, json={"message": "a fault"})
        try:
            assert request.method == "GET", "nothing is changed there"
            return httpx.Response(200, json=self.answer(request, _query(request)))
        except Refusal as refusal:
            return httpx.Response(refusal.status, json=refusal.body)

    def answer(self, request: httpx.Request, query: dict[str, str]) -> Any:
        raise NotImplementedError


class SendGrid(Account):
    """https://www.twilio.com/docs/sendgrid/api-reference/bounces-api/retrieve-all-bounces: the newest first."""

    LISTS: ClassVar = {
        "bounces": "hard",
        "spam_reports": "complaint",
        "blocks": "soft",
        "invalid_emails": "other",
    }

    def answer(self, request: httpx.Request, query: dict[str, str]) -> Any:
        _require(request.headers.get("authorization") == f"Bearer {KEY}", 401)
        start, _, name = request.url.path.rpartition("/")
        _require(start == "/v3/suppression" and name in self.LISTS, 404)
        _require(query.keys() <= {"limit", "offset", "start_time", "end_time"}, 400)
        limit, offset = int(query.get("limit", 500)), int(query.get("offset", 0))
        _require(1 <= limit <= 500 and offset >= 0, 400)
        until = int(query.get("end_time", 1 << 40))
        found = [each for each in self.entries if each.kind == self.LISTS[name]]
        found = sorted((each for each in found if each.at.timestamp() <= until), key=lambda each: each.at)
        page = found[::-1][offset : offset + limit]
        return [self._entry(each, name) for each in page]

    @staticmethod
    def _entry(each: Listed, name: str) -> dict[str, Any]:
        entry: dict[str, Any] = {"created": int(each.at.timestamp()), "email": each.address}
        match name:
            case "spam_reports":
                return entry | {"ip": "192.0.2.7"}
            case "invalid_emails":
                return entry | {"reason": "Mail domain mentioned in email address is unknown"}
        return entry | {"reason": each.text, "status": "5.1.1" if name == "bounces" else "4.0.0"}


class Brevo(Account):
    """https://developers.brevo.com/reference/get-transac-blocked-contacts: the newest first unless asked otherwise."""

    CODES: ClassVar = {
        "hard": "hardBounce",
        "complaint": "contactFlaggedAsSpam",
        "other": "unsubscribedViaEmail",
    }

    def answer(self, request: httpx.Request, query: dict[str, str]) -> Any:
        _require(request.headers.get("api-key") == KEY, 401, {"code": "unauthorized"})
        _require(request.url.path == "/v3/smtp/blockedContacts", 404)
        _require(query.keys() <= {"limit", "offset", "sort", "startDate", "endDate", "senders"}, 400)
        limit, offset, sort = (
            int(query.get("limit", 50)),
            int(query.get("offset", 0)),
            query.get("sort", "desc"),
        )
        _require(1 <= limit <= 100 and offset >= 0 and sort in ("asc", "desc"), 400, {"code": "out_of_range"})
        found = [each for each in self.entries if each.kind in self.CODES]
        found = found if sort == "asc" else found[::-1]
        if not found:
            return {"count": 0}
        return {
            "count": len(found),
            "contacts": [
                {
                    "email": each.address,
                    "senderEmail": "news@example.com",
                    "reason": {"code": self.CODES[each.kind], "message": "In Brevo's words"},
                    "blockedAt": each.at.isoformat(timespec="milliseconds"),
                }
                for each in found[offset : offset + limit]
            ],
        }


class Postmark(Account):
    """https://postmarkapp.com/developer/api/suppressions-api: one answer a message stream, without pages."""

    REASONS: ClassVar = {"hard": "HardBounce", "complaint": "SpamComplaint", "other": "ManualSuppression"}
    STREAMS = (("outbound", "Transactional"), ("inbound", "Inbound"), ("news letters", "Broadcasts"))

    def answer(self, request: httpx.Request, query: dict[str, str]) -> Any:
        _require(request.headers.get("x-postmark-server-token") == KEY, 401, {"ErrorCode": 10})
        _require(request.headers.get("accept") == "application/json", 406)
        path = request.url.raw_path.partition(b"?")[0].decode()
        if path == "/message-streams":
            _require(query.keys() <= {"MessageStreamType", "IncludeArchivedStreams"}, 422)
            streams = [{"ID": id_, "MessageStreamType": type_} for id_, type_ in self.STREAMS]
            return {"MessageStreams": streams, "TotalCount": len(streams)}
        start, _, rest = path.removeprefix("/").partition("/")
        stream, _, end = rest.partition("/")
        _require(start == "message-streams" and end == "suppressions/dump", 404)
        sending = [id_ for id_, type_ in self.STREAMS if type_ != "Inbound"]
        _require(unquote(stream) in sending, 422, {"ErrorCode": 1226})
        _require(not query, 422)
        found = [each for each in self.entries if each.kind in self.REASONS]
        return {
            "Suppressions": [
                {
                    "EmailAddress": each.address,
                    "SuppressionReason": self.REASONS[each.kind],
                    "Origin": "Recipient",
                    "CreatedAt": each.at.astimezone().isoformat(),
                }
                for each in found[sending.index(unquote(stream)) :: len(sending)]
            ]
        }


class Mailgun(Account):
    """https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/bounces: ordered by address."""

    LISTS: ClassVar = {"bounces": "hard", "complaints": "complaint"}

    def answer(self, request: httpx.Request, query: dict[str, str]) -> Any:
        basic = base64.b64encode(f"api:{KEY}".encode()).decode()
        _require(request.headers.get("authorization") == f"Basic {basic}", 401)
        version, domain, name = request.url.path.strip("/").split("/")
        _require(version == "v3" and domain in DOMAINS and name in self.LISTS, 404)
        _require(query.keys() <= {"limit", "page", "address", "term"}, 400)
        limit, after = int(query.get("limit", 100)), query.get("address", "")
        _require(1 <= limit <= 1000 and query.get("page", "next") == "next", 400)
        found = [each for each in self.entries if each.kind == self.LISTS[name]]
        found = sorted(found[DOMAINS.index(domain) :: len(DOMAINS)], key=lambda each: each.address)
        page = [each for each in found if each.address > after][:limit]
        last = page[-1].address if page else after
        following = request.url.copy_with(params={"page": "next", "address": last, "limit": limit})
        return {"items": [self._item(each, name) for each in page], "paging": {"next": str(following)}}

    @staticmethod
    def _item(each: Listed, name: str) -> dict[str, Any]:
        item = {"address": each.address, "created_at": format_datetime(each.at, usegmt=True)}
        return item | ({"code": "550", "error": each.text} if name == "bounces" else {"count": 1})


class Ses(Account):
    """https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_ListSuppressedDestinations.html."""

    REASONS: ClassVar = {"hard": "BOUNCE", "complaint": "COMPLAINT"}

    def answer(self, request: httpx.Request, query: dict[str, str]) -> Any:
        _require(_is_signed(request), 403, {"message": "The request signature we calculated does not match"})
        _require(request.url.path == "/v2/email/suppression/addresses", 404)
        _require(query.keys() <= {"PageSize", "NextToken", "Reason", "StartDate", "EndDate"}, 400)
        size = int(query.get("PageSize", 1000))
        _require(1 <= size <= 1000, 400)
        start = int(query["NextToken"].removeprefix(_TOKEN)) if "NextToken" in query else 0
        found = [each for each in self.entries if each.kind in self.REASONS]
        answer: dict[str, Any] = {
            "SuppressedDestinationSummaries": [
                {
                    "EmailAddress": each.address,
                    "LastUpdateTime": each.at.timestamp(),
                    "Reason": self.REASONS[each.kind],
                }
                for each in found[start : start + size]
            ]
        }
        return answer | ({"NextToken": f"{_TOKEN}{start + size}"} if start + size < len(found) else {})


ACCOUNTS: dict[str, type[Account]] = {
    "ses": Ses,
    "sendgrid": SendGrid,
    "postmark": Postmark,
    "mailgun": Mailgun,
    "brevo": Brevo,
}
SETTINGS = {
    "CLEANED_SES_KEY": AWS_KEY,
    "CLEANED_SES_REGION": REGION,
    "CLEANED_SENDGRID_API_KEY": KEY,
    "CLEANED_POSTMARK_API_TOKEN": KEY,
    "CLEANED_MAILGUN_API_KEY": KEY,
    "CLEANED_MAILGUN_DOMAINS": " ".join(DOMAINS),
    "CLEANED_BREVO_API_KEY": KEY,
}
_TOKEN = "+/=& é "  # whatever a token may need to have encoded


def listed(n: int, *, first: int = 0, kind: str = "hard", domains: int = 50) -> list[Listed]:
    """So many entries, a minute apart; `person<i>@d<i % domains>.example`."""
    return [
        Listed(f"person{i}@d{i % domains}.example", kind, FIRST + i * MINUTE) for i in range(first, first + n)
    ]


@contextmanager
def serving(account: Account) -> Iterator[str]:
    """The account over HTTP on this machine; yields its base URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle(self) -> None:
            with suppress(ConnectionError):  # a client that was killed
                super().handle()

        def do_GET(self) -> None:
            request = httpx.Request(
                "GET", f"http://{self.headers['Host']}{self.path}", headers=dict(self.headers)
            )
            answer = account(request)
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _query(request: httpx.Request) -> dict[str, str]:
    return dict(
        parse_qsl(request.url.query.decode(), keep_blank_values=True, strict_parsing=bool(request.url.query))
    )


def _require(condition: bool, status: int, body: Any = None) -> None:
    if not condition:
        raise Refusal(status, body)


def _is_signed(request: httpx.Request) -> bool:
    """Whether Amazon would compute the same signature, by its specification and not by the program's code."""
    key_id, secret = AWS_KEY.split(":")
    stamp = request.headers.get("x-amz-date", "")
    query = request.url.query.decode().split("&") if request.url.query else []
    pairs = sorted(tuple(quote(unquote(part), safe="-_.~") for part in pair.split("=", 1)) for pair in query)
    lines = [
        "GET",
        request.url.path,
        "&".join("=".join(pair) for pair in pairs),
        f"host:{request.headers['host']}",
        f"x-amz-date:{stamp}",
        "",
        "host;x-amz-date",
        hashlib.sha256(request.content).hexdigest(),
    ]
    scope = f"{stamp[:8]}/{REGION}/ses/aws4_request"
    text = "\n".join(
        ["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256("\n".join(lines).encode()).hexdigest()]
    )
    secret_key = b"AWS4" + secret.encode()
    for part in scope.split("/"):
        secret_key = hmac.digest(secret_key, part.encode(), "sha256")
    signature = hmac.digest(secret_key, text.encode(), "sha256").hex()
    expected = (
        f"AWS4-HMAC-SHA256 Credential={key_id}/{scope}, SignedHeaders=host;x-amz-date, Signature={signature}"
    )
    return bool(request.headers.get("authorization") == expected)
