"""Amazon SNS: verifies that a message comes from SNS, from an accepted topic, and recently.

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

from handlers.web.webhooks.parsing import JsonObject
from handlers.web.webhooks.requests import InvalidBody, TemporarilyUnavailable, Unauthenticated, check_age

NOTIFICATION = "Notification"
CONFIRMATION = "SubscriptionConfirmation"
UNSUBSCRIPTION = "UnsubscribeConfirmation"
_CONFIRMATION_FIELDS = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
SIGNED_FIELDS = {
    NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    CONFIRMATION: _CONFIRMATION_FIELDS,
    UNSUBSCRIPTION: _CONFIRMATION_FIELDS,
}
HASHES: dict[str, type[HashAlgorithm]] = {"1": SHA1, "2": SHA256}
SIGNED_WITHIN = timedelta(hours=1)  # SNS retries for as long
FETCH_TIMEOUT = 5.0  # seconds
LARGEST_RESPONSE = 64 << 10  # bytes; a certificate has two thousand
MOST_CERTIFICATES = 16  # a region has one, replaced each year

TOPIC = re.compile(r"arn:aws[a-z-]*:sns:([a-z0-9-]+):\d+:[A-Za-z0-9_.-]+")
_CERTIFICATE = re.compile(r"https://[^/?#]+/[A-Za-z0-9_./-]+\.pem")
_HOST = re.compile(r"sns\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?")

Fetch = Callable[[str], bytes]
"""Returns what is at a URL. Raises OSError or httpx.HTTPError."""


def verify(message: JsonObject, topics: Collection[str], certificates: "Certificates", now: datetime) -> None:
    """Raises Unauthenticated; InvalidBody; TemporarilyUnavailable if the certificate can't be fetched."""
    kind, topic = message.text("Type"), message.text("TopicArn")
    if kind not in SIGNED_FIELDS or not message.text("Signature"):
        raise Unauthenticated(
            "This is not a signed message of Amazon SNS. Switch off Enable raw message delivery in the subscription."
        )
    if topic not in topics:
        raise Unauthenticated(
            "CLEANED_SES_TOPICS does not contain this topic. Add its ARN and restart the bot."
        )
    url = check_url(message.text("SigningCertURL"), topic)
    if not _CERTIFICATE.fullmatch(url):
        raise Unauthenticated("SigningCertURL is not the URL of a certificate (.pem).")
    if not _is_signed(message, kind, certificates.key(url, now)):
        raise Unauthenticated("The signature does not match the message.")
    check_age(_signed_at(message), now, SIGNED_WITHIN)


def check_url(url: str, topic: str) -> str:
    """Returns the URL, if it is one of SNS in the topic's region. Raises Unauthenticated."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise Unauthenticated("A URL in this message is invalid.") from None
    region, host = TOPIC.fullmatch(topic), _HOST.fullmatch(parts.netloc)
    # The host has to be all of netloc: no user, no port.
    if not (url.isascii() and url.isprintable() and parts.scheme == "https" and region and host):
        raise Unauthenticated("A URL in this message does not belong to Amazon SNS.")
    if region[1] != host[1]:
        raise Unauthenticated("A URL in this message is of another region than the topic.")
    return url


def fetch(url: str) -> bytes:
    """Returns the body of the response, without following redirects. Raises httpx.HTTPError."""
    body = bytearray()
    with httpx.stream("GET", url, follow_redirects=False, timeout=FETCH_TIMEOUT) as response:
        if response.status_code != httpx.codes.OK:
            raise httpx.HTTPError("not 200")
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > LARGEST_RESPONSE:
                raise httpx.HTTPError("too large")
    return bytes(body)


class Certificates:
    """Amazon's certificates, each fetched once, by one thread at a time."""

    def __init__(self, fetch: Fetch = fetch) -> None:
        self._fetch = fetch
        self._by_url: dict[str, x509.Certificate] = {}
        self._lock = Lock()

    def key(self, url: str, now: datetime) -> RSAPublicKey:
        """Returns the key of a certificate that is valid now. Raises Unauthenticated, TemporarilyUnavailable."""
        with self._lock:
            certificate = self._by_url.get(url) or self._load(url)
        if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
            raise Unauthenticated("The certificate of this message has expired or is not valid yet.")
        key = certificate.public_key()
        if not isinstance(key, RSAPublicKey):
            raise Unauthenticated("The certificate of this message has no RSA key.")
        return key

    def _load(self, url: str) -> x509.Certificate:
        try:
            certificate = x509.load_pem_x509_certificate(self._fetch(url))
        except (OSError, httpx.HTTPError):
            raise TemporarilyUnavailable("Amazon's certificate can't be fetched at the moment.") from None
        except ValueError:
            raise Unauthenticated("SigningCertURL does not lead to a certificate.") from None
        while len(self._by_url) >= MOST_CERTIFICATES:
            del self._by_url[next(iter(self._by_url))]
        self._by_url[url] = certificate
        return certificate


def _is_signed(message: JsonObject, kind: str, key: RSAPublicKey) -> bool:
    algorithm = HASHES.get(message.text("SignatureVersion"))
    if algorithm is None:
        raise Unauthenticated("This signature version is unknown: 1 and 2 are known.")
    # The raw values, not trimmed as by `text`.
    signed = "".join(
        f"{name}\n{value}\n"
        for name in SIGNED_FIELDS[kind]
        if isinstance(value := message.values.get(name), str)
    )
    try:
        signature = base64.b64decode(message.text("Signature"), validate=True)
        key.verify(signature, signed.encode(), PKCS1v15(), algorithm())
    except (InvalidSignature, ValueError):
        return False
    return True


def _signed_at(message: JsonObject) -> datetime:
    text = message.text("Timestamp")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidBody("Timestamp: a time is expected here.") from None
