"""Changes that come from contacts or the web interface, not from the API; each fires its webhook event."""

import json

from handlers.standins.mailchimp import events
from handlers.standins.mailchimp.account import AccountState, ListState, StoredAbuseReport, merge_values
from handlers.standins.mailchimp.members import StoredBounce, StoredMember, hash_of


def clean(
    account: AccountState, audience: ListState, address: str, reason: str, campaign: str | None
) -> None:
    """Marks a member as cleaned. `reason`: "hard" or "abuse"; `campaign`: default, the last one sent."""
    member = audience.member(hash_of(address))
    origin = campaign or _last_campaign(audience)
    bounces = (
        (*member.bounces, StoredBounce("hard", origin, account.now)) if reason == "hard" else member.bounces
    )
    account.put(audience, member._replace(status="cleaned", barred=True, bounces=bounces))
    if reason == "abuse":
        number = len(audience.abuse) + 1
        audience.abuse.append(StoredAbuseReport(number, origin, member.id, member.email, account.now))
    account.fire(audience, "cleaned", "user", events.cleaned_data(audience, member, reason, origin))


def bounce_softly(account: AccountState, audience: ListState, address: str, campaign: str | None) -> None:
    """Adds a soft bounce to the member's activity; fires no event."""
    member = audience.member(hash_of(address))
    bounce = StoredBounce("soft", campaign or _last_campaign(audience), account.now)
    account.put(audience, member._replace(bounces=(*member.bounces, bounce)))


def unsubscribe(account: AccountState, audience: ListState, address: str, reason: str) -> None:
    """Unsubscribes a member at their own request. `reason`: their words."""
    member = audience.member(hash_of(address))
    unsubscribed = account.put(audience, member._replace(status="unsubscribed", barred=True, reason=reason))
    origin = _last_campaign(audience)
    account.fire(
        audience, "unsubscribe", "user", events.unsubscribe_data(audience, unsubscribed, "manual", origin)
    )


def subscribe(account: AccountState, audience: ListState, address: str, values: dict[str, str]) -> None:
    """Subscribes an address through the signup form or the double opt-in link, whatever its status was."""
    member = audience.members.get(hash_of(address)) or _new_member(account, audience, address)
    merge = json.dumps({**merge_values(member), **values})
    member = member._replace(status="subscribed", barred=False, opt=account.now, merge=merge, reason="")
    subscribed = account.put(audience, member)
    account.fire(audience, "subscribe", "user", events.subscribe_data(audience, subscribed))


def change_profile(account: AccountState, audience: ListState, address: str, values: dict[str, str]) -> None:
    member = audience.member(hash_of(address))
    merge = json.dumps({**merge_values(member), **values})
    changed = account.put(audience, member._replace(merge=merge))
    account.fire(audience, "profile", "user", events.profile_data(audience, changed))


def change_address(account: AccountState, audience: ListState, old: str, new: str) -> None:
    """Moves a member to another address, and so to another subscriber hash."""
    member = audience.member(hash_of(old))
    audience.members.remove(member.id)
    moved = account.put(audience, member._replace(email=new, id=hash_of(new)))
    account.fire(audience, "upemail", "user", events.upemail_data(audience, member, moved))


def archive(account: AccountState, audience: ListState, address: str) -> None:
    """Archives a member in the web interface, which allows it in any status."""
    member = audience.member(hash_of(address))
    account.put(audience, member._replace(status="archived"))
    account.fire(audience, "unsubscribe", "admin", events.archive_data(audience, member))


def _new_member(account: AccountState, audience: ListState, address: str) -> StoredMember:
    audience.next_web_id += 1
    merge = json.dumps({field.tag: "" for field in audience.merge_fields})
    return StoredMember(
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
    return (
        max(audience.campaigns.values(), key=lambda campaign: campaign.sent).id if audience.campaigns else ""
    )
