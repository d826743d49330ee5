"""The digest in the strict workspace, as people meet it: set up, send, read; by the bot as it runs for real."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.demo import samples
from handlers.slack.views.digests import digests as views
from handlers.standins.slack.server import Workspace
from storage.core.database import Database
from tests.support.bots import bot
from tests.support.slack import CAMILLE, GENERAL, RANDOM, SAM, Person, says, titled, words

MANIFEST = Path(__file__).parents[4] / "manifest.yml"


@pytest.fixture
def workspace(database: Database, database_url: str) -> Iterator[Workspace]:
    samples.add(database, datetime.now(UTC))
    with bot(database_url) as (running, _):
        yield running


def test_set_up_send_now_pause_and_read(workspace: Workspace):
    with Person(workspace) as olivia, Person(workspace, SAM) as sam:
        olivia.wait_bot()
        olivia.command("/cleaned-digest")
        olivia.wait_modal(says("No digest is set up"))
        errors = olivia.submit(**{views.CHANNEL: RANDOM})
        assert "/invite @Cleaned" in errors[views.CHANNEL]
        zones = olivia.options(views.ZONE, "new york")["options"]
        chosen = {views.CHANNEL: GENERAL, views.ZONE: zones[0], views.AT: "08:30"}
        assert olivia.submit(**chosen) == {}
        olivia.wait_modal(says("Saved.", "Every Monday at 08:30 (America/New York)", "Next digest"))
        olivia.click(views.SEND)
        olivia.wait_modal(says("Sent to"))
        message = olivia.wait_message("cleaned in the 7 days to", channel=GENERAL)
        kinds = [block["type"] for block in message["blocks"]]
        assert kinds.count("data_visualization") == 1
        assert "Newsletter" in words(message)
        assert "@" not in json.dumps(message["blocks"])
        olivia.click(views.PAUSE)
        olivia.wait_modal(says("Paused.", "nothing is sent until you resume it"))
        sam.command("/cleaned-digest")
        read = sam.wait_modal(says("All audiences."))
        assert read["submit"] is None


def test_a_french_operator_gets_it_in_french(workspace: Workspace):
    with Person(workspace, CAMILLE) as camille:
        camille.wait_bot()
        camille.command("/cleaned-digest")
        camille.wait_modal(titled("Récapitulatif"))
        camille.wait_modal(says("Aucun récapitulatif"))
        assert camille.submit(**{views.CHANNEL: GENERAL}) == {}
        camille.wait_modal(says("Chaque lundi à 9\u00a0h (Europe/Paris)"))
        camille.click(views.SEND)
        camille.wait_message("contacts nettoyés en 7 jours", channel=GENERAL)
