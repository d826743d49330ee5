"""Archives, restores and exports as Slack gets them: within its limits, in both languages, whatever the figures."""

from datetime import date
from uuid import uuid4

import pytest

from bot.archives.archives import ArchivePlan
from bot.archives.restore_picker import PickerPage as MembersPage
from bot.archives.restores import ArchivesPage, EarlierArchive
from bot.core.audiences import Audience
from bot.exports.exports import ExportPlan, PastExport
from handlers.slack.elements.blocks import Message, View
from handlers.slack.views import archives, exports, restores
from handlers.slack.views.exports import Destination
from handlers.words import LANGUAGES, Words, words
from storage.contacts.contacts import Segment
from storage.contacts.tables import Contact
from storage.core.tables import JobRow
from tests.conftest import NOW
from tests.support.limits import problems

COUNTS = (0, 1, 2, 11, 1_000_000)
LONG = "<!channel> *Å_very* `long` & name " * 40
LINKS = tuple(f"https://x.example/{n}" for n in range(10))
NAMES = ("News", LONG)
NARROW = Segment(
    audience_id=1, reason="unknown", since=date(2026, 1, 2), campaign=LONG, domain=LONG, text=LONG, ids=(1, 2)
)


@pytest.fixture(params=LANGUAGES)
def said(request: pytest.FixtureRequest) -> Words:
    return words(request.param)


def check(surface: str, shown: View | Message) -> None:
    assert problems(surface, shown) == []
    assert "<!channel>" not in str([b for b in shown["blocks"] if b["type"] in ("section", "context")])


REFUSALS = ("method-refused", "not-found", "forgotten", "in-compliance", "invalid", "other")
LINK = "https://us6.admin.mailchimp.com/lists/members/?id=1"


def job(kind: str, state: str, n: int, **result: object) -> JobRow:
    return JobRow(
        id="0123456789abcdef",
        kind=kind,
        audience_id=1,
        state=state,
        data={"channel": "C1"},
        cursor={},
        notify={"channel": "D1"},
        result={
            "n": n,
            "left_alone": n,
            "newer": n,
            "changed": n,
            "permalink": "https://x.example/f",
            **result,
        },
        done=n,
        total=n,
        made_by="U1",
        made_at=NOW,
    )


def archive(n: int, restored: int = 0, audience: str = "News") -> EarlierArchive:
    return EarlierArchive(1, uuid4().hex, audience, "U1", NOW, n, restored)


def contact(n: int) -> Contact:
    address = f"{'person' * 30}{n}@example.com"
    return Contact(
        audience_id=1,
        id=n,
        address=address,
        address_key=address,
        domain="example.com",
        status="archived",
        status_before="cleaned",
        revision=1,
        cleaned_at=NOW,
        clean_reason="unknown",
    )


@pytest.mark.parametrize("n", COUNTS)
@pytest.mark.parametrize("name", NAMES)
def test_every_step_of_an_archive_fits(said: Words, n: int, name: str):
    for segment in (Segment(audience_id=1), NARROW):
        check(
            "modal", archives.form(said, ArchivePlan("p", name, segment, n, "ARCHIVER" if n else LONG[:60]))
        )
        check("modal", archives.nothing(said, name, segment))
    for state in ("waiting", "running", "done"):
        check("message", archives.tell(said, job("archive", state, n, undone_by="U2"), name))
        check("message", archives.tell(said, job("archive", state, n), name))
    failed = {"error": "error-gave-up", "values": {"reference": "r"}}
    check("message", archives.tell(said, job("archive", "failed", n, **failed), name))
    check("modal", archives.started(said, job("archive", "waiting", n), name))
    check("modal", archives.share_form(said, archives.value(1, "a")))
    check("modal", archives.shared(said, "C1"))
    check("message", archives.shared_message(said, n, name, "U1"))


