"""Cleaned by mistake, singly and all that one source cleaned; and too many at once, of whom operators are asked."""

from concurrent.futures import ThreadPoolExecutor

from sqlmodel import select

from bot.bounces import intake
from bot.bounces.events import Cause, EventKind, MailEvent
from handlers.clock import utc_now
from handlers.slack.features.bounces import held
from handlers.words import Markup
from storage.jobs.tables import JobRow
from tests.flows.conftest import AUDIENCE, CLEANED, Flow, Someone, wait_until
from tests.support.figures import assert_exact, contacts
from tests.support.slack import Json, has_action, refusals

FORGED = 12
MANY = 400  # of 5,000


def forge(flow: Flow, n: int = FORGED) -> int:
    """Bounces that somebody made up about so many subscribed contacts; returns how many they cleaned."""
    people = [row["address"] for row in contacts(flow.database) if row["status"] == "subscribed"][:n]
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
    return intake.take_in(flow.database, events, now).cleaned


def test_the_contacts_that_forged_bounces_cleaned_are_mailed_again(filled: Flow, someone: Someone) -> None:
    before = contacts(filled.database, without=("revision",))
    assert forge(filled) == FORGED
    person = someone.person
    person.command("/cleaned-list")
    person.wait_modal(someone.says("segments-headline", total=CLEANED + FORGED, audience=AUDIENCE))
    person.choose_in_menu("contact-menu", "why:")
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
    assert forge(filled) == FORGED
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


def test_many_at_once_are_cleaned_once_an_operator_says_so(filled: Flow, someone: Someone) -> None:
    assert forge(filled, MANY) == 0
    question = _ask(filled, someone)
    held.ask(filled.parts)
    someone.person.click("held-clean", in_=question)
    someone.waits_direct("held-done", n=MANY, audience=AUDIENCE)
    assert sum(row["status"] == "cleaned" for row in contacts(filled.database)) == CLEANED + MANY
    assert_exact(filled.database)
    other = filled.camille if someone is filled.olivia else filled.olivia
    answered = other.says("held-answered-clean", who=Markup(f"<@{someone.person.user}>"))
    other.person.wait_message(answered, channel=other.direct)
    for each in (filled.olivia, filled.camille):
        assert len(each.direct_messages()) == 1, "asked once, and told in the same message"
    assert filled.sam.direct_messages() == []
    assert refusals(filled.workspace) == []


def test_many_at_once_that_are_a_mistake_stay_as_they_are(filled: Flow, someone: Someone) -> None:
    before = contacts(filled.database, without=("revision",))
    assert forge(filled, MANY) == 0
    question = _ask(filled, someone)
    person = someone.person
    person.click("reversals-batch", in_=question)
    person.wait_modal(someone.says("reversals-headline-held", n=MANY, audience=AUDIENCE))
    assert person.submit(**{"reversals-word": someone.said("reversals-word")}) == {}
    someone.waits_direct("reversals-dropped", n=MANY)
    assert contacts(filled.database, without=("revision",)) == before
    for each in (filled.olivia, filled.camille):
        answered = each.says("held-answered-mistake", who=Markup(f"<@{someone.person.user}>"))
        each.person.wait_message(answered, channel=each.direct)
    # A copy of the question that is still open somewhere.
    person.dismiss(everything=True)
    person.click("held-clean", in_=question)
    _wait_ended(filled)
    assert contacts(filled.database, without=("revision",)) == before
    assert_exact(filled.database)
    assert refusals(filled.workspace) == []


def _ask(flow: Flow, someone: Someone) -> Json:
    """The question to that operator."""
    held.ask(flow.parts)
    for each in (flow.olivia, flow.camille):
        each.waits_direct("held-headline", n=MANY, audience=AUDIENCE)
    return someone.waits_direct("held-headline", n=MANY, audience=AUDIENCE)


def _wait_ended(flow: Flow) -> None:
    def ended() -> bool:
        with flow.database.reading() as session:
            return all(job.state == "done" for job in session.exec(select(JobRow)))

    wait_until(ended, 20)
