"""Archives, restores and exports as Slack gets them: within its limits, in both languages, whatever the figures."""

import json
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from bot.archives.archives import ArchivePlan, ArchiveReceipt
from bot.archives.jobs import ARCHIVE, RESTORE, ArchiveProgress, RestoreProgress
from bot.archives.restore_picker import PickerContact, PickerPage
from bot.archives.restores import ArchivesPage, EarlierArchive, RestoreReceipt
from bot.audiences.audiences import Audience
from bot.exports.exports import Destination, ExportPlan, ExportReceipt, PastExport
from bot.exports.jobs import EXPORT
from bot.jobs.files import HandOver, SharedWith
from bot.jobs.jobs import Job, JobType, ProgressT, ResultT, TaskT
from handlers.slack.elements import filters
from handlers.slack.elements.blocks import Message, View
from handlers.slack.views import exports
from handlers.slack.views.archives import archives, restores
from handlers.words import LANGUAGES, Words, words
from storage.contacts.contacts import Segment
from storage.files.csv_files import CsvFormat
from tests.conftest import NOW
from tests.support.jobs import job_value
from tests.support.limits import HOSTILE, problems

COUNTS = (0, 1, 2, 11, 1_000_000)
LONG = f"{HOSTILE} *Å_very* `long` & name " * 40
LINKS = tuple(f"https://x.example/{n}" for n in range(10))
NAMES = ("News", LONG)
NARROW = Segment(
    audience_id=1, reason="unknown", since=date(2026, 1, 2), campaign=LONG, domain=LONG, text=LONG, ids=(1, 2)
)
SHORT = replace(NARROW, campaign="Sale", domain="x.fr", text="ann")


@pytest.fixture(params=LANGUAGES)
def said(request: pytest.FixtureRequest) -> Words:
    return words(request.param)


def check(surface: str, shown: View | Message) -> None:
    assert problems(surface, shown) == []
    assert "<!channel>" not in str([b for b in shown["blocks"] if b["type"] in ("section", "context")])


REFUSALS = ("method-refused", "not-found", "forgotten", "in-compliance", "invalid", "other")
LINK = "https://us6.admin.mailchimp.com/lists/members/?id=1"


def job(
    type_: JobType[TaskT, ProgressT, ResultT], state: str, n: int, **result: Any
) -> Job[TaskT, ProgressT, ResultT]:
    task: dict[str, Any] = {"segment": {"audience_id": 1}, "channel": "C1", "archive": "a", "ids": None}
    figures = {"n": n, "left_alone": n, "newer": n, "changed": n, "permalink": "https://x.example/f"}
    ended = figures | result if state in ("done", "failed") else {}
    return job_value(
        type_, task, state=state, notify={"user": "U1", "channel": "D1"}, result=ended, done=n, total=n
    )


def archive_receipt(
    state: str, n: int, name: str = "News", undone_by: str | None = None, result: dict[str, Any] | None = None
) -> ArchiveReceipt:
    return ArchiveReceipt(job(ARCHIVE, state, n, **(result or {})), name, undone_by)


def restore_receipt(state: str, n: int, name: str = "News", **result: Any) -> RestoreReceipt:
    return RestoreReceipt(job(RESTORE, state, n, **result), name, archive(n, audience=name))


def narrow(type_: JobType[TaskT, ProgressT, ResultT]) -> Job[TaskT, ProgressT, ResultT]:
    """A job that is done, of a segment with every filter."""
    task = {"segment": SHORT.to_json(), "channel": "D1"}
    result = {"n": 1, "left_alone": 0, "newer": 0, "permalink": LINK}
    return job_value(type_, task, state="done", notify={"user": "U1", "channel": "D1"}, result=result)


def export_receipt(state: str, n: int, name: str = "News", **result: Any) -> ExportReceipt:
    return ExportReceipt(job(EXPORT, state, n, **result), name)


def archive(n: int, restored: int = 0, audience: str = "News") -> EarlierArchive:
    return EarlierArchive(1, uuid4().hex, audience, "U1", NOW, n, restored, segment=SHORT)


