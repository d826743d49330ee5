"""The data of webhook events, as form fields."""

from handlers.standins.mailchimp.account import ListState, merge_values
from handlers.standins.mailchimp.members import Member


def subscribed(audience: ListState, member: Member) -> dict[str, str]:
    return {**profiled(audience, member), "ip_signup": member.ip_signup}


def unsubscribed(audience: ListState, member: Member, reason: str, campaign: str) -> dict[str, str]:
    """`reason`: "manual" or "abuse"."""
    data = {"action": "unsub", "reason": reason, **profiled(audience, member)}
    return {**data, "campaign_id": campaign} if campaign else data


def archived(audience: ListState, member: Member) -> dict[str, str]:
    return {**unsubscribed(audience, member, "manual", ""), "action": "delete"}


def profiled(audience: ListState, member: Member) -> dict[str, str]:
    data = {
        "id": member.id[:10],
        "list_id": audience.id,
        "email": member.email,
        "email_type": member.email_type,
        "ip_opt": member.ip_opt,
        "web_id": str(member.web_id),
    }
    values = {"EMAIL": member.email, **merge_values(member)}
    return {**data, **{f"merges][{tag}": str(value) for tag, value in values.items()}}


def readdressed(audience: ListState, old: Member, new: Member) -> dict[str, str]:
    return {
        "list_id": audience.id,
        "new_id": new.id[:10],
        "new_email": new.email,
        "old_email": old.email,
    }


def cleaned(audience: ListState, member: Member, reason: str, campaign: str) -> dict[str, str]:
    """`reason`: "hard" or "abuse"."""
    return {"list_id": audience.id, "campaign_id": campaign, "reason": reason, "email": member.email}
