"""The answers to GET."""

import json

from handlers.standins.mailchimp.account import ListState, Webhook, merge_values
from handlers.standins.mailchimp.api.calls import Call
from handlers.standins.mailchimp.api.documents import (
    bounce_item,
    links,
    list_document,
    member_document,
    merge_field_document,
    moment,
    tag_id,
    texts,
)
from handlers.standins.mailchimp.api.problems import Json, not_found
from handlers.standins.mailchimp.members import STATUSES, Bounce, Member

FEED_TYPES = (
    "bounce click conversation ecommerce_signup event web_engagement generic_signup landing_page_signup "
    "marketing_permission note open order postcard_sent sent signup squatter_signup unsub website_signup "
    "survey_response sms_bulk_sent inbox_thread qbo_payment_link video_call_transcripts"
).split()
ACTIONS = ("abuse", "bounce", "click", "open", "sent", "unsub", "ecomm")
SORT_FIELDS = ("timestamp_opt", "timestamp_signup", "last_changed")
LAST_EVENTS = 50


def ping(_call: Call) -> Json:
    return {"health_status": "Everything's Chimpy!"}


def root(call: Call) -> Json:
    account = call.account
    document = {
        "account_id": "8d3a3db4d97663a9074efcc16",
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
        "last_login": moment(account.now),
        "total_subscribers": sum(one.members.count("subscribed") for one in account.audiences.values()),
        "industry_stats": {"open_rate": 0.3, "bounce_rate": 0.01, "click_rate": 0.02},
        "_links": links(
            ("lists", f"{account.url}/lists", "GET"), ("batches", f"{account.url}/batches", "GET")
        ),
    }
    chosen: Json = call.selection.apply(document)
    return chosen


def lists(call: Call) -> Json:
    offset, count = call.page
    total, address = call.flag("include_total_contacts"), call.query.get("email")
    audiences = [
        audience
        for audience in call.account.audiences.values()
        if address is None or audience.members.get(address) is not None
    ]
    page = [list_document(call.account, one, total=total) for one in audiences[offset : offset + count]]
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


def one_list(call: Call) -> Json:
    total = call.flag("include_total_contacts")
    chosen: Json = call.selection.apply(list_document(call.account, call.audience, total=total))
    return chosen


def members(call: Call) -> str:
    """JSON text, quick: 1,000 contacts in a few milliseconds."""
    audience, selection = call.audience, call.selection
    offset, count = call.page
    found = audience.members.ordered(
        call.choice("status", STATUSES),
        call.choice("sort_field", SORT_FIELDS) or "timestamp_signup",
        call.moment("since_last_changed"),
        call.moment("before_last_changed"),
    )
    total = len(found)
    if call.choice("sort_dir", ("ASC", "DESC"), "ASC") == "DESC":
        page = found[max(total - offset - count, 0) : max(total - offset, 0)][::-1]
    else:
        page = found[offset : offset + count]
    parts = []
    if selection.has("members"):
        contacts = texts(call.account, audience, page, selection.below("members"))
        parts.append(f'"members":[{",".join(contacts)}]')
    rest = {"list_id": audience.id, "total_items": total, "_links": []}
    parts += [f'"{key}":{json.dumps(value)}' for key, value in rest.items() if selection.has(key)]
    return "{" + ",".join(parts) + "}"


def member(call: Call) -> Json:
    audience = call.audience
    return member_document(call.account, audience, audience.member(call.parts[1]), call.selection)


def tags(call: Call) -> Json:
    """All of one's tags, a page of them. When each was given isn't played: it is the contact's last change."""
    contact = call.audience.member(call.parts[1])
    documents: list[Json] = [
        {"id": tag_id(name), "name": name, "date_added": moment(contact.changed)} for name in contact.tags
    ]
    return _collection(call, "tags", documents)


def merge_fields(call: Call) -> Json:
    audience = call.audience
    kind = call.query.get("type")
    documents = [
        merge_field_document(audience, number, field)
        for number, field in enumerate(audience.merge_fields, 1)
        if kind in {None, field.kind} and (field.required or not call.flag("required"))
    ]
    return _collection(call, "merge_fields", documents, list_id=audience.id)


def activity_feed(call: Call) -> Json:
    """Bounces, newest first, and an unsubscription; opens and clicks aren't played."""
    audience = call.audience
    contact = audience.member(call.parts[1])
    wanted = call.choices("activity_filters", FEED_TYPES)
    items = [bounce_item(audience, bounce) for bounce in _newest(contact)] if "bounce" in wanted else []
    if "unsub" in wanted and contact.status == "unsubscribed":
        items.insert(
            0,
            {
                "activity_type": "unsub",
                "created_at_timestamp": moment(contact.changed),
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


def activity(call: Call) -> Json:
    """The last 50 events, the older way to ask. A bounce's `type` is that of the campaign, not hard or soft."""
    audience = call.audience
    contact = audience.member(call.parts[1])
    wanted = call.choices("action", ACTIONS)
    items = [
        {
            "action": "bounce",
            "timestamp": moment(bounce.at),
            "type": "regular",
            "campaign_id": bounce.campaign,
            "title": _title(audience, bounce.campaign),
        }
        for bounce in _newest(contact)[:LAST_EVENTS]
        if "bounce" in wanted
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


def abuse_reports(call: Call) -> Json:
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
            "date": moment(report.at),
            "_links": [],
        }
        for report in audience.abuse
    ]
    return _collection(call, "abuse_reports", documents, list_id=audience.id)


def email_activity(call: Call) -> Json:
    """Of a campaign: the contacts with a bounce in it, by the order of their ids."""
    campaign = call.parts[0]
    audience = next((one for one in call.account.audiences.values() if campaign in one.campaigns), None)
    if audience is None:
        raise not_found()
    since = call.moment("since") or 0
    bounced = {
        contact.id: (contact, own)
        for contact in audience.members
        if (own := [one for one in contact.bounces if one.campaign == campaign and one.at > since])
    }
    documents = [
        {
            "campaign_id": campaign,
            "list_id": audience.id,
            "list_is_active": True,
            "email_id": key,
            "email_address": contact.email,
            "activity": [
                {"action": "bounce", "type": bounce.kind, "timestamp": moment(bounce.at)} for bounce in own
            ],
            "_links": [],
        }
        for key, (contact, own) in sorted(bounced.items())
    ]
    return _collection(call, "emails", documents, campaign_id=campaign)


def webhooks(call: Call) -> Json:
    audience = call.audience
    documents = [webhook_document(audience, one) for one in audience.webhooks.values()]
    document = {"webhooks": documents, "list_id": audience.id, "total_items": len(documents), "_links": []}
    chosen: Json = call.selection.apply(document)
    return chosen


def webhook_document(audience: ListState, webhook: Webhook) -> Json:
    """Without its secret, which is told only once."""
    return {
        "id": webhook.id,
        "url": webhook.url,
        "events": webhook.events,
        "sources": webhook.sources,
        "list_id": audience.id,
        "_links": [],
    }


def _collection(call: Call, name: str, documents: list[Json], **outer: str) -> Json:
    offset, count = call.page
    document = {
        name: documents[offset : offset + count],
        **outer,
        "total_items": len(documents),
        "_links": [],
    }
    chosen: Json = call.selection.apply(document)
    return chosen


def _newest(contact: Member) -> list[Bounce]:
    return sorted(contact.bounces, key=lambda bounce: bounce.at, reverse=True)


def _title(audience: ListState, campaign: str) -> str:
    known = audience.campaigns.get(campaign)
    return known.title if known else ""
