"""Amazon SNS: verifies that a message comes from SNS, from an accepted topic, and recently.

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
"""

import base64
import re
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm

from handlers.web.webhooks.fetches import Fetch, Fetches
from handlers.web.webhooks.parsing import JsonObject
from handlers.web.webhooks.requests import InvalidBody, Unauthenticated, check_age

NOTIFICATION = "Notification"
CONFIRMATION = "SubscriptionConfirmation"
UNSUBSCRIPTION = "UnsubscribeConfirmation"
_CONFIRMATION_FIELDS = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
SIGNED_FIELDS = {
    NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    CONFIRMATION: _CONFIRMATION_FIELDS,
    UNSUBSCRIPTION: _CONFIRMATION_FIELDS,
}
OPTIONAL_FIELD = "Subject"
HASHES: dict[str, type[HashAlgorithm]] = {"1": SHA1, "2": SHA256}
SIGNED_WITHIN = timedelta(hours=1)  # SNS retries for as long
SIGNATURE_BYTES = range(128, 513)  # of RSA keys with 1,024 to 4,096 bits
FETCH_TIMEOUT = 5.0  # seconds without a byte
FETCH_SECONDS = 8.0  # in all
LARGEST_RESPONSE = 64 << 10  # bytes; a certificate has two thousand

TOPIC = re.compile(
    r"arn:aws(?:-cn|-us-gov)?:sns:([a-z]{2}(?:-[a-z]+)+-[0-9]):[0-9]{12}:[A-Za-z0-9_.-]{1,256}"
)
# What may follow `https://<host of the topic>/`.
CERTIFICATE = re.compile(r"SimpleNotificationService-[0-9a-f]{1,64}\.pem")
SUBSCRIPTION = re.compile(r"\?Action=ConfirmSubscription(?:&[A-Za-z]{1,20}=[A-Za-z0-9:_.%-]{1,600}){1,4}")

_TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?Z")


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a certificate of Amazon's says."""

    key: RSAPublicKey
    since: datetime
    until: datetime


def certificates(fetch: Fetch) -> Fetches[Certificate]:
    """The certificates of Amazon, by URL."""
    return Fetches(fetch, parse_certificate, "Amazon's certificate")


def parse_certificate(pem: bytes) -> Certificate:
    """Raises ValueError for what is no certificate with an RSA key."""
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        key = certificate.public_key()
    except (UnsupportedAlgorithm, x509.InvalidVersion) as error:
        raise ValueError from error
    if not isinstance(key, RSAPublicKey):
        raise ValueError  # noqa: TRY004  as for any other content
    return Certificate(key, certificate.not_valid_before_utc, certificate.not_valid_after_utc)


def verify(
    message: JsonObject, topics: Collection[str], certificates: Fetches[Certificate], now: datetime
) -> None:
    """Checks all that needs no certificate first: a stranger can have one fetched only by knowing a topic.

    Raises Unauthenticated; InvalidBody; Waiting; TemporarilyUnavailable if the certificate can't be fetched.
    """
    kind, topic = message.exact("Type"), message.exact("TopicArn")
    if kind not in SIGNED_FIELDS or not message.exact("Signature"):
        raise Unauthenticated(
            "This is not a signed message of Amazon SNS. Switch off Enable raw message delivery in the subscription."
        )
    if topic not in topics:
        raise Unauthenticated(
            "CLEANED_SES_TOPICS does not contain this topic. Add its ARN and restart the bot."
        )
    algorithm, signature = _algorithm(message), _signature(message)
    url = own_url(message.exact("SigningCertURL"), topic, CERTIFICATE)
    signed = _signed_text(message, kind)
    check_age(_signed_at(message), now, SIGNED_WITHIN)
    certificate = certificates.get(url, now)
    if not certificate.since <= now <= certificate.until:
        raise Unauthenticated("The certificate of this message has expired or is not valid yet.")
    try:
        certificate.key.verify(signature, signed, PKCS1v15(), algorithm)
    except InvalidSignature:
        raise Unauthenticated("The signature does not match the message.") from None
    certificates.keep(url)


def own_url(url: str, topic: str, path: re.Pattern[str]) -> str:
    """Returns the URL if it is one of Amazon SNS in the topic's region, with this path. Raises Unauthenticated.

    It is compared with the only accepted form, letter by letter. What parses URLs may read a second form as the first.
    """
    origin = f"https://{host(topic)}/"
    if not (url.startswith(origin) and path.fullmatch(url, len(origin))):
        raise Unauthenticated("A URL in this message is not one of Amazon SNS in the region of the topic.")
    return url


def host(topic: str) -> str:
    """Returns the host of Amazon SNS in the topic's region. Raises Unauthenticated for what is no topic."""
    arn = TOPIC.fullmatch(topic)
    if arn is None:
        raise Unauthenticated("TopicArn is not the ARN of a topic.")
    return f"sns.{arn[1]}.amazonaws.com" + (".cn" if arn[1].startswith("cn-") else "")


def fetch(url: str) -> bytes:
    """Returns the body of the response, without following redirects. Raises httpx.HTTPError."""
    until = time.monotonic() + FETCH_SECONDS
    body = bytearray()
    headers = {"Accept-Encoding": "identity"}
    with httpx.stream("GET", url, headers=headers, follow_redirects=False, timeout=FETCH_TIMEOUT) as response:
        if response.status_code != httpx.codes.OK:
            raise httpx.HTTPError("not 200")
        for chunk in response.iter_raw():
            body += chunk
            if len(body) > LARGEST_RESPONSE or time.monotonic() > until:
                raise httpx.HTTPError("too large or too slow")
    return bytes(body)


def _algorithm(message: JsonObject) -> HashAlgorithm:
    algorithm = HASHES.get(message.exact("SignatureVersion"))
    if algorithm is None:
        raise Unauthenticated("This signature version is unknown: 1 and 2 are known.")
    return algorithm()


def _signature(message: JsonObject) -> bytes:
    try:
        signature = base64.b64decode(message.exact("Signature"), validate=True)
    except ValueError:
        signature = b""
    if len(signature) not in SIGNATURE_BYTES:
        raise Unauthenticated("The signature does not have the form of one.")
    return signature


def _signed_text(message: JsonObject, kind: str) -> bytes:
    values = {
        name: value for name in SIGNED_FIELDS[kind] if isinstance(value := message.values.get(name), str)
    }
    if any(name not in values for name in SIGNED_FIELDS[kind] if name != OPTIONAL_FIELD):
        raise Unauthenticated("A field that Amazon SNS signs is missing.")
    try:
        return "".join(f"{name}\n{value}\n" for name, value in values.items()).encode()
    except UnicodeEncodeError:
        raise Unauthenticated("The message has characters that can't be signed.") from None


def _signed_at(message: JsonObject) -> datetime:
    text = message.exact("Timestamp")
    try:
        if _TIMESTAMP.fullmatch(text):
            return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise InvalidBody("Timestamp: a time is expected here.")
