"""What DNS says of a domain: asked of a name server of our own on 127.0.0.1 that answers, refuses, or stays silent."""

from collections.abc import Callable, Iterator
from time import monotonic

import pytest
from dns.resolver import NoResolverConfiguration, Resolver

from bot.corrections.mail_exchanges import MailStatus, check_domains
from tests.support.bot.name_servers import SILENT, ZONE, asking, name_server


@pytest.fixture(scope="module")
def resolver() -> Iterator[Callable[[], Resolver]]:
    with name_server() as make_resolver:
        yield make_resolver


@pytest.mark.parametrize(
    ("domain", "answer"),
    [
        ("takes.example", MailStatus.TAKES_MAIL),
        ("long.example", MailStatus.TAKES_MAIL),  # over TCP
        ("host-only.example", MailStatus.TAKES_MAIL),
        ("six-only.example", MailStatus.TAKES_MAIL),
        ("refuses.example", MailStatus.REFUSES),
        ("nothing.example", MailStatus.NO_SERVER),
        ("nowhere.example", MailStatus.NO_DOMAIN),
        ("broken.example", MailStatus.UNKNOWN),
        ("closed.example", MailStatus.UNKNOWN),
        ("a..b", MailStatus.UNKNOWN),
        ("x" * 64 + ".example", MailStatus.UNKNOWN),
    ],
)
def test_what_the_name_server_says(resolver: Callable[[], Resolver], domain: str, answer: MailStatus):
    assert check_domains([domain], resolver) == {domain: answer}


def test_silence_is_unknown_within_three_seconds_and_holds_nobody_up(resolver: Callable[[], Resolver]):
    start = monotonic()
    found = check_domains([SILENT, "takes.example"], resolver)
    assert found == {SILENT: MailStatus.UNKNOWN, "takes.example": MailStatus.TAKES_MAIL}
    assert monotonic() - start < 3


def test_a_name_server_that_knows_no_domain_at_all_is_not_believed(monkeypatch: pytest.MonkeyPatch):
    """As in a network that is cut off: it says of every domain that there is none."""
    monkeypatch.delitem(ZONE, ("com", "NS"))
    with name_server() as make_resolver:
        assert check_domains(["gmail.com"], make_resolver) == {"gmail.com": MailStatus.UNKNOWN}


def test_without_a_network_or_name_servers_it_is_unknown():
    def none() -> Resolver:
        raise NoResolverConfiguration

    assert check_domains(["takes.example"], none) == {"takes.example": MailStatus.UNKNOWN}
    assert check_domains(["takes.example"], lambda: asking(9)) == {"takes.example": MailStatus.UNKNOWN}