def contact(n: int) -> PickerContact:
    return PickerContact(n, f"{'person' * 30}{n}@example.com", "unknown", NOW)


@pytest.mark.parametrize("n", COUNTS)
@pytest.mark.parametrize("name", NAMES)
def test_every_step_of_an_archive_fits(said: Words, n: int, name: str):
    for segment in (Segment(audience_id=1), NARROW):
        check(
            "modal", archives.form(said, ArchivePlan("p", name, segment, n, "ARCHIVER" if n else LONG[:60]))
        )
        check("modal", archives.nothing(said, name, segment))
    for state in ("waiting", "running", "done"):
        check("message", archives.message(said, archive_receipt(state, n, name, undone_by="U2")))
        check("message", archives.message(said, archive_receipt(state, n, name)))
    failed = {"error": "error-gave-up", "values": {"reference": "r"}}
    check("message", archives.message(said, archive_receipt("failed", n, name, result=failed)))
    check("modal", archives.started(said, archive_receipt("waiting", n, name)))
    check("modal", archives.share_form(said, archives.value(1, "a")))
    check("modal", archives.shared(said, "C1", SharedWith.COMPANY))
    for restored in {0, n // 2, n}:
        check("message", archives.shared_message(said, archive(n, restored, name)))


@pytest.mark.parametrize("n", COUNTS)
@pytest.mark.parametrize("name", NAMES)
def test_every_step_of_a_restore_fits(said: Words, n: int, name: str):
    for state in ("waiting", "running", "done"):
        check("message", restores.message(said, restore_receipt(state, n, name)))
    check("modal", restores.started(said, restore_receipt("waiting", n, name)))
    some = [archive(n, restored, name) for restored in (0, n // 2, n) for _ in range(3)]
    check("modal", restores.listing(said, ArchivesPage(some, has_more=True), 3))
    check("modal", restores.listing(said, ArchivesPage([], has_more=False), 0))
    for contacts in ([], [contact(i) for i in range(10)]):
        page = PickerPage("d", archive(n, 0, name), contacts, LONG[:200], 2, True, frozenset({1, 3}), 7)
        check("modal", restores.members(said, page))


@pytest.mark.parametrize("n", COUNTS)
@pytest.mark.parametrize("name", NAMES)
def test_every_step_of_an_export_fits(said: Words, n: int, name: str):
    many = tuple(f"{LONG}{i}" for i in range(300))
    for columns in (("Email Address",), many):
        shared = [Destination("C1", n, shared_with=each) for each in SharedWith]
        for to in (None, Destination("C1", None), *shared):
            check("modal", exports.form(said, ExportPlan("p", name, NARROW, n, columns), to))
    check("modal", exports.nothing(said, name, NARROW))
    for state in ("waiting", "running", "done"):
        check("message", exports.message(said, export_receipt(state, n, name)))
    failed = {"error": "error-export-not-in-channel", "values": {"channel": "C1"}}
    check("message", exports.message(said, export_receipt("failed", n, name, **failed)))
    check("modal", exports.started(said, export_receipt("waiting", n, name)))
    past = [PastExport(1, f"e{i}", "U1" if i else "terminal", NOW, NARROW, n, LINKS[:i]) for i in range(10)]
    check("modal", exports.past(said, Audience(1, name), past, 2, has_more=True))
    check("modal", exports.past(said, Audience(1, name), [], 0, has_more=False))


@pytest.mark.parametrize("n", COUNTS)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("state", ["done", "failed"])
def test_what_mailchimp_refused_fits_and_is_told_with_each_reason(said: Words, n: int, name: str, state: str):
    why = {"error": "mailchimp-forbidden", "values": {"title": LONG[:40]}} if state == "failed" else {}
    result = {"refusals": dict.fromkeys(REFUSALS, n), "waiting": n, "link": LINK, **why}
    sent = HandOver("F1", is_shared=True, has_ended=True)
    archived = archive_receipt(state, n, name, result=result)
    restored = restore_receipt(state, n, name, **result)
    for message in (
        archives.message(
            said, replace(archived, job=replace(archived.job, progress=ArchiveProgress(hand_over=sent)))
        ),
        restores.message(
            said, replace(restored, job=replace(restored.job, progress=RestoreProgress(hand_over=sent)))
        ),
    ):
        check("message", message)
        told = str([block for block in message["blocks"] if block["type"] == "context"])
        assert all(said(f"archives-refusal-{each}") in told for each in REFUSALS)
        assert said("archives-outcomes-sent") in told
    assert said("archives-at-mailchimp") in str(
        archives.form(said, ArchivePlan("p", name, NARROW, n, "ARCHIVE", is_mirrored=True))
    )


def test_a_receipt_says_which_of_mailchimp_s_two_calls_archived_how_many(said: Words):
    messages = (archives.message(said, archive_receipt("done", 9, result={"by_contact": n})) for n in (4, 0))
    told, silent = (json.dumps(message, ensure_ascii=False) for message in messages)
    assert said.md("archives-by-contact", n=4) in told
    assert said.md("archives-by-contact", n=4)[-20:] not in silent


def test_a_receipt_says_the_filters_and_the_time_of_what_was_done(said: Words):
    date = f"<!date^{int(NOW.timestamp())}^"
    for message in (
        archives.message(said, ArchiveReceipt(narrow(ARCHIVE), "News")),
        exports.message(said, ExportReceipt(narrow(EXPORT), "News")),
        restores.message(said, restore_receipt("done", 1)),
        restores.listing(said, ArchivesPage([archive(1)], has_more=False), 0),
    ):
        shown = json.dumps(message, ensure_ascii=False)
        assert all(text in shown for text in filters.in_words(said, SHORT))
        assert date in shown
    assert date in exports.comment(said, ExportReceipt(narrow(EXPORT), "News"))


def test_the_file_is_for_excel_in_the_person_s_language_unless_another_is_chosen(said: Words):
    view = exports.form(said, ExportPlan("p", "News", NARROW, 1, ("Email Address",)))
    [element] = [block["element"] for block in view["blocks"] if block.get("block_id") == exports.FORMAT]
    assert element["initial_option"]["value"] == CsvFormat.for_excel(said.language)
    assert [option["value"] for option in element["options"]][1:] == [CsvFormat.PLAIN]
    for option in element["options"]:
        state = {exports.FORMAT: {exports.FORMAT: {"selected_option": option}}}
        assert exports.chosen_format({"state": {"values": state}}) == option["value"]


def test_a_shared_receipt_says_what_was_undone(said: Words):
    whole, part, undone = (
        str(archives.shared_message(said, replace(archive(5, restored), undone_by="U2"))["blocks"])
        for restored in (0, 2, 5)
    )
    assert said("archives-kept") in whole
    assert said("restores-some-back", n=2) in part
    assert "<@U2>" in undone


def test_a_receipt_of_nothing_offers_no_undo(said: Words):
    actions = [
        element["action_id"]
        for block in archives.message(said, archive_receipt("done", 0, result={"left_alone": 3}))["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
    ]
    assert actions == ["open-list"]


@pytest.mark.parametrize("state", ["done", "failed"])
def test_a_receipt_of_an_archive_that_is_undone_says_by_whom_and_offers_no_undo(said: Words, state: str):
    why = {"error": "error-gave-up", "values": {"reference": "r"}}
    for undone in (None, "U2"):
        shown = str(archives.message(said, archive_receipt(state, 5, undone_by=undone, result=why))["blocks"])
        assert ("<@U2>" in shown) == bool(undone)
        assert (archives.UNDO in shown) != bool(undone)


def test_an_archive_that_is_restored_whole_is_marked_and_has_no_button(said: Words):
    view = restores.listing(said, ArchivesPage([archive(5, 5)], has_more=False), 0)
    assert [block["type"] for block in view["blocks"]] == ["section", "section"]
    assert said("restores-all-back") in view["blocks"][1]["text"]["text"]
