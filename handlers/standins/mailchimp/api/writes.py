"""The calls that change contacts. Nothing here deletes for good; what would is noted as a failure."""

import json
from typing import Any, NoReturn

from handlers.standins.mailchimp.account import Account, ListState, merge_values
from handlers.standins.mailchimp.api.calls import Call
from handlers.standins.mailchimp.api.documents import member_document
from handlers.standins.mailchimp.api.problems import (
    Json,
    Problem,
    cannot_archive,
    forgotten,
    in_compliance_state,
    invalid,
    member_exists,
    not_found,
)
from handlers.standins.mailchimp.api.selection import Selection
from handlers.standins.mailchimp.api.validation import (
    NEW_STATUSES,
    PATCH_STATUSES,
    check_address,
    check_merge_fields,
    check_types,
    moment_of,
    permissions_after,
)
from handlers.standins.mailchimp.events import archived, profiled, readdressed, subscribed, unsubscribed
from handlers.standins.mailchimp.members import Member, hash_of

LARGEST_BATCH = 500
# This call shows less of a contact than the others do.
SHOWN_OF_MANY = Selection.of(
    {
        "exclude_fields": "contact_id,full_name,web_id,unsubscribe_reason,consents_to_one_to_one_messaging,"
        "location.region,marketing_permissions,source"
    }
)


def add(call: Call) -> Json:
    """POST members. An archived contact may be added anew, as the real service lets it."""
    document = call.document()
    check_types(document, NEW_STATUSES, ("email_address", "status"))
    audience = call.audience
    known = audience.members.get(hash_of(document["email_address"]))
    if known is not None and known.status != "archived":
        raise member_exists(document["email_address"])
    return _shown(call, _keep(call.account, audience, known, document, lax=_lax(call)))


def put(call: Call) -> Json:
    """PUT of one: changes it, or adds it with `status_if_new`."""
    document = call.document()
    audience = call.audience
    known = audience.members.get(call.parts[1])
    check_types(document, NEW_STATUSES, () if known else ("email_address",))
    if known is None:
        document = _as_new(call, document)
    return _shown(call, _keep(call.account, audience, known, document, lax=_lax(call)))


def patch(call: Call) -> Json:
    """PATCH of one that is there."""
    document = call.document()
    audience = call.audience
    known = audience.member(call.parts[1])
    check_types(document, PATCH_STATUSES)
    return _shown(call, _keep(call.account, audience, known, document, lax=True))


def tag(call: Call) -> None:
    """POST of one's tags: each active or inactive; one that is new to the audience is made."""
    sent = call.document().get("tags")
    if not isinstance(sent, list):
        raise invalid(errors={"tags": "Schema describes array, nothing found instead"})
    member = call.audience.member(call.parts[1])
    tags = dict.fromkeys(member.tags)
    for number, one in enumerate(sent):
        if (
            not isinstance(one, dict)
            or not one.get("name")
            or one.get("status") not in {"active", "inactive"}
        ):
            raise invalid(errors={f"tags.{number}": "Schema describes object with name and status"})
        tags.pop(str(one["name"]), None)
        if one["status"] == "active":
            tags[str(one["name"])] = None
    call.account.put(call.audience, member._replace(tags=tuple(tags)))


def archive(call: Call) -> None:
    """DELETE of one. What can't be archived answers 405."""
    account, audience, rules = call.account, call.audience, call.account.rules
    member = audience.member(call.parts[1])
    refused = {"pending", "archived"} | (set() if rules.archive_cleaned_allowed else {"cleaned"})
    if member.status in refused or member.email in rules.archive_refused:
        raise cannot_archive()
    account.put(audience, member._replace(status="archived"))
    account.fire(audience, "unsubscribe", "api", archived(audience, member))


def add_many(call: Call) -> Json:
    """POST of a list: up to 500 contacts, each with its own outcome."""
    document, audience = call.document(), call.audience
    sent = document.get("members")
    if not isinstance(sent, list) or not all(isinstance(one, dict) for one in sent):
        raise invalid(errors={"members": "Schema describes array, nothing found instead"})
    if len(sent) > LARGEST_BATCH:
        raise invalid(errors={"members": "You may only send up to 500 members in one request."})
    created: list[Json] = []
    updated: list[Json] = []
    errors: list[Json] = []
    seen: set[str] = set()
    for one in sent:
        try:
            known, member = _one_of_many(call, one, seen)
            (updated if known else created).append(
                member_document(call.account, audience, member, SHOWN_OF_MANY)
            )
        except Problem as problem:
            errors.append(_error_of_many(one, problem))
    answer = {
        "new_members": created,
        "updated_members": updated,
        "errors": errors,
        "total_created": len(created),
        "total_updated": len(updated),
        "error_count": len(errors),
        "_links": [],
    }
    chosen: Json = call.selection.apply(answer)
    return chosen


def delete_for_good(call: Call) -> NoReturn:
    """A contact, or a whole audience. It isn't done, and it is noted."""
    call.account.failures.append(f"{call.method} that deletes for good: {'/'.join(call.parts)}")
    raise not_found()


