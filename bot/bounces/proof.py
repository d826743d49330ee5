"""Proof that a bounce message answers mail of ours: the recipient's tag, which was part of that mail's return path.

The tag is keyed: only who has the key, or got mail for that address, knows it. So it proves something about its own
address only, wherever in the message it stands: in `To:` and `Delivered-To:` of a bounce, in the returned headers, in
a feedback report. The return path is `bounces+TAG@…`, or `bounces+TAG-user=example.org@…`, which names the recipient too.
"""

import hashlib
import hmac
import re
from collections.abc import Collection
from dataclasses import replace
from itertools import islice

from bot.bounces.events import EventKind, MailEvent
from bot.core.addresses import BadAddressReason, try_validate

TAG_DIGITS = 16
MOST_NAMED = 100  # return paths looked at in a message

_TAG = re.compile(rb"\+([0-9a-f]{%d})(?=[-@])" % TAG_DIGITS)
_NAMED = re.compile(rb"\+([0-9a-f]{%d})-([\w.!#$%%&'*+/?^`{|}~-]{1,64})=([\w.-]{1,255})@" % TAG_DIGITS)


def tag(address: str, key: str) -> str:
    """Returns the address's tag: the first 16 hex digits of HMAC-SHA256 of the address in lower case."""
    message = address.lower().encode("utf-8", "replace")
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()[:TAG_DIGITS]


def proven_only(events: Collection[MailEvent], raw: bytes, key: str) -> list[MailEvent]:
    """Returns the events of a message; those whose address has no tag in it are soft at most.

    If the only event has none, but the return path names a recipient with the right tag, the event is about that one:
    its mail was forwarded to the address that bounced.
    """
    if not events:
        return []
    text = raw.lower()
    tags = {match[1].decode() for match in _TAG.finditer(text)}
    named = _named_recipients(text, key)
    if len(events) == 1 and len(named) == 1:
        events = [_about(event, tags, named, key) for event in events]
    return [event if _is_proven(event.address, tags, key) else _softened(event) for event in events]


def _about(event: MailEvent, tags: Collection[str], named: Collection[str], key: str) -> MailEvent:
    [recipient] = named
    return event if _is_proven(event.address, tags, key) else replace(event, address=recipient)


def _named_recipients(text: bytes, key: str) -> set[str]:
    """The recipients that return paths in the text name, with the right tag."""
    matches = islice(_NAMED.finditer(text), MOST_NAMED)
    found = {(match[1].decode(), f"{match[2].decode()}@{match[3].decode()}") for match in matches}
    return {address for found_tag, address in found if _is_proven(address, (found_tag,), key)}


def _is_proven(address: str, tags: Collection[str], key: str) -> bool:
    """Whether the address has one of the tags, as it is written or as the audience has it (`xn--…`)."""
    if not tags:
        return False
    valid = try_validate(address)
    writings = {address.lower()} | (set() if isinstance(valid, BadAddressReason) else {valid[1]})
    return any(tag(writing, key) in tags for writing in writings)


def _softened(event: MailEvent) -> MailEvent:
    is_heavier = event.kind in (EventKind.HARD, EventKind.COMPLAINT)
    return replace(event, kind=EventKind.SOFT) if is_heavier else event
