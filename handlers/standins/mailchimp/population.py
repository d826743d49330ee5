"""People for an audience: the same ones for the same seed."""

import json
from collections.abc import Iterator
from hashlib import md5
from random import Random

from handlers.standins.mailchimp.account import AbuseReport, Campaign, ListState, MergeField
from handlers.standins.mailchimp.members import Bounce, Member, hash_of

FIRST_NAMES = (
    "Amélie Bruno Camille Dario Elena Farid Greta Hugo Inès Jonas Karin Luca Mina Noé Olga Paul".split()
)
LAST_NAMES = "Aebi Blanc Caron Dubois Egger Favre Gross Huber Iten Jost Keller Lang Moser Noll Rossi".split()
DOMAINS = "alpmail.example bluewin.test brightmail.example gmail.test orange.test posta.example".split()
MISTYPED = "alpmial.example bluewni.test brigthmail.example gmial.test ornage.test".split()
TAGS = "Member,Volunteer,Runner,Donor,Press".split(",")
DAY = 86_400
SPAN = 3 * 365 * DAY
CAMPAIGNS = 30
# Shares of a hundred thousand.
SHARES = {
    "subscribed": 79_800,
    "unsubscribed": 8_000,
    "cleaned": 7_000,
    "archived": 3_000,
    "pending": 2_000,
    "transactional": 200,
}
ACCENTS = str.maketrans("éèë", "eee")


def fill(audience: ListState, count: int, seed: int, until: int) -> None:
    """Adds `count` contacts whose last changes lie before `until` (seconds since 1970), the last ones just before.

    Weekly campaigns are added where there are none yet.
    """
    if not audience.campaigns:
        for campaign in _campaigns(audience, until):
            audience.campaigns[campaign.id] = campaign
    first = len(audience.members)
    people = list(_people(audience, count, first, Random(seed), until))  # noqa: S311 - people, not secrets
    audience.members.fill(people)
    audience.next_web_id += count
    _complain(audience, people)


def _campaigns(audience: ListState, until: int) -> Iterator[Campaign]:
    for week in range(CAMPAIGNS, 0, -1):
        key = md5(f"{audience.id} {week}".encode(), usedforsecurity=False).hexdigest()[:10]
        yield Campaign(key, f"Newsletter {CAMPAIGNS + 1 - week}", until - week * 7 * DAY + 5 * DAY)


def _people(audience: ListState, count: int, first: int, random: Random, until: int) -> Iterator[Member]:
    campaigns = list(audience.campaigns.values())
    statuses = random.choices(list(SHARES), list(SHARES.values()), k=count)
    for number, status in enumerate(statuses, first):
        chance = random.random()
        given = FIRST_NAMES[int(chance * 997) % len(FIRST_NAMES)]
        family = LAST_NAMES[int(chance * 9_973) % len(LAST_NAMES)]
        gone = status in {"cleaned", "archived"}
        domains = MISTYPED if gone and chance < 0.3 else DOMAINS
        domain = domains[int(chance * 99_991) % len(domains)]
        email = f"{given}.{family}{number}@{domain}".lower().translate(ACCENTS)
        signup = until - SPAN + int(random.random() * (SPAN - 210 * DAY))
        campaign = campaigns[int(random.random() * len(campaigns))]
        bounces, changed = _history(status, campaign, signup, until, random)
        yield Member(
            hash_of(email),
            email,
            status,
            changed,
            audience.next_web_id + number - first,
            _merge(audience, given, family, chance),
            signup=0 if chance > 0.95 else signup,
            opt=signup + 60,
            ip_signup="" if chance > 0.95 else f"192.0.2.{int(chance * 256)}",
            rating=1 if gone else 2 + int(chance * 4),
            vip=chance > 0.999,
            language="fr" if chance < 0.4 else "en",
            tags=(TAGS[int(chance * 50) % len(TAGS)],) if chance < 0.3 else (),
            permissions=frozenset(audience.permissions) if chance < 0.6 else frozenset(),
            bounces=bounces,
            reason="No longer interested" if status == "unsubscribed" and chance < 0.2 else "",
            barred=status in {"unsubscribed", "cleaned"},
            source="Hosted Signup Form" if chance < 0.8 else "Import",
        )


def _history(
    status: str, campaign: Campaign, signup: int, until: int, random: Random
) -> tuple[tuple[Bounce, ...], int]:
    """Bounces, and the time of the last change."""
    chance = random.random()
    if status == "cleaned":
        at = min(campaign.sent + int(chance * 7_200), until - 1)
        soft = (Bounce("soft", campaign.id, at - 3_600),) if chance < 0.2 else ()
        return (*soft, Bounce("hard", campaign.id, at)), at
    changed = signup + int(chance * (until - signup))
    if status == "subscribed" and chance < 0.02:
        return (Bounce("soft", campaign.id, campaign.sent + 60),), changed
    return (), changed


def _merge(audience: ListState, given: str, family: str, chance: float) -> str:
    names = {"FNAME": given, "LNAME": family}
    return json.dumps(
        {field.tag: names.get(field.tag) or _value(field, chance) for field in audience.merge_fields}
    )


def _value(field: MergeField, chance: float) -> str | int:
    if field.choices:
        return field.choices[int(chance * 1_009) % len(field.choices)]
    if field.kind == "number":
        return int(chance * 100)
    if field.kind == "text" and field.required:
        return "Lausanne"
    return ""


def _complain(audience: ListState, people: list[Member]) -> None:
    """One in fifty of the cleaned called a mail spam instead of bouncing."""
    cleaned = [member for member in people if member.status == "cleaned"]
    for member in cleaned[::50]:
        bounce = member.bounces[-1]
        number = len(audience.abuse) + 1
        audience.abuse.append(AbuseReport(number, bounce.campaign, member.id, member.email, bounce.at))
        audience.members.put(member._replace(bounces=()))
