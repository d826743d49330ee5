"""Cleaned by mistake: from the evidence of one contact, and the whole of what one source cleaned, in both languages."""

from concurrent.futures import ThreadPoolExecutor

from sqlmodel import select

from bot.bounces import intake
from bot.bounces.events import Cause, EventKind, MailEvent
from handlers.clock import utc_now
from storage.core.tables import JobRow
from tests.flows.conftest import AUDIENCE, CLEANED, Flow, Someone, wait_until
from tests.support.figures import assert_exact, contacts
from tests.support.slack import has_action, refusals

FORGED = 12


def forge(flow: Flow) -> list[str]:
    """Bounces that somebody made up about so many subscribed contacts; returns their addresses."""
    people = [row["address"] for row in contacts(flow.database) if row["status"] == "subscribed"][:FORGED]
    now = utc_now()
    events = [
        MailEvent(
            address=address,
            kind=EventKind.HARD,
            at=now,
            source="message",
            uid=address,
            code="5.1.1",
            cause=Cause.NO_MAILBOX,
        )
        for address in people
    ]
    assert intake.take_in(flow.database, events, now).cleaned == FORGED
    return people


def test_the_contacts_that_forged_bounces_cleaned_are_mailed_again(filled: Flow, someone: Someone) -> None:
    before = contacts(filled.database, without=("revision",))
    forge(filled)
    person = someone.person
    person.command("/cleaned-list")
    person.wait_modal(someone.says("segments-headline", total=CLEANED + FORGED, audience=AUDIENCE))
    person.click("open-why")
    person.wait_modal(has_action("reversals-contact"))
    person.click("reversals-contact")
    person.wait_modal(someone.said("reversals-submit"))
    assert person.submit(**{"reversals-word": "x"}) == {
        "reversals-word": someone.said("error-wrong-word", word=someone.said("reversals-word"))
    }
    assert person.submit(**{"reversals-word": someone.said("reversals-word").lower()}) == {}
    someone.waits_direct("reversals-done", n=1, audience=AUDIENCE)
    person.dismiss(everything=True)

    person.command("/cleaned-restore")
    person.wait_modal(has_action("open-reversals"))
    person.click("open-reversals")
    person.wait_modal(someone.says("reversals-some-back", n=1))
    person.click("reversals-batch")
    person.wait_modal(someone.says("reversals-headline", n=FORGED - 1, audience=AUDIENCE))
    assert person.submit(**{"reversals-word": someone.said("reversals-word")}) == {}
    someone.waits_direct("reversals-done", n=FORGED - 1, audience=AUDIENCE)
    person.wait_modal(someone.says("reversals-done", n=FORGED - 1, audience=AUDIENCE))
    assert contacts(filled.database, without=("revision",)) == before
    assert_exact(filled.database)
    person.open_home()
    person.wait_home(someone.says("home-contacts", n=FORGED - 1))
    assert refusals(filled.workspace) == []


def test_two_people_at_once_give_the_status_back_once(filled: Flow) -> None:
    before = contacts(filled.database, without=("revision",))
    forge(filled)
    both = (filled.olivia, filled.camille)
    for someone in both:
        someone.person.command("/cleaned-restore")
        someone.person.wait_modal(has_action("open-reversals"))
        someone.person.click("open-reversals")
        someone.person.wait_modal(someone.says("reversals-batch", n=FORGED, audience=AUDIENCE))
        someone.person.click("reversals-batch")
        someone.person.wait_modal(someone.says("reversals-headline", n=FORGED, audience=AUDIENCE))
    filled.workspace.faults.deliver_twice()
    with ThreadPoolExecutor(2) as threads:
        for done in [
            threads.submit(someone.person.submit, **{"reversals-word": someone.said("reversals-word")})
            for someone in both
        ]:
            assert done.result() == {}
    for someone in both:
        someone.person.wait_message(AUDIENCE, channel=someone.direct, seconds=20)
    _wait_ended(filled)
    with filled.database.reading() as session:
        jobs = session.exec(select(JobRow).where(JobRow.kind == "reversal")).all()
    assert sorted(job.result["n"] for job in jobs) == [0, FORGED]
    assert contacts(filled.database, without=("revision",)) == before
    assert_exact(filled.database)


def _wait_ended(flow: Flow) -> None:
    def ended() -> bool:
        with flow.database.reading() as session:
            return all(job.state == "done" for job in session.exec(select(JobRow)))

    wait_until(ended, 20)
