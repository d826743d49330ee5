"""Why an address was cleaned: each code has its words, and any evidence stays within Slack's limits."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.audiences.audiences import Audience
from bot.bounces.events import Cause, EventKind
from bot.bounces.evidence import (
    AddressLookup,
    BurstSummary,
    EvidenceItem,
    Explanation,
    FoundContact,
    IncidentSummary,
    PastFix,
    Review,
    VerdictSummary,
)
from bot.bounces.verdicts.policy import Weakness
from bot.contacts.segments import Preset
from handlers.slack.views.bounces import evidence as views
from handlers.slack.views.contacts import segments as list_views
from handlers.words import LANGUAGES, Words
from handlers.words import words as words_for
from storage.contacts.contacts import Segment
from storage.contacts.values import CleanReason, Status
from storage.core.tables import AudienceSource
from tests.support.limits import problems
from tests.support.views.evidence import PIECE, SOFT, a_why
from tests.support.views.segments import (
    ADA,
    AT,
    COUNTS,
    ENGLISH,
    FRENCH,
    LONG,
    LONGEST,
    NEWS,
    WEEK,
    a_list,
    elements,
    text_of,
)

# The registry of IANA: subject → the last of its details, all from 0 on.
REGISTERED = {1: 10, 2: 4, 3: 6, 4: 7, 5: 6, 6: 10, 7: 30}
HARD = VerdictSummary(CleanReason.HARD, Cause.NO_MAILBOX, "5.1.1", 0, 7, None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_registered_code_is_explained(language: str):
    words = words_for(language)
    for subject, last in REGISTERED.items():
        for detail in range(last + 1):
            assert f"code-{subject}-{detail}" in words
            assert views.code_in_words(words, f"5.{subject}.{detail}") != words("cause-unknown")
        assert f"code-{subject}-{last + 1}" not in words


def test_a_code_that_is_not_registered_is_explained_by_its_subject_else_by_its_class():
    said = {code: views.code_in_words(ENGLISH, code) for code in ("5.1.99", "5.9.1", "4.0.0", "5.0.0")}
    assert said == {
        "5.1.99": "something is wrong with the address",
        "5.9.1": "refused for good, no reason given",
        "4.0.0": "refused for now, no reason given",
        "5.0.0": "refused for good, no reason given",
    }
    for none in ("", "x", "5.1", "3.1.1", "5.class.5", "<!channel>"):
        assert views.code_in_words(ENGLISH, none) == "reason not known"


def test_the_line_beside_an_address():
    def line(reason: str, mark: VerdictSummary | None, diagnostic: str = "") -> str:
        return str(views.because(ENGLISH, reason, mark, diagnostic))

    assert line("hard", HARD) == "Hard bounce · no such mailbox (5.1.1)"
    assert line("soft", SOFT) == "Soft bounces on 7 days · mailbox full (4.2.2)"
    assert line("abuse", replace(HARD, reason=CleanReason.ABUSE)) == "Spam complaint"
    assert line("hard", replace(HARD, code="5.7.1")) == "Hard bounce · no such mailbox (5.7.1)"
    assert line("hard", replace(HARD, code="")) == "Hard bounce · no such mailbox"
    assert line("hard", replace(HARD, code="", cause=Cause.UNKNOWN)) == "Hard bounce"
    assert line("hard", None, "550 5.1.1 user unknown") == "Hard bounce · no such mailbox (5.1.1)"
    assert line("hard", None, "no such user here") == "Hard bounce"
    assert line("unknown", None) == "Reason not known"
    assert views.because(FRENCH, "soft", SOFT, "") == ("Soft bounces sur 7 jours · boîte pleine (4.2.2)")


@pytest.mark.parametrize("weakness", Weakness)
@pytest.mark.parametrize("words", [ENGLISH, FRENCH], ids=["en", "fr"])
def test_worth_a_look_says_why_in_the_row_and_in_the_window(words: Words, weakness: Weakness):
    mark = replace(SOFT, weakness=weakness)
    said = words("evidence-look", why=words(f"evidence-weak-{weakness}"))
    row = words("segments-row-look")
    shown = [
        text_of(list_views.listing(words, a_list(entries=[replace(ADA, verdict=verdict)]), [NEWS], WEEK))
        for verdict in (mark, replace(mark, review=Review("U1", AT)), HARD)
    ]
    assert [f'"{row} · ' in text for text in shown] == [True, False, False]
    assert said in text_of(views.why(words, a_why(verdict=mark)))
    assert views.look(words, HARD) is None


def test_the_sign_up_form_is_shown_to_be_copied():
    mark = replace(SOFT, weakness=Weakness.FULL)
    form = "https://example.com/join?a=1&b=`<x>"
    told = a_why(verdict=mark, audience=replace(NEWS, signup_url=form))
    for words in (ENGLISH, FRENCH):
        view = views.why(words, told)
        assert problems("modal", view) == []
        assert "`https://example.com/join?a=1&amp;b=%60&lt;x&gt;`" in text_of(view)
    mirrored = replace(NEWS, source="mailchimp")
    assert "Mailchimp gave no link" in text_of(views.why(ENGLISH, a_why(verdict=mark, audience=mirrored)))


def test_the_window_tells_the_verdict_and_what_speaks_for_the_address():
    burst = BurstSummary(AT, AT + timedelta(minutes=50), 23)
    said = text_of(views.why(ENGLISH, a_why(active_at=AT, delivered_at=AT, burst=burst, n_items=40)))
    for part in (
        "*ada@gmial.com* in Newsletter",
        "soft bounces on 7 days. The limit is 7.",
        "Reason: mailbox full (4.2.2)",
        "Worth a look: its mailbox was full",
        "The person last opened or clicked a mail on <!date^",
        "A mail was last delivered on <!date^",
        "23 addresses at gmial.com bounced from <!date^",
        "soft bounce · mailbox full (4.2.2) · after “Autumn” · from Amazon SES",
        "452 4.2.2 over quota",
        "And 39 older ones.",
    ):
        assert part in said


def test_an_imported_contact_has_no_verdict_of_ours():
    imported = a_why(
        verdict=None, items=[], n_items=0, reason="hard", diagnostic="550 5.1.1 <!channel> unknown"
    )
    said = text_of(views.why(ENGLISH, imported))
    assert "The contact was imported as cleaned. The bot itself saw no bounce." in said
    assert "Hard bounce · no such mailbox (5.1.1)" in said
    assert "<!channel>" not in said
    assert "Signs it may" not in said
    since = text_of(views.why(ENGLISH, replace(imported, items=[PIECE], n_items=1)))
    assert "The bot itself saw no bounce" not in since
    assert "Evidence (1), newest first" in since


@pytest.mark.parametrize("items", [[], [PIECE]])
def test_a_contact_that_mailchimp_cleaned_came_with_no_import(items: list[EvidenceItem]):
    at = replace(NEWS, source=AudienceSource.MAILCHIMP)
    mirrored = a_why(audience=at, verdict=None, items=items, n_items=len(items), reason="hard", diagnostic="")
    for spoken in (ENGLISH, FRENCH):
        said = text_of(views.why(spoken, mirrored))
        assert "Mailchimp" in said
        assert "import" not in said.lower()


def test_who_complained_gets_no_fix_button():
    def buttons(told: Explanation) -> list[str]:
        return [e["value"] for e in elements(views.why(ENGLISH, told)) if e.get("action_id") == views.FIX]

    assert buttons(a_why()) == ["1:5"]
    complaint = replace(PIECE, kind=EventKind.COMPLAINT, code="", cause=Cause.UNKNOWN)
    mark = replace(HARD, reason=CleanReason.ABUSE)
    told = a_why(reason="abuse", verdict=mark, items=[complaint])
    assert buttons(told) == []
    assert "this person reported the mail as spam" in text_of(views.why(ENGLISH, told))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("n", COUNTS)
def test_the_longest_texts_stay_within_the_limits(language: str, n: int):
    words = words_for(language)
    longest_code = max(
        (f"4.7.{detail}" for detail in range(31)), key=lambda c: len(views.code_in_words(words, c))
    )
    mark = VerdictSummary(CleanReason.SOFT, Cause.UNKNOWN, longest_code, n, n, Weakness.BLOCKED)
    piece = EvidenceItem(EventKind.SOFT, AT, longest_code, Cause.UNKNOWN, "&" * 1000, LONG, "x" * 200)
    told = a_why(
        contact_id=2**53,
        audience=Audience(1, LONG),
        address=LONGEST.address,
        domain="d" * 253,
        campaign=LONG,
        diagnostic="&" * 1000,
        verdict=mark,
        items=[piece] * 15,
        n_items=15 + n,
        delivered_at=AT,
        active_at=AT,
        burst=BurstSummary(AT, AT, n),
        incident=IncidentSummary(AT, AT, n, n),
    )
    assert problems("modal", views.why(words, told)) == []
    assert problems("modal", views.why(words, replace(told, verdict=None))) == []
    entries = [replace(LONGEST, id=each, reason="soft", verdict=mark) for each in range(10)]
    segment = Segment(audience_id=1, reason="soft", worth_a_look=True, text="t" * 200, domain="d" * 253)
    shown = a_list(entries=entries, total=n or 1, found=n, worth_a_look=n, segment=segment)
    everyone = [Audience(each, f"{each} {LONG}") for each in range(100)]
    assert problems("modal", list_views.listing(words, shown, everyone, WEEK)) == []


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=1_000)


@settings(max_examples=40)
@given(TEXTS, TEXTS, TEXTS, st.sampled_from(EventKind), st.sampled_from(Cause), st.sampled_from(CleanReason))
def test_any_evidence_stays_within_the_limits(
    diagnostic: str, campaign: str, code: str, kind: EventKind, cause: Cause, reason: CleanReason
):
    if kind in (EventKind.DELIVERED, EventKind.ACTIVE):
        kind = EventKind.HARD
    piece = EvidenceItem(kind, AT, code[:12], cause, diagnostic, campaign, "message")
    for mark in (None, VerdictSummary(CleanReason.HARD, cause, code[:12], 1, 7, None)):
        if mark and reason == CleanReason.UNKNOWN:
            continue
        told = a_why(reason=reason, verdict=mark, items=[piece], diagnostic=diagnostic, campaign=campaign)
        assert problems("modal", views.why(FRENCH, told)) == []


def test_the_filter_is_there_where_something_is_worth_a_look():
    def chips(**changes: Any) -> list[str]:
        shown = list_views.listing(ENGLISH, a_list(**changes), [NEWS], WEEK)
        return [e["text"]["text"] for e in elements(shown) if "worth-a-look" in e.get("action_id", "")]

    assert chips() == []
    assert chips(worth_a_look=3) == ["Worth a look (3)"]
    assert chips(preset=Preset.WORTH_A_LOOK) == ["Worth a look (0)"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("source", ["local", "mailchimp"])
def test_past_corrections_are_shown_and_why_they_have_no_undo(language: str, source: str):
    words = words_for(language)
    fixes = [PastFix(f"{'a' * 240}{n}@example.com", "U1", AT) for n in range(15)]
    view = views.why(words, a_why(audience=replace(NEWS, source=source), fixes=fixes))
    assert problems("modal", view) == []
    assert words("evidence-no-undo", source=source) in text_of(view)
    assert text_of(view).count("<@U1>") == len(fixes)
    assert words("evidence-no-undo", source=source) not in text_of(views.why(words, a_why()))


def test_an_address_that_is_nowhere_says_where_it_was_searched():
    for searched, said in (([NEWS], True), ([], False)):
        view = views.not_found(ENGLISH, AddressLookup("ann@example.com", [], searched))
        assert problems("modal", view) == []
        assert (f"Searched: {NEWS.name}" in text_of(view)) is said


def test_a_found_contact_says_once_that_it_is_cleaned():
    found = [
        FoundContact(n, NEWS, "ann@example.com", status, CleanReason.HARD)
        for n, status in enumerate((Status.CLEANED, Status.ARCHIVED))
    ]
    view = views.which(ENGLISH, AddressLookup("ann@example.com", found, [NEWS]))
    lines = [block["text"]["text"].split("\n")[1] for block in view["blocks"]]
    assert lines == ["Status: *cleaned* · hard bounce", "Status: *archived* · cleaned: hard bounce"]
