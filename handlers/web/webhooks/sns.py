"""Amazon SNS: is this message SNS's own, of a topic that may speak, and new?

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
"""

import base64
import re
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from threading import Lock
from urllib.parse import urlsplit

import httpx
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm

from handlers.web.webhooks.calls import Forged, NotNow, Unreadable, check_age
from handlers.web.webhooks.fields import JsonFields

NOTIFICATION = "Notification"
CONFIRMATION = "SubscriptionConfirmation"
END = "UnsubscribeConfirmation"
_OF_CONFIRMATIONS = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
SIGNED = {
    NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    CONFIRMATION: _OF_CONFIRMATIONS,
    END: _OF_CONFIRMATIONS,
}
HASHES: dict[str, type[HashAlgorithm]] = {"1": SHA1, "2": SHA256}
SIGNED_WITHIN = timedelta(hours=1)  # as long as SNS tries again
FETCH_SECONDS = 5.0
LARGEST_ANSWER = 64 << 10  # bytes; a certificate has two thousand
MOST_CERTIFICATES = 16  # a region has one, and a new one each year

TOPIC = re.compile(r"arn:aws[a-z-]*:sns:([a-z0-9-]+):\d+:[A-Za-z0-9_.-]+")
_CERTIFICATE = re.compile(r"https://[^/?#]+/[A-Za-z0-9_./-]+\.pem")
_HOST = re.compile(r"sns\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?")

FetchCertificate = Callable[[str], bytes]
"""What stands at an address. Raises OSError or httpx.HTTPError."""


def verify(message: JsonFields, topics: Collection[str], certificates: "Certificates", now: datetime) -> None:
    """Raises Forged; Unreadable; NotNow when the certificate can't be had."""
    kind, topic = message.text("Type"), message.text("TopicArn")
    if kind not in SIGNED or not message.text("Signature"):
        raise Forged(
            "This is no signed message of Amazon SNS. Switch off Enable raw message delivery in the subscription."
        )
    if topic not in topics:
        raise Forged("CLEANED_SES_TOPICS does not name this topic. Write its ARN there and restart the bot.")
    url = trusted(message.text("SigningCertURL"), topic)
    if not _CERTIFICATE.fullmatch(url):
        raise Forged("SigningCertURL names no certificate (.pem).")
    if not _is_signed(message, kind, certificates.key(url, now)):
        raise Forged("The signature does not match what the message says.")
    check_age(_time(message), now, SIGNED_WITHIN)


def trusted(url: str, topic: str) -> str:
    """The address, which is SNS's own in the topic's region. Raises Forged."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise Forged("An address in this message can't be read.") from None
    region, host = TOPIC.fullmatch(topic), _HOST.fullmatch(parts.netloc)
    # The whole of netloc: no user, no port.
    if not (url.isascii() and url.isprintable() and parts.scheme == "https" and region and host):
        raise Forged("An address in this message is not Amazon SNS's own.")
    if region[1] != host[1]:
        raise Forged("An address in this message is of another region than the topic.")
    return url


def fetched(url: str) -> bytes:
    """The answer, without following it anywhere. Raises httpx.HTTPError."""
    body = bytearray()
    with httpx.stream("GET", url, follow_redirects=False, timeout=FETCH_SECONDS) as answer:
        if answer.status_code != httpx.codes.OK:
            raise httpx.HTTPError("not 200")
        for piece in answer.iter_bytes():
            body += piece
            if len(body) > LARGEST_ANSWER:
                raise httpx.HTTPError("too large")
    return bytes(body)


class Certificates:
    """Amazon's certificates, each fetched once. One thread at a time fetches."""

    def __init__(self, fetch: FetchCertificate = fetched) -> None:
        self._fetch = fetch
        self._kept: dict[str, x509.Certificate] = {}
        self._lock = Lock()

    def key(self, url: str, now: datetime) -> RSAPublicKey:
        """The key of a certificate that holds now. Raises Forged, NotNow."""
        with self._lock:
            certificate = self._kept.get(url) or self._new(url)
        if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
            raise Forged("The certificate that this message names is out of date.")
        key = certificate.public_key()
        if not isinstance(key, RSAPublicKey):
            raise Forged("The certificate that this message names has another kind of key.")
        return key

    def _new(self, url: str) -> x509.Certificate:
        try:
            certificate = x509.load_pem_x509_certificate(self._fetch(url))
        except (OSError, httpx.HTTPError):
            raise NotNow("Amazon's certificate can't be fetched at the moment.") from None
        except ValueError:
            raise Forged("SigningCertURL names no certificate.") from None
        while len(self._kept) >= MOST_CERTIFICATES:
            del self._kept[next(iter(self._kept))]
        self._kept[url] = certificate
        return certificate


def _is_signed(message: JsonFields, kind: str, key: RSAPublicKey) -> bool:
    algorithm = HASHES.get(message.text("SignatureVersion"))
    if algorithm is None:
        raise Forged("This version of signature is unknown: 1 and 2 are known.")
    # As it came, not as `text` trims it.
    signed = "".join(
        f"{name}\n{value}\n" for name in SIGNED[kind] if isinstance(value := message.values.get(name), str)
    )
    try:
        signature = base64.b64decode(message.text("Signature"), validate=True)
        key.verify(signature, signed.encode(), PKCS1v15(), algorithm())
    except (InvalidSignature, ValueError):
        return False
    return True


def _time(message: JsonFields) -> datetime:
    text = message.text("Timestamp")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unreadable("Timestamp: a time is expected here.") from None
