"""What goes on beside people's works: imports in the terminal, and the weekly digest."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from random import Random

from handlers.slack.views.digests import digests as views
from tests.support.slack import GENERAL, Json
from tests.support.slack import words as words_of
from tests.tools.chaos import model
from tests.tools.chaos.model import AudienceModel, Digests, Work
from tests.tools.chaos.people import DOMAINS, MOST_CONTACTS, Gate, NotTold, Someone, Tally, at_once, write
from tests.tools.chaos.places import CHUNK

TERMINAL_SECONDS = 120.0
WAIT_SECONDS = 240.0  # a digest whose process died is taken over after two minutes
MARGIN = timedelta(
    seconds=12
)  # before a due time: a change that is told later may be of before it or after it


class Terminal:
    """`cleaned import`, now and then killed with -9."""

    def __init__(
        self, start: Callable[..., ForkServerProcess], tally: Tally, random: Random, folder: Path
    ) -> None:
        self._start, self._tally, self._random, self._folder = start, tally, random, folder
        self._n = 0

    def work(self, audience: AudienceModel) -> None:
        """One transaction, so that a list shows all of it or nothing."""
        self._n += 1
        most = CHUNK if len(audience.world.statuses) < MOST_CONTACTS else 2
        addresses = [
            f"terminal-{self._n}-{i}@{DOMAINS[i % len(DOMAINS)]}"
            for i in range(self._random.randint(1, most))
        ]
        path = write(self._folder / f"terminal-{self._n}.csv", addresses)
        audience.beside = frozenset(addresses)
        process = self._start("import", str(path), "--audience", audience.name, "--status", "cleaned")
        process.join(self._random.uniform(0.2, 2) if self._random.random() < 0.2 else TERMINAL_SECONDS)
        was_killed = process.is_alive()
        process.kill()
        process.join()
        told = "killed" if was_killed else "done" if process.exitcode == 0 else "failed"
        if told != "done":
            audience.is_settled = False
        audience.add(
            f"the terminal was told {told}",
            Work(model.import_("terminal", addresses), certain=told == "done"),
        )
        self._tally.works["import in the terminal", told] += 1
        self._tally.log(f"terminal import: {told}, {audience.name}: {len(addresses)}")


class DigestKeeper:
    """Sets the digest for the next minute, pauses it, sends it now; then waits for what must come."""

    def __init__(
        self, someone: Someone, gate: Gate, expected: Digests, posted: Callable[[], set[str]]
    ) -> None:
        self._someone, self._gate, self._digests, self._posted = someone, gate, expected, posted

    def work(self) -> None:
        """One schedule, until its digest has come."""
        someone = self._someone
        try:
            due = self._save()
            if someone.random.random() < 0.5:
                self._send_now()
            if someone.random.random() < 0.4:
                self._pause(due)
        except (NotTold, AssertionError) as error:
            someone.note("digest", "not told", str(error)[:300])
            self._wait(30)  # for what may still come of it
        finally:
            someone.close()
        self._wait(WAIT_SECONDS, self._has_come)

    def _save(self) -> datetime:
        """For a minute that is far enough for the answer to come before it."""
        someone = self._someone
        someone.command("/cleaned-digest")
        someone.wait(lambda: _has_input(someone.person.modal(), views.CHANNEL))
        due = (datetime.now(UTC) + timedelta(minutes=1) + MARGIN).replace(second=0, microsecond=0)
        self._digests.expected.setdefault(due.isoformat(), False)
        inputs = {views.WEEKDAY: str(due.weekday()), views.AT: f"{due:%H:%M}", views.LANGUAGE: "en"}
        someone.submit(**{views.CHANNEL: GENERAL, **inputs})
        shown = someone.wait_for_text(someone.said.md("digest-saved"))
        if str(someone.said.md("digest-paused")) in str(shown):
            someone.person.click(views.PAUSE, value="resume")
            someone.wait_for_text(someone.said.md("digest-was-resumed"))
        self._told(due, must=True)
        someone.note("digest", "saved", due.isoformat())
        return due

    def _send_now(self) -> None:
        someone = self._someone
        view = someone.person.modal() or {}
        buttons = [e for block in view["blocks"] for e in block.get("elements", [])]
        asked = next(str(e["value"]) for e in buttons if e.get("action_id") == views.SEND)
        key = datetime.fromisoformat(asked).astimezone(UTC).isoformat()
        self._digests.expected[key] = False
        click = partial(someone.person.click, views.SEND, in_=view)
        at_once([click] * someone.random.choice((1, 2)))
        sent = [
            str(someone.said.md("digest-sent", channel="|")).partition("|")[0],
            str(someone.said.md("digest-sent-later")),
        ]
        someone.wait(lambda: any(each in words_of(someone.person.modal() or {}) for each in sent) or None)
        self._digests.expected[key] = True
        someone.note("digest", "sent now", key)
        someone.wait(lambda: key in self._posted() or None)  # a pause would call it off

    def _pause(self, due: datetime) -> None:
        someone = self._someone
        if datetime.now(UTC) > due - MARGIN:
            return
        self._digests.expected[due.isoformat()] = False
        someone.person.click(views.PAUSE, value="pause")
        someone.wait_for_text(someone.said.md("digest-was-paused"))
        if datetime.now(UTC) < due - MARGIN / 2:
            self._digests.forbid(due.isoformat())
        someone.note("digest", "paused", due.isoformat())

    def _told(self, due: datetime, *, must: bool) -> None:
        if datetime.now(UTC) < due - MARGIN / 2:
            self._digests.expected[due.isoformat()] = must

    def _has_come(self) -> bool:
        return not self._digests.missing(self._posted())

    def _wait(self, seconds: float, fact: Callable[[], bool] = lambda: False) -> None:
        until = time.monotonic() + seconds
        while not fact() and time.monotonic() < until and self._gate.pass_():
            time.sleep(0.5)


def _has_input(view: Json | None, block_id: str) -> bool | None:
    return any(block["block_id"] == block_id for block in (view or {}).get("blocks", [])) or None
