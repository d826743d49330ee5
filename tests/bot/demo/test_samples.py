"""The sample audiences: always the same, with what every command needs to show."""

from sqlmodel import select

from bot.audiences import audiences
from bot.bounces.verdicts.policy import Weakness
from bot.contacts import counts
from bot.demo import samples
from storage.bounces.tables import Evidence
from storage.contacts import figures as kept_figures
from storage.contacts.tables import Contact, VerdictRow
from storage.core.database import Database
from storage.imports.tables import RefusedRow
from tests.conftest import NOW
from tests.support.figures import assert_exact


def test_they_go_in_with_every_reason_and_the_last_twelve_weeks(database: Database):
    samples.add(database, NOW)
    club, newsletter = audiences.list_all(database)
    assert (club.name, newsletter.name) == ("Club fidélité", "Newsletter")
    figures = counts.figures(database, newsletter, NOW, "UTC")
    assert figures.cleaned > 412, "those of the import, and those that the bounces cleaned"
    assert all(figures.by_reason[reason] for reason in ("hard", "soft", "abuse"))
    assert figures.this_week > 0
    assert figures.week_before > 0
    assert sum(figures.by_status.values()) == 5012
    assert_exact(database)
    with database.reading() as session:
        domains = kept_figures.cleaned_domains(session, newsletter.id)
        whens = session.exec(select(Contact.cleaned_at).where(Contact.status == "cleaned")).all()
        assert session.exec(select(RefusedRow)).all() == []
    assert {"gmial.com", "hotmial.fr", "orange.f", "wanado.fr"} <= domains.keys()
    assert all(when and 0 < (NOW - when).days + 1 <= 13 * 7 for when in whens)


def test_there_is_every_kind_that_is_worth_a_look_and_some_soft_bounces_that_do_not_clean_yet(
    database: Database,
):
    samples.add(database, NOW)
    newsletter = audiences.choose(database, "Newsletter")
    assert newsletter
    with database.reading() as session:
        verdicts = session.exec(select(VerdictRow).where(VerdictRow.audience_id == newsletter.id)).all()
        soft = session.exec(
            select(Evidence.contact_id)
            .where(Evidence.audience_id == newsletter.id, Evidence.kind == "soft")
            .distinct()
        ).all()
    # Of an incident only who was cleaned before it was recognised would be among them.
    assert {row.weakness for row in verdicts} == {"", *Weakness} - {Weakness.INCIDENT}
    assert {row.reason for row in verdicts} == {"hard", "soft", "abuse"}
    assert set(soft) - {row.contact_id for row in verdicts}
    assert len({row.at.date() for row in verdicts}) > 3
    assert {"5.1.1", "4.2.2", "5.7.1"} <= {row.code for row in verdicts}


def test_they_are_the_same_each_time():
    assert samples.archive(samples.SAMPLES[1], NOW) == samples.archive(samples.SAMPLES[1], NOW)
