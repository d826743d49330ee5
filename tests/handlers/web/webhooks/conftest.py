"""A server with every webhook switched on, and senders that sign as the providers do."""

import base64
import hashlib
import hmac
import http.client
import json
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from bot.core.settings import Settings
from handlers.web.server import Server
from handlers.web.webhooks import routes
from handlers.web.webhooks.providers import ses
from storage.core.database import Database
from tests.conftest import NOW
from tests.support.audiences import import_csv

SECRET = "tell-nobody-at-all"
TOPIC = "arn:aws:sns:eu-west-3:123456789012:bounces"
CERTIFICATE_URL = "https://sns.eu-west-3.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem"
PEOPLE = ("ann", "bob", "cleo", "dan")

ELLIPTIC = ec.generate_private_key(ec.SECP256R1())
RSA = rsa.generate_private_key(65537, 2048)

SETTINGS = Settings.model_validate(
    {
        "CLEANED_SES_TOPICS": TOPIC,
        "CLEANED_SENDGRID_KEY": base64.b64encode(
            ELLIPTIC.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        ).decode(),
        "CLEANED_POSTMARK_PASSWORD": f"postmark:{SECRET}",
        "CLEANED_MAILGUN_KEY": SECRET,
        "CLEANED_BREVO_TOKEN": SECRET,
        "CLEANED_RESEND_SECRET": "whsec_" + base64.b64encode(SECRET.encode()).decode(),
        "CLEANED_MAILTRAP_SECRET": SECRET,
        "CLEANED_POSTAL_KEY": base64.b64encode(
            RSA.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        ).decode(),
        "CLEANED_BOUNCE_SECRET": SECRET,
    }
)


def certificate(
    since: datetime = NOW - timedelta(days=30),
    until: datetime = NOW + timedelta(days=30),
    signed_by: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = RSA,
) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(signed_by.public_key())
        .serial_number(1)
        .not_valid_before(since)
        .not_valid_after(until)
        .sign(signed_by, SHA256())
        .public_bytes(Encoding.PEM)
    )


def answering() -> Event:
    answers = Event()
    answers.set()
    return answers


@dataclass
class Amazon:
    """Stands for SNS's own addresses, and keeps what was fetched. It answers while `answering` is set."""

    answers: dict[str, bytes] = field(default_factory=lambda: {CERTIFICATE_URL: certificate()})
    fetched: list[str] = field(default_factory=list)
    asked: Event = field(default_factory=Event)
    answering: Event = field(default_factory=answering)

    def fetch(self, url: str) -> bytes:
        self.fetched.append(url)
        self.asked.set()
        assert self.answering.wait(20)
        if url not in self.answers:
            raise OSError
        return self.answers[url]


Signed = tuple[bytes, dict[str, str]]
"""A body and the headers that prove who sent it."""


def sns(message: object, *, version: str = "2", at: datetime = NOW, **changed: Any) -> Signed:
    """As Amazon SNS posts it; what is `changed` is changed before it is signed."""
    text = message if isinstance(message, str) else json.dumps(message)
    values = {
        "Type": "Notification",
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": TOPIC,
        "Subject": "Amazon SES Email Event Notification",
        "Message": text,
        "Timestamp": at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE_URL,
        "UnsubscribeURL": "https://sns.eu-west-3.amazonaws.com/?Action=Unsubscribe",
    } | changed
    names = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
    if values["Type"] != "Notification":
        names = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
    signed = "".join(f"{name}\n{values[name]}\n" for name in names if name in values)
    algorithm = SHA1() if version == "1" else SHA256()
    values["Signature"] = base64.b64encode(RSA.sign(signed.encode(), PKCS1v15(), algorithm)).decode()
    return json.dumps(values).encode(), {"Content-Type": "text/plain; charset=UTF-8"}


