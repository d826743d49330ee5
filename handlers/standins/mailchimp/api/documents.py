"""JSON documents of audiences, members and merge fields."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache
from json.encoder import encode_basestring_ascii as quoted

from handlers.standins.mailchimp.account import AccountState, ListState, StoredMergeField
from handlers.standins.mailchimp.api.selection import Selection
from handlers.standins.mailchimp.members import StoredBounce, StoredMember
from handlers.standins.types import Json

SCHEMA = "https://us1.api.mailchimp.com/schema/3.0/Definitions/"


def format_time(seconds: int) -> str:
    """Formats a time as the API does; "" for none."""
    day, second = divmod(seconds, 86_400)
    return f"{_day(day)}{_time_of_day(second)}" if seconds else ""


def links(*targets: tuple[str, str, str]) -> list[Json]:
    """The `_links` for (relation, URL, method) each."""
    return [
        {"rel": rel, "href": href, "method": method, "targetSchema": f"{SCHEMA}{rel}.json"}
        for rel, href, method in targets
    ]


def members_json(
    account: AccountState, audience: ListState, members: Iterable[StoredMember], selection: Selection
) -> list[str]:
    """Serializes members to JSON text, building objects only where a part of a property is selected, for speed."""
    base = f"{account.url}/lists/{audience.id}/members"
    properties: list[tuple[str, Property, Selection | None]] = []
    for name, serialize in PROPERTIES.items():
        if selection.has(name):
            below = selection.below(name)
            properties.append((f'"{name}":', serialize, None if below.is_everything else below))
    return [_member_json(member, audience, base, properties) for member in members]


def member_document(
    account: AccountState, audience: ListState, member: StoredMember, selection: Selection | None = None
) -> Json:
    document: Json = json.loads(members_json(account, audience, [member], selection or Selection())[0])
    return document


def list_document(account: AccountState, audience: ListState, *, total: bool = False) -> Json:
    """An audience. `total`: with `total_contacts`, the number of members in any status."""
    return {
        "id": audience.id,
        "web_id": audience.web_id,
        "name": audience.name,
        "contact": _CONTACT,
        "permission_reminder": "You signed up on our website.",
        "use_archive_bar": True,
        "campaign_defaults": _CAMPAIGN_DEFAULTS,
        "notify_on_subscribe": "",
        "notify_on_unsubscribe": "",
        "date_created": format_time(audience.created),
        "list_rating": 3,
        "email_type_option": False,
        "subscribe_url_short": f"http://eepurl.com/{audience.id}",
        "subscribe_url_long": f"https://northwind.{account.data_centre}.list-manage.com/subscribe?id={audience.id}",
        "beamer_address": f"{account.data_centre}-{audience.id}@inbound.mailchimp.com",
        "visibility": "prv",
        "double_optin": audience.double_optin,
        "has_welcome": False,
        "marketing_permissions": bool(audience.permissions),
        "modules": [],
        "stats": _stats(account, audience, total=total),
        "_links": links(
            ("self", f"{account.url}/lists/{audience.id}", "GET"),
            ("members", f"{account.url}/lists/{audience.id}/members", "GET"),
        ),
    }


def merge_field_document(audience: ListState, number: int, field: StoredMergeField) -> Json:
    options: Json = {"size": 25} if field.kind == "text" else {}
    if field.choices:
        options["choices"] = list(field.choices)
    if field.kind in {"date", "birthday"}:
        options["date_format"] = "MM/DD/YYYY" if field.kind == "date" else "MM/DD"
    return {
        "merge_id": number,
        "tag": field.tag,
        "name": field.name,
        "type": field.kind,
        "required": field.required,
        "default_value": "",
        "public": True,
        "display_order": number + 1,
        "options": options,
        "help_text": "",
        "list_id": audience.id,
        "_links": [],
    }


def bounce_item(audience: ListState, bounce: StoredBounce) -> Json:
    """A bounce in the activity feed."""
    campaign = audience.campaigns.get(bounce.campaign)
    return {
        "activity_type": "bounce",
        "created_at_timestamp": format_time(bounce.at),
        "campaign_id": bounce.campaign,
        "campaign_title": campaign.title if campaign else "",
        "bounce_type": bounce.kind,
        "bounce_has_open_activity": False,
    }


MOST_TAGS = 50  # in a member's document; /tags has all

_CONTACT: Json = {
    "company": "Northwind Trail Club",
    "address1": "1 Station Road",
    "address2": "",
    "city": "Lausanne",
    "state": "VD",
    "zip": "1003",
    "country": "CH",
    "phone": "",
}
_CAMPAIGN_DEFAULTS: Json = {
    "from_name": "Northwind Trail Club",
    "from_email": "news@northwind.example",
    "subject": "",
    "language": "en",
}

Property = Callable[[StoredMember, ListState, str], str]


def _member_json(
    member: StoredMember,
    audience: ListState,
    base: str,
    properties: list[tuple[str, Property, Selection | None]],
) -> str:
    parts = []
    for name, serialize, below in properties:
        text = serialize(member, audience, base)
        if below is not None:
            text = json.dumps(below.apply(json.loads(text))) if text else ""
        if text:
            parts.append(name + text)
    return "{" + ",".join(parts) + "}"


# Values that many members share are serialized once.
@lru_cache(maxsize=4_096)
def _day(day: int) -> str:
    return datetime.fromtimestamp(day * 86_400, UTC).date().isoformat()


@lru_cache(maxsize=86_400)
def _time_of_day(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("T%H:%M:%S+00:00")


@lru_cache(maxsize=4_096)
def _full_name(merge: str) -> str:
    values = json.loads(merge)
    return quoted(" ".join(filter(None, (str(values.get(tag, "")) for tag in ("FNAME", "LNAME")))))


def _permissions(member: StoredMember, audience: ListState, _base: str) -> str:
    if not audience.permissions:
        return ""
    return _permission_texts(tuple(audience.permissions.items()), member.permissions)


@lru_cache(maxsize=4_096)
def _permission_texts(texts_by_id: tuple[tuple[str, str], ...], enabled: frozenset[str]) -> str:
    return json.dumps(
        [
            {"marketing_permission_id": key, "text": text, "enabled": key in enabled}
            for key, text in texts_by_id
        ]
    )


@lru_cache(maxsize=4_096)
def _tags(names: tuple[str, ...]) -> str:
    return json.dumps([{"id": tag_id(name), "name": name} for name in names])


def tag_id(name: str) -> int:
    """A tag's id, derived from its name."""
    return sum(name.encode())


