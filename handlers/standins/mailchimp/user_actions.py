"""What happens at Mailchimp's own end: contacts bounce, leave, move and join, and webhooks tell of it."""

import json

from handlers.standins.mailchimp import events
from handlers.standins.mailchimp.account import AbuseReport, Account, ListState, merge_values
from handlers.standins.mailchimp.members import Bounce, Member, hash_of


def clean(account: Account, audience: ListState, address: str, reason: str, campaign: str | None) -> None:
    """`reason`: "hard" or "abuse"; `campaign` None: the last one sent."""
    member = audience.member(hash_of(address))
    origin = campaign or _last_campaign(audience)
    bounces = (*member.bounces, Bounce("hard", origin, account.now)) if reason == "hard" else member.bounces
    account.put(audience, member._replace(status="cleaned", barred=True, bounces=bounces))
    if reason == "abuse":
        number = len(audience.abuse) + 1
        audience.abuse.append(AbuseReport(number, origin, member.id, member.email, account.now))
    account.fire(audience, "cleaned", "user", events.cleaned(audience, member, reason, origin))


def bounce_softly(account: Account, audience: ListState, address: str, campaign: str | None) -> None:
    """Nobody is told; it stands in the contact's activity."""
    member = audience.member(hash_of(address))
    bounce = Bounce("soft", campaign or _last_campaign(audience), account.now)
    account.put(audience, member._replace(bounces=(*member.bounces, bounce)))


def unsubscribe(account: Account, audience: ListState, address: str, reason: str) -> None:
    """By their own hand. `reason`: their words."""
    member = audience.member(hash_of(address))
    left = account.put(audience, member._replace(status="unsubscribed", barred=True, reason=reason))
    origin = _last_campaign(audience)
    account.fire(audience, "unsubscribe", "user", events.unsubscribed(audience, left, "manual", origin))


def subscribe(account: Account, audience: ListState, address: str, values: dict[str, str]) -> None:
    """By the form, or by the link in the mail that asks for consent: whoever they are, they are subscribed then."""
    member = audience.members.get(hash_of(address)) or _joined(account, audience, address)
    merge = json.dumps({**merge_values(member), **values})
    member = member._replace(status="subscribed", barred=False, opt=account.now, merge=merge, reason="")
    joined = account.put(audience, member)
    account.fire(audience, "subscribe", "user", events.subscribed(audience, joined))


def change_profile(account: Account, audience: ListState, address: str, values: dict[str, str]) -> None:
    member = audience.member(hash_of(address))
    merge = json.dumps({**merge_values(member), **values})
    changed = account.put(audience, member._replace(merge=merge))
    account.fire(audience, "profile", "user", events.profiled(audience, changed))


def change_address(account: Account, audience: ListState, old: str, new: str) -> None:
    """The contact stays the same one, with another hash."""
    member = audience.member(hash_of(old))
    audience.members.remove(member.id)
    moved = account.put(audience, member._replace(email=new, id=hash_of(new)))
    account.fire(audience, "upemail", "user", events.readdressed(audience, member, moved))


def archive(account: Account, audience: ListState, address: str) -> None:
    """In the web interface, which allows it for any contact."""
    member = audience.member(hash_of(address))
    account.put(audience, member._replace(status="archived"))
    account.fire(audience, "unsubscribe", "admin", events.archived(audience, member))


def _joined(account: Account, audience: ListState, address: str) -> Member:
    audience.next_web_id += 1
    merge = json.dumps({field.tag: "" for field in audience.merge_fields})
    return Member(
        hash_of(address),
        address,
        "subscribed",
        account.now,
        audience.next_web_id,
        merge,
        signup=account.now,
        source="Hosted Signup Form",
    )


def _last_campaign(audience: ListState) -> str:
    return max(audience.campaigns.values(), key=lambda one: one.sent).id if audience.campaigns else ""