def sendgrid(events: object, *, at: datetime = NOW) -> Signed:
    body, stamp = raw(events), str(int(at.timestamp()))
    signature = base64.b64encode(ELLIPTIC.sign(stamp.encode() + body, ec.ECDSA(SHA256()))).decode()
    return body, {
        "X-Twilio-Email-Event-Webhook-Signature": signature,
        "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
    }


def postmark(event: object, *, at: datetime = NOW) -> Signed:
    return raw(event), {"Authorization": f"Basic {base64.b64encode(f'postmark:{SECRET}'.encode()).decode()}"}


def mailgun(event: object, *, at: datetime = NOW, token: str = "") -> Signed:
    stamp = str(int(at.timestamp()))
    token = token or hashlib.sha256(raw(event)).hexdigest()[:50]
    signature = hmac.new(SECRET.encode(), (stamp + token).encode(), hashlib.sha256).hexdigest()
    signed = {"timestamp": stamp, "token": token, "signature": signature}
    return raw({"signature": signed, "event-data": event}), {}


def brevo(event: object, *, at: datetime = NOW) -> Signed:
    return raw(event), {"Authorization": f"Bearer {SECRET}"}


def resend(event: object, *, at: datetime = NOW) -> Signed:
    body, stamp, id_ = raw(event), str(int(at.timestamp())), "msg_2W2D3qXLS5fOaPja1GDg7rF2CwB"
    digest = hmac.digest(SECRET.encode(), f"{id_}.{stamp}.".encode() + body, "sha256")
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return body, {"svix-id": id_, "svix-timestamp": stamp, "svix-signature": signature}


def mailtrap(events: object, *, at: datetime = NOW) -> Signed:
    body = raw({"events": events} if isinstance(events, list) else events)
    return body, {"Mailtrap-Signature": hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}


def postal(event: object, *, at: datetime = NOW) -> Signed:
    body = raw(event)
    return body, {"X-Postal-Signature-256": base64.b64encode(RSA.sign(body, PKCS1v15(), SHA256())).decode()}


def own(events: object, *, at: datetime = NOW) -> Signed:
    body = raw({"events": events} if isinstance(events, list) else events)
    stamp = str(int(at.timestamp()))
    signature = hmac.new(SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return body, {"X-Cleaned-Signature": f"t={stamp},v1={signature}"}


SENDERS: Mapping[str, Callable[..., Signed]] = {
    "ses": sns,
    "sendgrid": sendgrid,
    "postmark": postmark,
    "mailgun": mailgun,
    "brevo": brevo,
    "resend": resend,
    "mailtrap": mailtrap,
    "postal": postal,
    "json": own,
}


def raw(value: object) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value).encode()


@dataclass
class Bot:
    """The bot as a provider sees it."""

    port: int
    database: Database
    amazon: Amazon
    now: datetime = NOW

    def clock(self) -> datetime:
        return self.now

    def post(self, name: str, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
        """Status and answer."""
        status, text, _ = self.request("POST", f"/bounces/{name}", body, headers)
        return status, json.loads(text) if text.startswith(b"{") else text.decode()

    def request(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, bytes, http.client.HTTPMessage]:
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            asked.request(method, path, body, headers or {})
            answer = asked.getresponse()
            return answer.status, answer.read(), answer.headers
        finally:
            asked.close()


@pytest.fixture
def bot(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bot]:
    """An audience of four subscribed people at example.com, and every webhook."""
    rows = "\n".join(f"{name}@example.com" for name in PEOPLE)
    import_csv(database, f"Email Address\n{rows}", name="subscribed_x_export.csv")
    yield from serve(database, SETTINGS, monkeypatch)


def serve(database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bot]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    bot = Bot(port, database, Amazon())
    monkeypatch.setitem(routes.RECEIVERS, "ses", lambda given: ses.receiver(given, bot.amazon.fetch))
    application = web.Application()
    routes.add(application, settings, database, bot.clock)
    server = Server(application, "127.0.0.1", port)
    server.start()
    yield bot
    server.stop()
