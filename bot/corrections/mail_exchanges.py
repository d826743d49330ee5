"""Looking up in DNS whether domains accept mail. A time-out counts as unknown, never as a no."""

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum

import dns.name
from dns.exception import DNSException
from dns.rdatatype import RdataType
from dns.rdtypes.ANY.MX import MX
from dns.resolver import NXDOMAIN, NoAnswer, NoResolverConfiguration, Resolver

# Three seconds altogether, since a person waits for the result.
MX_SECONDS = 2.0
HOST_SECONDS = 0.5  # for each of A and AAAA if there is no MX, or for the check of the name server
SERVER_SECONDS = 1.0  # after that, the next name server is queried


class MailStatus(StrEnum):
    """Whether a domain accepts mail, according to DNS: keys of sentences."""

    TAKES_MAIL = "takes-mail"
    NO_DOMAIN = "no-domain"  # the domain doesn't exist
    REFUSES = "refuses"  # it declares that it accepts no mail (null MX, RFC 7505)
    NO_SERVER = "no-server"  # it has neither MX nor A nor AAAA
    UNKNOWN = "unknown"  # a time-out, an error of a name server, no network


def system_resolver() -> Resolver:
    """Returns a resolver with this machine's name servers. Raises NoResolverConfiguration."""
    return Resolver()


def check_domains(
    domains: Collection[str], make_resolver: Callable[[], Resolver] | None = None
) -> Mapping[str, MailStatus]:
    """Returns the status of each domain, looked up in parallel; takes at most three seconds."""
    make = make_resolver or system_resolver
    with ThreadPoolExecutor(max(len(domains), 1), thread_name_prefix="dns") as pool:
        return dict(zip(domains, pool.map(lambda domain: _status(domain, make), domains), strict=True))


def _status(domain: str, make_resolver: Callable[[], Resolver]) -> MailStatus:
    try:
        resolver = make_resolver()
        resolver.timeout = SERVER_SECONDS
        return _resolve(resolver, domain)
    except (NoResolverConfiguration, DNSException, OSError, UnicodeError):
        return MailStatus.UNKNOWN


def _resolve(resolver: Resolver, domain: str) -> MailStatus:
    try:
        records = resolver.resolve(domain, RdataType.MX, lifetime=MX_SECONDS, search=False)
    except NXDOMAIN:
        # The name server of a network without Internet may deny every domain: it has to know `com` to be believed.
        return MailStatus.NO_DOMAIN if _has(resolver, "com", RdataType.NS) else MailStatus.UNKNOWN
    except NoAnswer:  # mail goes to the domain's own host (RFC 5321)
        kinds = (RdataType.A, RdataType.AAAA)
        has_host = any(_has(resolver, domain, kind) for kind in kinds)
        return MailStatus.TAKES_MAIL if has_host else MailStatus.NO_SERVER
    servers = [record.exchange for record in records if isinstance(record, MX)]
    return MailStatus.REFUSES if servers == [dns.name.root] else MailStatus.TAKES_MAIL


def _has(resolver: Resolver, domain: str, kind: RdataType) -> bool:
    try:
        resolver.resolve(domain, kind, lifetime=HOST_SECONDS, search=False)
    except (NoAnswer, NXDOMAIN):
        return False
    return True
