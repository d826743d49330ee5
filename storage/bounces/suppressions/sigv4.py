"""Amazon's Signature Version 4, of GET requests without a body.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote, unquote

import httpx

_ALGORITHM = "AWS4-HMAC-SHA256"
_NO_BODY = hashlib.sha256(b"").hexdigest()
_UNRESERVED = "-_.~"


@dataclass(frozen=True, slots=True)
class AwsKey:
    """An access key; `token` is that of temporary credentials, or ""."""

    id: str
    secret: str = field(repr=False)
    token: str = field(default="", repr=False)


class SigV4(httpx.Auth):
    """Signs each request when it is sent, so that one that is sent again has the time of then."""

    def __init__(self, key: AwsKey, region: str, service: str, now: Callable[[], datetime]) -> None:
        """`now` returns an aware time in UTC."""
        self._key = key
        self._region = region
        self._service = service
        self._now = now

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:  # type: ignore[override]  # sends nothing back
        stamp = self._now().strftime("%Y%m%dT%H%M%SZ")
        request.headers["X-Amz-Date"] = stamp
        if self._key.token:
            request.headers["X-Amz-Security-Token"] = self._key.token
        request.headers["Authorization"] = self._authorization(request, stamp)
        yield request

    def _authorization(self, request: httpx.Request, stamp: str) -> str:
        names = ["host", "x-amz-date", *(["x-amz-security-token"] if self._key.token else [])]
        signed = ";".join(names)
        canonical = "\n".join(
            (
                request.method,
                _canonical_path(request.url),
                _canonical_query(request.url),
                *(f"{name}:{' '.join(request.headers[name].split())}" for name in names),
                "",
                signed,
                _NO_BODY,
            )
        )
        scope = f"{stamp[:8]}/{self._region}/{self._service}/aws4_request"
        to_sign = "\n".join((_ALGORITHM, stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()))
        signature = _hmac(self._signing_key(stamp[:8]), to_sign).hex()
        return (
            f"{_ALGORITHM} Credential={self._key.id}/{scope}, SignedHeaders={signed}, Signature={signature}"
        )

    def _signing_key(self, day: str) -> bytes:
        key = f"AWS4{self._key.secret}".encode()
        for part in (day, self._region, self._service, "aws4_request"):
            key = _hmac(key, part)
        return key


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _canonical_path(url: httpx.URL) -> str:
    """Every service but S3 encodes the path as it is sent once more."""
    return quote(url.raw_path.partition(b"?")[0].decode("ascii") or "/", safe=f"/{_UNRESERVED}")


def _canonical_query(url: httpx.URL) -> str:
    pairs = (pair.partition("=") for pair in url.query.decode("ascii").split("&") if pair)
    encoded = sorted((_encoded(name), _encoded(value)) for name, _, value in pairs)
    return "&".join(f"{name}={value}" for name, value in encoded)


def _encoded(text: str) -> str:
    return quote(unquote(text), safe=_UNRESERVED)
