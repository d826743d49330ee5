"""Bounces of simulated mailings: those of ordinary weeks, and those of a fault of the sender. Seeded."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from random import Random

from bot.bounces.diagnosis import diagnose, find_code
from bot.bounces.events import Cause, EventKind, MailEvent

# Providers and their share of an audience; the others are at domains with few addresses each.
PROVIDERS = {"gmail.com": 0.35, "outlook.com": 0.12, "yahoo.com": 0.06, "orange.fr": 0.05, "icloud.com": 0.04}
LARGEST_SMALL_DOMAIN = 40

DEAD = ("550 5.1.1 <{}>: Recipient address rejected: User unknown", "550 5.2.1 The account is disabled")
PASSING = (
    "452 4.2.2 The recipient's mailbox is full",
    "421 4.4.2 Connection timed out",
    "450 4.2.0 Greylisted, try again later",
    "554 5.7.1 The message looks like spam",
    "421 4.7.0 Messages temporarily deferred due to unexpected volume",
    "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required",
)
BLOCK_LIST = "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org"
OF_SENDER = (
    BLOCK_LIST,
    "550 5.7.1 Mail from 192.0.2.1 refused, poor reputation",
    "550 5.7.23 The message was rejected because of Sender Policy Framework violation",
    "550 5.7.26 Unauthenticated email is not accepted due to the domain's DMARC policy",
    "550 5.7.1 Blocked by policy",
)
SPF = "550 5.7.1 SPF check failed: 192.0.2.1 is not allowed to send for example.com"


def bounce(address: str, at: datetime, text: str, source: str = "message") -> MailEvent:
    """What a server that said so is taken for, as by mail and by most webhooks."""
    code, kind, cause = _read(text)
    uid = f"{at} {text}"
    return MailEvent(
        address=address, kind=kind, at=at, source=source, uid=uid, code=code, cause=cause, diagnostic=text
    )


def people(n: int) -> list[str]:
    """The addresses of an audience of that size."""
    addresses = [f"p{i}@{domain}" for domain, share in PROVIDERS.items() for i in range(int(n * share))]
    random = Random(n)
    while len(addresses) < n:
        size = min(int(random.paretovariate(1)), LARGEST_SMALL_DOMAIN, n - len(addresses))
        addresses += [f"p{i}@firm{len(addresses)}.example" for i in range(size)]
    return addresses


def ordinary_week(random: Random, addresses: Sequence[str], monday: datetime) -> list[MailEvent]:
    """The bounces of a week with one to three mailings, in order of time."""
    told: list[MailEvent] = []
    for day in random.sample(range(7), random.randint(1, 3)):
        start = monday + timedelta(days=day, hours=random.uniform(6, 18))
        told += _of_mailing(random, addresses, start)
    return sorted(told, key=lambda event: event.at)


def refusals(addresses: Sequence[str], start: datetime, text: str, minutes: float = 40) -> list[MailEvent]:
    """All these addresses are refused, evenly within so many minutes."""
    return [
        bounce(address, start + timedelta(minutes=minutes * n / len(addresses)), text)
        for n, address in enumerate(addresses)
    ]


def _of_mailing(random: Random, addresses: Sequence[str], start: datetime) -> Iterator[MailEvent]:
    bouncing = random.sample(addresses, int(len(addresses) * random.uniform(0.004, 0.03)))
    of_sender = random.uniform(0.01, 0.03)
    for address in bouncing:
        at = start + timedelta(minutes=random.expovariate(1 / 30))
        kind = random.random()
        if kind < of_sender:
            yield bounce(address, at, random.choice(OF_SENDER))
        elif kind < of_sender + 0.35:
            yield bounce(address, at, random.choice(PASSING))
        else:
            yield bounce(address, at, random.choice(DEAD))
    if random.random() < 0.5:  # one domain has us on its block list, for a while
        domain = random.choice(addresses[-len(addresses) // 4 :]).partition("@")[2]
        at_domain = [each for each in addresses if each.endswith(f"@{domain}")]
        yield from refusals(at_domain, start, BLOCK_LIST)


@cache
def _read(text: str) -> tuple[str, EventKind, Cause]:
    code = find_code(text)
    return code, *diagnose(code, text)