@pytest.mark.parametrize("n", COUNTS)
@pytest.mark.parametrize("name", NAMES)
def test_every_step_of_a_restore_fits(said: Words, n: int, name: str):
    for state in ("waiting", "running", "done"):
        check("message", restores.tell(said, job("restore", state, n), name))
    check("modal", restores.started(said, job("restore", "waiting", n), name))
    some = [archive(n, restored, name) for restored in (0, n // 2, n) for _ in range(3)]
    check("modal", restores.listing(said, ArchivesPage(some, has_more=True), 3))
    check("modal", restores.listing(said, ArchivesPage([], has_more=False), 0))
    for contacts in ([], [contact(i) for i in range(10)]):
        page = MembersPage("d", archive(n, 0, name), contacts, LONG[:200], 2, True, frozenset({1, 3}), 7)
        check("modal", restores.members(said, page))


@pytest.mark.parametrize("n", COUNTS)
@pytest.mark.parametrize("name", NAMES)
def test_every_step_of_an_export_fits(said: Words, n: int, name: str):
    many = tuple(f"{LONG}{i}" for i in range(300))
    for columns in (("Email Address",), many):
        for to in (None, Destination("C1", n), Destination("C1", None)):
            check("modal", exports.form(said, ExportPlan("p", name, NARROW, n, columns), to))
    check("modal", exports.nothing(said, name, NARROW))
    for state in ("waiting", "running", "done"):
        check("message", exports.tell(said, job("export", state, n), name))
    failed = {"error": "error-export-not-in-channel", "values": {"channel": "C1"}}
    check("message", exports.tell(said, job("export", "failed", n, **failed), name))
    check("modal", exports.started(said, job("export", "waiting", n), name))
    past = [PastExport(1, f"e{i}", "U1" if i else "terminal", NOW, NARROW, n, LINKS[:i]) for i in range(10)]
    check("modal", exports.past(said, Audience(1, name), past, 2, has_more=True))
    check("modal", exports.past(said, Audience(1, name), [], 0, has_more=False))


@pytest.mark.parametrize("n", COUNTS)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("state", ["done", "failed"])
def test_what_mailchimp_refused_fits_and_is_told_with_each_reason(said: Words, n: int, name: str, state: str):
    why = {"error": "mailchimp-forbidden", "values": {"title": LONG[:40]}} if state == "failed" else {}
    result = {"refusals": dict.fromkeys(REFUSALS, n), "waiting": n, "link": LINK, **why}
    for kind, tell in (("archive", archives.tell), ("restore", restores.tell)):
        ended = job(kind, state, n, **result)
        ended.cursor = {"outcome_file": "F1"}
        message = tell(said, ended, name)
        check("message", message)
        told = str([block for block in message["blocks"] if block["type"] == "context"])
        assert all(said(f"archives-refusal-{each}") in told for each in REFUSALS)
        assert said("archives-outcomes-sent") in told
    assert said("archives-at-mailchimp") in str(
        archives.form(said, ArchivePlan("p", name, NARROW, n, "ARCHIVE", is_mirrored=True))
    )


def test_a_receipt_of_nothing_offers_no_undo(said: Words):
    actions = [
        element["action_id"]
        for block in archives.tell(said, job("archive", "done", 0, left_alone=3), "News")["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
    ]
    assert actions == ["open-list"]


@pytest.mark.parametrize("state", ["done", "failed"])
def test_a_receipt_of_an_archive_that_is_undone_says_by_whom_and_offers_no_undo(said: Words, state: str):
    why = {"error": "error-gave-up", "values": {"reference": "r"}}
    for undone in ({}, {"undone_by": "U2"}):
        shown = str(archives.tell(said, job("archive", state, 5, **why, **undone), "News")["blocks"])
        assert ("<@U2>" in shown) == bool(undone)
        assert (archives.UNDO in shown) != bool(undone)


def test_an_archive_that_is_restored_whole_is_marked_and_has_no_button(said: Words):
    view = restores.listing(said, ArchivesPage([archive(5, 5)], has_more=False), 0)
    assert [block["type"] for block in view["blocks"]] == ["section", "section"]
    assert said("restores-all-back") in view["blocks"][1]["text"]["text"]
