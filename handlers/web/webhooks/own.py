"""Our own JSON form, for whatever sends the mail. README documents it.

`X-Cleaned-Signature: t=<seconds since 1970>,v1=<hex>`; the hex is HMAC-SHA256, with `CLEANED_BOUNCE_SECRET` as the
key, of `<t>.` and the raw body.
"""

import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot.bounces.events import EventKind, Notice
from bot.core.addresses import InvalidAddress, validate
from bot.core.settings import Settings
from handlers.web.webhooks.calls import Call, Forged, Receive, Received, Unreadable, check_age, is_same
from handlers.web.webhooks.fields import JsonFields, an_object, cause_of, moment, parsed, uid_of
from storage.core.text import storable

NAME = "json"
MOST_EVENTS = 1_000
MOST_FAULTS = 100  # of them are told
LONGEST_ID = 200
LONGEST = {"diagnostic": 2_000, "campaign": 200, "audience": 200}
SIGNED_WITHIN = timedelta(seconds=300)
SIGNATURE = re.compile(r"t=(\d{1,11}),\s*v1=([0-9a-fA-F]{64})")
KINDS = {
    "hard": EventKind.HARD,
    "soft": EventKind.SOFT,
    "complaint": EventKind.COMPLAINT,
    "delivered": EventKind.DELIVERED,
    "opened": EventKind.ACTIVE,
}

_ZONE = re.compile(r"(?:Z|[+-]\d\d:?\d\d)$")
_CODE = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")


def receiver(settings: Settings) -> Receive | None:
    """What takes the calls; None without `CLEANED_BOUNCE_SECRET`."""
    if not settings.bounce_secret:
        return None
    secret = settings.bounce_secret.get_secret_value()

    def receive(call: Call) -> Received:
        verify(call, secret)
        return read(call.body, call.now)

    return receive


def verify(call: Call, secret: str) -> None:
    """Raises Forged."""
    found = SIGNATURE.fullmatch(call.headers.get("x-cleaned-signature", "").strip())
    if not found:
        raise Forged("The header X-Cleaned-Signature is missing, or is not `t=<seconds>,v1=<64 hex digits>`.")
    stamp, given = found.groups()
    if not is_same(given.lower(), signature(secret, stamp, call.body)):
        raise Forged(
            "The signature in X-Cleaned-Signature does not match. Sign `<t>.` and the raw body, as UTF-8 bytes, "
            "with HMAC-SHA256 and the secret of CLEANED_BOUNCE_SECRET."
        )
    check_age(datetime.fromtimestamp(int(stamp), UTC), call.now, SIGNED_WITHIN)


def signature(secret: str, stamp: str, body: bytes) -> str:
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def read(body: bytes, now: datetime) -> Received:
    """All of the events, or none: raises Unreadable with every fault and its place."""
    events = an_object(parsed(body)).values.get("events")
    if not isinstance(events, list):
        raise Unreadable('events: a list is expected here, as in {"events": […]}.')
    if len(events) > MOST_EVENTS:
        raise Unreadable(f"events: at most {MOST_EVENTS:,} a request; send them in several.")
    faults: list[str] = []
    notices = [_notice(event, f"events[{n}]", faults, now) for n, event in enumerate(events)]
    if faults:
        raise Unreadable(
            f"Nothing was taken: {len(faults)} of the fields have to be put right.", faults[:MOST_FAULTS]
        )
    return Received(tuple(each for each in notices if each))


def _notice(event: object, place: str, faults: list[str], now: datetime) -> Notice | None:
    if not isinstance(event, dict):
        faults.append(f"{place}: a JSON object is expected here")
        return None
    before = len(faults)
    field = _Field(JsonFields(event, place), faults, now)
    event_id, address = field.read("id", _id), field.read("email", _address)
    kind, at = field.read("event", _kind), field.read("at", field.moment)
    code = field.optional("code", _code)
    texts = {name: field.optional(name, lambda text: text) for name in LONGEST}
    if len(faults) > before:
        return None
    return Notice(
        address=address,
        kind=KINDS[kind],
        at=datetime.fromisoformat(at),
        source=NAME,
        uid=uid_of((NAME, event_id)),
        code=code,
        cause=cause_of(code, texts["diagnostic"]),
        **texts,
    )


class _Field:
    """Reads the fields of one event and notes each fault."""

    def __init__(self, fields: JsonFields, faults: list[str], now: datetime) -> None:
        self._fields, self._faults, self._now = fields, faults, now

    def read(self, name: str, check: Callable[[str], str]) -> str:
        """`check` raises ValueError with what is expected."""
        value = self._fields.values.get(name)
        if value is None or value == "":
            return self._fault(name, "missing")
        if not isinstance(value, str):
            return self._fault(name, "a text is expected here")
        if len(value) > LONGEST.get(name, LONGEST_ID * 2):
            return self._fault(name, f"at most {LONGEST.get(name, LONGEST_ID * 2):,} characters")
        try:
            return check(storable(value).strip())
        except ValueError as error:
            return self._fault(name, str(error))

    def optional(self, name: str, check: Callable[[str], str]) -> str:
        return self.read(name, check) if self._fields.values.get(name) else ""

    def moment(self, text: str) -> str:
        """ISO 8601 with its zone. Raises ValueError."""
        try:
            at = moment(text, self._now) if _ZONE.search(text) else None
        except ValueError:
            at = None
        if at is None:
            raise ValueError(
                "a past time is expected here, in ISO 8601 with its zone, such as 2026-01-31T09:30:00Z"
            )
        return min(at, self._now).isoformat()

    def _fault(self, name: str, said: str) -> str:
        self._faults.append(f"{self._fields.at(name)}: {said}")
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
        raise ValueError("this is no e-mail address") from None


def _kind(text: str) -> str:
    if text not in KINDS:
        raise ValueError(f"one of these is expected here: {', '.join(KINDS)}")
    return text


def _code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise ValueError("an enhanced status code (RFC 3463) is expected here, such as 5.1.1")
    return text
