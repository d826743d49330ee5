"""Export archives as Mailchimp makes them, of any size: the same seed gives the same bytes.

`python3 -m tests.support.samples 1000000 audience.zip` writes one; it streams, at about 80,000 contacts a second.
"""

import csv
import io
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import BinaryIO

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)  # the sample's last week ends here
ID = "3f9a1c07be"

MERGE = ("First Name", "Last Name", "Address", "Phone Number", "Birthday")
_KNOWN = (
    *("Email Address", *MERGE, "MEMBER_RATING", "OPTIN_TIME", "OPTIN_IP", "CONFIRM_TIME", "CONFIRM_IP"),
    *("LATITUDE", "LONGITUDE", "GMTOFF", "DSTOFF", "TIMEZONE", "CC", "REGION"),
)
_LAST = ("LEID", "EUID", "NOTES", "TAGS")
_UNSUBSCRIBED = (
    *("UNSUB_TIME", "UNSUB_CAMPAIGN_TITLE", "UNSUB_CAMPAIGN_ID"),
    *("UNSUB_REASON", "UNSUB_REASON_OTHER"),
)
HEADERS = {
    "subscribed": (*_KNOWN, "LAST_CHANGED", *_LAST),
    "unsubscribed": (*_KNOWN, *_UNSUBSCRIBED, *_LAST),
    "cleaned": (*_KNOWN, "CLEAN_TIME", "CLEAN_CAMPAIGN_TITLE", "CLEAN_CAMPAIGN_ID", *_LAST),
    "nonsubscribed": (*_KNOWN, "LAST_CHANGED", *_LAST),
}

# mistyped → meant
TYPOS = {
    "gmial.com": "gmail.com",
    "gmail.con": "gmail.com",
    "gmai.com": "gmail.com",
    "hotmial.fr": "hotmail.fr",
    "hotmail.rf": "hotmail.fr",
    "oranje.fr": "orange.fr",
    "ornage.fr": "orange.fr",
    "wandoo.fr": "wanadoo.fr",
    "yaho.fr": "yahoo.fr",
    "outlok.com": "outlook.com",
    "lapost.net": "laposte.net",
    "sfr.f": "sfr.fr",
    "icloud.co": "icloud.com",
}
CAMPAIGNS = (
    "Lettre de novembre",
    "Autumn newsletter",
    "Invitation : portes ouvertes",
    "Black Friday, early access",
    "Rappel d’adhésion 2026",
    "Vœux de l’équipe",
    "Spring catalogue",
    "“Soldes” d’été",
)


