"""Every command to its end, in English and French."""

from pathlib import Path

from sqlmodel import select

from bot.audiences import audiences, journal
from bot.contacts import counts
from handlers.clock import utc_now
from handlers.slack.elements.blocks import person as mention
from storage.corrections.tables import Consent
from tests.flows.conftest import AUDIENCE, CLEANED, CONTACTS, REFUSED, Flow, Someone, write_sample
from tests.support import samples
from tests.support.figures import assert_exact, contacts
from tests.support.slack import NEWS, has_action, refusals, says, titled

OWN = ("audience_id", "id", "revision", "merge_fields")  # of an audience, not of a contact


def test_an_import_takes_in_the_right_rows_and_hands_out_the_refused(
    flow: Flow, someone: Someone, tmp_path: Path
) -> None:
    person = someone.person
    path = write_sample(tmp_path / "audience.zip")
    person.command(f"/cleaned-import {AUDIENCE}")
    person.wait_modal(someone.says("import-what"))
    file = person.upload(path)
    assert person.submit(**{"import-file": [file]}) == {}

    receipt = someone.waits_direct("import-done", n=CONTACTS, audience=AUDIENCE)
    for name, n in {"added": CONTACTS, "changed": 0, "unchanged": 0, "refused": len(REFUSED)}.items():
        assert says(someone.says(f"import-{name}", n=n))(receipt)
    person.wait_modal(someone.says("import-done", n=CONTACTS, audience=AUDIENCE))
    [refused] = someone.files()
    rows = person.download(refused).decode("utf-8-sig").splitlines()
    assert len(rows) == 1 + len(REFUSED)
    assert all(row in "\n".join(rows) for row in REFUSED)
    found = counts.figures(flow.database, audiences.list_all(flow.database)[0], utc_now(), "UTC")
    expected = samples.counts(CONTACTS)
    assert (found.cleaned, found.counted) == (CLEANED, CONTACTS - CLEANED)
    assert {c["status"] for c in contacts(flow.database)} == set(expected)
    assert_exact(flow.database)
    assert refusals(flow.workspace) == []


def test_counts_are_told_to_the_person_alone(filled: Flow, someone: Someone) -> None:
    someone.person.command("/cleaned")
    told = someone.person.wait_message(someone.says("counts-headline", n=CLEANED, audience=AUDIENCE))
    assert told["ephemeral"]
    assert says(someone.says("counts-counted", n=CONTACTS - CLEANED))(told)
    assert says(someone.says("counts-free", n=CLEANED))(told)
    someone.person.command("/cleaned help")
    someone.person.wait_message(someone.says("help-more"))
    someone.person.click("open-list", in_=told)
    someone.person.wait_modal(titled(someone.said("segments-title")))
    assert refusals(filled.workspace) == []


