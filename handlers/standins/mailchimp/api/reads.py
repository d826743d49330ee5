"""The calls that read (GET)."""

import json

from handlers.standins.mailchimp.account import ListState, StoredWebhook, merge_values
from handlers.standins.mailchimp.api.calls import ApiCall
from handlers.standins.mailchimp.api.documents import (
    bounce_item,
    format_time,
    links,
    list_document,
    member_document,
    members_json,
    merge_field_document,
    tag_id,
)
from handlers.standins.mailchimp.api.problems import not_found
from handlers.standins.mailchimp.members import STATUSES, StoredBounce, StoredMember
from handlers.standins.types import Json

FEED_TYPES = (
    "bounce click conversation ecommerce_signup event web_engagement generic_signup landing_page_signup "
    "marketing_permission note open order postcard_sent sent signup squatter_signup unsub website_signup "
    "survey_response sms_bulk_sent inbox_thread qbo_payment_link video_call_transcripts"
).split()
ACTIONS = ("abuse", "bounce", "click", "open", "sent", "unsub", "ecomm")
SORT_FIELDS = ("timestamp_opt", "timestamp_signup", "last_changed")
LAST_EVENTS = 50


def ping(_call: ApiCall) -> Json:
    return {"health_status": "Everything's Chimpy!"}


def root(call: ApiCall) -> Json:
    account = call.account
    document = {
        "account_id": account.id,
        "login_id": "1234567",
        "account_name": "Northwind Trail Club",
        "email": "olivia@northwind.example",
        "first_name": "Olivia",
        "last_name": "Martin",
        "username": "northwind",
        "avatar_url": "",
        "role": "owner",
        "member_since": "2019-03-04T10:00:00+00:00",
        "pricing_plan_type": "monthly",
        "first_payment": "2019-04-01T10:00:00+00:00",
        "account_timezone": "Europe/Zurich",
        "account_industry": "Travel and Transportation",
        "contact": {
            "company": "Northwind Trail Club",
            "addr1": "1 Station Road",
            "addr2": "",
            "city": "Lausanne",
            "state": "VD",
            "zip": "1003",
            "country": "CH",
        },
        "pro_enabled": False,
        "last_login": format_time(account.now),
        "total_subscribers": sum(
            audience.members.count("subscribed") for audience in account.audiences.values()
        ),
        "industry_stats": {"open_rate": 0.3, "bounce_rate": 0.01, "click_rate": 0.02},
        "_links": links(
            ("lists", f"{account.url}/lists", "GET"), ("batches", f"{account.url}/batches", "GET")
        ),
    }
    chosen: Json = call.selection.apply(document)
    return chosen


def lists(call: ApiCall) -> Json:
    offset, count = call.page
    total, address = call.flag("include_total_contacts"), call.query.get("email")
    audiences = [
        audience
        for audience in call.account.audiences.values()
        if address is None or audience.members.get(address) is not None
    ]
    page = [
        list_document(call.account, audience, total=total) for audience in audiences[offset : offset + count]
    ]
    document = {
        "lists": page,
        "total_items": len(audiences),
        "constraints": {
            "may_create": True,
            "max_instances": 5,
            "current_total_instances": len(audiences),
        },
        "_links": [],
    }
    chosen: Json = call.selection.apply(document)
    return chosen


def one_list(call: ApiCall) -> Json:
    total = call.flag("include_total_contacts")
    chosen: Json = call.selection.apply(list_document(call.account, call.audience, total=total))
    return chosen


def members(call: ApiCall) -> str:
    """A page of members as JSON text: 1,000 take a few milliseconds."""
    audience, selection = call.audience, call.selection
    offset, count = call.page
    matching = audience.members.ordered(
        call.choice("status", STATUSES),
        call.choice("sort_field", SORT_FIELDS) or "timestamp_signup",
        call.time("since_last_changed"),
        call.time("before_last_changed"),
    )
    total = len(matching)
    if call.choice("sort_dir", ("ASC", "DESC"), "ASC") == "DESC":
        page = matching[max(total - offset - count, 0) : max(total - offset, 0)][::-1]
    else:
        page = matching[offset : offset + count]
    parts = []
    if selection.has("members"):
        members = members_json(call.account, audience, page, selection.below("members"))
        parts.append(f'"members":[{",".join(members)}]')
    rest = {"list_id": audience.id, "total_items": max(total + audience.total_error, 0), "_links": []}
    parts += [f'"{key}":{json.dumps(value)}' for key, value in rest.items() if selection.has(key)]
    return "{" + ",".join(parts) + "}"


def member(call: ApiCall) -> Json:
    audience = call.audience
    return member_document(call.account, audience, audience.member(call.parts[1]), call.selection)


def tags(call: ApiCall) -> Json:
    """A page of a member's tags. `date_added` isn't kept: it is the time of the last change."""
    contact = call.audience.member(call.parts[1])
    documents: list[Json] = [
        {"id": tag_id(name), "name": name, "date_added": format_time(contact.changed)}
        for name in contact.tags
    ]
    return _collection(call, "tags", documents)


