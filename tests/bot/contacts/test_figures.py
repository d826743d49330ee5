"""Whatever is imported, archived and brought back, in whatever order: figures are a recount, statuses are right."""

from typing import Any, ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.archives import archives, restores
from bot.archives.jobs import ARCHIVE, RESTORE, RestoreResult
from bot.core.errors import NothingThere
from bot.jobs import jobs
from storage.archives.archives import members
from storage.contacts.contacts import Segment
from storage.core.database import Database
from tests.conftest import NOW
from tests.support.audiences import claim, import_csv, run, statuses
from tests.support.figures import assert_exact, emptied

AUDIENCE = "News"
ADDRESSES = [f"p{n}@{domain}" for n in range(5) for domain in ("example.com", "other.example")]
RANK = ["nonsubscribed", "subscribed", "unsubscribed", "cleaned"]
some_addresses = st.lists(st.sampled_from(ADDRESSES), min_size=1, unique=True)


FEW = settings(
    max_examples=8,
    stateful_step_count=12,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def test_figures_and_statuses_are_right_after_any_sequence(database: Database, monkeypatch):
    monkeypatch.setattr(archives, "CONTACTS_PER_CHUNK", 2)
    monkeypatch.setattr(restores, "CONTACTS_PER_CHUNK", 2)
    monkeypatch.setattr(Audience, "database", database, raising=False)
    run_state_machine_as_test(Audience, settings=FEW)


class Audience(RuleBasedStateMachine):
    """The model: address → status, before an archive if it is archived, and each archive's members."""

    database: ClassVar[Database]

    def __init__(self) -> None:
        super().__init__()
        emptied(self.database)
        text = "Email Address\nfirst@example.com"
        self.audience = import_csv(self.database, text, audience=AUDIENCE)
        self.status = {"first@example.com": "cleaned"}
        self.archived: dict[str, str] = {}
        self.now = NOW

    @rule(addresses=some_addresses, status=st.sampled_from(RANK))
    def import_(self, addresses: list[str], status: str) -> None:
        name = "any.csv" if status == "nonsubscribed" else f"{status}_x_export.csv"
        import_csv(self.database, "\n".join(["Email Address", *addresses]), name=name, audience=AUDIENCE)
        for address in addresses:
            old = self.status.get(address, status)
            self.status[address] = max(old, status, key=RANK.index)

    @rule(domain=st.sampled_from([None, "example.com"]), dies_after=st.sampled_from([None, 0, 1]))
    def archive(self, domain: str | None, dies_after: int | None) -> None:
        segment = Segment(audience_id=self.audience, domain=domain)
        mine = {
            a
            for a, status in self.status.items()
            if status == "cleaned" and a not in self.archived and domain in (None, a.partition("@")[2])
        }
        try:
            plan = archives.plan(self.database, segment, by="U1", word="x", now=self.now)
        except NothingThere:
            assert not mine
            return
        assert plan.n == len(mine)
        archives.confirm(self.database, plan.id, "x", by="U1", now=self.now)
        job = self._do(ARCHIVE, archives.work, dies_after)
        assert job.outcome.n == len(mine)
        self.archived |= dict.fromkeys(mine, job.id)

    @precondition(lambda self: self.archived)
    @rule(data=st.data(), whole=st.booleans(), dies_after=st.sampled_from([None, 0, 1]))
    def undo(self, data: st.DataObject, whole: bool, dies_after: int | None) -> None:
        archive_id = data.draw(st.sampled_from(sorted(set(self.archived.values()))))
        mine = sorted(a for a, each in self.archived.items() if each == archive_id)
        some = mine if whole else data.draw(st.lists(st.sampled_from(mine), min_size=1, unique=True))
        ids = None if whole else self._ids(archive_id, some)
        restores.undo(self.database, self.audience, archive_id, by="U1", now=self.now, ids=ids)
        job = self._do(RESTORE, restores.work, dies_after)
        assert job.result == RestoreResult(n=len(some), changed=0)
        for address in some:
            del self.archived[address]

    @invariant()
    def everything_is_right(self) -> None:
        expected = {a: "archived" if a in self.archived else s for a, s in self.status.items()}
        assert statuses(self.database, self.audience) == expected
        assert_exact(self.database)

    def _ids(self, archive_id: str, addresses: list[str]) -> list[int]:
        with self.database.reading() as session:
            held = members(session, self.audience, archive_id, most=100)
        found = [contact.id for contact in held if contact.address in addresses]
        assert len(found) == len(addresses)
        return found

    def _do(
        self, kind: jobs.JobType[Any, Any, Any], work: jobs.Work[Any, Any, Any], dies_after: int | None
    ) -> jobs.AnyJob:
        if dies_after is not None:
            steps = work(self.database, claim(self.database, kind, self.now), lambda: self.now)
            for _, _step in zip(range(dies_after), steps, strict=False):
                pass
            self.now += 2 * jobs.LEASE
        return run(self.database, kind, work, self.now)
