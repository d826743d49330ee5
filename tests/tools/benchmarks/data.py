"""The contacts that the benchmarks work on: a tenth of them cleaned."""

import csv
from pathlib import Path

from tests.support import samples

KNOWN = samples.HEADERS["subscribed"][:-5]
CLEANED = ("CLEAN_TIME", "CLEAN_CAMPAIGN_TITLE", "CLEAN_CAMPAIGN_ID")
HEADER = (*KNOWN, *CLEANED, *samples.HEADERS["subscribed"][-4:], "Status")


def csv_file(path: Path, n: int) -> Path:
    """A file of so many contacts of every status, made at that path."""
    with path.open("w", newline="", encoding="utf-8") as text:
        writer = csv.writer(text)
        writer.writerow(HEADER)
        for status in samples.HEADERS:
            for row in samples.rows(status, n):
                middle = row[len(KNOWN) : len(KNOWN) + 3] if status == "cleaned" else ("", "", "")
                writer.writerow((*row[: len(KNOWN)], *middle, *row[-4:], status))
    return path
