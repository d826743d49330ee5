"""How many likely typos each audience has, remembered until the audience changes: counting takes some milliseconds each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.audiences.audiences import Audience
from bot.corrections import likely_typos
from storage.audiences import audiences as audience_rows
from storage.core.database import Database
from storage.corrections import corrections


@dataclass(frozen=True, slots=True)
class TypoState:
    """What the number of an audience's likely typos depends on: its revision, and how many are marked as right."""

    revision: int
    marked: int


class TypoCounts:
    """The numbers that this process has counted."""

    def __init__(self) -> None:
        self._counted: dict[int, tuple[TypoState, int]] = {}

    def known(self) -> Mapping[int, int]:
        """The last number of each audience that was counted, as `likely_typos.count`. It may be out of date."""
        return {audience_id: n for audience_id, (_, n) in self._counted.copy().items()}

    def outdated(self, states: Mapping[int, TypoState]) -> Sequence[int]:
        """Those of the audiences that have changed since they were counted, or never were."""
        counted = self._counted.copy()
        return [id_ for id_, state in states.items() if id_ not in counted or counted[id_][0] != state]

    def count(self, database: Database, audience_id: int, state: TypoState) -> None:
        """Counts them anew; `state` is the audience's before that."""
        with database.reading() as session:
            self._counted[audience_id] = state, likely_typos.count(session, audience_id)


def states(database: Database, audiences: Iterable[Audience]) -> dict[int, TypoState]:
    """The states of the audiences, in two queries."""
    ids = [audience.id for audience in audiences]
    with database.reading() as session:
        revisions = audience_rows.revisions(session, ids)
        marked = corrections.count_not_typos(session, ids)
    return {id_: TypoState(revision, marked.get(id_, 0)) for id_, revision in revisions.items()}
