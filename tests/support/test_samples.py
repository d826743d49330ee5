"""The samples are what the tests take them for."""

import io
import zipfile

from bot.core.addresses import validate
from storage.files.spreadsheets import Record, open_sheets
from tests.support import samples


def test_the_same_seed_gives_the_same_archive():
    assert samples.archive(50) == samples.archive(50)
    assert samples.archive(50) != samples.archive(50, seed=2)


def test_an_archive_holds_so_many_contacts_all_different_and_valid():
    n = 5_000
    found = open_sheets("export.zip", io.BytesIO(samples.archive(n)))
    read = {sheet.status: list(sheet.rows) for sheet in found}
    assert {status: len(rows) for status, rows in read.items()} == samples.counts(n)
    addresses = [row.cells[0] for rows in read.values() for row in rows if isinstance(row, Record)]
    assert len({validate(address).key for address in addresses}) == n
    assert {address.partition("@")[2] for address in addresses} >= samples.TYPOS.keys()


def test_the_files_are_named_as_mailchimp_names_them():
    with zipfile.ZipFile(io.BytesIO(samples.archive(10))) as packed:
        assert packed.namelist() == [
            f"{status}_email_audience_export_{samples.ID}.csv" for status in samples.HEADERS
        ]
        header = packed.read(packed.namelist()[2]).decode().partition("\r\n")[0]
    assert header == (
        "Email Address,First Name,Last Name,Address,Phone Number,Birthday,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,"
        "CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,CLEAN_TIME,"
        "CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID,LEID,EUID,NOTES,TAGS"
    )
