"""The outbox: changes that Mailchimp has to make."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Text
from sqlmodel import Field

from storage.core.tables import Table


class Outgoing(Table, table=True):
    """A change of a mirrored contact that its owner has to make, and what came of it.

    `state`: waiting; sent (the answer is not known yet); done; refused, with `refusal` a key and `detail` the
    owner's own words.
    """

    __table_args__ = (
        Index("ix_outgoing_state", "audience_id", "job_id", "state", "contact_id"),
        CheckConstraint("state IN ('waiting', 'sent', 'done', 'refused')", name="state"),
    )

    audience_id: int = Field(primary_key=True, foreign_key="audience.id")
    job_id: str = Field(primary_key=True)
    contact_id: int = Field(primary_key=True, sa_type=BigInteger)
    state: str = "waiting"
    refusal: str = ""
    detail: str = Field(default="", sa_column=Column(Text, nullable=False))
    batch_id: str = ""
