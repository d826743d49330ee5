"""The bot killed while bounces come in by webhook: what it answered is stored, and what comes again counts once."""

import http.client
import json
import socket
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Event

import pytest
from sqlmodel import func, select

from handlers.clock import utc_now
from handlers.standins.slack.server import Workspace
from storage.bounces.tables import Evidence
from storage.core.database import Database
from tests.flows.conftest import Someone, answers, wait_until
from tests.handlers.web.webhooks import conftest as senders
from tests.handlers.web.webhooks import samples
from tests.support.audiences import import_csv, statuses
from tests.support.figures import assert_exact
from tests.support.kills.child import STARTS_WITHIN, Child

BOUNCES = 400
OTHERS = 8_000  # so that the bounces are not too many at once
KILLED_AFTER = 120  # answers


class Listening(Child):
    """A bot with a port that is known, and our own form switched on."""

    def __init__(self, workspace: Workspace, someone: Someone, database_url: str) -> None:
        super().__init__(workspace, someone, database_url)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self._environment |= {"CLEANED_PORT": str(self.port), "CLEANED_BOUNCE_SECRET": senders.SECRET}

    def start(self) -> None:
        super().start()
        wait_until(lambda: answers(self.port), STARTS_WITHIN)  # it does so last

    def post(self, signed: senders.Signed) -> dict[str, int] | None:
        """The counts; None if there was no answer."""
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=STARTS_WITHIN)
        try:
            asked.request("POST", "/bounces/json", *signed)
            answer = asked.getresponse()
            assert answer.status == 200
            counts: dict[str, int] = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            return None
        else:
            return counts
        finally:
            asked.close()


@pytest.fixture
def listening(
    workspace: Workspace, people: tuple[Someone, Someone, Someone], database_url: str
) -> Iterator[Listening]:
    database = Database(database_url)
    rows = "\n".join(f"person{n}@example.com" for n in range(BOUNCES + OTHERS))
    import_csv(database, f"Email Address\n{rows}", name="subscribed_x_export.csv")
    database.close()
    bot = Listening(workspace, people[0], database_url)
    bot.start()
    yield bot
    bot.close()


def test_what_was_answered_is_stored_and_what_comes_again_counts_once(
    listening: Listening, database: Database
) -> None:
    now = utc_now()
    signed = [
        senders.own([samples.own(id=str(n), email=f"person{n}@example.com", at=now.isoformat())], at=now)
        for n in range(BOUNCES)
    ]
    answered, enough = count(1), Event()

    def post(each: senders.Signed) -> dict[str, int] | None:
        counts = listening.post(each)
        if counts and next(answered) == KILLED_AFTER:
            enough.set()
        return counts

    with ThreadPoolExecutor(8) as pool:
        sent = [pool.submit(post, each) for each in signed]
        assert enough.wait(STARTS_WITHIN)
        listening.kill()
        first = [each.result() for each in sent]
        assert None in first, "it was killed too late to be in the way"
        listening.start()
        again = list(pool.map(listening.post, signed))

    for before, after in zip(first, again, strict=True):
        assert after
        if before:  # an answer is a promise
            assert (before["cleaned"], after["repeated"]) == (1, 1)
        else:  # stored or not, its sender did not know
            assert after["cleaned"] + after["repeated"] == 1
    with database.reading() as session:
        assert session.exec(select(func.count()).select_from(Evidence)).one() == BOUNCES
    assert Counter(statuses(database, 1).values()) == {"cleaned": BOUNCES, "subscribed": OTHERS}
    assert_exact(database)
