"""The outbox: changes that Mailchimp has to make."""

from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Text
from sqlmodel import Field

from storage.core.tables import Table


class OutgoingState(StrEnum):
    """How far a change is."""

    WAITING = "waiting"
    SENT = "sent"  # its answer is not known yet
    DONE = "done"
    REFUSED = "refused"


class Outgoing(Table, table=True):
    """A change of a contact that Mailchimp has to make. `refusal` is a key, and `detail` Mailchimp's own words."""

    __table_args__ = (
        Index("ix_outgoing_state", "audience_id", "job_id", "state", "contact_id"),
        CheckConstraint(f"state IN ({', '.join(repr(str(state)) for state in OutgoingState)})", name="state"),
    )

    audience_id: int = Field(primary_key=True, foreign_key="audience.id")
    job_id: str = Field(primary_key=True)
    contact_id: int = Field(primary_key=True, sa_type=BigInteger)
    state: str = OutgoingState.WAITING.value
    refusal: str = ""
    detail: str = Field(default="", sa_column=Column(Text, nullable=False))
    batch_id: str = ""
