"""Deletes rows that have been kept long enough; never contacts and archives, the journal and exports only if a setting says so."""

from contextlib import closing
from datetime import datetime, timedelta

from bot.bounces.webhooks import TOKENS_KEPT
from bot.core.errors import CleanedError
from bot.core.settings import Settings, of_workspace
from bot.jobs.dedupe import REQUESTS_KEPT
from bot.maintenance.retention import Retention, delete_older
from bot.workspaces import workspaces
from storage.bounces import webhook_tokens
from storage.contacts.reachable import reachable
from storage.core.database import Database
from storage.jobs import dedupe, plans
from storage.jobs import jobs as job_rows
from storage.jobs.tables import JobKind
from storage.mailchimp import outgoing
from storage.mailchimp.outgoing import OutboxKey
from storage.workspaces import installation_states

PLANS_KEPT = timedelta(days=30)
OUTCOMES_KEPT = timedelta(days=30)
OUTCOMES_AT_ONCE = 20_000
DEFAULT = Retention()
SYNCS_KEPT = timedelta(days=1)  # one runs every few minutes, and the journal keeps its result


def delete_expired(database: Database, now: datetime, retention: Retention = DEFAULT) -> int:
    """Deletes old plans, jobs of syncs, webhook tokens, handled requests, states of installations, outcomes, and what `retention` names.

    Returns the number of rows.
    """
    return _outcomes(database, now) + _short_lived(database, now) + delete_older(database, retention, now)


def delete_expired_of_removed(main: Database, settings: Settings, now: datetime) -> bool:
    """As `delete_expired`, in the databases of workspaces that have removed the app, whose data stays until it is erased.

    Returns False if one of them could not be opened.
    """
    done = True
    for workspace in workspaces.list_all(main):
        if workspace.is_removed and workspace.place != workspaces.MAIN:
            its_own = of_workspace(settings, workspace.id, workspace.place).settings
            try:
                with closing(workspaces.open_current(main, workspace.place)) as database:
                    delete_expired(database, now, Retention.of(its_own))
            except CleanedError:
                done = False
    return done


def _outcomes(database: Database, now: datetime) -> int:
    """The person has the outcomes in the receipt's file by then, and late answers are looked for during a week only."""
    boxes: list[OutboxKey] = []
    for audience in reachable(database):
        with database.reading() as session:
            boxes += outgoing.told_before(session, audience.id, now - OUTCOMES_KEPT)
    total = 0
    for box in boxes:
        while True:
            with database.transaction() as session:
                deleted = outgoing.delete_first(session, box, OUTCOMES_AT_ONCE)
            total += deleted
            if deleted < OUTCOMES_AT_ONCE:
                break
    return total


def _short_lived(database: Database, now: datetime) -> int:
    with database.transaction() as session:
        return (
            plans.delete_before(session, now - PLANS_KEPT)
            + webhook_tokens.delete_before(session, now - TOKENS_KEPT)
            + dedupe.delete_before(session, now - REQUESTS_KEPT)
            + installation_states.delete_expired(session, now)
            + job_rows.delete_told(session, JobKind.SYNC, now - SYNCS_KEPT)
        )
