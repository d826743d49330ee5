"""The bot's own JSON form, for any other sender of mail. `docs/bounces.md` documents it.

`X-Cleaned-Signature: t=<seconds since 1970>,v1=<hex>`; the hex is HMAC-SHA256, with `CLEANED_BOUNCE_SECRET` as the
key, of `<t>.` and the raw body.
"""

import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot.bounces.events import EventKind, MailEvent
from bot.bounces.webhooks import WebhookPayload
from bot.core.addresses import InvalidAddress, validate
from bot.core.settings import Settings
from handlers.web.webhooks.credentials import constant_time_equals
from handlers.web.webhooks.parsing import (
    JsonObject,
    as_object,
    diagnose_cause,
    event_uid,
    parse_json,
    parse_time,
)
from handlers.web.webhooks.requests import (
    InvalidBody,
    Receiver,
    Unauthenticated,
    WebhookRequest,
    check_age,
)
from storage.core.text import storable

NAME = "json"
MOST_EVENTS = 1_000
MOST_FAULTS = 100  # listed in the answer
LONGEST_ID = 200  # characters
LONGEST_FIELD = 400  # unless in LONGEST
LONGEST = {"diagnostic": 2_000, "campaign": 200, "audience": 200}  # the optional texts
SIGNED_WITHIN = timedelta(seconds=300)
SIGNATURE = re.compile(r"t=([0-9]{1,11}),\s*v1=([0-9a-fA-F]{64})")
KINDS = {
    "hard": EventKind.HARD,
    "soft": EventKind.SOFT,
    "complaint": EventKind.COMPLAINT,
    "delivered": EventKind.DELIVERED,
    "opened": EventKind.ACTIVE,
}

_ZONE = re.compile(r"(?:Z|[+-]\d\d:?\d\d)$")
_CODE = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")


def receiver(settings: Settings) -> Receiver | None:
    """Returns the receiver; None without `CLEANED_BOUNCE_SECRET`."""
    if not settings.bounce_secret:
        return None
    secret = settings.bounce_secret.get_secret_value()

    def receive(request: WebhookRequest) -> WebhookPayload:
        verify(request, secret)
        return read(request.body, request.now)

    return receive


def verify(request: WebhookRequest, secret: str) -> None:
    """Checks the signature. Raises Unauthenticated."""
    verify_header(
        request,
        secret,
        "X-Cleaned-Signature",
        "Sign `<t>.` and the raw body, as UTF-8 bytes, with HMAC-SHA256 and the secret of CLEANED_BOUNCE_SECRET.",
    )


def verify_header(request: WebhookRequest, secret: str, header: str, advice: str) -> None:
    """Checks the signature in a header; `advice` is for one that does not match. Raises Unauthenticated."""
    match = SIGNATURE.fullmatch(request.headers.get(header.lower(), "").strip())
    if not match:
        raise Unauthenticated(f"The header {header} is missing, or is not `t=<seconds>,v1=<64 hex digits>`.")
    stamp, received = match.groups()
    if not constant_time_equals(received.lower(), signature(secret, stamp, request.body)):
        raise Unauthenticated(f"The signature in {header} does not match. {advice}")
    check_age(datetime.fromtimestamp(int(stamp), UTC), request.now, SIGNED_WITHIN)


def signature(secret: str, stamp: str, body: bytes) -> str:
    """Returns the signature of a body, hexadecimal; `stamp` is the time in seconds since 1970."""
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def read(body: bytes, now: datetime) -> WebhookPayload:
    """Parses all of the events or none. Raises InvalidBody with the path and fault of every invalid field."""
    items = as_object(parse_json(body)).values.get("events")
    if not isinstance(items, list):
        raise InvalidBody('events: a list is expected here, as in {"events": […]}.')
    if len(items) > MOST_EVENTS:
        raise InvalidBody(f"events: at most {MOST_EVENTS:,} a request; send them in several.")
    faults: list[str] = []
    events = [_event(item, f"events[{n}]", faults, now) for n, item in enumerate(items)]
    if faults:
        invalid = "1 field is" if len(faults) == 1 else f"{len(faults)} fields are"
        raise InvalidBody(f"Nothing was stored: {invalid} invalid.", faults[:MOST_FAULTS])
    return WebhookPayload(tuple(event for event in events if event))


def _event(item: object, path: str, faults: list[str], now: datetime) -> MailEvent | None:
    """None if a field is invalid; its fault is added to `faults`."""
    if not isinstance(item, dict):
        faults.append(f"{path}: a JSON object is expected here")
        return None
    before = len(faults)
    fields = _FieldReader(JsonObject(item, path), faults, now)
    event_id, address = fields.required("id", _id), fields.required("email", _address)
    kind, at = fields.required("event", _kind), fields.required("at", fields.time)
    code = fields.optional("code", _code)
    texts = {name: fields.optional(name, lambda text: text) for name in LONGEST}
    if len(faults) > before:
        return None
    return MailEvent(
        address=address,
        kind=KINDS[kind],
        at=datetime.fromisoformat(at),
        source=NAME,
        uid=event_uid((NAME, event_id)),
        code=code,
        cause=diagnose_cause(code, texts["diagnostic"]),
        **texts,
    )


class _FieldReader:
    """Reads the text fields of one event and collects a fault for each invalid one."""

    def __init__(self, json_object: JsonObject, faults: list[str], now: datetime) -> None:
        self._object, self._faults, self._now = json_object, faults, now

    def required(self, name: str, check: Callable[[str], str]) -> str:
        """Returns the checked text, "" if it is invalid. `check` raises ValueError with what is expected."""
        value = self._object.values.get(name)
        longest = LONGEST.get(name, LONGEST_FIELD)
        if value is None or value == "":
            return self._add_fault(name, "missing")
        if not isinstance(value, str):
            return self._add_fault(name, "a text is expected here")
        if len(value) > longest:
            return self._add_fault(name, f"at most {longest:,} characters")
        try:
            return check(storable(value).strip())
        except ValueError as error:
            return self._add_fault(name, str(error))

    def optional(self, name: str, check: Callable[[str], str]) -> str:
        """As `required`; "" without a fault if the field is missing or empty."""
        return self.required(name, check) if self._object.values.get(name) else ""

    def time(self, text: str) -> str:
        """Checks ISO 8601 with its zone. Raises ValueError."""
        try:
            at = parse_time(text, self._now) if _ZONE.search(text) else None
        except ValueError:
            at = None
        if at is None:
            raise ValueError(
                "a past time is expected here, in ISO 8601 with its zone, such as 2026-01-31T09:30:00Z"
            )
        return min(at, self._now).isoformat()

    def _add_fault(self, name: str, fault: str) -> str:
        self._faults.append(f"{self._object.path_of(name)}: {fault}")
        return ""


def _id(text: str) -> str:
    if not text or len(text) > LONGEST_ID:
        raise ValueError(
            f"1 to {LONGEST_ID} characters are expected here, the same when the event is sent again"
        )
    return text


def _address(text: str) -> str:
    try:
        return validate(text).address
    except InvalidAddress:
        raise ValueError("this is not an e-mail address") from None


def _kind(text: str) -> str:
    if text not in KINDS:
        raise ValueError(f"one of these is expected here: {', '.join(KINDS)}")
    return text


def _code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise ValueError("an enhanced status code (RFC 3463) is expected here, such as 5.1.1")
    return text
