"""Sample audiences for `cleaned demo` without a file, generated and the same on every run.

They are imported like any other file, as an export archive. Names and addresses are made up; the domains that are not of
well-known providers are reserved for examples.
"""

import io
import random
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.demo import bounces
from bot.imports import imports
from bot.jobs import jobs
from storage.core.database import Database
from storage.files.csv_files import csv_bytes


@dataclass(frozen=True)
class Sample:
    """An audience to generate, with the number of contacts of each status."""

    name: str
    french: float  # the share of French people, 0 to 1
    subscribed: int
    unsubscribed: int
    nonsubscribed: int
    cleaned: int


SAMPLES = (
    Sample("Newsletter", 0.4, subscribed=4120, unsubscribed=310, nonsubscribed=170, cleaned=412),
    Sample("Club fidélité", 0.9, subscribed=640, unsubscribed=45, nonsubscribed=20, cleaned=58),
)


def add(database: Database, now: datetime, samples: Sequence[Sample] = SAMPLES) -> list[str]:
    """Imports the audiences and their bounces, with times relative to `now`; returns their names."""
    for sample in samples:
        file = io.BytesIO(archive(sample, now))
        name = f"{sample.name}.zip"
        made = imports.receive(database, file, name=name, audience=sample.name, by="demo", now=now)
        job = jobs.claim_one(database, made, jobs.owner(), now)
        assert job is not None  # the database is ours alone
        for done in imports.work(database, job, lambda: now):
            job = done
        jobs.mark_told(database, job, now)
        bounces.add(database, sample.name, subscribers(sample, now), now)
    return [sample.name for sample in samples]


def subscribers(sample: Sample, now: datetime) -> list[str]:
    """Returns the addresses of the subscribed contacts, as in `archive`."""
    people = _People(sample)
    return [people.row(people.domain(), now)[0] for _ in range(sample.subscribed)]


def archive(sample: Sample, now: datetime) -> bytes:
    """Returns the audience as an export archive (.zip), the same at every call."""
    people = _People(sample)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive_file:
        for status in ("subscribed", "unsubscribed", "nonsubscribed"):
            rows = (people.row(people.domain(), now) for _ in range(getattr(sample, status)))
            archive_file.writestr(_member(status, now), b"".join(csv_bytes(_HEADER, rows)))
        cleaned = (people.cleaned(n, now) for n in range(sample.cleaned))
        archive_file.writestr(
            _member("cleaned", now), b"".join(csv_bytes(_HEADER + _CLEANED_HEADER, cleaned))
        )
    return file.getvalue()


def _member(status: str, now: datetime) -> zipfile.ZipInfo:
    # With a name alone, it would have the time at which it is written.
    member = zipfile.ZipInfo(f"{status}_email_audience_export.csv", now.timetuple()[:6])
    member.compress_type = zipfile.ZIP_DEFLATED
    return member


_HEADER = ("Email Address", "First Name", "Last Name", "Town", "MEMBER_RATING", "OPTIN_TIME", "TAGS")
_CLEANED_HEADER = (
    "CLEAN_TIME",
    "CLEAN_CAMPAIGN_TITLE",
    "CLEAN_CAMPAIGN_ID",
    "CLEAN_REASON",
    "CLEAN_DIAGNOSTIC",
    "SUGGESTED_ADDRESS",
)
_WEEKS = 12

_list = str.split
_ENGLISH_NAMES = (
    _list(
        "Alice Amy Ben Charlotte Daniel Emily Finn George Hannah Isla Jack Kate Liam Lucy Megan Nathan Oliver Poppy"
        " Ruby Sam Tom Will Zoe"
    ),
    _list(
        "Adams Baker Bennett Carter Clarke Cooper Davies Edwards Foster Green Harris Hughes Jackson King Lewis Mason"
        " Parker Roberts Shaw Turner Walker Wright"
    ),
    _list("London Leeds Bristol Dublin Boston Toronto Cardiff Glasgow"),
)
_FRENCH_NAMES = (
    _list(
        "Agathe André Anaïs Benoît Camille Chloé Clément Élodie Émile François Gaëlle Hélène Inès Jérôme Julie Léa"
        " Loïc Maëlle Mathieu Noémie Océane Rémi Sébastien Zoé"
    ),
    _list(
        "Bernard Blanchard Chevalier Dubois Dupont Durand Faure Fontaine Gauthier Girard Lambert Lefèvre Leroy Marchand"
        " Mercier Moreau Petit Renard Roussel Séguin Vasseur"
    ),
    _list("Paris Lyon Nantes Lille Rennes Bordeaux Bruxelles Genève"),
)
_ENGLISH_DOMAINS = _list(
    "gmail.com gmail.com gmail.com hotmail.com outlook.com yahoo.com icloud.com example.com"
)
_FRENCH_DOMAINS = _list(
    "gmail.com gmail.com orange.fr wanadoo.fr free.fr hotmail.fr laposte.net sfr.fr yahoo.fr"
)
_ENGLISH_TYPOS = _list("gmial.com gmai.com gmail.co hotmial.com outlok.com yaho.com iclod.com")
_FRENCH_TYPOS = _list("gmial.com gmail.fr.com orange.f wanado.fr hotmial.fr lapost.net fre.fr yahou.fr")
_CLOSED_DOMAINS = _list("mail.example.net old-office.example.org studio.example.com")
_CAMPAIGNS = (
    "{week} letter: what is new this week",
    "Spring catalogue",
    "Soldes d\u2019hiver, derniers jours",
    "Invitation : portes ouvertes",
    "Your membership, one year on",
)
_NO_DOMAIN = "550 5.1.2 Host unknown: no mail server for the domain {domain}"
_NO_MAILBOX = (
    "550 5.1.1 The email account that you tried to reach does not exist",
    "550 5.1.1 User unknown",
    "550 5.2.1 The mailbox is disabled",
    "554 5.7.1 Recipient address rejected: Access denied",
)
_FULL = (
    "452 4.2.2 The recipient\u2019s mailbox is over quota",
    "451 4.7.1 Greylisted, please try again later",
    "421 4.4.2 Connection timed out",
)
_COMPLAINT = "Reported as spam by the recipient (feedback loop)"
_TAGS = ("", "", "", "vip", "2025 fair", "partner")
_ACCENTS = str.maketrans("àâäçéèêëîïôöùûüÿ", "aaaceeeeiioouuuy")


