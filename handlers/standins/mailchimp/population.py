"""Generated members for an audience: the same for the same seed."""

import json
from collections.abc import Iterator
from hashlib import md5
from random import Random

from handlers.standins.mailchimp.account import Campaign, ListState, StoredAbuseReport, StoredMergeField
from handlers.standins.mailchimp.members import StoredBounce, StoredMember, hash_of

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
# Shares per 100,000 members.
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
    """Adds `count` members last changed before `until` (seconds since the epoch), the newest shortly before.

    Adds weekly campaigns to an audience that has none.
    """
    if not audience.campaigns:
        for campaign in _campaigns(audience, until):
            audience.campaigns[campaign.id] = campaign
    first = len(audience.members)
    members = list(_members(audience, count, first, Random(seed), until))  # noqa: S311 - sample data, not secrets
    audience.members.fill(members)
    audience.next_web_id += count
    _add_abuse_reports(audience, members)


def _campaigns(audience: ListState, until: int) -> Iterator[Campaign]:
    for week in range(CAMPAIGNS, 0, -1):
        key = md5(f"{audience.id} {week}".encode(), usedforsecurity=False).hexdigest()[:10]
        yield Campaign(key, f"Newsletter {CAMPAIGNS + 1 - week}", until - week * 7 * DAY + 5 * DAY)


def _members(
    audience: ListState, count: int, first: int, random: Random, until: int
) -> Iterator[StoredMember]:
    campaigns = list(audience.campaigns.values())
    statuses = random.choices(list(SHARES), list(SHARES.values()), k=count)
    for number, status in enumerate(statuses, first):
        chance = random.random()
        first_name = FIRST_NAMES[int(chance * 997) % len(FIRST_NAMES)]
        last_name = LAST_NAMES[int(chance * 9_973) % len(LAST_NAMES)]
        inactive = status in {"cleaned", "archived"}
        domains = MISTYPED if inactive and chance < 0.3 else DOMAINS
        domain = domains[int(chance * 99_991) % len(domains)]
        email = f"{first_name}.{last_name}{number}@{domain}".lower().translate(ACCENTS)
        signup = until - SPAN + int(random.random() * (SPAN - 210 * DAY))
        campaign = campaigns[int(random.random() * len(campaigns))]
        bounces, changed = _history(status, campaign, signup, until, random)
        yield StoredMember(
            hash_of(email),
            email,
            status,
            changed,
            audience.next_web_id + number - first,
            _merge_json(audience, first_name, last_name, chance),
            signup=0 if chance > 0.95 else signup,
            opt=signup + 60,
            ip_signup="" if chance > 0.95 else f"192.0.2.{int(chance * 256)}",
            rating=1 if inactive else 2 + int(chance * 4),
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
) -> tuple[tuple[StoredBounce, ...], int]:
    """Bounces and the time of the last change."""
    chance = random.random()
    if status == "cleaned":
        at = min(campaign.sent + int(chance * 7_200), until - 1)
        soft = (StoredBounce("soft", campaign.id, at - 3_600),) if chance < 0.2 else ()
        return (*soft, StoredBounce("hard", campaign.id, at)), at
    changed = signup + int(chance * (until - signup))
    if status == "subscribed" and chance < 0.02:
        return (StoredBounce("soft", campaign.id, campaign.sent + 60),), changed
    return (), changed


def _merge_json(audience: ListState, first_name: str, last_name: str, chance: float) -> str:
    names = {"FNAME": first_name, "LNAME": last_name}
    return json.dumps(
        {field.tag: names.get(field.tag) or _value(field, chance) for field in audience.merge_fields}
    )


def _value(field: StoredMergeField, chance: float) -> str | int:
    if field.choices:
        return field.choices[int(chance * 1_009) % len(field.choices)]
    if field.kind == "number":
        return int(chance * 100)
    if field.kind == "text" and field.required:
        return "Lausanne"
    return ""


def _add_abuse_reports(audience: ListState, members: list[StoredMember]) -> None:
    """Turns one cleaned member in fifty from a bounce into an abuse complaint."""
    cleaned = [member for member in members if member.status == "cleaned"]
    for member in cleaned[::50]:
        bounce = member.bounces[-1]
        number = len(audience.abuse) + 1
        audience.abuse.append(StoredAbuseReport(number, bounce.campaign, member.id, member.email, bounce.at))
        audience.members.put(member._replace(bounces=()))
