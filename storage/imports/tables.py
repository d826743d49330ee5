"""Tables of imports: the stored file, and the rows that were refused."""

from sqlalchemy import Column, LargeBinary, Text
from sqlmodel import Field

from storage.core.tables import Table


class UploadPart(Table, table=True):
    """A part of the file that an import reads, stored so that any process can carry on the import."""

    __tablename__ = "upload_part"
    job_id: str = Field(primary_key=True, foreign_key="job.id")
    n: int = Field(primary_key=True)
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class RefusedRow(Table, table=True):
    """A row that an import refused, stored until it has been sent to the person in a file."""

    __tablename__ = "refused_row"
    job_id: str = Field(primary_key=True, foreign_key="job.id")
    n: int = Field(primary_key=True)
    file: str
    line: int
    reason: str
    row: str = Field(sa_column=Column(Text, nullable=False))
