"""Tables of imports: the stored file, and the rows that were refused."""

from sqlalchemy import Column, LargeBinary, Text
from sqlmodel import Field

import storage.jobs.tables  # noqa: F401  rows refer to its jobs
from storage.core.tables import Table


class UploadPart(Table, table=True):
    """A part of the file that an import reads, stored so that any process can carry on the import."""

    __tablename__ = "upload_part"
    job_id: str = Field(primary_key=True, foreign_key="job.id")
    n: int = Field(primary_key=True)
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class RefusedRow(Table, table=True):
    """Rows that an import refused, stored until they have been sent to the person in a file.

    `row` is JSON: a list of line, reason and cells for each, the cells being JSON again. `n` is the number of the first
    one, `line` its line, and `reason` is empty. `sheet` is JSON: the header of their file, and the status that it tells.
    (Earlier versions stored the text of a row instead of its cells, and no `sheet`; 0.1 stored each row by itself, with
    its reason.)
    """

    __tablename__ = "refused_row"
    job_id: str = Field(primary_key=True, foreign_key="job.id")
    n: int = Field(primary_key=True)
    file: str
    line: int
    reason: str
    row: str = Field(sa_column=Column(Text, nullable=False))
    sheet: str | None = Field(default=None, sa_column=Column(Text))
