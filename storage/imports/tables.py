"""The file that an import reads, and the rows it refused."""

from sqlalchemy import Column, LargeBinary, Text
from sqlmodel import Field

from storage.core.tables import Table


class UploadPart(Table, table=True):
    """A piece of the file that an import reads: any process can carry the import on."""

    __tablename__ = "upload_part"
    job_id: str = Field(primary_key=True, foreign_key="job.id")
    n: int = Field(primary_key=True)
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class RefusedRow(Table, table=True):
    """A row an import could not use, kept until the person has the file of them."""

    __tablename__ = "refused_row"
    job_id: str = Field(primary_key=True, foreign_key="job.id")
    n: int = Field(primary_key=True)
    file: str
    line: int
    reason: str
    row: str = Field(sa_column=Column(Text, nullable=False))
