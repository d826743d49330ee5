"""Form fields (`data[…]`) of the webhook events."""

from handlers.standins.mailchimp.account import ListState, merge_values
from handlers.standins.mailchimp.members import StoredMember


def subscribe_data(audience: ListState, member: StoredMember) -> dict[str, str]:
    return {**profile_data(audience, member), "ip_signup": member.ip_signup}


def unsubscribe_data(audience: ListState, member: StoredMember, reason: str, campaign: str) -> dict[str, str]:
    """`reason`: "manual" or "abuse"."""
    data = {"action": "unsub", "reason": reason, **profile_data(audience, member)}
    return {**data, "campaign_id": campaign} if campaign else data


def archive_data(audience: ListState, member: StoredMember) -> dict[str, str]:
    return {**unsubscribe_data(audience, member, "manual", ""), "action": "delete"}


def profile_data(audience: ListState, member: StoredMember) -> dict[str, str]:
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


def upemail_data(audience: ListState, old: StoredMember, new: StoredMember) -> dict[str, str]:
    return {
        "list_id": audience.id,
        "new_id": new.id[:10],
        "new_email": new.email,
        "old_email": old.email,
    }


def cleaned_data(audience: ListState, member: StoredMember, reason: str, campaign: str) -> dict[str, str]:
    """`reason`: "hard" or "abuse"."""
    return {"list_id": audience.id, "campaign_id": campaign, "reason": reason, "email": member.email}