def merge_fields(call: ApiCall) -> Json:
    audience = call.audience
    kind = call.query.get("type")
    documents = [
        merge_field_document(audience, number, field)
        for number, field in enumerate(audience.merge_fields, 1)
        if kind in {None, field.kind} and (field.required or not call.flag("required"))
    ]
    return _collection(call, "merge_fields", documents, list_id=audience.id)


def activity_feed(call: ApiCall) -> Json:
    """Bounces, newest first, and an unsubscription; there are no opens and clicks."""
    audience = call.audience
    contact = audience.member(call.parts[1])
    types = call.choices("activity_filters", FEED_TYPES)
    items = [bounce_item(audience, bounce) for bounce in _newest(contact)] if "bounce" in types else []
    if "unsub" in types and contact.status == "unsubscribed":
        items.insert(
            0,
            {
                "activity_type": "unsub",
                "created_at_timestamp": format_time(contact.changed),
                "campaign_id": "",
                "campaign_title": "",
                "is_admin_unsubscribed": False,
                "unsubscribe_reason": contact.reason,
            },
        )
    offset, count = call.page
    document = {
        "activity": items[offset : offset + count],
        "email_id": contact.id,
        "list_id": audience.id,
        "_links": [],
    }
    chosen: Json = call.selection.apply(document)
    return chosen


def activity(call: ApiCall) -> Json:
    """The last 50 events (the older call). The `type` of a bounce is the campaign's, not hard or soft."""
    audience = call.audience
    contact = audience.member(call.parts[1])
    types = call.choices("action", ACTIONS)
    items = [
        {
            "action": "bounce",
            "timestamp": format_time(bounce.at),
            "type": "regular",
            "campaign_id": bounce.campaign,
            "title": _title(audience, bounce.campaign),
        }
        for bounce in _newest(contact)[:LAST_EVENTS]
        if "bounce" in types
    ]
    document = {
        "activity": items,
        "email_id": contact.id,
        "contact_id": contact.id[::-1],
        "list_id": audience.id,
        "total_items": len(items),
        "_links": [],
    }
    chosen: Json = call.selection.apply(document)
    return chosen


def abuse_reports(call: ApiCall) -> Json:
    audience = call.audience
    documents = [
        {
            "id": report.id,
            "campaign_id": report.campaign,
            "list_id": audience.id,
            "email_id": report.member,
            "email_address": report.address,
            "merge_fields": merge_values(contact) if (contact := audience.members.get(report.member)) else {},
            "vip": False,
            "date": format_time(report.at),
            "_links": [],
        }
        for report in audience.abuse
    ]
    return _collection(call, "abuse_reports", documents, list_id=audience.id)


def email_activity(call: ApiCall) -> Json:
    """Members with a bounce in a campaign, sorted by id."""
    campaign = call.parts[0]
    audiences = call.account.audiences.values()
    audience = next((audience for audience in audiences if campaign in audience.campaigns), None)
    if audience is None:
        raise not_found()
    since = call.time("since") or 0
    bounced = {
        contact.id: (contact, bounces)
        for contact in audience.members
        if (bounces := [b for b in contact.bounces if b.campaign == campaign and b.at > since])
    }
    documents = [
        {
            "campaign_id": campaign,
            "list_id": audience.id,
            "list_is_active": True,
            "email_id": key,
            "email_address": contact.email,
            "activity": [
                {"action": "bounce", "type": bounce.kind, "timestamp": format_time(bounce.at)}
                for bounce in bounces
            ],
            "_links": [],
        }
        for key, (contact, bounces) in sorted(bounced.items())
    ]
    return _collection(call, "emails", documents, campaign_id=campaign)


def webhooks(call: ApiCall) -> Json:
    audience = call.audience
    documents = [webhook_document(audience, webhook) for webhook in audience.webhooks.values()]
    document = {"webhooks": documents, "list_id": audience.id, "total_items": len(documents), "_links": []}
    chosen: Json = call.selection.apply(document)
    return chosen


def webhook_document(audience: ListState, webhook: StoredWebhook) -> Json:
    """A webhook without its secret, which only the response to its creation contains."""
    return {
        "id": webhook.id,
        "url": webhook.url,
        "events": webhook.events,
        "sources": webhook.sources,
        "list_id": audience.id,
        "_links": [],
    }


def _collection(call: ApiCall, name: str, documents: list[Json], **properties: str) -> Json:
    offset, count = call.page
    document = {
        name: documents[offset : offset + count],
        **properties,
        "total_items": len(documents),
        "_links": [],
    }
    chosen: Json = call.selection.apply(document)
    return chosen


def _newest(contact: StoredMember) -> list[StoredBounce]:
    return sorted(contact.bounces, key=lambda bounce: bounce.at, reverse=True)


def _title(audience: ListState, campaign: str) -> str:
    sent = audience.campaigns.get(campaign)
    return sent.title if sent else ""