class _People:
    """Generates contacts, each with another address."""

    def __init__(self, sample: Sample) -> None:
        self._french_share = sample.french
        self._random = random.Random(sample.name)  # noqa: S311  samples, not secrets
        self._french = False
        self._used_addresses: set[str] = set()

    def domain(self) -> str:
        """Decides whether the next person is French, and returns the domain of their address."""
        return self._choose(self._next_is_french(), _FRENCH_DOMAINS, _ENGLISH_DOMAINS)

    def row(self, domain: str, now: datetime) -> tuple[str, ...]:
        """Returns a contact at that domain, with a name in the language of the person decided on last."""
        pick = self._random.choice
        firsts, lasts, towns = _FRENCH_NAMES if self._french else _ENGLISH_NAMES
        first, last = pick(firsts), pick(lasts)
        joined = now - timedelta(days=self._random.randrange(100, 1500), minutes=self._random.randrange(1440))
        rating = str(self._random.randint(1, 5))
        address = self._address(f"{first}.{last}", domain)
        return (address, first, last, pick(towns), rating, f"{joined:%Y-%m-%d %H:%M:%S}", pick(_TAGS))

    def cleaned(self, n: int, now: datetime) -> tuple[str, ...]:
        """Returns a cleaned contact: a quarter have mistyped domains, the others a domain that fits the reason."""
        french = self._next_is_french()
        causes: tuple[Callable[[bool], tuple[str, str, str]], ...] = (
            self._mistyped,
            self._gone,
            self._gone,
            self._full,
        )
        domain, reason, diagnostic = self._complained(french) if n % 29 == 28 else causes[n % 4](french)
        weeks = int(self._random.triangular(0, _WEEKS, 1))  # more in the last weeks
        cleaned_at = now - timedelta(weeks=weeks, minutes=self._random.randrange(5, 7 * 24 * 60))
        campaign = self._random.choice(_CAMPAIGNS).format(week=f"{cleaned_at:%B}")
        campaign_id = f"{random.Random(campaign).randrange(16**10):010x}"  # noqa: S311  samples, not secrets
        clean_columns = (
            f"{cleaned_at:%Y-%m-%d %H:%M:%S}",
            campaign,
            campaign_id,
            reason,
            diagnostic,
            "",
        )
        return self.row(domain, now) + clean_columns

    def _mistyped(self, french: bool) -> tuple[str, str, str]:
        domain = self._choose(french, _FRENCH_TYPOS, _ENGLISH_TYPOS)
        return domain, "hard", _NO_DOMAIN.format(domain=domain)

    def _gone(self, french: bool) -> tuple[str, str, str]:
        if self._random.random() < 0.2:
            domain = self._random.choice(_CLOSED_DOMAINS)
            return domain, "hard", _NO_DOMAIN.format(domain=domain)
        return (
            self._choose(french, _FRENCH_DOMAINS, _ENGLISH_DOMAINS),
            "hard",
            self._random.choice(_NO_MAILBOX),
        )

    def _full(self, french: bool) -> tuple[str, str, str]:
        return self._choose(french, _FRENCH_DOMAINS, _ENGLISH_DOMAINS), "soft", self._random.choice(_FULL)

    def _complained(self, french: bool) -> tuple[str, str, str]:
        return self._choose(french, _FRENCH_DOMAINS, _ENGLISH_DOMAINS), "abuse", _COMPLAINT

    def _next_is_french(self) -> bool:
        self._french = self._random.random() < self._french_share
        return self._french

    def _choose(self, french: bool, if_french: Sequence[str], if_not: Sequence[str]) -> str:
        return self._random.choice(if_french if french else if_not)

    def _address(self, name: str, domain: str) -> str:
        local = name.lower().translate(_ACCENTS)
        candidates = _numbered(local, domain)
        address = next(candidate for candidate in candidates if candidate not in self._used_addresses)
        self._used_addresses.add(address)
        return address


def _numbered(local: str, domain: str) -> Iterator[str]:
    yield f"{local}@{domain}"
    for n in range(2, 10_000):
        yield f"{local}{n}@{domain}"