def _links(member: StoredMember, _audience: ListState, base: str) -> str:
    own = f'"href":"{base}/{member.id}"'
    return (
        f'[{{"rel":"self",{own},"method":"GET"}},{{"rel":"parent","href":"{base}","method":"GET"}},'
        f'{{"rel":"update",{own},"method":"PATCH"}},{{"rel":"upsert",{own},"method":"PUT"}},'
        f'{{"rel":"delete",{own},"method":"DELETE"}}]'
    )


_LOCATION = '{"latitude":0,"longitude":0,"gmtoff":0,"dstoff":0,"country_code":"","timezone":"","region":""}'

# In the order of the real documents; "" leaves a property out.
PROPERTIES: dict[str, Property] = {
    "id": lambda member, *_: f'"{member.id}"' if member.email else '""',
    "email_address": lambda member, *_: quoted(member.email),
    "unique_email_id": lambda member, *_: f'"{member.id[:10]}"' if member.email else '""',
    "contact_id": lambda member, *_: f'"{member.id[::-1]}"',
    "full_name": lambda member, *_: _full_name(member.merge),
    "web_id": lambda member, *_: str(member.web_id),
    "email_type": lambda member, *_: f'"{member.email_type}"',
    "status": lambda member, *_: f'"{member.status}"',
    "unsubscribe_reason": lambda member, *_: quoted(member.reason) if member.reason else "",
    "consents_to_one_to_one_messaging": lambda *_: "true",
    "sms_phone_number": lambda member, *_: quoted(member.phone) if member.phone else "",
    "merge_fields": lambda member, *_: member.merge,
    "interests": lambda member, audience, _: (
        json.dumps({key: key in member.interests for key in audience.interests})
        if audience.interests
        else "{}"
    ),
    "stats": lambda member, *_: (
        f'{{"avg_open_rate":{member.rating / 5},"avg_click_rate":{member.rating / 50}}}'
    ),
    "ip_signup": lambda member, *_: quoted(member.ip_signup),
    "timestamp_signup": lambda member, *_: f'"{format_time(member.signup)}"',
    "ip_opt": lambda member, *_: quoted(member.ip_opt),
    "timestamp_opt": lambda member, *_: f'"{format_time(member.opt)}"',
    "member_rating": lambda member, *_: str(member.rating),
    "last_changed": lambda member, *_: f'"{format_time(member.changed)}"',
    "language": lambda member, *_: quoted(member.language),
    "vip": lambda member, *_: "true" if member.vip else "false",
    "email_client": lambda *_: '""',
    "location": lambda *_: _LOCATION,
    "marketing_permissions": _permissions,
    "source": lambda member, *_: quoted(member.source),
    "tags_count": lambda member, *_: str(len(member.tags)),
    "tags": lambda member, *_: _tags(member.tags[:MOST_TAGS]),
    "list_id": lambda _member, audience, _base: f'"{audience.id}"',
    "_links": _links,
}


def _stats(account: AccountState, audience: ListState, *, total: bool) -> Json:
    members, sent, errors = audience.members, audience.last_sent, audience.count_errors
    count = members.count if account.rules.phones_counted else members.count_with_address
    stats: Json = {
        "member_count": count("subscribed") + errors.get("subscribed", 0),
        "unsubscribe_count": count("unsubscribed") + errors.get("unsubscribed", 0),
        "cleaned_count": count("cleaned") + errors.get("cleaned", 0),
        "member_count_since_send": members.changed_after("subscribed", sent),
        "unsubscribe_count_since_send": members.changed_after("unsubscribed", sent),
        "cleaned_count_since_send": members.changed_after("cleaned", sent),
        "campaign_count": len(audience.campaigns),
        "campaign_last_sent": format_time(sent),
        "merge_field_count": len(audience.merge_fields),
        "avg_sub_rate": 12,
        "avg_unsub_rate": 1,
        "target_sub_rate": 2,
        "open_rate": 34.5,
        "click_rate": 4.25,
        "last_sub_date": format_time(_latest(audience, "subscribed")),
        "last_unsub_date": format_time(_latest(audience, "unsubscribed")),
    }
    if total:
        stats["total_contacts"] = len(members)
    return stats


def _latest(audience: ListState, status: str) -> int:
    ordered = audience.members.ordered(status, "last_changed", None, None)
    return ordered[-1].changed if ordered else 0