def _one_of_many(call: Call, one: Json, seen: set[str]) -> tuple[bool, Member]:
    check_types(one, NEW_STATUSES, ("email_address",))
    key = hash_of(one["email_address"])
    if key in seen and not call.flag("skip_duplicate_check"):
        raise invalid("Duplicate items found. Each email address must be unique in the request.")
    seen.add(key)
    known = call.audience.members.get(key)
    if known is not None and not call.document().get("update_existing"):
        raise member_exists(one["email_address"])
    if known is None and "status" not in one:
        raise invalid(errors={"status": "This value should not be blank."})
    return known is not None, _keep(call.account, call.audience, known, one, lax=_lax(call))


def _error_of_many(one: Json, problem: Problem) -> Json:
    field, message = next(iter(problem.errors.items()), ("", ""))
    exists = problem.title == "Member Exists"
    detail = f"{one.get('email_address')} is already a list member, do you want to update?"
    return {
        "email_address": str(one.get("email_address", "")),
        "error": detail if exists else problem.detail,
        "error_code": "ERROR_CONTACT_EXISTS" if exists else "ERROR_GENERIC",
        "field": field,
        "field_message": message,
    }


def _as_new(call: Call, document: Json) -> Json:
    """The document of a contact that a PUT adds."""
    address = document["email_address"]
    check_address(address, call.account.rules)
    if call.audience.members.get(hash_of(address)) is not None:
        raise member_exists(address)
    if "@" not in call.parts[1] and hash_of(address) != call.parts[1]:
        raise invalid(errors={"email_address": "The subscriber hash is not that of this address."})
    status = document.get("status_if_new") or document.get("status")
    if not status:
        raise invalid(errors={"status_if_new": "This value should not be blank."})
    return {**document, "status": status}


def _keep(
    account: Account, audience: ListState, known: Member | None, document: Json, *, lax: bool
) -> Member:
    """Adds or changes a contact after the checks; `lax`: required merge fields may be missing."""
    address = document.get("email_address") or (known.email if known else "")
    _check_reachable(account, known, address)
    values = document.get("merge_fields", {})
    new = known is None
    if (
        known is not None
        and hash_of(address) != known.id
        and audience.members.get(hash_of(address)) is not None
    ):
        raise member_exists(address)
    check_merge_fields(audience, values, all_required=new and not lax)
    member = _changed(audience, known or _blank(account, audience, address), document, account.now)
    if document.get("status"):
        member = member._replace(status=_status(account, audience, known, document["status"], address))
    if known is not None and hash_of(address) != known.id:
        audience.members.remove(known.id)
    member = account.put(audience, member._replace(email=address, id=hash_of(address)))
    _tell(account, audience, known, member)
    return member


def _check_reachable(account: Account, known: Member | None, address: str) -> None:
    if known is None or address != known.email:
        check_address(address, account.rules)
        if address.lower() in account.rules.forgotten:
            raise forgotten(address)


def _status(account: Account, audience: ListState, known: Member | None, wanted: str, address: str) -> str:
    if wanted == "subscribed" and known is not None and known.status != "subscribed":
        if known.barred or known.status == "cleaned":
            raise in_compliance_state(address)
    elif wanted != "subscribed" or known is not None:
        return wanted
    new = known is None or known.status == "pending"
    return "pending" if new and audience.double_optin and account.rules.double_optin_enforced else wanted


def _blank(account: Account, audience: ListState, address: str) -> Member:
    audience.next_web_id += 1
    merge = json.dumps({field.tag: "" for field in audience.merge_fields})
    return Member(hash_of(address), address, "", account.now, audience.next_web_id, merge)


def _changed(audience: ListState, member: Member, document: Json, now: int) -> Member:
    sent: dict[str, Any] = {
        name: document[name]
        for name in ("email_type", "language", "vip", "ip_signup", "ip_opt")
        if document.get(name) not in (None, "")
    }
    for field, name in (("signup", "timestamp_signup"), ("opt", "timestamp_opt")):
        if document.get(name):
            sent[field] = moment_of(document[name])
    if "merge_fields" in document:
        known = {field.tag for field in audience.merge_fields}
        values = {tag: value for tag, value in document["merge_fields"].items() if tag in known}
        sent["merge"] = json.dumps({**merge_values(member), **values})
    if "tags" in document:
        sent["tags"] = tuple(dict.fromkeys([*member.tags, *map(str, document["tags"])]))
    if "marketing_permissions" in document:
        given = document["marketing_permissions"]
        sent["permissions"] = permissions_after(audience, member.permissions, given)
    if not member.status:
        sent.setdefault("opt", now)
    return member._replace(**sent)


def _tell(account: Account, audience: ListState, known: Member | None, member: Member) -> None:
    if known is None or known.status != member.status:
        if member.status == "subscribed":
            account.fire(audience, "subscribe", "api", subscribed(audience, member))
        elif member.status == "unsubscribed":
            account.fire(audience, "unsubscribe", "api", unsubscribed(audience, member, "manual", ""))
    elif known.id != member.id:
        account.fire(audience, "upemail", "api", readdressed(audience, known, member))
    else:
        account.fire(audience, "profile", "api", profiled(audience, member))


def _lax(call: Call) -> bool:
    return call.flag("skip_merge_validation")


def _shown(call: Call, member: Member) -> Json:
    return member_document(call.account, call.audience, member, call.selection)
