"""A provider's list taken in: what it means, counted once, complete after kills."""

from dataclasses import fields
from datetime import timedelta

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as few
from hypothesis import strategies as st
from sqlmodel import select

from bot.audiences import audiences
from bot.bounces import evidence, suppressions
from bot.bounces.events import Cause
from bot.bounces.suppressions import ListOutcome, Provider
from bot.bounces.verdicts.policy import Weakness
from storage.bounces.suppressions.entries import Suppression
from storage.bounces.tables import Evidence, Quarantined
from storage.contacts.tables import Contact
from storage.core.database import Database
from storage.core.tables import AudienceRow, AudienceSource
from tests.conftest import NOW
from tests.support.audiences import cleaned as add_cleaned
from tests.support.audiences import import_csv, statuses
from tests.support.figures import assert_exact, emptied
from tests.support.suppression_lists import ACCOUNTS, FIRST, Account, Listed, listed
from tests.support.suppression_reading import Waits, settings

providers = pytest.mark.parametrize("provider", list(Provider))


def audience(database: Database, *addresses: str, name: str = "News", status: str = "subscribed") -> int:
    text = "\n".join(["Email Address", *addresses])
    return import_csv(database, text, name=f"{status}_x_export.csv", audience=name)


def run(
    database: Database, provider: Provider, account: Account, *, killed_after: int | None = None
) -> ListOutcome:
    """The outcome of the whole list, or of that many pages."""
    pages = suppressions.read(
        settings(), provider, transport=httpx.MockTransport(account), timing=Waits().timing
    )
    outcome = ListOutcome()
    for n, page in enumerate(pages):
        if n == killed_after:
            break
        outcome += suppressions.take_in(database, provider, page.entries, NOW)
    return outcome


def take_in(database: Database, *entries: Suppression, provider: Provider = Provider.SENDGRID) -> ListOutcome:
    return suppressions.take_in(database, provider, entries, NOW)


def contact(database: Database, address: str) -> Contact:
    with database.reading() as session:
        return session.exec(select(Contact).where(Contact.address_key == address)).one()


def why(database: Database, address: str) -> evidence.Explanation:
    found = contact(database, address)
    assert found.id is not None
    return evidence.explain(database, found.audience_id, found.id)


@providers
def test_a_list_that_is_killed_twice_is_complete_and_twice_is_once(database: Database, provider: Provider):
    """The kills come between pages of 500 or fewer; one address in seven is in the audience."""
    entries = listed(1_100) + listed(40, first=1_100, kind="complaint")
    ours = entries[::7]
    id_ = audience(database, "ann@example.com", *(each.address for each in ours))
    account = ACCOUNTS[provider](entries)

    killed = [run(database, provider, account, killed_after=n) for n in (1, 2)]
    last = run(database, provider, account)
    in_all = sum((outcome.cleaned for outcome in killed), last.cleaned)

    assert in_all == len(ours) == last.in_audience == last.cleaned + last.already_cleaned
    assert last.cleaned > 0
    assert all(outcome.cleaned for outcome in killed[:1])
    assert last.not_in_audience == 1_140 - len(ours)
    found = statuses(database, id_)
    assert [address for address, status in found.items() if status != "cleaned"] == ["ann@example.com"]
    assert len(found) == len(ours) + 1  # nothing was added

    again = run(database, provider, account)
    assert (again.cleaned, again.already_cleaned, again.listed) == (0, len(ours), last.listed)
    with database.reading() as session:
        assert len(session.exec(select(Evidence)).all()) == len(ours)
        assert session.exec(select(Quarantined)).all() == []
    assert_exact(database)


@providers
def test_the_contact_shows_the_providers_reason_and_time(database: Database, provider: Provider):
    audience(database, "ada@example.com", "bob@example.com")
    entries = [Listed("Ada@Example.com"), Listed("bob@example.com", "complaint")]
    outcome = run(database, provider, ACCOUNTS[provider](entries))
    assert (outcome.listed, outcome.cleaned) == (2, 2)
    assert (
        contact(database, "ada@example.com").clean_reason,
        contact(database, "bob@example.com").clean_reason,
    ) == (
        "hard",
        "abuse",
    )
    [item] = why(database, "ada@example.com").items
    assert (item.source, item.at, item.kind) == (f"{provider}-list", FIRST, "hard")


def test_what_is_no_bounce_is_left_out_and_what_passes_cleans_nobody(database: Database):
    audience(database, "ada@example.com", "bob@example.com")
    soft = Suppression("ada@example.com", "blocks", FIRST, "550 5.7.1 blocked using a list")
    assert take_in(database, soft) == ListOutcome(listed=1, kept=1)
    assert take_in(database, soft) == ListOutcome(listed=1, kept=1)
    for reason in ("unsubscribes", "", "BOUNCES"):
        assert take_in(database, Suppression("bob@example.com", reason, FIRST)).left_out == 1
    assert take_in(database, Suppression("", "bounces", FIRST)) == ListOutcome(listed=1, left_out=1)
    assert (
        contact(database, "ada@example.com").status
        == contact(database, "bob@example.com").status
        == "subscribed"
    )