def write(target: BinaryIO | Path, n: int, seed: int = 1) -> None:
    """An export archive of `n` contacts: four files, one for each status."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for status, header in HEADERS.items():
            name = f"{status}_email_audience_export_{ID}.csv"
            # A date of its own, or the same seed would not give the same bytes.
            member = zipfile.ZipInfo(name, date_time=NOW.timetuple()[:6])
            member.compress_type = zipfile.ZIP_DEFLATED
            with (
                packed.open(member, "w", force_zip64=n > 1_000_000) as raw,
                io.TextIOWrapper(raw, "utf-8", newline="") as text,
            ):
                writer = csv.writer(text)
                writer.writerow(header)
                writer.writerows(rows(status, n, seed))


def archive(n: int, seed: int = 1) -> bytes:
    """The same in memory."""
    packed = io.BytesIO()
    write(packed, n, seed)
    return packed.getvalue()


def counts(n: int) -> dict[str, int]:
    """How many of `n` contacts have each status: a tenth is cleaned."""
    rest = {"unsubscribed": n * 12 // 100, "cleaned": n // 10, "nonsubscribed": n * 8 // 100}
    return {"subscribed": n - sum(rest.values()), **rest}


def rows(status: str, n: int, seed: int = 1) -> Iterator[tuple[str, ...]]:
    """The rows of one file of an archive of `n` contacts, in the order of `HEADERS`."""
    statuses = list(HEADERS)
    first = sum(counts(n)[before] for before in statuses[: statuses.index(status)])
    random = Random(f"{seed} {status}")
    for number in range(first, first + counts(n)[status]):
        yield _row(status, number, random)


_FIRST_NAMES = (  # a name a line would be pages: hence split
    "Marie Camille Léa Chloé Élodie Zoé Inès Manon Françoise Hélène Aurélie Noémie Cécile Agnès Maëlle Jeanne"
    " Jean-Pierre Loïc François Jérôme Théo Hugo Benoît Étienne Gaël Mathéo Rémi Sébastien Frédéric Clément"
    " Olivia Emma Charlotte Amelia Grace Harriet Sophie Isla Zara Ruby Eleanor Abigail Megan Priya Aisha"
    " James Oliver George Harry Jack Noah Alfie Thomas Arthur Callum Ewan Rhys Dylan Bryn Mohammed Ravi"
).split()
_LAST_NAMES = (
    "Martin|Bernard|Dubois|Lefèvre|Durand|Moreau|Lemaître|Girard|Béranger|Fournier|Mercier|Garçon|Besançon"
    "|Noël|Chevalier|Guérin|Faure|Renard|Hervé|Prévost|Le Gall|Le Goff|de La Tour|d’Aubigné|L’Hôte|Château"
    "|Pelletier|Cousin|Rousseau|Blanchard|Deschamps|Marchand|Barbier|Perrot|Collet|Bouchard|Aubert|Delmas"
    "|Smith|Jones|Taylor|Brown|Williams|Wilson|Johnson|Davies|Robinson|Wright|Thompson|Evans|Walker|White"
    "|Roberts|Green|Hall|Wood|Clarke|O’Brien|O’Neill|MacDonald|Fitzgerald|Ashworth|Pemberton|Hughes|Patel"
    "|Khan|Campbell|Stewart|Murray|Kerr|Llewellyn|Griffiths|Bevan|Penrose|Trelawny|Cholmondeley|St John"
).split("|")
_DOMAINS = (
    *("gmail.com",) * 16,
    *("orange.fr", "wanadoo.fr", "hotmail.fr", "free.fr", "laposte.net", "sfr.fr", "yahoo.fr") * 2,
    *("outlook.com", "hotmail.co.uk", "btinternet.com", "icloud.com", "yahoo.co.uk", "sky.com") * 2,
    *("mairie-brest.fr", "librairie-des-halles.fr", "harbour-books.co.uk", "bristol-choir.org.uk"),
)
_PLACES = (
    ("12 rue des Lilas", "Brest  29200  FR", "48.39", "-4.48", "1", "2", "Europe/Paris", "FR", "BRE"),
    ("3 bis, quai d’Orléans", "Nantes  44000  FR", "47.21", "-1.55", "1", "2", "Europe/Paris", "FR", "PDL"),
    ("Résidence “Les Pins”", "Nîmes  30000  FR", "43.83", "4.36", "1", "2", "Europe/Paris", "FR", "OCC"),
    ("1 High Street", "Bristol  BS1 2AA  GB", "51.45", "-2.58", "0", "1", "Europe/London", "GB", "ENG"),
    ('Flat 4, "The Quay"', "Cardiff  CF10 1AA  GB", "51.48", "-3.18", "0", "1", "Europe/London", "GB", "WLS"),
)
_TAGS = ("", "", "", '"Adhérent"', '"Adhérent","Donateur"', '"Newsletter"', '"Volunteer","2025"')
_NOTES = ("", "", "", "", "", "", "Rencontrée au salon", "Phoned, will call back; said “maybe”")
_UNSUB = ("NORMAL (Unsubscribed by user)", "OTHER", "")
_PLAIN = str.maketrans("àâäçéèêëîïôöùûüœ’' ", "aaaceeeeiioouuuo---")
_NAME_ORDER = 1009  # a prime: every pair of names comes before one comes again
_TYPO_LIST = tuple(TYPOS)


def _row(status: str, number: int, random: Random) -> tuple[str, ...]:
    bits = random.getrandbits(64)
    pair, again = (
        number * _NAME_ORDER % (len(_FIRST_NAMES) * len(_LAST_NAMES)),
        number // (len(_FIRST_NAMES) * len(_LAST_NAMES)),
    )
    first, last = _FIRST_NAMES[pair % len(_FIRST_NAMES)], _LAST_NAMES[pair // len(_FIRST_NAMES)]
    domain = _DOMAINS[bits % len(_DOMAINS)]
    if status == "cleaned" and bits >> 8 & 7 == 0:
        domain = _TYPO_LIST[(bits >> 11) % len(_TYPO_LIST)]
    address = f"{_local(first)}.{_local(last)}{again or ''}@{domain}"
    street, town, *where = _PLACES[(bits >> 16) % len(_PLACES)]
    ip = f"{81 + (bits >> 20) % 12}.{bits >> 24 & 255}.{bits >> 32 & 255}.{bits >> 40 & 255}"
    optin = _time(NOW - timedelta(minutes=200 * 1440 + (bits >> 20) % (6 * 365 * 1440)))
    return (
        address,
        first,
        last,
        f"{street}  {town}" if bits >> 48 & 3 == 0 else "",
        f"+33 2 98 {number % 90 + 10} {bits % 90 + 10:02} {(bits >> 7) % 90 + 10}"
        if bits >> 50 & 3 == 0
        else "",
        f"{(bits >> 52) % 12 + 1:02}/{(bits >> 56) % 28 + 1:02}" if bits >> 54 & 3 == 0 else "",
        str(2 + (bits >> 44) % 4),
        optin,
        ip,
        optin,
        ip,
        *where,
        *_of_status(status, bits),
        str(110_000_001 + number),
        f"{bits:016x}"[:10],
        _NOTES[(bits >> 30) % len(_NOTES)],
        _TAGS[(bits >> 34) % len(_TAGS)],
    )


def _of_status(status: str, bits: int) -> tuple[str, ...]:
    # The square brings more of them near the end: about an eighth falls into the last week.
    minutes = ((bits >> 28) % 1000) ** 2 * 365 * 1440 // 1_000_000 + (bits >> 3) % 60
    when, campaign = _time(NOW - timedelta(minutes=minutes)), (bits >> 38) % len(CAMPAIGNS)
    of_campaign = (when, CAMPAIGNS[campaign], f"{campaign * 7919 + 4096:010x}")
    if status == "cleaned":
        return of_campaign
    if status == "unsubscribed":
        reason = _UNSUB[bits % len(_UNSUB)]
        return (*of_campaign, reason, "trop d’e-mails" if reason == "OTHER" else "")
    return (when,)


def _local(name: str) -> str:
    return name.lower().translate(_PLAIN)


def _time(moment: datetime) -> str:
    return moment.isoformat(" ", "seconds")[:19]


if __name__ == "__main__":
    write(Path(sys.argv[2]), int(sys.argv[1]))