def test_ticks_over_three_pages_are_what_is_archived(filled: Flow, someone: Someone) -> None:
    person = someone.person
    person.command("/cleaned-list")
    person.wait_modal(someone.says("segments-headline", total=CLEANED, audience=AUDIENCE))
    ticked = 0
    for page in (1, 2, 3):
        shown = person.wait_modal(someone.says("segments-page", page=page, pages=-(-CLEANED // 10)))
        ticked += sum(block["block_id"].startswith("row-") for block in shown["blocks"])
        person.click("segments-tick-page")
        person.wait_modal(someone.says("segments-ticked", n=ticked))
        if page < 3:
            person.click("segments-next")
    assert person.modal()["submit"]["text"] == someone.said("segments-archive-ticked", n=ticked)  # type: ignore[index]  # it is open
    assert person.submit() == {}
    person.wait_modal(someone.says("archives-headline", n=ticked, audience=AUDIENCE))
    assert person.submit(**{"archives-word": someone.said("archives-word")}) == {}
    someone.waits_direct("archives-done", n=ticked, audience=AUDIENCE)
    found = [c for c in contacts(filled.database) if c["status"] == "archived"]
    assert len(found) == ticked
    assert_exact(filled.database)


def test_a_filtered_list_is_exported_as_it_is_shown(filled: Flow, someone: Someone) -> None:
    person = someone.person
    cleaned = [c for c in contacts(filled.database) if c["status"] == "cleaned"]
    wanted = sum(c["domain"] == "gmail.com" for c in cleaned)
    person.command("/cleaned-list")
    person.wait_modal(someone.says("segments-headline", total=CLEANED, audience=AUDIENCE))
    person.click("segments-filters")
    person.wait_modal(someone.says("segments-back"))
    offered = person.options("segments-domain", "gmail")["options"]
    assert offered[0]["text"]["text"] == someone.said("segments-suggestion", name="gmail.com", n=wanted)
    assert person.submit(**{"segments-domain": offered[0]}) == {}
    person.wait_modal(someone.says("segments-headline-found", found=wanted, total=CLEANED, audience=AUDIENCE))
    person.click("open-export-segment")
    person.wait_modal(someone.says("exports-headline", n=wanted, audience=AUDIENCE))
    assert person.submit() == {}
    someone.waits_direct("exports-done", n=wanted, audience=AUDIENCE)
    [file] = someone.files()
    rows = person.download(file).decode("utf-8-sig").splitlines()
    assert len(rows) == 1 + wanted
    assert all("@gmail.com" in row for row in rows[1:])


def test_filters_narrow_the_list_together_and_are_cleared(filled: Flow, someone: Someone) -> None:
    person = someone.person
    cleaned = [c for c in contacts(filled.database) if c["status"] == "cleaned"]
    day = max(c["cleaned_at"] for c in cleaned).date().isoformat()
    since = [c for c in cleaned if c["cleaned_at"].date().isoformat() >= day]
    with_text = [c for c in since if "mar" in c["address_key"] or "mar" in str(c["merge_fields"]).lower()]
    person.command("/cleaned-list")
    person.wait_modal(someone.says("segments-headline", total=CLEANED, audience=AUDIENCE))
    filters = {"segments-since": day}
    _filter(someone, filters)
    _found(someone, len(since))
    _filter(someone, filters | {"segments-text": "mar"})
    _found(someone, len(with_text))
    _filter(someone, filters | {"segments-text": "mar", "segments-reason": "abuse"})
    _found(someone, sum(c["clean_reason"] == "abuse" for c in with_text))
    person.click("segments-clear")
    person.wait_modal(someone.says("segments-headline", total=CLEANED, audience=AUDIENCE))
    assert refusals(filled.workspace) == []


def _filter(someone: Someone, filters: dict[str, str]) -> None:
    someone.person.click("segments-filters")
    someone.person.wait_modal(someone.says("segments-back"))
    assert someone.person.submit(**filters) == {}


def test_typos_that_are_ticked_are_added_together_and_leave_one_message(
    filled: Flow, someone: Someone
) -> None:
    person, before = someone.person, len(someone.direct_messages())
    person.command("/cleaned-fix")
    shown = person.wait_modal(someone.says("corrections-pick", audience=AUDIENCE))
    n = sum(block["block_id"].startswith("typo-") for block in shown["blocks"])
    assert n > 1
    person.click("typos-tick-all")
    person.wait_modal(someone.said("corrections-permission-of", n=n))
    assert list(person.submit()) == [f"consent-{n}"], "Slack asks for what is required"
    assert person.submit(**{f"consent-{n}": ["permission"]}) == {}
    someone.waits_direct("corrections-added-these", n=n, audience=AUDIENCE)
    assert len(someone.direct_messages()) == before + 1
    with filled.database.reading() as session:
        wordings = [consent.wording for consent in session.exec(select(Consent)).all()]
    assert wordings == [someone.said("corrections-permission-of", n=n)] * n
    assert_exact(filled.database)
    assert refusals(filled.workspace) == []


def test_an_audience_is_chosen_where_there_are_several(
    filled: Flow, someone: Someone, tmp_path: Path
) -> None:
    person = someone.person
    person.command("/cleaned-import Club")
    person.wait_modal(someone.says("import-what"))
    file = person.upload(write_sample(tmp_path / "club.zip", 200, ()))
    assert person.submit(**{"import-file": [file]}) == {}
    someone.waits_direct("import-done", n=200, audience="Club")
    person.dismiss(everything=True)
    person.command("/cleaned-export")
    person.wait_modal(someone.says("audience-which"))
    person.select("exports-audience", "Club")
    person.wait_modal(someone.says("exports-headline", n=20, audience="Club"))
    person.dismiss(everything=True)
    person.command("/cleaned-archive")  # begins with the one used last
    person.wait_modal(someone.says("archives-headline", n=20, audience="Club"))
    person.dismiss(everything=True)
    person.command("/cleaned-export nowhere")
    unknown = someone.says("error-unknown-audience", name="nowhere", known="|").partition("|")[0]
    person.wait_modal(unknown)
    assert refusals(filled.workspace) == []


def test_an_export_imported_into_another_audience_is_the_same(
    filled: Flow, someone: Someone, tmp_path: Path
) -> None:
    person = someone.person
    person.command("/cleaned-export")
    person.wait_modal(someone.says("exports-headline", n=CLEANED, audience=AUDIENCE))
    assert person.submit() == {}
    someone.waits_direct("exports-done", n=CLEANED, audience=AUDIENCE)
    [file] = someone.files()
    path = tmp_path / file["name"]
    path.write_bytes(person.download(file))
    person.dismiss(everything=True)

    person.command("/cleaned-import Copy")
    person.wait_modal(someone.says("import-what"))
    sent = person.upload(path)
    person.submit(**{"import-file": [sent], "import-status": "cleaned"})
    someone.waits_direct("import-done", n=CLEANED, audience="Copy")
    every = {each.name: each.id for each in audiences.list_all(filled.database)}
    both = [
        [
            {k: v for k, v in c.items() if k not in OWN} | _known(c["merge_fields"])
            for c in contacts(filled.database)
            if c["audience_id"] == every[name] and c["status"] == "cleaned"
        ]
        for name in (AUDIENCE, "Copy")
    ]
    assert both[0] == both[1]
    assert len(both[0]) == CLEANED
    assert refusals(filled.workspace) == []


def test_an_archive_asks_for_its_word_and_comes_back_whole(filled: Flow, someone: Someone) -> None:
    person = someone.person
    before = contacts(filled.database, without=("revision",))
    person.command(f"/cleaned-archive {AUDIENCE.lower()}")
    person.wait_modal(someone.says("archives-headline", n=CLEANED, audience=AUDIENCE))
    word = someone.said("archives-word")
    assert person.submit(**{"archives-word": "nonsense"}) == {
        "archives-word": someone.says("error-wrong-word", word=word)
    }
    assert contacts(filled.database, without=("revision",)) == before
    assert person.submit(**{"archives-word": f" {word.lower()} "}) == {}
    receipt = someone.waits_direct("archives-done", n=CLEANED, audience=AUDIENCE)
    person.wait_modal(someone.says("archives-done", n=CLEANED, audience=AUDIENCE))
    assert_exact(filled.database)
    person.dismiss(everything=True)

    person.click("archives-share", in_=receipt)
    person.wait_modal(someone.says("archives-share-what"))
    person.submit(**{"archives-where": NEWS})
    person.wait_message(
        someone.says("archives-shared-text", n=CLEANED, audience=AUDIENCE, who=mention(person.user))
    )
    person.dismiss(everything=True)

    person.click("archives-undo", in_=receipt)
    someone.waits_direct("restores-done", n=CLEANED, audience=AUDIENCE)
    assert contacts(filled.database, without=("revision",)) == before
    assert_exact(filled.database)
    assert refusals(filled.workspace) == []


def test_contacts_are_restored_one_by_one(filled: Flow, someone: Someone) -> None:
    person = someone.person
    person.command("/cleaned-archive")
    person.wait_modal(someone.says("archives-headline", n=CLEANED, audience=AUDIENCE))
    person.submit(**{"archives-word": someone.said("archives-word")})
    someone.waits_direct("archives-done", n=CLEANED, audience=AUDIENCE)
    person.dismiss(everything=True)

    person.command("/cleaned-restore")
    person.wait_modal(someone.says("restores-archive", n=CLEANED, audience=AUDIENCE))
    person.click("restores-contacts")
    shown = person.wait_modal(someone.says("restores-members", n=CLEANED, audience=AUDIENCE))
    ticks = next(block for block in shown["blocks"] if block["block_id"].startswith("restores-tick"))
    assert person.submit() == {ticks["block_id"]: someone.says("error-restore-nothing-ticked")}
    chosen = [option["value"] for option in ticks["element"]["options"][:2]]
    assert person.submit(**{ticks["block_id"]: chosen}) == {}
    someone.waits_direct("restores-done", n=2, audience=AUDIENCE)
    back = [c["id"] for c in contacts(filled.database) if c["status"] == "cleaned"]
    assert sorted(back) == sorted(map(int, chosen))
    assert_exact(filled.database)


def test_a_fix_needs_permission_and_a_good_address(filled: Flow, someone: Someone) -> None:
    person = someone.person
    wrong = next(
        c for c in contacts(filled.database) if c["status"] == "cleaned" and c["domain"] in samples.TYPOS
    )
    person.command(f"/cleaned-fix {wrong['address']}")
    person.wait_modal(someone.says("corrections-cleaned", address=wrong["address"], audience=AUDIENCE))
    right = f"{wrong['address_key'].partition('@')[0]}.corrected@gmail.com"
    assert set(person.submit(address=right)) == {"consent"}
    assert set(person.submit(address="nobody", consent=["permission"])) == {"address"}
    assert len(contacts(filled.database)) == CONTACTS
    assert person.submit(address=right, consent=["permission"]) == {}
    person.wait_modal(someone.says("corrections-added", address=right, audience=AUDIENCE))
    someone.waits_direct("corrections-added", address=right, audience=AUDIENCE)
    found = {c["address"]: c["status"] for c in contacts(filled.database)}
    assert (found[right], found[wrong["address"]]) == ("subscribed", "cleaned")
    assert_exact(filled.database)


def test_the_shortcut_finds_the_address_in_a_message(filled: Flow, someone: Someone) -> None:
    person = someone.person
    wrong = next(c for c in contacts(filled.database) if c["status"] == "cleaned")
    person.say(f"Could somebody look at {wrong['address']}?")
    message = person.wait_message(wrong["address"])
    person.shortcut("fix_message", message)
    person.wait_modal(someone.says("corrections-cleaned", address=wrong["address"], audience=AUDIENCE))


def test_the_digest_is_set_up_and_sent_once(filled: Flow, someone: Someone) -> None:
    person = someone.person
    person.command("/cleaned-digest")
    person.wait_modal(someone.says("digest-none"))
    assert set(person.submit(**{"digest-channel": "C0RANDOM"})) == {"digest-channel"}
    assert person.submit(**{"digest-channel": NEWS}) == {}
    person.wait_modal(someone.says("digest-saved"))
    send = has_action("digest-send")
    assert send(person.modal() or {})
    person.click("digest-send")
    person.wait_modal(someone.says("digest-sent", channel="x").partition("x")[0])
    posted = [m for m in person.messages(NEWS) if says(someone.says("digest-in-all", n=CLEANED))(m)]
    assert len(posted) == 1
    assert not posted[0].get("ephemeral")


def test_home_shows_the_figures_and_what_was_done(filled: Flow, someone: Someone) -> None:
    person = someone.person
    person.open_home()
    person.wait_home(someone.says("counts-headline", n=CLEANED, audience=AUDIENCE))
    home = person.home()
    filled.sam.person.open_home()
    filled.sam.person.wait_home(filled.sam.says("counts-headline", n=CLEANED, audience=AUDIENCE))
    person.click("open-archive", in_=home)
    person.wait_modal(someone.says("archives-headline", n=CLEANED, audience=AUDIENCE))
    person.submit(**{"archives-word": someone.said("archives-word")})
    person.wait_home(someone.says("counts-headline", n=0, audience=AUDIENCE))
    # Others who have it open see it too.
    filled.sam.person.wait_home(filled.sam.says("counts-headline", n=0, audience=AUDIENCE))
    assert [line.what for line in journal.latest(filled.database, 2)] == ["archive", "import"]


def _found(someone: Someone, found: int) -> None:
    wanted = someone.says("segments-headline-found", found=found, total=CLEANED, audience=AUDIENCE)
    someone.person.wait_modal(wanted)


def _known(merge_fields: dict[str, str]) -> dict[str, str]:
    """Without what is empty: a column of a file is there for each contact."""
    return {f"field {name}": value for name, value in merge_fields.items() if value}
