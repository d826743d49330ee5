"""Whether a domain takes mail: what DNS says, asked when a person asks. Silence is never a no."""

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum

import dns.name
from dns.exception import DNSException
from dns.rdatatype import RdataType
from dns.rdtypes.ANY.MX import MX
from dns.resolver import NXDOMAIN, NoAnswer, NoResolverConfiguration, Resolver

# Together three seconds: as long as a person looks at a button that was pressed.
MX_SECONDS = 2.0
HOST_SECONDS = 0.5  # for each of A and AAAA, where there is no MX; or to see whether a no can be believed
SERVER_SECONDS = 1.0  # then the next name server is asked


class Answer(StrEnum):
    """What DNS says of a domain: keys that handlers turn into words."""

    TAKES_MAIL = "takes-mail"
    NO_DOMAIN = "no-domain"  # there is no such domain
    REFUSES = "refuses"  # it says itself that it takes no mail (RFC 7505)
    NO_SERVER = "no-server"  # it has no server that could take mail
    UNKNOWN = "unknown"  # a time-out, a fault of a name server, no network


def system_resolver() -> Resolver:
    """The name servers of this machine. Raises NoResolverConfiguration."""
    return Resolver()


def look_up(
    domains: Collection[str], make_resolver: Callable[[], Resolver] = system_resolver
) -> Mapping[str, Answer]:
    """Each domain's answer, all asked at the same time; takes three seconds at most."""
    with ThreadPoolExecutor(max(len(domains), 1), thread_name_prefix="dns") as pool:
        return dict(
            zip(domains, pool.map(lambda domain: _answer(domain, make_resolver), domains), strict=True)
        )


def _answer(domain: str, make_resolver: Callable[[], Resolver]) -> Answer:
    try:
        resolver = make_resolver()
        resolver.timeout = SERVER_SECONDS
        return _exchanges(resolver, domain)
    except (NoResolverConfiguration, DNSException, OSError, UnicodeError):
        return Answer.UNKNOWN


def _exchanges(resolver: Resolver, domain: str) -> Answer:
    try:
        found = resolver.resolve(domain, RdataType.MX, lifetime=MX_SECONDS, search=False)
    except NXDOMAIN:
        # A network that is cut off from the world may have a name server that knows no domain at all.
        return Answer.NO_DOMAIN if _has(resolver, "com", RdataType.NS) else Answer.UNKNOWN
    except NoAnswer:  # then the domain's own host takes it (RFC 5321)
        kinds = (RdataType.A, RdataType.AAAA)
        has_host = any(_has(resolver, domain, kind) for kind in kinds)
        return Answer.TAKES_MAIL if has_host else Answer.NO_SERVER
    servers = [each.exchange for each in found if isinstance(each, MX)]
    return Answer.REFUSES if servers == [dns.name.root] else Answer.TAKES_MAIL


def _has(resolver: Resolver, domain: str, kind: RdataType) -> bool:
    try:
        resolver.resolve(domain, kind, lifetime=HOST_SECONDS, search=False)
    except (NoAnswer, NXDOMAIN):
        return False
    return True
