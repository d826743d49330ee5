"""What comes twice has one effect."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from sqlmodel import select

from storage.jobs.tables import JobRow
from tests.flows.conftest import AUDIENCE, CLEANED, Flow, wait_until, write_sample
from tests.support.figures import assert_exact, contacts
from tests.support.slack import Json, says


def test_a_form_submitted_twice_at_once_is_done_once(filled: Flow) -> None:
    olivia, view = filled.olivia, _archive_form(filled)
    typed = {"archives-word": {"archives-word": {"type": "plain_text_input", "value": "ARCHIVE"}}}

    def submit() -> Json:
        return olivia.person._post("submit", view_id=view["id"], state={"values": typed})

    _at_once([submit, submit])
    olivia.waits_direct("archives-done", n=CLEANED, audience=AUDIENCE)
    assert len(_jobs(filled, "archive")) == 1
    assert len(_receipts(filled, "archives-done")) == 1
    assert _archived(filled) == CLEANED
    assert_exact(filled.database)


def test_a_submission_delivered_twice_is_done_once(filled: Flow) -> None:
    olivia = filled.olivia
    _archive_form(filled)
    filled.workspace.faults.deliver_twice()
    assert olivia.person.submit(**{"archives-word": "ARCHIVE"}) == {}
    olivia.waits_direct("archives-done", n=CLEANED, audience=AUDIENCE)
    assert len(_jobs(filled, "archive")) == 1
    assert len(_receipts(filled, "archives-done")) == 1
    assert olivia.person.modal() is not None, "the second delivery closed what the first one showed"


def test_undo_pressed_twice_at_once_and_again_later_is_done_once(filled: Flow) -> None:
    olivia, before = filled.olivia, contacts(filled.database, without=("revision",))
    _archive_form(filled)
    olivia.person.submit(**{"archives-word": "ARCHIVE"})
    receipt = olivia.waits_direct("archives-done", n=CLEANED, audience=AUDIENCE)
    olivia.person.dismiss(everything=True)

    def undo() -> Json:
        return olivia.person.click("archives-undo", in_=receipt)

    olivia.person.command("/cleaned-restore")
    listed = olivia.person.wait_modal(olivia.says("restores-archive", n=CLEANED, audience=AUDIENCE))
    _at_once([undo, undo])
    olivia.waits_direct("restores-done", n=CLEANED, audience=AUDIENCE)
    olivia.person.click("archives-undo", in_=listed)
    olivia.person.wait_modal(olivia.says("error-restore-done"))
    assert len(_jobs(filled, "restore")) == 1
    assert len(_receipts(filled, "restores-done")) == 1
    assert contacts(filled.database, without=("revision",)) == before
    assert_exact(filled.database)


def test_a_command_delivered_twice_is_answered_once(filled: Flow) -> None:
    olivia = filled.olivia
    filled.workspace.faults.deliver_twice()
    olivia.person.command("/cleaned")
    headline = olivia.says("counts-headline", n=CLEANED, audience=AUDIENCE)
    olivia.person.wait_message(headline)
    olivia.person.command("/cleaned help")  # what came after the second delivery was answered after it
    olivia.person.wait_message(olivia.says("help-more"))
    assert len([m for m in olivia.person.messages() if says(headline)(m)]) == 1


def test_an_export_submitted_twice_at_once_is_done_once(filled: Flow) -> None:
    olivia = filled.olivia
    olivia.person.command("/cleaned-export")
    view = olivia.person.wait_modal(olivia.says("exports-headline", n=CLEANED, audience=AUDIENCE))

    def submit() -> Json:
        return olivia.person._post("submit", view_id=view["id"], state={"values": {}})

    _at_once([submit, submit])
    olivia.waits_direct("exports-done", n=CLEANED, audience=AUDIENCE)
    assert len(_jobs(filled, "export")) == 1
    assert len(olivia.files()) == 1


def test_an_import_submitted_twice_at_once_is_done_once(flow: Flow, tmp_path: Path) -> None:
    olivia = flow.olivia
    olivia.person.command("/cleaned-import")
    view = olivia.person.wait_modal(olivia.says("import-what"))
    file = olivia.person.upload(write_sample(tmp_path / "audience.zip", 500))
    typed = {
        "import-file": {"import-file": {"type": "file_input", "files": [file]}},
        "import-name": {"import-name": {"type": "plain_text_input", "value": AUDIENCE}},
    }

    def submit() -> Json:
        return olivia.person._post("submit", view_id=view["id"], state={"values": typed})

    _at_once([submit, submit])
    olivia.waits_direct("import-done", n=500, audience=AUDIENCE)
    assert len(_jobs(flow, "import")) == 1
    assert len(olivia.files()) == 1, "one file of refused rows"
    assert len(contacts(flow.database)) == 500


def test_a_digest_sent_now_by_two_clicks_is_posted_once(filled: Flow) -> None:
    olivia = filled.olivia
    olivia.person.command("/cleaned-digest")
    olivia.person.wait_modal(olivia.says("digest-none"))
    olivia.person.submit(**{"digest-channel": olivia.person.channel})
    view = olivia.person.wait_modal(olivia.says("digest-saved"))
    _at_once([lambda: olivia.person.click("digest-send", in_=view)] * 2)
    olivia.person.wait_modal(olivia.says("digest-sent", channel="x").partition("x")[0])
    posted = [m for m in olivia.person.messages() if says(olivia.says("digest-in-all", n=CLEANED))(m)]
    assert len(posted) == 1


def _archive_form(filled: Flow) -> Json:
    filled.olivia.person.command("/cleaned-archive")
    headline = filled.olivia.says("archives-headline", n=CLEANED, audience=AUDIENCE)
    return filled.olivia.person.wait_modal(headline)


def _at_once(doings: Sequence[Callable[[], Any]]) -> None:
    with ThreadPoolExecutor(len(doings)) as pool:
        for done in [pool.submit(doing) for doing in doings]:
            done.result()


def _jobs(filled: Flow, kind: str) -> Sequence[JobRow]:
    with filled.database.reading() as session:
        return session.exec(select(JobRow).where(JobRow.kind == kind)).all()


def _receipts(filled: Flow, key: str) -> list[Json]:
    wait_until(lambda: all(job.told_at for job in _jobs(filled, "archive")))
    wanted = filled.olivia.says(key, n=CLEANED, audience=AUDIENCE)
    return [message for message in filled.olivia.direct_messages() if says(wanted)(message)]


def _archived(filled: Flow) -> int:
    return sum(c["status"] == "archived" for c in contacts(filled.database))