def test_what_the_provider_blocks_for_a_cause_that_passes_is_cleaned_and_worth_a_look(database: Database):
    audience(database, "ada@example.com", "bob@example.com", "cy@example.com")
    take_in(
        database,
        Suppression("ada@example.com", "bounces", FIRST, "552 5.2.2 mailbox full"),
        Suppression("bob@example.com", "bounces", FIRST, "554 5.7.1 blocked using zen.spamhaus.org"),
        Suppression("cy@example.com", "invalid_emails", FIRST, "not an address"),
    )
    verdicts = [why(database, f"{name}@example.com").verdict for name in ("ada", "bob", "cy")]
    assert [(verdict.cause, verdict.weakness) for verdict in verdicts if verdict] == [
        (Cause.FULL, Weakness.PROVIDER),
        (Cause.POLICY, Weakness.PROVIDER),
        (Cause.NO_MAILBOX, None),
    ]


def test_an_outage_excuses_no_address_that_the_provider_stopped_mailing(database: Database):
    """After one mailing, many addresses of a domain are put on the list within the hour."""
    people = [f"person{n}@example.com" for n in range(30)]
    id_ = audience(database, *people)
    entries = [Suppression(each, "BOUNCE", FIRST + timedelta(seconds=n)) for n, each in enumerate(people)]
    assert take_in(database, *entries, provider=Provider.SES).cleaned == 30
    assert set(statuses(database, id_).values()) == {"cleaned"}
    verdict = why(database, people[-1]).verdict
    assert verdict
    assert verdict.weakness == Weakness.OUTAGE


def test_where_an_address_is_in_several_audiences_all_or_the_named_one_are_cleaned(database: Database):
    one = audience(database, "ada@example.com", "bob@example.com")
    other = audience(database, "ada@example.com", "bob@example.com", name="Other")
    named = audiences.choose(database, "Other")
    ada, bob = (Suppression(f"{name}@example.com", "BOUNCE", FIRST) for name in ("ada", "bob"))
    assert suppressions.take_in(database, Provider.SES, [ada], NOW, named).cleaned == 1
    assert (statuses(database, one)["ada@example.com"], statuses(database, other)["ada@example.com"]) == (
        "subscribed",
        "cleaned",
    )
    assert take_in(database, ada, bob, provider=Provider.SES) == ListOutcome(listed=2, cleaned=2)
    assert set(statuses(database, one).values()) == {"cleaned"}


def test_an_address_of_a_mirror_alone_is_counted_apart(database: Database):
    audience(database, "both@example.com")
    mirrored = audience(database, "both@example.com", "there@example.com", name="Mirror")
    with database.transaction() as session:
        row = session.get(AudienceRow, mirrored)
        assert row
        row.source = AudienceSource.MAILCHIMP
    entries = [Suppression(f"{name}@example.com", "BOUNCE", FIRST) for name in ("both", "there", "nobody")]
    assert take_in(database, *entries, provider=Provider.SES) == ListOutcome(
        listed=3, cleaned=1, mirrored=1, not_in_audience=1
    )
    assert set(statuses(database, mirrored).values()) == {"subscribed"}


def test_who_was_cleaned_before_or_gets_no_mail_is_counted_so(database: Database):
    add_cleaned(database, 1)
    audience(database, "ann@example.com", status="unsubscribed", name="Old")
    entries = [Suppression(each, "BOUNCE", FIRST) for each in ("person0@example.com", "ann@example.com")]
    assert take_in(database, *entries, provider=Provider.SES) == ListOutcome(
        listed=2, already_cleaned=1, kept=1
    )


def test_an_entry_without_a_usable_time_counts_once(database: Database):
    audience(database, "ada@example.com")
    entry = Suppression("ada@example.com", "blocks", None)
    early = Suppression("ada@example.com", "blocks", FIRST.replace(year=1970))
    for later in range(3):
        suppressions.take_in(database, Provider.SENDGRID, [entry, early], NOW + timedelta(days=later))
    with database.reading() as session:
        assert [row.at for row in session.exec(select(Evidence))] == [NOW]


ENTRIES = st.builds(
    Suppression,
    st.sampled_from([f"{name}@example.com" for name in ("ada", "BOB", "cy", "nobody")])
    | st.text(max_size=12)
    | st.just("a" * 400),
    st.sampled_from(["bounces", "blocks", "spam_reports", "invalid_emails", "else", ""]),
    st.none() | st.datetimes(timezones=st.just(FIRST.tzinfo)),
    st.text(max_size=30),
)


@few(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=st.lists(ENTRIES, max_size=12))
def test_whatever_is_listed_the_figures_add_up_and_twice_is_once(
    database: Database, entries: list[Suppression]
):
    emptied(database)
    audience(database, "ada@example.com", "bob@example.com")
    audience(database, "cy@example.com", "ada@example.com", name="Other")
    first, second = (take_in(database, *entries) for _ in range(2))
    for outcome in (first, second):
        parts = [getattr(outcome, each.name) for each in fields(outcome) if each.name != "listed"]
        assert sum(parts) == outcome.listed == len(entries)
        assert min(parts) >= 0
    assert second.cleaned == 0
    assert second.in_audience == first.in_audience
    assert_exact(database)
